"""Whether a long registry costs: a look-up, and a whole response, with 10, 1,000 and 100,000 names registered.

The same names are asked for in each, so that only the length of the registry differs.
"""

from collections.abc import Iterator

from benchmarks.contest import Loop, Pace, compete, quartiles
from benchmarks.groups.per_cookie import gate_loop
from benchmarks.lines import EVERYTHING, cookie_header, policy_rules, random_text, set_cookies
from benchmarks.result import Row, at_most
from cookiegate.gate import CookieGate
from cookiegate.model import Category, CookieRule, RequestHead
from cookiegate.registry.registry import Registry

__all__ = ["registry_size"]


def registry_size(pace: Pace) -> Iterator[Row]:
    """Measure warm (the tables know the names) and cold (the registry is asked)."""
    sizes = (10, 1000, 10_000 if pace.is_quick else 100_000)
    rules = [rule for rule in policy_rules() if rule.name != "folder_sidebar" and rule.name != "fair_usage_tracker"]
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
    for what, contestants, targets in (("warm", warm, (None, 1.15)), ("cold", cold, (None, 2.2))):
        rounds = compete(pace, contestants)
        for size, bound in zip(sizes[1:], targets, strict=True):
            yield Row(
                what=f"registry of {size:,} names, {what}",
                against="of 10 names",
                figure=quartiles(rounds, lambda one, size=size: one[str(size)] / one["10"]),
                target=None if bound is None or size != 100_000 else at_most(bound),
                note="22 cookies, full consent" if what == "warm" else "look-ups of known and unknown names",
            )


def _fillers(count: int) -> list[CookieRule]:
    """Return rules that nobody asks for: nine exact names to one prefix, some inside of others."""
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
