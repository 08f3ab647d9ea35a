"""The store's tables, and the numbered steps that make them; each store records its version.

Law: a step that was released is never edited; a change of the tables is a new step.
"""

from typing import Final

from sqlalchemy import BigInteger, Column, Connection, MetaData, Table, Text, inspect, select, text

from cookiegate.errors import ReceiptStoreTooNew

__all__ = ["CHAIN", "PURGES", "RECEIPTS", "REGISTRIES", "VERSION", "migrate", "version_of"]

_METADATA = MetaData()

RECEIPTS = Table(
    "cookiegate_receipts",
    _METADATA,
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("record_id", Text, nullable=False, unique=True),
    Column("pii_principal_id", Text, nullable=False),
    Column("event_time", Text, nullable=False),
    Column("validity_duration", Text),
    Column("privacy_notice", Text),
    Column("registry_digest", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("purposes", Text, nullable=False),
    Column("how", Text, nullable=False),
    Column("where", Text, nullable=False),
    Column("schema_version", Text, nullable=False),
    Column("previous_hash", Text, nullable=False),
    Column("hash", Text, nullable=False),
)
"""One row for each receipt; `purposes` are joined by spaces."""

REGISTRIES = Table(
    "cookiegate_registries", _METADATA, Column("digest", Text, primary_key=True), Column("snapshot", Text)
)
"""The registry in canonical JSON, by its SHA-256."""

CHAIN = Table(
    "cookiegate_chain",
    _METADATA,
    Column("name", Text, primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("hash", Text, nullable=False),
)
"""One row: the head. A process locks it before it appends."""

PURGES = Table(
    "cookiegate_purges",
    _METADATA,
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("purged_at", Text, nullable=False),
    Column("older_than", Text, nullable=False),
    Column("count", BigInteger, nullable=False),
    Column("ranges", Text, nullable=False),
    Column("previous_hash", Text, nullable=False),
    Column("hash", Text, nullable=False),
)
"""One row for each purge, in the same chain as the receipts; `ranges` is a JSON array."""

_SCHEMA = Table("cookiegate_schema", _METADATA, Column("version", BigInteger, nullable=False))

_STEPS: Final[tuple[tuple[str, ...], ...]] = (
    (  # 1: receipts in a chain, with the registry to which they refer
        """CREATE TABLE cookiegate_receipts (
            sequence BIGINT PRIMARY KEY, record_id TEXT NOT NULL UNIQUE, pii_principal_id TEXT NOT NULL,
            event_time TEXT NOT NULL, validity_duration TEXT, privacy_notice TEXT, registry_digest TEXT NOT NULL,
            language TEXT NOT NULL, purposes TEXT NOT NULL, how TEXT NOT NULL, "where" TEXT NOT NULL,
            schema_version TEXT NOT NULL, previous_hash TEXT NOT NULL, hash TEXT NOT NULL)""",
        "CREATE TABLE cookiegate_registries (digest TEXT PRIMARY KEY, snapshot TEXT NOT NULL)",
        "CREATE TABLE cookiegate_chain (name TEXT PRIMARY KEY, sequence BIGINT NOT NULL, hash TEXT NOT NULL)",
        f"INSERT INTO cookiegate_chain VALUES ('receipts', 0, '{'0' * 64}')",  # noqa: S608  # zeros
        "CREATE TABLE cookiegate_schema (version BIGINT NOT NULL)",
        "INSERT INTO cookiegate_schema VALUES (1)",
    ),
    (  # 2: purges, and finding by visitor and by time
        """CREATE TABLE cookiegate_purges (
            sequence BIGINT PRIMARY KEY, purged_at TEXT NOT NULL, older_than TEXT NOT NULL, count BIGINT NOT NULL,
            ranges TEXT NOT NULL, previous_hash TEXT NOT NULL, hash TEXT NOT NULL)""",
        "CREATE INDEX cookiegate_receipts_principal ON cookiegate_receipts (pii_principal_id)",
        "CREATE INDEX cookiegate_receipts_time ON cookiegate_receipts (event_time)",
    ),
)

VERSION = len(_STEPS)
"""The version that this code reads and writes."""


def version_of(connection: Connection) -> int:
    """Return the version of the store's tables; 0 for one without tables."""
    if not inspect(connection).has_table(_SCHEMA.name):
        return 0
    return int(connection.scalar(select(_SCHEMA.c.version)) or 0)


def migrate(connection: Connection, where: str) -> None:
    """Bring the tables up to this code's version; the caller holds the lock and the transaction.

    Raises: `ReceiptStoreTooNew` for a store that newer code has written.
    """
    version = version_of(connection)
    if version > VERSION:
        raise ReceiptStoreTooNew(
            f"receipts: {where}: its schema is version {version} and this cookiegate knows up to {VERSION}; "
            "update cookiegate"
        )
    for step in _STEPS[version:]:
        for statement in step:
            connection.execute(text(statement))
    if version < VERSION:
        connection.execute(_SCHEMA.update().values(version=VERSION))
