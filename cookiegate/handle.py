"""`Handle`, which the app uses during one request to read, grant and withdraw consent; and `current`, which finds it.

Only these two are public. `cookiegate.adapter` is the server's side of a handle; `cookiegate.request` and
`cookiegate.response` do the work.
"""

import secrets
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from cookiegate.compiled import Compiled
from cookiegate.decision import Decision
from cookiegate.errors import ConfigError, ConsentNotWritable, NotGated, ResponseStarted
from cookiegate.model import OPTIONAL, Category, Consent, Reason, RemovedSource, RequestHead
from cookiegate.request import Request, Source
from cookiegate.response import Response

__all__ = ["ENVIRON_KEY", "SCOPE_KEY", "Handle", "current"]

SCOPE_KEY = "cookiegate"
"""The handle's key in an ASGI scope."""
ENVIRON_KEY = "cookiegate.handle"
"""Its key in a WSGI environ, where keys without a dot hold text only (PEP 3333)."""

_REQUEST_ATTRIBUTES = ("scope", "environ", "META", "env")
"""Of a request of Starlette, Litestar, Quart; Flask, Bottle, Pyramid; Django; Falcon."""


class Handle:
    """The gate's interface for the app during one request.

    Get it with `cookiegate.current(request)`, from `scope["cookiegate"]` or from `environ["cookiegate.handle"]`.
    """

    is_started = False
    """The response head was sent: consent can't be granted or withdrawn any more."""
    # Class attributes are defaults, because a handle is made for each request.
    _request: Request | None = None
    _response: Response | None = None

    def __init__(self, compiled: Compiled, source: Source) -> None:
        self._compiled = compiled
        self._source = source

    @property
    def consent(self) -> Consent:
        """The visitor's consent that applies now, with the effect of `grant`, `withdraw` and `choose`."""
        request = request_of(self)
        if not self.is_started:
            request.consent_was_read = True
        return self._effective_consent()

    @property
    def decisions(self) -> tuple[Decision, ...]:
        """The decisions about Set-Cookie lines and about refused cookies of the request; empty before the response."""
        return () if self._response is None else self._response.decisions()

    @property
    def removed_sources(self) -> tuple[RemovedSource, ...]:
        """What was removed from the response's Content-Security-Policy, and why; empty before."""
        return () if self._response is None else self._response.removed_sources

    def allows(self, category: str) -> bool:
        """Return whether cookies of this category may be set now.

        Raises: `ValueError` for a category that is not one of the four.
        """
        return self.consent.allows(_CATEGORIES.get(category) or Category(category))

    def grant(self, categories: Iterable[str]) -> None:
        """Grant these categories in addition to the granted ones, and write the consent cookie.

        The grant applies to all lines of the response, in whatever order they come.

        Raises: `ValueError` for an unknown category; `ResponseStarted`; `ConsentNotWritable`.
        """
        self.choose(self._effective_consent().granted | Consent(categories).granted)

    def withdraw(self, categories: Iterable[str] = OPTIONAL) -> None:
        """Withdraw these categories, all by default, and write the consent cookie.

        The response deletes cookies of the request that are refused now. Raises: as `grant`.
        """
        self.choose(self._effective_consent().granted - Consent(categories).granted)

    def choose(self, categories: Iterable[str]) -> None:
        """Replace the visitor's choice by these categories, and write the consent cookie. Raises: as `grant`."""
        compiled = self._compiled
        if self.is_started:
            raise ResponseStarted("the response has started and its header was sent; grant and withdraw earlier")
        if compiled.rules.writer is None:
            raise ConsentNotWritable(
                "the gate's consent source can't write a consent cookie; use OwnConsent, or first_of(OwnConsent(), ...)"
            )
        now = compiled.clock()
        request = request_of(self)
        known = self._effective_consent()
        if request.choice is None:
            request.previous = known
        request.choice = Consent(
            categories,
            source="app",
            given_at=datetime.fromtimestamp(int(now), UTC),
            revision=compiled.terms.revision,
            id=known.id or secrets.token_urlsafe(16),
        )
        request.consent = compiled.terms.apply(request.choice, request.head(), now)

    def _effective_consent(self) -> Consent:
        try:
            return request_of(self).find_consent(self._compiled.clock())
        except Exception as error:  # noqa: BLE001  # a bug in the gate: nothing is granted, and the app gets no exception
            self._compiled.rules.notify.engine_failed(error)
            return Consent.none(Reason.CONSENT_SOURCE_FAILED)


_CATEGORIES = {category.value: category for category in Category}


def current(request: object) -> Handle:
    """Return the gate's handle for a request of Starlette, FastAPI, Flask, Django or another framework.

    `request` may be an ASGI scope or a WSGI environ too.

    Raises: `NotGated` if the request did not pass a gate, or is not a request.
    """
    for place in places_of(request):
        handle = place.get(ENVIRON_KEY) or place.get(SCOPE_KEY)
        if isinstance(handle, Handle):
            return handle
    raise NotGated(
        f"no cookiegate handle in this {type(request).__name__}; wrap the app in CookieGateMiddleware, outermost"
    )


# For the package's own use


def places_of(request: object) -> list[Mapping[str, Any]]:
    """Return the ASGI scope or WSGI environ of a framework's request; `request` itself if it is one."""
    places = (
        [request] if isinstance(request, Mapping) else [getattr(request, name, None) for name in _REQUEST_ATTRIBUTES]
    )
    return [place for place in places if isinstance(place, Mapping)]


def head_of(handle: Handle) -> RequestHead:
    """Return the request head, as consent sources get it."""
    return request_of(handle).head()


def ends_at(handle: Handle) -> float:
    """Return when the present consent becomes invalid, in seconds since 1970 UTC; infinite if it does not."""
    return handle._compiled.terms.validity(handle.consent).until_s


def request_of(handle: Handle) -> Request:
    """Return the request behind a handle; make it on the first call."""
    request = handle._request
    if request is None:
        rules = handle._compiled.rules
        request = handle._request = Request(rules.reader, handle._source)
    return request


def served_page(handle: Handle) -> Any:
    """Return the settings page of the handle's gate.

    Raises: `ConfigError` if there is none.
    """
    served = handle._compiled.served
    if not served:
        raise ConfigError(
            ['CookieGate: settings_url: no settings page is served; set it, or give the middleware settings="/..."']
        )
    return served[0]
