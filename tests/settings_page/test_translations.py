"""Page and banner in Chromium in every language that comes with the package: nothing is wider than a screen of 320 px.

`pytest tests/settings_page/test_translations.py --pictures DIR` writes a picture of each.
"""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from cookiegate.settings_page.language import BUILT_IN, ON_REQUEST, built_in

SHIPPED = (*BUILT_IN, *ON_REQUEST)
PATIENCE_MS = 300_000
ORIGIN = "http://site.example"
SHELL = """<!doctype html><html lang="{tag}" dir="{direction}"><head><meta charset="utf-8"><title>Example</title>
<meta name="viewport" content="width=device-width, initial-scale=1"></head><body>{banner}<main><h1>Example</h1></main>
</body></html>"""
TOO_WIDE = """() => {
    const texts = [...document.querySelectorAll("body *")].filter(one => {
        const { left, right, width, height } = one.getBoundingClientRect();
        const style = getComputedStyle(one);
        if (width <= 1 || height <= 1 || style.clipPath !== "none") return false; // for screen readers alone
        const hasText = [...one.childNodes].some(node => node.nodeType === Node.TEXT_NODE && node.data.trim());
        const isBox = style.display !== "inline" && (hasText || style.overflowX !== "visible");
        return left < -0.5 || right > innerWidth + 0.5 || isBox && one.scrollWidth > one.clientWidth + 1;
    });
    return texts.map(one => one.outerHTML.slice(0, 200));
}"""

BROKEN_WORDS = """() => {
    const found = [], range = document.createRange();
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        if (!walker.currentNode.parentElement.closest("button, h1, h2, summary")) continue;
        for (const word of walker.currentNode.data.matchAll(/[^-\\s\\u3000-\\u9fff\\uac00-\\ud7af\\uff00-\\uffef]+/g)) {
            range.setStart(walker.currentNode, word.index);
            range.setEnd(walker.currentNode, word.index + word[0].length);
            if (new Set([...range.getClientRects()].map(one => one.top)).size > 1) found.push(word[0]);
        }
    }
    return found;
}"""
"""Of buttons and headings; lines end at hyphens, and Chinese, Japanese and Korean after any letter."""


@pytest.fixture(scope="module")
def has_glyphs(missing: Callable[[str], Any]) -> Callable[[str], None]:
    """See that this machine has a font for a language: boxes in the place of letters have another width."""

    def check(tag: str) -> None:
        wanted = {"zh-Hans": "zh-cn", "zh-Hant": "zh-tw"}.get(tag, tag.split("-", maxsplit=1)[0])
        found = subprocess.run(["fc-list", f":lang={wanted}", "family"], capture_output=True, check=False).stdout
        if not found.strip():
            missing(f"a font for {tag}, as in Debian's fonts-wqy-zenhei")

    return check


@pytest.fixture(scope="module")
def screen(chromium: Any) -> Iterator[Any]:
    """A browser as wide as WCAG 2.2's success criterion 1.4.10 has it."""
    context = chromium.new_context(viewport={"width": 320, "height": 640}, reduced_motion="reduce")
    context.set_default_timeout(PATIENCE_MS)
    yield context.new_page()
    context.close()


@pytest.fixture
def show(
    screen: Any, make_page: Callable[..., Any], asking: dict[str, Callable[..., Any]], has_glyphs: Callable[[str], None]
) -> Iterator[Callable[..., Any]]:
    """Open the settings page, or a page with the banner, in a language. Chromium asks the app without a server."""
    from wsgiref.validate import validator

    from cookiegate.settings_page.wsgi import SettingsFirst
    from cookiegate.wsgi import CookieGateMiddleware

    asked: list[str] = []

    def make(tag: str) -> Callable[..., httpx.Response]:
        page = make_page(languages=ON_REQUEST, registry_language="de", gate={"report_only": ["ia_mkt_*"]})

        def site(environ: Any, start_response: Any) -> list[bytes]:
            language = built_in(tag)
            direction = "rtl" if language.is_right_to_left else "ltr"
            html = SHELL.format(tag=tag, direction=direction, banner=page.fragment(environ, language=tag))
            start_response("200 OK", [("Content-Type", "text/html; charset=utf-8")])
            return [html.encode()]

        return asking["wsgi"](validator(CookieGateMiddleware(SettingsFirst(site, page), gate=page.gate)))

    def open_page(tag: str, path: str, **headers: str) -> Any:
        has_glyphs(tag)
        visitor = make(tag)
        if headers:
            visitor.choose("own-choice", ("statistics",))

        def answer(route: Any) -> None:
            parts = urlsplit(route.request.url)
            asked.append(parts.path)
            fields = {"Accept": route.request.headers["accept"], "Accept-Language": tag, **headers}
            response = visitor(route.request.method, f"{parts.path}?{parts.query}", headers=fields)
            route.fulfill(status=response.status_code, headers=dict(response.headers), body=response.content)

        screen.unroute_all()
        screen.route("**/*", answer)
        screen.goto(f"{ORIGIN}{path}")
        screen.wait_for_load_state("networkidle")
        screen.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
        return screen

    yield open_page
    assert [path for path in asked if path.endswith(".css")]


@pytest.fixture(scope="module")
def picture(request: pytest.FixtureRequest) -> Callable[[Any, str], None]:
    directory: Path | None = request.config.getoption("--pictures")

    def write(page: Any, name: str) -> None:
        if directory is not None:
            directory.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=directory / f"{name}.png", full_page=True)

    return write


PLACES = {
    "page": SimpleNamespace(path="/cookie-settings/", headers={}),
    "chosen": SimpleNamespace(path="/cookie-settings/?saved&language={tag}", headers={"Sec-GPC": "1"}),
    "problem": SimpleNamespace(path="/cookie-settings/nowhere", headers={}),
    "banner": SimpleNamespace(path="/", headers={}),
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("tag", SHIPPED)
def test_nothing_is_wider_than_320_pixels(show, picture, tag, place):
    page = show(tag, PLACES[place].path.format(tag=tag), **PLACES[place].headers)
    picture(page, f"{tag}-{place}")
    assert page.evaluate("document.querySelector('#cookiegate-banner, html').lang") == tag
    assert page.evaluate(TOO_WIDE) == []
    assert page.evaluate(BROKEN_WORDS) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_text_that_is_too_wide_is_found(screen):
    screen.unroute_all()
    screen.goto("about:blank")
    screen.set_content("<body><p>short</p><div style='width: 9rem; overflow: hidden'><b>" + "x" * 99 + "</b></div>")
    assert [found[:5] for found in screen.evaluate(TOO_WIDE)] == ["<div ", "<b>xx"]


def test_word_that_is_broken_is_found(screen):
    screen.unroute_all()
    screen.goto("about:blank")
    screen.set_content(
        "<body><button style='width: 6rem; overflow-wrap: anywhere'>yes " + "x" * 30 + " すべて許可する</button>"
    )
    assert screen.evaluate(BROKEN_WORDS) == ["x" * 30]
