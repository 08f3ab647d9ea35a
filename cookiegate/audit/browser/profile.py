"""One fresh profile of the browser: it opens pages, and hands what happens to a recorder.

Law: the page itself stays on the hosts that were named; other windows are closed, and nothing is downloaded.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib.resources import files
from secrets import token_hex
from time import monotonic, time
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, CDPSession, Error, Frame, Page, Request, Response
from playwright.sync_api import TimeoutError as TooLate

from cookiegate.audit.answer import MAX_BODY_OCTETS, why_no_page, why_not_html, why_not_seen
from cookiegate.audit.browser.evidence import NO_ROOM, JarCookie, Missed, Shot, StoredKey
from cookiegate.audit.browser.network_log import NetworkLog
from cookiegate.audit.browser.proxy import PROXY_NAME
from cookiegate.audit.browser.recorder import Recorder
from cookiegate.audit.browser.settings import BrowserSettings
from cookiegate.audit.browser.storage import stored_by
from cookiegate.audit.browser.workers import Workers
from cookiegate.audit.links import Page as ReadPage
from cookiegate.audit.links import read_page
from cookiegate.audit.text import shown
from cookiegate.redaction import redacted

__all__ = ["NotOpened", "Profile"]

_VIEW = {"width": 1280, "height": 800}
_MAX_SHOT_OCTETS = 400_000
_MAX_SESSIONS = 200
_MOST_TRIES = 3
_BETWEEN_TRIES_MS = 500
_ANSWERING = ("http://", "https://", "blob:", "about:srcdoc")
_READABLE = "() => document.cookie.split('; ').map((pair) => pair.split('=', 1)[0])"


class NotOpened(Exception):
    """The page could not be seen; the message explains why."""


def script(name: str, **words: str) -> str:
    """Return one of the scripts beside this file, with words filled in."""
    text = (files("cookiegate.audit.browser") / name).read_text(encoding="utf-8")
    for word, value in words.items():
        text = text.replace(f"__{word}__", value)
    return text


class Profile:
    """A browser context with one page."""

    def __init__(
        self, browser: Browser, recorder: Recorder, settings: BrowserSettings, may_open: Callable[[str], bool],
        *, has_gpc: bool = False,
    ) -> None:  # fmt: skip
        """`may_open`: whether the page itself may go to a URL."""
        self.recorder = recorder
        self._settings = settings
        self._may_open = may_open
        self._strayed = ""
        self.html: str = ""
        """The page as scripts had drawn it when it was read."""
        self._began = monotonic()
        self.began_at: float = time()
        """When the profile was made, as POSIX time."""
        self._keys: dict[StoredKey, None] = {}
        self._jar: dict[tuple[str, str, str], JarCookie] = {}
        self.missed: dict[Missed, None] = {}
        """What there was no room for."""
        state = None if settings.storage_state is None else str(settings.storage_state)
        headers = {"Sec-GPC": "1"} if has_gpc else {}
        self.context: BrowserContext = browser.new_context(
            accept_downloads=False, viewport=_VIEW, storage_state=state, extra_http_headers=headers,  # type: ignore[arg-type]
            service_workers="allow",
        )  # fmt: skip
        binding = f"_{token_hex(8)}"
        self.context.expose_binding(binding, lambda _, report=None: recorder.script(report))
        self.context.add_init_script(script("watch.js", NAME=binding))
        if has_gpc:
            self.context.add_init_script(script("gpc.js"))
        self.context.set_default_timeout(settings.seconds * 1000)
        self.context.on("request", self._asked)
        self.page: Page = self.context.new_page()
        self.context.on("page", self._close_other)
        self.page.on("download", lambda download: download.cancel())
        self._session = self.context.new_cdp_session(self.page)
        self._sessions: list[CDPSession] = [self._session]
        self._log = NetworkLog(recorder)
        self._log.listen(self._session)
        Workers(self._session, recorder, self._log, lambda name: script("watch.js", NAME=name))
        self.page.on("framenavigated", self._listen)
        self._guard()
        self._first = {(cookie["name"], cookie["domain"]) for cookie in self.context.cookies()}

    def _close_other(self, page: Page) -> None:
        """Close a window that another one has opened."""
        if page is not self.page:
            with suppress(Error):
                page.close()

    def _asked(self, request: Request) -> None:
        self.recorder.request(request.url, request.resource_type)

    def _listen(self, frame: Frame) -> None:
        """Listen to a frame that has a process of its own; the others are heard with the page."""
        if frame.parent_frame is None or len(self._sessions) >= _MAX_SESSIONS:
            return
        with suppress(Error):
            session = self.context.new_cdp_session(frame)
            self._sessions.append(session)
            self._log.listen(session)

    def _guard(self) -> None:
        """Stop each navigation of the page itself that leads to a host that was not named, redirects too."""
        session = self._session
        main = session.send("Page.getFrameTree")["frameTree"]["frame"]["id"]

        def decide(event: dict[str, Any]) -> None:
            url, is_main = event["request"]["url"], event["frameId"] == main
            with suppress(Error):  # the request may be over by now
                if is_main and not self._may_open(url):
                    self._strayed = url
                    session.send(
                        "Fetch.failRequest", {"requestId": event["requestId"], "errorReason": "BlockedByClient"}
                    )
                else:
                    session.send("Fetch.continueRequest", {"requestId": event["requestId"]})

        session.on("Fetch.requestPaused", decide)
        session.send("Fetch.enable", {"patterns": [{"resourceType": "Document", "requestStage": "Request"}]})

    def open(self, url: str) -> ReadPage:
        """Load a page, watch it for a while, and return its links. Raises: `NotOpened`."""
        self.recorder.page, self._strayed = url, ""
        ends_at = monotonic() + self._settings.seconds
        try:
            response = self.page.goto(url, wait_until="domcontentloaded")
            with suppress(TooLate):  # a picture that never comes does not hide the page
                self.page.wait_for_load_state("load", timeout=max(1.0, ends_at - monotonic()) * 1000)
        except Error as error:
            with suppress(Error):
                self._session.send("Page.stopLoading")  # it would hold whatever is asked of the page
            self.settle()
            raise NotOpened(self._why(error)) from None
        self.settle()
        if self._strayed:
            raise NotOpened(self._why(None))
        return self._read(url, response)

    def _why(self, error: Exception | None) -> str:
        if self._strayed:
            host = shown(urlsplit(self._strayed).hostname or "nowhere")
            return (
                f"leads to another host, {host}; audit that one, or allow it with --host {host}; if it is where "
                "visitors log in, give the audit a login with --storage-state"
            )
        text = str(error).partition("\n")[0]
        if "Timeout" in text:
            return f"no end after {self._settings.seconds:g} seconds; allow more with --seconds"
        if "Download is starting" in text:
            return "is a file to be saved, and no page"
        reason = text[text.find("net::") :].partition(" ")[0] if "net::" in text else text
        return f"can't be reached: {shown(redacted(reason), 200)}"

    def _read(self, asked: str, response: Response | None) -> ReadPage:
        has_login = self._settings.storage_state is not None
        if response is not None:
            status = response.headers.get("proxy-status", "")
            if status.startswith(PROXY_NAME):
                raise NotOpened(f"can't be reached: {shown(status.partition('details=')[2].strip(chr(34)), 200)}")
            why = why_not_seen(response.status, has_login=has_login)
            if why:
                raise NotOpened(_for_browser(why))
            kind = response.headers.get("content-type", "")
            if "html" not in kind.lower():
                raise NotOpened(why_not_html(kind, ""))
        url = self.page.url
        self.html = self._content()
        page = read_page(self.html[:MAX_BODY_OCTETS], url)
        why = why_no_page(asked, url, page, has_login=has_login)
        if why:
            raise NotOpened(_for_browser(why))
        return page

    def _content(self) -> str:
        for _ in range(_MOST_TRIES):
            try:
                return self.page.content()
            except Error as error:
                if "navigating" not in str(error):
                    raise
                self.page.wait_for_timeout(_BETWEEN_TRIES_MS)
        raise NotOpened("loads itself again and again, so that it can't be read")

    def forget(self) -> None:
        """Forget what was seen: a choice begins a new phase."""
        self.recorder.forget()
        self._keys.clear()
        self._jar.clear()

    def settle(self) -> None:
        """Watch the page for as long as the settings say, then take down what it has requested."""
        with suppress(Error):
            self.page.wait_for_timeout(self._settings.wait_s * 1000)
            self.page.wait_for_load_state("networkidle", timeout=max(self._settings.wait_s, 0.5) * 2000)
        self._log.drain()

    def after_s(self) -> float:
        """Return how long ago the profile was made."""
        return round(monotonic() - self._began, 2)

    def jar(self, now: float) -> tuple[JarCookie, ...]:
        """Return the cookies that the browser has or had on a page of this phase, but for those of the given login."""
        found: object = None
        with suppress(Error):
            found = self.page.evaluate(_READABLE)
        readable = set(map(str, found)) if isinstance(found, list) else None  # where the page does not tell, all are
        for cookie in self._present():
            expires = cookie.get("expires", -1)
            self._jar[cookie["name"], cookie["domain"], cookie["path"]] = JarCookie(
                name=self.recorder.name(cookie["name"]), domain=self.recorder.name(cookie["domain"]),
                path=self.recorder.name(cookie["path"]),
                lifetime_s=None if expires < 0 else max(0.0, round(expires - now, 1)), secure=cookie["secure"],
                http_only=cookie["httpOnly"], same_site=cookie.get("sameSite", ""),
                is_partitioned=bool(cookie.get("partitionKey")),
                is_readable=(readable is None or cookie["name"] in readable) and not cookie["httpOnly"],
            )  # fmt: skip
        return tuple(self._jar.values())

    def _present(self) -> list[Any]:
        return [each for each in self.context.cookies() if (each["name"], each["domain"]) not in self._first]

    def names(self) -> tuple[str, ...]:
        """Return the names of the cookies that are in the browser now."""
        return tuple(sorted({self.recorder.name(cookie["name"]) for cookie in self._present()}))

    def keys(self) -> tuple[StoredKey, ...]:
        """Return what scripts have stored, in the page and its frames, and in frames of the pages before."""
        found: dict[StoredKey, None] = {}
        seen = set()
        for area in stored_by(self._sessions):
            origin = shown(self.recorder.hide(area.origin))
            seen.add(origin)
            found |= {StoredKey(area.name, origin, shown(self.recorder.hide(key))): None for key in area.keys}
            if area.count > len(area.keys):
                what = f"{origin} stores {area.count:,} entries ({area.name}); the first {len(area.keys)} were read"
                self.missed[Missed(NO_ROOM, what)] = None
        self._keys = {key: None for key in self._keys if key.origin not in seen} | found
        return tuple(sorted(self._keys))

    def shot(self, label: str, shots: list[Shot], limit: int) -> None:
        """Add a picture of the page, if there are not `limit` of them already."""
        if len(shots) >= limit:
            return
        with suppress(Error):
            for scale in (0.5, 0.25):
                clip = {"x": 0, "y": 0, **_VIEW, "scale": scale}
                png = self._session.send("Page.captureScreenshot", {"format": "png", "clip": clip})["data"]
                if len(png) <= _MAX_SHOT_OCTETS:
                    shots.append(Shot(label, png, int(_VIEW["width"] * scale), int(_VIEW["height"] * scale)))
                    return

    def call(self, expression: str) -> bool:
        """Evaluate an expression in the page; return whether it gave something true."""
        with suppress(Error):
            return bool(self.page.evaluate(expression))
        return False

    def frames(self) -> Sequence[Frame]:
        """Return the page's frames, the main one first; an error page in a frame answers nothing, and is left out."""
        main, *others = self.page.frames
        return [main, *(frame for frame in others if frame.url.startswith(_ANSWERING))]

    def close(self) -> None:
        """End the profile; what it stored is gone."""
        with suppress(Error):
            self.context.close()


def _for_browser(why: str) -> str:
    return why.replace(
        "give the audit a login with --cookie or --header", "give the audit a login with --storage-state"
    )
