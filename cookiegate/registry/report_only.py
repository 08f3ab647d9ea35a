"""Cookie names that are judged and reported, but not changed: `[gate] report_only`.

Law: a name matches like a rule of that name, also without its `__Host-` or similar prefix; case matters.
"""

from collections.abc import Iterable
from dataclasses import replace

from cookiegate.errors import ConfigError
from cookiegate.given_values import read_list
from cookiegate.model import CookieRule
from cookiegate.problems import Problems
from cookiegate.registry.names import Names

__all__ = ["ReportOnly", "read_names"]

_EXAMPLE = 'report_only = ["legacy_*"]'


class ReportOnly:
    """Exact names, and prefixes with a `*` at their end, in report-only."""

    __slots__ = ("_copies", "_index", "names")

    def __init__(self, names: Iterable[str]) -> None:
        self.names: tuple[str, ...] = tuple(dict.fromkeys(names))
        self._index = Names({name: name for name in self.names})
        self._copies: dict[str, CookieRule] = {}

    def covers(self, name: str) -> bool:
        """Return whether cookies of this name are in report-only; for a name with `*`, whether all are."""
        head, star, _ = name.partition("*")
        return (not star and self._index.exact(name) is not None) or self._index.longest_prefix(head) is not None

    def in_report_only(self, rule: CookieRule) -> CookieRule:
        """Return a copy of the rule in report-only."""
        if rule.mode == "report-only":
            return rule
        copy = self._copies.get(rule.name)
        if copy is None:
            copy = self._copies[rule.name] = replace(rule, mode="report-only")
        return copy


def read_names(given: object, problems: Problems) -> tuple[str, ...]:
    """Read the names of `report_only`; mistakes go to `problems`."""
    try:
        listed = read_list(given)
    except ValueError:
        problems.add_problem("report_only", f"is {given!r}; write a list of cookie names, like {_EXAMPLE}")
        return ()
    names: list[str] = []
    for name in listed:
        problem = _problem(name)
        if problem is None:
            names.append(str(name))
        else:
            problems.add_problem("report_only", problem)
    return tuple(dict.fromkeys(names))


def _problem(name: object) -> str | None:
    if name == "*":
        return "'*' would leave every cookie alone; set mode = \"report-only\" for that"
    if isinstance(name, str) and "*" in name[:-1]:
        return f"{name!r} has a '*' inside; write an exact name, or one with a '*' at its end"
    try:
        CookieRule(name=name, category="necessary")  # type: ignore[arg-type]  # it is checked there
    except ConfigError as error:
        return error.problems[0].partition(": ")[2]
    return None
