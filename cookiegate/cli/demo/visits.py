"""The demo's three visitors: each submits the page's form, as a browser would, and then requests every cookie."""

from dataclasses import dataclass, replace

from cookiegate.cli.text import DecisionRecord
from cookiegate.wire.set_cookie import parse_set_cookie, write_set_cookie

__all__ = ["VISITORS", "Visit", "visit"]

VISITORS: dict[str, str | None] = {"no choice yet": None, "statistics only": "statistics", "everything": "accept"}
"""From what a visitor is called in the table to the button that is pressed."""

_REMEMBERED_S = 60
_TIMEOUT_S = 30  # the server may be starting


@dataclass(frozen=True, slots=True)
class Visit:
    """The result for one visitor: the received lines, and the gate's decisions."""

    visitor: str
    lines: tuple[str, ...]
    """The Set-Cookie lines of the response."""
    decisions: tuple[DecisionRecord, ...]
    """The gate's decisions, from the response's body."""
    cache_control: str | None

    @property
    def is_as_decided(self) -> bool:
        """Whether the received lines are those of the decisions, in the same order."""
        decided = [each["after"] for each in self.decisions if each["after"] is not None]
        return len(decided) == len(self.lines) and all(map(_are_same, self.lines, decided))


def visit(url: str, visitor: str) -> Visit:
    """Make one visitor's requests.

    Raises: `httpx.HTTPError` if the site does not respond as expected.
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
    """Compare two lines. A shortened date may be a minute older, because the gate caches it for a minute."""
    if line == decided:
        return True
    first, second = (parse_set_cookie(text.encode("latin-1", "replace")) for text in (line, decided))
    if first is None or second is None or first.expires_s is None or second.expires_s is None:
        return False
    is_near = abs(first.expires_s - second.expires_s) <= _REMEMBERED_S
    return is_near and write_set_cookie(replace(first, expires_s=0)) == write_set_cookie(replace(second, expires_s=0))
