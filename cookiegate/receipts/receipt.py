"""One receipt: what a visitor chose, when, for which policy. Neither an address nor a browser's name is in it.

Fields are named as in the consent record of ISO/IEC TS 27560 where they coincide: header (`schema_version`,
`record_id`, `pii_principal_id`), processing (`privacy_notice`, `language`, `purposes`), event (`event_time`,
`event_state`, `validity_duration`). `registry_digest`, `how` and `where` are cookiegate's own.
Law: what comes from a visitor or from the store is checked when a `Receipt` is made.
"""

import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Self

from cookiegate.model import Category
from cookiegate.receipts.canonical import JSON

__all__ = [
    "MAX_REVISION",
    "SCHEMA_VERSION",
    "How",
    "Receipt",
    "Where",
    "categories_of",
    "is_consent_id",
    "language_tag",
    "new_id",
    "time_text",
]

SCHEMA_VERSION = "cookiegate-receipt/1"
MAX_REVISION = 200
_CONSENT_ID = re.compile(r"[A-Za-z0-9._~-]{1,128}")
_RECORD_ID = re.compile(r"[0-9a-f]{32}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z")
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,7}")
_LONGEST_LANGUAGE = 35
_DURATION = re.compile(r"P(?:[0-9]{1,6}D|T[0-9]{1,11}S)")


class How(StrEnum):
    """How the visitor chose."""

    ACCEPT_ALL = "accept-all"
    REJECT_ALL = "reject-all"
    OWN_CHOICE = "own-choice"
    WITHDRAWN = "withdrawn"
    GPC = "gpc"
    """The browser's Global Privacy Control signal decided."""


class Where(StrEnum):
    """Where the visitor was asked."""

    PAGE = "page"
    BANNER = "banner"
    API = "api"
    APP = "app"
    """The site's own code, by the gate's handle."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The record of a visitor's choice.

    Raises: `ValueError` for values that are invalid or can't be stored.
    """

    record_id: str
    """32 random hexadecimal digits: one for each receipt. Storing a receipt again changes nothing."""
    pii_principal_id: str
    """The random consent id in the visitor's consent cookie."""
    event_time: datetime
    """When the visitor chose: UTC, whole milliseconds."""
    privacy_notice: str | None
    """The policy revision that was shown; of a site that has none, the `registry_digest`."""
    registry_digest: str
    """SHA-256 of the registry's canonical form; the store keeps the registry by it."""
    purposes: tuple[Category, ...]
    """The optional categories that are granted from then on, in the order of `Category`."""
    how: How
    where: Where
    language: str = "und"
    """BCP 47 tag of the language in which the visitor was asked; `und` where it is not known."""
    validity_duration: str | None = None
    """For how long the choice counts, as an ISO 8601 duration in days or seconds."""
    schema_version: str = SCHEMA_VERSION

    def __post_init__(self) -> None:
        for name, pattern in (
            ("record_id", _RECORD_ID), ("pii_principal_id", _CONSENT_ID), ("registry_digest", _DIGEST),
            ("language", _LANGUAGE), ("validity_duration", _DURATION),
        ):  # fmt: skip
            value = getattr(self, name)
            if value is None and name == "validity_duration":
                continue
            if not isinstance(value, str) or not pattern.fullmatch(value):
                raise ValueError(f"receipt: {name} {shortened(value)} is not of the form {pattern.pattern}")
        if self.schema_version != SCHEMA_VERSION:
            raise ValueError(f"receipt: schema_version {shortened(self.schema_version)} is not {SCHEMA_VERSION!r}")
        if self.privacy_notice is not None and not is_revision(self.privacy_notice):
            raise ValueError(f"receipt: privacy_notice {shortened(self.privacy_notice)} is too long, or no plain text")
        if self.purposes != categories_of(self.purposes):
            raise ValueError(f"receipt: purposes {shortened(self.purposes)} are not optional categories in their order")
        if self.event_time.tzinfo is not UTC or self.event_time.microsecond % 1000:
            raise ValueError("receipt: event_time is not in UTC, or not in whole milliseconds")
        if self.how is How.REJECT_ALL and self.purposes:
            raise ValueError(f"receipt: reject-all grants {', '.join(self.purposes)}; give how='own-choice' or nothing")

    @property
    def event_state(self) -> str:
        """What became of the consent: `given`, `refused` or `withdrawn`."""
        if self.how is How.WITHDRAWN:
            return "withdrawn"
        return "given" if self.purposes else "refused"

    def record(self) -> dict[str, JSON]:
        """Put the receipt into JSON's types, under the names of its fields; `event_state` is among them."""
        return {
            "schema_version": self.schema_version,
            "record_id": self.record_id,
            "pii_principal_id": self.pii_principal_id,
            "event_time": time_text(self.event_time),
            "event_state": self.event_state,
            "validity_duration": self.validity_duration,
            "privacy_notice": self.privacy_notice,
            "registry_digest": self.registry_digest,
            "language": self.language,
            "purposes": [purpose.value for purpose in self.purposes],
            "how": self.how.value,
            "where": self.where.value,
        }

    @classmethod
    def of_record(cls, record: Mapping[str, object]) -> Self:
        """Read what `record` wrote; other fields are ignored.

        Raises: `ValueError` for anything that `record` does not write.
        """
        try:
            time, purposes = record["event_time"], record["purposes"]
            if not isinstance(time, str) or not _TIME.fullmatch(time) or not isinstance(purposes, list):
                raise ValueError("receipt: event_time or purposes are not of their form")
            return cls(
                record_id=record["record_id"],  # type: ignore[arg-type]  # __post_init__ looks at each
                pii_principal_id=record["pii_principal_id"],  # type: ignore[arg-type]
                event_time=datetime.fromisoformat(time),
                privacy_notice=record["privacy_notice"],  # type: ignore[arg-type]
                registry_digest=record["registry_digest"],  # type: ignore[arg-type]
                purposes=tuple(map(Category, purposes)),
                how=How(str(record["how"])),
                where=Where(str(record["where"])),
                language=record["language"],  # type: ignore[arg-type]
                validity_duration=record["validity_duration"],  # type: ignore[arg-type]
                schema_version=record["schema_version"],  # type: ignore[arg-type]
            )
        except KeyError as error:
            raise ValueError(f"receipt: {error.args[0]} is missing") from None


def time_text(time: datetime) -> str:
    """Return a time in UTC as text that sorts by time: `2026-01-12T08:00:00.000Z`."""
    return time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def is_consent_id(text: object) -> bool:
    """Return whether a text can be a consent id: 1 to 128 letters, digits and `._~-`."""
    return isinstance(text, str) and _CONSENT_ID.fullmatch(text) is not None


def is_revision(text: object) -> bool:
    """Return whether a text can be stored as a policy revision: at most 200 printable characters."""
    return isinstance(text, str) and len(text) <= MAX_REVISION and text.isprintable()


def new_id() -> str:
    """Make a random id for a receipt, or for a visitor who has none that can be used."""
    return secrets.token_hex(16)


def language_tag(text: object) -> str:
    """Return a language tag as it is, or `und` for what is none: it may come from the visitor."""
    is_tag = isinstance(text, str) and len(text) <= _LONGEST_LANGUAGE and _LANGUAGE.fullmatch(text)
    return str(text) if is_tag else "und"


def categories_of(granted: Iterable[str]) -> tuple[Category, ...]:
    """Return the optional categories among these names, each once and in order; `"necessary"` changes nothing.

    Raises: `ValueError` for a name that is not one of the four, and for a bare text.
    """
    if isinstance(granted, str):
        raise ValueError(f"granted is the text {shortened(granted)}; give a set of category names")
    named = {Category(each) for each in granted} - {Category.NECESSARY}
    return tuple(category for category in Category if category in named)


def shortened(value: object) -> str:
    """Show a value that may be huge."""
    text = repr(value) if not isinstance(value, str) else repr(value[:80])
    return text if len(text) <= 100 else f"{text[:97]}..."
