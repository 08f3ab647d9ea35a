"""Lint a registry that works: rules that hide others, missing purposes, settings that keep no promise.

`lint_rule.py` looks at one rule, `knowledge.py` compares with known cookies. Law: pure, rules in and findings out.
Source: ePrivacy Directive art. 5(3) (only what is strictly necessary is exempt from consent).
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from cookiegate.cookie_rule import STORAGES
from cookiegate.errors import ConfigError
from cookiegate.given_values import read_duration_s
from cookiegate.model import Category, CookieRule
from cookiegate.problems import Problems
from cookiegate.registry.finding import Code, Finding
from cookiegate.registry.knowledge import necessary_trackers, some, stricter_than_known
from cookiegate.registry.lint_rule import SESSION, about_rule
from cookiegate.registry.names import Names
from cookiegate.registry.offer import read_uses, rules_of_products
from cookiegate.registry.overlap import enclosing_prefixes, meeting_prefixes
from cookiegate.registry.products import product_names
from cookiegate.registry.registry import Registry
from cookiegate.registry.toml import parse_cookies_toml
from cookiegate.registry.toml_tables import cookie_lines

__all__ = ["lint", "lint_toml"]

_DAY_S = 86400
_CSRF = re.compile(r"[cx]srf|forg(?:e|ing)", re.IGNORECASE)
_NUMBER = re.compile(r"\bcookie\[(\d+)\]")
_CATEGORIES = frozenset(Category)
_TOML_LINE = re.compile(r"\(at line (\d+),")


def lint_toml(text: str, *, where: str = "cookies.toml") -> list[Finding]:
    """Lint the text of a `cookies.toml`, each finding with the line on which its `[[cookie]]` begins.

    Mistakes that keep a gate from being built are findings too. Raises: nothing, for any text.
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
    what, _, fix = problem.removeprefix(f"{where}: ").rpartition("; ")
    code = Code.HOST_PREFIX if "a __Host- cookie has no domain" in what else Code.MISTAKE
    return Finding(code, "", what or fix, fix if what else "fix it", line)


def lint(rules: Iterable[CookieRule], gate: Mapping[str, object] | None = None) -> list[Finding]:
    """Return the findings about rules that `Registry` accepts, and about the settings of a `[gate]` section."""
    rules = tuple(rules)
    limit_s = _limit_s(gate or {})
    kinds = [[rule for rule in rules if rule.storage == storage] for storage in (None, *STORAGES)]
    return [
        *_about_the_whole((*rules, *_used(gate or {})), gate or {}),
        *(found for rule in rules for found in about_rule(rule, limit_s)),
        *(found for kind in kinds for found in (*_about_prefixes(kind), *_about_patterns(kind), *_about_case(kind))),
        *_about_chunks(rules),
        *_against_known(kinds[0]),
        *stricter_than_known(Registry.known() | Registry(rules), _products(gate or {})),
        *necessary_trackers(rules),
    ]


def _limit_s(gate: Mapping[str, object]) -> int | None:
    """Return the gate's `max_lifetime` in seconds, or `None` if it is invalid, which is reported elsewhere."""
    limit = gate.get("max_lifetime")
    try:
        return read_duration_s(limit)
    except ValueError:
        return None


def _products(gate: Mapping[str, object]) -> list[str]:
    """Return the known products that the site uses; unknown ones are reported elsewhere."""
    products = gate.get("products")
    return [name for name in product_names() if isinstance(products, list) and name in products]


def _used(gate: Mapping[str, object]) -> tuple[CookieRule, ...]:
    """Return the known rules that the site lists under `uses`; mistakes are reported elsewhere."""
    products = _products(gate)
    return (*read_uses(gate.get("uses", ()), products, Problems("gate")), *rules_of_products(products))


def _about_the_whole(rules: Sequence[CookieRule], gate: Mapping[str, object]) -> Iterator[Finding]:
    necessary = [f"{rule.name} {rule.purpose}" for rule in rules if rule.category is Category.NECESSARY]
    if not any(map(SESSION.search, necessary)):
        yield Finding(
            Code.NO_SESSION, "", "no necessary rule looks like a session or a login",
            "if the site has one, declare its cookie, or name a known one in [gate] uses",
        )  # fmt: skip
    if not any(map(_CSRF.search, necessary)):
        yield Finding(
            Code.NO_CSRF, "", "no necessary rule looks like a protection of forms (CSRF)",
            "if the site has one, declare its cookie, or name a known one in [gate] uses",
        )  # fmt: skip
    unregistered = gate.get("unregistered", "drop")
    if unregistered == "keep" or (isinstance(unregistered, str) and unregistered.strip().lower() in _CATEGORIES):
        yield Finding(
            Code.GATE_LETS_UNKNOWN_OUT, "gate", f"unregistered = {unregistered!r} allows cookies that are not declared",
            'use "drop" once the registry is complete',
        )  # fmt: skip
    if gate.get("secure") == "keep":
        yield Finding(
            Code.GATE_NOT_SECURE, "gate", 'secure = "keep" never adds Secure',
            'use "https", and let the server trust its proxy',
        )  # fmt: skip
    if gate.get("mode") == "report-only":
        yield Finding(
            Code.GATE_REPORTS_ONLY, "gate", 'mode = "report-only" changes nothing: no promise is enforced yet',
            'use "enforce" when nothing is reported any more',
        )  # fmt: skip


def _about_prefixes(rules: Sequence[CookieRule]) -> Iterator[Finding]:
    swallowed: dict[CookieRule, list[CookieRule]] = defaultdict(list)
    for rule, outer in enclosing_prefixes(rules):
        if "*" in rule.name[:-1]:
            yield Finding(
                Code.SHADOWED_PATTERN, rule.name, f"never applies: the prefix {outer.name!r} has priority",
                "remove one of them, or list the names",
            )  # fmt: skip
        elif rule.category is not outer.category and rule.category is not Category.NECESSARY:
            swallowed[outer].append(rule)
        elif rule.name.endswith("*") and _demands(rule) == _demands(outer):
            yield Finding(
                Code.REDUNDANT_PREFIX, rule.name, f"adds nothing to the prefix {outer.name!r}",
                "remove one of them",
            )  # fmt: skip
    for outer, inner in swallowed.items():
        names = some([rule.name for rule in inner])
        yield Finding(
            Code.SWALLOWS_CATEGORY, outer.name,
            f"as {outer.category} it includes {names} of another category: a new name like them becomes "
            f"{outer.category}",
            "list the names, or choose a longer prefix",
        )  # fmt: skip


def _demands(rule: CookieRule) -> CookieRule:
    """Return a rule with only the fields on which the gate acts."""
    return replace(rule, name="any", purpose="", provider="", source="", stricter=None, exempt=None)


def _about_patterns(rules: Sequence[CookieRule]) -> Iterator[Finding]:
    for rule, prefix in meeting_prefixes(rules):
        yield Finding(
            Code.OVERLAP, rule.name,
            f"names that also match the prefix {prefix.name!r} are {prefix.category}, not {rule.category}",
            "list the names, or make the pattern longer",
        )  # fmt: skip


def _about_chunks(rules: Sequence[CookieRule]) -> Iterator[Finding]:
    whole = Registry(rule for rule in rules if rule.chunks and "*" not in rule.name)
    for rule in rules:
        other = None if "*" in rule.name or not len(whole) else whole.find(rule.name)
        if other is not None and other.name != rule.name:
            yield Finding(
                Code.CHUNK_APART, rule.name, f"is a numbered part of {other.name!r}, and has a rule of its own",
                "remove one of them: a part alone is useless",
            )  # fmt: skip


def _about_case(rules: Sequence[CookieRule]) -> Iterator[Finding]:
    first: dict[str, str] = {}
    for rule in rules:
        other = first.setdefault(rule.name.lower(), rule.name)
        if other != rule.name:
            yield Finding(
                Code.DIFFERS_BY_CASE, rule.name, f"differs from {other!r} only by case, which some readers ignore",
                "keep the name that the site sets",
            )  # fmt: skip


def _against_known(rules: Sequence[CookieRule]) -> Iterator[Finding]:
    own = Names({rule.name: rule for rule in rules})
    known = {rule.name: rule for rule in Registry.known()}
    for rule in rules:
        other = known.get(rule.name)
        is_laxer = other is not None and rule.category is Category.NECESSARY and rule.exempt is None
        if other is not None and is_laxer and other.category is not Category.NECESSARY:
            yield Finding(
                Code.LAXER_THAN_KNOWN, rule.name, f"is necessary here, but cookiegate knows it as {other.category}",
                "check whether the service that the visitor requested needs it; if it does, give the reason in the "
                'rule: exempt = "..."',
            )  # fmt: skip
    hidden: dict[tuple[str, Category], list[str]] = defaultdict(list)
    for name, other in known.items():
        prefix = None if "*" in name[:-1] or own.exact(name) else own.longest_prefix(name)
        is_other = prefix is not None and prefix.category is not other.category and prefix.name != name
        if prefix is not None and is_other and len(prefix.name) <= len(name):
            hidden[prefix.name, other.category].append(name)
    for (subject, category), names in hidden.items():
        yield Finding(
            Code.KNOWN_COMES_FIRST, subject,
            f"does not apply to {some(names)}: cookiegate knows {'it' if len(names) == 1 else 'them'} as {category}",
            "to override that, add rules for these names",
        )  # fmt: skip
