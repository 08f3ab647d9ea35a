"""The example site in Flask: its views ignore consent, the last lines add the gate."""

from flask import Blueprint, Flask, redirect, request
from werkzeug.wrappers import Response

from cookiegate import CookieGate
from cookiegate.cli.demo import preview, site
from cookiegate.settings_page import SettingsPage
from cookiegate.wsgi import CookieGateMiddleware

__all__ = ["app", "ungated"]

site_pages: Blueprint = Blueprint("site", __name__)
preview_pages: Blueprint = Blueprint("preview", __name__)


def _set_cookies(response: Response) -> Response:
    for arguments in site.cookies():
        response.set_cookie(**arguments)
    return response


@site_pages.get("/")
def show_page() -> Response:
    """Show the page for people, and set every cookie."""
    handle = site.handle_of(request)
    banner = settings.fragment(request, language="en") if handle is not None else ""
    body = site.page(handle, request.cookies, banner)
    return _set_cookies(Response(body, mimetype="text/html", headers=site.PAGE_HEADERS))


@site_pages.get("/decisions")
def show_decisions() -> Response:
    """Set every cookie, and return the decisions about them as JSON."""
    return _set_cookies(Response(site.decisions(site.handle_of(request)), mimetype="application/json"))


@site_pages.post("/choice")
def choose() -> Response:
    """Store the visitor's choice from the page's form."""
    if site.is_cross_site(request.headers.get("Sec-Fetch-Site")):
        return Response("Another site can't choose for you.", 403)
    granted = site.CHOICES.get(request.form.get("choice", ""))
    if granted is None:
        return Response("No such choice.", 400)
    if (handle := site.handle_of(request)) is not None:
        handle.choose(granted)
    return redirect("/", 303)


@preview_pages.get("/preview")
def show_preview() -> Response:
    """Show the switches of the preview."""
    return Response(preview.switches(settings, request.args), mimetype="text/html", headers=preview.HEADERS)


@preview_pages.get("/preview/page")
def show_example() -> Response:
    """Show the example page of the preview."""
    page = preview.example(settings, request, request.args)
    return Response(page, mimetype="text/html", headers=preview.FRAME_HEADERS)


@preview_pages.get("/preview.js")
def show_script() -> Response:
    """Send the script of the preview."""
    return Response(preview.SCRIPT, mimetype="text/javascript")


ungated: Flask = Flask(__name__)
ungated.register_blueprint(site_pages)

app: Flask = Flask(__name__)
app.register_blueprint(site_pages)
app.register_blueprint(preview_pages)
gate: CookieGate = CookieGate.from_toml(site.COOKIES_TOML)
settings: SettingsPage = SettingsPage(gate)
app.wsgi_app = CookieGateMiddleware(app.wsgi_app, gate=gate, settings=settings)  # type: ignore[method-assign]  # Flask's own way to wrap
