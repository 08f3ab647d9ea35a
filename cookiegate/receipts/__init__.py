"""Receipts: proof of consent. Each choice of a visitor is recorded append-only, in SQLite or PostgreSQL.

Needs `cookiegate[receipts]` (and `cookiegate[postgresql]`) when a `Receipts` is made, not when this is imported.
Law: records are appended and chained by hashes; only a purge, which is a record itself, deletes any.
"""

from typing import TYPE_CHECKING

from cookiegate.lazy import on_first_use

if TYPE_CHECKING:
    from cookiegate.receipts.receipt import How, Receipt, Where, is_consent_id
    from cookiegate.receipts.receipts import Receipts

__all__ = ["How", "Receipt", "Receipts", "Where", "is_consent_id"]

if not TYPE_CHECKING:
    __getattr__, __dir__ = on_first_use(__name__, dict.fromkeys(__all__, "receipt") | {"Receipts": "receipts"})
