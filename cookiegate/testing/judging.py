"""Compare a Set-Cookie line of an app under test with a registry; describe what is wrong with it.

Law: the gate's own policy decides, as for a visitor who granted everything.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from cookiegate.decision import Decision
from cookiegate.gate import CookieGate, compiled
from cookiegate.model import OPTIONAL, Consent, Reason
from cookiegate.plural import plural
from cookiegate.registry.registry import Registry
from cookiegate.wire.set_cookie import parse_set_cookie

__all__ = ["Judge", "Kind", "Objection"]

_EVERYTHING = Consent(OPTIONAL, source="cookiegate's pytest plugin")
_USUAL = "SameSite=Lax added"  # what browsers do by themselves with most cookies; no promise is broken
_UNITS = (("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1))


class Kind(StrEnum):
    """What can be wrong with a line; the first two fail a run, the others where it is strict."""

    UNREGISTERED = "unregistered"
    """No rule knows the name."""
    MALFORMED = "malformed"
    """Browsers refuse the line, or readers disagree about its name."""
    UNDECLARED = "undeclared"
    """cookiegate itself knows the name, but the file does not declare it."""
    NOT_AS_DECLARED = "not-as-declared"
    """It is kept longer, or has weaker attributes, than its rule says."""


@dataclass(frozen=True, slots=True)
class Objection:
    """What is wrong with a line, without the value of a cookie."""

    kind: Kind
    name: str
    what: str = ""
    """The reason or the changes, for those kinds that have some."""
    lifetime: str = "session"
    """As the app sets it, as a registry writes it."""


class Judge:
    """Judges lines by one `cookies.toml`.

    Raises: `ConfigError` for a file that can't be used.
    """

    def __init__(self, path: Path) -> None:
        alone = CookieGate.from_toml(path, known=False)
        self.file_name: str = path.name
        self.declared: Registry = alone.registry
        self.gate: CookieGate = replace(alone, registry=Registry.known() | alone.registry)

    def decide(self, line: bytes, consent: Consent = _EVERYTHING, *, is_https: bool = False) -> Decision:
        """Decide about a line as the gate would; without more, as for a visitor who granted everything."""
        return compiled(self.gate).policy.decide(line, consent, is_https=is_https, now=self.gate.clock())

    def is_registered(self, name: str) -> bool:
        """Return whether a rule knows the name, of the file or of cookiegate's known rules."""
        return compiled(self.gate).policy.registry.find(name) is not None

    def object(self, line: bytes) -> Objection | None:
        """Describe what is wrong with a line, if anything; a deletion is always right."""
        decision = self.decide(line)
        if decision.reason is Reason.DELETION:
            return None
        if decision.reason.is_malformed:
            return Objection(Kind.MALFORMED, decision.name, decision.reason.value)
        if not self.is_registered(decision.name):
            return Objection(Kind.UNREGISTERED, decision.name, lifetime=self._lifetime(line))
        if self.declared.find(decision.name) is None and not compiled(self.gate).reader.is_consent_cookie(
            decision.name
        ):
            return Objection(Kind.UNDECLARED, decision.name, lifetime=self._lifetime(line))
        changes = [change for change in decision.changes if change != _USUAL]
        return Objection(Kind.NOT_AS_DECLARED, decision.name, ", ".join(changes)) if changes else None

    def _lifetime(self, line: bytes) -> str:
        """Return the lifetime that the app gives a cookie, as a registry writes it."""
        cookie = parse_set_cookie(line)
        if cookie is None or (cookie.max_age_s is None and cookie.expires_s is None):
            return "session"
        if cookie.max_age_s is not None:
            length_s = cookie.max_age_s
        else:
            length_s = max(60, round(((cookie.expires_s or 0) - self.gate.clock()) / 60) * 60)
        unit, size_s = next((unit, size_s) for unit, size_s in _UNITS if length_s % size_s == 0)
        count = length_s // size_s
        return f"{count} {unit if count == 1 else plural(unit)}"
