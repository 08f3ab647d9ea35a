"""The plugin's output: a summary for the terminal, and the lines of a cookies.toml that would register a cookie.

Law: no value of a cookie is shown.
"""

from collections.abc import Iterator
from dataclasses import replace

from cookiegate.escaping import escaped
from cookiegate.model import Lifetime
from cookiegate.plural import counted
from cookiegate.registry import proposal_for, write_rule
from cookiegate.testing.judging import Kind, Objection
from cookiegate.testing.tally import Occurrences, Tally

__all__ = ["shown", "skeleton", "summary"]

_SHOWN_NAME = 100
_SHOWN_OBJECTIONS = 50
_HEADINGS = {
    Kind.UNREGISTERED: "Not registered in {file}; choose a category for each, and say what it is for:",
    Kind.MALFORMED: "Refused by browsers, or read in different ways; correct the line:",
    Kind.UNDECLARED: "Known to cookiegate itself, but not declared in {file}:",
    Kind.NOT_AS_DECLARED: "Not as {file} declares; this is what the gate changes:",
}


def shown(text: str) -> str:
    """Return text of others that can't move a cursor or break an encoding."""
    cut = text[:_SHOWN_NAME] + "..." * (len(text) > _SHOWN_NAME)
    return escaped(cut).encode("ascii", "backslashreplace").decode("ascii")


def skeleton(objection: Objection) -> str:
    """Write the lines that would register a cookie, with what cookiegate knows of it; the lifetime is the app's."""
    rule = proposal_for(objection.name)
    if rule is not None:
        return write_rule(replace(rule, lifetime=Lifetime(objection.lifetime)))
    return (
        f'[[cookie]]\nname = "{objection.name}"\ncategory = ""  # necessary, preferences, statistics or marketing\n'
        f'purpose = ""\nlifetime = "{objection.lifetime}"'
    )


def summary(tally: Tally, file_name: str, failing: frozenset[Kind]) -> Iterator[str]:
    """Yield the lines of the summary: each cookie, the tests that set it, and what to write.

    Kinds that don't fail the run take one line for each cookie.
    """
    has_notes = False
    for kind in Kind:
        found = tally.of_kind(kind)
        if not found:
            continue
        yield _HEADINGS[kind].format(file=shown(file_name))
        for objection, occurrences in found[:_SHOWN_OBJECTIONS]:
            what = f"{shown(objection.name) or '(no name)'}{': ' * bool(objection.what)}{objection.what}"
            if kind not in failing:
                has_notes = True
                yield f"  {what}"
                continue
            has_skeleton = kind in {Kind.UNREGISTERED, Kind.UNDECLARED}
            yield ""
            yield from (f"  {line}" for line in (skeleton(objection).split("\n") if has_skeleton else [what]))
            yield from (f"    {line}" for line in _occurrence_lines(occurrences))
        if len(found) > _SHOWN_OBJECTIONS:
            yield f"  ... and {len(found) - _SHOWN_OBJECTIONS:,} more"
        yield ""
    if has_notes:
        yield "What is listed in one line does not fail the run; with --cookiegate-strict it does."
    if tally.left_out:
        yield f"Not listed: {counted(tally.left_out, 'line')} with names beyond the limit."


def _occurrence_lines(occurrences: Occurrences) -> Iterator[str]:
    yield f"set by {', '.join(shown(request) for request in occurrences.requests)}"
    yield from (f"in {shown(test)}" for test in occurrences.tests)
    more = occurrences.test_count - len(occurrences.tests)
    if more > 0:
        yield f"and in {more} more"
