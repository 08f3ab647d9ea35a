"""The middleware for MIDDLEWARE, first in the list: the responses that Django makes of exceptions pass it too.

Streaming responses are not touched, only their header. Where the application as a whole is wrapped in a gate as well,
that one judges, and the middleware only hands out its handle.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction

from cookiegate.django.configuration import gate_from_settings
from cookiegate.django.cookies import fields_of, write_back
from cookiegate.handle import Handle
from cookiegate.model import RequestHead
from cookiegate.visit import Visit

__all__ = ["CookieGateMiddleware"]

_SIGNALS = frozenset({"HTTP_SEC_GPC", "HTTP_DNT"})


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
        self.gate = gate_from_settings()
        self._visit = _DjangoVisit.of(self.gate)
        self._settings = None
        if self.gate.settings_url is not None:
            from cookiegate.django.settings_page import DjangoSettings  # its packages are needed for nothing else

            self._settings = DjangoSettings(self.gate, self.gate.settings_url)
        self._is_async = iscoroutinefunction(get_response)
        if self._is_async:
            markcoroutinefunction(self)

    def __call__(self, request: Any) -> Any:
        """Serve one request; a coroutine if what is inside is one."""
        if self._is_async:
            return self._answer(request, self.get_response)
        visit = self._enter(request)
        if visit is None:
            return self.get_response(request)
        response = self._settings and self._settings.answer(request, visit)
        if response is None:
            response = self.get_response(request)
        visit.leave(request, response)
        return response

    async def _answer(self, request: Any, get_response: Callable[[Any], Awaitable[Any]]) -> Any:
        visit = self._enter(request)
        if visit is None:
            return await get_response(request)
        response = self._settings and self._settings.answer(request, visit)
        if response is None:
            response = await get_response(request)
        visit.leave(request, response)
        return response

    def _enter(self, request: Any) -> "_DjangoVisit | None":
        """Hide refused cookies and hand out the handle; `None` where a gate around the application does all of it."""
        for place in (request.META, getattr(request, "scope", None) or {}):
            outer = place.get("cookiegate")
            if isinstance(outer, Handle) and not isinstance(outer, _DjangoVisit):
                request.cookiegate = outer
                return None
        visit = self._visit(request)
        visit.screen_request(request)
        request.META["cookiegate"] = request.cookiegate = visit
        return visit


class _DjangoVisit(Visit):
    _head: RequestHead | None = None

    def __init__(self, request: Any) -> None:
        # Copied: what the browser sent, whatever the app does to it; and a cycle through the request would leave it to
        # the garbage collector.
        self._meta = {**request.META}
        self._line: tuple[str, str, str] = (request.scheme or "http", request.method or "GET", request.path or "/")
        scope = getattr(request, "scope", None)
        if scope is None:
            self._cookie = self._meta.get("HTTP_COOKIE", "").encode("latin-1", "replace")
        else:  # from the fields themselves: Django joins two of them by a comma
            self._cookie = b"; ".join([value for name, value in scope.get("headers", ()) if name == b"cookie"])

    def screen_request(self, request: Any) -> None:
        """Hide refused cookies from `request.COOKIES` and wherever else Django keeps the header."""
        screened = self.screen(self._cookie) if self._cookie else self._cookie
        if screened is self._cookie:
            return
        request.META["HTTP_COOKIE"] = screened.decode("latin-1")
        for name in ("COOKIES", "headers"):  # Django reads them anew when they are asked for
            vars(request).pop(name, None)
        if (scope := getattr(request, "scope", None)) is not None:
            kept = [(name, value) for name, value in scope["headers"] if name != b"cookie"]
            scope["headers"] = [*kept, (b"cookie", screened)] if screened else kept

    def leave(self, request: Any, response: Any) -> None:
        """Put what may leave in the place of what the response would have sent."""
        fields = fields_of(response)
        write_back(response, fields, self.filter(fields))
        if self._gate.recorders:
            self._record(request, response.status_code)

    def _record(self, request: Any, status: int) -> None:
        from cookiegate.report.route import path_template  # here, since most gates record nothing

        match, root = request.resolver_match, request.META.get("SCRIPT_NAME")
        prefix = path_template(root).rstrip("/") if root else ""
        route = None if match is None else f"{prefix}/{match.route.lstrip('/')}"
        self.record(method=self._line[1], path=self._line[2], route=route, status=status)

    def head(self) -> RequestHead:
        if self._head is None:
            scheme, method, path = self._line
            fields = [
                (key[5:].replace("_", "-").lower().encode("latin-1", "replace"), part.encode("latin-1", "replace"))
                for key, value in self._meta.items()
                if key.startswith("HTTP_") and key != "HTTP_COOKIE" and isinstance(value, str)
                # fields of one name are joined here: two signals are "1,1"
                for part in (map(str.strip, value.split(",")) if key in _SIGNALS else (value,))
            ]
            if self._cookie:
                fields.append((b"cookie", self._cookie))
            self._head = RequestHead(self._cookie, tuple(fields), scheme, method, path)
        return self._head

    def has_https_scheme(self) -> bool:
        return self._line[0] == "https"
