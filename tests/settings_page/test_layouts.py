"""Every layout, theme and colour scheme of the banner in Chromium: nothing is cut off, inaccessible, or nudging.

`pytest tests/settings_page/test_layouts.py --pictures DIR` writes a picture of each.
"""

import re
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from cookiegate.settings_page.look import CHOICES

BANNER = "#cookiegate-banner"
PATIENCE_MS = 300_000
SIZES = {"1280": (1280, 800), "320": (320, 640)}
LAYOUTS, THEMES, SCHEMES = CHOICES["layout"], CHOICES["theme"], CHOICES["color_scheme"]
READY = f"{BANNER}[data-ready]"
"""The banner, when its script has come."""
INSIDE = """() => {
    const banner = document.querySelector("#cookiegate-banner");
    const limits = banner.getBoundingClientRect();
    const outside = [...banner.querySelectorAll("*")].filter(one => {
        const {left, right, width} = one.getBoundingClientRect();
        return width && (left < limits.left - .5 || right > limits.right + .5 || one.scrollWidth > one.clientWidth + 1
            && !["INPUT", "SPAN", "BDI", "A", "EM", "FORM", "DETAILS"].includes(one.tagName));
    });
    return {
        outside: outside.map(one => one.outerHTML.slice(0, 120)),
        isWide: banner.scrollWidth > banner.clientWidth,
        isPageWide: document.documentElement.scrollWidth > innerWidth,
        isHigh: limits.top < 0 || limits.bottom > innerHeight,
    };
}"""
COLOUR = """name => {
    const one = document.querySelector("#cookiegate-banner").appendChild(document.createElement("i"));
    one.style.color = `var(${name})`;
    const {color} = getComputedStyle(one);
    one.remove();
    return color;
}"""
TEXT, SHAPE = 4.5, 3
CONTRASTS = {
    **{(name, ground): TEXT for name in ("ink", "quiet", "link", "accent") for ground in ("card", "paper")},
    **{(name, ground): TEXT for name in ("ink", "quiet") for ground in ("wash", "notice")},
    **{(name, "card"): SHAPE for name in ("edge", "focus")},
    ("focus", "paper"): SHAPE,
    ("on-accent", "accent"): TEXT,
}
"""The least contrast of two colours. Source: WCAG 2.2, 1.4.3 and 1.4.11"""
IS_INSIDE = {"outside": [], "isWide": False, "isPageWide": False, "isHigh": False}
LOOK_OF_A_BUTTON = """value => {
    const one = document.querySelector(`[value=${value}]`), style = getComputedStyle(one);
    const box = one.getBoundingClientRect();
    const place = /^(inset|top|left|right|bottom|perspective-origin|transform-origin)/;
    const names = [...style].filter(name => !place.test(name));
    const layer = one.closest("details, dialog, section, form");
    return {
        width: box.width, height: box.height, layer: layer.outerHTML.slice(0, 100), isVisible: one.checkVisibility(),
        style: Object.fromEntries(names.map(name => [name, style.getPropertyValue(name)])),
    };
}"""


@pytest.fixture(scope="module")
def pictures(request: pytest.FixtureRequest) -> Callable[[Any, str], None]:
    """Write a picture of a page, if pictures are wished for."""
    directory: Path | None = request.config.getoption("--pictures")

    def write(page: Any, name: str) -> None:
        if directory is not None:
            directory.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=directory / f"{name}.png")

    return write


@pytest.fixture
def silent() -> Callable[[str], None]:
    """Allow a text in the console, which may have nothing else."""
    allowed: list[str] = []

    def allow(text: str) -> None:
        allowed.append(text)

    allow.texts = allowed
    return allow


@pytest.fixture
def visit(chromium: Any, serve_starlette: Callable[..., str], silent: Any) -> Iterator[Callable[..., Any]]:
    """Open a page of the example site for a visitor; returns Playwright's page."""
    contexts: list[Any] = []
    said: list[str] = []

    def open_page(path: str, *, size: tuple[int, int] = (1280, 800), **options: Any) -> Any:
        context = chromium.new_context(
            **{"locale": "en-US", "viewport": {"width": size[0], "height": size[1]}, "reduced_motion": "reduce"}
            | options
        )
        contexts.append(context)
        context.set_default_timeout(PATIENCE_MS)
        page = context.new_page()
        page.route("**/favicon.ico", lambda route: route.fulfill(status=204))
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(serve_starlette() + path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert [text for text in said if not any(allowed in text for allowed in silent.texts)] == []


def address(layout: str = "bar", theme: str = "neutral", scheme: str = "light", language: str = "en") -> str:
    return f"/own?look={layout}+{theme}+{scheme}&language={language}"


def asked(visit: Callable[..., Any], *look: str, **options: Any) -> Any:
    """Open a page with the banner, and wait until its script has come."""
    page = visit(address(*look), **options)
    page.locator(READY).wait_for()
    return page


def violations(page: Any, axe_source: str) -> list[Any]:
    page.evaluate(axe_source)
    found = page.evaluate("axe.run()")
    return [(one["id"], [node["html"] for node in one["nodes"]]) for one in found["violations"]]


def open_all(page: Any) -> None:
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")


CASES = [
    *((*look, "light", "en") for look in product(LAYOUTS, THEMES)),
    *((layout, theme, "dark", "en") for layout, theme in (("bar", "neutral"), ("box", "govuk"))),
    *((layout, theme, "light", "ar") for layout, theme in zip(LAYOUTS, THEMES, strict=True)),
]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("case", CASES, ids="-".join)
def test_banner_fits_and_is_accessible_closed_and_open(visit, axe_source, pictures, case, size):
    page = asked(visit, *case, size=SIZES[size], bypass_csp=True)  # so that the checker's own script may run
    name = "-".join((*case, size))
    for state in ("closed", "open"):
        if state == "open":
            open_all(page)
        pictures(page, f"{name}-{state}")
        assert page.evaluate(INSIDE) == IS_INSIDE
        assert violations(page, axe_source) == []


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("layout", "theme"), list(product(LAYOUTS, THEMES)))
def test_reject_is_as_easy_as_accept(visit, layout, theme, size):
    page = asked(visit, layout, theme, size=SIZES[size])
    page.evaluate("document.activeElement.blur()")
    reject, accept = (page.evaluate(LOOK_OF_A_BUTTON, value) for value in ("reject-all", "accept-all"))
    assert reject["isVisible"]
    assert reject == accept
    boxes = [page.locator(f"[value={value}]").bounding_box() for value in ("reject-all", "accept-all")]
    assert (boxes[0]["y"], boxes[0]["x"]) < (boxes[1]["y"], boxes[1]["x"])  # reject comes first
    assert all(box["y"] >= 0 and box["y"] + box["height"] <= SIZES[size][1] for box in boxes)


@pytest.mark.parametrize(
    ("color_scheme", "declared", "preferred", "is_dark"),
    [
        ("page", "light", "dark", False),
        ("page", "normal", "dark", False),
        ("page", "light dark", "dark", True),
        ("page", "dark", "light", True),
        ("page", "light dark", "light", False),
        ("auto", "light", "dark", True),
        ("auto", "light dark", "light", False),
        ("light", "light dark", "dark", False),
        ("dark", "light", "light", True),
    ],
)
@pytest.mark.parametrize("theme", ["neutral", "govuk"])
def test_banner_is_dark_where_it_should_be(visit, theme, color_scheme, declared, preferred, is_dark):
    page = visit(f"{address('bar', theme, color_scheme)}&scheme={declared}", color_scheme=preferred)
    page.locator(BANNER).wait_for()
    assert (brightness(page, "backgroundColor") < 60, brightness(page, "color") > 200) == (is_dark, is_dark)


@pytest.mark.parametrize("color_scheme", SCHEMES)
def test_dark_theme_is_dark_in_every_colour_scheme(visit, color_scheme):
    page = visit(address("box", "dark", color_scheme))
    page.locator(BANNER).wait_for()
    assert brightness(page, "backgroundColor") < 60


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
@pytest.mark.parametrize("theme", THEMES)
def test_colours_have_the_contrast_of_wcag_aa(visit, theme, color_scheme):
    page = visit(address("bar", theme, color_scheme))
    page.locator(BANNER).wait_for()

    def luminance(name: str) -> float:
        """Return the relative luminance. Source: WCAG 2.2, https://www.w3.org/TR/WCAG22/#dfn-relative-luminance"""
        parts = [float(part) / 255 for part in re.findall(r"[\d.]+", page.evaluate(COLOUR, f"--{name}"))[:3]]
        red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    for (first, second), least in CONTRASTS.items():
        lighter, darker = sorted((luminance(first), luminance(second)), reverse=True)
        assert (lighter + 0.05) / (darker + 0.05) >= least, (first, second)


def brightness(page: Any, name: str) -> float:
    """Return the mean of red, green and blue."""
    colour = page.evaluate("name => getComputedStyle(document.querySelector('#cookiegate-banner'))[name]", name)
    return sum(float(part) for part in re.findall(r"[\d.]+", colour)[:3]) / 3


# Keyboard


@pytest.mark.parametrize("layout", LAYOUTS)
def test_keyboard_reaches_everything_and_stays_in_a_modal(visit, layout):
    page = asked(visit, layout)
    order = []
    for _ in range(7):
        page.keyboard.press("Tab")
        order.append(page.evaluate("(({value, textContent}) => value || textContent.trim())(document.activeElement)"))
    first = ["reject-all", "accept-all", "Choose in detail", "Read the whole cookie policy", "Privacy notice"]
    assert order[:5] == first
    assert ("Cookies" in order) is (layout != "modal")
    is_inert = "document.elementFromPoint(10, 130)?.closest('dialog') !== null"
    assert page.evaluate(is_inert) is (layout == "modal")


@pytest.mark.parametrize("layout", LAYOUTS)
def test_escape_closes_without_a_choice_and_the_next_page_asks_again(visit, layout):
    page = asked(visit, layout)
    if layout != "modal":
        page.keyboard.press("Escape")  # elsewhere in the page it is the page's
        assert page.locator(BANNER).count() == 1
        page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    page.locator(BANNER).wait_for(state="detached")
    assert page.evaluate("cookiegate.allows('statistics')") is False
    page.reload()
    page.locator(READY).wait_for()


def test_modal_begins_with_its_title_so_that_enter_chooses_nothing(visit):
    page = asked(visit, "modal")
    assert page.evaluate("document.activeElement.id") == "cookiegate-banner-title"
    page.keyboard.press("Enter")
    assert page.locator(BANNER).count() == 1


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("way", ["link", "button"])
def test_banner_opens_again_with_the_choice_and_the_focus_returns(visit, pictures, layout, way):
    page = asked(visit, layout)
    page.get_by_text("Choose in detail").click()
    page.get_by_role("switch", name="Statistics").check()
    page.get_by_role("button", name="Save choice").click()
    page.locator(BANNER).wait_for(state="detached")
    assert page.evaluate("heard") == [["statistics"]]
    opener = page.locator("p > [data-cookiegate-open]" if way == "link" else ".cookiegate-open")
    opener.press("Enter")
    page.get_by_text("You allowed: Statistics.").wait_for()
    assert page.evaluate(f"document.querySelector('{BANNER}').className").split()[1] == f"cookiegate-{layout}"
    assert page.evaluate("document.activeElement.id") == "cookiegate-banner-title"
    page.get_by_text("Choose in detail").click()
    assert page.get_by_role("switch", name="Statistics").is_checked()
    assert not page.get_by_role("switch", name="Marketing").is_checked()
    pictures(page, f"{layout}-opened-again")
    page.get_by_role("button", name="Close").click()
    page.locator(BANNER).wait_for(state="detached")
    assert opener.evaluate("one => one === document.activeElement")
    opener.press("Enter")
    page.get_by_role("button", name="Reject all").click()
    page.locator(BANNER).wait_for(state="detached")
    assert page.evaluate("heard") == [["statistics"], []]


def test_banner_opens_again_from_a_page_with_the_script_alone(visit):
    page = visit("/script")
    page.get_by_role("button", name="Reject all").click()
    page.locator(BANNER).wait_for(state="detached")
    page.get_by_role("link", name="Cookies").click()
    page.get_by_text("You rejected all optional cookies.").wait_for()
    page.evaluate("cookiegate.open()")  # it is there already
    assert page.locator(BANNER).count() == 1
    page.keyboard.press("Escape")
    page.evaluate("cookiegate.open()")
    page.get_by_role("button", name="Accept all").click()
    page.locator(BANNER).wait_for(state="detached")
    assert page.evaluate("cookiegate.allows('marketing')") is True


def test_link_leads_to_the_page_if_the_banner_cannot_come(visit, silent):
    page = visit("/script")
    page.get_by_role("button", name="Reject all").click()
    page.locator(BANNER).wait_for(state="detached")
    silent("ERR_FAILED")
    page.route("**/banner?**", lambda route: route.abort())
    with page.expect_navigation():
        page.get_by_role("link", name="Cookies").click()
    assert page.url.endswith("/cookie-settings/")


# Without JavaScript


@pytest.mark.parametrize("layout", LAYOUTS)
def test_without_javascript_the_categories_open_in_place_and_are_saved(visit, layout):
    page = visit(address(layout), java_script_enabled=False)
    page.get_by_text("Choose in detail").click()
    page.get_by_text("1 cookie", exact=True).nth(2).click()
    page.get_by_text("How visitors found the site and whether they signed up.").wait_for()
    page.get_by_role("switch", name="Statistics").check()
    with page.expect_navigation():
        page.keyboard.press("Enter")  # on the switch: saves what is set, and nothing more
    assert "/own" in page.url
    assert page.locator(BANNER).count() == 0
    with page.expect_navigation():
        page.locator(".cookiegate-open").click()
    page.get_by_text("You allowed: Statistics.").wait_for()


# Sizes and media


def test_nothing_is_cut_off_with_text_of_twice_the_size(visit, pictures):
    for layout, width in product(LAYOUTS, (1280, 640)):
        page = asked(visit, layout, size=(width, 800))
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        open_all(page)
        pictures(page, f"{layout}-200-percent-{width}")
        assert page.evaluate(INSIDE) == IS_INSIDE


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_control_can_be_reached_at_400_percent(visit, layout):
    page = asked(visit, layout, size=(320, 256))
    open_all(page)
    assert page.evaluate(INSIDE) == IS_INSIDE
    for value in ("reject-all", "accept-all", "own-choice"):
        button = page.locator(f"[value={value}]")
        button.scroll_into_view_if_needed()
        button.click(trial=True)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_banner_is_not_printed(visit, layout):
    page = asked(visit, layout)
    page.emulate_media(media="print")
    page.locator(BANNER).wait_for(state="hidden")
    page.emulate_media(media="screen")
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    page.locator(BANNER).wait_for(state="detached")
    page.locator(".cookiegate-open").wait_for()
    page.emulate_media(media="print")
    page.locator(".cookiegate-open").wait_for(state="hidden")


@pytest.mark.parametrize("layout", LAYOUTS)
def test_forced_colours_leave_the_switches_to_be_seen(visit, axe_source, pictures, layout):
    page = asked(visit, layout, forced_colors="active", bypass_csp=True)
    open_all(page)
    page.get_by_role("switch", name="Preferences").check()
    colours = page.evaluate(
        """[...document.querySelectorAll(".cookiegate-switch input")].slice(0, 2).map(one => {
            const knob = getComputedStyle(one, "::before").backgroundColor;
            return [getComputedStyle(one).backgroundColor, knob];
        })"""
    )
    assert all(track != knob for track, knob in colours)
    assert colours[0] != colours[1]
    pictures(page, f"{layout}-forced-colours")
    assert violations(page, axe_source) == []


def test_nothing_moves_for_those_who_want_less_motion(visit):
    for wish, duration in (("reduce", "0s"), ("no-preference", "0.15s")):
        page = asked(visit, "box", reduced_motion=wish)
        knob = "getComputedStyle(document.querySelector('.cookiegate-switch input'), '::before').transitionDuration"
        assert page.evaluate(knob) == duration
        moving = "document.getAnimations().length"
        assert page.evaluate(moving) == 0


@pytest.mark.parametrize("path", ["/script", *(address(layout) + how for layout in LAYOUTS for how in ("", "&slow"))])
def test_page_does_not_shift(visit, path):
    page = visit(path)
    page.locator(READY).wait_for()
    page.evaluate("new Promise(resolve => requestAnimationFrame(() => requestAnimationFrame(resolve)))")
    shifts = """new Promise(resolve => {
        const observer = new PerformanceObserver(list => list);
        observer.observe({type: "layout-shift", buffered: true});
        const place = ({x, y, width, height}) => [x, y, width, height];
        const moved = ({node, previousRect, currentRect}) =>
            [(node?.outerHTML ?? node?.textContent ?? "").slice(0, 80), place(previousRect), place(currentRect)];
        resolve(observer.takeRecords().map(one => [one.value, one.startTime, ...one.sources.map(moved)]));
    })"""
    assert page.evaluate(shifts) == []


# In the site's own pages


def test_style_sheets_touch_nothing_but_our_own_elements(visit):
    page = visit("/own?settings")
    selectors = page.evaluate(
        """[...document.styleSheets].flatMap(sheet => [...sheet.cssRules]).flatMap(function all(rule) {
            if (rule.cssRules?.length) return [...rule.cssRules].flatMap(all);
            return rule.selectorText ? [rule.selectorText] : [];
        })"""
    )
    assert len(selectors) > 100
    parts = [part for selector in selectors for part in re.split(r",(?![^(]*\))", selector)]
    assert [part for part in parts if ".cookiegate-" not in part] == []


def test_settings_are_part_of_a_page_of_the_site(visit, axe_source, pictures):
    for width in (1280, 320):
        page = visit("/own?settings&language=en", size=(width, 800), java_script_enabled=False)
        page.locator(BANNER).wait_for(state="hidden")  # the page itself asks
        page.get_by_text("Your choice is saved.").wait_for(state="hidden")
        page.get_by_role("switch", name="Statistics").check()
        with page.expect_navigation():
            page.get_by_role("button", name="Save choice").click()
        assert page.url.endswith("/own?settings&language=en#cookiegate-saved")
        page.get_by_text("Your choice is saved.").wait_for()
        page.get_by_text("You allowed: Statistics.").wait_for()
        pictures(page, f"settings-in-a-page-{width}")
    page = visit("/own?settings&language=ar", size=(320, 800), bypass_csp=True)
    open_all(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert violations(page, axe_source) == []


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("size", SIZES)
def test_settings_page_has_the_theme(visit, serve_starlette, axe_source, pictures, theme, size):
    page = visit("/script", size=SIZES[size], bypass_csp=True)
    page.goto(serve_starlette(TEST_THEME=theme) + "/cookie-settings/")
    open_all(page)
    pictures(page, f"page-{theme}-{size}")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert violations(page, axe_source) == []


MEASURED = """root => [...root.querySelectorAll("*"), root].map(one => {
    const {x, y, width, height} = one.getBoundingClientRect(), style = getComputedStyle(one);
    const names = ["backgroundColor", "color", "font", "letterSpacing", "textTransform", "border", "boxShadow",
        "opacity", "display", "listStyleType", "textDecorationLine", "textIndent", "wordSpacing"];
    return [one.tagName, one.className, x, y, width, height, ...names.map(name => `${name}: ${style[name]}`)].join();
})"""


@pytest.mark.parametrize("what", [*LAYOUTS, "settings"])
def test_styles_of_the_site_do_not_change_ours(visit, what):
    path, selector = ("/own?settings", "div.cookiegate-settings") if what == "settings" else (address(what), BANNER)
    page = visit(path, bypass_csp=True)
    if what == "settings":
        page.evaluate("document.querySelector('div.cookiegate-settings').style = 'position: absolute; inset: 0'")
    else:
        page.locator(READY).wait_for()
    open_all(page)
    root = page.locator(selector)
    before = root.evaluate(MEASURED)
    page.add_style_tag(path=Path(__file__).with_name("site.css"))
    page.evaluate("scrollTo(0, 0)")
    assert [pair for pair in zip(before, root.evaluate(MEASURED), strict=True) if pair[0] != pair[1]] == []
