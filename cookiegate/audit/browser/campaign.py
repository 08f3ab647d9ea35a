"""One audit by a browser: the phases in order, the pages of each, within limits of time, pages and octets.

Law: one page at a time; what can't be seen is noted, and the audit goes on.
"""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from time import monotonic, sleep
from urllib.parse import urlsplit

import httpx
from playwright.sync_api import Error

from cookiegate.audit.browser.addresses import NamedPlaces
from cookiegate.audit.browser.clicking import Clicker
from cookiegate.audit.browser.evidence import BrowserEvidence, Missed, OtherRequests, PhaseEvidence, merged
from cookiegate.audit.browser.frontier import Frontier
from cookiegate.audit.browser.launching import Launcher, find_browser, running
from cookiegate.audit.browser.phase import Phase
from cookiegate.audit.browser.policy_page import find_policy_link
from cookiegate.audit.browser.profile import NotOpened, Profile
from cookiegate.audit.browser.progress_file import ProgressFile
from cookiegate.audit.browser.proxy import Proxy
from cookiegate.audit.browser.recorder import Recorder
from cookiegate.audit.browser.robots import AGENT, Fetcher, read_robots, read_sitemaps
from cookiegate.audit.browser.settings import BrowserSettings
from cookiegate.audit.browser.visit import Visit
from cookiegate.audit.links import Page
from cookiegate.audit.observation import Unreadable
from cookiegate.audit.text import shown, shown_url

__all__ = ["Campaign"]

_VISITS = (Phase.BEFORE, Phase.GPC, Phase.REJECT, Phase.ACCEPT)
_MOST_ENDS = 3
_CAN_GO_ON = frozenset({Phase.BEFORE, Phase.GPC, Phase.REJECT})
"""Phases that may go on in a new profile; what follows an acceptance needs the profile that accepted."""


@dataclass(slots=True)
class Campaign:
    """One site, looked at in every phase; it is what a `Visit` asks for its pages.

    `hide` takes the values of a login out of texts. `on_page` is called with how many pages were looked at, and how
    many are expected in all.
    """

    url: str
    settings: BrowserSettings
    is_own: Callable[[str], bool]
    may_open: Callable[[str], bool]
    """Whether the page itself may go to a URL."""
    hide: Callable[[str], str] = str
    on_page: Callable[[int, int], object] = lambda _done, _expected: None
    policy_html: str = ""
    """The policy page as scripts have drawn it; empty: none was found."""
    policy_why: str = ""
    """Why a policy page that was named could not be read."""
    frontier: Frontier = field(init=False)
    _proxy: Proxy = field(init=False)
    _ends_at: float = 0.0
    _delay_s: float = 0.0
    _policy_url: str = ""
    _finds_pages: bool = True
    _looked: int = 0
    _touch: Callable[[], object] = lambda: None

    def run(self, registry_digest: str = "") -> BrowserEvidence:
        """Look at the site. Raises: `Unreadable` where there is no browser, or no answer at all."""
        parts, settings = urlsplit(self.url), self.settings
        named = NamedPlaces.of(parts.scheme, parts.hostname or "", parts.port, settings.hosts, settings.allowed)
        kept, path = ProgressFile(settings.resume, self.url), find_browser(settings.browser_path)
        self._policy_url, self._ends_at = settings.policy_page or "", monotonic() + settings.minutes * 60
        started_at = _now()
        with ExitStack() as stack:
            self._proxy = stack.enter_context(Proxy(named, settings.resolve, settings.megabytes * 1_000_000))
            self._begin(kept)
            patience_s = settings.patience_s or 3 * settings.seconds + 3 * settings.wait_s + self._delay_s + 30
            launcher = stack.enter_context(
                running(path, self._proxy.server, has_sandbox=settings.has_sandbox, patience_s=patience_s)
            )
            browser = f"Chromium {launcher.browser().version}"
            _check_selectors(launcher, settings)
            for phase in _VISITS:
                old = kept.phases.get(phase)
                if old is None or not old.is_finished or (phase is Phase.ACCEPT and not _is_withdrawn(kept)):
                    self._visit(phase, launcher, kept, old if phase in _CAN_GO_ON else None)
            self._read_policy(launcher)
            if all(each.is_finished for each in kept.phases.values()):
                kept.remove()
        return BrowserEvidence(
            host=parts.hostname or "", browser=browser, started_at=started_at, ended_at=_now(),
            registry_digest=registry_digest,
            phases=tuple(kept.phases[phase] for phase in Phase if phase in kept.phases), left=self.frontier.left,
            policy_page=shown_url(self.hide(self._policy_url)) if self.policy_html else "",
        )  # fmt: skip

    def _begin(self, kept: ProgressFile) -> None:
        """Read robots.txt and the sitemaps. Raises: `Unreadable` where robots.txt excludes the first page."""
        seconds, headers = self.settings.seconds, {"User-Agent": AGENT, "Accept-Encoding": "gzip"}

        def make_client() -> httpx.AsyncClient:
            return httpx.AsyncClient(proxy=self._proxy.server, timeout=seconds, headers=headers)

        self._delay_s, fetcher = self.settings.delay_s, Fetcher(make_client, seconds, self._ends_at)
        robots = read_robots(fetcher, self.url)
        # Once the time is over no page is fetched, so that a robots.txt that came too late excludes none.
        is_free = self.settings.ignores_robots or monotonic() >= self._ends_at
        may_fetch = (lambda _: True) if is_free else robots.may_fetch
        if not may_fetch(self.url):
            where = shown_url(self.hide(self.url))
            if not robots.is_reached:
                refused = "".join(f": {each}" for each in self.refused()[:1])
                raise Unreadable(f"{where}: can't be reached{refused}; start the site, or check the address")
            what = "excludes it" if robots.parser is not None else "can't be read, so nothing may be fetched"
            raise Unreadable(f"{where}: its robots.txt {what}; audit your own site with --ignore-robots")
        self.frontier = Frontier(self.url, self.settings.pages, may_fetch)
        if not self.settings.ignores_robots:
            self._delay_s = max(self._delay_s, robots.delay_s)
        self.frontier.add(kept.pages)
        if self.settings.pages > 1 and not kept.pages:
            self.frontier.later(read_sitemaps(fetcher, self.url, robots, 2 * self.settings.pages))
        self._proxy.forget()

    def _visit(
        self, phase: Phase, launcher: Launcher, kept: ProgressFile, old: PhaseEvidence | None,
        skipped: frozenset[str] = frozenset(),
    ) -> None:  # fmt: skip
        """Look at the site in one phase; after the acceptance the same profile withdraws.

        `skipped`: pages at which the browser ended; the others are looked at in a new one.
        """
        profile = self._profile(launcher, has_gpc=phase is Phase.GPC)
        self._finds_pages = phase is Phase.BEFORE
        self._proxy.forget()

        def keep(found: PhaseEvidence) -> None:
            kept.keep(self.frontier.known, found if old is None else merged(old, found))

        def visit(phase: Phase) -> Visit:
            clicker = Clicker(profile, self.settings)
            return Visit(phase, profile, clicker, self.settings, self, keep, self.hide)

        self._touch = launcher.touch
        try:
            found = visit(phase).look(skipped | frozenset(old.pages if old is not None else ()))
            self._refuse_dead(phase, found)
            keep(found)
            if phase is Phase.ACCEPT and found.pages and not any(each.is_whole for each in found.missed):
                keep(visit(Phase.WITHDRAW).withdraw())
        except Error as error:  # the browser has crashed, or did not answer any more and was ended
            last = kept.phases.get(phase, PhaseEvidence(phase=phase))
            page = shown_url(self.hide(profile.recorder.page))
            missed = Missed(page or "further pages", self.hide(_why_ended(profile, error)), is_whole=not last.pages)
            kept.keep(self.frontier.known, replace(last, missed=(*last.missed, missed), is_finished=False))
            profile.close()
            if last.pages and page not in (*last.pages, *skipped) and phase in _CAN_GO_ON and len(skipped) < _MOST_ENDS:
                self._visit(phase, launcher, kept, kept.phases[phase], skipped | {page})
                rest = kept.phases[phase]
                both = tuple(dict.fromkeys((missed, *rest.missed)))
                kept.keep(self.frontier.known, replace(rest, missed=both, is_finished=False))
        finally:
            profile.close()

    def _refuse_dead(self, phase: Phase, found: PhaseEvidence) -> None:
        """End the audit where the very first page does not answer at all. Raises: `Unreadable`."""
        dead = next((each for each in found.missed if each.is_whole and each.what.startswith("can't be reached")), None)
        if phase is Phase.BEFORE and dead is not None and not found.pages:
            refused = f"; {found.refused[0]}" if found.refused else ""
            raise Unreadable(f"{dead.subject}: {dead.what}{refused}")

    def _profile(self, launcher: Launcher, *, has_gpc: bool = False) -> Profile:
        recorder, browser = Recorder(self.is_own, self.hide), launcher.browser()
        try:
            return Profile(browser, recorder, self.settings, self.may_open, has_gpc=has_gpc)
        except Error as error:
            what = shown(self.hide(str(error).partition("\n")[0]), 200)
            state = "; check the file of --storage-state" if self.settings.storage_state is not None else ""
            raise Unreadable(f"the browser makes no profile: {what}{state}") from None

    def _read_policy(self, launcher: Launcher) -> None:
        """Load the policy page and keep what scripts have made of it."""
        if not self._policy_url or self.may_go_on():
            return
        profile = self._profile(launcher)
        try:
            profile.open(self._policy_url)
            self.policy_html = profile.html
        except NotOpened as error:
            self.policy_why = f"{shown_url(self.hide(self._policy_url))}: {self.hide(str(error))}"
        except Error as error:
            self.policy_why = f"{shown_url(self.hide(self._policy_url))}: {self.hide(_why_ended(profile, error))}"
        finally:
            profile.close()

    def known(self) -> list[str]:
        """Return the pages to look at."""
        return self.frontier.known

    def found(self, page: str, read: Page, content: Callable[[], str]) -> None:
        """Take the links of a page; only the first phase finds pages, so that all look at the same ones."""
        if self._finds_pages:
            self.frontier.add(read.links)
        if not self._policy_url and page == self.url:
            self._policy_url = find_policy_link(content(), page, self.may_open)
        self._looked += 1
        self.on_page(self._looked, (len(_VISITS) + 1) * max(len(self.frontier.known), 1))

    def may_go_on(self) -> str:
        """Wait as politeness asks, and return why there is no next page; empty where there is one."""
        if monotonic() >= self._ends_at:
            return "the time is over; allow more with --minutes, or go on with --resume"
        if self._proxy.is_full:
            return "the limit of octets is reached; allow more with --megabytes"
        sleep(self._delay_s)
        self._touch()
        return ""

    def refused(self) -> tuple[str, ...]:
        """Return what the proxy refused in this phase."""
        return tuple(f"{each.host}:{each.port} {each.why}" for each in self._proxy.refusals)

    def others(self, seen: tuple[OtherRequests, ...]) -> tuple[OtherRequests, ...]:
        """Add the hosts that only the proxy saw: what workers ask is no request of the page."""
        known = {each.host for each in seen}
        further = (
            OtherRequests(shown(host), ("connection",), number)
            for host, number in self._proxy.hosts.items()
            if host not in known and not self.is_own(host)
        )
        return tuple(sorted((*seen, *further), key=lambda each: each.host))


def _check_selectors(launcher: Launcher, settings: BrowserSettings) -> None:
    """Raise `Unreadable` for a selector that a browser does not understand."""
    given = {
        "--accept-selector": settings.accept_selector, "--reject-selector": settings.reject_selector,
        "--withdraw-selector": settings.withdraw_selector,
    }  # fmt: skip
    if not any(given.values()):
        return
    page = launcher.browser().new_page()
    for option, selector in given.items():
        try:
            page.evaluate("(selector) => { if (selector) document.querySelector(selector); }", selector)
        except Error:
            raise Unreadable(f"{option} {shown(selector or '')}: no selector of CSS; correct it") from None
    page.close()


def _why_ended(profile: Profile, error: Error) -> str:
    text = shown(str(error).partition("\n")[0], 200)
    browser = profile.context.browser
    if browser is None or not browser.is_connected() or "crash" in text or "closed" in text:
        return "the browser ended or did not answer any more while it showed this page"
    return f"can't be looked at: {text}"


def _is_withdrawn(kept: ProgressFile) -> bool:
    found = kept.phases.get(Phase.WITHDRAW)
    return found is not None and found.is_finished


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
