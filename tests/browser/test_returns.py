"""Returns from another site by POST, as logins and payments make them: which cookies come along in which browser."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pytest

from cookiegate import CookieGate, CookieRule, Registry
from cookiegate.wire.cookie import cookie_values
from cookiegate.wsgi import CookieGateMiddleware

COOKIES = ("lax", "kept", "everywhere")
RULES = Registry(
    [
        CookieRule(name="lax", category="necessary"),
        CookieRule(name="kept", category="necessary", same_site="keep"),
        CookieRule(name="everywhere", category="necessary", same_site="none", secure=True),
    ]
)

pytestmark = pytest.mark.browser


class Sites:
    """A shop that sets three unmarked cookies behind a gate, and a bank that sends its customers back by a form."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.returned: dict[str, set[str]] = {}
        self.app = CookieGateMiddleware(self.answer, CookieGate(registry=RULES))

    def url(self, host: str, path: str) -> str:
        return f"http://{host}.localhost:{self.port}/{path}"

    def answer(self, environ: dict[str, Any], start_response: Callable[..., object]) -> list[bytes]:
        fields = [("Content-Type", "text/html"), ("Cache-Control", "no-store")]
        path = environ["PATH_INFO"]
        body = b"<!doctype html><link rel=icon href='data:,'>"
        if path == "/basket":
            fields += [("Set-Cookie", f"{name}=1; Path=/") for name in COOKIES]
        elif path == "/pay":
            method = environ["QUERY_STRING"]
            form = f"<form method={method} action='{self.url('shop', 'return')}'></form>"
            body += f"{form}<script>document.forms[0].submit()</script>".encode()
        elif path == "/return":
            cookie = environ.get("HTTP_COOKIE", "").encode("latin-1")
            self.returned[environ["REQUEST_METHOD"]] = {
                name for name in COOKIES if cookie_values(cookie, name.encode())
            }
        start_response("200 OK", fields)
        return [body]


@pytest.fixture(scope="module")
def sites(serving: Any) -> Iterator[Sites]:
    with serving(Sites) as sites:
        yield sites


@contextmanager
def running(request: pytest.FixtureRequest, name: str, parts: SimpleNamespace, directory: Any) -> Iterator[Any]:
    """Run one of the browsers; yields a function that opens a page in a tab of its own."""
    if name == "Chromium":
        context = request.getfixturevalue("chromium").new_context()
        context.set_default_timeout(parts.chromium.PATIENCE_MS)
        yield lambda url: context.new_page().goto(url, wait_until="commit")
        context.close()
        return
    with parts.firefox.running(request.getfixturevalue("firefox_path"), directory, parts.oracle.Stored) as firefox:

        def visit(url: str) -> None:
            tab = firefox.call("browsingContext.create", type="tab")["context"]
            firefox.call("browsingContext.navigate", context=tab, url=url, wait="none" if "/pay" in url else "complete")

        yield visit


@pytest.fixture(scope="module", params=["Chromium", "Firefox"])
def visit(request: pytest.FixtureRequest, parts: SimpleNamespace, tmp_path_factory: pytest.TempPathFactory) -> Any:
    with running(request, request.param, parts, tmp_path_factory.mktemp("browser")) as visit:
        yield visit


@pytest.mark.parametrize(("method", "expected"), [("POST", {"kept", "everywhere"}), ("GET", set(COOKIES))])
def test_return_from_another_site_brings_what_the_rule_allows(visit, sites, wait_until, method, expected):
    sites.returned.clear()
    visit(sites.url("shop", "basket"))
    visit(sites.url("bank", f"pay?{method}"))
    wait_until(lambda: method in sites.returned, f"the return by {method}")
    assert sites.returned[method] == expected
