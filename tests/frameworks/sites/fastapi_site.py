"""FastAPI: Starlette's SessionMiddleware, and a dependency that holds forms against a token in the session."""

import secrets
from typing import Annotated

from fastapi import Depends, FastAPI, Form, HTTPException, Request, Response, WebSocket
from fastapi.responses import HTMLResponse, PlainTextResponse, RedirectResponse, StreamingResponse
from starlette.middleware.sessions import SessionMiddleware

from cookiegate import current
from cookiegate.asgi import CookieGateMiddleware

produced = []


def checked(request: Request, csrf: Annotated[str, Form()] = ""):
    if not csrf or not secrets.compare_digest(csrf, request.session.get("csrf", "")):
        raise HTTPException(403, "CSRF token verification failed")


Text = Annotated[str, Form()]


def make(gate):
    app = FastAPI(default_response_class=PlainTextResponse)
    guarded = [Depends(checked)]

    @app.get("/count")
    async def count(request: Request):
        request.session["count"] = request.session.get("count", 0) + 1
        return str(request.session["count"])

    @app.post("/notice", dependencies=guarded)
    async def notice(request: Request, text: Text):
        request.session.setdefault("messages", []).append(text)
        return RedirectResponse("/notices", 303)

    @app.get("/notices")
    async def notices(request: Request):
        return "\n".join(request.session.pop("messages", []))

    @app.get("/form", response_class=HTMLResponse)
    async def form(request: Request):
        token = request.session.setdefault("csrf", secrets.token_urlsafe(16))
        return f'<form><input type="hidden" name="csrf" value="{token}"></form>'

    @app.post("/form", dependencies=guarded)
    async def save(text: Text):
        return f"saved: {text}"

    @app.post("/login", dependencies=guarded)
    async def login(request: Request, name: Text):
        request.session["user"] = name
        return "welcome"

    @app.get("/me")
    async def me(request: Request):
        return request.session.get("user", "nobody")

    @app.post("/logout", dependencies=guarded)
    async def logout(request: Request):
        request.session.clear()
        return "bye"

    @app.post("/language", dependencies=guarded)
    async def set_language(response: Response, language: Text):
        response.set_cookie("language", language, max_age=86400)
        return "ok"

    @app.get("/hello")
    async def hello(request: Request):
        return "Hallo" if request.cookies.get("language") == "de" else "Hello"

    @app.get("/offer")
    def offer(response: Response):
        response.set_cookie("ia_stat_id", "s1", max_age=3600)
        response.set_cookie("ia_mkt_source", "ad", expires=3600)
        return "offered"

    @app.get("/seen")
    async def seen(request: Request):
        return ",".join(sorted(request.cookies))

    @app.post("/consent", dependencies=guarded)
    async def choose(request: Request, categories: Text):
        handle = current(request)
        handle.choose(categories.split())
        return ",".join(sorted(handle.consent.granted))

    @app.post("/withdraw", dependencies=guarded)
    async def withdraw(request: Request):
        current(request).withdraw()
        return "withdrawn"

    @app.get("/download")
    async def download():
        async def lines():
            for number in range(5):
                produced.append(number)
                yield f"{number}\n"

        response = StreamingResponse(lines(), headers={"content-disposition": "attachment; filename=n.txt"})
        response.set_cookie("ia_mkt_source", "ad")
        return response

    @app.websocket("/socket")
    async def socket(websocket: WebSocket):
        await websocket.accept(headers=[(b"set-cookie", b"ia_mkt_source=ad"), (b"set-cookie", b"session_seen=1")])
        await websocket.send_text(f"hello {websocket.session.get('user', 'nobody')}")
        await websocket.send_text(await websocket.receive_text())
        await websocket.close()

    app.add_middleware(SessionMiddleware, secret_key="s" * 32)
    if gate is not None:
        app.add_middleware(CookieGateMiddleware, gate=gate)
    return app
