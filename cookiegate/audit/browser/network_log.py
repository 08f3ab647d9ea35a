"""Joins what the browser reports of a request: its URL, the cookies that it carried, the lines that answered it.

The events of one request come in any order, and a redirect repeats its id: the nth report of each kind is of the nth
address.
Law: of a cookie that is sent only the name is kept.
Source: https://chromedevtools.github.io/devtools-protocol/tot/Network/
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cookiegate.audit.browser.recorder import Recorder

__all__ = ["NetworkLog"]

_MAX_REQUESTS = 20_000


@dataclass(slots=True)
class _Exchange:
    urls: list[str] = field(default_factory=list)
    sent: list[list[str]] = field(default_factory=list)
    set: list[list[str]] = field(default_factory=list)


class NetworkLog:
    """Takes the events of DevTools sessions, and hands them to a recorder."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self._open: dict[tuple[int, str], _Exchange] = {}

    def listen(self, session: Any) -> None:
        """Listen to a session of Playwright."""
        number = id(session)
        session.on("Network.requestWillBeSent", lambda event: self._asked(number, event))
        session.on("Network.requestWillBeSentExtraInfo", lambda event: self._sent(number, event))
        session.on("Network.responseReceivedExtraInfo", lambda event: self._answered(number, event))
        session.send("Network.enable")

    def _of(self, number: int, event: Mapping[str, Any]) -> _Exchange:
        key = number, str(event["requestId"])
        if key not in self._open and len(self._open) >= _MAX_REQUESTS:
            return _Exchange()
        return self._open.setdefault(key, _Exchange())

    def _asked(self, number: int, event: Mapping[str, Any]) -> None:
        self._of(number, event).urls.append(str(event["request"]["url"]))

    def _sent(self, number: int, event: Mapping[str, Any]) -> None:
        names = [each["cookie"]["name"] for each in event["associatedCookies"] if not each["blockedReasons"]]
        self._of(number, event).sent.append(names)

    def _answered(self, number: int, event: Mapping[str, Any]) -> None:
        lines: list[str] = []
        for name, value in event["headers"].items():
            if name.lower() == "set-cookie":
                lines += value.split("\n")
        self._of(number, event).set.append(lines)

    def drain(self) -> None:
        """Hand over what came since the last time; what has no address yet waits."""
        for key, exchange in [*self._open.items()]:
            if not exchange.urls:
                continue
            for at, names in enumerate(exchange.sent):
                self._recorder.sent_with(exchange.urls[min(at, len(exchange.urls) - 1)], names)
            for at, lines in enumerate(exchange.set):
                self._recorder.response(exchange.urls[min(at, len(exchange.urls) - 1)], lines)
            del self._open[key]
