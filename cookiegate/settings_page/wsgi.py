"""The settings page as a WSGI app, by Werkzeug: mounted in the routing, or in front of an app; inside of the gate.

DispatcherMiddleware(app.wsgi_app, {"/cookie-settings": SettingsApp(page)})       # Flask, Django
"""

from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

from cookiegate.errors import ConfigError
from cookiegate.gate import CookieGate
from cookiegate.handle import current
from cookiegate.settings_page.exchange import MAX_BODY_OCTETS, PageRequest
from cookiegate.settings_page.mounting import below, root_of_environ
from cookiegate.settings_page.page import SettingsPage, page_of

try:
    from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge
    from werkzeug.wrappers import Request, Response
except ImportError as _error:
    raise ConfigError(["SettingsPage: needs werkzeug; pip install 'cookiegate[settings]'"]) from _error

__all__ = ["SettingsApp", "SettingsFirst", "in_front_of"]

Environ: TypeAlias = dict[str, Any]
StartResponse: TypeAlias = Callable[..., Callable[[bytes], object]]
WSGIApp: TypeAlias = Callable[[Environ, StartResponse], Iterable[bytes]]

_TOO_LONG = bytes(MAX_BODY_OCTETS + 1)


class SettingsApp:
    """Serves a `SettingsPage` where it is mounted."""

    def __init__(self, page: SettingsPage) -> None:
        self.page = page

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Serve one request. Raises: `NotGated` if the gate is not around it."""
        path = str(environ.get("PATH_INFO") or "")
        return self._serve(environ, start_response, path, root_of_environ(environ))

    def _serve(self, environ: Environ, start_response: StartResponse, path: str, base: str) -> Iterable[bytes]:
        request = Request(environ)
        asked = PageRequest(
            path=path,
            base=base,
            query=str(environ.get("QUERY_STRING") or ""),
            content_type=str(environ.get("CONTENT_TYPE") or ""),
            body=_body(request) if request.method == "POST" else b"",
        )
        answer = self.page.answer(asked, current(environ))
        response = Response(answer.body, answer.status)
        response.headers.clear()
        response.headers.extend(answer.headers)
        response.autocorrect_location_header = False
        return response(environ, start_response)


class SettingsFirst(SettingsApp):
    """Serves a `SettingsPage` at its `url`, and passes every other request to the app. The middleware wraps it.

    Another request costs one look at its path.
    """

    def __init__(self, app: WSGIApp, page: SettingsPage) -> None:
        super().__init__(page)
        self.app = app

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Serve one request."""
        path = environ.get("PATH_INFO") or ""
        rest = below(path, self.page.url)
        if rest is None:
            return self.app(environ, start_response)
        return self._serve(environ, start_response, rest, f"{root_of_environ(environ)}{self.page.url}")


def in_front_of(app: WSGIApp, gate: CookieGate, settings: str | SettingsPage) -> WSGIApp:
    """Put the settings page in front of an app: at a path, or as it was configured. For the middleware itself.

    Raises: `ConfigError`.
    """
    return SettingsFirst(app, page_of(gate, settings))


def _body(request: Request) -> bytes:
    """Read a body up to one octet more than allowed; an incomplete one is empty, and refused for that."""
    request.max_content_length = MAX_BODY_OCTETS + 1  # Werkzeug truncates a body without a length there, silently
    try:
        return request.get_data(cache=False)
    except RequestEntityTooLarge:
        return _TOO_LONG
    except (ClientDisconnected, OSError):
        return b""
