"""One gate under many threads of this process, by both adapters, judged by the slow model; with and without a GIL."""

import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier

import pytest

from cookiegate.asgi import CookieGateMiddleware as AsgiGate
from cookiegate.wsgi import CookieGateMiddleware as WsgiGate

THREADS, EACH = 16, 60


@pytest.fixture(autouse=True)
def hasty_threads():
    """Let the threads change places as often as they can."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)


def asgi_answer(gate, visit):
    left, saw = [], []

    async def app(scope, receive, send):
        saw.extend(value for name, value in scope["headers"] if name == b"cookie")
        headers = [(b"set-cookie", line) for line in visit.lines]
        await send({"type": "http.response.start", "status": 200, "headers": headers})

    async def send(message):
        left.extend(value for name, value in message["headers"] if name == b"set-cookie")

    headers = [(b"cookie", visit.cookie)] + ([(b"sec-gpc", b"1")] if visit.gpc else [])
    scope = {"type": "http", "scheme": "https" if visit.is_https else "http", "headers": headers}
    with suppress(StopIteration):
        AsgiGate(app, gate)(scope, None, send).send(None)
    return left, b"; ".join(saw)


def wsgi_answer(gate, visit):
    left, saw = [], []

    def app(environ, start_response):
        saw.append(environ["HTTP_COOKIE"].encode("latin-1"))
        start_response("200 OK", [("Set-Cookie", line.decode("latin-1")) for line in visit.lines])
        return []

    environ = {
        "HTTP_COOKIE": visit.cookie.decode("latin-1"),
        "wsgi.url_scheme": "https" if visit.is_https else "http",
        **({"HTTP_SEC_GPC": "1"} if visit.gpc else {}),
    }
    WsgiGate(app, gate)(
        environ,
        lambda status, headers: left.extend(v.encode("latin-1") for n, v in headers if n.lower() == "set-cookie"),
    )
    return left, b"; ".join(saw)


@pytest.mark.parametrize(("adapter", "answer"), [("ASGI", asgi_answer), ("WSGI", wsgi_answer)])
def test_threads_of_one_gate_give_each_visitor_the_right_cookies(site, model, visits, promise, adapter, answer):
    promise("Faults", "16 threads of one process change places every microsecond", adapter, "the right cookies")
    gate = site.gate()
    barrier = Barrier(THREADS)

    def hammer(thread):
        barrier.wait()
        wrong = []
        for number in range(thread, thread + EACH * 3, 3):  # each visit is made by several threads
            visit = visits.visit(number, "threads")
            before, granted = visit.granted()
            left, saw = answer(gate, visit)
            wrong += model.differences(visit.lines, visit.cookie, granted, left, is_https=visit.is_https)
            if model.seen(saw, set(model.OPTIONAL)) != model.seen(visit.cookie, before):
                wrong.append(f"visit {number}: the app saw {saw!r}")
        return wrong

    with ThreadPoolExecutor(THREADS) as pool:
        assert [wrong for found in pool.map(hammer, range(THREADS)) for wrong in found] == []
