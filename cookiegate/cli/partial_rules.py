"""Rules made from the valid parts of rules with mistakes, so that lint can check these parts in the same run."""

from collections.abc import Mapping
from difflib import get_close_matches

from cookiegate.model import Category, CookieRule
from cookiegate.problems import Problems
from cookiegate.registry.rule import read_rule

__all__ = ["make_partial_rule"]

_VALID = {"name": "x", "category": Category.NECESSARY.value}


def make_partial_rule(table: Mapping[str, object]) -> CookieRule | None:
    """Make a rule from the valid keys of a table; return `None` if it has no valid name.

    An invalid category becomes the most similar one, else one that needs consent, because lint checks such a rule more
    strictly.
    """
    kept = {key: value for key, value in table.items() if not _problems({**_VALID, key: value})}
    if "name" not in kept:
        return None
    if "category" not in kept:
        close = get_close_matches(str(table.get("category", "")).lower(), list(Category), n=1, cutoff=0.5)
        kept["category"] = close[0] if close else Category.MARKETING.value
    rule = read_rule(kept, Problems(""))
    while rule is None and len(kept) > len(_VALID):  # two values that contradict each other
        kept.pop(next(key for key in reversed(kept) if key not in _VALID))
        rule = read_rule(kept, Problems(""))
    return rule


def _problems(table: Mapping[str, object]) -> list[str]:
    problems = Problems("")
    read_rule(table, problems)
    return problems.problems
