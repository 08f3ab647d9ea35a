"""What a policy refuses for want of consent is not requested, in Chromium and in Firefox; with consent it is."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pytest

from cookiegate import CookieGate, Registry
from cookiegate.handle import current
from cookiegate.wsgi import CookieGateMiddleware

KINDS = ("script.js", "image.svg", "frame", "style.css")
BODIES = {"script.js": b"", "image.svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>", "frame": b"-", "style.css": b""}
PAGES = {"page": "no-store", "kept": "max-age=86400", "of-caches": "public, max-age=86400"}
"""Pages with a policy, and their Cache-Control."""
TYPES = {"script.js": "text/javascript", "image.svg": "image/svg+xml", "style.css": "text/css"}

pytestmark = pytest.mark.browser


class Site:
    """A page with parts of `counter.localhost` (statistics) and `ads.localhost` (marketing), under a policy."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.requested: set[str] = set()
        self.served = 0
        self.origin = f"http://site.localhost:{self.port}"
        self.hosts = {name: f"http://{name}.localhost:{self.port}" for name in ("counter", "ads")}
        named = " ".join(self.hosts.values())
        rest = f"img-src {named} 'self'; frame-src\t{named}; style-src {named}"
        self.policy = f"default-src 'self'; script-src 'self' {named}; {rest}"
        gate = CookieGate(
            registry=Registry(), csp={"statistics": [self.hosts["counter"]], "marketing": [self.hosts["ads"].upper()]}
        )
        self.app = CookieGateMiddleware(self.answer, gate)

    def answer(self, environ: dict[str, Any], start_response: Callable[..., object]) -> list[bytes]:
        host, path = environ["HTTP_HOST"].partition(".")[0], environ["PATH_INFO"].lstrip("/")
        if host != "site" or path in BODIES:
            self.requested.add(f"{host}/{path}")
            kind = TYPES.get(path, "text/html")
            start_response("200 OK", [("Content-Type", kind), ("Cache-Control", "no-store")])
            return [BODIES.get(path, b"")]
        fields = [("Content-Type", "text/html"), ("Cache-Control", "no-store")]
        if path.startswith("choose"):
            current(environ).choose(path.split("-")[1:])
        elif path in PAGES:
            fields = [*fields[:1], ("Cache-Control", PAGES[path]), ("Content-Security-Policy", self.policy)]
            self.served += 1
        start_response("200 OK", fields)
        origins = [*self.hosts.values(), self.origin] if path in PAGES else []
        return [b"<!doctype html><link rel=icon href='data:,'>", *map(parts_of, origins)]

    def visit(self, visit: Callable[[str], None], path: str) -> set[str]:
        """Open a page, wait until all of it is loaded, and say what it requested of others."""
        self.requested = set()
        visit(f"{self.origin}/{path}")
        return self.requested


def parts_of(origin: str) -> bytes:
    return (
        f"<link rel=stylesheet href='{origin}/style.css'><script src='{origin}/script.js'></script>"
        f"<img src='{origin}/image.svg'><iframe src='{origin}/frame'></iframe>"
    ).encode()


@pytest.fixture(scope="module")
def site(serving: Any) -> Iterator[Site]:
    with serving(Site) as site:
        yield site


@contextmanager
def running(request: pytest.FixtureRequest, name: str, parts: SimpleNamespace, directory: Any) -> Iterator[Any]:
    """Run one of the browsers; yields a function that opens a page and waits for all of its parts."""
    if name == "Chromium":
        context = request.getfixturevalue("chromium").new_context()
        context.set_default_timeout(parts.chromium.PATIENCE_MS)
        yield context.new_page().goto
        context.close()
        return
    with parts.firefox.running(request.getfixturevalue("firefox_path"), directory, parts.oracle.Stored) as firefox:
        (tree,) = firefox.call("browsingContext.getTree")["contexts"]

        def visit(url: str) -> None:
            firefox.call("browsingContext.navigate", context=tree["context"], url=url, wait="complete")

        yield visit


@pytest.fixture(scope="module", params=["Chromium", "Firefox"])
def browser(request: pytest.FixtureRequest, parts: SimpleNamespace, tmp_path_factory: pytest.TempPathFactory) -> Any:
    with running(request, request.param, parts, tmp_path_factory.mktemp("browser")) as visit:
        yield SimpleNamespace(name=request.param, visit=visit)


def of(*hosts: str) -> set[str]:
    return {f"{host}/{kind}" for host in hosts for kind in KINDS}


OWN = {"site/script.js", "site/image.svg"}
"""What the policy allows of the site itself."""


def test_refused_source_is_not_requested_and_a_granted_one_is(browser, site, promise):
    promise("Browsers", "a refused source of a policy is not requested, a granted one is", browser.name)
    assert site.visit(browser.visit, "page") == OWN
    site.visit(browser.visit, "choose-statistics")
    assert site.visit(browser.visit, "page") == OWN | of("counter")
    site.visit(browser.visit, "choose-statistics-marketing")
    assert site.visit(browser.visit, "page") == OWN | of("counter", "ads")
    site.visit(browser.visit, "choose")
    assert site.visit(browser.visit, "page") == OWN


@pytest.mark.parametrize("path", ["kept", "of-caches"])
def test_page_that_the_browser_keeps_follows_the_next_choice(browser, site, promise, path):
    promise("Browsers", "a page that the browser keeps follows the next choice", browser.name)
    site.visit(browser.visit, "choose-statistics-marketing")
    assert site.visit(browser.visit, path) == OWN | of("counter", "ads")
    served = site.served
    site.visit(browser.visit, path)
    assert site.served == served  # it keeps it indeed
    site.visit(browser.visit, "choose")
    assert site.visit(browser.visit, path) == OWN
