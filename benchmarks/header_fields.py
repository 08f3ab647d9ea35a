"""What frameworks send beside cookies: the header fields of a page as each of them answers with its own defaults.

`python -m benchmarks.header_fields` asks the installed ones; a test holds the constants against what they say. They
were recorded with Starlette 1.10, Flask 3.1 and Django 5.2; Django with the middlewares of `startproject`, languages
switched on, and a view that looks at the session.
"""

import asyncio
import json
from collections.abc import Callable
from typing import TypeAlias

__all__ = ["DJANGO", "FLASK", "STARLETTE", "ask_installed"]

Fields: TypeAlias = list[tuple[bytes, bytes]]

STARLETTE: Fields = [(b"content-length", b"11"), (b"content-type", b"text/html; charset=utf-8")]
FLASK: Fields = [(b"Content-Type", b"text/html; charset=utf-8"), (b"Content-Length", b"11")]
DJANGO: Fields = [
    (b"Content-Type", b"text/html; charset=utf-8"),
    (b"X-Frame-Options", b"DENY"),
    (b"Content-Length", b"11"),
    (b"Vary", b"Accept-Language, Cookie"),
    (b"Content-Language", b"en"),
    (b"X-Content-Type-Options", b"nosniff"),
    (b"Referrer-Policy", b"same-origin"),
    (b"Cross-Origin-Opener-Policy", b"same-origin"),
]
_PAGE = "<p>Page</p>"


def ask_installed() -> dict[str, Fields]:
    """Return what each installed framework answers with; Django's settings are set for the whole process."""
    found = {}
    for name, ask in _FRAMEWORKS.items():
        try:
            found[name] = ask()
        except ImportError:
            continue
    return found


def _ask_starlette() -> Fields:
    from starlette.applications import Starlette
    from starlette.responses import HTMLResponse
    from starlette.routing import Route

    async def page(request: object) -> HTMLResponse:
        return HTMLResponse(_PAGE)

    sent: Fields = []

    async def send(message: dict[str, Fields]) -> None:
        sent.extend(message.get("headers", []))

    async def receive() -> dict[str, object]:
        return {"type": "http.request"}

    scope = {"type": "http", "method": "GET", "path": "/", "root_path": "", "query_string": b"", "headers": []}
    asyncio.run(Starlette(routes=[Route("/", page)])(scope, receive, send))  # type: ignore[arg-type]
    return sent


def _ask_flask() -> Fields:
    from flask import Flask

    app = Flask("benchmarks")
    app.get("/")(lambda: _PAGE)
    return _in_octets([*app.test_client().get("/").headers])


def _ask_django() -> Fields:
    from django.conf import settings
    from django.core.handlers.wsgi import WSGIRequest
    from django.http import HttpResponse
    from django.test import Client
    from django.urls import path

    def page(request: WSGIRequest) -> HttpResponse:
        request.session.get("cart")
        return HttpResponse(_PAGE)

    contrib = "django.contrib."
    settings.configure(
        ALLOWED_HOSTS=["testserver"],
        SECRET_KEY="of a page that has no visitors",
        ROOT_URLCONF=type("urls", (), {"urlpatterns": [path("", page)]}),
        SESSION_ENGINE=contrib + "sessions.backends.signed_cookies",
        INSTALLED_APPS=[contrib + name for name in ("auth", "contenttypes", "sessions", "messages")],
        MIDDLEWARE=[
            "django.middleware.security.SecurityMiddleware",
            contrib + "sessions.middleware.SessionMiddleware",
            "django.middleware.locale.LocaleMiddleware",
            "django.middleware.common.CommonMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            contrib + "auth.middleware.AuthenticationMiddleware",
            contrib + "messages.middleware.MessageMiddleware",
            "django.middleware.clickjacking.XFrameOptionsMiddleware",
        ],
    )
    import django

    django.setup()
    return _in_octets([*Client().get("/").headers.items()])


def _in_octets(fields: list[tuple[str, str]]) -> Fields:
    return [(name.encode(), value.encode()) for name, value in fields]


_FRAMEWORKS: dict[str, Callable[[], Fields]] = {
    "Starlette": _ask_starlette,
    "Flask": _ask_flask,
    "Django": _ask_django,
}

if __name__ == "__main__":
    fields = {
        framework: [[name.decode(), value.decode()] for name, value in fields]
        for framework, fields in ask_installed().items()
    }
    print(json.dumps(fields))
