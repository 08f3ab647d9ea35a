"""The demo's three visitors: each chooses by the page's form, as a browser would, and asks for every cookie."""

from dataclasses import dataclass, replace

from cookiegate.cli.words import DecisionRecord
from cookiegate.wire.set_cookie import parse_set_cookie, write_set_cookie

__all__ = ["VISITORS", "Visit", "visit"]

VISITORS = {"no choice yet": None, "statistics only": "statistics", "everything": "accept"}
"""From what a visitor is called in the table to the button that is pressed."""

_REMEMBERED_S = 60
_TIMEOUT_S = 30  # of a server that is still starting


@dataclass(frozen=True, slots=True)
class Visit:
    """What one visitor got: the lines as they came over the wire, and what the gate says it did."""

    visitor: str
    lines: tuple[str, ...]
    """The Set-Cookie lines of the response."""
    decisions: tuple[DecisionRecord, ...]
    """The gate's decisions, as the site told them in the response's body."""
    cache_control: str | None

    @property
    def is_as_decided(self) -> bool:
        """The wire carries what was decided, line by line and in this order."""
        decided = [told["after"] for told in self.decisions if told["after"] is not None]
        return len(decided) == len(self.lines) and all(map(_are_same, self.lines, decided))


def visit(url: str, visitor: str) -> Visit:
    """Make one visitor's requests.

    Raises: `httpx.HTTPError` if the site does not answer as it should.
    """
    import httpx

    choice = VISITORS[visitor]
    with httpx.Client(base_url=url, timeout=_TIMEOUT_S, trust_env=False) as client:
        if choice is not None:
            chosen = client.post("/choice", data={"choice": choice})
            if not chosen.has_redirect_location:
                chosen.raise_for_status()
        response = client.get("/decisions").raise_for_status()
        return Visit(
            visitor,
            tuple(response.headers.get_list("set-cookie")),
            tuple(response.json()),
            response.headers.get("cache-control"),
        )


def _are_same(line: str, decided: str) -> bool:
    """Compare two lines; a date that the gate shortened may be a minute old, since it remembers it for so long."""
    if line == decided:
        return True
    first, second = (parse_set_cookie(text.encode("latin-1", "replace")) for text in (line, decided))
    if first is None or second is None or first.expires_s is None or second.expires_s is None:
        return False
    is_near = abs(first.expires_s - second.expires_s) <= _REMEMBERED_S
    return is_near and write_set_cookie(replace(first, expires_s=0)) == write_set_cookie(replace(second, expires_s=0))
