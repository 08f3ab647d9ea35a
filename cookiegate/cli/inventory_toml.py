"""The rules that are missing in the registry, as TOML to be filled in by a person.

Law: a category is never guessed: it is left empty, and `cookiegate check` refuses the file until somebody chose.
"""

from collections import Counter

from cookiegate.cli.words import shown
from cookiegate.report.names import family_of
from cookiegate.report.seen import InventoryReport, SeenCookie
from cookiegate.wire.token import is_token

__all__ = ["lifetime_in_words", "write_skeleton"]

_UNITS = (("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1))
_MAX_AMOUNT = 999_999_999  # what a lifetime in a cookies.toml can say
_AN_HOUR_S = 3600
_SHOWN_SETTERS = 3


def write_skeleton(report: InventoryReport) -> str:
    """Write a `[[cookie]]` for each cookie that the app sets and no rule knows, the most frequent first."""
    missing = sorted((cookie for cookie in report.cookies if cookie.is_unregistered), key=lambda cookie: -cookie.count)
    if not missing:
        return "# Every cookie that was seen is in the registry.\n"
    families = Counter(family for cookie in missing if (family := _family(cookie)) is not None)
    head = [
        "# Cookies that were seen and are not in the registry yet.",
        "# For each: choose a category (necessary, preferences, statistics or marketing), and say what it is for.",
        "# An empty category is refused by `cookiegate check`, so that none is forgotten.",
    ]
    return "\n".join([*head, *(_rule(cookie, families) for cookie in missing)]) + "\n"


def _rule(cookie: SeenCookie, families: Counter[str]) -> str:
    setters = Counter[str]()
    for by in cookie.set_by:
        setters[f"{by.method} {by.route}"] += by.count
    setting = [setter for setter, _ in setters.most_common(_SHOWN_SETTERS)]
    more = len(setters) - len(setting)
    who = ", ".join(setting) + (f" and {more} more" if more else "")
    times = "once" if cookie.count == 1 else f"{cookie.count} times"
    seen = f"Seen {times} from {cookie.first_at:%Y-%m-%d} to {cookie.last_at:%Y-%m-%d}"
    lines = ["", _comment(f"{seen}, set by {who or 'pages that are not on record'}.")]
    family = _family(cookie)
    if cookie.is_family:
        lines.append(_comment("Stands for many names with this beginning."))
    elif family is not None:
        alike = families[family]
        others = f", as of {alike} cookies here" if alike > 1 else ""
        lines.append(_comment(f'The end of the name looks like an id{others}: perhaps name = "{family}"'))
    if "*" in cookie.name and not cookie.is_family:
        lines.append(_comment("The * is in the name itself; a rule takes it for any characters."))
    body = ["[[cookie]]", f'name = "{cookie.name}"', 'category = ""', 'purpose = ""']
    body.append(f'lifetime = "{lifetime_in_words(cookie.sent.longest_s)}"  # the longest that was sent')
    if cookie.sent.lines and not cookie.sent.without_http_only:
        body.append("http_only = true")
    if not is_token(cookie.name.encode("utf-8", "backslashreplace")):  # from a file that no inventory wrote
        return "\n".join([*lines, _comment(f"{cookie.name} can't be the name of a cookie.")])
    return "\n".join([*lines, *body])


def _family(cookie: SeenCookie) -> str | None:
    return cookie.name if cookie.is_family else family_of(cookie.name)


def _comment(text: str) -> str:
    """Write a comment that stays one line of ASCII, whatever is in it."""
    return "# " + shown(text).encode("ascii", "backslashreplace").decode("ascii")


def lifetime_in_words(longest_s: int | None) -> str:
    """Say how long a cookie is kept, as a cookies.toml does; `None` is the browser session."""
    if longest_s is None:
        return "session"
    if longest_s >= _AN_HOUR_S:  # an Expires that was written a moment before the response left
        longest_s += -longest_s % 60
    for unit, length_s in _UNITS:
        amount, rest = divmod(longest_s, length_s)
        if not rest and amount <= _MAX_AMOUNT:
            return f"{amount} {unit if amount == 1 else unit + 's'}"
    return f"{longest_s // 86400 + 1} days"
