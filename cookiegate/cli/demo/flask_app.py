"""The example site in Flask: the app knows nothing of consent, the last lines put it behind the gate."""

from flask import Flask, redirect, request
from werkzeug.wrappers import Response

from cookiegate import CookieGate, current
from cookiegate.cli.demo import site
from cookiegate.wsgi import CookieGateMiddleware

__all__ = ["app"]

app = Flask(__name__)


def _set_cookies(response: Response) -> Response:
    for arguments in site.COOKIES:
        response.set_cookie(**arguments)
    return response


@app.get("/")
def show_page() -> Response:
    """Show the page for people, and set every cookie."""
    body = site.page(current(request), request.cookies)
    return _set_cookies(Response(body, mimetype="text/html", headers=site.PAGE_HEADERS))


@app.get("/decisions")
def show_decisions() -> Response:
    """Set every cookie, and tell what became of each."""
    return _set_cookies(Response(site.decisions(current(request)), mimetype="application/json"))


@app.post("/choice")
def choose() -> Response:
    """Take the visitor's choice from the page's form."""
    if site.is_foreign(request.headers.get("Sec-Fetch-Site")):
        return Response("Another site can't choose for you.", 403)
    granted = site.CHOICES.get(request.form.get("choice", ""))
    if granted is None:
        return Response("No such choice.", 400)
    current(request).choose(granted)
    return redirect("/", 303)


gate = CookieGate.from_toml(site.COOKIES_TOML)
app.wsgi_app = CookieGateMiddleware(app.wsgi_app, gate=gate)  # type: ignore[method-assign]  # Flask's own way to wrap
