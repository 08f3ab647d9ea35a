"""Takes down what happens in one profile: cookies that are set and sent, requests to others, scripts that write.

It is pure but for its memory: `profile.py` hands it what the browser reports.
Law: memory is bounded; what exceeds a limit is counted, and `missed` says so.
"""

import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from time import time
from urllib.parse import SplitResult, urlsplit

from cookiegate.audit.browser.evidence import (
    NO_ROOM,
    Missed,
    OtherRequests,
    SeenLine,
    SentCookie,
    Setter,
    without_value,
)  # fmt: skip
from cookiegate.audit.login import HIDDEN
from cookiegate.audit.text import shown, shown_url
from cookiegate.plural import counted

__all__ = ["Recorder", "scripts_of"]

_MAX_LINES = 20_000
_MAX_SENT = 5000
_MAX_HOSTS = 500
_MAX_CHAIN = 5
_MAX_REPORT = 65536
_MAX_FRAMES = 60
_MAX_REPORTS = 50_000
_BEGIN = re.compile(r"https?:|blob:")
_OUTSIDE = re.compile(r"[\s()]")


def scripts_of(stack: str, hide: Callable[[str], str] = str) -> tuple[str, ...]:
    """Return the addresses of the scripts in a call stack, from the inside to the outside, each once."""
    urls = (shown_url(hide(url.removeprefix("blob:"))) for url in map(_url_in, stack.splitlines()[:_MAX_FRAMES]) if url)
    return tuple(dict.fromkeys(urls))[:_MAX_CHAIN]


def _url_in(frame: str) -> str:
    """Return the address in a line like `at name (https://a.example/app.js:12:5)`; empty where there is none."""
    found = _BEGIN.search(frame)
    if found is None:
        return ""
    url, *places = frame[found.start() :].strip().removesuffix(")").rsplit(":", 2)
    is_one = len(places) == 2 and all(place.isascii() and place.isdecimal() for place in places)
    return url if is_one and not _OUTSIDE.search(url) else ""


class Recorder:
    """What one profile has done so far."""

    def __init__(self, is_own: Callable[[str], bool], hide: Callable[[str], str] = str) -> None:
        """`is_own`: whether a host is the site's; `hide` takes the values of a login out of a text."""
        self._is_own = is_own
        self._hide = hide
        self._lines: dict[tuple[str, Setter, str, str], SeenLine] = {}
        self._sent: dict[tuple[str, str], int] = {}
        self._hosts: dict[str, dict[str, int]] = {}
        self._left_out = 0
        self._reports = 0
        self.page: str = ""
        """The page that is being looked at."""

    def hide(self, text: str) -> str:
        """Take the values of a login out of a text."""
        return self._hide(text)

    def name(self, name: str) -> str:
        """Return a cookie's name as octets in Latin-1, without the values of a login."""
        return self._hide(name.encode().decode("latin-1")).replace(HIDDEN, "hidden")

    def response(self, url: str, lines: Iterable[str]) -> None:
        """Take down the Set-Cookie lines of a response."""
        parts = _split(url)
        for line in lines:
            self._add(
                line,
                Setter.RESPONSE,
                shown_url(self._hide(url)),
                (),
                parts.hostname or "",
                is_https=parts.scheme == "https",
            )

    def request(self, url: str, kind: str) -> None:
        """Take down that a host was asked."""
        host = _split(url).hostname or ""
        if not host:
            return
        if not self._is_own(host):
            if host not in self._hosts and len(self._hosts) >= _MAX_HOSTS:
                self._left_out += 1
                return
            kinds = self._hosts.setdefault(host, {})
            kinds[kind] = kinds.get(kind, 0) + 1

    def sent_with(self, url: str, names: Iterable[str]) -> None:
        """Take down the names of the cookies that a request carried."""
        host = _split(url).hostname or ""
        for name in names:
            key = self.name(name), host
            if key in self._sent or len(self._sent) < _MAX_SENT:
                self._sent[key] = self._sent.get(key, 0) + 1

    def script(self, report: object) -> None:
        """Take down what a script wrote, as `watch.js` reports it; anything else is ignored."""
        if not isinstance(report, str) or len(report) > _MAX_REPORT:
            return
        self._reports += 1
        if self._reports > _MAX_REPORTS:
            self._left_out += 1
            return
        try:
            read = json.loads(report)
        except (ValueError, RecursionError):
            return
        if not isinstance(read, dict) or not read.keys() >= {"line", "calls", "origin"}:
            return
        line, calls, origin = str(read["line"]), str(read["calls"]), str(read["origin"])
        parts = _split(origin)
        chain = scripts_of(calls, self._hide) or (shown_url(self._hide(self.page)),)
        octets = line.encode("utf-8", "replace").decode("latin-1")
        self._add(octets, Setter.SCRIPT, chain[0], chain[1:], parts.hostname or "", is_https=parts.scheme == "https")

    def _add(
        self, line: str, setter: Setter, where: str, chain: Sequence[str], host: str, *, is_https: bool
    ) -> None:  # fmt: skip
        line = without_value(line.encode("latin-1", "replace"))
        name, equals, rest = line.partition("=")
        line = f"{self._hide(name)}{equals}{self._hide(rest)}".replace(HIDDEN, "hidden")
        key = line, setter, where, host
        if known := self._lines.get(key):
            self._lines[key] = replace(known, count=known.count + 1)
        elif len(self._lines) < _MAX_LINES:
            self._lines[key] = SeenLine(
                line=line, setter=setter, where=where, chain=tuple(chain), host=host,
                page=shown_url(self._hide(self.page)), is_https=is_https, at_s=time(),
            )  # fmt: skip
        else:
            self._left_out += 1

    def forget(self) -> None:
        """Forget what was seen: a choice begins a new phase."""
        self._lines.clear()
        self._sent.clear()
        self._hosts.clear()

    @property
    def lines(self) -> tuple[SeenLine, ...]:
        """The cookies that were set, in order."""
        return tuple(self._lines.values())

    @property
    def sent(self) -> tuple[SentCookie, ...]:
        """The cookies that requests carried."""
        return tuple(SentCookie(name, host, count) for (name, host), count in self._sent.items())

    @property
    def requests(self) -> tuple[OtherRequests, ...]:
        """The requests to hosts that are not the site's own, by host."""
        return tuple(
            OtherRequests(shown(self._hide(host)), tuple(sorted(kinds)), sum(kinds.values()))
            for host, kinds in sorted(self._hosts.items())
        )

    @property
    def missed(self) -> tuple[Missed, ...]:
        """What was left out."""
        if not self._left_out:
            return ()
        what = f"{counted(self._left_out, 'event')} beyond the limits of an audit; look at fewer pages at a time"
        return (Missed(NO_ROOM, what),)


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url.removeprefix("blob:"))
        parts.hostname  # noqa: B018  # it raises where it can't be read
    except ValueError:
        return urlsplit("")
    return parts
