"""How bad a finding is."""

from enum import StrEnum

__all__ = ["Severity"]


class Severity(StrEnum):
    """How bad a finding is, by SARIF's names."""

    ERROR = "error"
    """The published promise is broken."""
    WARNING = "warning"
    """The promise is kept, and the cookie is weak, or something points at a breach."""
    NOTE = "note"
    """For information; never fails a run."""

    @property
    def weight(self) -> int:
        """Larger is worse."""
        return {"note": 0, "warning": 1, "error": 2}[self]

    @property
    def plural(self) -> str:
        """Name several."""
        return f"{self}s"
