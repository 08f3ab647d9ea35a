"""The numbered rules: decide about one Set-Cookie line, given the registry, the granted categories, http or https.

The rules apply in the order of their numbers. Each judgement names the rule that decided:

1. Browsers would refuse the line, or parsers would disagree about its name: drop it.
2. The line deletes its cookie, by the standard or in any listed browser: send the gate's own deletion. An app may
   always delete.
3. The registry classifies the name.
4. No registry rule matches: the setting `unregistered` applies.
5. The category is not granted: the setting `refused` applies.
6. The category is granted, or necessary: enforce the attributes. No attribute becomes weaker.
7. A line that needs no change leaves as the same octets. Any other keeps its name and value, and its attributes are
   rewritten from the parsed ones.
8. A value may be anything that browsers store, unless `strict_values` is set.

`malformed.py` has rules 1 and 8. Law: `Policy` is pure. Time is an argument, and no input raises.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from cookiegate.decision import Decision, decide
from cookiegate.judgement import Judgement
from cookiegate.lifetime import format_duration
from cookiegate.malformed import MALFORMED, MAX_LINE_OCTETS, is_strict_value, malformed_reason, unreadable_reason
from cookiegate.model import Action, Category, Consent, CookieRule, Reason, SameSite, SetCookie
from cookiegate.registry.registry import Match, Registry
from cookiegate.wire.prefix import meets_prefix, name_prefix
from cookiegate.wire.readings import with_shortest_lifetime
from cookiegate.wire.set_cookie import MAX_PAIR_OCTETS, delete, parse_set_cookie, split_pair, tail

__all__ = ["Policy"]

_CONSENT_COOKIE = CookieRule(name="consent", category="necessary", purpose="Remembers the choice about cookies.")
_STRENGTH = {SameSite.NONE: 0, SameSite.LAX: 1, SameSite.STRICT: 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A registry, and the settings of the rules; `judge` judges one line."""

    registry: Registry
    unregistered: Literal["drop", "keep"] | Category = "drop"
    refused: Literal["drop", "session", "expire"] = "drop"
    secure: Literal["https", "always", "keep"] = "https"
    same_site_minimum: SameSite | Literal["keep"] = SameSite.NONE
    """The weakest SameSite that leaves. `"keep"`: none is added if the app sends none."""
    max_lifetime_s: int | None = None
    host_only: bool = False
    strict_values: bool = False
    is_consent_cookie: Callable[[str], bool] | None = None
    """Whether the consent source reads the cookie of this name, which no registry rule matches: it is necessary."""

    def decide(self, line: bytes, consent: Consent, *, is_https: bool, now: float) -> Decision:
        """Judge one Set-Cookie line and return the decision. `now`: seconds since 1970-01-01 UTC. Raises nothing."""
        judgement = self.judge(line, consent.granted, is_https=is_https, now=now)
        return decide(judgement, line, consent)

    def judge(
        self, line: bytes, granted: frozenset[Category], *, is_https: bool, now: float, match: Match | None = None
    ) -> Judgement:
        """Judge one Set-Cookie line.

        `now`: seconds since 1970-01-01 UTC. `match`: the result of rule 3, if the caller has it. Raises nothing.
        """
        cookie = parse_set_cookie(line) if len(line) <= MAX_LINE_OCTETS else None
        if cookie is None:  # rule 1
            return MALFORMED[unreadable_reason(line)]
        if (reason := malformed_reason(cookie)) is not None:
            return MALFORMED[reason]
        match = match or self.match(cookie.name.decode("ascii"))  # rule 3
        rule, refusing = match.rule, match.refusing
        cookie, category = with_shortest_lifetime(cookie, now), rule.category if rule is not None else None
        case = _Case(line, cookie, rule, category, is_https, now, deletion_rule=rule, is_enforced=match.is_enforced)
        if _is_deletion(case.cookie, now):  # rule 2
            return self._delete(case, Action.REWRITE, Reason.DELETION, 2)
        if self.strict_values and not is_strict_value(cookie.value):  # rule 8; a deletion sends no value
            return MALFORMED[Reason.VALUE_NOT_STRICT]
        allowed = granted | {Category.NECESSARY}
        # With refused = "session", rule 5 would let out lines that rule 4 drops.
        drops_unregistered = self.unregistered == "drop" and self.refused == "session"
        if rule is None and (refusing is None or drops_unregistered or refusing.category in allowed):  # rule 4
            if self.unregistered == "drop":
                return case.judge(Action.DROP, Reason.UNREGISTERED, 4)
            if self.unregistered == "keep":
                return self._enforce(case, Reason.UNREGISTERED, 4)
            case = replace(case, category=self.unregistered)
        if case.category is not None and case.category not in allowed:  # rule 5
            return self._refuse(replace(case, refused=case.category))
        if refusing is not None and refusing.category not in allowed:
            return self._refuse(replace(case, rule=refusing, category=refusing.category, refused=refusing.category))
        return self._enforce(case, Reason.NECESSARY if case.category is Category.NECESSARY else Reason.GRANTED, 6)

    def match(self, name: str) -> Match:
        """Rule 3."""
        match = self.registry.match(name)
        if match.rule is None and self.is_consent_cookie is not None and self.is_consent_cookie(name):
            return Match(_CONSENT_COOKIE)
        return match

    def depends_on_consent(self, judgement: Judgement) -> bool:
        """Return whether a judgement made without consent could differ with consent."""
        # With refused = "session", the rule that refuses decides the attributes too.
        is_prefix = judgement.reason is Reason.PREFIX_CONDITIONS
        return judgement.policy_rule == 5 or (is_prefix and self.refused == "session")

    def _refuse(self, case: "_Case") -> Judgement:
        """Rule 5."""
        if self.refused == "expire":
            return self._delete(case, Action.EXPIRE, None, 5)
        if self.refused == "session":
            return self._enforce(case, None, 5)
        return case.judge(Action.DROP, None, 5)

    def _delete(self, case: "_Case", action: Action, reason: Reason | None, number: int) -> Judgement:
        """Send the gate's own deletion, with the attributes that it needs to reach a cookie set by rule 6."""
        cookie, rule = case.cookie, case.deletion_rule
        prefix = name_prefix(cookie.name)
        is_host = prefix.startswith("__host-")
        is_host_only = is_host or self.host_only or (rule is not None and rule.host_only)
        is_partitioned = cookie.partitioned or (rule is not None and (rule.partitioned or rule.add_partitioned))
        pinned = rule.same_site if rule is not None and isinstance(rule.same_site, SameSite) else None
        cookie = replace(
            cookie,
            domain=None if is_host_only else cookie.domain,
            path=b"/" if is_host else cookie.path,
            secure=cookie.secure or is_partitioned or bool(prefix) or self._adds_secure(rule, case.is_https),
            http_only=cookie.http_only or "http-" in prefix,
            same_site=pinned or cookie.same_site,
            partitioned=is_partitioned,
        )
        return case.judge(action, reason, number, tail(delete(cookie)), ("deletion rewritten",), is_deletion=True)

    def _adds_secure(self, rule: CookieRule | None, is_https: bool) -> bool:
        """Return whether to add Secure: the rule decides, else the gate's setting."""
        if rule is not None and rule.secure is not None:
            return rule.secure
        return self.secure == "always" or (self.secure == "https" and is_https)

    def _enforce(self, case: "_Case", reason: Reason | None, number: int) -> Judgement:
        """Rules 6 and 7."""
        changes: list[str] = []
        cookie = case.cookie
        if case.rule is None or case.rule.attributes == "enforced":
            cookie = self._with_safe_attributes(case, cookie, changes)
        cookie = self._with_lifetime(case, cookie, changes, is_session=number == 5)
        if not meets_prefix(cookie):  # rule 1 again, with the final attributes
            return replace(case, refused=None).judge(Action.DROP, Reason.PREFIX_CONDITIONS, 1)
        if not changes and cookie.is_unambiguous:
            return case.judge(Action.KEEP, reason, number)
        raw_name, equals, raw_value, _ = split_pair(case.line)
        is_trimmed = raw_name != cookie.name or len(case.line) > MAX_PAIR_OCTETS  # a line must not grow past the limit
        attributes = tail(cookie)
        pair = cookie.name + b"=" + cookie.value if is_trimmed else raw_name + equals + raw_value
        if pair + attributes == case.line:
            return case.judge(Action.KEEP, reason, number)
        texts = tuple(changes) or ("ambiguous attributes rewritten",)
        return case.judge(Action.REWRITE, reason, number, attributes, texts, is_trimmed=is_trimmed)

    def _with_lifetime(self, case: "_Case", cookie: SetCookie, changes: list[str], *, is_session: bool) -> SetCookie:
        """Rule 6, the lifetime. Return the cookie with it; append texts to `changes`."""
        rule = case.rule
        lifetime = rule.lifetime if rule is not None else None
        if is_session or (lifetime is not None and lifetime.is_session):
            if cookie.max_age_s is None and cookie.expires_s is None:
                return cookie
            changes.append("lifetime cut to the browser session")
            return replace(cookie, max_age_s=None, expires_s=None)
        limit_s = self.limit_s(rule)
        if limit_s is None:
            return cookie
        edits: dict[str, int] = {}
        if cookie.max_age_s is not None and cookie.max_age_s > limit_s:
            edits["max_age_s"] = limit_s
        if cookie.expires_s is not None and cookie.expires_s > case.now + limit_s:
            edits["expires_s"] = int(case.now) + limit_s
        if not edits:
            return cookie
        changes.append(f"lifetime cut to {format_duration(limit_s)}")
        return replace(cookie, **edits)  # type: ignore[arg-type]  # names of its fields

    def limit_s(self, rule: CookieRule | None) -> int | None:
        """Return the longest lifetime for cookies of a rule, in seconds; `None` for no limit."""
        promised_s = rule.lifetime.max_age_s if rule is not None and rule.lifetime is not None else None
        return min((limit for limit in (self.max_lifetime_s, promised_s) if limit is not None), default=None)

    def _with_safe_attributes(self, case: "_Case", cookie: SetCookie, changes: list[str]) -> SetCookie:
        """Rule 6, the other attributes. Return the cookie with them; append texts to `changes`."""
        rule = case.rule
        edits: dict[str, object] = {}
        adds_partitioned = rule is not None and rule.add_partitioned and not cookie.partitioned
        if adds_partitioned:
            edits["partitioned"] = True
        secure = cookie.secure or cookie.partitioned or adds_partitioned or self._adds_secure(rule, case.is_https)
        if secure and not cookie.secure:
            edits["secure"] = True
            changes.append("Secure added")
        same_site = self._same_site(cookie, rule, secure)
        if same_site is not cookie.same_site:
            edits["same_site"] = same_site
            changes.append(f"SameSite={same_site} {'added' if cookie.same_site is None else 'set'}")
        if rule is not None and rule.http_only and not cookie.http_only:
            edits["http_only"] = True
            changes.append("HttpOnly added")
        if adds_partitioned:
            changes.append("Partitioned added")
        if cookie.domain and (self.host_only or (rule is not None and rule.host_only)):
            edits["domain"] = None
            changes.append("Domain removed")
        return replace(cookie, **edits) if edits else cookie  # type: ignore[arg-type]  # names of its fields

    def _same_site(self, cookie: SetCookie, rule: CookieRule | None, secure: bool) -> SameSite | None:
        """Return the SameSite to send: the rule's, else the app's or Lax, but not weaker than the minimum."""
        pinned = rule.same_site if rule is not None else None
        minimum = self.same_site_minimum
        if isinstance(pinned, SameSite):
            chosen: SameSite | None = pinned
        elif pinned == "keep" or minimum == "keep":
            chosen = cookie.same_site
        else:
            chosen = max(cookie.same_site or SameSite.LAX, minimum, key=_STRENGTH.__getitem__)
        return SameSite.LAX if chosen is SameSite.NONE and not secure else chosen


@dataclass(frozen=True, slots=True)
class _Case:
    """One parsed line on its way through the rules."""

    line: bytes
    cookie: SetCookie
    rule: CookieRule | None
    category: Category | None
    is_https: bool
    now: float
    deletion_rule: CookieRule | None
    """The rule that matches the exact name. It decided if the cookie was set, so a deletion follows it too."""
    refused: Category | None = None
    is_enforced: bool = True

    def judge(
        self,
        action: Action,
        reason: Reason | None,
        number: int,
        attributes: bytes = b"",
        changes: tuple[str, ...] = (),
        *,
        is_deletion: bool = False,
        is_trimmed: bool = False,
    ) -> Judgement:
        of_case = self.refused, self.category, self.rule
        return Judgement(
            action, number, reason, *of_case, changes, attributes, is_deletion, is_trimmed, self.is_enforced
        )


def _is_deletion(cookie: SetCookie, now: float) -> bool:
    """Rule 2: return whether the cookie expires at once."""
    if cookie.max_age_s is not None:
        return cookie.max_age_s <= 0
    return cookie.expires_s is not None and cookie.expires_s <= now
