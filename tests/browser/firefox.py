"""Firefox as the oracle's browser."""
