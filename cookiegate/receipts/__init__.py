"""Receipts: proof of consent. Each choice of a visitor is recorded append-only, in SQLite or PostgreSQL.

Needs `cookiegate[receipts]` (and `cookiegate[postgresql]`) when a `Receipts` is made, not when this is imported.
"""

from cookiegate.receipts.receipt import How, Receipt, Where, is_consent_id
from cookiegate.receipts.receipts import Receipts

__all__ = ["How", "Receipt", "Receipts", "Where", "is_consent_id"]
