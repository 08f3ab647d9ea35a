"""Small sites in real frameworks: one page, three cookies, set the way their manuals tell."""

from typing import Any

from benchmarks.serving import ASGIApp, WSGIApp

__all__ = ["COOKIES", "flask_site", "starlette_site"]

COOKIES: list[tuple[str, str, dict[str, Any]]] = [
    ("token", "abcdefghijklmnopqrstuvwxyz", {"httponly": True, "samesite": "lax"}),
    ("ia_pref_theme", "dark", {"max_age": 15552000, "samesite": "lax"}),
    ("ia_stats_session", "0123456789", {"secure": True, "samesite": "lax"}),
]


def starlette_site(*middleware: Any, with_cookies: bool = True) -> ASGIApp | None:
    """Return the site in Starlette; `None`: it is not installed."""
    try:
        from starlette.applications import Starlette
        from starlette.responses import PlainTextResponse
        from starlette.routing import Route
    except ImportError:
        return None

    async def page(request: Any) -> Any:
        response = PlainTextResponse("ok")
        if with_cookies:
            for name, value, attributes in COOKIES:
                response.set_cookie(name, value, **attributes)
        return response

    return Starlette(routes=[Route("/", page)], middleware=middleware)


def flask_site(*, with_talisman: bool = False) -> WSGIApp | None:
    """Return the site in Flask; `None`: Flask, or flask-talisman where it is asked for, is not installed."""
    try:
        from flask import Flask, make_response

        app = Flask("benchmarks")
        if with_talisman:
            from flask_talisman import Talisman

            Talisman(app, force_https=False)
    except ImportError:
        return None

    @app.get("/")
    def _page() -> Any:
        response = make_response("ok")
        for name, value, attributes in COOKIES:
            response.set_cookie(name, value, **attributes)
        return response

    site: WSGIApp = app.wsgi_app
    return site
