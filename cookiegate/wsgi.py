"""The WSGI adapter: `app.wsgi_app = CookieGateMiddleware(app.wsgi_app, gate=gate)`.

It filters every call of `start_response`. The app's iterable is returned unchanged, so that file wrappers, streaming
and `close()` work as without the gate. The decisions are made behind `cookiegate.handle`. Source: PEP 3333.
"""

import sys
from collections.abc import Callable, Iterable
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from cookiegate.adapter import (
    filter_fields,
    filter_more,
    forget_decisions,
    has_recorders,
    heeds_policies,
    hide_refused,
    is_enforced,
    needs_filter,
    record,
    settings_to_serve,
    state_of,
)
from cookiegate.gate import CookieGate, compiled
from cookiegate.handle import ENVIRON_KEY, Handle
from cookiegate.memo import Memo
from cookiegate.surroundings.wrapping import check_app
from cookiegate.wire.headers import (
    OPAQUE_NAME,
    FieldKind,
    are_plain_text,
    field_kind,
    has_line_break,
    in_octets,
    octets,
    text_kind,
)  # fmt: skip
from cookiegate.wire.request_head import EnvironHead

if TYPE_CHECKING:
    from cookiegate.settings_page import SettingsPage

__all__ = ["CookieGateMiddleware"]

Environ: TypeAlias = dict[str, Any]
ExcInfo: TypeAlias = tuple[type[BaseException], BaseException, TracebackType] | tuple[None, None, None]
Write: TypeAlias = Callable[[bytes], object]
StartResponse: TypeAlias = Callable[..., Write]
WSGIApp: TypeAlias = Callable[[Environ, StartResponse], Iterable[bytes]]

_EXTRA_HEADER_FUNCTIONS = ("wsgi.early_hints", "gunicorn.http2.send_trailers")
"""gunicorn's functions for header fields before the response head, and after the body."""


class CookieGateMiddleware:
    """Wrap a WSGI app, so that every Set-Cookie line that leaves obeys the registry and the visitor's consent.

    The app finds its handle in `environ["cookiegate.handle"]`. `settings`: the visitor's cookie settings are served
    too, at this path or as this page says; without it, at the gate's `settings_url`; with `False` it is not served.

    Raises: `ConfigError` for settings that can't be served, and for what is no app.
    """

    _is_new = True
    """No request has come yet."""

    def __init__(
        self,
        app: WSGIApp,
        gate: CookieGate | None = None,
        *,
        settings: "str | SettingsPage | Literal[False] | None" = None,
    ) -> None:
        check_app(app)
        self.gate: CookieGate = gate if gate is not None else CookieGate()
        self._compiled = compiled(self.gate)
        served = settings_to_serve(self.gate, settings)
        if served is not None:
            from cookiegate.settings_page.wsgi import in_front_of

            app = in_front_of(app, self.gate, served)
        self.app = app

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Serve one request."""
        if self._is_new:
            self._look_around(environ)
        sent = environ.get("HTTP_COOKIE")
        cookie = sent.encode("latin-1", "replace") if sent else b""
        # A copy, because the gate must see the browser's headers even if the app changes them, and because a reference
        # cycle through the environ would leave each request to the garbage collector.
        handle = Handle(self._compiled, (cookie, EnvironHead, environ.copy()))
        if cookie:
            visible = hide_refused(handle)
            if visible is not cookie:
                environ["HTTP_COOKIE"] = visible.decode("latin-1")
        environ[ENVIRON_KEY] = handle
        head = _ResponseHead(handle, environ, start_response)
        if "wsgi.early_hints" in environ:  # set by gunicorn
            for key in _EXTRA_HEADER_FUNCTIONS:
                if key in environ:
                    environ[key] = partial(head.send_more, environ[key])
        body = self.app(environ, head.start_response)
        head.close()
        return body

    def _look_around(self, place: Environ) -> None:
        """Log once what is wrong around the gate."""
        from cookiegate.surroundings.first_look import look  # here, since it is needed once

        self._is_new = False
        look(self.gate, self, place)


class _ResponseHead:
    """The head of one response: passed on at once, and again if the consent changes before the body is sent."""

    __slots__ = ("_environ", "_fields", "_handle", "_is_open", "_start_response", "_state", "_status")

    def __init__(self, handle: Handle, environ: Environ, start_response: StartResponse) -> None:
        self._handle = handle
        self._environ = environ
        self._start_response = start_response
        self._is_open = True
        self._status: str | None = None

    def start_response(self, status: str, headers: Iterable[tuple[str, str]], exc_info: ExcInfo | None = None) -> Write:
        """Pass the response head on with filtered header fields; also a second head, with `exc_info`."""
        handle = self._handle
        fields = list(headers)
        self._status, self._fields, self._state = status, fields, state_of(handle)
        if not self._is_open:  # the app has returned: the head is sent at once
            handle.is_started = True
        if exc_info is not None:  # this head replaces the first
            forget_decisions(handle)
        if needs_filter(handle) or not are_plain_text(fields):
            fields = self._filter(fields)
        if has_recorders(handle):
            self._record(status)
        if isinstance(status, str) and ("\r" in status or "\n" in status):  # wsgiref does not check it
            [(_, line)] = filter_more(handle, [(b"status", status.encode("latin-1", "replace"))], self._scheme)
            status = line.decode("latin-1")
        if exc_info is None:
            write = self._start_response(status, fields)
        else:
            write = self._start_response(status, fields, exc_info)
        return partial(self._write, write) if self._is_open and write is not None else write  # granian returns none

    def close(self) -> None:
        """Handle the app's return. Pass the head on again if the app has read or changed the consent since."""
        handle = self._handle
        self._is_open = False
        if self._status is None:
            return
        if not handle.is_started and state_of(handle) != self._state:
            try:  # "If exc_info is provided, and no HTTP headers have been output yet", they are replaced
                raise _HeadReplaced
            except _HeadReplaced:
                self.start_response(self._status, self._fields, sys.exc_info())
        handle.is_started = True

    def send_more(self, send: Callable[[list[Any]], object], headers: Iterable[Any]) -> object:
        """Send header fields with a function of the server, in addition to the response head."""
        leaving = filter_more(self._handle, [*headers], self._scheme)
        return send([_as_text(field) for field in leaving] if is_enforced(self._handle) else leaving)

    @property
    def _scheme(self) -> str | None:
        return self._environ.get("wsgi.url_scheme")

    def _write(self, write: Write, octets: bytes) -> object:
        self._handle.is_started = True
        return write(octets)

    def _filter(self, fields: list[Any]) -> list[Any]:
        """Filter the fields that must be judged, as octets; all other fields stay the same objects."""
        pairs = [_as_octets(field) for field in fields]
        if heeds_policies(self._handle):
            pairs = [_policy_as_octets(pair) for pair in pairs]
        leaving = filter_fields(self._handle, pairs, self._scheme)
        if not is_enforced(self._handle):  # the app's own fields, then the gate's
            return [*fields, *map(_as_text, leaving[len(fields) :])]
        return [_as_text(field) for field in leaving]

    def _record(self, status: object) -> None:
        from cookiegate.report.route import wsgi_route  # imported here, because most gates have no recorder

        environ = self._environ
        code = status[:3] if isinstance(status, str) else ""
        record(
            self._handle,
            scheme=self._scheme,
            method=environ.get("REQUEST_METHOD", "GET"),
            path=environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", ""),
            route=wsgi_route(environ),
            status=int(code) if code.isascii() and code.isdigit() else 0,
        )


class _HeadReplaced(Exception):
    """The app read or changed the consent between the head and the body."""


_names: Memo[str, tuple[FieldKind, bytes]] = Memo(
    lambda name: (text_kind(name), name.encode("latin-1", "replace")), limit=256, longest=64
)
_HARMLESS = (FieldKind.PLAIN, FieldKind.POLICY)
_texts: Memo[bytes, str] = Memo(lambda name: name.decode("latin-1"), limit=256, longest=64)


def _as_octets(field: Any) -> Any:
    """Return a field that must be judged as a pair of octets, and any other as opaque."""
    if field.__class__ is not tuple or len(field) != 2:
        return _unusual_as_octets(field)
    name, value = field
    if name.__class__ is not str or value.__class__ is not str or (not value.isascii() and max(value) > "\xff"):
        return _unusual_as_octets(field)
    kind, raw_name = _names[name]
    if (kind is FieldKind.PLAIN or kind is FieldKind.POLICY) and not ("\n" in value or "\r" in value or "\0" in value):
        return OPAQUE_NAME, field
    if kind is FieldKind.SET_COOKIE:  # Django before 6.0 writes a blank before each line
        value = value.lstrip(" \t")
    return raw_name, value.encode("latin-1")


def _unusual_as_octets(field: Any) -> Any:
    """Do the same for a field that is not a pair of Latin-1 text."""
    for name, value in in_octets([field]):
        is_harmless = name is OPAQUE_NAME or (field_kind(name) in _HARMLESS and not has_line_break(value))
        if is_harmless and field.__class__ is tuple and not any(isinstance(part, bytearray) for part in field):
            return OPAQUE_NAME, _Opaque(field)  # a mutable field is copied
        return (OPAQUE_NAME, _Opaque(value)) if name is OPAQUE_NAME else (name, value)
    return field  # a Set-Cookie line that can't be encoded: it is left out


def _policy_as_octets(pair: Any) -> Any:
    """Return an opaque Content-Security-Policy as a pair of octets, and any other pair as it is."""
    if pair.__class__ is not tuple or pair[0] is not OPAQUE_NAME:
        return pair
    field = pair[1].field if pair[1].__class__ is _Opaque else pair[1]
    if field.__class__ is not tuple or len(field) != 2:
        return pair
    if field[0].__class__ is str and _names[field[0]][0] is not FieldKind.POLICY:
        return pair
    name, value = octets(field[0]), octets(field[1])
    is_policy = name is not None and value is not None and field_kind(name) is FieldKind.POLICY
    return (name, value) if is_policy else pair


class _Opaque:
    """Holds a field that leaves as the object that it is, whatever it is."""

    __slots__ = ("field",)

    def __init__(self, field: Any) -> None:
        self.field = field


def _as_text(field: Any) -> Any:
    """Return a field in the form that WSGI servers expect."""
    if field.__class__ is _Opaque:
        return field.field
    if field.__class__ is not tuple or len(field) != 2 or field[0].__class__ is not bytes:
        return field
    name, value = field
    if name is OPAQUE_NAME:
        return value.field if value.__class__ is _Opaque else value
    return _texts[name], value.decode("latin-1")
