"""Litestar: server-side sessions, CSRFConfig, the flash plugin, Jinja templates; the gate around the app as a whole."""

from collections.abc import AsyncIterator
from typing import Annotated, Any

from litestar import Litestar, Request, Response, WebSocket, get, post, websocket
from litestar.config.csrf import CSRFConfig
from litestar.datastructures import Cookie
from litestar.enums import RequestEncodingType
from litestar.middleware.session.server_side import ServerSideSessionConfig
from litestar.params import Body
from litestar.plugins.flash import FlashConfig, FlashPlugin, flash
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.response import Redirect, Stream, Template
from litestar.template.config import TemplateConfig

from cookiegate import current
from cookiegate.asgi import CookieGateMiddleware

produced: list[int] = []
Form = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]


@get("/count")
async def count(request: Request) -> str:
    request.session["count"] = request.session.get("count", 0) + 1
    return str(request.session["count"])


@post("/notice")
async def notice(request: Request, data: Form) -> Redirect:
    flash(request, data["text"], category="info")
    return Redirect("/notices", status_code=303)


@get("/notices")
async def notices() -> Template:
    return Template(template_str="{% for each in get_flashes() %}{{ each.message }}\n{% endfor %}")


@get("/form")
async def form() -> Template:
    return Template(template_str="<form>{{ csrf_input | safe }}</form>")


@post("/form", status_code=200)
async def save(data: Form) -> str:
    return f"saved: {data['text']}"


@post("/login", status_code=200)
async def login(request: Request, data: Form) -> str:
    request.session["user"] = data["name"]
    return "welcome"


@get("/me")
async def me(request: Request) -> str:
    return request.session.get("user", "nobody")


@post("/logout", status_code=200)
async def logout(request: Request) -> str:
    request.clear_session()
    return "bye"


@post("/language", status_code=200)
async def set_language(data: Form) -> Response[str]:
    return Response("ok", cookies=[Cookie("language", value=data["language"], max_age=86400)])


@get("/hello")
async def hello(request: Request) -> str:
    return "Hallo" if request.cookies.get("language") == "de" else "Hello"


@get("/offer")
async def offer() -> Response[str]:
    response = Response("offered", cookies=[Cookie("ia_stat_id", value="s1", max_age=3600)])
    response.set_cookie("ia_mkt_source", "ad", expires=3600)
    return response


@get("/seen")
async def seen(request: Request) -> str:
    return ",".join(sorted(request.cookies))


@post("/consent", status_code=200)
async def choose(request: Request, data: Form) -> str:
    handle = current(request)
    handle.choose(data["categories"].split())
    return ",".join(sorted(handle.consent.granted))


@post("/withdraw", status_code=200)
async def withdraw(request: Request) -> str:
    current(request).withdraw()
    return "withdrawn"


@get("/download")
async def download() -> Stream:
    async def lines() -> AsyncIterator[str]:
        for number in range(5):
            produced.append(number)
            yield f"{number}\n"

    return Stream(
        lines(),
        headers={"content-disposition": "attachment; filename=n.txt"},
        cookies=[Cookie("ia_mkt_source", value="ad")],
    )


@websocket("/socket")
async def socket(socket: WebSocket[Any, Any, Any]) -> None:
    session = socket.session
    await socket.accept(headers=[(b"set-cookie", b"ia_mkt_source=ad"), (b"set-cookie", b"session_seen=1")])
    await socket.send_text(f"hello {session.get('user', 'nobody')}")
    await socket.send_text(await socket.receive_text())
    await socket.close()


def make(gate):
    templates = TemplateConfig(directory=".", engine=JinjaTemplateEngine)
    app = Litestar(
        [
            count, notice, notices, form, save, login, me, logout, set_language, hello, offer, seen, choose, withdraw,
            download, socket,
        ],
        middleware=[ServerSideSessionConfig(secure=True).middleware],
        csrf_config=CSRFConfig(secret="c" * 32),
        plugins=[FlashPlugin(FlashConfig(template_config=templates))],
        template_config=templates,
        openapi_config=None,
    )  # fmt: skip
    return app if gate is None else CookieGateMiddleware(app, gate=gate)
