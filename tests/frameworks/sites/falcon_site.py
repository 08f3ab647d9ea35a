"""Falcon, ASGI and WSGI: no sessions of its own; a middleware keeps one in a cookie that itsdangerous signs."""

import secrets
from urllib.parse import parse_qs

import falcon.asgi
from itsdangerous import BadSignature, URLSafeSerializer

from cookiegate import current
from cookiegate.asgi import CookieGateMiddleware as AsgiGate
from cookiegate.wsgi import CookieGateMiddleware as WsgiGate

SIGNED = URLSafeSerializer("s" * 32)
produced = []


def session_of(req):
    try:
        return SIGNED.loads(req.cookies.get("session", ""))
    except BadSignature:
        return {}


class Session:
    """Reads the session and the form before a responder, checks the token, and writes the session behind it."""

    def process_request(self, req, resp):
        self._begin(req, req.bounded_stream.read())

    async def process_request_async(self, req, resp):
        self._begin(req, await req.stream.read())

    def _begin(self, req, body):
        req.context.session = session_of(req)
        req.context.form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        token = req.context.form.get("csrf", "")
        expected = req.context.session.get("csrf", "")
        if req.method == "POST" and not (token and secrets.compare_digest(token, expected)):
            raise falcon.HTTPForbidden(title="CSRF token verification failed")

    def process_response(self, req, resp, resource, req_succeeded):
        if req.context.session != session_of(req):  # in an error and a redirect too
            resp.set_cookie("session", SIGNED.dumps(req.context.session), path="/", http_only=True)

    async def process_response_async(self, req, resp, resource, req_succeeded):
        self.process_response(req, resp, resource, req_succeeded)


def count(req, resp):
    session = req.context.session
    session["count"] = session.get("count", 0) + 1
    resp.text = str(session["count"])


def notice(req, resp):
    req.context.session.setdefault("messages", []).append(req.context.form["text"])
    raise falcon.HTTPSeeOther("/notices")


def notices(req, resp):
    resp.text = "\n".join(req.context.session.pop("messages", []))


def form(req, resp):
    token = req.context.session.setdefault("csrf", secrets.token_urlsafe(16))
    resp.text = f'<form><input type="hidden" name="csrf" value="{token}"></form>'


def save(req, resp):
    resp.text = f"saved: {req.context.form['text']}"


def login(req, resp):
    req.context.session["user"] = req.context.form["name"]
    resp.text = "welcome"


def me(req, resp):
    resp.text = req.context.session.get("user", "nobody")


def logout(req, resp):
    req.context.session.clear()
    resp.text = "bye"


def set_language(req, resp):
    resp.set_cookie("language", req.context.form["language"], max_age=86400, path="/", http_only=False)
    resp.text = "ok"


def hello(req, resp):
    resp.text = "Hallo" if req.cookies.get("language") == "de" else "Hello"


def offer(req, resp):
    resp.set_cookie("ia_stat_id", "s1", max_age=3600, path="/")
    resp.set_cookie("ia_mkt_source", "ad", path="/", same_site="None")
    resp.text = "offered"


def seen(req, resp):
    resp.text = ",".join(sorted(req.cookies))


def choose(req, resp):
    handle = current(req)
    handle.choose(req.context.form["categories"].split())
    resp.text = ",".join(sorted(handle.consent.granted))


def withdraw(req, resp):
    current(req).withdraw()
    resp.text = "withdrawn"


def lines():
    for number in range(5):
        produced.append(number)
        yield f"{number}\n".encode()


async def lines_async():
    for line in lines():
        yield line


def download(req, resp):
    resp.stream = lines_async() if isinstance(resp, falcon.asgi.Response) else lines()
    resp.downloadable_as = "n.txt"
    resp.set_cookie("ia_mkt_source", "ad", path="/")


class Socket:
    async def on_websocket(self, req, ws):
        session = session_of(req)
        await ws.accept(headers=[("set-cookie", "ia_mkt_source=ad"), ("set-cookie", "session_seen=1")])
        await ws.send_text(f"hello {session.get('user', 'nobody')}")
        await ws.send_text(await ws.receive_text())
        await ws.close()


PLACES = {
    "/count": {"get": count}, "/notice": {"post": notice}, "/notices": {"get": notices},
    "/form": {"get": form, "post": save}, "/login": {"post": login}, "/me": {"get": me}, "/logout": {"post": logout},
    "/language": {"post": set_language}, "/hello": {"get": hello}, "/offer": {"get": offer}, "/seen": {"get": seen},
    "/consent": {"post": choose}, "/withdraw": {"post": withdraw}, "/download": {"get": download},
}  # fmt: skip


def resource(responders, *, is_async):
    """Make a resource of plain functions, for either kind of app."""

    def method(function):
        async def respond_async(self, req, resp):
            function(req, resp)

        def respond(self, req, resp):
            function(req, resp)

        return respond_async if is_async else respond

    return type("Resource", (), {f"on_{name}": method(function) for name, function in responders.items()})()


def make(gate, *, is_async):
    app = falcon.asgi.App(middleware=[Session()]) if is_async else falcon.App(middleware=[Session()])
    for path, responders in PLACES.items():
        app.add_route(path, resource(responders, is_async=is_async))
    if is_async:
        app.add_route("/socket", Socket())
    if gate is None:
        return app
    return AsgiGate(app, gate=gate) if is_async else WsgiGate(app, gate=gate)
