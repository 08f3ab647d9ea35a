"""The example site in Starlette: the app knows nothing of consent, the last lines put it behind the gate."""

from urllib.parse import parse_qs

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from cookiegate import CookieGate
from cookiegate.asgi import CookieGateMiddleware
from cookiegate.cli.demo import site
from cookiegate.settings_page import SettingsPage

__all__ = ["app", "ungated"]


def _set_cookies(response: Response) -> Response:
    for arguments in site.COOKIES:
        response.set_cookie(**arguments)
    return response


async def show_page(request: Request) -> Response:
    """Show the page for people, and set every cookie."""
    handle = site.handle_of(request)
    banner = settings.fragment(request, language="en") if handle is not None else ""
    body = site.page(handle, request.cookies, banner)
    return _set_cookies(StreamingResponse(body, media_type="text/html", headers=site.PAGE_HEADERS))


async def show_decisions(request: Request) -> Response:
    """Set every cookie, and tell what became of each."""
    return _set_cookies(StreamingResponse(site.decisions(site.handle_of(request)), media_type="application/json"))


async def choose(request: Request) -> Response:
    """Take the visitor's choice from the page's form."""
    if site.is_foreign(request.headers.get("sec-fetch-site")):
        return PlainTextResponse("Another site can't choose for you.", 403)
    form = parse_qs((await request.body()).decode("latin-1"))
    granted = site.CHOICES.get(form.get("choice", [""])[-1])
    if granted is None:
        return PlainTextResponse("No such choice.", 400)
    if (handle := site.handle_of(request)) is not None:
        handle.choose(granted)
    return RedirectResponse("/", status_code=303)


routes = [Route("/", show_page), Route("/decisions", show_decisions), Route("/choice", choose, methods=["POST"])]

ungated = Starlette(routes=routes)
app = Starlette(routes=routes)

gate = CookieGate.from_toml(site.COOKIES_TOML)
settings = SettingsPage(gate)
app.add_middleware(CookieGateMiddleware, gate=gate, settings=settings)
