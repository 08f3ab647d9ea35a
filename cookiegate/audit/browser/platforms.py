"""The buttons of banners: cookiegate's own and those of the consent platforms, read from `banners.toml`.

The first visible element of any frame or open shadow root counts.
Law: a row clicks in its platform's own banner alone.
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

__all__ = ["Banner", "banners"]

Selectors = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Banner:
    """One platform's banner."""

    name: str
    accept: Selectors
    reject: Selectors = ()
    more: Selectors = ()
    """Opens a second layer."""
    reject_in_more: Selectors = ()
    """Refuses in the second layer."""
    way_back: Selectors = ()
    """Opens the banner again, once there was a choice."""
    withdraw: str = ""
    """A JavaScript expression that withdraws consent by the platform's own API; falsy where the API is not there."""
    source: str


@cache
def banners() -> tuple[Banner, ...]:
    """Return the table, in the order in which its rows are tried."""
    text = (files("cookiegate.audit.browser") / "banners.toml").read_text(encoding="utf-8")
    rows: list[dict[str, Any]] = [
        {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}
        for row in tomllib.loads(text)["banner"]
    ]
    return tuple(Banner(**row) for row in rows)
