"""The store: receipts appended to one chain in SQLite or PostgreSQL, by any number of processes.

A process locks the chain's head before it appends, so the chain has one order; a batch is one transaction, and is on
disk when `append` returns. A receipt that is stored already is left out, so appending it again changes nothing.
Law: appending locks the head of the chain, so all processes write one order.
"""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from heapq import merge
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Select, delete, func, insert, select, text, update
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from cookiegate.errors import ReceiptStoreError
from cookiegate.receipts.engine import BEGIN_TO_WRITE, file_of, make_engine, read_url, write_ahead
from cookiegate.receipts.links import Head, Link, Purge
from cookiegate.receipts.receipt import Receipt, is_consent_id, time_text
from cookiegate.receipts.rows import head_of, purge_link, purge_row, ranges_of, receipt_link, receipt_row
from cookiegate.receipts.schema import CHAIN, PURGES, RECEIPTS, REGISTRIES, VERSION, migrate, version_of
from cookiegate.redaction import redacted

__all__ = ["Count", "Store"]

T = TypeVar("T")
_LOCK_KEY = 0x636F6F6B69656761  # "cookiega": the migration's advisory lock in PostgreSQL
_ROWS = 1000
_MANY = 500  # parameters of one statement stay far below SQLite's limit
Count = tuple[str, str, str, int]
"""A day (`2026-01-12`), how, the purposes joined by spaces, and how many such receipts."""


class Store:
    """A database with receipts. `must_exist`: a SQLite file that is not there is an error, not a new store.

    Raises: `ConfigError` for a URL that can't be used. Every method: `ReceiptStoreError` where the store can't be
    reached or used.
    """

    def __init__(self, store: str | os.PathLike[str], *, must_exist: bool = False) -> None:
        url = read_url(store)
        self.file: Path | None = file_of(url)
        """The SQLite file, if it is one."""
        self.name: str = str(self.file) if self.file is not None else redacted(url.render_as_string(hide_password=True))
        """For messages: it holds no password and no other secret."""
        self._must_exist = must_exist
        self._is_sqlite = url.drivername.startswith("sqlite")
        self._engine = make_engine(url)
        self._is_open = False
        self._identity: tuple[int, int] | None = None
        self._inherited: list[object] = []

    def open(self) -> None:
        """Create or migrate the tables, if that was not done yet. Several processes may do so at once."""
        if self._is_open and self._identity == self._identify():
            return
        self._engine.dispose()  # a file that was moved away is still open, and would be written to
        if self._must_exist and self.file is not None and not self.file.is_file():
            raise ReceiptStoreError(f"receipts: {self.name}: there is no such file; name the store that the site uses")
        with self._translated():
            with self._engine.connect() as connection:
                is_current = version_of(connection) == VERSION
            if not is_current:
                self._migrate()
        self._identity = self._identify()
        self._is_open = True

    def append(self, receipts: Sequence[Receipt], snapshots: Mapping[str, str]) -> int:
        """Append receipts to the chain; return how many were new. They are on disk when this returns.

        `snapshots`: the registries to which they refer, by digest.
        """
        self.open()
        with self._translated(), self._writing() as connection:
            head = head_of(connection, is_locking=True)
            self._keep(connection, snapshots)
            known = self._known(connection, [receipt.record_id for receipt in receipts])
            rows = []
            for receipt in receipts:
                if receipt.record_id not in known:
                    known.add(receipt.record_id)
                    link = Link.after(head, receipt)
                    rows.append(receipt_row(link, receipt))
                    head = Head(link.sequence, link.hash)
            if rows:
                connection.execute(insert(RECEIPTS), rows)
                self._set_head(connection, head)
            return len(rows)

    def purge(self, older_than: datetime, now: datetime) -> Purge | None:
        """Delete receipts with an earlier `event_time`, and leave a record of that in the chain.

        Returns that record; `None` if nothing was that old.
        """
        self.open()
        cutoff = time_text(older_than)
        is_old = RECEIPTS.c.event_time < cutoff
        with self._translated(), self._writing() as connection:
            head = head_of(connection, is_locking=True)
            query = select(RECEIPTS.c.sequence, RECEIPTS.c.previous_hash, RECEIPTS.c.hash)
            query = query.where(is_old).order_by(RECEIPTS.c.sequence)
            count, ranges = ranges_of((row[0], row[1], row[2]) for row in self._stream(connection, query))
            if not count:
                return None
            purge = Purge(purged_at=time_text(now), older_than=cutoff, count=count, ranges=ranges)
            connection.execute(delete(RECEIPTS).where(is_old))
            link = Link.after(head, purge)
            connection.execute(insert(PURGES), [purge_row(link, purge)])
            self._set_head(connection, Head(link.sequence, link.hash))
        self._forget_old_pages()
        return purge

    def count_older(self, older_than: datetime) -> int:
        """Count what `purge` would delete."""
        query = select(func.count()).select_from(RECEIPTS).where(RECEIPTS.c.event_time < time_text(older_than))
        return self._read(lambda connection: int(connection.scalar(query) or 0))

    def count(self) -> int:
        """Count the receipts."""
        return self._read(lambda connection: int(connection.scalar(select(func.count()).select_from(RECEIPTS)) or 0))

    def head(self) -> Head:
        """Return the chain's head as the store keeps it."""
        return self._read(head_of)

    def find(self, id: str) -> list[Link]:
        """Return the receipts of a visitor (`pii_principal_id`), or the one with this `record_id`, oldest first."""
        if not is_consent_id(id):
            return []
        is_it = (RECEIPTS.c.pii_principal_id == id) | (RECEIPTS.c.record_id == id)
        query = select(RECEIPTS).where(is_it).order_by(RECEIPTS.c.event_time, RECEIPTS.c.sequence)
        return self._read(lambda connection: [receipt_link(row) for row in connection.execute(query)])

    def registry(self, digest: str) -> str | None:
        """Return a registry's canonical JSON, as it was kept."""
        query = select(REGISTRIES.c.snapshot).where(REGISTRIES.c.digest == digest)
        return self._read(lambda connection: connection.scalar(query))

    def registries(self) -> Iterator[tuple[str, str]]:
        """Return every digest with its registry."""
        for digest in self._read(lambda connection: connection.scalars(select(REGISTRIES.c.digest)).all()):
            yield digest, str(self.registry(digest))

    def digests(self) -> set[str]:
        """Return the digests to which receipts refer."""
        query = select(RECEIPTS.c.registry_digest).distinct()
        return self._read(lambda connection: set(connection.scalars(query)))

    def counts(self) -> list[Count]:
        """Count receipts by day, how, and purposes."""
        day = func.substr(RECEIPTS.c.event_time, 1, 10)
        how, purposes = RECEIPTS.c.how, RECEIPTS.c.purposes
        query = select(day, how, purposes, func.count()).group_by(day, how, purposes).order_by(day)
        return self._read(lambda connection: [tuple(row) for row in connection.execute(query)])

    @contextmanager
    def chain(self) -> Iterator[tuple[Head, list[Link], Iterator[Link]]]:
        """Open the whole chain as it is now: head, the purges, and every record (they too) by its number."""
        self.open()
        with self._translated(), self._snapshot() as connection:
            purges = [purge_link(row) for row in connection.execute(select(PURGES).order_by(PURGES.c.sequence))]
            rows = self._stream(connection, select(RECEIPTS).order_by(RECEIPTS.c.sequence))
            receipts = (receipt_link(row) for row in rows)
            yield head_of(connection), purges, merge(receipts, purges, key=lambda link: link.sequence)

    @contextmanager
    def receipts(self, since: str = "", until: str = "") -> Iterator[Iterator[Link]]:
        """Open the receipts by their number; `since` and `until` are starts of times: `since <= event_time < until`."""
        self.open()
        query = select(RECEIPTS).order_by(RECEIPTS.c.sequence)
        query = query.where(RECEIPTS.c.event_time >= since) if since else query
        query = query.where(RECEIPTS.c.event_time < until) if until else query
        with self._translated(), self._snapshot() as connection:
            yield (receipt_link(row) for row in self._stream(connection, query))

    def close(self) -> None:
        """Close all connections; the next call opens new ones."""
        self._engine.dispose()

    def after_fork(self) -> None:
        """Leave the parent's connections alone: the child makes its own."""
        self._inherited.append(self._engine.pool)  # were it freed here, it would close what the parent uses
        self._engine.dispose(close=False)

    def _identify(self) -> tuple[int, int] | None:
        """Return which file it is; `None` where there is no file."""
        try:
            found = self.file.stat() if self.file is not None else None
        except OSError:
            return None
        return None if found is None else (found.st_dev, found.st_ino)

    def _migrate(self) -> None:
        if self._is_sqlite:
            with self._engine.connect() as connection:
                write_ahead(connection)
        with self._writing() as connection:
            if not self._is_sqlite:
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK_KEY})
            migrate(connection, self.name)

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with self._engine.connect() as connection:
            writing = connection.execution_options(**{BEGIN_TO_WRITE: True})
            with writing.begin():
                yield writing

    @contextmanager
    def _snapshot(self) -> Iterator[Connection]:
        """Open a transaction that sees one state of the store."""
        with self._engine.connect() as connection:
            if not self._is_sqlite:
                connection.execution_options(isolation_level="REPEATABLE READ")
            with connection.begin():
                yield connection

    def _read(self, question: Callable[[Connection], T]) -> T:
        self.open()
        with self._translated(), self._engine.connect() as connection:
            return question(connection)

    def _stream(self, connection: Connection, query: Select[Any]) -> Iterator[Any]:
        yield from connection.execute(query, execution_options={"yield_per": _ROWS})

    def _set_head(self, connection: Connection, head: Head) -> None:
        connection.execute(update(CHAIN).values(sequence=head.sequence, hash=head.hash))

    def _known(self, connection: Connection, ids: Sequence[str]) -> set[str]:
        found: set[str] = set()
        for start in range(0, len(ids), _MANY):
            query = select(RECEIPTS.c.record_id).where(RECEIPTS.c.record_id.in_(ids[start : start + _MANY]))
            found.update(connection.scalars(query))
        return found

    def _keep(self, connection: Connection, snapshots: Mapping[str, str]) -> None:
        known = set(connection.scalars(select(REGISTRIES.c.digest).where(REGISTRIES.c.digest.in_(list(snapshots)))))
        new = [{"digest": digest, "snapshot": text} for digest, text in snapshots.items() if digest not in known]
        if new:
            connection.execute(insert(REGISTRIES), new)

    def _forget_old_pages(self) -> None:
        """Let SQLite's log, which still holds what was deleted, be emptied."""
        if self._is_sqlite:
            with self._translated(), self._engine.connect() as connection:
                connection.rollback()
                raw = connection.connection.driver_connection
                assert raw is not None  # noqa: S101  # a connection that is open has one
                raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:  # from None: what a driver says may hold a secret, which a traceback would show
            self._is_open = False  # whatever it was, look at the tables again
            what = " ".join(str(error.orig).split())
            raise ReceiptStoreError(f"receipts: {self.name}: {what}; is it there, and may it be written?") from None
        except SQLAlchemyError as error:
            what = " ".join(str(error).split())
            raise ReceiptStoreError(f"receipts: {self.name}: {what}; is it a store of receipts?") from None
