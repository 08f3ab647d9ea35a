"""Every exception that cookiegate raises. Nothing here is raised while a request or response is served."""

from collections.abc import Iterable

__all__ = [
    "ConfigError",
    "ConsentNotWritable",
    "CookiegateError",
    "NotGated",
    "ReceiptStoreError",
    "ReceiptStoreTooNew",
    "ResponseStarted",
]


class CookiegateError(Exception):
    """Base of every error that cookiegate raises itself."""


class ConfigError(CookiegateError):
    """A configuration that can't be used; lists every mistake that was found, not just the first.

    `problems` holds one sentence each: `<where>: <subject>: <what is wrong>; <what to do>`.
    """

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems: tuple[str, ...] = tuple(problems)
        super().__init__("\n".join(self.problems))


class ConsentNotWritable(CookiegateError):
    """The app granted or withdrew consent, but no consent source of the gate can write a consent cookie."""


class ResponseStarted(CookiegateError):
    """The app granted or withdrew consent after its response had started: the header is gone already."""


class NotGated(CookiegateError, LookupError):
    """The app asked for the gate's handle, but its request did not pass a gate."""


class ReceiptStoreError(CookiegateError):
    """The store of receipts can't be reached, read or used; while a request is served nobody sees it."""


class ReceiptStoreTooNew(ReceiptStoreError):
    """Newer code has changed the store's schema; this code must not touch it."""
