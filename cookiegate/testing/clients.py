"""Where test clients receive a response from the app under test: there each Set-Cookie line is seen as it leaves.

Law: no library is imported for the user. A library that is loaded already is watched at once, any other when it is
imported.
"""

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

from cookiegate.testing.lines import header_lines, set_cookie_lines

__all__ = ["Record", "watched"]

Record = Callable[[str, str, list[bytes]], None]
"""Called with the client, the request (`"GET /login"`): the Set-Cookie lines, often none."""

Wrap = Callable[[Any], Any]
Patch = Callable[[ModuleType, str, Wrap], None]


@contextmanager
def watched(record: Record) -> Iterator[None]:
    """Call `record` for every response that a test client receives, until the end of the context.

    Raises: `AttributeError` for a version of a library whose client is built otherwise.
    """
    undo: list[tuple[object, str, object]] = []

    def patch(module: ModuleType, path: str, wrap: Wrap) -> None:
        class_name, _, name = path.rpartition(".")
        owner = getattr(module, class_name, None) if class_name else module
        original = None if owner is None else vars(owner).get(name)
        if original is None:
            raise AttributeError(
                f"cookiegate can't watch this version of {module.__name__}: there is no {path}; please report it"
            )
        undo.append((owner, name, original))
        setattr(owner, name, wraps(original)(wrap(original)))

    def watch(module: ModuleType) -> None:
        _WATCHES[module.__name__](module, record, patch)

    finder = _Finder(watch)
    try:
        for name in _WATCHES:
            if name in sys.modules:
                watch(sys.modules[name])
        sys.meta_path.insert(0, finder)
        yield
    finally:
        sys.meta_path[:] = [each for each in sys.meta_path if each is not finder]
        for owner, name, original in reversed(undo):
            setattr(owner, name, original)


def _watch_starlette(module: ModuleType, record: Record, patch: Patch) -> None:
    label = "Starlette's TestClient"

    def wrap_request(original: Any) -> Any:
        def handle_request(self: Any, request: Any) -> Any:
            __tracebackhide__ = True
            response = original(self, request)
            record(label, f"{request.method} {request.url.path}", set_cookie_lines(response))
            return response

        return handle_request

    def wrap_receive(original: Any) -> Any:
        def receive(self: Any) -> Any:
            __tracebackhide__ = True
            message = original(self)
            if message["type"] in {"websocket.accept", "websocket.http.response.start"}:
                record(label, f"WEBSOCKET {self.scope.get('path')}", header_lines(message.get("headers") or ()))
            return message

        return receive

    patch(module, "_TestClientTransport.handle_request", wrap_request)
    patch(module, "WebSocketTestSession.receive", wrap_receive)


def _watch_httpx(module: ModuleType, record: Record, patch: Patch) -> None:
    def wrap_wsgi(original: Any) -> Any:
        def handle_request(self: Any, request: Any) -> Any:
            __tracebackhide__ = True
            response = original(self, request)
            record("httpx's WSGITransport", f"{request.method} {request.url.path}", set_cookie_lines(response))
            return response

        return handle_request

    def wrap_asgi(original: Any) -> Any:
        async def handle_async_request(self: Any, request: Any) -> Any:
            __tracebackhide__ = True
            response = await original(self, request)
            record("httpx's ASGITransport", f"{request.method} {request.url.path}", set_cookie_lines(response))
            return response

        return handle_async_request

    patch(module, "WSGITransport.handle_request", wrap_wsgi)
    patch(module, "ASGITransport.handle_async_request", wrap_asgi)


def _watch_werkzeug(module: ModuleType, record: Record, patch: Patch) -> None:
    label = ContextVar("cookiegate_werkzeug_client", default="Werkzeug's test client")

    def wrap_client(original: Any) -> Any:
        def run_wsgi_app(self: Any, *args: Any, **kwargs: Any) -> Any:
            __tracebackhide__ = True
            is_flask = any(base.__module__ == "flask.testing" for base in type(self).__mro__)
            token = label.set("Flask's test client") if is_flask else None
            try:
                return original(self, *args, **kwargs)
            finally:
                if token is not None:
                    label.reset(token)

        return run_wsgi_app

    def wrap_run(original: Any) -> Any:  # the client itself breaks on lines that it can't read
        def run_wsgi_app(app: Any, environ: Any, *args: Any, **kwargs: Any) -> Any:
            __tracebackhide__ = True
            received = original(app, environ, *args, **kwargs)
            request = f"{environ.get('REQUEST_METHOD')} {environ.get('PATH_INFO')}"
            record(label.get(), request, header_lines(received[2].items()))
            return received

        return run_wsgi_app

    patch(module, "Client.run_wsgi_app", wrap_client)
    patch(module, "run_wsgi_app", wrap_run)


def _watch_django(module: ModuleType, record: Record, patch: Patch) -> None:
    def wrap(original: Any) -> Any:
        def __call__(self: Any, environ: Any) -> Any:  # noqa: N807  # it replaces that method
            __tracebackhide__ = True
            response = original(self, environ)
            request = f"{environ.get('REQUEST_METHOD')} {environ.get('PATH_INFO')}"
            record("Django's test client", request, set_cookie_lines(response))
            return response

        return __call__

    def wrap_async(original: Any) -> Any:
        async def __call__(self: Any, scope: Any) -> Any:  # noqa: N807  # it replaces that method
            __tracebackhide__ = True
            response = await original(self, scope)
            request = f"{scope.get('method')} {scope.get('path')}"
            record("Django's asynchronous test client", request, set_cookie_lines(response))
            return response

        return __call__

    patch(module, "ClientHandler.__call__", wrap)
    patch(module, "AsyncClientHandler.__call__", wrap_async)


_WATCHES: dict[str, Callable[[ModuleType, Record, Patch], None]] = {
    "starlette.testclient": _watch_starlette,
    "httpx": _watch_httpx,
    "httpx2": _watch_httpx,
    "werkzeug.test": _watch_werkzeug,
    "django.test.client": _watch_django,
}


class _Finder(MetaPathFinder):
    """Finds what the other finders find, and calls `watch` with a module of the table after its import."""

    def __init__(self, watch: Callable[[ModuleType], None]) -> None:
        self._watch = watch

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname not in _WATCHES:
            return None
        others: Iterable[Any] = [finder for finder in sys.meta_path if finder is not self]
        for finder in others:
            spec: ModuleSpec | None = finder.find_spec(fullname, path, target)
            if spec is not None and spec.loader is not None:
                spec.loader = _Loader(spec, spec.loader, self._watch)
                return spec
        return None


class _Loader(Loader):
    """Loads as the real loader does, restores it, and calls `watch`."""

    def __init__(self, spec: ModuleSpec, loader: Loader, watch: Callable[[ModuleType], None]) -> None:
        self._spec = spec
        self._loader = loader
        self._watch = watch

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        module.__loader__ = self._spec.loader = self._loader
        self._loader.exec_module(module)
        self._watch(module)
