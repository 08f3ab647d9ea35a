"""What a registry says of one Set-Cookie line that left an app under test: nothing, or what is wrong with it."""

from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from cookiegate.gate import CookieGate
from cookiegate.model import OPTIONAL, Consent, Decision, Reason
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
    """What is wrong with a line, in words that hold no value of a cookie."""

    kind: Kind
    name: str
    what: str = ""
    """The reason or the changes, for those kinds that have some."""
    lifetime: str = "session"
    """As the app sets it, in the words of a registry."""


class Judge:
    """One `cookies.toml`, asked about lines.

    Raises: `ConfigError` for a file that can't be used.
    """

    def __init__(self, path: Path) -> None:
        alone = CookieGate.from_toml(path, known=False)
        self.file_name = path.name
        self.declared = alone.registry
        self.gate = replace(alone, registry=Registry.known() | alone.registry)

    def decide(self, line: bytes, consent: Consent = _EVERYTHING, *, is_https: bool = False) -> Decision:
        """Decide about a line as the gate would; without more, as for a visitor who granted everything."""
        return self.gate.policy.decide(line, consent, is_https=is_https, now=self.gate.clock())

    def is_registered(self, name: str) -> bool:
        """Tell whether a rule knows the name, of the file or of those that cookiegate brings along."""
        return self.gate.policy.registry.find(name) is not None

    def object(self, line: bytes) -> Objection | None:
        """Say what is wrong with a line, if anything is; a deletion is always right."""
        decision = self.decide(line)
        if decision.reason is Reason.DELETION:
            return None
        if decision.number in {1, 8}:
            return Objection(Kind.MALFORMED, decision.name, decision.reason.value)
        if not self.is_registered(decision.name):
            return Objection(Kind.UNREGISTERED, decision.name, lifetime=self._lifetime(line))
        if self.declared.find(decision.name) is None and not self.gate.is_consent_cookie(decision.name):
            return Objection(Kind.UNDECLARED, decision.name, lifetime=self._lifetime(line))
        changes = [change for change in decision.changes if change != _USUAL]
        return Objection(Kind.NOT_AS_DECLARED, decision.name, ", ".join(changes)) if changes else None

    def _lifetime(self, line: bytes) -> str:
        """Say in a registry's words how long the app means to keep a cookie."""
        cookie = parse_set_cookie(line)
        if cookie is None or (cookie.max_age_s is None and cookie.expires_s is None):
            return "session"
        if cookie.max_age_s is not None:
            length_s = cookie.max_age_s
        else:
            length_s = max(60, round(((cookie.expires_s or 0) - self.gate.clock()) / 60) * 60)
        unit, size_s = next((unit, size_s) for unit, size_s in _UNITS if length_s % size_s == 0)
        count = length_s // size_s
        return f"{count} {unit}{'s' * (count != 1)}"
