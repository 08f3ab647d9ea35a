"""What sites wrap their apps in already: middlewares that do other work, and the rewriting of `peers` as a middleware.

Their cost is one that sites accept. Each has a note on what it does, since none does what the gate does.
"""

from collections.abc import Callable
from typing import Any, TypeAlias

from benchmarks.lines import Field
from benchmarks.peers import Rewrite
from benchmarks.serving import ASGIApp, WSGIApp, asgi_noop, wsgi_noop

__all__ = ["AsgiWrap", "WsgiWrap", "asgi_middlewares", "asgi_rewriting", "wsgi_middlewares", "wsgi_rewriting"]

AsgiWrap: TypeAlias = Callable[[ASGIApp], ASGIApp]
WsgiWrap: TypeAlias = Callable[[WSGIApp], WSGIApp]


def asgi_middlewares() -> dict[str, tuple[AsgiWrap | None, str]]:
    """Return each middleware and what it does; `None`: it is not installed."""
    found: dict[str, tuple[AsgiWrap | None, str]] = {
        "no-op middleware": (asgi_noop, "a send of its own, nothing in it")
    }
    session = cors = trusted_host = gzip = None
    try:
        from starlette.middleware.cors import CORSMiddleware
        from starlette.middleware.gzip import GZipMiddleware
        from starlette.middleware.trustedhost import TrustedHostMiddleware
    except ImportError:
        pass
    else:

        def cors(app: ASGIApp) -> ASGIApp:
            return CORSMiddleware(app, allow_origins=["https://app.example.com"], allow_credentials=True)

        def trusted_host(app: ASGIApp) -> ASGIApp:
            return TrustedHostMiddleware(app, allowed_hosts=["www.example.com"])

        def gzip(app: ASGIApp) -> ASGIApp:
            return GZipMiddleware(app)

        try:
            from starlette.middleware.sessions import SessionMiddleware
        except ImportError:  # without itsdangerous
            pass
        else:

            def session(app: ASGIApp) -> ASGIApp:
                return SessionMiddleware(app, secret_key="0123456789abcdef")

    found["SessionMiddleware, idle"] = (session, "looks for its cookie, finds no session, writes none")
    found["CORSMiddleware"] = (cors, "answers an Origin with two header fields")
    found["TrustedHostMiddleware"] = (trusted_host, "looks at Host, and at no response")
    found["GZipMiddleware"] = (gzip, "holds the response back, finds it too short to compress")
    return found


def wsgi_middlewares() -> dict[str, tuple[WsgiWrap | None, str]]:
    """Return each middleware and what it does; `None`: it is not installed."""
    found: dict[str, tuple[WsgiWrap | None, str]] = {
        "no-op middleware": (wsgi_noop, "a start_response of its own, nothing in it")
    }
    proxy_fix = None
    try:
        from werkzeug.middleware.proxy_fix import ProxyFix
    except ImportError:
        pass
    else:

        def proxy_fix(app: WSGIApp) -> WSGIApp:
            return ProxyFix(app)

    found["ProxyFix"] = (proxy_fix, "reads two request header fields, and looks at no response")
    return found


def asgi_rewriting(rewrite: Rewrite, granted: frozenset[str]) -> AsgiWrap:
    """Make the middleware that people write by hand; the visitor's choice is handed to it."""

    def wrap(app: ASGIApp) -> ASGIApp:
        async def middleware(scope: Any, receive: Any, send: Any) -> None:
            async def send_safe(message: Any) -> None:
                if message["type"] == "http.response.start":
                    others: list[Field] = []
                    lines: list[bytes] = []
                    for name, value in message["headers"]:
                        if name.lower() == b"set-cookie":
                            lines.append(value)
                        else:
                            others.append((name, value))
                    safe = [(b"set-cookie", line) for line in rewrite(lines, granted)]
                    message = {**message, "headers": others + safe}
                await send(message)

            await app(scope, receive, send_safe)

        return middleware

    return wrap


def wsgi_rewriting(rewrite: Rewrite, granted: frozenset[str]) -> WsgiWrap:
    """Make the same for WSGI, where header fields are text and the rewriting wants octets."""

    def wrap(app: WSGIApp) -> WSGIApp:
        def middleware(environ: dict[str, Any], start_response: Any) -> Any:
            def start_safe(status: str, headers: Any, exc_info: Any = None) -> Any:
                others: list[tuple[str, str]] = []
                lines: list[bytes] = []
                for name, value in headers:
                    if name.lower() == "set-cookie":
                        lines.append(value.encode("latin-1"))
                    else:
                        others.append((name, value))
                safe = [("Set-Cookie", line.decode("latin-1")) for line in rewrite(lines, granted)]
                return start_response(status, others + safe, exc_info)

            return app(environ, start_safe)

        return middleware

    return wrap
