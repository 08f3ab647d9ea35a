"""Chromium as the oracle's browser."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any

PATIENCE_MS = 300_000
ASK = """urls => Promise.allSettled(urls.map(
    url => fetch(url, {mode: "no-cors", credentials: "include", cache: "no-store"})
)).then(() => null)"""


class Chromium:
    """One profile under Playwright. Its jar is told as text: octets that are no UTF-8 are lost there."""

    name = "Chromium"

    def __init__(self, launched: Any, stored: type) -> None:
        self._context = launched.new_context()
        self._context.set_default_timeout(PATIENCE_MS)
        self._page = self._context.new_page()
        self._stored = stored

    def ask(self, page: str, urls: Sequence[str]) -> None:
        if self._page.url != page:
            self._page.goto(page)
        self._page.evaluate(ASK, list(urls))

    def jar(self) -> list[Any]:
        return [
            self._stored(
                name=cookie["name"].encode(),
                value=cookie["value"].encode(),
                domain=cookie["domain"],
                path=cookie["path"],
                expires_s=None if cookie["expires"] == -1 else cookie["expires"],
                secure=cookie["secure"],
                http_only=cookie["httpOnly"],
                same_site=cookie["sameSite"],
                partitioned="partitionKey" in cookie,
            )
            for cookie in self._context.cookies()
        ]

    def clear(self) -> None:
        self._context.clear_cookies()


@contextmanager
def running(run: Callable[[], AbstractContextManager[Any]], stored: type) -> Iterator[Chromium]:
    """Run the browser as long as the block lasts."""
    with run() as launched:
        yield Chromium(launched, stored)
