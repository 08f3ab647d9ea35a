"""What every rival knows of the policy, ready for use: a look-up of the exact name, dates remembered."""

from email.utils import parsedate_to_datetime
from functools import lru_cache

from benchmarks.lines import RULES
from cookiegate.lifetime import parse_lifetime
from cookiegate.model import Category

__all__ = ["RULES_BY_NAME", "RULES_BY_OCTETS", "seconds_of"]

_GATE_LIMIT_S = 400 * 86400


def _limit_s(lifetime: str | None) -> int | None:
    """Return the limit of a promise in seconds, `None` for the browser session."""
    if lifetime == "session":
        return None
    promised = parse_lifetime(lifetime).max_age_s if lifetime else None
    return min(promised or _GATE_LIMIT_S, _GATE_LIMIT_S)


RULES_BY_NAME = {
    name: (str(category), category is Category.NECESSARY, _limit_s(lifetime), http_only)
    for name, (category, lifetime, http_only) in RULES.items()
}
RULES_BY_OCTETS = {name.encode(): rule for name, rule in RULES_BY_NAME.items()}


@lru_cache(maxsize=1024)
def seconds_of(date: str) -> float:
    """Read a date as Expires carries it."""
    return parsedate_to_datetime(date).timestamp()
