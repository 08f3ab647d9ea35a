"""The connection to SQLite or PostgreSQL, set so that a commit is on disk when it returns.

SQLite: write-ahead log, `synchronous=FULL`, and transactions begun by us, since the driver begins them too late.
"""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cookiegate.errors import ConfigError

if TYPE_CHECKING:
    from sqlalchemy import URL, Connection, Engine

__all__ = ["BEGIN_TO_WRITE", "file_of", "make_engine", "read_url"]

BEGIN_TO_WRITE = "cookiegate_begin_to_write"
"""Execution option of a connection that is going to write: SQLite then takes the write lock at once."""
_SQLITE_PATIENCE_S = 10
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
    except (ArgumentError, ValueError) as error:
        raise ConfigError(["receipts: store is no database URL; give one like 'sqlite:///receipts.db'"]) from error
    backend = url.drivername.partition("+")[0]
    if backend in {"postgres", "postgresql"}:
        try:
            import psycopg  # noqa: F401  # only looked for; SQLAlchemy imports it
        except ImportError as error:
            raise ConfigError(["receipts: psycopg is missing; pip install 'cookiegate[postgresql]'"]) from error
        return url.set(drivername="postgresql+psycopg")
    if backend != "sqlite":
        raise ConfigError(
            [f"receipts: store is {url.render_as_string()!r}; only sqlite:///FILE and postgresql://... are supported"]
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
    missing = {key: value for key, value in _POSTGRESQL_TIMEOUTS.items() if key not in url.query}
    engine = create_engine(url, connect_args=missing, pool_pre_ping=True, pool_size=2, hide_parameters=True)
    event.listen(engine, "connect", _set_up_postgresql)
    return engine


def _set_up_sqlite(connection: Any, _record: object) -> None:  # the driver's own connection
    connection.isolation_level = None  # the driver begins nothing by itself
    for pragma in ("synchronous=FULL", "secure_delete=ON"):  # what a purge deletes is overwritten
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: "Connection") -> None:
    is_writing = connection.get_execution_options().get(BEGIN_TO_WRITE)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writing else "BEGIN")


def _set_up_postgresql(connection: Any, _record: object) -> None:
    """Where the server acknowledges commits before they are on disk, ask it not to; a stricter setting stays."""
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("SHOW synchronous_commit")
        if cursor.fetchone()[0] == "off":
            cursor.execute("SET synchronous_commit = on")
        cursor.execute("SET lock_timeout = '30s'")
    connection.autocommit = False
