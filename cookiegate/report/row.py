"""The counts of one cookie name.

Law: the counts of a row only grow, and its tables are bounded.
"""

from datetime import UTC, datetime
from typing import NamedTuple, TypeAlias

from cookiegate.memo import Memo
from cookiegate.model import Action, Category, Reason, SameSite, SetCookie
from cookiegate.report.names import cut, path_template
from cookiegate.report.seen import Mode, Origin, Outcome, SeenCookie, Sent, SetBy
from cookiegate.wire.set_cookie import parse_set_cookie, split_pair

__all__ = ["Counts", "OutcomeKey", "Row", "SetterKey"]

OutcomeKey: TypeAlias = tuple[Action, Reason, Category | None, str | None]
"""Action, reason, category, name of the rule."""
SetterKey: TypeAlias = tuple[str, str, bool, int, Action, Reason]
"""Method, route, whether the framework declares it, status, action, reason."""
Counts: TypeAlias = tuple[int, int, int]
"""All; those that left; those that left while nothing was granted."""

_MAX_LIFETIME_S = 10**12
_REMEMBERED_TAILS, _LONGEST_TAIL = 256, 256
_COUNTED = (
    "lines", "https_lines", "without_secure", "without_http_only", "without_same_site", "same_site_none",
    "partitioned", "session_lines", "other_domains", "other_paths",
)  # fmt: skip


class _Attributes(NamedTuple):
    """The attributes of a line: what follows its first `;`."""

    counted: tuple[tuple[str, ...], tuple[str, ...]]
    """Which of `_COUNTED` it adds one to: on http, on https."""
    max_age_s: int | None
    expires_s: int | None
    domain: str
    path: str


class Row:
    """One cookie name."""

    __slots__ = (
        "_domains",
        "_longest_s",
        "_paths",
        "_sent",
        "category",
        "count",
        "first_s",
        "is_known",
        "last_s",
        "outcomes",
        "rewritten_beside",
        "rule",
        "set_by_others",
        "setters",
        "undeclared",
    )  # fmt: skip

    def __init__(self, at_s: float) -> None:
        self.count: int = 0
        self.set_by_others: int = 0
        self.undeclared: int = 0
        self.first_s: float = at_s
        self.last_s: float = at_s
        self.category: Category | None = None
        self.rule: str | None = None
        self.is_known: bool | None = None
        self.rewritten_beside: str | None = None
        self.outcomes: dict[OutcomeKey, list[int]] = {}
        self.setters: dict[SetterKey, list[int]] = {}
        self._sent = dict.fromkeys(_COUNTED, 0)
        self._longest_s: int | None = None
        self._domains: dict[str, int] = {}
        self._paths: dict[str, int] = {}

    def saw(self, first_s: float, last_s: float, count: int) -> None:
        """Count observations between two times."""
        self.count += count
        self.first_s = min(self.first_s, first_s)
        self.last_s = max(self.last_s, last_s)

    def met(self, key: OutcomeKey, counts: Counts) -> None:
        """Count decisions; their kinds are few, whatever is sent, since the registry is."""
        _add(self.outcomes.setdefault(key, [0, 0, 0]), counts)

    def set_by(self, key: SetterKey, counts: Counts) -> bool:
        """Count decisions of a setter that has a row; return whether it has one."""
        known = self.setters.get(key)
        if known is None:
            return False
        _add(known, counts)
        return True

    def sent(self, line: bytes, at_s: float, is_https: bool, times: int, places: int) -> None:
        """Count the attributes of a line that the app sent several times, first at `at_s`."""
        found = _attributes[split_pair(line)[3]]
        sent = self._sent
        for field in found.counted[is_https]:
            sent[field] += times
        if found.max_age_s is not None:
            self._kept(found.max_age_s)
        elif found.expires_s is not None:
            self._kept(int(found.expires_s - at_s))
        sent["other_domains"] += _count(self._domains, found.domain, times, places)
        sent["other_paths"] += _count(self._paths, found.path, times, places)

    def sent_before(self, sent: Sent, places: int) -> None:
        """Count what was recorded before."""
        for field in _COUNTED:
            self._sent[field] += getattr(sent, field)
        if sent.longest_s is not None:
            self._kept(sent.longest_s)
        for domain, count in sent.domains:
            self._sent["other_domains"] += _count(self._domains, domain, count, places)
        for path, count in sent.paths:
            self._sent["other_paths"] += _count(self._paths, path, count, places)

    def seen(self, name: str, origin: Origin, mode: Mode | None, *, is_family: bool) -> SeenCookie:
        """Return all of it as a value."""
        return SeenCookie(
            name=name,
            origin=origin,
            is_family=is_family,
            count=self.count,
            first_at=datetime.fromtimestamp(int(self.first_s), UTC),
            last_at=datetime.fromtimestamp(int(self.last_s), UTC),
            category=self.category,
            rule=self.rule,
            is_known=self.is_known,
            rewritten_beside=self.rewritten_beside,
            mode=mode,
            outcomes=tuple(
                Outcome(
                    action=action, reason=reason, category=category, rule=rule,
                    count=counts[0], left=counts[1], left_ungranted=counts[2],
                )
                for (action, reason, category, rule), counts in sorted(self.outcomes.items(), key=_most_frequent_first)
            ),
            set_by=tuple(
                SetBy(
                    method=method, route=route, is_declared=is_declared, status=status, action=action, reason=reason,
                    count=counts[0], left=counts[1], left_ungranted=counts[2],
                )
                for (method, route, is_declared, status, action, reason), counts in sorted(
                    self.setters.items(), key=_most_frequent_first
                )
            ),
            set_by_others=self.set_by_others,
            sent=Sent(
                **self._sent,
                longest_s=self._longest_s,
                domains=tuple(sorted(self._domains.items(), key=lambda item: (-item[1], item[0]))),
                paths=tuple(sorted(self._paths.items(), key=lambda item: (-item[1], item[0]))),
            ),
        )  # fmt: skip

    def _kept(self, age_s: int) -> None:
        """Remember the longest lifetime; an expired one does not count."""
        if age_s > 0 and (self._longest_s is None or age_s > self._longest_s):
            self._longest_s = min(age_s, _MAX_LIFETIME_S)


def _add(known: list[int], counts: Counts) -> None:
    known[0] += counts[0]
    known[1] += counts[1]
    known[2] += counts[2]


def _most_frequent_first(item: tuple[tuple[object, ...], list[int]]) -> tuple[int, list[str]]:
    return -item[1][0], [str(part) for part in item[0]]


def _count(table: dict[str, int], text: str, count: int, places: int) -> int:
    """Count a text, up to the limit of rows; return how many were beyond it."""
    if text not in table and len(table) >= places:
        return count
    table[text] = table.get(text, 0) + count
    return 0


def _read(tail: bytes) -> _Attributes:
    """Read what follows the pair, for any value."""
    cookie = parse_set_cookie(b"x=x" + tail) or SetCookie(b"x", b"x")
    counted = ["lines"]
    if not cookie.http_only:
        counted.append("without_http_only")
    if cookie.same_site is None:
        counted.append("without_same_site")
    if cookie.same_site is SameSite.NONE:
        counted.append("same_site_none")
    if cookie.partitioned:
        counted.append("partitioned")
    if cookie.max_age_s is None and cookie.expires_s is None:
        counted.append("session_lines")
    on_https = [*counted, "https_lines", *([] if cookie.secure else ["without_secure"])]
    return _Attributes(
        (tuple(counted), tuple(on_https)),
        cookie.max_age_s,
        cookie.expires_s,
        cut((cookie.domain or b"").decode("latin-1")),
        path_template((cookie.path or b"").decode("latin-1")),
    )


_attributes: Memo[bytes, _Attributes] = Memo(_read, limit=_REMEMBERED_TAILS, longest=_LONGEST_TAIL)
