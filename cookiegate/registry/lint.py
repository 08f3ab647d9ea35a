"""What can be said against a registry that works: rules that hide others, promises that are missing or too long.

Pure: rules in, findings out. Sources: CNIL, guidelines on cookies of 17 September 2020, §48 (13 months);
RFC 6265bis §5.5 (400 days); ePrivacy Directive art. 5(3) (what is strictly necessary is exempt, nothing else).
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from cookiegate.errors import ConfigError
from cookiegate.lifetime import parse_lifetime
from cookiegate.model import Category, CookieRule, SameSite
from cookiegate.registry.finding import Code, Finding
from cookiegate.registry.names import Names
from cookiegate.registry.overlap import enclosing_prefixes, meeting_prefixes
from cookiegate.registry.registry import Registry
from cookiegate.registry.toml import parse_cookies_toml
from cookiegate.registry.toml_tables import cookie_lines

__all__ = ["lint", "lint_toml"]

_DAY_S = 86400
_MONTHS_13_S = 397 * _DAY_S
_DAYS_400_S = 400 * _DAY_S
_WIDE = 3
_EXAMPLES = 3
_SESSION = re.compile(r"sess|(?:\b|_|^)sid(?:\b|_|$)|token|auth|login|logged", re.IGNORECASE)
_CSRF = re.compile(r"[cx]srf|forg(?:e|ing)", re.IGNORECASE)
_NUMBER = re.compile(r"\bcookie\[(\d+)\]")
_TOML_LINE = re.compile(r"\(at line (\d+),")


def lint_toml(text: str, *, where: str = "cookies.toml") -> list[Finding]:
    """Lint the text of a `cookies.toml`, each finding with the line on which its `[[cookie]]` begins.

    Mistakes for which no gate could be made are findings too. Raises nothing, for any text.
    """
    try:
        document = parse_cookies_toml(text, where=where)
    except ConfigError as error:
        return [_mistake(problem, where, _toml_line(problem, text)) for problem in error.problems]
    lines = cookie_lines(text, document.table_count)
    line_of = dict(
        zip((rule.name for rule in document.rules), (lines[n - 1] for n in document.numbers if lines), strict=False)
    )
    findings = [_mistake(problem, where, _line_in(problem, lines)) for problem in document.problems]
    findings += [replace(found, line=line_of.get(found.subject)) for found in lint(document.rules, document.gate)]
    return sorted(findings, key=lambda found: found.line or 0)


def _line_in(problem: str, lines: Sequence[int]) -> int | None:
    number = _NUMBER.search(problem)
    return lines[int(number[1]) - 1] if number and lines else None


def _toml_line(problem: str, text: str) -> int | None:
    if "(at end of document)" in problem:
        return text.count("\n") + 1
    place = _TOML_LINE.search(problem)
    return int(place[1]) if place else None


def _mistake(problem: str, where: str, line: int | None) -> Finding:
    what, _, mend = problem.removeprefix(f"{where}: ").rpartition("; ")
    code = Code.HOST_PREFIX if "a __Host- cookie has no domain" in what else Code.MISTAKE
    return Finding(code, "", what or mend, mend if what else "mend it", line)


def lint(rules: Iterable[CookieRule], gate: Mapping[str, object] | None = None) -> list[Finding]:
    """Return the findings about rules that `Registry` accepts, and about the plain settings of a `[gate]` section."""
    rules = tuple(rules)
    return [
        *_about_the_whole(rules, gate or {}),
        *(found for rule in rules for found in _about_one(rule, _limit_s(gate or {}))),
        *_about_prefixes(rules),
        *_about_patterns(rules),
        *_about_case(rules),
        *_against_known(rules),
    ]


def _limit_s(gate: Mapping[str, object]) -> int | None:
    """Read the gate's own limit, as far as it is one; what is wrong with it is said elsewhere."""
    limit = gate.get("max_lifetime")
    try:
        return (
            parse_lifetime(limit).max_age_s
            if isinstance(limit, str)
            else limit * _DAY_S
            if isinstance(limit, int)
            else None
        )
    except ValueError:
        return None


def _about_the_whole(rules: Sequence[CookieRule], gate: Mapping[str, object]) -> Iterator[Finding]:
    necessary = [f"{rule.name} {rule.purpose}" for rule in rules if rule.category is Category.NECESSARY]
    if not any(map(_SESSION.search, necessary)):
        yield Finding(
            Code.NO_SESSION, "", "no necessary rule looks like a session or a login",
            "if the site has one, declare its cookie, even where cookiegate knows it",
        )  # fmt: skip
    if not any(map(_CSRF.search, necessary)):
        yield Finding(
            Code.NO_CSRF, "", "no necessary rule looks like a protection of forms (CSRF)",
            "if the site has one, declare its cookie, even where cookiegate knows it",
        )  # fmt: skip
    unregistered = gate.get("unregistered", "drop")
    if unregistered != "drop":
        yield Finding(
            Code.GATE_LETS_UNKNOWN_OUT, "gate", f"unregistered = {unregistered!r} lets out what nobody declared",
            'use "drop" once the registry is complete',
        )  # fmt: skip
    if gate.get("secure") == "keep":
        yield Finding(
            Code.GATE_NOT_SECURE, "gate", 'secure = "keep" never adds Secure',
            'use "https", and let the server trust its proxy',
        )  # fmt: skip
    if gate.get("mode") == "report-only":
        yield Finding(
            Code.GATE_REPORTS_ONLY, "gate", 'mode = "report-only" changes nothing: no promise is kept yet',
            'use "enforce" when the reports are quiet',
        )  # fmt: skip


def _about_one(rule: CookieRule, limit_s: int | None) -> Iterator[Finding]:
    name, lifetime = rule.name, rule.lifetime
    literal = name.replace("*", "")
    is_optional = rule.category is not Category.NECESSARY
    if not rule.purpose.strip():
        yield Finding(Code.NO_PURPOSE, name, "no purpose is given", "say in a sentence what the cookie is for")
    if lifetime is None:
        yield Finding(Code.NO_LIFETIME, name, "no lifetime is given", "say how long it may stay")
    elif lifetime.max_age_s is None and not lifetime.is_session and is_optional:
        yield Finding(
            Code.OPEN_LIFETIME, name, f"the lifetime {lifetime.text!r} promises no number",
            "say one: visitors who are asked for consent must be told how long the cookie stays",
        )  # fmt: skip
    elif lifetime.max_age_s is not None:
        if lifetime.max_age_s > _DAYS_400_S:
            yield Finding(
                Code.OVER_400_DAYS, name, f"{lifetime.text!r} is longer than the 400 days of browsers",
                'write "400 days" or less',
            )  # fmt: skip
        elif is_optional and lifetime.max_age_s > _MONTHS_13_S:
            yield Finding(
                Code.OVER_13_MONTHS, name, f"{lifetime.text!r} is longer than the 13 months that regulators allow for",
                'write "13 months" or less',
            )  # fmt: skip
        if limit_s is not None and lifetime.max_age_s > limit_s:
            yield Finding(
                Code.OVER_GATE_LIMIT, name, f"{lifetime.text!r} is longer than the gate's max_lifetime, which wins",
                "declare what is true",
            )  # fmt: skip
    if rule.secure is False:
        yield Finding(
            Code.NOT_SECURE, name, "secure = false sends it over connections that anybody can read",
            "take it away; on https the gate adds Secure by itself",
        )  # fmt: skip
    if rule.same_site is SameSite.NONE:
        yield Finding(
            Code.SAME_SITE_NONE, name, 'same_site = "none" sends it with requests that other sites cause',
            'use "lax" unless the site is embedded in others',
        )  # fmt: skip
    head = name.partition("*")[0].lower()
    if "*" in name and rule.domains and len(head) < 7 and "__host-".startswith(head):
        yield Finding(
            Code.HOST_PREFIX, name, "covers __Host- names, which have no domain, and has domains",
            "write the names without their prefix, or take domains away",
        )  # fmt: skip
    if "*" in name and not is_optional and len(literal.strip("_-.")) < _WIDE:
        yield Finding(
            Code.WIDE_NECESSARY, name, "lets out whatever begins or ends like this, without consent",
            "write out the names, or a longer prefix",
        )  # fmt: skip


def _about_prefixes(rules: Sequence[CookieRule]) -> Iterator[Finding]:
    swallowed: dict[CookieRule, list[CookieRule]] = defaultdict(list)
    for rule, outer in enclosing_prefixes(rules):
        if "*" in rule.name[:-1]:
            yield Finding(
                Code.SHADOWED_PATTERN, rule.name, f"never counts: the prefix {outer.name!r} comes first",
                "take one of them away, or write the names out",
            )  # fmt: skip
        elif rule.category is not outer.category and rule.category is not Category.NECESSARY:
            swallowed[outer].append(rule)
        elif rule.name.endswith("*") and _demands(rule) == _demands(outer):
            yield Finding(
                Code.REDUNDANT_PREFIX, rule.name, f"says nothing that the prefix {outer.name!r} does not",
                "take one of them away",
            )  # fmt: skip
    for outer, inner in swallowed.items():
        names = _some([rule.name for rule in inner])
        yield Finding(
            Code.SWALLOWS_CATEGORY, outer.name,
            f"as {outer.category} it surrounds {names} of another category: a new name beside them counts as "
            f"{outer.category}",
            "write out the names that are meant, or choose a longer prefix",
        )  # fmt: skip


def _demands(rule: CookieRule) -> CookieRule:
    """Return what a rule has the gate do, without what it tells people."""
    return replace(rule, name="", purpose="", provider="", source="")


def _about_patterns(rules: Sequence[CookieRule]) -> Iterator[Finding]:
    for rule, prefix in meeting_prefixes(rules):
        yield Finding(
            Code.OVERLAP, rule.name,
            f"names that fit the prefix {prefix.name!r} too count as {prefix.category}, not as {rule.category}",
            "write the names out, or make the pattern longer",
        )  # fmt: skip


def _about_case(rules: Sequence[CookieRule]) -> Iterator[Finding]:
    first: dict[str, str] = {}
    for rule in rules:
        other = first.setdefault(rule.name.lower(), rule.name)
        if other != rule.name:
            yield Finding(
                Code.DIFFERS_BY_CASE, rule.name, f"differs from {other!r} by case alone, which some readers do not see",
                "keep the name that the site sets",
            )  # fmt: skip


def _against_known(rules: Sequence[CookieRule]) -> Iterator[Finding]:
    own = Names({rule.name: rule for rule in rules})
    known = {rule.name: rule for rule in Registry.known()}
    for rule in rules:
        other = known.get(rule.name)
        if other is not None and rule.category is Category.NECESSARY and other.category is not Category.NECESSARY:
            yield Finding(
                Code.LAXER_THAN_KNOWN, rule.name, f"is called necessary here; cookiegate calls it {other.category}",
                "check whether the service that the visitor asked for can't do without it",
            )  # fmt: skip
    hidden: dict[tuple[str, Category], list[str]] = defaultdict(list)
    for name, other in known.items():
        prefix = None if "*" in name[:-1] or own.exact(name) else own.longest_prefix(name)
        if prefix is not None and prefix.category is not other.category and len(prefix.name) <= len(name):
            hidden[prefix.name, other.category].append(name)
    for (subject, category), names in hidden.items():
        yield Finding(
            Code.KNOWN_COMES_FIRST, subject,
            f"does not count for {_some(names)}: cookiegate knows {'it' if len(names) == 1 else 'them'} as {category}",
            "to decide otherwise, add rules for these names",
        )  # fmt: skip


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - _EXAMPLES} more" * (len(names) > _EXAMPLES)
    return ", ".join(map(repr, names[:_EXAMPLES])) + more
