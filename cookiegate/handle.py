"""The app's handle on the consent of one request: what counts, and how the app grants and withdraws."""

import secrets
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Self

from cookiegate.consent.source import strictest, writable
from cookiegate.errors import ConfigError, ConsentNotWritable, ResponseStarted
from cookiegate.gate import CookieGate
from cookiegate.model import NO_CONSENT, OPTIONAL, Category, Consent, Decision, Reason, RequestHead
from cookiegate.wire.cache_control import Fields
from cookiegate.wire.cookie import without_cookies
from cookiegate.wire.set_cookie import split_pair

__all__ = ["Handle"]

_PROXY_CHECKS = 1000


class Handle:
    """What the app may know and say about consent during one request.

    Found in `scope["cookiegate"]` or `environ["cookiegate"]`, or by `cookiegate.current(request)`.
    """

    # What does not differ from request to request stands on the class (see `of`), since a handle is made for each one.
    _gate: CookieGate
    _consent: Consent | None = None
    _choice: Consent | None = None
    _previous: Consent | None = None
    _was_asked = False
    _is_special: bool
    is_started = False
    """The response's header is gone: nothing can be granted or withdrawn any more."""

    @classmethod
    def of(cls, gate: CookieGate) -> type[Self]:
        """Return the class of one gate's handles, made when it is asked for first. Raises: `ConfigError`."""
        if not isinstance(gate, CookieGate):
            what_to_do = 'use a CookieGate, e.g. CookieGate.from_toml("cookies.toml")'
            raise ConfigError([f"CookieGateMiddleware: gate: is {gate!r}; {what_to_do}"])
        made = gate.handle_classes.get(cls)
        if made is None:
            made = gate.handle_classes[cls] = type(
                cls.__name__, (cls,), {"_gate": gate, "_is_special": gate.is_watched}
            )
        return made

    # What the adapters say of the request

    def head(self) -> RequestHead:
        """Return the request as consent sources see it."""
        raise NotImplementedError

    def has_https_scheme(self) -> bool:
        """Tell whether the request arrived by https, as far as the server knows."""
        raise NotImplementedError

    def sent_cookie(self) -> bytes:
        """Return the Cookie header as the browser sent it; like `head().cookie`, and quicker."""
        return self.head().cookie

    def has_privacy_control(self) -> bool:
        """Tell whether there may be a Sec-GPC; what it says is for `head()` to tell."""
        return True

    @property
    def decisions(self) -> tuple[Decision, ...]:
        """What was decided for each Set-Cookie line, and for each refused cookie of the request; empty before that."""
        raise NotImplementedError

    # What the app may ask and say

    @property
    def consent(self) -> Consent:
        """What counts as the visitor's consent; after `grant` and `withdraw`, what they made of it."""
        if not self.is_started:
            self._was_asked = self._is_special = True
        return self._known_consent()

    def allows(self, category: str) -> bool:
        """Tell whether cookies of this category may be set now.

        Raises: `ValueError` for a category that is not one of the four.
        """
        return self.consent.allows(Category(category))

    def grant(self, categories: Iterable[str]) -> None:
        """Grant these categories beside the ones granted already, and let the browser remember it.

        It counts for every line of the response, whatever their order.

        Raises: `ValueError` for an unknown category; `ResponseStarted`; `ConsentNotWritable`.
        """
        self.choose(self._known_consent().granted | Consent(categories).granted)

    def withdraw(self, categories: Iterable[str] = OPTIONAL) -> None:
        """Withdraw these categories, all of them by default, and let the browser remember it.

        Cookies of the request that are refused now are deleted by the response. Raises: as `grant`.
        """
        self.choose(self._known_consent().granted - Consent(categories).granted)

    def choose(self, categories: Iterable[str]) -> None:
        """Make these categories the visitor's whole choice, and let the browser remember it. Raises: as `grant`."""
        gate = self._gate
        if self.is_started:
            raise ResponseStarted("the response has started, its header is gone; grant and withdraw before it does")
        if writable(gate.consent) is None:
            raise ConsentNotWritable(
                "the gate's consent source can't write a consent cookie; use OwnConsent, or first_of(OwnConsent(), ...)"
            )
        now = gate.clock()
        known = self._previous = self._known_consent()
        self._choice = Consent(
            categories,
            source="app",
            given_at=datetime.fromtimestamp(int(now), UTC),
            revision=gate.revision,
            id=known.id or secrets.token_urlsafe(16),
        )
        self._consent = gate.terms.apply(self._choice, self.head(), now)
        self._is_special = True

    # For the gate itself

    def is_https(self) -> bool:
        """Tell whether the request arrived by https; warns where a proxy says so and the server does not believe it."""
        if self.has_https_scheme():
            return True
        log = self._gate.log
        if log.proxy_checks < _PROXY_CHECKS:
            log.proxy_checks += 1
            forwarded = self.head().header(b"x-forwarded-proto")
            if any(value.partition(b",")[0].strip() == b"https" for value in forwarded):
                log.untrusted_proxy()
        return False

    def _known_consent(self) -> Consent:
        """Return the consent, read when it is needed for the first time."""
        consent = self._consent
        if consent is None:
            gate = self._gate
            now = gate.clock()
            if gate.recall is not None:
                settled = gate.recall(self.sent_cookie())
                counts = settled.since_s <= now < settled.until_s
                if counts and not (settled.heeds_signals and self.has_privacy_control()):
                    consent = settled.consent
            if consent is None:
                consent = gate.read_consent(self.head(), now)
            self._consent = consent
        return consent

    def _settle_consent(self, lines: list[bytes]) -> None:
        """Let a consent cookie that the response itself sets or deletes count, as if the request had carried it."""
        gate = self._gate
        if self._choice is not None:
            return
        cookie = None
        for line in lines:
            raw_name = split_pair(line)[0].strip(b" \t")
            if not raw_name.isascii() or not gate.is_consent_cookie(raw_name.decode("ascii")):
                continue
            decision = gate.policy.decide(line, NO_CONSENT, is_https=self.is_https(), now=gate.clock())
            if decision.after is None:
                continue
            cookie = without_cookies(self.head().cookie if cookie is None else cookie, raw_name.__eq__)
            if decision.reason is not Reason.DELETION:
                cookie = b"; ".join(filter(None, (cookie, decision.after.partition(b";")[0])))
        if cookie is not None:
            self._consent = gate.read_consent(self.head().with_cookie(cookie), gate.clock())

    def _written_choice(self) -> Fields:
        """Write the consent cookie, if the app granted or withdrew something."""
        gate = self._gate
        writer = writable(gate.consent)
        if self._choice is None or writer is None:
            return []
        is_https = self.is_https()
        try:
            line = writer.write(self._choice, is_https=is_https)
            after = gate.policy.decide(line, NO_CONSENT, is_https=is_https, now=gate.clock()).after
        except Exception as error:  # noqa: BLE001  # foreign code: whatever it raises must not reach the visitor
            gate.log.source_failed(error)
            after = None
        if after is None:
            self._consent = strictest((self._previous, self._consent))  # what can't be remembered is not granted
            return []
        return [(b"set-cookie", after)]
