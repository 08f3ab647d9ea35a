"""A program: Cookie headers come in as a JSON list of Latin-1 texts, out go the names that each framework reads.

On its own, since Django must be configured in the process that uses it. A reader that raises reads nothing; one whose
package is not here is `null`.
"""

import io
import json
import sys
import warnings
from collections.abc import Callable, Iterable
from typing import Any

Read = Callable[[bytes], Iterable[str]]


def scope_of(header: bytes) -> dict[str, Any]:
    return {
        "type": "http", "method": "GET", "path": "/", "raw_path": b"/", "query_string": b"", "root_path": "",
        "headers": [(b"cookie", header)], "server": ("localhost", 80), "client": ("localhost", 1), "scheme": "http",
        "http_version": "1.1", "extensions": {}, "state": {},
    }  # fmt: skip


def environ_of(header: bytes) -> dict[str, Any]:
    return {
        "REQUEST_METHOD": "GET", "PATH_INFO": "/", "QUERY_STRING": "", "SERVER_NAME": "localhost", "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1", "wsgi.url_scheme": "http", "wsgi.input": io.BytesIO(),
        "HTTP_COOKIE": header.decode("latin-1"),
    }  # fmt: skip


def starlette() -> Read:
    from starlette.requests import Request

    return lambda header: Request(scope_of(header)).cookies


def litestar() -> Read:
    from litestar.connection import ASGIConnection

    return lambda header: ASGIConnection(scope_of(header)).cookies


def django_asgi() -> Read:
    from django.core.handlers.asgi import ASGIRequest

    configure_django()
    return lambda header: ASGIRequest(scope_of(header), io.BytesIO()).COOKIES


def django_wsgi() -> Read:
    from django.core.handlers.wsgi import WSGIRequest

    configure_django()
    return lambda header: WSGIRequest(environ_of(header)).COOKIES


def configure_django() -> None:
    from django.conf import settings

    if not settings.configured:
        settings.configure()


def werkzeug() -> Read:
    from werkzeug.wrappers import Request

    return lambda header: Request(environ_of(header)).cookies


def flask() -> Read:
    from flask import Flask, request

    app = Flask("readers")

    def read(header: bytes) -> Iterable[str]:
        with app.request_context(environ_of(header)):
            return list(request.cookies)

    return read


def aiohttp() -> Read:
    from aiohttp.test_utils import make_mocked_request
    from multidict import CIMultiDict

    def read(header: bytes) -> Iterable[str]:  # its server decodes header fields like this
        return make_mocked_request("GET", "/", CIMultiDict(Cookie=header.decode("utf-8", "surrogateescape"))).cookies

    return read


def webob() -> Read:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "'cgi' is deprecated")
        from webob import Request

    return lambda header: Request(environ_of(header)).cookies


def bottle() -> Read:
    from bottle import BaseRequest

    return lambda header: BaseRequest(environ_of(header)).cookies


def http_cookies() -> Read:
    from http.cookies import SimpleCookie

    return lambda header: SimpleCookie(header.decode("latin-1"))


READERS: dict[str, Callable[[], Read]] = {
    "Starlette": starlette,
    "Litestar": litestar,
    "Django, ASGI": django_asgi,
    "Django, WSGI": django_wsgi,
    "Werkzeug": werkzeug,
    "Flask": flask,
    "WebOb": webob,
    "Bottle": bottle,
    "aiohttp": aiohttp,
    "http.cookies": http_cookies,
}


def names(make: Callable[[], Read], headers: list[bytes]) -> list[list[str]] | None:
    try:
        read = make()
    except ImportError:
        return None
    found = []
    for header in headers:
        try:
            found.append(list(read(header)))
        except Exception:  # noqa: BLE001  # whatever it answers then, it is not a cookie
            found.append([])
    return found


def main() -> None:
    headers = [text.encode("latin-1") for text in json.load(sys.stdin)]
    json.dump({name: names(make, headers) for name, make in READERS.items()}, sys.stdout)


if __name__ == "__main__":
    main()
