"""The objections of a test run, with the tests and clients that saw them; in bounded memory.

Law: memory is bounded, and objections beyond the limit are counted.
"""

import json
from collections.abc import Iterable
from dataclasses import astuple, dataclass, field

from cookiegate.testing.judging import Kind, Objection

__all__ = ["Occurrences", "Tally"]

_EXAMPLES = 3
_MAX_OBJECTIONS = 1000


@dataclass(slots=True)
class Occurrences:
    """The occurrences of an objection: the first few tests and requests, and the number of tests."""

    tests: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    test_count: int = 0
    last_test: str = ""

    def add(self, tests: Iterable[str], requests: Iterable[str], count: int) -> None:
        """Add what was seen elsewhere."""
        self.tests = [*dict.fromkeys([*self.tests, *tests])][:_EXAMPLES]
        self.requests = [*dict.fromkeys([*self.requests, *requests])][:_EXAMPLES]
        self.test_count += count


class Tally:
    """Counts lines, and keeps objections with their occurrences."""

    def __init__(self) -> None:
        self.lines: int = 0
        self.left_out: int = 0
        self.found: dict[Objection, Occurrences] = {}

    def add(self, objection: Objection, test: str, request: str) -> None:
        """Note one objection to a line that a test's app sent."""
        occurrences = self._occurrences(objection)
        if occurrences is not None:
            occurrences.add([test], [request], int(occurrences.last_test != test))
            occurrences.last_test = test

    def of_kind(self, kind: Kind) -> list[tuple[Objection, Occurrences]]:
        """List the objections of one kind by name."""
        return sorted((item for item in self.found.items() if item[0].kind is kind), key=lambda item: item[0].name)

    def to_json(self) -> str:
        """Write the tally for another process."""
        rows = [(astuple(objection), astuple(occurrences)) for objection, occurrences in self.found.items()]
        return json.dumps([self.lines, self.left_out, rows])

    def merge_json(self, text: str) -> None:
        """Add the tally that another process wrote."""
        lines, left_out, rows = json.loads(text)
        self.lines += int(lines)
        self.left_out += left_out
        for (kind, *words), (tests, requests, test_count, _) in rows:
            occurrences = self._occurrences(Objection(Kind(kind), *words))
            if occurrences is not None:
                occurrences.add(tests, requests, test_count)

    def _occurrences(self, objection: Objection) -> Occurrences | None:
        if objection not in self.found and len(self.found) >= _MAX_OBJECTIONS:
            self.left_out += 1
            return None
        return self.found.setdefault(objection, Occurrences())
