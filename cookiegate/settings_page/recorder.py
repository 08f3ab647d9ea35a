"""The protocol of what records choices. `cookiegate.receipts.Receipts` has it; an object of the site can have it."""

import os
from collections.abc import Iterable
from typing import Protocol

from cookiegate.errors import ConfigError
from cookiegate.lifetime import format_duration
from cookiegate.model import CookieRule

__all__ = ["ChoiceRecorder", "check_recorder", "recorder_of"]


class ChoiceRecorder(Protocol):
    """Keeps proof of a choice. It may block: the ASGI app calls it in a thread."""

    def record(
        self, *, id: str | None, granted: Iterable[str], how: str, where: str, language: str | None = None
    ) -> object:
        """Record a choice that the response is about to write; the choice counts, even if this fails.

        `id`: the random id in the consent cookie. `granted`: what counts from now on. `how`: `accept-all`,
        `reject-all`, `own-choice`, `withdrawn` or `gpc` (the browser's signal took something from it). `where`:
        `page`, `banner` or `api`. `language`: the tag of the language in which the visitor was asked.
        """


def check_recorder(receipts: object) -> None:
    """Check what is given for receipts; no store is opened.

    Raises: `ConfigError`.
    """
    if receipts is None or hasattr(receipts, "record"):
        return
    if not isinstance(receipts, str | os.PathLike):
        raise ConfigError(
            [f"SettingsPage: receipts: is {receipts!r}; write the address of a store like 'sqlite:///receipts.db'"]
        )
    from cookiegate.receipts.engine import read_url

    read_url(receipts)


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

    validity = None if max_age_s is None else format_duration(max_age_s)
    return Receipts(receipts, registry=shown, revision=revision, validity=validity)
