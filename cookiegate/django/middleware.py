"""The middleware for MIDDLEWARE, first in the list: the responses that Django makes of exceptions pass it too.

Streaming responses are not touched, only their header. Where the application as a whole is wrapped in a gate as well,
that one judges, and the middleware only hands out its handle.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.conf import settings

from cookiegate.adapter import filter_fields, has_recorders, hide_refused, record
from cookiegate.django.configuration import gate_from_settings
from cookiegate.django.cookies import fields_of, write_back
from cookiegate.gate import CookieGate, compiled
from cookiegate.handle import ENVIRON_KEY, SCOPE_KEY, Handle
from cookiegate.wire.request_head import EnvironHead

__all__ = ["CookieGateMiddleware"]


class CookieGateMiddleware:
    """Lets every Set-Cookie line of Django's responses obey the registry and the visitor's consent, sync and async.

    Views and templates find the handle in `request.cookiegate`; the gate is that of `settings.COOKIEGATE`. Its
    `settings_url` is served here, before anything else of Django's sees the request.

    Raises: `ConfigError`, with every mistake at once.
    """

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable[[Any], Any]) -> None:
        self.get_response = get_response
        self.gate: CookieGate = gate_from_settings()
        self._compiled = compiled(self.gate)
        if settings.DEBUG:
            self._compiled.rules.notify.is_development = True
        self._settings = None
        if self.gate.settings_url is not None:
            from cookiegate.django.settings_page import (
                settings_from_settings,
            )  # its packages are needed for nothing else

            self._settings = settings_from_settings()
        self._is_async = iscoroutinefunction(get_response)
        if self._is_async:
            markcoroutinefunction(self)

    def __call__(self, request: Any) -> Any:
        """Serve one request; return a coroutine if the inner layer is asynchronous."""
        if self._is_async:
            return self._answer(request, self.get_response)
        handle = self._enter(request)
        if handle is None:
            return self.get_response(request)
        response = self._settings and self._settings.answer(request, handle)
        if response is None:
            response = self.get_response(request)
        _leave(handle, request, response)
        return response

    async def _answer(self, request: Any, get_response: Callable[[Any], Awaitable[Any]]) -> Any:
        handle = self._enter(request)
        if handle is None:
            return await get_response(request)
        response = self._settings and await self._settings.answer_async(request, handle)
        if response is None:
            response = await get_response(request)
        _leave(handle, request, response)
        return response

    def _enter(self, request: Any) -> Handle | None:
        """Hide refused cookies and return the handle; `None` if a gate around the application does all this."""
        scope = getattr(request, "scope", None)
        outer = request.META.get(ENVIRON_KEY) or (scope or {}).get(SCOPE_KEY)
        if isinstance(outer, Handle) and outer is not getattr(request, "_cookiegate_made", None):
            request.cookiegate = outer
            return None
        # Copied: what the browser sent, whatever the app does to it; and a cycle through the request would leave it to
        # the garbage collector.
        meta = {
            **request.META,
            "wsgi.url_scheme": request.scheme or "http",
            "REQUEST_METHOD": request.method or "GET",
            "SCRIPT_NAME": "",
            "PATH_INFO": request.path or "/",
        }
        if scope is None:
            cookie = meta.get("HTTP_COOKIE", "").encode("latin-1", "replace")
        else:  # from the fields themselves: Django joins two of them with a comma
            cookie = b"; ".join([value for name, value in scope.get("headers", ()) if name == b"cookie" and value])
        handle = Handle(self._compiled, (cookie, EnvironHead, meta))
        seen = hide_refused(handle) if cookie else cookie
        if seen is not cookie:
            _hide(request, scope, seen)
        request.META[ENVIRON_KEY] = request.cookiegate = request._cookiegate_made = handle
        return handle


def _hide(request: Any, scope: Any, seen: bytes) -> None:
    """Hide refused cookies from `request.COOKIES` and wherever else Django keeps the header."""
    request.META["HTTP_COOKIE"] = seen.decode("latin-1")
    for name in ("COOKIES", "headers"):  # Django reads them again on the next access
        vars(request).pop(name, None)
    if scope is not None:
        kept = [(name, value) for name, value in scope["headers"] if name != b"cookie"]
        scope["headers"] = [*kept, (b"cookie", seen)] if seen else kept


def _leave(handle: Handle, request: Any, response: Any) -> None:
    """Replace the header fields of the response by those that may leave."""
    fields = fields_of(response)
    handle.is_started = True
    write_back(response, fields, filter_fields(handle, fields, request.scheme))
    if has_recorders(handle):
        from cookiegate.report.route import path_template  # here, since most gates record nothing

        match, root = request.resolver_match, request.META.get("SCRIPT_NAME")
        prefix = path_template(root).rstrip("/") if root else ""
        route = None if match is None else f"{prefix}/{match.route.lstrip('/')}"
        method, path = request.method or "GET", request.path or "/"
        record(handle, scheme=request.scheme, method=method, path=path, route=route, status=response.status_code)
