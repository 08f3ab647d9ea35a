"""The sources of a Content-Security-Policy that wait for consent, and a response's policies without the refused ones.

Law: as `cookiegate.wire.source_list`; a source that two categories name stays while one of them is granted.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from cookiegate.engine import HasConsent
from cookiegate.memo import Memo
from cookiegate.model import Category, Consent, RemovedSource
from cookiegate.wire.headers import FieldKind, field_kind
from cookiegate.wire.source_list import Pairs, ignored_hosts, overruled, remove_sources, source_key

__all__ = ["NO_POLICIES", "ConsentedSources", "Policies"]

_REMEMBERED_POLICIES = 32
_LONGEST_POLICY = 8192  # octets; more than most servers send


@dataclass(frozen=True, slots=True)
class Policies:
    """What became of the policies of one response."""

    depends: bool = False
    """A policy names a source of a category, granted or not: another visitor gets another policy."""
    removed: tuple[RemovedSource, ...] = ()
    overruled: Pairs = ()
    """Directives, and refused sources that they allow all the same, by another expression."""
    ignored: Pairs = ()
    """Directives, and sources that browsers ignore for scripts, beside `'strict-dynamic'`."""


NO_POLICIES = Policies()
# At the beginning of a token. It starts with plain octets, for which `re` looks far quicker than for anything else.
_NONCE = re.compile(rb"'nonce-(?<![^ \t\n\x0b\x0c\r;,]'nonce-)[^' \t\n\x0b\x0c\r;,]*'")
_ANY_NONCE = b"'nonce-'"
"""Stands for each nonce while a policy is looked up: most policies with a nonce differ in nothing else."""
_ALLOWS_NOTHING = b"default-src 'none'"
_AS_SENT = Policies(depends=True)
_NOTHING: frozenset[Category] = frozenset()


@dataclass(frozen=True, slots=True)
class _Left:
    """What is left of one policy field."""

    value: bytes
    removed: Pairs
    overruled: Pairs
    ignored: Pairs
    names_known: bool


class ConsentedSources:
    """Which sources wait for which categories; made once for a gate."""

    def __init__(self, sources: Mapping[str, Iterable[str]]) -> None:
        categories: dict[bytes, list[Category]] = {}
        for category in Category:
            for source in sources.get(category, ()):
                categories.setdefault(source_key(source.encode("ascii")), []).append(category)
        self._categories = categories
        self._by_grant: dict[frozenset[Category], Memo[bytes, _Left]] = {}

    def filter(
        self, fields: list[Any], places: Sequence[int], asked: HasConsent, now: float, *, is_enforced: bool
    ) -> tuple[list[Any], Policies]:
        """Return header fields with what may stay of their policies, and what became of these.

        `places`: where the policies are among the fields. The consent is asked for only if a policy names a source of a
        category, or allows one by another expression. In report-only nothing is taken away.
        """
        keys = [_key(fields[at][1]) for at in places]
        unread = self._of(_NOTHING)
        depends = any(unread[key].names_known for key in keys)
        if not depends and not any(unread[key].overruled for key in keys):
            return fields, NO_POLICIES
        consent = asked.find_consent(now)
        policies = self._of(consent.granted)
        lefts = [policies[key] for key in keys]
        removed = dict.fromkeys(pair for left in lefts if left.removed for pair in left.removed)
        overruled = dict.fromkeys(pair for left in lefts if left.overruled for pair in left.overruled)
        ignored = dict.fromkeys(pair for left in lefts if left.ignored for pair in left.ignored)
        if not removed and not overruled and not ignored:
            return fields, _AS_SENT if depends else NO_POLICIES
        if removed and is_enforced:
            fields = [*fields]
            for at, left in zip(places, lefts, strict=True):
                fields[at] = _without(fields[at], left)
        explained = tuple(self._explain(directive, key, consent, is_enforced) for directive, key in removed)
        return fields, Policies(depends=depends, removed=explained, overruled=tuple(overruled), ignored=tuple(ignored))

    def without_all(self, fields: list[Any]) -> list[Any]:
        """Return header fields, pairs of octets, whose policies name no source of any category.

        For a response that could not be judged. A policy that can't be read allows nothing any more. Raises nothing.
        """
        return [(field[0], self._strictest(field[1])) if _is_policy(field) else field for field in fields]

    def _strictest(self, value: bytes) -> bytes:
        try:
            return remove_sources(value, self._categories, self._categories)[0]
        except Exception:  # noqa: BLE001  # it may be this very function that failed
            return _ALLOWS_NOTHING

    def _explain(self, directive: bytes, key: bytes, consent: Consent, is_enforced: bool) -> RemovedSource:
        category = self._categories[key][0]
        return RemovedSource(
            source=key.decode("latin-1"),
            directive=directive.decode("latin-1"),
            category=category,
            reason=consent.refusal(category),
            is_enforced=is_enforced,
        )

    def _of(self, granted: frozenset[Category]) -> Memo[bytes, _Left]:
        """Return the memory of what is left of a policy when these categories are granted: one of eight."""
        memo = self._by_grant.get(granted)
        if memo is None:
            refused = frozenset(key for key, named in self._categories.items() if granted.isdisjoint(named))
            memo = self._by_grant[granted] = Memo(
                lambda value: self._apply(value, refused), limit=_REMEMBERED_POLICIES, longest=_LONGEST_POLICY
            )
        return memo

    def _apply(self, value: bytes, refused: frozenset[bytes]) -> _Left:
        left, removed, names_known = remove_sources(value, refused, self._categories)
        return _Left(left, removed, overruled(left, refused), ignored_hosts(value, self._categories), names_known)


def _is_policy(field: Any) -> bool:
    name = field[0] if isinstance(field, tuple) else None
    return isinstance(name, bytes) and field_kind(name) is FieldKind.POLICY


def _key(value: bytes) -> bytes:
    """Return what a policy is looked up by: itself, without the text of its nonces."""
    return _NONCE.sub(_ANY_NONCE, value) if _ANY_NONCE[:-1] in value else value


def _without(field: tuple[bytes, bytes], left: _Left) -> tuple[bytes, bytes]:
    """Return a policy field with what is left of its value, and with its own nonces."""
    name, value = field
    if not left.removed:
        return field
    nonces = _NONCE.findall(value)
    if not nonces:
        return name, left.value
    parts = _NONCE.split(left.value)  # no nonce is ever taken away
    return name, b"".join(chain.from_iterable(zip(parts, [*nonces, b""], strict=True)))
