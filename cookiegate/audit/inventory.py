"""An inventory that a gate recorded: what left, under which consent, and what was held back.

An inventory has counts and no lines; each row becomes the weakest line that the counts allow, without a value. What
was recorded in report-only before the gate enforced the policy says nothing of the site as it is, and is left out.
Law: where the counts allow several lines, the weakest one is assessed.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from cookiegate.audit.observation import Moment, Observation, Place, Unreadable, Way
from cookiegate.audit.text import shown
from cookiegate.model import NO_CONSENT, OPTIONAL, Action, Consent, Reason
from cookiegate.plural import counted
from cookiegate.report import InventoryReport, Mode, Origin, Phase, SeenCookie, SetBy, read_inventory
from cookiegate.report.seen import MALFORMED

__all__ = ["Inventory"]

_NOTHING = Moment(False, (0,), "Nothing granted")
_OTHERS = Moment(True, (0,), "Only others granted")
_GRANTED = Moment(True, (1,), "Category granted")
_EVERYTHING, _NONE_OF_IT = Consent(OPTIONAL), Consent(())
_ELSEWHERE = ""  # setters beyond the limits of the inventory have no place
_BROWSERS = "a browser's request"
_CHANGING = timedelta(hours=1)  # so long old and new processes may record side by side while a site is deployed
_MAY_LEAVE = frozenset({Reason.NECESSARY, Reason.GRANTED, Reason.UNREGISTERED, Reason.DELETION})


class Inventory:
    """One inventory: a file, or a directory of them."""

    def __init__(self, path: Path) -> None:
        """Read it.

        Raises: `Unreadable` where nothing in it can be read.
        """
        reading = read_inventory(path)
        if not reading.files:
            problem = (
                reading.problems[0] if reading.problems else f"{path}: holds no inventory; name a file or directory"
            )
            raise Unreadable(shown(problem, 400))
        self.report: InventoryReport = reading.report
        self.unread: tuple[str, ...] = tuple(shown(problem, 400) for problem in reading.unread)
        self.twins: tuple[str, ...] = tuple(
            shown(problem, 400) for problem in reading.problems if problem not in reading.unread
        )
        ends = {phase.mode: _end_of(phase, self.report.phases) for phase in self.report.phases}

        def is_over(seen: Phase | SeenCookie) -> bool:
            end = ends.get(seen.mode)
            return end is not None and seen.last_at <= end

        self.phases: tuple[Phase, ...] = tuple(phase for phase in self.report.phases if not is_over(phase))
        self.over: tuple[Phase, ...] = tuple(phase for phase in self.report.phases if is_over(phase))
        self._cookies = tuple(cookie for cookie in self.report.cookies if not is_over(cookie))
        dropped = [
            outcome
            for cookie in self._cookies
            for outcome in cookie.outcomes
            if outcome.action in (Action.DROP, Action.EXPIRE) and cookie.origin is Origin.RESPONSE
        ]
        self._looks_enforced = bool(dropped) and not any(outcome.left for outcome in dropped)

    def is_enforced(self, mode: Mode | None) -> bool:
        """Return whether what was decided in this mode was done; for a file without modes, what left decides."""
        return self._looks_enforced if mode is None else mode is Mode.ENFORCE

    @property
    def looked_at(self) -> str:
        """Describe how much was looked at."""
        labels = {True: "enforced", False: "as the app sent them"}
        modes = [
            f"{counted(each.responses, 'response')}, {labels[self.is_enforced(each.mode)]}"
            for each in self.phases
            if each.responses
        ]
        return "; ".join(modes) or "no response"

    def observations(self) -> Iterator[Observation | Moment]:
        """Yield the observations of each row."""
        for cookie in self._cookies:
            name = cookie.name.encode("latin-1", "replace") + b"="
            seen = Observation(
                line=name, way=Way.HELD_BACK, place=Place(_ELSEWHERE), host="", moment=_NOTHING, consent=NO_CONSENT,
                is_https=bool(cookie.sent.https_lines), at_s=cookie.last_at.timestamp(), count=cookie.count,
            )  # fmt: skip
            if cookie.origin is Origin.REQUEST:  # an enforcing gate takes it out of the browser
                is_left = cookie.mode is Mode.REPORT_ONLY
                yield replace(seen, way=Way.CARRIED if is_left else Way.HELD_BACK, place=Place(_BROWSERS))
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
        is_made_safe = self.is_enforced(cookie.mode) or not sent.lines
        parts = [b""]
        if sent.longest_s is not None and not is_made_safe:
            parts.append(b"Max-Age=%d" % sent.longest_s)
        domain = next((domain for domain, _ in sent.domains if domain), "")
        if domain and not is_made_safe:
            parts.append(b"Domain=" + domain.encode("latin-1", "replace"))
        if is_made_safe or not sent.without_secure:
            parts.append(b"Secure")
        if is_made_safe or not sent.without_http_only:
            parts.append(b"HttpOnly")
        if is_made_safe or not sent.without_same_site:
            parts.append(b"SameSite=None" if sent.same_site_none and not is_made_safe else b"SameSite=Lax")
        return b"; ".join(parts)


def _end_of(phase: Phase, phases: Iterable[Phase]) -> datetime | None:
    """Return the end of a phase, at which the gate went into another mode; `None` if it did not.

    A rule may go on to report alone while the gate enforces all others.
    """
    later = [other.first_at for other in phases if other.first_at > phase.first_at]
    return max(later) + _CHANGING if later else None


def _setters(cookie: SeenCookie) -> Iterator[tuple[str, Reason, int, int, int]]:
    """Yield place, reason and counts for each setter, and for setters beyond the limits of the inventory."""
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
