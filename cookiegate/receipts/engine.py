"""The connection to SQLite or PostgreSQL, set up so that a commit is on disk when it returns.

SQLite: write-ahead log, `synchronous=FULL`, and transactions that this module begins, since the driver begins them too
late.
Law: processes that open one store at the same time all succeed. SQLite's own busy timeout does not cover a
change of the journal mode, recovery, and the end of the last connection, so these are tried again here.
"""

import os
from collections.abc import Callable
from pathlib import Path
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any

from cookiegate.errors import ConfigError
from cookiegate.redaction import is_open, redacted

if TYPE_CHECKING:
    from sqlalchemy import URL, Connection, Engine

__all__ = ["BEGIN_TO_WRITE", "file_of", "make_engine", "patiently", "read_url", "write_ahead"]

BEGIN_TO_WRITE = "cookiegate_begin_to_write"
"""Execution option of a connection that is going to write: SQLite then takes the write lock at once."""
_SQLITE_PATIENCE_S = 10
_SQLITE_PAUSE_S = 0.01
_SQLITE_BUSY = frozenset({5, 6})
"""SQLITE_BUSY and SQLITE_LOCKED. Source: https://sqlite.org/rescode.html"""
_POSTGRESQL_TIMEOUTS = {"connect_timeout": "5", "tcp_user_timeout": "10000"}


def read_url(store: str | os.PathLike[str]) -> "URL":
    """Read a database URL, or the path of a SQLite file; a relative path is taken from here and now.

    Raises: `ConfigError` for what is neither SQLite nor PostgreSQL, and where the extra is missing.
    """
    try:
        from sqlalchemy import make_url
        from sqlalchemy.exc import ArgumentError
    except ModuleNotFoundError as error:
        raise ConfigError([f"receipts: {error.name} is missing; pip install 'cookiegate[receipts]'"]) from error
    given = os.fspath(store)
    if "://" not in given:
        given = f"sqlite:///{given}" if given else "sqlite://"
    try:
        url = make_url(given)
    except (ArgumentError, ValueError):  # what it says may hold a part of the password
        raise ConfigError(["receipts: store is no database URL; give one like 'sqlite:///receipts.db'"]) from None
    backend = url.drivername.partition("+")[0]
    if backend in {"postgres", "postgresql"}:
        try:
            import psycopg  # noqa: F401  # only looked for; SQLAlchemy imports it
        except ImportError as error:
            raise ConfigError(["receipts: psycopg is missing; pip install 'cookiegate[postgresql]'"]) from error
        if "@" in (url.host or ""):
            raise ConfigError(["receipts: store has a password that ends too early; write '@' in it as %40"])
        return url.set(drivername="postgresql+psycopg")
    if backend != "sqlite":
        raise ConfigError(
            [f"receipts: store is {redacted(given)!r}; only sqlite:///FILE and postgresql://... are supported"]
        )
    if not url.database or url.database == ":memory:":
        raise ConfigError(["receipts: store is a database in memory, which no restart survives; name a file"])
    path = file_of(url)
    return url if path is None else url.set(drivername="sqlite", database=str(path))


def file_of(url: "URL") -> Path | None:
    """Return the SQLite file of a URL; `None` for PostgreSQL and for SQLite's own `file:` URIs."""
    if not url.drivername.startswith("sqlite") or not url.database or url.database.startswith("file:"):
        return None
    return Path(url.database).absolute()


def make_engine(url: "URL") -> "Engine":
    """Make the engine; nothing is connected yet."""
    from sqlalchemy import create_engine, event

    if url.drivername.startswith("sqlite"):
        engine = create_engine(url, connect_args={"timeout": _SQLITE_PATIENCE_S}, hide_parameters=True)
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    given: dict[str, Any] = {key: value for key, value in _POSTGRESQL_TIMEOUTS.items() if key not in url.query}
    given |= {key: value for key, value in url.query.items() if not is_open(key)}  # no error and no repr shows these
    engine = create_engine(
        url.set(query={key: value for key, value in url.query.items() if is_open(key)}),
        connect_args=given,
        pool_pre_ping=True,
        pool_size=2,
        hide_parameters=True,
        isolation_level="READ COMMITTED",  # a stricter default of the server fails where two append at once
    )
    event.listen(engine, "connect", _set_up_postgresql)
    return engine


def patiently(action: Callable[[], object]) -> None:
    """Do something in SQLite; while another connection blocks it, try again, for as long as the busy timeout.

    Raises: what `action` raises.
    """
    end = monotonic() + _SQLITE_PATIENCE_S
    while True:
        try:
            action()
        except Exception as error:
            if not _is_busy(error) or monotonic() >= end:
                raise
        else:
            return
        sleep(_SQLITE_PAUSE_S)


def _is_busy(error: Exception) -> bool:
    """Return whether another connection blocks SQLite; an extended code has more in its upper octets."""
    code = getattr(getattr(error, "orig", error), "sqlite_errorcode", None)
    return isinstance(code, int) and code & 0xFF in _SQLITE_BUSY


def write_ahead(connection: "Connection") -> None:
    """Switch a SQLite file to its write-ahead log. The connection must not be in a transaction."""
    raw = connection.connection.driver_connection
    assert raw is not None  # noqa: S101  # a connection that is open has one

    def switch() -> None:
        if raw.execute("PRAGMA journal_mode").fetchall() != [("wal",)]:
            raw.execute("PRAGMA journal_mode=WAL").fetchall()

    patiently(switch)


def _set_up_sqlite(connection: Any, _record: object) -> None:  # the driver's own connection
    connection.isolation_level = None  # the driver must begin no transaction
    for pragma in ("synchronous=FULL", "secure_delete=ON"):  # what a purge deletes is overwritten
        patiently(lambda pragma=pragma: connection.execute(f"PRAGMA {pragma}"))  # type: ignore[misc]  # mypy knows no lambda's default


def _begin_sqlite(connection: "Connection") -> None:
    """Begin, and take the lock that the transaction needs: its later statements never wait."""
    if connection.get_execution_options().get(BEGIN_TO_WRITE):
        patiently(lambda: connection.exec_driver_sql("BEGIN IMMEDIATE"))
        return
    connection.exec_driver_sql("BEGIN")
    patiently(lambda: connection.exec_driver_sql("SELECT 1 FROM sqlite_master LIMIT 1").close())


def _set_up_postgresql(connection: Any, _record: object) -> None:
    """Where the server acknowledges commits before they are on disk, ask it not to; a stricter setting stays."""
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("SHOW synchronous_commit")
        if cursor.fetchone()[0] == "off":
            cursor.execute("SET synchronous_commit = on")
        cursor.execute("SET lock_timeout = '30s'")
    connection.autocommit = False
