"""The phases of an audit by a browser: what a visitor had done when something was seen.

Law: each phase has a profile of its own, but for the withdrawal, which goes on where the visitor accepted.
"""

from enum import StrEnum

from cookiegate.audit.observation import Moment

__all__ = ["MOMENTS", "Phase"]


class Phase(StrEnum):
    """What the visitor did, in the order of the report's columns."""

    BEFORE = "before"
    """Nothing yet."""
    GPC = "gpc"
    """Nothing, and the browser sends Global Privacy Control."""
    REJECT = "reject"
    ACCEPT = "accept"
    WITHDRAW = "withdraw"
    """Accepted, looked at the pages, withdrew, and loaded them again."""

    @property
    def label(self) -> str:
        """Name the phase in the head of a column."""
        return MOMENTS[self].label

    @property
    def is_without_consent(self) -> bool:
        """Return whether nothing optional may be there."""
        return self is not Phase.ACCEPT


MOMENTS: dict[Phase, Moment] = {
    Phase.BEFORE: Moment(False, (0,), "Before any choice"),
    Phase.GPC: Moment(False, (1,), "With GPC", has_signal=True),
    Phase.REJECT: Moment(True, (0,), "After reject"),
    Phase.ACCEPT: Moment(True, (1,), "After accept"),
    Phase.WITHDRAW: Moment(True, (2,), "After withdrawal"),
}
