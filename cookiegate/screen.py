"""Registered optional cookies of a request: find them, hide them from the app, delete them in the browser.

Law: a cookie is hidden because of its name, never because of a value; memory is bounded, whatever clients send.
"""

from collections.abc import Callable
from itertools import chain
from typing import Any, NamedTuple
from urllib.parse import unquote_to_bytes

from cookiegate.judgement import Judgement
from cookiegate.memo import Memo
from cookiegate.model import Action, Category, CookieRule, SameSite
from cookiegate.registry.registry import Registry
from cookiegate.wire.headers import set_cookie_lines
from cookiegate.wire.prefix import name_prefix
from cookiegate.wire.set_cookie import deletion, parse_set_cookie, place_of
from cookiegate.wire.token import is_token, token_runs

__all__ = [
    "MAX_EXPIRED",
    "MAX_EXPIRED_OCTETS",
    "MAX_PAIRS",
    "NONE_REFUSED",
    "CookieHeader",
    "Refusals",
    "RequestCookie",
    "Screen",
    "choose_deletions",
]

MAX_PAIRS = 1000
"""Pairs of a Cookie header that are read and passed to the app. Browsers keep at most 180 cookies of a site."""
MAX_EXPIRED = 20
"""Deletions for refused cookies of the request in one response."""
MAX_EXPIRED_OCTETS = 4096
"""Octets of these deletions together. A proxy refuses a response with a longer head, and then none would arrive."""

_MAX_RUNS = 8
# Browsers send the same header with each request of a page. Looking it up as a whole is four times as fast as splitting
# it (`python -m benchmarks --only requests`).
_REMEMBERED_HEADERS = 256
_REMEMBERED_NAMES = 1024
_LONGEST_HEADER = 2048
_UNREADABLE_NAME = CookieRule(name="*", category=Category.MARKETING, purpose="A name that no site gives a cookie.")


class RequestCookie:
    """A registered optional cookie of requests: the rules that may refuse it, and its deletions, cached."""

    __slots__ = ("_deletions", "_rules", "name")

    def __init__(self, name: bytes, rules: tuple[CookieRule, ...]) -> None:
        self.name: bytes = name
        self._rules = rules
        self._deletions: dict[tuple[str, bool], tuple[Judgement, tuple[bytes, ...]]] | None = None

    def refusing(self, granted: frozenset[Category]) -> CookieRule | None:
        """Return the first rule whose category is not granted."""
        for rule in self._rules:
            if rule.category not in granted:
                return rule
        return None

    def deletions(self, rule: CookieRule, is_https: bool) -> tuple[Judgement, tuple[bytes, ...]]:
        """Return the judgement of this rule, and the lines that delete the cookie for each domain and path."""
        known = self._deletions
        if known is None:
            known = self._deletions = {}
        key = (rule.name, is_https)
        found = known.get(key)
        if found is None:
            # A cookie whose name is not a token is only hidden: a deletion could delete another cookie.
            lines = deletions(self.name, rule, is_https=is_https) if is_token(self.name) else ()
            judgement = Judgement(Action.EXPIRE, 5, refused=rule.category, category=rule.category, rule=rule)
            found = known[key] = judgement, tuple(lines)
        return found


class CookieHeader:
    """One Cookie header: the part that the app may see at most, and the registered optional cookies in it."""

    __slots__ = ("_refusals", "optional", "visible")

    def __init__(self, visible: bytes, optional: tuple[RequestCookie, ...]) -> None:
        self.visible: bytes = visible
        self.optional: tuple[RequestCookie, ...] = optional
        self._refusals: dict[frozenset[Category], Refusals] | None = None  # made on demand

    def refusals(self, granted: frozenset[Category]) -> "Refusals":
        """Return its refused cookies, given the granted categories."""
        known = self._refusals
        if known is None:
            known = self._refusals = {}
        found = known.get(granted)
        if found is None:
            cookies = [(one, rule) for one in self.optional if (rule := one.refusing(granted)) is not None]
            found = known[granted] = Refusals(tuple(cookies), self._without(cookies))
        return found

    def _without(self, refused: list[tuple[RequestCookie, CookieRule]]) -> bytes:
        """Return the header without the cookies that an enforced rule refuses."""
        names = {one.name for one, rule in refused if rule.mode == "enforce"}
        if not names:
            return self.visible
        kept = [piece for piece in self.visible.split(b";") if piece.partition(b"=")[0].strip(b" \t") not in names]
        return b";".join(kept).strip(b" \t")


class Refusals(NamedTuple):
    """The refused cookies of one Cookie header, for one set of granted categories."""

    cookies: tuple[tuple[RequestCookie, CookieRule], ...]
    """Each with the first rule that refuses it."""
    visible: bytes
    """The header without the cookies that an enforced rule refuses."""


NONE_REFUSED = Refusals((), b"")


class Screen:
    """Find registered optional cookies in Cookie headers."""

    def __init__(self, registry: Registry, is_consent_cookie: Callable[[str], bool], *, hides: bool) -> None:
        self._registry = registry
        self._is_consent_cookie = is_consent_cookie
        self._known: Memo[bytes, RequestCookie | None] = Memo(self._find, limit=_REMEMBERED_NAMES, longest=128)
        self.headers: Memo[bytes, CookieHeader] = Memo(
            self._find_all, limit=_REMEMBERED_HEADERS, longest=_LONGEST_HEADER
        )
        self._hides = hides

    def _find_all(self, cookie: bytes) -> CookieHeader:
        memo = self._known
        known = memo.known
        pieces = cookie.split(b";")
        if len(pieces) > MAX_PAIRS:
            del pieces[MAX_PAIRS:]
            cookie = b";".join(pieces) if self._hides else cookie
        found: dict[bytes, RequestCookie] = {}
        for piece in pieces:
            name = piece.partition(b"=")[0]
            try:
                optional = known[name]
            except KeyError:
                optional = memo.learn(name)
                known = memo.known
            if optional is not None:
                found[optional.name] = optional
        return CookieHeader(cookie, tuple(found.values()))

    def _find(self, raw_name: bytes) -> RequestCookie | None:
        """Find the optional rules for a raw name, by each name that some cookie parser may read from it.

        Python's cookie parsers strip more than browsers do, find cookies inside names that are not tokens, and some
        decode percent-encoded names.
        """
        found: dict[str, CookieRule] = {}
        runs = {*token_runs(raw_name)}
        if b"%" in raw_name:
            runs |= {*token_runs(unquote_to_bytes(raw_name))}
        if len(runs) > _MAX_RUNS:
            return RequestCookie(raw_name.strip(b" \t"), (_UNREADABLE_NAME,))
        for name in sorted(run.decode("ascii") for run in runs):
            if not self._is_consent_cookie(name):
                match = self._registry.match(name)
                for rule in (match.rule, match.refusing):
                    if rule is not None and rule.category is not Category.NECESSARY:
                        found[rule.name] = rule
        return RequestCookie(raw_name.strip(b" \t"), tuple(found.values())) if found else None


def choose_deletions(
    refused: tuple[tuple[RequestCookie, CookieRule], ...],
    leaving: list[Any],
    *,
    path: Callable[[], str],
    is_https: bool,
    now: float,
) -> tuple[tuple[Judgement, bytes], ...]:
    """Choose the deletions for a response. A cookie that it sets for the same domain and path is not deleted.

    `leaving`: the response's header fields; `path`: the path of the request. Deletions by rules in report-only are
    included and do not count against the limits. If not all fit, each response starts with another one, so that each
    cookie is deleted after several responses, even if browsers ignore some deletions.
    """
    lines_leaving = set_cookie_lines(leaving)
    wanted: list[tuple[Judgement, bytes]] = []
    for cookie, rule in refused:
        judgement, lines = cookie.deletions(rule, is_https)
        start_of_line = cookie.name + b"="
        own = [line for line in lines_leaving if line.startswith(start_of_line)]
        places = {place_of(line, path()) for line in own if _surely_sets(line, is_https=is_https)} if own else ()
        wanted += [(judgement, line) for line in lines if not places or place_of(line, "/") not in places]
    sent = [one for one in wanted if one[0].is_enforced]
    if len(wanted) <= MAX_EXPIRED and sum(len(line) for _, line in sent) <= MAX_EXPIRED_OCTETS:
        return tuple(wanted)
    reported = [one for one in wanted if not one[0].is_enforced]
    return (*_fitting(sent, int(now)), *reported[:MAX_EXPIRED])


def _fitting(wanted: list[tuple[Judgement, bytes]], second: int) -> list[tuple[Judgement, bytes]]:
    """Return those that fit, beginning at another one each second; the long ones come first in one second of four."""
    short = [one for one in wanted if len(one[1]) <= MAX_EXPIRED_OCTETS // 4]
    long = [one for one in wanted if len(one[1]) > MAX_EXPIRED_OCTETS // 4]
    lists = [one[second % len(one) :] + one[: second % len(one)] for one in (short, long) if one]
    chosen: list[tuple[Judgement, bytes]] = []
    octets_left = MAX_EXPIRED_OCTETS
    for one in chain(*(reversed(lists) if second % 4 == 3 else lists)):
        if len(chosen) < MAX_EXPIRED and (len(one[1]) <= octets_left or not chosen):
            octets_left -= len(one[1])
            chosen.append(one)
    return chosen


def _surely_sets(line: bytes, *, is_https: bool) -> bool:
    """Return whether browsers certainly store a line, and for the path that it seems to have.

    They refuse Secure on http. The default path is not certain, because a proxy may remove a part of the path: a second
    deletion does no harm, but a cookie that was just set must not be deleted.
    """
    cookie = parse_set_cookie(line)
    if cookie is None or (cookie.secure and not is_https):
        return False
    return bool(cookie.path) or cookie.max_age_s != 0


def deletions(name: bytes, rule: CookieRule, *, is_https: bool) -> list[bytes]:
    """Return the lines that delete a cookie for each domain and path of its rule, unpartitioned and partitioned."""
    prefix = name_prefix(name)
    same_site = None if rule.same_site == "keep" else rule.same_site
    # Browsers refuse Secure on http: add it there only if the cookie requires it.
    is_secure = is_https or bool(prefix) or same_site is SameSite.NONE
    domains = [None, *(domain.removeprefix(".").lower().encode("ascii") for domain in rule.domains)]
    paths = rule.paths
    if prefix.startswith("__host-"):  # browsers refuse any other domain and path
        domains, paths = [None], ("/",)
    lines = []
    for domain in domains:
        for path in paths:
            place = path.encode("ascii")
            for is_partitioned in (False, True) if rule.partitioned or rule.add_partitioned else (False,):
                secure = is_secure or is_partitioned
                lines.append(
                    deletion(
                        name, domain=domain, path=place, secure=secure, partitioned=is_partitioned, same_site=same_site
                    )
                )
    return lines
