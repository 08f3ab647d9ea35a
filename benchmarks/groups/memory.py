"""What the gate remembers when apps and visitors never say the same twice, and whether strangers push out what is hot.

Bytes are counted by tracemalloc, from the idle gate on. An attacker's share of 90 %: of a hundred requests ninety bring
a name, attributes and a consent that were never seen before; the rest are a site's usual ones.
"""

import gc
import random
import tracemalloc
from collections.abc import Iterator
from functools import partial

from benchmarks.lines import EVERYTHING, consent_cookie, filter_alone, make_gate, random_text
from benchmarks.result import Point, Row, at_most, once
from benchmarks.timing import Pace
from cookiegate.memo import Memo
from cookiegate.model import RequestHead

__all__ = ["memory"]

_MEGABYTE = 1_000_000
_KNOWN = (b"token", b"ia_pref_theme", b"ia_stats_perf", b"ia_mkt_source", b"currency", b"countryCode")


def memory(pace: Pace) -> Iterator[Row]:
    """Measure growth with texts of usual length, and with texts as long as they are remembered; then the hot misses."""
    counts = (100, 500) if pace.is_quick else (1000, 5000, 20_000)
    for share in (100, 90, 50, 0):
        for count, grown in _growth(counts, share, name=12, tail=8, padding=0):
            yield Row(
                what=f"memory above the idle gate's, attacker {share} %",
                against=f"{count:,} names, tails, consents",
                figure=once(grown),
                unit="MB",
                target=at_most(5) if (count, share) == (20_000, 100) else None,
                point=Point("Memory", "requests with a name, with attributes, with a consent", count, f"{share} % new"),
            )
    longest = counts[-1] // 4
    for count, grown in _growth((longest,), 100, name=110, tail=480, padding=1900):
        yield Row(
            what="memory above the idle gate's, attacker 100 %, as long as they come",
            against=f"{count:,} names, tails, consents",
            figure=once(grown),
            unit="MB",
        )
    for share in (0, 50, 90):
        yield _hot_misses(share, 6000 if pace.is_quick else 60_000)


def _growth(counts: tuple[int, ...], share: int, *, name: int, tail: int, padding: int) -> Iterator[tuple[int, float]]:
    """Feed gates with distinct texts and yield counts and megabytes; `name`, `tail`, `padding`: octets."""
    gate = make_gate(unregistered="marketing")
    usual = consent_cookie(gate, EVERYTHING)
    pad = b"&x=" + b"x" * padding if padding else b""

    def new_name(number: int) -> tuple[bytes, bytes]:
        return b"%b_%d=v; Path=/" % (random_text(name, str(number)).encode(), number), usual

    def new_tail(number: int) -> tuple[bytes, bytes]:
        path = f"{number}{random_text(tail, str(number))}".encode()
        return b"%b=v; Path=/%b" % (_KNOWN[number % len(_KNOWN)], path), usual

    def new_consent(number: int) -> tuple[bytes, bytes]:
        return b"ia_mkt_source=v; Path=/", consent_cookie(gate, EVERYTHING, number) + pad

    def respond(line: bytes, cookie: bytes) -> None:
        filter_alone(gate, RequestHead(cookie=cookie, scheme="https"), [(b"set-cookie", line)])

    for known in _KNOWN:
        respond(known + b"=v; Path=/", usual)
    chance = random.Random(6)
    asked = 0
    gc.collect()
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        for count in counts:
            for ask in (new_name, new_tail, new_consent):
                for number in range(asked, count):
                    if chance.randrange(100) < share:
                        respond(*ask(number))
                    else:
                        respond(_KNOWN[number % len(_KNOWN)] + b"=v; Path=/", usual)
            asked = count
            gc.collect()
            yield count, (tracemalloc.get_traced_memory()[0] - before) / _MEGABYTE
    finally:
        tracemalloc.stop()


def _hot_misses(share: int, count: int) -> Row:
    """Ask for 100 hot keys while so many of 100 questions are an attacker's, each with a new key."""
    misses = 0

    def compute(key: bytes) -> int:
        nonlocal misses
        misses += key.startswith(b"hot")
        return 0

    memo: Memo[bytes, int] = Memo(compute, limit=1024, longest=128)
    chance = random.Random(6)
    hot = [b"hot%d" % number for number in range(100)]
    asked = 0
    attack = map(partial(b"%b%d".__mod__), ((b"new", number) for number in range(10_000_000)))
    for number in range(count):
        if number == count // 6:  # the beginning, when nothing is known yet, is no attack
            misses = asked = 0
        if chance.randrange(100) < share:
            memo[next(attack)]
        else:
            asked += 1
            memo[chance.choice(hot)]
    figure = 100 * misses / asked
    return Row(
        what="hot look-ups that miss",
        against=f"{share} % of the keys an attacker's",
        figure=once(figure),
        unit="%",
        target=at_most(1) if share == 50 else None,
    )
