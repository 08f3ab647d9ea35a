"""Responses that differ only in the values of their cookies, held until they go into the rows together.

A site sends the same cookies again and again, and counting each of them in its row takes several times as long.
Law: no value of a cookie is held.
"""

from cookiegate.decision import Exchange, counting_key, without_values
from cookiegate.report.names import cut, path_template

__all__ = ["Equal", "EqualResponses", "is_time", "setter_of"]

_MAX_AT_S = 253402300799.0  # the last second of the year 9999
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "WEBSOCKET"})
_CHOSEN_BY_CLIENTS = frozenset({400, 404, 405, 410, 414})  # these answers have no page: the client chose the path


class Equal:
    """A response, and how many equal ones there were."""

    __slots__ = ("exchange", "first_s", "last_s", "times")

    def __init__(self, exchange: Exchange) -> None:
        self.exchange: Exchange = exchange
        """The first of them."""
        self.first_s: float = exchange.at_s
        self.last_s: float = exchange.at_s
        self.times: int = 1


class EqualResponses:
    """Responses that are not counted in the rows yet; the owner takes them before they become many."""

    __slots__ = ("_held", "lines")

    def __init__(self) -> None:
        self._held: dict[tuple[object, ...], Equal] = {}
        self.lines: int = 0
        """The size of what is held."""

    def add(self, exchange: Exchange) -> bool:
        """Hold a response; return whether that can be done, or it must be counted by itself."""
        at_s, decisions = exchange.at_s, exchange.decisions
        lines = counting_key(decisions) if is_time(at_s) else None
        if lines is None:
            return False
        visit = (exchange.granted, exchange.is_https, exchange.is_enforced, exchange.session_field)
        key = (setter_of(exchange), visit, lines)
        equal = self._held.get(key)
        if equal is not None:
            equal.times += 1
            equal.first_s = min(equal.first_s, at_s)
            equal.last_s = max(equal.last_s, at_s)
        else:
            self._held[key] = Equal(exchange._replace(decisions=without_values(decisions)))
            self.lines += len(decisions) + 1
        return True

    def take(self) -> list[Equal]:
        """Return what is held, and hold nothing."""
        found = [*self._held.values()]
        self._held, self.lines = {}, 0
        return found


def is_time(at_s: float) -> bool:
    """Return whether a clock says a time; it may return anything."""
    return 0 <= at_s <= _MAX_AT_S


def setter_of(exchange: Exchange) -> tuple[str, str, bool, int]:
    """Return what answered: method, route, whether the framework declares it, status."""
    method = exchange.method if exchange.method in _METHODS else "OTHER"
    status = exchange.status if 100 <= exchange.status <= 999 else 0
    if exchange.route is not None:
        return method, cut(exchange.route), True, status
    return method, "{none}" if status in _CHOSEN_BY_CLIENTS else path_template(exchange.path), False, status
