"""Hears workers: who sets a cookie in a service worker, and what the answers to any worker's own requests set.

A page's init scripts do not run in a service worker. So each one is attached to as it starts, and held before its
first statement until the watching script is in it; Playwright may let it go before that, and its first statements are
not seen then. Other workers can't write cookies.
Law: a worker is never left held, whatever fails.
Source: https://chromedevtools.github.io/devtools-protocol/tot/Debugger/#method-setInstrumentationBreakpoint
"""

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from secrets import token_hex
from typing import Any

from playwright.sync_api import CDPSession, Error

from cookiegate.audit.browser.network_log import NetworkLog
from cookiegate.audit.browser.recorder import Recorder

__all__ = ["Workers"]

_MAX_WORKERS = 200
_MAX_MESSAGE = 1 << 20

Heard = Callable[[Mapping[str, Any]], None]


class _Worker:
    """A session of DevTools with one worker, through that of the page."""

    def __init__(self, page: CDPSession, session: str) -> None:
        self._page = page
        self._session = session
        self._number = 0
        self.heard: dict[str, Heard] = {}

    def on(self, event: str, heard: Heard) -> None:
        self.heard[event] = heard

    def send(self, method: str, params: Mapping[str, Any] | None = None) -> None:
        self._number += 1
        message = json.dumps({"id": self._number, "method": method, "params": params or {}})
        with suppress(Error):  # it may have ended
            self._page.send("Target.sendMessageToTarget", {"sessionId": self._session, "message": message})


class Workers:
    """The workers of one page."""

    def __init__(
        self, session: CDPSession, recorder: Recorder, log: NetworkLog, watching: Callable[[str], str]
    ) -> None:
        """`session`: that of the page. `watching`: makes the script that reports to the function of this name."""
        self._session = session
        self._recorder = recorder
        self._log = log
        self._watching = watching
        self._workers: dict[str, _Worker] = {}
        session.on("Target.attachedToTarget", self._attached)
        session.on("Target.detachedFromTarget", self._detached)
        session.on("Target.receivedMessageFromTarget", self._received)
        session.send(
            "Target.setAutoAttach",
            {
                "autoAttach": True,
                "waitForDebuggerOnStart": True,
                "flatten": False,
                "filter": [{"type": "service_worker"}, {"type": "worker"}, {"exclude": True}],
            },
        )

    def _attached(self, event: Mapping[str, Any]) -> None:
        worker = _Worker(self._session, str(event["sessionId"]))
        try:
            if len(self._workers) < _MAX_WORKERS:
                self._workers[str(event["sessionId"])] = worker
                if event["targetInfo"]["type"] == "service_worker":
                    self._watch(worker)
                self._log.listen(worker)
        finally:
            worker.send("Runtime.runIfWaitingForDebugger")

    def _detached(self, event: Mapping[str, Any]) -> None:
        self._workers.pop(str(event["sessionId"]), None)

    def _watch(self, worker: _Worker) -> None:
        binding = f"_{token_hex(8)}"
        worker.on("Runtime.bindingCalled", lambda event: self._recorder.script(event.get("payload")))

        watching = {"expression": self._watching(binding)}

        def begin(_: Mapping[str, Any]) -> None:
            worker.send("Runtime.evaluate", watching)
            worker.send("Debugger.disable")  # it goes on, and its own `debugger` statements do not hold it

        worker.on("Debugger.paused", begin)
        worker.send("Debugger.enable")
        worker.send("Debugger.setInstrumentationBreakpoint", {"instrumentation": "beforeScriptExecution"})
        worker.send("Runtime.enable")
        worker.send("Runtime.addBinding", {"name": binding})
        worker.send("Runtime.evaluate", watching)  # where it could not be held

    def _received(self, event: Mapping[str, Any]) -> None:
        worker = self._workers.get(str(event["sessionId"]))
        text = event["message"]
        if worker is None or not isinstance(text, str) or len(text) > _MAX_MESSAGE:
            return
        message = json.loads(text)
        heard = worker.heard.get(str(message.get("method")))
        if heard is not None:
            heard(message["params"])
