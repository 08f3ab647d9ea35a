"""Reads what the scripts of a page and of its frames have stored: the keys, never the values.

It runs in a world of its own in each frame, so that no script of the page can change what it uses.
Source: https://chromedevtools.github.io/devtools-protocol/tot/Page/#method-createIsolatedWorld
"""

import json
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import CDPSession, Error

__all__ = ["Area", "stored_by"]

_MOST_KEYS = 500
_STORED = """(async () => {
    const keys = (area) => { try { return Object.keys(area()) } catch { return [] } };
    const bases = async () => {
        try { return (await indexedDB.databases()).map((each) => each.name) } catch { return [] } };
    const found = { local: keys(() => localStorage), session: keys(() => sessionStorage),
        indexeddb: await Promise.race([bases(), new Promise((late) => setTimeout(late, 1000, []))]) };
    const parts = Object.entries(found).map(([area, all]) => [area, all.slice(0, __MOST__), all.length]);
    return JSON.stringify([self.origin, parts]);
})()""".replace("__MOST__", str(_MOST_KEYS))
_MAX_OCTETS = 10_000_000
_PATIENCE_MS = 2000


@dataclass(frozen=True, slots=True)
class Area:
    """One storage of one origin."""

    origin: str
    name: str
    """`"local"`, `"session"` or `"indexeddb"`."""
    keys: tuple[str, ...]
    """The first keys, or names of databases."""
    count: int
    """How many there are."""


def stored_by(sessions: Iterable[CDPSession]) -> Iterator[Area]:
    """Yield every area of every frame; `sessions`: one for each process of the page. A frame that is gone has none."""
    for session in sessions:
        for frame in _frames(session):
            text = _evaluated(session, frame)
            if text:
                origin, areas = json.loads(text)
                for name, keys, count in areas:
                    yield Area(str(origin), name, tuple(map(str, keys)), count)


def _frames(session: CDPSession) -> Iterator[str]:
    waiting: list[dict[str, Any]] = []
    with suppress(Error):
        waiting = [session.send("Page.getFrameTree")["frameTree"]]
    while waiting:
        tree = waiting.pop()
        waiting += tree.get("childFrames", ())
        yield tree["frame"]["id"]


def _evaluated(session: CDPSession, frame: str) -> str:
    """Return what the script gives in a frame; empty where it gives nothing, or more than there is room for."""
    with suppress(Error):
        world = session.send("Page.createIsolatedWorld", {"frameId": frame, "worldName": "cookiegate"})
        given = {"expression": _STORED, "awaitPromise": True, "returnByValue": True, "timeout": _PATIENCE_MS}
        found = session.send("Runtime.evaluate", given | {"contextId": world["executionContextId"]})
        text = found["result"].get("value")
        return text if isinstance(text, str) and len(text) < _MAX_OCTETS else ""
    return ""
