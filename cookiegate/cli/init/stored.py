"""Rows for what scripts keep in storages of the browser: keys of local and session storage, IndexedDB databases.

Only an audit by a browser sees them. Pure. Law: what the site's own pages keep is in a row or in the site's own file.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from cookiegate.cli.init.rows import UNDECIDED, Declared, Plan, Row, several_names, without_purpose
from cookiegate.cookie_rule import Storage
from cookiegate.model import Category, CookieRule
from cookiegate.registry.knowledge import proposal_for
from cookiegate.registry.names import Names
from cookiegate.registry.numbered_name import family_of

__all__ = ["SeenKey", "label_of", "make_stored_plan"]

_LABELS: Mapping[Storage, str] = {"local": "local storage", "session": "session storage", "indexeddb": "IndexedDB"}
_CUT = re.compile(r"\.\.\. \([0-9]+ characters\)\Z")
_ESCAPE = re.compile(r"\\(?:x[0-9a-f]{2}|u[0-9a-f]{4}|U[0-9a-f]{8}|[nrt])")
_NOT_SHOWN = "the * is for what the audit does not show: characters that can't be printed, the end of a long name"


@dataclass(frozen=True, slots=True)
class SeenKey:
    """A key of a storage, or the name of a database."""

    storage: Storage
    shown: str
    """As the audit shows it: cut after some length, unprintable characters escaped."""
    where: str
    phases: tuple[str, ...]
    """The labels of the phases in which it was there, in their order: "Before any choice"."""

    @property
    def name(self) -> str:
        """The rule's name for it, with a `*` for what is not shown."""
        return _ESCAPE.sub("*", _CUT.sub("*", self.shown))


def label_of(rule: CookieRule) -> str:
    """Return a rule's name; for a key, with its storage."""
    return rule.name if rule.storage is None else f"{rule.name} ({_LABELS[rule.storage]})"


def make_stored_plan(seen: Iterable[SeenKey] | None, declared: Iterable[Declared], own: Iterable[CookieRule]) -> Plan:
    """Make a row for each key that is seen or declared, and that no rule of the site names.

    `seen`: `None` where no browser looked. `declared`, `own`: the rules about storages in policies and in the file.
    """
    plan = Plan()
    mine = {rule.key: rule for rule in own}
    theirs = {each.rule.key: each for each in declared}
    new = {key: each for key, each in theirs.items() if key not in mine}
    found = mine.keys() & theirs.keys()
    keys: dict[str, list[SeenKey]] = {}
    for storage in _LABELS:
        rules = [*mine.values(), *(each.rule for each in new.values())]
        known = Names({rule.name: rule for rule in rules if rule.storage == storage})
        for name, group in _grouped([key for key in seen or () if key.storage == storage and key.name.strip("*")]):
            rule = known.find(group[0].name)
            if rule is None:
                plan.rows.append(_seen_row(storage, name, group))
            else:
                found.add(rule.key)
                keys.setdefault(rule.key, []).extend(group)
    plan.rows = [*(_declared_row(each, keys.get(key, [])) for key, each in new.items()), *plan.rows]
    plan.kept = [label_of(rule) for key, rule in mine.items() if key in found]
    plan.gone = [label_of(rule) for key, rule in mine.items() if key not in found and seen is not None]
    return plan


def _grouped(keys: list[SeenKey]) -> Iterator[tuple[str, list[SeenKey]]]:
    """Yield the name of a rule and its keys; names that end in different numbers are of one rule."""
    families = Counter(family_of(name) for name in {key.name for key in keys})
    groups: dict[str, list[SeenKey]] = {}
    for key in sorted(keys, key=lambda each: each.name):
        family = family_of(key.name)
        groups.setdefault(family if family is not None and families[family] > 1 else key.name, []).append(key)
    yield from groups.items()


def _seen_at(seen: list[SeenKey]) -> str:
    places = " and ".join(dict.fromkeys(key.where for key in seen))
    phases = ", ".join(dict.fromkeys(f"{label[0].lower()}{label[1:]}" for key in seen for label in key.phases))
    return f"seen in {places}: {phases}"


def _declared_row(declared: Declared, seen: list[SeenKey]) -> Row:
    origins = [f"declared in {declared.where}", *([_seen_at(seen)] if seen else [])]
    return Row(declared.rule, tuple(origins), tuple(without_purpose(declared.rule)))


def _seen_row(storage: Storage, name: str, seen: list[SeenKey]) -> Row:
    """Make the row of a key; what cookiegate knows of a cookie with this name is proposed."""
    known = proposal_for(seen[0].name)
    origins = [_seen_at(seen)]
    several = len({key.name for key in seen})
    if several > 1:
        origins.append(several_names(several))
    elif name != seen[0].shown:
        origins.append(_NOT_SHOWN)
    rule = CookieRule(
        name=name,
        category=Category.MARKETING if known is None else known.category,
        lifetime="session" if storage == "session" else "persistent",
        purpose="" if known is None else known.purpose,
        provider="" if known is None else known.provider,
        storage=storage,
    )
    if known is None:
        return Row(rule, tuple(origins), (UNDECIDED, *without_purpose(rule)), is_open=True)
    origins.append(f"the rest as cookiegate knows the cookie {known.name} ({known.source or known.provider})")
    return Row(rule, tuple(origins), (f"is it {known.category}? A cookie of this name is",), is_proposed=True)
