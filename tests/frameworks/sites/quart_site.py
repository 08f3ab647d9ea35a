"""Quart: its signed session and flash messages, and forms held against a token in the session."""

import secrets

from quart import Quart, Response, abort, flash, get_flashed_messages, redirect, request, session, websocket

from cookiegate import current
from cookiegate.asgi import CookieGateMiddleware

produced = []


def make(gate):
    app = Quart("quart_site", root_path=".")
    app.secret_key = "s" * 32

    @app.before_request
    async def check_token():
        if request.method == "POST":
            token = (await request.form).get("csrf", "")
            if not token or not secrets.compare_digest(token, session.get("csrf", "")):
                abort(403)

    @app.get("/count")
    async def count():
        session["count"] = session.get("count", 0) + 1
        return str(session["count"])

    @app.post("/notice")
    async def notice():
        await flash((await request.form)["text"])
        return redirect("/notices", 303)

    @app.get("/notices")
    async def notices():
        return "\n".join(get_flashed_messages())

    @app.get("/form")
    async def form():
        token = session.setdefault("csrf", secrets.token_urlsafe(16))
        return f'<form><input type="hidden" name="csrf" value="{token}"></form>'

    @app.post("/form")
    async def save():
        return f"saved: {(await request.form)['text']}"

    @app.post("/login")
    async def login():
        session["user"] = (await request.form)["name"]
        return "welcome"

    @app.get("/me")
    async def me():
        return session.get("user", "nobody")

    @app.post("/logout")
    async def logout():
        session.clear()
        return "bye"

    @app.post("/language")
    async def set_language():
        response = Response("ok")
        response.set_cookie("language", (await request.form)["language"], max_age=86400)
        return response

    @app.get("/hello")
    async def hello():
        return "Hallo" if request.cookies.get("language") == "de" else "Hello"

    @app.get("/offer")
    async def offer():
        response = Response("offered")
        response.set_cookie("ia_stat_id", "s1", max_age=3600)
        response.set_cookie("ia_mkt_source", "ad")
        return response

    @app.get("/seen")
    async def seen():
        return ",".join(sorted(request.cookies))

    @app.post("/consent")
    async def choose():
        handle = current(request)
        handle.choose((await request.form)["categories"].split())
        return ",".join(sorted(handle.consent.granted))

    @app.post("/withdraw")
    async def withdraw():
        current(request).withdraw()
        return "withdrawn"

    @app.get("/download")
    async def download():
        async def lines():
            for number in range(5):
                produced.append(number)
                yield f"{number}\n".encode()

        response = Response(lines(), headers={"content-disposition": "attachment; filename=n.txt"})
        response.set_cookie("ia_mkt_source", "ad")
        return response

    @app.websocket("/socket")
    async def socket():
        lines = [("set-cookie", "ia_mkt_source=ad"), ("set-cookie", "session_seen=1")]
        await websocket.accept(headers=lines)
        await websocket.send(f"hello {session.get('user', 'nobody')}")
        await websocket.send(await websocket.receive())
        await websocket.close(1000)

    if gate is not None:
        app.asgi_app = CookieGateMiddleware(app.asgi_app, gate=gate)
    return app
