"""Starlette: SessionMiddleware, starlette-csrf's double-submit cookie, messages kept in the session."""

from starlette.applications import Starlette
from starlette.middleware.sessions import SessionMiddleware
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, StreamingResponse
from starlette.routing import Route, WebSocketRoute
from starlette_csrf import CSRFMiddleware

from cookiegate import current
from cookiegate.asgi import CookieGateMiddleware

produced = []


class FormCheck(CSRFMiddleware):
    """For requests only: starlette-csrf 3.0 fails on a websocket of Starlette 1."""

    async def __call__(self, scope, receive, send):
        await (super().__call__ if scope["type"] == "http" else self.app)(scope, receive, send)


async def count(request):
    request.session["count"] = request.session.get("count", 0) + 1
    return PlainTextResponse(str(request.session["count"]))


async def notice(request):
    form = await request.form()
    request.session.setdefault("messages", []).append(form["text"])
    return RedirectResponse("/notices", 303)


async def notices(request):
    return PlainTextResponse("\n".join(request.session.pop("messages", [])))


async def form(request):
    token = request.cookies.get("csrftoken", "")
    return HTMLResponse(f'<form data-cookie="csrftoken"><input type="hidden" name="csrftoken" value="{token}"></form>')


async def save(request):
    return PlainTextResponse(f"saved: {(await request.form())['text']}")


async def login(request):
    request.session["user"] = (await request.form())["name"]
    return PlainTextResponse("welcome")


async def me(request):
    return PlainTextResponse(request.session.get("user", "nobody"))


async def logout(request):
    request.session.clear()
    return PlainTextResponse("bye")


async def set_language(request):
    response = PlainTextResponse("ok")
    response.set_cookie("language", (await request.form())["language"], max_age=86400, samesite="lax")
    return response


async def hello(request):
    return PlainTextResponse("Hallo" if request.cookies.get("language") == "de" else "Hello")


async def offer(request):
    response = PlainTextResponse("offered")
    response.set_cookie("ia_stat_id", "s1", max_age=3600)
    response.set_cookie("ia_mkt_source", "ad", expires=3600)
    return response


async def seen(request):
    return PlainTextResponse(",".join(sorted(request.cookies)))


async def choose(request):
    handle = current(request)
    handle.choose((await request.form())["categories"].split())
    return PlainTextResponse(",".join(sorted(handle.consent.granted)))


async def withdraw(request):
    current(request).withdraw()
    return PlainTextResponse("withdrawn")


async def download(request):
    def lines():
        for number in range(5):
            produced.append(number)
            yield f"{number}\n"

    response = StreamingResponse(lines(), headers={"content-disposition": "attachment; filename=n.txt"})
    response.set_cookie("ia_mkt_source", "ad")
    return response


async def socket(websocket):
    await websocket.accept(headers=[(b"set-cookie", b"ia_mkt_source=ad"), (b"set-cookie", b"session_seen=1")])
    await websocket.send_text(f"hello {websocket.session.get('user', 'nobody')}")
    await websocket.send_text(await websocket.receive_text())
    await websocket.close()


def make(gate):
    app = Starlette(
        routes=[
            Route("/count", count),
            Route("/notice", notice, methods=["POST"]),
            Route("/notices", notices),
            Route("/form", form),
            Route("/form", save, methods=["POST"]),
            Route("/login", login, methods=["POST"]),
            Route("/me", me),
            Route("/logout", logout, methods=["POST"]),
            Route("/language", set_language, methods=["POST"]),
            Route("/hello", hello),
            Route("/offer", offer),
            Route("/seen", seen),
            Route("/consent", choose, methods=["POST"]),
            Route("/withdraw", withdraw, methods=["POST"]),
            Route("/download", download),
            WebSocketRoute("/socket", socket),
        ]
    )
    app.add_middleware(FormCheck, secret="c" * 32)
    app.add_middleware(SessionMiddleware, secret_key="s" * 32)
    if gate is not None:
        app.add_middleware(CookieGateMiddleware, gate=gate)
    return app
