"""What counts as this visitor's choice, whether they must be asked, and what their browser's signals refuse."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from cookiegate.consent.mode import consent_mode
from cookiegate.gate import CookieGate, compiled
from cookiegate.handle import Handle, head_of
from cookiegate.model import Category, Consent, Reason
from cookiegate.settings_page.shown_policy import ShownPolicy

__all__ = ["State", "read_state"]

_ID = re.compile(r"[A-Za-z0-9._~-]{1,128}")
_MUST_CHOOSE_AGAIN = frozenset(
    {
        Reason.CONSENT_OTHER_REVISION,
        Reason.CONSENT_EXPIRED,
        Reason.CONSENT_UNREADABLE,
        Reason.CONSENT_CONFLICT,
        Reason.CONSENT_SOURCE_FAILED,
        Reason.CONSENT_NOT_EXPLICIT,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """One visitor's choice, as page, banner and API show it."""

    granted: tuple[Category, ...]
    """What is allowed now, in the order of `Category`; without a choice what the gate grants by default."""
    is_chosen: bool
    """The visitor chose, and it counts."""
    asks: bool
    """They are to be asked: they did not choose, or not for this policy, and there is something to choose."""
    given_at: datetime | None = None
    revision: str | None = None
    id: str | None = None
    why_again: Reason | None = None
    """Why an earlier choice does not count any more."""
    signals: Mapping[Category, Reason]
    """The offered categories that stay off, since the browser sends a signal against them."""
    consent: Consent
    development: tuple[str, ...] | None = None
    """In development, the messages about dropped cookies for the browser's console."""

    def record(self, shown: ShownPolicy, policy_revision: str | None) -> dict[str, object]:
        """Put the choice into JSON's types. Without the consent's id, which scripts do not need."""
        development = {} if self.development is None else {"development": [*self.development]}
        return {
            **development,
            "asks": self.asks,
            "granted": [category.value for category in self.granted],
            "given_at": None if self.given_at is None else self.given_at.astimezone(UTC).isoformat(),
            "revision": self.revision,
            "why_again": self.why_again,
            "refused_by_signal": {category.value: reason.value for category, reason in self.signals.items()},
            "consent_mode": consent_mode(self.consent),
            "policy": shown.digest,
            "policy_revision": policy_revision,
        }


def read_state(handle: Handle, gate: CookieGate, shown: ShownPolicy) -> State:
    """Read a visitor's state; after `choose` and `withdraw`, what they made of it. Raises nothing."""
    consent = handle.consent
    reasons = {reason for _, reason in consent.refusals}
    why_again = next((reason for reason in sorted(reasons) if reason in _MUST_CHOOSE_AGAIN), None)
    is_chosen = consent.explicit and why_again is None
    notify = compiled(gate).rules.notify
    return State(
        development=tuple(notify.dropped.values()) if notify.is_development else None,
        granted=tuple(category for category in Category if category in consent.granted),
        is_chosen=is_chosen,
        asks=not is_chosen and bool(shown.offered),
        given_at=consent.given_at if is_chosen else None,
        revision=consent.revision if is_chosen else None,
        id=consent.id if is_chosen and consent.id is not None and _ID.fullmatch(consent.id) else None,
        why_again=why_again,
        signals=refused_by_signals(handle, gate, shown.offered),
        consent=consent,
    )


def refused_by_signals(handle: Handle, gate: CookieGate, categories: frozenset[Category]) -> Mapping[Category, Reason]:
    """Tell which of the categories would not count if they were chosen now, and for which signal."""
    now = gate.clock()
    wished = Consent(categories, given_at=datetime.fromtimestamp(int(now), UTC), revision=gate.revision)
    allowed = compiled(gate).terms.apply(wished, head_of(handle), now)
    refused = sorted(categories - allowed.granted, key=list(Category).index)
    return {category: allowed.refusal(category) for category in refused}
