"""The server's side of a handle: what the adapters for ASGI, WSGI and Django call for each request and response.

`cookiegate.handle` is the app's side. Law: nothing raises; a cookie that was not judged does not leave.
"""

from typing import Any, Literal, TypeVar

from cookiegate.decision import Exchange
from cookiegate.gate import CookieGate
from cookiegate.handle import Handle, request_of
from cookiegate.model import Consent
from cookiegate.request import Request
from cookiegate.response import Response

__all__ = [
    "filter_fields",
    "filter_more",
    "forget_decisions",
    "has_recorders",
    "heeds_policies",
    "hide_refused",
    "is_enforced",
    "needs_filter",
    "record",
    "settings_to_serve",
    "state_of",
]

T = TypeVar("T")


def settings_to_serve(gate: CookieGate, settings: T | str | Literal[False] | None) -> T | str | None:
    """Return the settings page that a middleware serves: its argument, else the gate's `settings_url`; or `None`."""
    if settings is None:
        return gate.settings_url
    return None if settings is False else settings


def hide_refused(handle: Handle) -> bytes:
    """Return the Cookie header that the app may see: without registered optional cookies that are refused."""
    compiled, cookie = handle._compiled, handle._source[0]
    try:
        memo = compiled.screen.headers
        try:
            header = memo.known[cookie]
        except KeyError:
            header = memo.learn(cookie)
        if not header.optional:
            return (
                cookie if header.visible == cookie else header.visible
            )  # the same object: the adapter replaces nothing
        request = request_of(handle)
        request.optional = header
        refused = request.refused(compiled.clock())
        visible = refused.visible if compiled.hides else header.visible
        return cookie if visible == cookie else visible
    except Exception as error:  # noqa: BLE001  # a bug in the gate: the app gets no cookie that was not checked
        compiled.rules.notify.engine_failed(error)
        return b"" if compiled.hides else cookie


def needs_filter(handle: Handle) -> bool:
    """Return whether a response without any Set-Cookie line must be filtered too."""
    request = handle._request
    if request is None:
        return handle._compiled.is_watched
    return bool(
        request.consent_was_read or request.optional or request.choice is not None or handle._compiled.is_watched
    )


def state_of(handle: Handle) -> tuple[Consent | None, bool]:
    """Return what the app may change and the response head depends on: its choice, and whether it read the consent."""
    request = handle._request
    return (None, False) if request is None else (request.choice, request.consent_was_read)


def forget_decisions(handle: Handle) -> None:
    """Undo the decisions for a response head that is replaced, and its effect on the consent."""
    handle._response = None
    if handle._request is not None:
        handle._request.restore_consent()


def filter_fields(handle: Handle, fields: list[Any], scheme: str | None, *, is_cacheable: bool = True) -> list[Any]:
    """Return the header fields of a response that may leave. `scheme`: the server's current value."""
    compiled = handle._compiled
    is_https = scheme == "https" or _is_https(handle, scheme)
    response = handle._response
    if response is None:
        request = handle._request
        if request is None:
            request = handle._request = Request(compiled.rules.reader, handle._source)
        response = handle._response = Response(compiled.rules, request)
    return response.filter(fields, compiled.clock(), is_https, is_cacheable)


def filter_more(handle: Handle, fields: list[Any], scheme: str | None) -> list[Any]:
    """Return the header fields that may leave with a message that does not start a response."""
    return _response_of(handle).filter_more(fields, handle._compiled.clock(), _is_https(handle, scheme))


def heeds_policies(handle: Handle) -> bool:
    """Return whether the gate must see each Content-Security-Policy."""
    return handle._compiled.rules.sources is not None


def is_enforced(handle: Handle) -> bool:
    """Return whether decisions are applied; false in report-only."""
    return handle._compiled.rules.is_enforced


def has_recorders(handle: Handle) -> bool:
    """Return whether the gate has recorders."""
    return handle._compiled.records


def record(handle: Handle, *, scheme: str | None, method: str, path: str, route: str | None, status: object) -> None:
    """Call the gate's recorders with the exchange."""
    rules, response = handle._compiled.rules, handle._response
    now = handle._compiled.clock()
    try:
        exchange = Exchange(
            method=method,
            path=path,
            route=route,
            status=status if isinstance(status, int) else 0,
            at_s=now,
            is_https=_is_https(handle, scheme),
            granted=request_of(handle).find_consent(now).granted,
            decisions=() if response is None else response.decisions(),
            is_enforced=rules.is_enforced,
            session_field=None if response is None else _decoded(response.session_field),
            removed_sources=() if response is None else response.removed_sources,
        )
    except Exception as error:  # noqa: BLE001  # a bug in the gate: the response leaves, but is not recorded
        rules.notify.engine_failed(error)
    else:
        rules.notify.record(exchange)


def _response_of(handle: Handle) -> Response:
    """Return the response behind a handle; make it on the first call."""
    response = handle._response
    if response is None:
        response = handle._response = Response(handle._compiled.rules, request_of(handle))
    return response


def _decoded(octets: bytes | None) -> str | None:
    return None if octets is None else octets.decode("latin-1")


def _is_https(handle: Handle, scheme: str | None) -> bool:
    """Return whether the request arrived by https; warn if a proxy says so but the server does not trust the proxy."""
    if scheme in ("https", "wss"):
        return True
    notify = handle._compiled.rules.notify
    if notify.checks_proxy():
        forwarded = request_of(handle).head().header(b"x-forwarded-proto")
        if any(value.partition(b",")[0].strip() == b"https" for value in forwarded):
            notify.untrusted_proxy()
    return False
