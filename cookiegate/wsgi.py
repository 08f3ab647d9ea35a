"""The WSGI adapter: `app.wsgi_app = CookieGateMiddleware(app.wsgi_app, gate=gate)`.

Gated is every call of `start_response`, whenever it comes. The iterable that the app returns is handed on untouched,
so that file wrappers, streaming and `close()` work as without the gate. Source: PEP 3333.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeAlias

from cookiegate.gate import CookieGate
from cookiegate.model import Consent, Reason, RequestHead
from cookiegate.visit import Visit
from cookiegate.wire.cache_control import Fields

if TYPE_CHECKING:
    from cookiegate.settings_page import SettingsPage

__all__ = ["CookieGateMiddleware"]

Environ: TypeAlias = dict[str, Any]
ExcInfo: TypeAlias = tuple[type[BaseException], BaseException, TracebackType] | tuple[None, None, None]
StartResponse: TypeAlias = Callable[..., Callable[[bytes], object]]
WSGIApp: TypeAlias = Callable[[Environ, StartResponse], Iterable[bytes]]

_MORE_HEADS = ("wsgi.early_hints", "gunicorn.http2.send_trailers")
"""Functions of gunicorn's by which an app sends header fields before the response's head, and after its body."""
_COMMA = 0x2C  # a number: to look for `b","` in octets takes ten times as long
_SIGNALS = frozenset({"HTTP_SEC_GPC", "HTTP_DNT"})


class CookieGateMiddleware:
    """Wraps a WSGI app, so that every Set-Cookie line that leaves obeys the registry and the visitor's consent.

    The app finds its handle in `environ["cookiegate"]`. `settings`: the visitor's cookie settings are served too, at
    this path or as this page says; without it, at the gate's `settings_url`.

    Raises: `ConfigError` for settings that can't be served.
    """

    def __init__(
        self, app: WSGIApp, gate: CookieGate | None = None, *, settings: "str | SettingsPage | None" = None
    ) -> None:
        self.gate = gate if gate is not None else CookieGate()
        self._visit = _WsgiVisit.of(self.gate)
        self._visit._joined_consent = _joined_consent(self.gate)
        if settings is None:
            settings = self.gate.settings_url
        if settings is not None:
            from cookiegate.settings_page.wsgi import in_front_of

            app = in_front_of(app, self.gate, settings)
        self.app = app

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Serve one request."""
        visit = self._visit(environ, start_response)
        if environ.get("HTTP_COOKIE"):
            visit.screen_environ()
        environ["cookiegate"] = visit
        if "wsgi.early_hints" in environ:  # gunicorn's
            visit.gate_more_heads()
        return self.app(environ, visit.start_response)


class _WsgiVisit(Visit):
    _cookie = b""  # what the browser sent; where it sent none, the app's own doing does not count
    _head: RequestHead | None = None
    _joined_consent: re.Pattern[bytes]

    def __init__(self, environ: Environ, start_response: StartResponse) -> None:
        self._environ = environ
        self._start_response = start_response

    def start_response(
        self, status: str, headers: Iterable[tuple[str, str]], exc_info: ExcInfo | None = None
    ) -> Callable[[bytes], object]:
        """Pass the response's head on, its header fields filtered; a second time too, with `exc_info`."""
        fields = list(headers)
        if exc_info is not None:  # what was decided for the first head counts no more
            self._outcome = None
        leaving = fields if self._is_plain(fields) else self._filtered(fields)
        if self._gate.recorders:
            self._record(status)
        if isinstance(status, str) and ("\r" in status or "\n" in status):  # wsgiref writes it out as it is
            status = self.one_line(b"status", status.encode("latin-1", "replace")).decode("latin-1")
        if exc_info is None:
            return self._start_response(status, leaving)
        return self._start_response(status, leaving, exc_info)

    def gate_more_heads(self) -> None:
        """Put the gate around the functions by which the server lets an app send header fields besides."""
        environ = self._environ
        for key in _MORE_HEADS:
            if key in environ:
                environ[key] = partial(self._send_more, environ[key])

    def _send_more(self, send: Callable[[list[Any]], object], headers: Iterable[Any]) -> object:
        leaving: list[Any] = self.judge_only(headers)
        if self._gate.mode == "enforce":
            leaving = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in leaving]
        return send(leaving)

    def _is_plain(self, fields: list[Any]) -> bool:
        """Tell whether there is nothing to judge and nothing to add."""
        if self._is_special:
            return False
        self.is_started = True
        memo = self._gate.judged_text_kinds
        kinds = memo.known
        try:
            for field in fields:
                name, value = field
                if kinds[name] or "\n" in value or "\r" in value or "\0" in value or type(field) is not tuple:
                    return False
        except KeyError:  # a field name that was not met before
            if isinstance(name, str):
                memo.learn(name)
            return False
        except (AttributeError, TypeError, ValueError):
            return False
        return True

    def _filtered(self, fields: list[Any]) -> list[tuple[str, str]]:
        """Filter the fields as octets; text that is not Latin-1 can't be sent, and is left to the general path."""
        if not self._is_special:
            leaving_text = self._filtered_fast(fields)
            if leaving_text is not None:
                return leaving_text
        try:
            octets = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in fields]
        except (AttributeError, TypeError, ValueError):
            octets = fields
        leaving = self.filter(octets)
        if self._gate.mode == "report-only":  # the app's own fields, and behind them what the gate adds
            added = leaving[len(fields) :]
            return [*fields, *((name.decode("latin-1"), value.decode("latin-1")) for name, value in added)]
        return [(name.decode("latin-1"), value.decode("latin-1")) for name, value in leaving]

    def _filtered_fast(self, fields: list[Any]) -> list[tuple[str, str]] | None:
        """Filter what must be judged as octets, and leave the rest as it is; `None` where that won't do.

        What was judged stands together then, where its first field stood.
        """
        memo = self._gate.text_kinds
        kinds = memo.known
        leaving: list[tuple[str, str]] = []
        judged: Fields = []
        first = 0
        try:
            for name, value in fields:
                try:
                    kind = kinds[name]
                except KeyError:
                    kind = memo.learn(name)
                    kinds = memo.known
                if kind:
                    if not judged:
                        first = len(leaving)
                    judged.append((name.encode("latin-1"), value.encode("latin-1")))
                elif "\n" in value or "\r" in value or "\0" in value:
                    return None
                else:
                    leaving.append((name, value))
            filtered = self._filter_fast(judged, is_cacheable=True)
        except (AttributeError, TypeError, ValueError):
            return None
        if filtered is None:
            return None
        text = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in filtered]
        return [*leaving[:first], *text, *leaving[first:]]

    def _record(self, status: object) -> None:
        from cookiegate.report.route import wsgi_route  # here, since most gates record nothing

        environ = self._environ
        code = status[:3] if isinstance(status, str) else ""
        self.record(
            method=environ.get("REQUEST_METHOD", "GET"),
            path=environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", ""),
            route=wsgi_route(environ),
            status=int(code) if code.isascii() and code.isdigit() else 0,
        )

    def screen_environ(self) -> None:
        """Hide refused cookies of the request from the app; consent is read from what the browser sent."""
        environ = self._environ
        cookie = self._cookie = environ["HTTP_COOKIE"].encode("latin-1", "replace")
        if _COMMA in cookie and self._joined_consent.search(cookie):
            self._consent = Consent.none(Reason.CONSENT_CONFLICT)
        screened = self.screen(cookie)
        if screened is not cookie:
            environ["HTTP_COOKIE"] = screened.decode("latin-1")

    def head(self) -> RequestHead:
        if self._head is None:
            self._head = _EnvironHead(self._cookie, self._environ)
        return self._head

    def has_https_scheme(self) -> bool:
        return bool(self._environ.get("wsgi.url_scheme") == "https")

    def sent_cookie(self) -> bytes:
        return self._cookie

    def has_privacy_control(self) -> bool:
        return "HTTP_SEC_GPC" in self._environ


class _EnvironHead(RequestHead):
    """A request whose parts are looked up when a consent source asks for them; mostly none does."""

    __slots__ = ("_environ",)
    _environ: Environ

    def __init__(self, cookie: bytes, environ: Environ) -> None:
        object.__setattr__(self, "cookie", cookie)
        object.__setattr__(self, "_environ", environ)

    def header(self, name: bytes) -> list[bytes]:
        if name == b"cookie":
            return super().header(name)
        key = f"HTTP_{name.decode('latin-1').upper().replace('-', '_')}"
        return [*map(_octets, _parts(key, self._environ.get(key)))]

    @property
    def headers(self) -> tuple[tuple[bytes, bytes], ...]:
        return (*self._fields(), (b"cookie", self.cookie)) if self.cookie else tuple(self._fields())

    @property
    def scheme(self) -> str:
        return str(self._environ.get("wsgi.url_scheme", "http"))

    @property
    def method(self) -> str:
        return str(self._environ.get("REQUEST_METHOD", "GET"))

    @property
    def path(self) -> str:
        return f"{self._environ.get('SCRIPT_NAME', '')}{self._environ.get('PATH_INFO', '')}"

    def _fields(self) -> Iterator[tuple[bytes, bytes]]:
        for key, value in self._environ.items():
            if isinstance(key, str) and key.startswith("HTTP_") and key != "HTTP_COOKIE":
                for part in _parts(key, value):
                    yield _octets(key[5:].replace("_", "-").lower()), _octets(part)


def _joined_consent(gate: CookieGate) -> re.Pattern[bytes]:
    """Find a consent cookie that stands behind a comma.

    gunicorn, waitress and wsgiref join several Cookie fields like this, where a refusal would melt into the value
    before it; browsers send one field. Nobody can say which consent is meant then, so that none counts.
    """
    exact, prefixes = gate.consent_names
    names = [re.escape(name.encode()) for name in exact]
    names += [re.escape(prefix.encode()) + rb"[^=;,]*" for prefix in prefixes]
    return re.compile(rb",[ \t]*(?:%b)[ \t]*=" % (b"|".join(sorted(names)) or rb"(?!)"))


def _parts(key: str, value: object) -> list[str]:
    """Return the values that stand in an environ under a key, as text."""
    if not isinstance(value, str):
        return []
    # WSGI servers join fields of one name: two signals are "1,1" or "1, 1" there
    return [*map(str.strip, value.split(","))] if key in _SIGNALS else [value]


def _octets(text: str) -> bytes:
    return text.encode("latin-1", "replace")
