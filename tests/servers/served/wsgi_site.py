"""The WSGI app that every server serves: no framework, each trick and each kind of response by its path."""

import os
import sys
import time
from pathlib import Path

from gates import BODY, GATES, LEGEND, OK, REFUSED
from tricks import TRICKS

from cookiegate.wsgi import CookieGateMiddleware

NAMED = {trick.name: trick for trick in TRICKS}
FILE = Path(os.environ.get("COOKIEGATE_TEST_FILE", __file__))
HEAD = [*LEGEND, OK]


# Tricks


def fields(environ, start_response, trick):
    start_response("200 OK", [*HEAD, *trick])
    return [BODY]


def as_tuple(environ, start_response, trick):
    start_response("200 OK", (*HEAD, *trick))
    return [BODY]


def as_generator(environ, start_response, trick):
    start_response("200 OK", (field for field in [*HEAD, *trick]))
    return [BODY]


def as_dict(environ, start_response, trick):
    # The necessary cookie's name in another case, since a dict holds each name once.
    start_response("200 OK", dict([*LEGEND, *trick, ("set-cookie", OK[1])]).items())
    return [BODY]


def as_lists(environ, start_response, trick):
    start_response("200 OK", [list(field) for field in [*HEAD, *trick]])
    return [BODY]


def status(environ, start_response, trick):
    start_response(trick[0][1], list(HEAD))
    return [BODY]


def changed(environ, start_response, trick):
    headers = list(HEAD)
    start_response("200 OK", headers)
    headers += trick
    return [BODY]


def second_start(environ, start_response, trick):
    start_response("200 OK", list(HEAD))
    try:
        raise ValueError("the app's own, and caught")
    except ValueError:
        start_response("200 OK", [*HEAD, *trick], sys.exc_info())
    return [BODY]


def lazy(environ, start_response, trick):
    start_response("200 OK", [*HEAD, *trick])
    yield BODY[:10]
    yield BODY[10:]


def written(environ, start_response, trick):
    write = start_response("200 OK", [*HEAD, *trick])
    write(BODY[:10])
    return [BODY[10:]]


def early_hint(environ, start_response, trick):
    if "wsgi.early_hints" in environ:
        environ["wsgi.early_hints"](list(trick))
    return fields(environ, start_response, ())


informational = early_hint


def trailers(environ, start_response, trick):
    if "gunicorn.http2.send_trailers" in environ:
        environ["gunicorn.http2.send_trailers"]([("x-sum", "1"), *trick])
    return fields(environ, start_response, ())


# Kinds of responses


def stream():
    for number in range(5):
        yield f"data: {number}\n\n".encode()
        time.sleep(0.01)


def raising_within():
    yield b"first"
    time.sleep(0.05)
    raise RuntimeError("the app's own, within the body")


def endless():
    for _ in range(200):
        yield b"x" * 65536
        time.sleep(0.005)


def exchange(environ, start_response, name):
    if name == "plain":
        whole = fields(environ, start_response, [REFUSED])
        return [] if environ["REQUEST_METHOD"] == "HEAD" else whole
    if name == "cookie":  # what the app sees of the request's cookies
        seen = environ.get("HTTP_COOKIE", "").encode("latin-1")
        start_response("200 OK", [("Content-Length", str(len(seen))), OK, REFUSED])
        return [seen]
    if name in ("stream", "sse"):
        kind = "text/event-stream" if name == "sse" else "text/plain"
        start_response("200 OK", [("Content-Type", kind), OK, REFUSED])
        return stream()
    if name == "file":
        size = ("Content-Length", str(FILE.stat().st_size))
        way = "wsgi.file_wrapper" if "wsgi.file_wrapper" in environ else "list"
        start_response("200 OK", [("X-Way", way), size, OK, REFUSED])
        return environ[way](FILE.open("rb"), 65536) if way != "list" else [FILE.read_bytes()]
    if name in ("204", "304"):
        start_response(f"{name} Empty", [OK, REFUSED])
        return []
    if name.isdigit():
        start_response(f"{name} Some", [*HEAD, REFUSED, ("Location", "/")])
        return [BODY]
    if name == "error-before":
        raise RuntimeError("the app's own, before the start")
    if name in ("error-after", "error-within", "endless"):
        start_response("200 OK", [("Content-Type", "text/plain"), OK, REFUSED])
        if name == "error-after":
            raise RuntimeError("the app's own, after the start")
        return raising_within() if name == "error-within" else endless()
    raise LookupError(name)


def site(environ, start_response):
    _, _, kind, name = environ["PATH_INFO"].split("/")
    if kind == "trick":
        trick = NAMED[name]
        return globals()[trick.how](environ, start_response, trick.fields)
    return exchange(environ, start_response, name)


WAYS = {"bare": site} | {name: CookieGateMiddleware(site, gate) for name, gate in GATES.items()}


def app(environ, start_response):
    if environ["PATH_INFO"] == "/ready":
        token = os.environ["COOKIEGATE_TEST_TOKEN"].encode()
        start_response("200 OK", [("Content-Length", str(len(token)))])
        return [token]
    try:
        return WAYS[environ["PATH_INFO"].split("/")[1]](environ, start_response)
    except Exception:
        sys.stderr.write(f"the app raised at {environ['PATH_INFO']}\n")
        sys.stderr.flush()
        raise
