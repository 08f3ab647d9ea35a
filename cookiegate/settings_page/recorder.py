"""What the page tells a store of receipts, as a protocol: `cookiegate.receipts.Receipts` is one, so is any object."""

import os
from collections.abc import Iterable
from typing import Protocol

from cookiegate.model import CookieRule

__all__ = ["ChoiceRecorder", "recorder_of"]


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


def recorder_of(
    receipts: ChoiceRecorder | str | os.PathLike[str] | None,
    *,
    shown: Iterable[CookieRule],
    revision: str | None,
    max_age_s: int | None,
) -> ChoiceRecorder | None:
    """Return a recorder as it is; for the address of a store make one, whose receipts say what visitors are shown.

    Raises: `ConfigError` for a store that can't be used, and where `cookiegate[receipts]` is missing.
    """
    if not isinstance(receipts, str | os.PathLike):
        return receipts
    from cookiegate.receipts import Receipts

    validity = None if max_age_s is None else f"{max_age_s} seconds"
    return Receipts(receipts, registry=shown, revision=revision, validity=validity)
