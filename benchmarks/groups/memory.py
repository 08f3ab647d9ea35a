"""What the gate remembers when apps and visitors never say the same twice, and whether strangers push out what is hot.

Bytes are counted by tracemalloc, from the idle gate to the same gate after 20,000 distinct names, attribute tails and
consents, in that order.
"""

import gc
import random
import tracemalloc
from collections.abc import Iterator
from functools import partial

from benchmarks.contest import Pace, Quartiles
from benchmarks.lines import EVERYTHING, HeadlessVisit, consent_cookie, make_gate, random_text
from benchmarks.result import Row, at_most
from cookiegate.memo import Memo
from cookiegate.model import RequestHead

__all__ = ["memory"]

_MEGABYTE = 1_000_000


def memory(pace: Pace) -> Iterator[Row]:
    """Measure growth with texts of usual length, and with texts as long as they are remembered; then the hot misses."""
    count = 500 if pace.is_quick else 20_000
    yield _growth("of usual length", count, name=12, tail=8, consent=False)
    yield _growth("as long as they come", count // 4, name=110, tail=480, consent=True)
    for share in (50, 90):
        yield _hot_misses(share)


def _growth(what: str, count: int, *, name: int, tail: int, consent: bool) -> Row:
    """Feed a gate with distinct texts; `name`, `tail`: how many octets of each are new, `consent`: pad consents."""
    gate = make_gate(unregistered="marketing")
    request = RequestHead(cookie=consent_cookie(gate, EVERYTHING), scheme="https")
    known = [b"token", b"ia_pref_theme", b"ia_stats_perf", b"ia_mkt_source", b"currency", b"countryCode"]

    def respond(line: bytes, head: RequestHead = request) -> None:
        HeadlessVisit(gate, head).filter([(b"set-cookie", line)])

    respond(b"token=v; Path=/")
    gc.collect()
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        for number in range(count):
            respond(b"%b_%d=v; Path=/" % (random_text(name, str(number)).encode(), number))
        for number in range(count):
            path = f"{number}{random_text(tail, str(number))}".encode()
            respond(b"%b=v; Path=/%b" % (known[number % len(known)], path))
        padding = b"&x=" + b"x" * 1900 if consent else b""
        for number in range(count):
            cookie = consent_cookie(gate, EVERYTHING, number) + padding
            respond(b"ia_mkt_source=v; Path=/", RequestHead(cookie=cookie, scheme="https"))
        gc.collect()
        grown = (tracemalloc.get_traced_memory()[0] - before) / _MEGABYTE
    finally:
        tracemalloc.stop()
    return Row(
        what=f"memory after {count:,} names, tails and consents {what}",
        against="idle gate",
        figure=Quartiles(grown, grown, grown, 1),
        unit="MB",
        target=at_most(5) if count == 20_000 else None,
    )


def _hot_misses(share: int) -> Row:
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
    for number in range(60_000):
        if number == 10_000:  # the beginning, when nothing is known yet, is no attack
            misses = asked = 0
        if chance.randrange(100) < share:
            memo[next(attack)]
        else:
            asked += 1
            memo[chance.choice(hot)]
    figure = 100 * misses / asked
    return Row(
        what=f"hot misses, {share} % of the keys an attacker's",
        against="all hot look-ups",
        figure=Quartiles(figure, figure, figure, 1),
        unit="%",
        target=at_most(1) if share == 50 else None,
    )
