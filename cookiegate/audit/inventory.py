"""An inventory that a gate recorded: what left, under which consent, and what was held back.

An inventory has counts and no lines; each row becomes the weakest line that the counts tell of, without a value.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from cookiegate.audit.sighting import Moment, Place, Sighting, Unreadable, Way
from cookiegate.audit.words import counted, shown
from cookiegate.model import NO_CONSENT, OPTIONAL, Action, Consent, Reason
from cookiegate.report import InventoryReport, Origin, SeenCookie, SetBy, read_inventory
from cookiegate.report.seen import MALFORMED

__all__ = ["Inventory"]

_NOTHING = Moment(False, (0,), "Nothing granted")
_OTHERS = Moment(True, (0,), "Only others granted")
_GRANTED = Moment(True, (1,), "Category granted")
_EVERYTHING, _NONE_OF_IT = Consent(OPTIONAL), Consent(())
_ELSEWHERE = "(places that found no room in the inventory)"
_MAY_LEAVE = frozenset({Reason.NECESSARY, Reason.GRANTED, Reason.UNREGISTERED, Reason.DELETION})


class Inventory:
    """One inventory: a file, or a directory of them."""

    def __init__(self, path: Path) -> None:
        """Read it.

        Raises: `Unreadable` where nothing in it can be read.
        """
        reading = read_inventory(path)
        if not reading.files:
            told = reading.problems[0] if reading.problems else f"{path}: holds no inventory; name a file or directory"
            raise Unreadable(shown(told, 400))
        self.report: InventoryReport = reading.report
        self.problems = tuple(shown(problem, 400) for problem in reading.problems)
        dropped = [
            outcome
            for cookie in self.report.cookies
            for outcome in cookie.outcomes
            if outcome.action in (Action.DROP, Action.EXPIRE) and cookie.origin is Origin.RESPONSE
        ]
        self.is_enforced = bool(dropped) and not any(outcome.left for outcome in dropped)
        """The gate held back what it refused: then what it rewrote left in its safe form too."""

    @property
    def looked_at(self) -> str:
        """Say how much was looked at."""
        mode = "enforced" if self.is_enforced else "as the app sent them"
        return f"{counted(self.report.responses, 'response')}, {mode}"

    def sightings(self) -> Iterator[Sighting | Moment]:
        """Yield what each row tells."""
        for cookie in self.report.cookies:
            name = cookie.name.encode("latin-1", "replace") + b"="
            seen = Sighting(
                line=name, way=Way.HELD_BACK, place=Place(_ELSEWHERE), host="", moment=_NOTHING, consent=NO_CONSENT,
                is_https=bool(cookie.sent.https_lines), at_s=cookie.last_at.timestamp(), count=cookie.count,
            )  # fmt: skip
            if cookie.origin is Origin.REQUEST:  # the gate takes it out of the browser
                yield seen
                continue
            weakest = name + self._weakest_tail(cookie)
            for place, reason, count, left, ungranted in _setters(cookie):
                seen = replace(seen, place=Place(shown(place)))
                if count > left:
                    yield replace(seen, count=count - left)
                line = name + b"; Max-Age=0" if reason is Reason.DELETION else weakest
                malformed = reason if reason in MALFORMED else None
                sent = replace(seen, way=Way.SET, line=line, malformed=malformed)
                if ungranted > 0:
                    yield replace(sent, count=ungranted)
                if left > ungranted:
                    is_allowed = reason in _MAY_LEAVE or malformed is not None
                    moment, consent = (_GRANTED, _EVERYTHING) if is_allowed else (_OTHERS, _NONE_OF_IT)
                    yield replace(sent, moment=moment, consent=consent, count=left - ungranted)

    def _weakest_tail(self, cookie: SeenCookie) -> bytes:
        """Write the attributes of the weakest line that the counts allow; nothing where the gate made them safe."""
        sent = cookie.sent
        is_mended = self.is_enforced or not sent.lines
        parts = [b""]
        if sent.longest_s is not None and not is_mended:
            parts.append(b"Max-Age=%d" % sent.longest_s)
        domain = next((domain for domain, _ in sent.domains if domain), "")
        if domain and not is_mended:
            parts.append(b"Domain=" + domain.encode("latin-1", "replace"))
        if is_mended or not sent.without_secure:
            parts.append(b"Secure")
        if is_mended or not sent.without_http_only:
            parts.append(b"HttpOnly")
        if is_mended or not sent.without_same_site:
            parts.append(b"SameSite=None" if sent.same_site_none and not is_mended else b"SameSite=Lax")
        return b"; ".join(parts)


def _setters(cookie: SeenCookie) -> Iterator[tuple[str, Reason, int, int, int]]:
    """Yield place, reason and counts for each setter, and for what the inventory had no room to place."""
    rest: dict[Reason, list[int]] = {}
    for outcome in cookie.outcomes:
        counts = rest.setdefault(outcome.reason, [0, 0, 0])
        for at, count in enumerate((outcome.count, outcome.left, outcome.left_ungranted)):
            counts[at] += count
    for by in cookie.set_by:
        for at, count in enumerate((by.count, by.left, by.left_ungranted)):
            rest.setdefault(by.reason, [0, 0, 0])[at] -= count
        yield _place(by), by.reason, by.count, by.left, by.left_ungranted
    for reason, (count, left, ungranted) in rest.items():
        if count > 0:
            yield _ELSEWHERE, reason, count, max(0, left), max(0, ungranted)


def _place(by: SetBy) -> str:
    return f"{by.method} {by.route} ({by.status})"
