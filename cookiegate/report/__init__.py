"""Making visible what the gate decides: the inventory of cookies, counters, and whose route an answer came from."""

from cookiegate.report.inventory import Inventory
from cookiegate.report.limits import Limits
from cookiegate.report.reading import Reading, read_inventory
from cookiegate.report.seen import InventoryReport, Origin, Outcome, SeenCookie, Sent, SetBy

__all__ = [
    "Inventory",
    "InventoryReport",
    "Limits",
    "Origin",
    "Outcome",
    "Reading",
    "SeenCookie",
    "Sent",
    "SetBy",
    "read_inventory",
]
