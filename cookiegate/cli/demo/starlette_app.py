"""The example site in Starlette: its views ignore consent, the last lines add the gate."""

from urllib.parse import parse_qs

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from cookiegate import CookieGate
from cookiegate.asgi import CookieGateMiddleware
from cookiegate.cli.demo import preview, site
from cookiegate.settings_page import SettingsPage

__all__ = ["app", "ungated"]


def _set_cookies(response: Response) -> Response:
    for arguments in site.cookies():
        response.set_cookie(**arguments)
    return response


async def show_page(request: Request) -> Response:
    """Show the page for people, and set every cookie."""
    handle = site.handle_of(request)
    banner = settings.fragment(request, language="en") if handle is not None else ""
    body = site.page(handle, request.cookies, banner)
    return _set_cookies(StreamingResponse(body, media_type="text/html", headers=site.PAGE_HEADERS))


async def show_decisions(request: Request) -> Response:
    """Set every cookie, and return the decisions about them as JSON."""
    return _set_cookies(StreamingResponse(site.decisions(site.handle_of(request)), media_type="application/json"))


async def choose(request: Request) -> Response:
    """Store the visitor's choice from the page's form."""
    if site.is_cross_site(request.headers.get("sec-fetch-site")):
        return PlainTextResponse("Another site can't choose for you.", 403)
    form = parse_qs((await request.body()).decode("latin-1"))
    granted = site.CHOICES.get(form.get("choice", [""])[-1])
    if granted is None:
        return PlainTextResponse("No such choice.", 400)
    if (handle := site.handle_of(request)) is not None:
        handle.choose(granted)
    return RedirectResponse("/", status_code=303)


async def show_preview(request: Request) -> Response:
    """Show the switches of the preview."""
    return HTMLResponse(preview.switches(settings, request.query_params), headers=preview.HEADERS)


async def show_example(request: Request) -> Response:
    """Show the example page of the preview."""
    return HTMLResponse(preview.example(settings, request, request.query_params), headers=preview.FRAME_HEADERS)


async def show_script(_: Request) -> Response:
    """Send the script of the preview."""
    return Response(preview.SCRIPT, media_type="text/javascript")


routes: list[Route] = [
    Route("/", show_page),
    Route("/decisions", show_decisions),
    Route("/choice", choose, methods=["POST"]),
]

ungated: Starlette = Starlette(routes=routes)
app: Starlette = Starlette(
    routes=[
        *routes,
        Route("/preview", show_preview),
        Route("/preview/page", show_example),
        Route("/preview.js", show_script),
    ]
)

gate: CookieGate = CookieGate.from_toml(site.COOKIES_TOML)
settings: SettingsPage = SettingsPage(gate)
app.add_middleware(CookieGateMiddleware, gate=gate, settings=settings)
