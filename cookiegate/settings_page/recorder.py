"""What the page tells a store of receipts, as a protocol: `cookiegate.receipts.Receipts` is one, so is any object."""

from collections.abc import Iterable
from typing import Protocol

__all__ = ["ChoiceRecorder"]


class ChoiceRecorder(Protocol):
    """Keeps proof of a choice. It may block: the ASGI face calls it in a thread."""

    def record(
        self, *, id: str | None, granted: Iterable[str], how: str, where: str, language: str | None = None
    ) -> object:
        """Record a choice that the response is about to write.

        `id`: the random id in the consent cookie. `granted`: what counts from now on. `how`: `accept-all`,
        `reject-all`, `own-choice`, `withdrawn` or `gpc` (the browser's signal took something from it). `where`:
        `page`, `banner` or `api`. `language`: the tag of the language in which the visitor was asked.
        """
