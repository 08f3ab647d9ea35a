"""Which objections a test run gave rise to, and which tests and clients saw them; in bounded memory."""

import json
from collections.abc import Iterable
from dataclasses import astuple, dataclass, field

from cookiegate.testing.judging import Kind, Objection

__all__ = ["Sighting", "Tally"]

_EXAMPLES = 3
_MAX_OBJECTIONS = 1000


@dataclass(slots=True)
class Sighting:
    """Where an objection was seen: the first few tests and requests, and how many tests in all."""

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
    """Counts lines, and keeps objections with their sightings."""

    def __init__(self) -> None:
        self.lines = 0
        self.left_out = 0
        self.found: dict[Objection, Sighting] = {}

    def add(self, objection: Objection, test: str, request: str) -> None:
        """Note one objection to a line that a test's app sent."""
        sighting = self._sighting(objection)
        if sighting is not None:
            sighting.add([test], [request], int(sighting.last_test != test))
            sighting.last_test = test

    def of_kind(self, kind: Kind) -> list[tuple[Objection, Sighting]]:
        """List the objections of one kind by name."""
        return sorted((item for item in self.found.items() if item[0].kind is kind), key=lambda item: item[0].name)

    def to_json(self) -> str:
        """Write the tally for another process."""
        rows = [(astuple(objection), astuple(sighting)) for objection, sighting in self.found.items()]
        return json.dumps([self.lines, self.left_out, rows])

    def merge_json(self, text: str) -> None:
        """Add the tally that another process wrote."""
        lines, left_out, rows = json.loads(text)
        self.lines += lines
        self.left_out += left_out
        for (kind, *words), (tests, requests, test_count, _) in rows:
            sighting = self._sighting(Objection(Kind(kind), *words))
            if sighting is not None:
                sighting.add(tests, requests, test_count)

    def _sighting(self, objection: Objection) -> Sighting | None:
        if objection not in self.found and len(self.found) >= _MAX_OBJECTIONS:
            self.left_out += 1
            return None
        return self.found.setdefault(objection, Sighting())
