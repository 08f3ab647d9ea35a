"""What a rival is: a rewriting of Set-Cookie lines that is given the visitor's choice, and what it can't do."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

__all__ = ["Peer", "Rewrite", "as_they_are", "meaning"]

Rewrite: TypeAlias = Callable[[Any, frozenset[str]], list[bytes]]
"""What `Peer.prepare` made of the lines, and the granted categories, to the lines that may leave."""


def as_they_are(lines: list[bytes]) -> list[bytes]:
    """Prepare nothing."""
    return lines


@dataclass(frozen=True, slots=True)
class Peer:
    """One rival."""

    name: str
    rewrite: Rewrite | None
    """`None`: what it needs is not installed."""
    prepare: Callable[[list[bytes]], Any] = as_they_are
    """What is done before the clock runs, where the rival never sees a line."""
    note: str = ""
    """What is not the same work, whichever lines it is given."""

    def answer(self, lines: list[bytes], granted: frozenset[str]) -> list[bytes]:
        """Rewrite these lines."""
        assert self.rewrite is not None
        return self.rewrite(self.prepare(lines), granted)


def meaning(line: bytes) -> tuple[bytes, bytes, frozenset[tuple[bytes, bytes]]]:
    """Return what a line says, whatever the order and the case of its attributes: two that mean the same are equal."""
    pair, *attributes = line.split(b";")
    name, _, value = pair.partition(b"=")
    found = set()
    for attribute in attributes:
        key, _, text = attribute.strip().partition(b"=")
        text = text.lower() if key.lower() in (b"samesite", b"domain") else text
        found.add((key.lower(), text))
    return name.strip(), value, frozenset(found)
