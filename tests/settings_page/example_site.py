"""The site of the end-to-end tests in both faces. Its settings come from the environment, as a server's do.

Every page sets a necessary cookie and three optional ones. `/` has the fragment in it, `/script` nothing but one
script element; both have a strict Content-Security-Policy, the first with a nonce, the second without. `/own` has the
settings in it, and the ways to open the banner again. In the query: `look` (layout, theme, colour scheme), and
`scheme`, the colour schemes that the page declares; `slow`: Starlette sends the page in pieces.
"""

import asyncio
import os
import secrets
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

from flask import Flask, request
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route
from werkzeug.wrappers import Response as FlaskResponse

from cookiegate import CookieGate
from cookiegate.asgi import CookieGateMiddleware
from cookiegate.settings_page import SettingsPage
from cookiegate.settings_page.look import CHOICES, Look
from cookiegate.wsgi import CookieGateMiddleware as WsgiGate

HERE = Path(__file__).parent
COOKIES = ("token", "ia_pref_theme", "ia_stats_visits", "ia_mkt_source")
STRICT = (
    "default-src 'none'; connect-src 'self'; form-action 'self'; base-uri 'none'; require-trusted-types-for 'script'"
)
SHELL = """<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>Example</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="{scheme}">
{head}</head><body>{body}<main><h1>Example</h1><p>A page of the site.</p>
{rest}</main></body></html>"""


class Site:
    """What both faces share."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.gate = CookieGate.from_toml(
            HERE / "cookies.toml",
            revision=environment.get("TEST_REVISION", "2026-01-12"),
            debug=environment.get("TEST_DEBUG") == "1",
        )
        self.page = SettingsPage(
            self.gate,
            languages=[HERE / "ar.toml"],
            consent_mode=environment.get("TEST_CONSENT_MODE") == "1",
            url_passthrough=environment.get("TEST_GOOGLE") == "1",
            ads_data_redaction=environment.get("TEST_GOOGLE") == "1",
            tags=environment.get("TEST_TAGS", "").split(),
            policy_url="/policy",
            privacy_url="/privacy",
            theme=environment.get("TEST_THEME", "neutral"),
            page_url="/own" if environment.get("TEST_OWN_PAGE") == "1" else None,
        )

    def show(self, asked: object, path: str, query: Mapping[str, str]) -> tuple[str, dict[str, str]]:
        """Return the body of a page and its header fields."""
        language = query.get("language", "en")
        look = Look(**dict(zip(CHOICES, query["look"].split(), strict=True))) if "look" in query else None
        rest = ""
        if path == "/script":
            policy = f"{STRICT}; script-src 'self'; style-src 'self'; trusted-types cookiegate"
            head = '<script src="/cookie-settings/cookiegate.js" defer></script>'
            body = ""
            rest = '<p><a href="/cookie-settings/" data-cookiegate-open>Cookies</a></p>'
        else:
            nonce = secrets.token_urlsafe(16)
            policy = f"{STRICT}; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'"
            head = f'<script nonce="{nonce}">window.heard = []; document.addEventListener("cookiegate:change", '
            head += "(event) => heard.push(event.detail.granted));</script>"
            body = self.page.fragment(asked, language=language, nonce=nonce, look=look)
            if path == "/own":
                rest = f"<p>{self.page.link(asked, language=language)}</p>"
                rest += str(self.page.reopen_button(asked, language=language, nonce=nonce, look=look))
                rest += str(self.page.settings(asked, language=language, nonce=nonce)) if "settings" in query else ""
        scheme = query.get("scheme", "light dark")
        html = SHELL.format(language=language, head=head, body=body, rest=rest, scheme=scheme)
        return html, {"Content-Security-Policy": policy, "Content-Type": "text/html; charset=utf-8"}


def make_asgi(environment: Mapping[str, str] = os.environ) -> Starlette:
    """Make the Starlette face."""
    site = Site(environment)

    async def show(asked: Request) -> Response:
        html, headers = site.show(asked, asked.url.path, asked.query_params)
        is_slow = "slow" in asked.query_params
        response = StreamingResponse(in_pieces(html), headers=headers) if is_slow else Response(html, headers=headers)
        for name in COOKIES:
            response.set_cookie(name, "1", max_age=86400)
        return response

    async def in_pieces(html: str) -> AsyncIterator[str]:
        for start in range(0, len(html), 600):
            yield html[start : start + 600]
            await asyncio.sleep(0.03)  # long enough for the browser to paint what it has

    app = Starlette(routes=[Route(path, show) for path in ("/", "/script", "/own")])
    app.add_middleware(CookieGateMiddleware, gate=site.gate, settings=site.page)
    return app


def make_wsgi(environment: Mapping[str, str] = os.environ) -> Flask:
    """Make the Flask face."""
    site = Site(environment)
    app = Flask("example")

    def show() -> FlaskResponse:
        html, headers = site.show(request, request.path, request.args)
        response = FlaskResponse(html, headers=headers)
        for name in COOKIES:
            response.set_cookie(name, "1", max_age=86400)
        return response

    for path in ("/", "/script", "/own"):
        app.add_url_rule(path, path, show)
    app.wsgi_app = WsgiGate(app.wsgi_app, gate=site.gate, settings=site.page)
    return app
