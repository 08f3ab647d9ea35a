"""Bottle: no sessions of its own, so everything is kept in its signed cookies; forms are held against one of them."""

import json
import secrets

from bottle import Bottle, abort, redirect, request, response

from cookiegate import current
from cookiegate.wsgi import CookieGateMiddleware

SECRET = "s" * 32
produced = []


def stored(name, default=None):
    found = request.get_cookie(name, secret=SECRET)
    return default if found is None else json.loads(found)


def store(name, value):
    response.set_cookie(name, json.dumps(value), secret=SECRET, path="/", httponly=True)


def make(gate):
    app = Bottle()

    @app.hook("before_request")
    def check_token():
        token = request.forms.get("csrf", "")
        if request.method == "POST" and not (token and secrets.compare_digest(token, stored("csrf_token", ""))):
            abort(403, "CSRF token verification failed")

    @app.get("/count")
    def count():
        number = stored("session", {}).get("count", 0) + 1
        store("session", {**stored("session", {}), "count": number})
        return str(number)

    @app.post("/notice")
    def notice():
        store("messages", [*stored("messages", []), request.forms.text])
        redirect("/notices", 303)

    @app.get("/notices")
    def notices():
        found = stored("messages", [])
        response.delete_cookie("messages", path="/")
        return "\n".join(found)

    @app.get("/form")
    def form():
        token = stored("csrf_token") or secrets.token_urlsafe(16)
        store("csrf_token", token)
        return f'<form><input type="hidden" name="csrf" value="{token}"></form>'

    @app.post("/form")
    def save():
        return f"saved: {request.forms.text}"

    @app.post("/login")
    def login():
        store("session", {**stored("session", {}), "user": request.forms.name})
        return "welcome"

    @app.get("/me")
    def me():
        return stored("session", {}).get("user", "nobody")

    @app.post("/logout")
    def logout():
        response.delete_cookie("session", path="/")
        return "bye"

    @app.post("/language")
    def set_language():
        response.set_cookie("language", request.forms.language, max_age=86400, path="/")
        return "ok"

    @app.get("/hello")
    def hello():
        return "Hallo" if request.get_cookie("language") == "de" else "Hello"

    @app.get("/offer")
    def offer():
        response.set_cookie("ia_stat_id", "s1", max_age=3600, path="/")
        response.set_cookie("ia_mkt_source", "ad", path="/")
        return "offered"

    @app.get("/seen")
    def seen():
        return ",".join(sorted(request.cookies))

    @app.post("/consent")
    def choose():
        handle = current(request)
        handle.choose(request.forms.categories.split())
        return ",".join(sorted(handle.consent.granted))

    @app.post("/withdraw")
    def withdraw():
        current(request).withdraw()
        return "withdrawn"

    @app.get("/download")
    def download():
        response.set_header("content-disposition", "attachment; filename=n.txt")
        response.set_cookie("ia_mkt_source", "ad", path="/")
        for number in range(5):
            produced.append(number)
            yield f"{number}\n"

    return app if gate is None else CookieGateMiddleware(app, gate=gate)
