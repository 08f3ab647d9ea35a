"""Which element of a page counts as a banner's button: what may be clicked by its name, and what may not."""

import pytest

from cookiegate.audit.browser.assessing import banner_findings
from cookiegate.audit.browser.clicking import Clicker, _names
from cookiegate.audit.browser.contrast import contrast
from cookiegate.audit.browser.phase import Phase
from cookiegate.audit.browser.platforms import banners
from cookiegate.audit.browser.recorder import Recorder
from cookiegate.audit.browser.settings import BrowserSettings

FIXED = "position:fixed;bottom:0"
TEXT = "<p>We use cookies.</p>"


class Page:
    """What a clicker asks of a profile, on a page that Playwright has."""

    def __init__(self, page):
        self.page = page
        self.called = []
        self.recorder = Recorder(lambda _: True)

    def frames(self):
        return self.page.frames

    def settle(self):
        self.page.evaluate("() => new Promise(requestAnimationFrame)")

    def call(self, expression):
        self.called.append(expression)
        return bool(self.page.evaluate(expression))


@pytest.fixture(scope="module")
def page(chromium):
    context = chromium.new_context()
    context.route("**/*", lambda route: route.fulfill(body="<!doctype html><body></body>", content_type="text/html"))
    page = context.new_page()
    yield page
    context.close()


@pytest.fixture
def clicker(page):
    """Return a clicker on a page with this body."""

    def make(body, **settings):
        page.goto("http://shop.test/")
        page.set_content(f"<!doctype html><body>{body}</body>")
        return Clicker(Page(page), BrowserSettings(clicks_by_name=True, **settings))

    return make


def name_of(found):
    return None if found is None else found.control.name


@pytest.mark.parametrize(
    "body",
    [
        f"<div style='{FIXED}'>{TEXT}<button>Accept all</button></div>",
        f"<div style='position:sticky;top:0'>{TEXT}<button> ACCEPT  ALL ! </button></div>",
        f"<div role=dialog>{TEXT}<a href='#'>Accept all</a></div>", f"<dialog open>{TEXT}<a>Accept all</a></dialog>",
        f"<div role=alertdialog>{TEXT}<div role=button>Accept all</div></div>",
        f"<div role=dialog>{TEXT}<input type=button value='Accept all'></div>",
        f"<div role=dialog>{TEXT}<button aria-label='Accept all'>x</button></div>",
        f"<div role=dialog>{TEXT}<b id=l>Accept all</b><button aria-labelledby=l>x</button></div>",
        f"<div role=dialog>{TEXT}<form action=/choice method=post><button>Accept all</button></form></div>",
        f"<div role=dialog>{TEXT}<a href='javascript:void 0'>Accept all</a></div>",
        f"<div id=h style='{FIXED}'></div><script>h.attachShadow({{mode:'open'}}).innerHTML='{TEXT}<a>OK</a>'</script>",
        f"<div style='{FIXED}'><iframe srcdoc='{TEXT}<button>Accept all</button>'></iframe></div>",
        "<div role=dialog><p>Wir verwenden Cookies.</p><button>Alle akzeptieren</button></div>",
        "<div role=dialog><p>当サイトではクッキーを使用します</p><button>同意する</button></div>",
    ],
)  # fmt: skip
def test_a_button_of_a_banner_is_found_by_its_name(clicker, body, page):
    made = clicker(body)
    if "iframe" in body:
        page.wait_for_function("frames[0]?.document?.querySelector('button')")
    assert made.accept() is not None


@pytest.mark.parametrize(
    "body",
    [
        "<button>OK</button>", f"{TEXT}<button>Accept all</button>",
        f"<div role=dialog><p>Your order</p><button>OK</button></div>{TEXT}",
        f"<div role=dialog>{TEXT}<p>Only € 5</p><button>OK</button></div>",
        f"<div role=dialog>{TEXT}<p>5 kr</p><button>OK</button></div>",
        f"<div role=dialog>{TEXT}<input name=email><button>OK</button></div>",
        f"<div role=dialog>{TEXT}<textarea></textarea><button>OK</button></div>",
        f"<div role=dialog>{TEXT}<a href='/order'>Accept all</a></div>",
        f"<div role=dialog>{TEXT}<a href='//other.test/#'>Accept all</a></div>",
        f"<div role=dialog>{TEXT}<a href='http://['>Accept all</a></div>",
        f"<form id=f action=/buy></form><div role=dialog>{TEXT}<button form=f>Accept all</button></div>",
        f"<form action=/buy><div role=dialog>{TEXT}<button>Accept all</button></div></form>",
        f"<div role=dialog>{TEXT}<form action='http://other.test/'><button>Accept all</button></form></div>",
        f"<div role=dialog>{TEXT}<form><button formaction='http://['>Accept all</button></form></div>",
        f"<div role=dialog>{TEXT}<button disabled>Accept all</button></div>",
        f"<div role=dialog>{TEXT}<button style='visibility:hidden'>Accept all</button></div>",
        f"<div role=dialog>{TEXT}<button style='display:none'>Accept all</button></div>",
        f"<div role=dialog>{TEXT}<button>Accept the offer</button></div>",
        f"<iframe srcdoc='{TEXT}<button>Accept all</button>'></iframe>",
        f"<body style='{FIXED}'>{TEXT}<button>OK</button></body>",
    ],
)  # fmt: skip
def test_what_may_buy_something_is_not_clicked(clicker, body):
    assert clicker(body).accept() is None


def test_without_click_by_name_no_name_counts(clicker):
    made = clicker(f"<div role=dialog>{TEXT}<button>Accept all</button></div>")
    made._settings = BrowserSettings()
    assert made.accept() is None
    assert made.reject() is None


def test_a_selector_that_is_given_is_the_only_one(clicker):
    body = f"<div role=dialog>{TEXT}<button>Accept all</button><button id=x>Go</button></div>"
    assert name_of(clicker(body, accept_selector="#x").accept()) == "Go"
    assert clicker(body, accept_selector="#none").accept() is None
    assert clicker(body, accept_selector="[[").accept() is None
    assert clicker(body, reject_selector="#none").second_layer() is None
    found = clicker(body, withdraw_selector="#x").way_back()
    assert (name_of(found), found.control.found_by) == ("Go", "--withdraw-selector")


@pytest.mark.parametrize("banner", banners(), ids=lambda banner: banner.name)
def test_the_selectors_of_every_platform_are_selectors(clicker, banner):
    made = clicker("<p>")
    for selectors in (banner.accept, banner.reject, banner.more, banner.reject_in_more, banner.way_back):
        for selector in selectors:
            made._profile.page.query_selector(selector)
            assert made._profile.page.evaluate("s => document.querySelectorAll(s).length", selector) == 0
    if banner.withdraw:
        assert not made._profile.page.evaluate(banner.withdraw)
    assert banner.source
    assert banner.accept


LAYERS = (
    f"<div role=dialog>{TEXT}<button>Accept all</button><button onclick='l.hidden=false'>Settings</button>"
    "<div id=l hidden>{}</div></div>"
)


def test_the_second_layer_is_opened_for_what_refuses(clicker):
    found = clicker(LAYERS.format("<button>Reject all</button>")).second_layer()
    assert (name_of(found), found.control.clicks) == ("Reject all", 2)
    assert name_of(clicker(LAYERS.format("<button>Save settings</button>")).second_layer()) == "Save settings"
    checked = "<input type=checkbox checked><button>Save settings</button>"
    assert clicker(LAYERS.format(checked)).second_layer() is None
    assert clicker("<p>").second_layer() is None


def test_a_platforms_second_layer_is_its_own(clicker):
    body = (
        "<button id=onetrust-pc-btn-handler onclick='l.hidden=false'>More</button>"
        "<div id=l hidden><button class=ot-pc-refuse-all-handler>Nothing</button></div>"
    )
    found = clicker(body).second_layer()
    assert (name_of(found), found.control.found_by, found.control.clicks) == ("Nothing", "OneTrust", 2)


def test_a_button_that_is_covered_can_t_be_clicked(clicker, monkeypatch):
    monkeypatch.setattr("cookiegate.audit.browser.clicking._CLICK_MS", 200)
    body = (
        f"<div role=dialog>{TEXT}<button>Accept all</button></div>"
        "<div style='position:fixed;inset:0;z-index:9;background:#fff'></div>"
    )
    made = clicker(body)
    assert not made.click(made.accept())
    more = body.replace("Accept all", "Settings")
    assert clicker(more).second_layer() is None


def test_a_way_back_is_found_everywhere_and_a_link_to_another_page_is_not_in_place(clicker):
    made = clicker("<footer><a href='/cookie-settings'>Cookie settings</a></footer>")
    found = made.way_back()
    assert name_of(found) == "Cookie settings"
    assert not made.is_in_place(found)
    made = clicker("<footer><a href='#'>Cookie-Einstellungen</a></footer>")
    assert made.is_in_place(made.way_back())
    assert clicker("<footer><a href='/'>About us</a></footer>").way_back() is None


def test_an_element_that_is_gone_is_not_in_place_and_not_measured(clicker, page):
    made = clicker("<footer><button>Cookie settings</button></footer>")
    found = made.way_back()
    page.goto("http://shop.test/other")
    assert not made.is_in_place(found)
    assert made._measured(found.element, "accept", "x").width == 0


def test_a_platforms_own_function_withdraws(clicker, page):
    made = clicker("<p>")
    assert made.withdraw() == ""
    page.evaluate("() => { globalThis.Cookiebot = { withdraw() { globalThis.done = true } } }")
    assert made.withdraw() == "Cookiebot"
    assert page.evaluate("done")


def test_colours_and_sizes_are_measured(clicker):
    body = (
        f"<div role=dialog style='background:rgba(0,0,0,0.5)'>{TEXT}"
        "<button style='width:100px;height:40px;border:0;padding:0;background:#000;color:#fff'>Accept all</button>"
    )
    control = clicker(body).accept().control
    assert (control.width, control.height, control.text_contrast) == (100, 40, 21.0)
    assert control.fill_contrast == 5.2
    picture = body.replace("background:#000", "background:linear-gradient(red, blue)")
    control = clicker(picture).accept().control
    assert control.text_contrast is control.fill_contrast is None


def test_contrast_is_that_of_wcag():
    assert contrast((0, 0, 0), (255, 255, 255)) == 21
    assert contrast((118, 118, 118), (255, 255, 255)) == 4.5
    assert contrast(None, (0, 0, 0)) is contrast((0, 0, 0), None) is None


def test_names_are_as_they_are_compared():
    for names in _names().values():
        assert len(set(names)) == len(names)
        assert all(name == " ".join(name.lower().split()) for name in names)
    assert not set(_names()["accept"]) & set(_names()["reject"])


def test_unstyled_buttons_of_different_labels_are_equally_prominent(clicker, make):
    body = f"<div style='{FIXED}'>{TEXT}<button>Deny</button><button style='{{}}'>Accept All</button></div>"

    def measured(style=""):
        looking = clicker(body.replace("{}", style))
        controls = tuple(found.control for found in (looking.accept(), looking.reject()) if found is not None)
        evidence = make.evidence(make.phase(Phase.REJECT, controls=controls))
        return controls, [each.code.value for each in banner_findings(evidence)]

    (accept, reject), codes = measured()
    assert codes == []
    assert reject.width < accept.width
    assert accept.font_size == reject.font_size is not None
    assert measured("font-size:40px")[1] == measured("width:400px")[1] == ["reject-less-prominent"]
