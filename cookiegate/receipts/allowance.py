"""Which choices get a receipt: not one that only repeats the last one, and no more than a limit.

Every choice counts; only its receipt is limited, so that no visitor can fill the disk.
Law: it reads no clock, its memory is bounded, and threads share it.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock

from cookiegate.model import Category
from cookiegate.receipts.receipt import How, Receipt, Where

__all__ = ["PER_MINUTE", "REPEAT_S", "Allowance"]

PER_MINUTE = 1_000
"""Receipts a minute, for each process: far more than visitors give, and 2 MB on the disk."""
REPEAT_S = 60.0
_MINUTE_S = 60.0
_REMEMBERED = 10_000


@dataclass(slots=True)
class _Last:
    """A visitor's last choice, and its receipt for each place where it was made, with the time of that."""

    purposes: tuple[Category, ...]
    how: How
    receipts: dict[Where, tuple[float, Receipt]] = field(default_factory=dict)


class Allowance:
    """Remembers last choices and counts receipts, both for one policy.

    `per_minute`: the limit, or `None`. `repeat_s`: for how long the same choice of the same visitor at the same place
    has its receipt already. `on_excess` is called with the number of choices of a minute that had no receipt: with 0
    at the first one, with the number when the minute is over.
    """

    def __init__(self, per_minute: int | None, repeat_s: float, on_excess: Callable[[int], object]) -> None:
        self._per_minute = per_minute
        self._repeat_s = repeat_s
        self._on_excess = on_excess
        self.after_fork()

    def after_fork(self) -> None:
        """Start again in a child process: the counts and the lock belong to the parent."""
        self._lock = Lock()
        self._last: OrderedDict[str, _Last] = OrderedDict()
        self._since_s = 0.0
        self._given = 0
        self._excess = 0

    def admit(self, receipt: Receipt, now_s: float) -> Receipt | None:
        """Return the receipt if it is to be stored, the earlier one that it repeats, or `None` beyond the limit."""
        with self._lock:
            earlier = self._earlier(receipt, now_s)
            ended, is_first = self._tick(now_s), False
            if earlier is None:
                is_admitted = self._per_minute is None or self._given < self._per_minute
                if is_admitted:
                    self._given += 1
                    self._remember(receipt, now_s)
                else:
                    self._excess += 1
                    is_first = self._excess == 1
        if ended:
            self._on_excess(ended)
        if is_first:
            self._on_excess(0)
        return earlier or (receipt if is_admitted else None)

    def end(self) -> None:
        """Report how many choices of the present minute were beyond the limit, if any."""
        with self._lock:
            excess, self._excess = self._excess, 0
        if excess:
            self._on_excess(excess)

    def _tick(self, now_s: float) -> int:
        """Begin another minute when one is over, or the clock was set back; return the excess of the last one."""
        if 0 <= now_s - self._since_s < _MINUTE_S:
            return 0
        ended, self._excess = self._excess, 0
        self._since_s, self._given = now_s, 0
        return ended

    def _earlier(self, receipt: Receipt, now_s: float) -> Receipt | None:
        last = self._last.get(receipt.pii_principal_id)
        if last is None or (last.purposes, last.how) != (receipt.purposes, receipt.how):
            return None
        at_s, earlier = last.receipts.get(receipt.where, (float("-inf"), receipt))
        return earlier if 0 <= now_s - at_s < self._repeat_s else None

    def _remember(self, receipt: Receipt, now_s: float) -> None:
        last = self._last.pop(receipt.pii_principal_id, None)
        if last is None or (last.purposes, last.how) != (receipt.purposes, receipt.how):
            last = _Last(receipt.purposes, receipt.how)  # another choice: the one before it may come again
        last.receipts[receipt.where] = (now_s, receipt)
        self._last[receipt.pii_principal_id] = last
        if len(self._last) > _REMEMBERED:
            self._last.popitem(last=False)
