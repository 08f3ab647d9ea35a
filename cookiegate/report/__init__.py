"""Reports: the inventory of cookies, counters for OpenTelemetry, and the routes of the app.

`inventory.py` records, `reading.py` reads, `tally.py` counts, `seen.py` has the values, `metrics.py` the counters.
Law: no value of a cookie is ever stored.
"""

from typing import TYPE_CHECKING

from cookiegate.lazy import on_first_use

if TYPE_CHECKING:
    from cookiegate.report.inventory import Inventory
    from cookiegate.report.limits import Limits
    from cookiegate.report.reading import Reading, read_inventory
    from cookiegate.report.seen import InventoryReport, Mode, Origin, Outcome, Phase, SeenCookie, Sent, SetBy

__all__ = [
    "Inventory",
    "InventoryReport",
    "Limits",
    "Mode",
    "Origin",
    "Outcome",
    "Phase",
    "Reading",
    "SeenCookie",
    "Sent",
    "SetBy",
    "read_inventory",
]

if not TYPE_CHECKING:
    __getattr__, __dir__ = on_first_use(
        __name__,
        dict.fromkeys(__all__, "seen")
        | {"Inventory": "inventory", "Limits": "limits", "Reading": "reading", "read_inventory": "reading"},
    )
