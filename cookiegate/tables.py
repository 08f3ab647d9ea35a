"""Tables of entries: the policy's judgements, cached for every value of a cookie.

There is a table for each set of granted categories, for http and for https. It maps a raw name to the entries of the
name's group, and these map raw attributes (the tail: what follows the first `;`) to an entry. A group holds the names
with the same rules and the same name prefix. For a tail with a plain date there are three entries: the date is past,
within the limit, or beyond it. Entries that depend on the clock are kept for a minute.

Law: memory is bounded, whatever names and tails an app sends, and entries in use survive.
"""

from collections.abc import Callable
from typing import Final

from cookiegate.judgement import DROP, KEEP, Entry, Judgement
from cookiegate.memo import Memo
from cookiegate.model import Action, Category
from cookiegate.policy import Policy
from cookiegate.registry.registry import Match
from cookiegate.wire.dates import format_cookie_date, is_plain_cookie_date, parse_cookie_date
from cookiegate.wire.prefix import name_prefix
from cookiegate.wire.set_cookie import parse_set_cookie
from cookiegate.wire.token import is_token

__all__ = ["NEEDS_CONSENT", "NOT_CACHED", "SETS_CONSENT", "Table", "Tables"]

NEEDS_CONSENT: Final[Entry] = (None, Judgement(Action.DROP, 0))
"""The judgement depends on the consent: look into the table for the granted categories."""
SETS_CONSENT: Final[Entry] = (None, Judgement(Action.DROP, 0))
"""The line sets a consent cookie, which counts for the other lines: apply it first."""
NOT_CACHED: Final[Entry] = (None, Judgement(Action.DROP, 0))
"""The line can't be cached: call the policy."""

_REMEMBERED_NAMES = 1024
_REMEMBERED_GROUPS = 512
_REMEMBERED_TAILS = 32
_REMEMBERED_TEMPLATES = 16
_LONGEST_NAME = 128
_LONGEST_TAIL = 256
_SHORT_LIVED_S = 60.0
_DATE_OCTETS = 29
_NO_CATEGORIES: frozenset[Category] = frozenset()


class _Tails:
    """The entries for one group of names, by raw attributes (what follows the first `;`)."""

    __slots__ = ("_has_templates", "_judge", "_limit_s", "_line_start", "_templates", "is_short_lived", "memo")

    def __init__(
        self, judge: Callable[[bytes, float], Entry], prefix: str, limit_s: int | None, *, has_templates: bool = False
    ) -> None:
        self._judge = judge
        self._has_templates = has_templates
        self._line_start = prefix.encode() + b"x=x;"
        self._limit_s = limit_s
        self._templates: Memo[tuple[bytes, bytes], _Template | None] | None = None  # most tails have no date
        self.memo: Memo[bytes, Entry] = Memo(self._find, limit=_REMEMBERED_TAILS, longest=_LONGEST_TAIL)
        self.is_short_lived = False
        """Some entries depend on the clock."""

    def clear(self) -> None:
        """Drop all entries."""
        self.memo.clear()
        self._templates = None
        self.is_short_lived = False

    def _find(self, tail: bytes, now: float) -> Entry:
        head, has_date, rest = tail.partition(b"xpires=")
        if has_date and (date := _dates[rest[:_DATE_OCTETS]]) is not None:
            self.is_short_lived = True
            template = self._find_template(head, rest[_DATE_OCTETS:]) if self._has_templates else None
            if template is not None:
                return template.entry(date, now)
        elif b"expires" in tail.lower():
            self.is_short_lived = True
        return self._judge(self._line_start + tail, now)

    def _find_template(self, head: bytes, behind: bytes) -> "_Template | None":
        templates = self._templates
        if templates is None:
            templates = self._templates = Memo(self._make_template, limit=_REMEMBERED_TEMPLATES, longest=2)
        return templates[head, behind]

    def _make_template(self, parts: tuple[bytes, bytes]) -> "_Template | None":
        """Make the template for one tail with any date, if the date changes only when the cookie expires."""
        head, behind = self._line_start + parts[0] + b"xpires=", parts[1]
        example = parse_set_cookie(head + format_cookie_date(0) + behind)
        is_attribute = parts[0].rpartition(b";")[2].strip(b" \t").lower() == b"e"
        if not is_attribute or example is None or not example.is_unambiguous:
            return None
        return _Template(lambda date, now: self._judge(head + date + behind, now), self._limit_s)


class _Template:
    """The entries for one tail with any plain date: in the past, within the limit, or beyond it."""

    __slots__ = ("_entries", "_judge", "_limit_s")

    def __init__(self, judge: Callable[[bytes, float], Entry], limit_s: int | None) -> None:
        self._judge = judge
        self._limit_s = limit_s
        self._entries: list[tuple[Entry, bytes, bytes | None] | None] = [None, None, None]

    def entry(self, date: tuple[int, bytes], now: float) -> Entry:
        """Return the entry for a date, given in seconds since 1970 and as text."""
        seconds, text = date
        period = 0 if seconds <= now else 1 if self._limit_s is None or seconds <= now + self._limit_s else 2
        found = self._entries[period]
        if found is None:
            found = self._entries[period] = self._learn(text, now)
        entry, before, behind = found
        return entry if behind is None else (before + text + behind, entry[1])

    def _learn(self, text: bytes, now: float) -> tuple[Entry, bytes, bytes | None]:
        entry = self._judge(text, now)
        before, has_date, behind = (entry[0] or b"").partition(text)
        return entry, before, behind if has_date else None


def _read_date(text: bytes) -> tuple[int, bytes] | None:
    """Parse a date that all browsers read alike. Return its seconds, and the text that the gate writes for it."""
    seconds = parse_cookie_date(text) if is_plain_cookie_date(text) else None
    return None if seconds is None else (seconds, format_cookie_date(seconds))


_dates: Memo[bytes, tuple[int, bytes] | None] = Memo(_read_date, limit=64, longest=_DATE_OCTETS)


class Table:
    """The entries for one set of granted categories (`None`: not known yet), for http or for https."""

    __slots__ = ("_find_group", "_names", "_tails", "known")

    def __init__(
        self, find_kind: Callable[[bytes], "_NameGroup"], make_tails: Callable[["_NameGroup"], _Tails]
    ) -> None:
        self._tails: Memo[tuple[str | None, ...], _Tails] = Memo(
            lambda _, group: make_tails(group), limit=_REMEMBERED_GROUPS, longest=3
        )
        self._names: Memo[bytes, _Tails] = Memo(self._find_tails, limit=_REMEMBERED_NAMES, longest=_LONGEST_NAME)
        self._find_group = find_kind
        self.known: dict[bytes, dict[bytes, Entry]] = {}
        """By raw name, then by raw attributes. The loop looks here, and calls `learn` on a `KeyError`."""

    def learn(self, raw_name: bytes, tail: bytes, now: float) -> tuple[Entry, bool]:
        """Add a missing entry to `known`. Return it, and whether it depends on the clock."""
        tails = self._names[raw_name]
        memo = tails.memo
        try:
            entry = memo.known[tail]
        except KeyError:
            before, entry = memo.known, memo.learn(tail, now)
            if memo.known is not before:  # otherwise names would keep old generations of tails alive
                self.known = {}
        if len(raw_name) <= _LONGEST_NAME:
            if len(self.known) >= _REMEMBERED_NAMES:
                self.known = {}
            self.known[raw_name] = memo.known
        return entry, tails.is_short_lived

    def _find_tails(self, raw_name: bytes) -> _Tails:
        group = self._find_group(raw_name)
        try:
            return self._tails.known[group.key]
        except KeyError:
            return self._tails.learn(group.key, group)

    def forget_short_lived(self) -> None:
        """Drop the entries that depend on the clock."""
        for tails in self._tails.values():
            if tails.is_short_lived:
                tails.clear()
        self.known = {}


class Tables:
    """The tables of one gate, filled on demand."""

    def __init__(
        self,
        policy: Policy,
        *,
        is_consent_cookie: Callable[[str], bool],
        on_unregistered: Callable[[str], None],
        on_judged: Callable[[Judgement], object],
    ) -> None:
        self._policy = policy
        self._on_judged = on_judged
        self._is_consent_cookie = is_consent_cookie
        self._on_unregistered = on_unregistered
        self._granted: dict[frozenset[Category], tuple[Table, Table]] = {}
        self._initial = self._make_tables(None)
        self._short_lived_since: float | None = None

    def initial(self, is_https: bool, now: float) -> Table:
        """Return the table to start with, before the consent is read, without outdated entries."""
        if self._short_lived_since is not None:
            self._refresh(now)
        return self._initial[is_https]

    def granted(self, granted: frozenset[Category]) -> tuple[Table, Table]:
        """Return the tables for these granted categories, for http and for https."""
        try:
            return self._granted[granted]
        except KeyError:
            return self._granted.setdefault(granted, self._make_tables(granted))

    def learn(self, table: Table, raw_name: bytes, tail: bytes, now: float) -> Entry:
        """Add a missing entry to a table, and return it."""
        entry, is_short_lived = table.learn(raw_name, tail, now)
        if is_short_lived and self._short_lived_since is None:
            self._short_lived_since = now
        return entry

    def _refresh(self, now: float) -> None:
        """Drop the entries that depend on the clock, if their minute is over or the clock was set back."""
        since = self._short_lived_since
        if since is not None and not since <= now < since + _SHORT_LIVED_S:
            self._short_lived_since = None  # first, so that entries which another thread adds now are tracked
            for tables in (self._initial, *self._granted.values()):
                for table in tables:
                    table.forget_short_lived()

    def _make_tables(self, granted: frozenset[Category] | None) -> tuple[Table, Table]:
        return self._make_table(granted, is_https=False), self._make_table(granted, is_https=True)

    def _make_table(self, granted: frozenset[Category] | None, *, is_https: bool) -> Table:
        policy = self._policy

        def make_tails(group: _NameGroup) -> _Tails:
            match = group.match
            if match is None:
                return _Tails(lambda _line, _now: group.entry, "", None)

            def judge(line: bytes, now: float) -> Entry:
                judgement = policy.judge(line, granted or _NO_CATEGORIES, is_https=is_https, now=now, match=match)
                if granted is None and policy.depends_on_consent(judgement):
                    return NEEDS_CONSENT
                self._on_judged(judgement)
                return _entry(judgement)

            has_templates = match.is_enforced and (match.rule is None or match.rule.mode == "enforce")
            return _Tails(judge, group.prefix, policy.limit_s(match.rule), has_templates=has_templates)

        return Table(self._find_group, make_tails)

    def _find_group(self, raw_name: bytes) -> "_NameGroup":
        """Find the group of a name."""
        if not is_token(raw_name) or raw_name.startswith(b"$"):
            return _UNREADABLE_NAMES
        name = raw_name.decode("ascii")
        if self._is_consent_cookie(name):
            return _CONSENT_COOKIES
        match = self._policy.match(name)
        if match.rule is None:
            self._on_unregistered(name)
        prefix = name_prefix(raw_name)
        names = [None if rule is None else f"{rule.name} {rule.mode}" for rule in (match.rule, match.refusing)]
        return _NameGroup((*names, prefix if match.is_enforced else f"{prefix} left alone"), match, prefix)


class _NameGroup:
    """The names with the same rules and the same name prefix."""

    __slots__ = ("entry", "key", "match", "prefix")

    def __init__(
        self, key: tuple[str | None, ...], match: Match | None, prefix: str = "", entry: Entry = NOT_CACHED
    ) -> None:
        self.key = key
        """The key of its entries: cheaper to compare than the rules."""
        self.match = match
        self.prefix = prefix
        self.entry = entry
        """The entry of a group that does not use the registry."""


_UNREADABLE_NAMES = _NameGroup(("unreadable", None, ""), None)
_CONSENT_COOKIES = _NameGroup(("consent", None, ""), None, entry=SETS_CONSENT)


def _entry(judgement: Judgement) -> Entry:
    """Make the entry for a judgement."""
    if not judgement.is_enforced or judgement.action is Action.KEEP:
        return KEEP, judgement
    if judgement.action is Action.DROP and judgement.refused is not None:
        return DROP, judgement
    if judgement.action is Action.REWRITE and not judgement.is_deletion:
        return judgement.tail or None, judgement
    return None, judgement
