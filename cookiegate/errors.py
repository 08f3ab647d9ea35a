"""All exceptions that cookiegate raises. None of them is raised by the gate while it serves a request."""

from collections.abc import Iterable

from cookiegate.redaction import redacted

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
    """A configuration can't be used. `problems` lists all mistakes, not just the first.

    Each is one sentence: `<where>: <subject>: <what is wrong>; <what to do>`. Secrets are replaced by `***`.
    """

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems: tuple[str, ...] = tuple(map(redacted, problems))
        super().__init__("\n".join(self.problems))


class ConsentNotWritable(CookiegateError):
    """The app granted or withdrew consent, but no consent source of the gate can write a consent cookie."""


class ResponseStarted(CookiegateError):
    """The app granted or withdrew consent after its response had started: the header was sent already."""


class NotGated(CookiegateError, LookupError):
    """The request did not pass a gate, so it has no handle."""


class ReceiptStoreError(CookiegateError):
    """The store of receipts can't be reached, read or used. The settings page never raises it to the app.

    The message includes the driver's own, with secrets replaced by `***`.
    """

    def __init__(self, problem: str) -> None:
        super().__init__(redacted(problem))


class ReceiptStoreTooNew(ReceiptStoreError):
    """The store has the schema of a newer cookiegate; this version must not use it."""
