"""One phase: a profile that makes its choice, then looks at the pages.

Law: what was seen before the choice is not of the phase.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from time import time
from typing import Protocol

from cookiegate.audit.browser.clicking import Clicker, Found
from cookiegate.audit.browser.evidence import (
    Control,
    Missed,
    OtherRequests,
    PhaseEvidence,
    SeenLine,
    Setter,
    Shot,
    Step,
)  # fmt: skip
from cookiegate.audit.browser.phase import Phase
from cookiegate.audit.browser.profile import NotOpened, Profile
from cookiegate.audit.browser.settings import BrowserSettings
from cookiegate.audit.links import Page
from cookiegate.audit.text import shown, shown_url

__all__ = ["Pages", "Visit"]

_MAX_SHOTS = 4
_MAX_STEPS = 500
_MAX_COOKIE_STEPS = 100
_BANNER_GONE = "the banner is still there after the click on {}: the choice may not count"
_NO_BUTTON = (
    "no button to {} was found; name it with --{}-selector, or let the audit look for buttons by their names with "
    "--click-by-name"
)


class Pages(Protocol):
    """What a visit asks of the audit that it is part of."""

    def known(self) -> list[str]:
        """Return the pages to look at, the first one first."""

    def found(self, page: str, read: Page, content: Callable[[], str]) -> None:
        """Take the links of a page that was seen."""

    def may_go_on(self) -> str:
        """Wait for the next page's turn; return why there is none, empty where there is one."""

    def refused(self) -> tuple[str, ...]:
        """Return what the browser was not let to in this phase."""

    def others(self, seen: tuple[OtherRequests, ...]) -> tuple[OtherRequests, ...]:
        """Add the hosts that only workers have asked."""


@dataclass(slots=True)
class Visit:
    """A profile in one phase, and what it has noted."""

    phase: Phase
    profile: Profile
    clicker: Clicker
    settings: BrowserSettings
    pages: Pages
    keep: Callable[[PhaseEvidence], None]
    """Called with what is known after each page."""
    hide: Callable[[str], str] = str
    seen: list[str] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    shots: list[Shot] = field(default_factory=list)
    missed: list[Missed] = field(default_factory=list)
    controls: list[Control] = field(default_factory=list)
    held: tuple[str, ...] = ()
    has_banner: bool = False
    has_way_back: bool | None = None

    def note(self, what: str) -> None:
        """Add a step to the timeline."""
        if len(self.steps) < _MAX_STEPS:
            self.steps.append(Step(self.profile.after_s(), what))

    def picture(self, label: str) -> None:
        """Take a picture of the page as it is now."""
        self.profile.shot(label, self.shots, _MAX_SHOTS)

    def miss(self, subject: str, what: str, *, is_whole: bool = False) -> None:
        """Note what can't be seen."""
        self.missed.append(Missed(subject, what, is_whole))
        self.note(f"{subject}: {what}")

    def evidence(self, *, is_finished: bool = True) -> PhaseEvidence:
        """Return what was seen so far."""
        recorder = self.profile.recorder
        return PhaseEvidence(
            phase=self.phase, lines=recorder.lines, jar=self.profile.jar(time()), sent=recorder.sent,
            keys=self.profile.keys(), requests=self.pages.others(recorder.requests), refused=self.pages.refused(),
            controls=tuple(self.controls), steps=self._timeline(recorder.lines), shots=tuple(self.shots),
            missed=(*self.missed, *recorder.missed, *self.profile.missed), pages=tuple(self.seen),
            has_banner=self.has_banner, has_way_back=self.has_way_back, held=self.held, is_finished=is_finished,
        )  # fmt: skip

    def _timeline(self, lines: Sequence[SeenLine]) -> tuple[Step, ...]:
        """Return the steps, and when each cookie was set for the first time."""
        began = self.profile.began_at
        first: dict[tuple[str, str], Step] = {}
        for line in lines:
            name = shown(line.line.partition("=")[0])
            how = "a response of" if line.setter is Setter.RESPONSE else "the script"
            step = Step(round(max(0.0, line.at_s - began), 2), f"{name} was set by {how} {line.where}")
            if len(first) < _MAX_COOKIE_STEPS:
                first.setdefault((name, line.where), step)
        return tuple(sorted((*self.steps, *first.values()), key=lambda step: step.after_s))

    def open(self, url: str, *, is_start: bool = False) -> bool:
        """Open a page and note it; return whether it was seen."""
        where = shown_url(self.hide(url))
        try:
            read = self.profile.open(url)
        except NotOpened as error:
            self.miss(where, self.hide(str(error)), is_whole=is_start)
            return False
        self.note(f"looked at {where}")
        if where not in self.seen:
            self.seen.append(where)
        self.pages.found(url, read, lambda: self.profile.html)
        return True

    def look(self, done: frozenset[str] = frozenset()) -> PhaseEvidence:
        """Make the phase's choice, and look at every page but those that were looked at already."""
        start = self.pages.known()[0]
        why = self.pages.may_go_on()
        if why:
            self.miss(shown_url(self.hide(start)), why, is_whole=not done)
            return self.evidence(is_finished=False)
        has_choice = self.phase in (Phase.REJECT, Phase.ACCEPT)
        if not self.open(start, is_start=True):
            return self._nothing() if has_choice else self.evidence()
        self.picture("as it was loaded")
        if has_choice and not self._choose(start):
            return self._nothing()
        is_finished = self._walk(done)
        if self.phase is Phase.ACCEPT:
            self.has_way_back = self._looks_for_way_back(start)
        return self.evidence(is_finished=is_finished)

    def _nothing(self) -> PhaseEvidence:
        """Return the evidence of a phase without its choice: nothing that was seen is of it."""
        return replace(self.evidence(), lines=(), jar=(), sent=(), keys=(), requests=(), pages=())

    def _walk(self, done: frozenset[str]) -> bool:
        """Look at the pages after the first one; return whether none was left out for want of time."""
        self.keep(self.evidence(is_finished=False))
        at = 1
        while at < len(self.pages.known()):
            page = self.pages.known()[at]
            at += 1
            if shown_url(self.hide(page)) in done:
                continue
            why = self.pages.may_go_on()
            if why:
                self.miss("further pages", why)
                return False
            self.open(page)
            self.keep(self.evidence(is_finished=False))
        return True

    def _choose(self, start: str) -> bool:
        """Click what the phase is named after, and load the page again."""
        accept = self.clicker.accept()
        self.has_banner = accept is not None
        self.controls += [self._hidden(accept.control)] if accept is not None else []
        found = accept if self.phase is Phase.ACCEPT else self.clicker.reject() or self.clicker.second_layer()
        if found is None:
            if self.phase is Phase.REJECT:
                self.picture("no button to reject was found")
            self.miss(f"the button to {self.phase}", self._why_no_button())
            return False
        if self.phase is Phase.REJECT:
            self.controls.append(self._hidden(found.control))
        self.held = self._names()
        return self._click(found) and self._again(start)

    def _why_no_button(self) -> str:
        is_accept = self.phase is Phase.ACCEPT
        selector = self.settings.accept_selector if is_accept else self.settings.reject_selector
        if selector is None:
            return _NO_BUTTON.format(self.phase, self.phase)
        return f"nothing that can be seen matches --{self.phase}-selector {shown(self.hide(selector))}"

    def _again(self, start: str) -> bool:
        """Load the first page again, after the choice."""
        self.seen.clear()
        if not self.open(start, is_start=True):
            return False
        self.picture("after the choice, loaded again")
        return True

    def _click(self, found: Found) -> bool:
        control = found.control
        name = f"{control.name!r} (found by {control.found_by})"
        if control.clicks > 1:
            self.note("opened the banner's second layer")
            self.picture("the banner's second layer")
        self.profile.forget()  # what the click does is of the phase
        if not self.clicker.click(found):
            self.miss(f"the button to {self.phase}", f"{name} can't be clicked: something covers it, or it is gone")
            return False
        self.note(f"clicked {self.hide(name)}")
        self.profile.settle()
        self.picture(self.hide(f"after the click on {control.name!r}"))
        if self.phase is not Phase.WITHDRAW and self.clicker.accept() is not None:
            self.miss("the banner", _BANNER_GONE.format(name))
        return True

    def _hidden(self, control: Control) -> Control:
        return replace(control, name=self.hide(control.name))

    def _names(self) -> tuple[str, ...]:
        return self.profile.names()

    def _looks_for_way_back(self, start: str) -> bool | None:
        if not self.seen or not self.open(start):
            return None
        return self.clicker.way_back() is not None

    def withdraw(self) -> PhaseEvidence:
        """Withdraw in the profile in which the visitor accepted, and look at the pages again."""
        start = self.pages.known()[0]
        why = self.pages.may_go_on()
        if why:
            self.miss("the withdrawal", why)
            return self.evidence(is_finished=False)
        self.held = self._names()
        if not self._withdraw():
            what = "no way to withdraw was found on the page; name it with --withdraw-selector"
            self.miss("the withdrawal", what)
            self.picture("no way to withdraw was found")
            return self._nothing()
        self.profile.settle()
        self.picture("after the withdrawal")
        if not self._again(start):
            return self.evidence()
        return self.evidence(is_finished=self._walk(frozenset()))

    def _withdraw(self) -> bool:
        if self.settings.withdraw_selector is None:
            self.profile.forget()
            platform = self.clicker.withdraw()
            if platform:
                self.note(f"withdrew by {platform}'s own function")
                return True
        back = self.clicker.way_back()
        if back is None or not self.clicker.is_in_place(back) or not self._click(back):
            return False
        self.controls.append(self._hidden(back.control))
        refusal = self.clicker.reject() or self.clicker.second_layer()
        if refusal is not None:
            return self._click(refusal)
        return self.settings.withdraw_selector is not None
