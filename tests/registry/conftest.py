"""Reads a declaration from a text, and sums up what was read in a form that assertions can quote."""

from collections.abc import Callable
from typing import Any

import pytest

from cookiegate.model import CookieRule
from cookiegate.registry import Declaration, parse_declaration


class Read:
    """A declaration, shortened for assertions."""

    def __init__(self, declaration: Declaration) -> None:
        self.declaration = declaration
        self.rules = {rule.name: rule for rule in declaration.rules}
        self.missed = [str(remark) for remark in declaration.not_understood]
        self.notes = [str(remark) for remark in declaration.notes]

    def short(self) -> list[tuple[str, str, str]]:
        """Name, category and lifetime of each rule."""
        return [(rule.name, rule.category.value, str(rule.lifetime or "")) for rule in self.declaration.rules]

    def only(self) -> CookieRule:
        (rule,) = self.declaration.rules
        return rule


@pytest.fixture
def read() -> Callable[..., Read]:
    """Read a text as a file of this name."""

    def parse(text: str | bytes, name: str, **arguments: Any) -> Read:
        declaration = parse_declaration(text, where=name, **arguments)
        return Read(declaration)

    return parse
