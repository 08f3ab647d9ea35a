"""The numbered rules: what becomes of one Set-Cookie line, given the registry, the consent and the connection.

Pure: the time comes in as an argument. The rules are applied in the order of their numbers, and every decision names
the one that decided:

1. Browsers would refuse the line, or readers would disagree about its name: it is dropped.
2. It surely deletes its cookie: the gate's own deletion goes out. An app may always delete.
3. The name is classified by the registry.
4. No rule knows the name: as `unregistered` says.
5. The category is not granted: as `refused` says.
6. The category is granted, or necessary: attributes are enforced. Nothing is weakened.
7. What needs nothing leaves as the same octets; anything else keeps its name and value, and its attributes are
   written anew from what was understood.
8. A value may be whatever browsers store, unless `strict_values`.
"""

import re
from dataclasses import dataclass, replace
from typing import Literal

from cookiegate.model import Action, Category, Consent, CookieRule, Decision, Reason, SameSite, SetCookie
from cookiegate.registry.registry import Match, Registry
from cookiegate.wire.dates import is_plain_cookie_date, parse_cookie_date
from cookiegate.wire.set_cookie import (
    MAX_ATTRIBUTE_OCTETS,
    MAX_PAIR_OCTETS,
    delete,
    parse_set_cookie,
    split_pair,
    tail,
    write_set_cookie,
)
from cookiegate.wire.token import is_token

__all__ = ["MAX_LINE_OCTETS", "Policy", "name_prefix"]

MAX_LINE_OCTETS = 16384
"""A longer line is dropped: no cookie needs it (4096 octets of pair, 1024 an attribute), only padding does."""

_TAB = 0x09  # a number: to look for `b"\t"` in octets takes ten times as long
_INTEGER = re.compile(rb"-?[0-9]+")
# One quote alone would open what lenient readers close in a later cookie.
_COOKIE_OCTETS = re.compile(rb'("?)[\x21\x23-\x2B\x2D-\x3A\x3C-\x5B\x5D-\x7E]*\1')
_STRENGTH = {SameSite.NONE: 0, SameSite.LAX: 1, SameSite.STRICT: 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A registry and the settings that say how strictly it is held; `decide` judges one line."""

    registry: Registry
    unregistered: Literal["drop", "keep"] | Category = "drop"
    refused: Literal["drop", "session", "expire"] = "drop"
    secure: Literal["https", "always", "keep"] = "https"
    same_site_minimum: SameSite = SameSite.NONE
    max_lifetime_s: int | None = None
    host_only: bool = False
    strict_values: bool = False

    def decide(
        self, line: bytes, consent: Consent, *, is_https: bool, now: float, match: Match | None = None
    ) -> Decision:
        """Judge one Set-Cookie line.

        `now` is seconds since 1970-01-01 UTC. `match` is given by a caller that has classified the name already.
        Raises nothing, for any input.
        """
        cookie = parse_set_cookie(line) if len(line) <= MAX_LINE_OCTETS else None
        if cookie is None:  # rule 1
            return _malformed(line, _unreadable(line))
        if (reason := _objection(cookie)) is not None:
            return _malformed(line, reason)
        match = match or self.registry.match(cookie.name.decode("ascii"))  # rule 3
        rule, refusing = match.rule, match.refusing
        case = _Case(line, cookie, rule, rule.category if rule is not None else None, is_https, now, own=rule)
        if _surely_deletes(cookie, now):  # rule 2
            return self._delete(case, Action.REWRITE, Reason.DELETION, 2)
        if self.strict_values and not _COOKIE_OCTETS.fullmatch(cookie.value):  # rule 8; a deletion sends no value
            return _malformed(line, Reason.VALUE_NOT_STRICT)
        lets_more_out = self.unregistered == "drop" and self.refused == "session"  # rule 5 than rule 4
        if rule is None and (refusing is None or lets_more_out or refusing.category in consent.granted):  # rule 4
            if self.unregistered == "drop":
                return case.decide(Action.DROP, Reason.UNREGISTERED, 4)
            if self.unregistered == "keep":
                return self._enforce(case, Reason.UNREGISTERED, 4)
            case = replace(case, category=self.unregistered)
        if case.category is not None and not consent.allows(case.category):  # rule 5
            return self._refuse(case, consent.refusal(case.category))
        if refusing is not None and not consent.allows(refusing.category):
            return self._refuse(
                replace(case, rule=refusing, category=refusing.category), consent.refusal(refusing.category)
            )
        return self._enforce(case, Reason.NECESSARY if case.category is Category.NECESSARY else Reason.GRANTED, 6)

    def _refuse(self, case: "_Case", reason: Reason) -> Decision:
        """Rule 5."""
        if self.refused == "expire":
            return self._delete(case, Action.EXPIRE, reason, 5)
        if self.refused == "session":
            return self._enforce(case, reason, 5)
        return case.decide(Action.DROP, reason, 5)

    def _delete(self, case: "_Case", action: Action, reason: Reason, number: int) -> Decision:
        """Send the gate's own deletion, with what it needs to reach a cookie that rule 6 let through."""
        cookie, rule = case.cookie, case.own
        prefix = name_prefix(cookie.name)
        is_host = prefix.startswith("__host-")
        is_host_only = is_host or self.host_only or (rule is not None and rule.host_only)
        cookie = replace(
            cookie,
            domain=None if is_host_only else cookie.domain,
            path=b"/" if is_host else cookie.path,
            secure=cookie.secure or cookie.partitioned or bool(prefix) or self._adds_secure(rule, case.is_https),
            http_only=cookie.http_only or "http-" in prefix,
            same_site=cookie.same_site if rule is None or rule.same_site is None else rule.same_site,
        )
        after = write_set_cookie(delete(cookie))
        if action is Action.REWRITE and after == case.line:
            return case.decide(Action.KEEP, reason, number, after)
        return case.decide(action, reason, number, after, ("deletion written anew",))

    def _adds_secure(self, rule: CookieRule | None, is_https: bool) -> bool:
        """Tell whether Secure is added here: as the rule says, else as the gate says."""
        if rule is not None and rule.secure is not None:
            return rule.secure
        return self.secure == "always" or (self.secure == "https" and is_https)

    def _enforce(self, case: "_Case", reason: Reason, number: int) -> Decision:
        """Rules 6 and 7."""
        if _deletes(case.cookie, case.now):  # it looks like a deletion to some browsers only; now it is one to all
            return self._delete(case, Action.REWRITE, Reason.DELETION, 2)
        safe, changes = self._safe(case, is_session=number == 5)
        if not _meets_prefix(safe):  # rule 1 again, now that the attributes are known
            return case.decide(Action.DROP, Reason.PREFIX_CONDITIONS, 1)
        if not changes and case.cookie.is_unambiguous:
            return case.decide(Action.KEEP, reason, number, case.line)
        raw_name, equals, raw_value, _ = split_pair(case.line)
        is_padded = raw_name != safe.name or len(case.line) > MAX_PAIR_OCTETS  # a line must not grow past the limit
        pair = safe.name + b"=" + safe.value if is_padded else raw_name + equals + raw_value
        after = pair + tail(safe)
        if after == case.line:
            return case.decide(Action.KEEP, reason, number, after)
        return case.decide(
            Action.REWRITE, reason, number, after, tuple(changes) or ("attributes written unambiguously",)
        )

    def _safe(self, case: "_Case", *, is_session: bool) -> tuple[SetCookie, list[str]]:
        """Rule 6: return the cookie with the attributes that it must have, and what was changed, in words."""
        cookie, rule = case.cookie, case.rule
        edits: dict[str, object] = {}
        changes = []
        secure = cookie.secure or cookie.partitioned or self._adds_secure(rule, case.is_https)
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
        if cookie.domain and (self.host_only or (rule is not None and rule.host_only)):
            edits["domain"] = None
            changes.append("Domain taken away")
        lifetime = rule.lifetime if rule is not None else None
        limits = [
            limit for limit in (self.max_lifetime_s, lifetime.max_age_s if lifetime else None) if limit is not None
        ]
        if is_session or (lifetime is not None and lifetime.is_session):
            if cookie.max_age_s is not None or cookie.expires_s is not None:
                edits |= {"max_age_s": None, "expires_s": None}
                changes.append("lifetime cut to the browser session")
        elif limits:
            limit_s = min(limits)
            if cookie.max_age_s is not None and cookie.max_age_s > limit_s:
                edits["max_age_s"] = limit_s
            if cookie.expires_s is not None and cookie.expires_s > case.now + limit_s:
                edits["expires_s"] = int(case.now) + limit_s
            if "max_age_s" in edits or "expires_s" in edits:
                changes.append(f"lifetime cut to {limit_s} s")
        return (replace(cookie, **edits) if edits else cookie), changes  # type: ignore[arg-type]  # names of its fields

    def _same_site(self, cookie: SetCookie, rule: CookieRule | None, secure: bool) -> SameSite:
        """Choose what SameSite must say: the rule's own, else the app's or Lax, but no weaker than the minimum."""
        if rule is not None and rule.same_site is not None:
            chosen = rule.same_site
        else:
            chosen = max(cookie.same_site or SameSite.LAX, self.same_site_minimum, key=_STRENGTH.__getitem__)
        return SameSite.LAX if chosen is SameSite.NONE and not secure else chosen


@dataclass(frozen=True, slots=True)
class _Case:
    """One readable line on its way through the rules."""

    line: bytes
    cookie: SetCookie
    rule: CookieRule | None
    category: Category | None
    is_https: bool
    now: float
    own: CookieRule | None
    """The rule for the name as it is, by which such a cookie was let through if it ever was; a deletion follows it."""

    def decide(
        self, action: Action, reason: Reason, number: int, after: bytes | None = None, changes: tuple[str, ...] = ()
    ) -> Decision:
        return Decision(
            action=action,
            reason=reason,
            number=number,
            name=self.cookie.name.decode("ascii"),
            category=self.category,
            rule=self.rule,
            before=self.line,
            after=after,
            changes=changes,
        )


def _objection(cookie: SetCookie) -> Reason | None:
    """Rule 1, as far as the attributes play no part in it."""
    if not cookie.name:
        return Reason.NAMELESS
    if _TAB in cookie.name or _TAB in cookie.value or any(_TAB in n or _TAB in v for n, v in cookie.attributes):
        return Reason.CONTROL_OCTET  # Chromium refuses an inner HTAB, Firefox stores it
    if not is_token(cookie.name) or cookie.name.startswith(b"$"):  # RFC 2965 readers swallow "$Version"
        return Reason.AMBIGUOUS_NAME
    return None


def _malformed(line: bytes, reason: Reason) -> Decision:
    return Decision(
        action=Action.DROP, reason=reason, number=8 if reason is Reason.VALUE_NOT_STRICT else 1,
        name=split_pair(line)[0].strip(b" \t").decode("latin-1"), before=line,
    )  # fmt: skip


def _unreadable(line: bytes) -> Reason:
    """Say why a browser ignores a line when it reads it."""
    raw_name, _, raw_value, _ = split_pair(line)
    is_large = (
        len(line) > MAX_LINE_OCTETS or len(raw_name.strip(b" \t")) + len(raw_value.strip(b" \t")) > MAX_PAIR_OCTETS
    )
    return Reason.TOO_LARGE if is_large else Reason.CONTROL_OCTET


def _surely_deletes(cookie: SetCookie, now: float) -> bool:
    """Rule 2: every browser takes the line as a deletion.

    Chromium and Firefox look at the last Max-Age and the last Expires alone, valid or not, and their own date readers
    differ from the algorithm: only a valid last Max-Age, or without any Max-Age a plain last date, is sure.
    """
    found = dict(cookie.attributes)  # the last of each name
    if (age := found.get(b"max-age")) is not None:
        return len(age) <= MAX_ATTRIBUTE_OCTETS and _INTEGER.fullmatch(age) is not None and _deletes(cookie, now)
    date = found.get(b"expires")
    if date is None or not is_plain_cookie_date(date):
        return False
    seconds = parse_cookie_date(date)
    return seconds is not None and seconds <= now


def _deletes(cookie: SetCookie, now: float) -> bool:
    """Tell whether the standard takes the cookie as expired."""
    if cookie.max_age_s is not None:
        return cookie.max_age_s <= 0
    return cookie.expires_s is not None and cookie.expires_s <= now


def name_prefix(name: bytes) -> str:
    """Return the cookie name prefix in lower case, or nothing; browsers see no case there."""
    lower = name[:12].lower()
    for prefix in (b"__host-http-", b"__host-", b"__secure-", b"__http-"):
        if lower.startswith(prefix):
            return prefix.decode()
    return ""


def _meets_prefix(cookie: SetCookie) -> bool:
    """Tell whether browsers store a cookie with this name and these attributes (RFC 6265bis §4.1.3)."""
    prefix = name_prefix(cookie.name)
    if not prefix:
        return True
    if prefix.startswith("__host-") and (cookie.domain or cookie.path != b"/"):
        return False
    return cookie.secure and (cookie.http_only or "http-" not in prefix)
