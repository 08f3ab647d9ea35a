"""Convert between the store's rows and the records of the chain. An invalid row becomes a link without body.

Law: a row that was changed in the database still becomes a link, so that the check of the chain reports it.
"""

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Row, select

from cookiegate.receipts.links import Head, Link, Purge, PurgedRange
from cookiegate.receipts.receipt import Receipt
from cookiegate.receipts.schema import CHAIN

__all__ = ["head_of", "purge_link", "purge_row", "ranges_of", "receipt_link", "receipt_row"]


def receipt_row(link: Link, receipt: Receipt) -> dict[str, object]:
    """Return the columns of a receipt; `event_state` follows from others and is not stored."""
    record = {**link.record(), "purposes": " ".join(receipt.purposes)}
    del record["event_state"]
    return dict(record)


def receipt_link(row: Row[Any]) -> Link:
    """Read a row of receipts."""
    record = {**row._mapping, "purposes": str(row.purposes).split()}
    try:
        body = Receipt.of_record(record)
    except ValueError:
        body = None
    return Link(_number(row.sequence), str(row.previous_hash), str(row.hash), body)


def purge_row(link: Link, purge: Purge) -> dict[str, object]:
    """Return the columns of a purge."""
    return {**link.record(), "ranges": json.dumps([list(each) for each in purge.ranges], separators=(",", ":"))}


def purge_link(row: Row[Any]) -> Link:
    """Read a row of purges."""
    columns = row._mapping  # `count` is a method of every row
    times = str(columns["purged_at"]), str(columns["older_than"])
    body = Purge.of_columns(*times, _number(columns["count"]), columns["ranges"])
    return Link(_number(row.sequence), str(row.previous_hash), str(row.hash), body)


def head_of(connection: Connection, *, is_locking: bool = False) -> Head:
    """Read the head of the chain; `is_locking`: no other process can append until this transaction ends."""
    query = select(CHAIN.c.sequence, CHAIN.c.hash)
    row = connection.execute(query.with_for_update() if is_locking else query).one()
    return Head(_number(row.sequence), str(row.hash))


def _number(value: object) -> int:
    """Take a number as it is, anything else as 0: SQLite keeps what it is given, whatever the column says."""
    return value if isinstance(value, int) else 0


def ranges_of(records: Iterable[tuple[int, str, str]]) -> tuple[int, tuple[PurgedRange, ...]]:
    """Join consecutive records, given as (number, hash before, hash), to ranges; return their number too."""
    count = 0
    ranges: list[PurgedRange] = []
    for sequence, previous_hash, own_hash in records:
        count += 1
        if ranges and ranges[-1].last == sequence - 1:
            ranges[-1] = ranges[-1]._replace(last=sequence, hash_last=own_hash)
        else:
            ranges.append(PurgedRange(sequence, sequence, previous_hash, own_hash))
    return count, tuple(ranges)
