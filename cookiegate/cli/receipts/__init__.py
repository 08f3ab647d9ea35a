"""`cookiegate receipts`: proof of consent, verified, exported, shown, purged and counted. One file a command."""
