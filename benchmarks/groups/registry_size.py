"""Whether a long registry costs: a look-up, and a whole response, with 10, 1,000 and 100,000 names registered.

The same names are asked for in each, so that only the length of the registry differs.
"""

from collections.abc import Iterator

from benchmarks.groups.per_cookie import gate_loop
from benchmarks.lines import EVERYTHING, cookie_header, policy_rules, random_text, set_cookies
from benchmarks.result import Point, Row, at_most
from benchmarks.timing import Loop, Pace, quartiles, time_in_turns
from cookiegate.gate import CookieGate
from cookiegate.model import Category, CookieRule, RequestHead
from cookiegate.registry.registry import Registry

__all__ = ["registry_size"]


def registry_size(pace: Pace) -> Iterator[Row]:
    """Measure warm (the tables know the names) and cold (the registry is asked)."""
    sizes = (10, 1000, 10_000) if pace.is_quick else (10, 100, 1000, 10_000, 100_000)
    warm, cold = _candidates(sizes)
    for what, candidates, bound in (("warm", warm, 1.15), ("cold", cold, 2.2)):
        rounds = time_in_turns(pace, candidates)
        note = "22 cookies, full consent" if what == "warm" else "look-ups of known and unknown names"
        for size in sizes[1:]:
            yield Row(
                what=f"longer registry, {what}, against 10 names",
                against=f"{size:,} names",
                figure=quartiles(rounds, lambda one, size=size: one[str(size)] / one["10"]),
                target=at_most(bound) if size == 100_000 else None,
                note=note,
                point=Point("Cost of a longer registry", "registered names", size, f"{what}: {note}"),
            )


def _candidates(sizes: tuple[int, ...]) -> tuple[dict[str, Loop], dict[str, Loop]]:
    """Return a candidate for each size: whole responses (warm), and look-ups that nothing remembers (cold)."""
    rules = [rule for rule in policy_rules() if rule.name not in ("folder_sidebar", "fair_usage_tracker")]
    names = [line.partition(b"=")[0].decode() for _, line in set_cookies()]
    known = Registry(rules)
    fields = [field for field, name in zip(set_cookies(), names, strict=True) if known.find(name) is not None]
    asked = [name for name in names if known.find(name) is not None] + ["never_registered", "ia_unknown"]
    warm: dict[str, Loop] = {}
    cold: dict[str, Loop] = {}
    for size in sizes:
        registry = known | Registry(_fillers(size - len(rules)))
        gate = CookieGate(registry=registry)
        request = RequestHead(cookie=cookie_header(gate, EVERYTHING), scheme="https")
        warm[str(size)] = gate_loop(gate, request, fields)
        cold[str(size)] = _look_up(registry, asked)
    return warm, cold


def _fillers(count: int) -> list[CookieRule]:
    """Return rules that are never looked up: nine exact names to one prefix, some inside of others."""
    return [
        CookieRule(
            name=f"{random_text(10, str(number))}_{number}" + ("*" if number % 10 == 0 else ""),
            category=Category.MARKETING,
        )
        for number in range(max(count, 0))
    ]


def _look_up(registry: Registry, names: list[str]) -> Loop:
    def loop(times: int) -> None:
        match = registry.match
        for _ in range(times):
            for name in names:
                match(name)

    return loop
