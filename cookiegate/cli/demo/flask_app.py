"""The example site in Flask: the app knows nothing of consent, the last lines put it behind the gate."""

from flask import Blueprint, Flask, redirect, request
from werkzeug.wrappers import Response

from cookiegate import CookieGate
from cookiegate.cli.demo import site
from cookiegate.settings_page import SettingsPage
from cookiegate.wsgi import CookieGateMiddleware

__all__ = ["app", "ungated"]

site_pages = Blueprint("site", __name__)


def _set_cookies(response: Response) -> Response:
    for arguments in site.COOKIES:
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
    """Set every cookie, and tell what became of each."""
    return _set_cookies(Response(site.decisions(site.handle_of(request)), mimetype="application/json"))


@site_pages.post("/choice")
def choose() -> Response:
    """Take the visitor's choice from the page's form."""
    if site.is_foreign(request.headers.get("Sec-Fetch-Site")):
        return Response("Another site can't choose for you.", 403)
    granted = site.CHOICES.get(request.form.get("choice", ""))
    if granted is None:
        return Response("No such choice.", 400)
    if (handle := site.handle_of(request)) is not None:
        handle.choose(granted)
    return redirect("/", 303)


ungated = Flask(__name__)
ungated.register_blueprint(site_pages)

app = Flask(__name__)
app.register_blueprint(site_pages)
gate = CookieGate.from_toml(site.COOKIES_TOML)
settings = SettingsPage(gate)
app.wsgi_app = CookieGateMiddleware(app.wsgi_app, gate=gate, settings=settings)  # type: ignore[method-assign]  # Flask's own way to wrap
