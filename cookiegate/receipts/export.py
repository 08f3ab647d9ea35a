"""Receipts as text for others: JSON Lines, and CSV that no spreadsheet takes for formulas. One line a receipt.

Law: a record is written as it is stored.
"""

import csv
from collections.abc import Iterable, Iterator
from io import StringIO
from typing import Final

from cookiegate.receipts.canonical import canonical_json
from cookiegate.receipts.links import Link

__all__ = ["COLUMNS", "csv_lines", "json_lines"]

COLUMNS: Final = (
    "sequence", "record_id", "pii_principal_id", "event_time", "event_state", "validity_duration", "privacy_notice",
    "registry_digest", "language", "purposes", "how", "where", "schema_version", "previous_hash", "hash",
)  # fmt: skip
"""The columns of the CSV, which are the fields of the JSON."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def json_lines(links: Iterable[Link]) -> Iterator[str]:
    """Write records as JSON Lines; a line without `hash`, in canonical form, is what `hash` is the SHA-256 of."""
    for link in links:
        yield canonical_json(link.record()) + "\n"


def csv_lines(links: Iterable[Link]) -> Iterator[str]:
    """Write records as CSV with a header; a cell that a spreadsheet would take for a formula begins with `'`.

    Source: RFC 4180; OWASP, CSV injection.
    """
    yield _csv_line(COLUMNS)
    for link in links:
        record = {**link.record()}
        purposes = record.get("purposes")
        record["purposes"] = " ".join(map(str, purposes)) if isinstance(purposes, list) else ""
        yield _csv_line([_cell(record.get(column)) for column in COLUMNS])


def _cell(value: object) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def _csv_line(cells: Iterable[str]) -> str:
    line = StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue()
