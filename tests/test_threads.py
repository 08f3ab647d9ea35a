"""One gate with many threads: each visitor gets the right response."""

import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from cookiegate import Category, CookieGate, CookieRule, Registry
from cookiegate.wsgi import CookieGateMiddleware

NOW = 1768204800.0  # Mon, 12 Jan 2026 08:00:00 GMT
SAFE = "; Path=/; Secure; SameSite=Lax"
THREADS, ROUNDS = 16, 50
CATEGORIES = ("preferences", "statistics", "marketing")
REGISTRY = Registry(
    [
        CookieRule(name="ok", category=Category.NECESSARY),
        *(CookieRule(name=f"ia_{category}_*", category=Category(category)) for category in CATEGORIES),
    ]
)


@pytest.fixture
def hasty_threads():
    """Let the interpreter switch threads as often as possible."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)


@pytest.mark.repeated(1, 50)
@pytest.mark.usefixtures("hasty_threads")
@pytest.mark.parametrize("is_moving", [False, True], ids=["clock stands", "clock moves"])
def test_gate_gives_each_thread_the_right_answer(is_moving):
    ticks = iter(range(10**9))
    gate = CookieGate(registry=REGISTRY, clock=(lambda: NOW + next(ticks) % 600) if is_moving else lambda: NOW)
    barrier = Barrier(THREADS)

    def app(environ, start_response):
        start_response("200 OK", [("Set-Cookie", line) for line in environ["test.lines"]])
        return []

    middleware = CookieGateMiddleware(app, gate)

    def visit(number, each):
        granted = {category for bit, category in enumerate(CATEGORIES) if (number + each) >> bit & 1}
        key = (number * ROUNDS + each) % 3000
        names = [f"ia_{category}_{key}" for category in CATEGORIES]
        dated = "; Expires=Tue, 13 Jan 2026 08:00:00 GMT" + SAFE
        lines = [f"{name}={each}{tail}" for name in names for tail in (SAFE, f"; Max-Age={key + 1}{SAFE}", dated)]
        lines += [f"ok={each}{SAFE}", f"other{key}=1", f"ok={each}{dated}"]
        cookie = f"cookiegate_consent=v=1&c={'.'.join(sorted(granted))}&t=1768204800&id={key}"
        started = []
        environ = {"HTTP_COOKIE": cookie, "wsgi.url_scheme": "https", "test.lines": lines}
        middleware(environ, lambda status, headers: started.append(headers))
        left = [value for name, value in started[0] if name == "Set-Cookie"]
        allowed = ["ok=", *(f"ia_{category}_" for category in granted)]
        assert left == [line for line in lines if line.startswith(tuple(allowed))]
        assert environ["cookiegate.handle"].consent.granted == granted

    def hammer(number):
        barrier.wait()
        for each in range(ROUNDS):
            visit(number, each)
        return number

    with ThreadPoolExecutor(THREADS) as pool:
        assert list(pool.map(hammer, range(THREADS))) == list(range(THREADS))
