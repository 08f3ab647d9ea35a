"""The `cookiegate` fixture's value: what the test's apps set so far, and single assertions about it.

Law: each test sees only the cookies that were set during it.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from cookiegate.decision import Decision
from cookiegate.gate import CookieGate, compiled
from cookiegate.model import Category, Consent, RequestHead
from cookiegate.testing.judging import Judge, Kind, Objection
from cookiegate.testing.lines import set_cookie_lines
from cookiegate.testing.summary import shown, skeleton

__all__ = ["Cookies", "Line"]

_REMEMBERED_LINES = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One Set-Cookie line that an app under test sent."""

    name: str
    """The cookie's name, octets read as Latin-1."""
    category: Category | None
    """What the registry says; `None` for a name that it does not know."""
    request: str
    """The request that the app answered, like `"GET /login"`."""
    client: str
    """The test client that received it."""
    line: bytes = field(repr=False)
    """The line itself. Holds the value: not for logs."""


class Cookies:
    """The cookies of the running test; each test begins without any."""

    def __init__(self, judge: Judge) -> None:
        self._judge = judge
        self._lines: deque[Line] = deque(maxlen=_REMEMBERED_LINES)

    @property
    def gate(self) -> CookieGate:
        """The gate that the file configures."""
        return self._judge.gate

    @property
    def lines(self) -> tuple[Line, ...]:
        """Every Set-Cookie line that the test's apps sent so far, its fixtures' among them."""
        return tuple(self._lines)

    @property
    def names(self) -> set[str]:
        """The names of the cookies in `lines`."""
        return {line.name for line in self._lines}

    def assert_registered(self, response: object = None) -> None:
        """Check that the registry knows every cookie of a response; without one, of the test so far.

        Takes a response of httpx, Starlette, Werkzeug, Flask or Django, a Set-Cookie line, or a list of lines.

        Raises: `AssertionError` that names the others and says how to register them.
        """
        __tracebackhide__ = True
        lines = [each.line for each in self._lines] if response is None else set_cookie_lines(response)
        found = dict.fromkeys(objection for line in lines if (objection := self._judge.object(line)) is not None)
        wrong = [_text_of(objection) for objection in found if objection.kind in {Kind.UNREGISTERED, Kind.MALFORMED}]
        if wrong:
            raise AssertionError("\n\n".join([f"not registered in {shown(self._judge.file_name)}:", *wrong]))

    def decide(
        self, response: object, *, granted: Iterable[str] | None = None, is_https: bool = True
    ) -> dict[str, Decision]:
        """Return the gate's decision on each cookie of a response by name; of several of a name, that on the last.

        `granted` is what the visitor chose, `()` nothing; without it the visitor has not chosen yet.

        Raises: `ValueError` for a category that is not one of the four.
        """
        choice = None if granted is None else Consent(granted, source="test", revision=self.gate.revision)
        head = RequestHead(scheme="https" if is_https else "http")
        consent = compiled(self.gate).terms.apply(choice, head, self.gate.clock())
        decisions = [self._judge.decide(line, consent, is_https=is_https) for line in set_cookie_lines(response)]
        return {decision.name: decision for decision in decisions}

    def begin(self) -> None:
        """Forget what an earlier test set."""
        self._lines.clear()

    def add(self, line: bytes, request: str, client: str) -> None:
        """Note a line of the running test."""
        decision = self._judge.decide(line)
        self._lines.append(
            Line(name=decision.name, category=decision.category, request=request, client=client, line=line)
        )


def _text_of(objection: Objection) -> str:
    if objection.kind is Kind.MALFORMED:
        return f"{shown(objection.name) or 'a cookie without a name'}: browsers refuse the line: {objection.what}"
    return skeleton(objection)
