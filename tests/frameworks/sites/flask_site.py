"""Flask: its signed session and flash messages, and Flask-WTF's CSRFProtect around every form."""

from flask import Flask, Response, flash, get_flashed_messages, redirect, request, session
from flask_wtf.csrf import CSRFProtect, generate_csrf

from cookiegate import current
from cookiegate.wsgi import CookieGateMiddleware

produced = []


def make(gate):
    app = Flask("flask_site", root_path=".")
    app.secret_key = "s" * 32
    CSRFProtect(app)

    @app.get("/count")
    def count():
        session["count"] = session.get("count", 0) + 1
        return str(session["count"])

    @app.post("/notice")
    def notice():
        flash(request.form["text"])
        return redirect("/notices", 303)

    @app.get("/notices")
    def notices():
        return "\n".join(get_flashed_messages())

    @app.get("/form")
    def form():
        return f'<form><input type="hidden" name="csrf_token" value="{generate_csrf()}"></form>'

    @app.post("/form")
    def save():
        return f"saved: {request.form['text']}"

    @app.post("/login")
    def login():
        session["user"] = request.form["name"]
        session.permanent = True
        return "welcome"

    @app.get("/me")
    def me():
        return session.get("user", "nobody")

    @app.post("/logout")
    def logout():
        session.clear()
        return "bye"

    @app.post("/language")
    def set_language():
        response = Response("ok")
        response.set_cookie("language", request.form["language"], max_age=86400)
        return response

    @app.get("/hello")
    def hello():
        return "Hallo" if request.cookies.get("language") == "de" else "Hello"

    @app.get("/offer")
    def offer():
        response = Response("offered")
        response.set_cookie("ia_stat_id", "s1", max_age=3600)
        response.set_cookie("ia_mkt_source", "ad")
        return response

    @app.get("/seen")
    def seen():
        return ",".join(sorted(request.cookies))

    @app.post("/consent")
    def choose():
        handle = current(request)
        handle.choose(request.form["categories"].split())
        return ",".join(sorted(handle.consent.granted))

    @app.post("/withdraw")
    def withdraw():
        current(request).withdraw()
        return "withdrawn"

    @app.get("/download")
    def download():
        def lines():
            for number in range(5):
                produced.append(number)
                yield f"{number}\n"

        response = Response(lines(), headers={"content-disposition": "attachment; filename=n.txt"})
        response.set_cookie("ia_mkt_source", "ad")
        return response

    if gate is not None:
        app.wsgi_app = CookieGateMiddleware(app.wsgi_app, gate=gate)
    return app
