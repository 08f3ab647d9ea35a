"""The site of the soak, in both faces: `site_of_faults:asgi_app` and `site_of_faults:wsgi_app`.

`FAULT` in the environment says what goes wrong; the visit's number is the path.
"""

import asyncio
import os
import re
import sys
import time
from pathlib import Path

import model
import visits

from cookiegate import Category, CookieGate, CookieRule, Registry, SameSite, current, parse_lifetime
from cookiegate.asgi import CookieGateMiddleware as AsgiGate
from cookiegate.consent import OwnConsent
from cookiegate.wsgi import CookieGateMiddleware as WsgiGate

ERRORS = (ValueError, MemoryError, RecursionError, KeyError)
FAULT = os.environ.get("FAULT", "none")
SALT = os.environ.get("SALT", "")


class Faulty(OwnConsent):
    """Reads the own consent cookie, and fails as the case says where the request asks for it."""

    def __call__(self, head, /):
        """Read, raise or sleep."""
        if head.header(b"x-fault"):
            if FAULT == "source raises":
                raise ERRORS[len(head.cookie) % len(ERRORS)]("the consent source is broken")
            if FAULT == "source sleeps":
                time.sleep(0.01)
            if FAULT == "source returns nonsense":
                return {"statistics", "marketing"}
        return super().__call__(head)


def broken(_told):
    """Raise, for any arguments."""
    raise RuntimeError("nobody listens")


def gate(**settings):
    """Make the site's gate."""
    rules = []
    for name, said in model.RULES.items():
        fields = {**said, "category": Category(said["category"])}
        if "lifetime" in fields:
            fields["lifetime"] = parse_lifetime(fields["lifetime"])
        if "same_site" in fields:
            fields["same_site"] = SameSite(fields["same_site"])
        fields |= {key: tuple(fields[key]) for key in ("paths", "domains") if key in fields}
        rules.append(CookieRule(name=name, **fields))
    if FAULT == "observer raises":
        settings["observer"] = broken
    if FAULT == "recorder raises":
        settings["recorders"] = [broken]
    common = {"consent": Faulty(), "revision": model.REVISION, "clock": lambda: float(model.NOW)}
    return CookieGate(registry=Registry(rules), **(common | settings))


GATE = gate(refused=os.environ.get("REFUSED", "drop"))


def receipts():
    """Open the store of receipts that the environment names."""
    from cookiegate.receipts import Receipts

    return Receipts(
        os.environ["RECEIPTS"], registry=GATE.registry, revision=model.REVISION, retry_s=(0.05, 0.5),
        limit_per_minute=None,
    )  # fmt: skip


RECEIPTS = receipts() if "RECEIPTS" in os.environ else None


def rss_kib():
    """Return how much memory this process has now, in KiB; 0 where the system does not say."""
    status = Path("/proc/self/status")
    found = re.search(r"VmRSS:\s+(\d+)", status.read_text()) if status.is_file() else None
    return int(found[1]) if found else 0


def answer(path, cookie):
    """Answer a visit: its Set-Cookie lines, who served it, and the cookies that the app saw."""
    visit = visits.visit(int(path.strip("/")), SALT)
    fields = [(b"set-cookie", line) for line in visit.lines]
    facts = {"x-visit": visit.number, "x-worker": os.getpid(), "x-rss": rss_kib(), "content-length": len(cookie)}
    return [*((name.encode(), str(value).encode()) for name, value in facts.items()), *fields], cookie


def choose(request, path):
    """Grant statistics, and keep a receipt of that."""
    handle = current(request)
    handle.grant({"statistics"})
    RECEIPTS.record(id=path.rpartition("/")[2], granted={"statistics"}, how="own-choice", where="api")
    return [(b"content-length", b"0"), (b"x-worker", str(os.getpid()).encode())]


async def asgi(scope, receive, send):
    """Serve one request."""
    if scope["type"] != "http":
        return
    if scope["path"].startswith("/choice/"):
        headers, body = await asyncio.to_thread(choose, scope, scope["path"]), b""
    else:
        headers, body = answer(
            scope["path"], b"; ".join(value for name, value in scope["headers"] if name == b"cookie")
        )
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def wsgi(environ, start_response):
    """Serve one request."""
    path = environ["PATH_INFO"]
    if path.startswith("/choice/"):
        headers, body = choose(environ, path), b""
    else:
        headers, body = answer(path, environ.get("HTTP_COOKIE", "").encode("latin-1"))
    start_response("200 OK", [(name.decode("latin-1"), value.decode("latin-1")) for name, value in headers])
    return [body]


asgi_app = AsgiGate(asgi, GATE)
wsgi_app = WsgiGate(wsgi, GATE)

if os.environ.get("HASTY"):
    sys.setswitchinterval(1e-6)  # threads change places as often as they can
if "MEMORY_MIB" in os.environ:
    import resource

    used = re.search(r"VmData:\s+(\d+)", Path("/proc/self/status").read_text())
    limit = int(used[1]) * 1024 + int(os.environ["MEMORY_MIB"]) * 2**20
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
