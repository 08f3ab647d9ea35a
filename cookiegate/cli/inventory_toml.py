"""The rules that are missing in the site's file, as TOML: from cookiegate's own registry, or to be filled in.

Law: a category is never guessed. It is left empty if it is unknown, and `cookiegate check` refuses the file until it is
filled in.
"""

from collections import Counter

from cookiegate.cli.text import shown
from cookiegate.lifetime import format_duration
from cookiegate.model import OPTIONAL, CookieRule
from cookiegate.plural import counted, plural
from cookiegate.registry import Registry, proposal_for, write_rule
from cookiegate.registry.numbered_name import family_of
from cookiegate.registry.offer import uses_line
from cookiegate.registry.proposals import Filling
from cookiegate.report.seen import InventoryReport, Origin, SeenCookie
from cookiegate.wire.token import is_token

__all__ = ["format_lifetime", "readable_lifetime", "write_skeleton"]

_UNITS = (("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1))
_MAX_AMOUNT = 999_999_999  # the limit of a lifetime in cookies.toml
_HOUR_S = 3600
_YEAR_S = 365 * 86400
_SHOWN_SETTERS = 3


def write_skeleton(report: InventoryReport, filling: Filling | None = None) -> str:
    """Return a `[[cookie]]` table for each undeclared cookie, the most frequent first.

    `report` has one entry for each name. Rules from cookiegate's own registry are complete; others are filled in from a
    list, or are to be filled in by a person.
    """
    in_order = sorted(report.cookies, key=lambda cookie: -cookie.count)
    unregistered = [cookie for cookie in in_order if cookie.is_unregistered]
    proposals = {cookie.name: rule for cookie in unregistered if (rule := proposal_for(cookie.name)) is not None}
    listed = {} if filling is None else _listed(unregistered, proposals, filling)
    unknown = [cookie for cookie in unregistered if cookie.name not in proposals and cookie.name not in listed]
    by_list = "" if filling is None else _proposed(unregistered, listed, f"that {shown(filling.where)} lists")
    texts = [_unregistered(unknown), _proposed(unregistered, proposals), by_list, _known(in_order)]
    return "\n".join(text for text in texts if text) or "# Every cookie that was seen is in the registry.\n"


def _unregistered(missing: list[SeenCookie]) -> str:
    if not missing:
        return ""
    families = Counter(family for cookie in missing if (family := _family(cookie)) is not None)
    head = [
        "# Cookies that were seen and are not in the registry yet.",
        "# For each: choose a category (necessary, preferences, statistics or marketing), and write its purpose.",
        "# `cookiegate check` refuses an empty category.",
    ]
    return "\n".join([*head, *(_rule(cookie, families) for cookie in missing)]) + "\n"


def _listed(cookies: list[SeenCookie], proposals: dict[str, CookieRule], filling: Filling) -> dict[str, CookieRule]:
    """Find the rules of a list for the names that cookiegate does not know."""
    unknown = (cookie.name for cookie in cookies if cookie.name not in proposals)
    return {name: rule for name in unknown if (rule := filling.find(name)) is not None}


def _proposed(cookies: list[SeenCookie], proposals: dict[str, CookieRule], known: str = "that cookiegate knows") -> str:
    """Return the rules that cookiegate or a list has for names without a rule of the gate."""
    found: dict[CookieRule, list[SeenCookie]] = {}
    for cookie in cookies:
        if cookie.name in proposals:
            found.setdefault(proposals[cookie.name], []).append(cookie)
    lines = [
        _comment(f"Cookies that were seen and are not in the registry yet, and {known}."),
        "# Read each rule, correct what is different on your site, and add it.",
    ]
    for rule, seen in found.items():
        lines += ["", *(_seen_comment(cookie) for cookie in seen)]
        lines += [
            _comment(f"{cookie.name} was sent with a lifetime of {format_lifetime(cookie.sent.longest_s)}.")
            for cookie in seen
            if _is_longer(cookie.sent.longest_s, rule)
        ]
        lines.append(write_rule(rule))
    return "\n".join(lines) + "\n" if found else ""


def _is_longer(longest_s: int | None, rule: CookieRule) -> bool:
    """Tell whether a cookie was sent with a longer lifetime than a rule has: the gate would cut it."""
    lifetime = rule.lifetime
    if longest_s is None or lifetime is None or (lifetime.max_age_s is None and not lifetime.is_session):
        return False
    return longest_s > (lifetime.max_age_s or 0)


def _known(cookies: list[SeenCookie]) -> str:
    """Return the rules of undeclared cookies that are in cookiegate's own registry."""
    known = {rule.name: rule for rule in (*Registry.trackers(), *Registry.known())}
    found: dict[str, list[SeenCookie]] = {}
    for cookie in cookies:
        if cookie.is_undeclared and cookie.rule is not None and cookie.rule in known:
            found.setdefault(cookie.rule, []).append(cookie)
    lines = [
        "# Cookies that were seen, and that cookiegate knows. Your file does not declare them, so a policy rendered",
        "# from it leaves them out. Read each rule, correct what is different on your site, and add it. Where nothing",
        "# is different, one line for all of them is enough:",
        "# [gate]",
        _comment(uses_line((), *found)),
    ]
    for name, seen in found.items():
        lines += ["", *(_seen_comment(cookie) for cookie in seen)]
        if known[name].category in OPTIONAL:
            lines.append(_comment(f"Visitors can grant {known[name].category} only if your file has such a rule."))
        lines.append(write_rule(known[name]))
    return "\n".join(lines) + "\n" if found else ""


def _seen_comment(cookie: SeenCookie) -> str:
    """Return a comment: how often a cookie was seen, and which routes set it."""
    setters = Counter[str]()
    for each in cookie.set_by:
        setters[f"{each.method} {each.route}"] += each.count
    setting = [setter for setter, _ in setters.most_common(_SHOWN_SETTERS)]
    more = len(setters) - len(setting)
    who = ", ".join(setting) + (f" and {more} more" if more else "")
    times = "once" if cookie.count == 1 else counted(cookie.count, "time")
    first, last = (f"{at:%Y-%m-%d}" for at in (cookie.first_at, cookie.last_at))
    when = f"on {first}" if first == last else f"from {first} to {last}"
    by = "sent by browsers" if cookie.origin is Origin.REQUEST else f"set by {who or 'unrecorded routes'}"
    return _comment(f"Seen {times} {when}, {by}.")


def _rule(cookie: SeenCookie, families: Counter[str]) -> str:
    lines = ["", _seen_comment(cookie)]
    family = _family(cookie)
    if cookie.is_family:
        lines.append(_comment("Stands for many names that start like this."))
    elif family is not None:
        similar = families[family]
        others = f", as of {counted(similar, 'cookie')} here" if similar > 1 else ""
        lines.append(_comment(f'The end of the name looks like an id{others}: perhaps name = "{family}"'))
    if "*" in cookie.name and not cookie.is_family:
        lines.append(_comment("The * is part of the name; in a rule it matches any characters."))
    body = ["[[cookie]]", f'name = "{cookie.name}"', 'category = ""', 'purpose = ""']
    body.append(f'lifetime = "{format_lifetime(cookie.sent.longest_s)}"  # the longest that was sent')
    if cookie.sent.lines and not cookie.sent.without_http_only:
        body.append("http_only = true")
    if not is_token(cookie.name.encode("utf-8", "backslashreplace")):  # not from a file of an inventory
        return "\n".join([*lines, _comment(f"{cookie.name} can't be the name of a cookie.")])
    return "\n".join([*lines, *body])


def _family(cookie: SeenCookie) -> str | None:
    return cookie.name if cookie.is_family else family_of(cookie.name)


def _comment(text: str) -> str:
    """Return a comment of one line in ASCII, whatever the text is."""
    return "# " + shown(text).encode("ascii", "backslashreplace").decode("ascii")


def format_lifetime(longest_s: int | None) -> str:
    """Return a lifetime as text for cookies.toml; `None` is the browser session."""
    if longest_s is None:
        return "session"
    if longest_s >= _HOUR_S:  # round up: Expires was written some seconds before the response left
        longest_s += -longest_s % 60
    for unit, length_s in _UNITS:
        amount, rest = divmod(longest_s, length_s)
        if not rest and amount <= _MAX_AMOUNT:
            return f"{amount} {unit if amount == 1 else plural(unit)}"
    return f"{longest_s // 86400 + 1} days"


def readable_lifetime(longest_s: int | None) -> str:
    """Return a lifetime for people: in whole years, else in its two largest units; `None`: the session."""
    if longest_s is None:
        return "session"
    if longest_s >= _HOUR_S:  # as in `format_lifetime`
        longest_s += -longest_s % 60
    years, rest = divmod(longest_s, _YEAR_S)
    if years and not rest:
        return counted(years, "year")
    return " ".join(format_duration(longest_s).split()[:4])
