"""What the plugin says: a summary for the terminal, and the lines of a cookies.toml that would register a cookie."""

from collections.abc import Iterator

from cookiegate.testing.judging import Kind, Objection
from cookiegate.testing.tally import Sighting, Tally

__all__ = ["shown", "skeleton", "summary"]

_SHOWN_NAME = 100
_SHOWN_OBJECTIONS = 50
_HEADINGS = {
    Kind.UNREGISTERED: "Not registered in {file}; choose a category for each, and say what it is for:",
    Kind.MALFORMED: "Refused by browsers, or read in different ways; mend the line:",
    Kind.UNDECLARED: "Known to cookiegate itself, but not declared in {file}:",
    Kind.NOT_AS_DECLARED: "Not as {file} declares; this is what the gate changes:",
}


def shown(text: str) -> str:
    """Show what somebody else wrote so that it can't move a cursor or break an encoding."""
    cut = text[:_SHOWN_NAME] + "..." * (len(text) > _SHOWN_NAME)
    return "".join(char if " " <= char <= "~" else char.encode("unicode_escape").decode("ascii") for char in cut)


def skeleton(objection: Objection) -> str:
    """Write the lines that would register a cookie."""
    return (
        f'[[cookie]]\nname = "{objection.name}"\ncategory = ""  # necessary, preferences, statistics or marketing\n'
        f'purpose = ""\nlifetime = "{objection.lifetime}"'
    )


def summary(tally: Tally, file_name: str, failing: frozenset[Kind]) -> Iterator[str]:
    """Say line by line what was found: each cookie, the tests that set it, and what to write.

    Kinds that don't fail the run are told in a line a cookie.
    """
    has_notes = False
    for kind in Kind:
        found = tally.of_kind(kind)
        if not found:
            continue
        yield _HEADINGS[kind].format(file=shown(file_name))
        for objection, sighting in found[:_SHOWN_OBJECTIONS]:
            what = f"{shown(objection.name) or '(no name)'}{': ' * bool(objection.what)}{objection.what}"
            if kind not in failing:
                has_notes = True
                yield f"  {what}"
                continue
            has_skeleton = kind in {Kind.UNREGISTERED, Kind.UNDECLARED}
            yield ""
            yield from (f"  {line}" for line in (skeleton(objection).split("\n") if has_skeleton else [what]))
            yield from (f"    {line}" for line in _sightings(sighting))
        if len(found) > _SHOWN_OBJECTIONS:
            yield f"  ... and {len(found) - _SHOWN_OBJECTIONS} more"
        yield ""
    if has_notes:
        yield "With --cookiegate-strict what is told in one line fails the run too."
    if tally.left_out:
        yield f"Beyond that, {tally.left_out} lines had more names than are kept apart."


def _sightings(sighting: Sighting) -> Iterator[str]:
    yield f"set by {', '.join(shown(request) for request in sighting.requests)}"
    yield from (f"in {shown(test)}" for test in sighting.tests)
    more = sighting.test_count - len(sighting.tests)
    if more > 0:
        yield f"and in {more} more"
