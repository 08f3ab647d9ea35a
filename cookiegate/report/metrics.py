"""Counters for OpenTelemetry: how many decisions, by action, category and reason. Never names, never values.

Law: the attributes are closed sets, so the number of time series is bounded.
Source: OpenTelemetry's semantic conventions (names in lower case under one namespace, units in braces for counts).
"""

from importlib.metadata import version
from itertools import product
from typing import TYPE_CHECKING

from cookiegate.decision import Exchange
from cookiegate.errors import ConfigError
from cookiegate.model import Action, Category, Reason

if TYPE_CHECKING:
    from opentelemetry.metrics import MeterProvider

__all__ = ["Counters"]


class Counters:
    """Counts decisions in `cookiegate.decisions`: `CookieGate(recorders=[Counters()])`.

    The attributes are `cookiegate.action`, `cookiegate.category` (`none` where the cookie is in no category) and
    `cookiegate.reason`: closed sets, so there are few combinations. Without `meter_provider` the global one
    counts, also one that is set later; without an SDK nothing is counted, and hardly anything is done.

    Raises: `ConfigError` if `opentelemetry-api` is not installed.
    """

    def __init__(self, meter_provider: "MeterProvider | None" = None) -> None:
        try:
            from opentelemetry.metrics import get_meter
        except ImportError as error:
            raise ConfigError(
                ["Counters: opentelemetry-api is not installed; pip install 'cookiegate[otel]'"]
            ) from error
        meter = get_meter("cookiegate", version("cookiegate"), meter_provider)
        self._decisions = meter.create_counter(
            "cookiegate.decisions",
            unit="{decision}",
            description="What the gate decided about Set-Cookie lines and refused cookies of requests.",
        )
        self._attributes = {
            (action, category, reason): {
                "cookiegate.action": action.value,
                "cookiegate.category": "none" if category is None else category.value,
                "cookiegate.reason": reason.value,
            }
            for action, category, reason in product(Action, (*Category, None), Reason)
        }

    def __call__(self, exchange: Exchange) -> None:
        """Count the decisions of one response."""
        for decision in exchange.decisions:
            self._decisions.add(1, self._attributes[decision.action, decision.category, decision.reason])
