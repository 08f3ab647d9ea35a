"""The site of these tests, its third parties, and one way to drive Chromium and Firefox, all on loopback.

A test gives the pages; `{guard}` in them becomes the guard's tag, `{guard_without_nonce}` too, `{bare}` the tag without
`data-state`, `{nonce}` the page's nonce and `{third}` the third party's origin.
"""

import asyncio
import math
import secrets
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeAlias
from urllib.parse import urlsplit

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from cookiegate import CookieGate, current
from cookiegate.asgi import CookieGateMiddleware
from cookiegate.scripts import find_file, script_tags, script_url

PATIENCE_S = 120
STRICT = (
    "default-src 'none'; connect-src 'self'; script-src 'nonce-{nonce}'; frame-src {third}; img-src 'self' {third}; "
    "style-src {third}; base-uri 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)


class Site:
    """What the pages are, and what was asked for."""

    def __init__(self, third: str) -> None:
        self.third = third
        self.pages: dict[str, str] = {}
        self.scripts: dict[str, str] = {}
        self.policy = STRICT
        self.cookies: tuple[str, ...] = ()
        self.asked: list[str] = []
        self.fails: set[str] = set()
        """Parts of the paths that can't be reached; `$` is the end of a path."""
        self.altered: dict[str, Callable[[bytes], bytes]] = {}
        """Parts of the paths of scripts that arrive as something else."""
        self.held: str | None = None
        """A part of the paths that are answered once the page has asked for `/released`."""
        self.released = threading.Event()
        self.port = 0

    def fill(self, text: str, gate: CookieGate, handle: Any, nonce: str) -> str:
        tag = script_tags(gate, handle, nonce) if handle is not None else ""
        bare = f'<script src="{script_url(gate)}" nonce="{nonce}"></script>'
        without = script_tags(gate, handle) if handle is not None else ""
        values = (
            ("guard", tag or bare),
            ("guard_without_nonce", without),
            ("bare", bare),
            ("nonce", nonce),
            ("third", self.third),
        )
        for key, value in values:
            text = text.replace(f"{{{key}}}", value)
        return text

    def answer(self, path: str, gate: CookieGate, handle: Any) -> Response:
        self.asked.append(path)
        nonce = secrets.token_urlsafe(16)
        if path in self.scripts:
            return Response(self.scripts[path], media_type="text/javascript")
        if path not in self.pages:
            return Response("", 404)
        html = self.fill(self.pages[path], gate, handle, nonce)
        headers = {"Content-Security-Policy": self.fill(self.policy, gate, None, nonce)}
        response = Response(f"<!doctype html><html lang=en>{html}", media_type="text/html", headers=headers)
        for line in self.cookies:
            response.headers.append("set-cookie", line)
        return response


def gated(site: Site, gate: CookieGate) -> Any:
    """Make the site with the gate around it."""

    async def page(request: Request) -> Response:
        return site.answer(request.url.path, gate, current(request))

    app = CookieGateMiddleware(Starlette(routes=[Route("/{path:path}", page)]), gate=gate, settings="/cookie-settings")

    async def failing(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and any(place in f"{scope['path']}$" for place in site.fails):
            await Response("no", 500)(scope, receive, send)
            return
        if scope.get("path") == "/released":
            site.released.set()
        if site.held is not None and site.held in scope["path"]:
            await asyncio.to_thread(site.released.wait, PATIENCE_S)
        for part, alter in site.altered.items():
            found = find_file(gate, scope["path"].removeprefix("/cookie-settings"))
            if part in scope["path"] and found is not None:
                await Response(alter(found[0].body), media_type="text/javascript")(scope, receive, send)
                return
        await app(scope, receive, send)

    return failing


def static(site: Site, gate: CookieGate) -> Any:
    """Make the site without the gate, as from a store of files: the scripts alone, and no API."""

    async def page(request: Request) -> Response:
        found = find_file(gate, request.url.path.removeprefix("/cookie-settings"))
        if found is not None:
            return Response(found[0].body, media_type="text/javascript")
        return site.answer(request.url.path, gate, None)

    return Starlette(routes=[Route("/{path:path}", page)])


Certificate: TypeAlias = tuple[str, str]
"""The paths of a certificate and of its key."""


@contextmanager
def serving(app: Any, certificate: Certificate | None = None) -> Iterator[int]:
    """Serve an app on a free port as long as the block lasts."""
    cert, key = certificate or (None, None)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(128)
        config = uvicorn.Config(
            app, log_level="critical", lifespan="off", ws="none", ssl_certfile=cert, ssl_keyfile=key
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join(30)


@contextmanager
def third_party(certificate: Certificate | None = None) -> Iterator[tuple[str, dict[str, str], list[str]]]:
    """Serve what other sites serve: origin, contents by path, and the paths that were asked for."""
    contents: dict[str, str] = {}
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = urlsplit(self.path).path
            asked.append(path)
            body = contents.get(path, "").encode()
            kind = {"js": "text/javascript", "css": "text/css", "svg": "image/svg+xml"}
            self.send_response(200)
            self.send_header("Content-Type", kind.get(path.rpartition(".")[2], "text/html"))
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Access-Control-Allow-Origin", "*")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        scheme = "http"
        if certificate is not None:
            scheme = "https"
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(*certificate)
            server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield f"{scheme}://third.localhost:{server.server_port}", contents, asked
        finally:
            server.shutdown()
            thread.join()


class ChromiumTab:
    """One page of Chromium under Playwright."""

    name = "Chromium"

    def __init__(self, launched: Any, **context: Any) -> None:
        self._context = launched.new_context(**context)
        self.page = self._context.new_page()
        self.page.set_default_timeout(60_000)
        self.errors: list[str] = []
        self.said: list[str] = []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", lambda message: self.said.append(message.text))

    def open(self, url: str) -> None:
        self.page.goto(url)

    def do(self, function: str) -> Any:
        """Call a function in the page and return what it returns, once it is settled."""
        return self.page.evaluate(function)

    def jar(self) -> dict[str, dict[str, Any]]:
        return {cookie["name"]: cookie for cookie in self._context.cookies()}

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)

    def close(self) -> None:
        self._context.close()


class FirefoxTab:
    """The one page of a Firefox under WebDriver BiDi."""

    name = "Firefox"

    def __init__(self, firefox: Any) -> None:
        self._firefox = firefox
        self.errors: list[str] = []
        firefox.clear()

    def open(self, url: str) -> None:
        try:
            self._navigate(url)
        except RuntimeError as error:  # seldom, and said of a page that nothing else navigates
            if "NS_BINDING_ABORTED" not in str(error):
                raise
            self._navigate(url)
        self._firefox._url = url

    def _navigate(self, url: str) -> None:
        self._firefox.call("browsingContext.navigate", context=self._firefox._context, url=url, wait="complete")

    def do(self, function: str) -> Any:
        done = self._firefox.call(
            "script.callFunction",
            functionDeclaration=f"async () => JSON.stringify(await ({function})()) ?? 'null'",
            awaitPromise=True,
            target={"context": self._firefox._context},
        )
        if done["type"] != "success":
            raise RuntimeError(f"the page's script failed: {done}")
        import json

        return json.loads(done["result"]["value"])

    def jar(self) -> dict[str, dict[str, Any]]:
        cookies = self._firefox.call("storage.getCookies")["cookies"]
        ended_s = time.time() + 1  # Firefox lists deleted cookies for a moment, with an expiry rounded to a second
        return {cookie["name"]: cookie for cookie in cookies if cookie.get("expiry", math.inf) > ended_s}

    def press(self, key: str) -> None:
        keys = {"Tab": "\ue004", "Space": " "}
        actions = [{"type": "keyDown", "value": keys[key]}, {"type": "keyUp", "value": keys[key]}]
        self._firefox.call(
            "input.performActions", context=self._firefox._context,
            actions=[{"type": "key", "id": "keyboard", "actions": actions}],
        )  # fmt: skip

    def close(self) -> None:
        self._navigate("about:blank")
        self._firefox.clear()


def until(tab: Any, function: str, patience_s: float = PATIENCE_S, *, is_reloading: bool = False) -> Any:
    """Wait until a function in the page returns something that counts as true; or in the next page."""
    give_up = time.monotonic() + patience_s
    while True:
        try:
            if found := tab.do(function):
                return found
        except Exception:  # each browser says in its own way that the page went away
            if not is_reloading:
                raise
        assert time.monotonic() < give_up, f"{function}: not within {patience_s} seconds"
        time.sleep(0.05)


__all__ = ["STRICT", "ChromiumTab", "FirefoxTab", "Site", "gated", "serving", "static", "third_party", "until"]
