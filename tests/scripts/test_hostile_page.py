"""cookiegate.js in a page with hostile HTML, and with answers that are none or late: no exception reaches the page."""

from typing import Any

import pytest

LOG = """<script nonce="{nonce}">window.errors = []; window.said = [];
addEventListener("error", (event) => errors.push(event.message));
addEventListener("unhandledrejection", (event) => errors.push(`${event.reason}`));
console.error = (...parts) => said.push(parts.map(String).join(" "));</script>"""
BANNER = '<script src="/cookie-settings/cookiegate.js%s" nonce="{nonce}" %s></script>'
CHOOSE = "() => cookiegate.choose(['statistics']).then(() => cookiegate.allows('statistics'))"
NAMES = [
    "cookiegate", "currentScript", "dataLayer", "startTags", "state", "script", "fetch", "JSON",
    "dispatchEvent", "addEventListener", "getElementById", "querySelector", "querySelectorAll", "createElement",
    "documentElement", "activeElement", "head", "body",
]  # fmt: skip


@pytest.fixture
def opened(tab, make_site) -> Any:
    def open_(body: str, *failing: str) -> None:
        site = make_site()
        site.fails.update(failing)
        policy = site.policy.replace("trusted-types 'none'", "trusted-types cookiegate; form-action 'self'")
        site.policy = policy.replace("style-src {third}", "style-src 'self'")
        site.pages["/"] = f"<head><title>Page</title>{LOG}</head><body><h1>Page</h1>{body}</body>"
        tab.open(site.origin + "/")

    yield open_
    assert tab.do("() => errors") == []


@pytest.mark.firefox
@pytest.mark.parametrize("kind", ["form", "img"])
def test_elements_with_the_names_of_variables_change_nothing(tab, opened, parts, kind):
    opened(
        "".join(f'<{kind} id="{name}" name="{name}"></{kind}>' for name in NAMES) + BANNER % ("", "data-consent-mode")
    )
    parts.until(tab, "() => Document.prototype.querySelector.call(document, '#cookiegate-banner button') !== null")
    assert tab.do(CHOOSE) is True
    assert tab.do("() => dataLayer.map((one) => one[1])") == ["default", "update", "update"]


def test_click_on_a_form_with_a_field_named_closest_is_no_error(tab, opened, parts):
    opened("<form id=form><input name=closest></form>" + BANNER % ("", "defer"))
    parts.until(tab, "() => window.cookiegate?.ready.then(() => true)")
    tab.do("() => { document.getElementById('form').dispatchEvent(new MouseEvent('click', {bubbles: true})); }")


def test_script_in_development_finds_its_place_below_an_image_of_its_name(tab, make_site, parts):
    site = make_site(debug=True)
    site.policy = site.policy.replace("trusted-types 'none'", "trusted-types cookiegate")
    image = "<img name=currentScript src='/elsewhere/image.png' alt=''>"
    script = BANNER % ("", "")
    site.pages["/"] = f"<head><title>Page</title>{LOG}</head><body>{image}{script}</body>"
    site.cookies = ("undeclared=1",)
    tab.open(site.origin + "/")
    tab.open(site.origin + "/")
    asked = "() => performance.getEntriesByType('resource').filter((one) => one.name.includes('/api?')).length"
    parts.until(tab, asked + " > 1")
    assert "/elsewhere/api" not in site.asked
    assert tab.do("() => errors") == []


def test_queue_of_google_s_that_throws_does_not_keep_the_choice_from_counting(tab, opened, parts):
    queue = '<script nonce="{nonce}">window.dataLayer = { push() { throw Error("broken"); } };</script>'
    opened(queue + BANNER % ("", "data-consent-mode"))
    parts.until(tab, "() => window.cookiegate?.ready.then(() => true)")
    assert tab.do(CHOOSE) is True
    assert set(tab.do("() => said")) == {"Error: broken"}


def test_slash_in_the_query_of_the_script_is_no_part_of_its_path(tab, opened, parts):
    opened(BANNER % ("?v=1/2", "defer"))
    parts.until(tab, "() => document.querySelector('#cookiegate-banner') !== null")


def test_api_that_cannot_be_reached_is_said_in_the_console_alone(tab, opened, parts):
    opened(BANNER % ("", "defer"), "/api")
    parts.until(tab, "() => said.length")
    assert tab.do("() => [cookiegate.allows('statistics'), document.querySelector('#cookiegate-banner')]") == [
        False,
        None,
    ]


def test_error_in_the_place_of_the_banner_is_not_shown(tab, opened, parts):
    opened(BANNER % ("", "defer"), "/banner$")
    fetched = "performance.getEntriesByType('resource').some((one) => one.name.includes('/banner?'))"
    parts.until(tab, f"() => {fetched}")
    tab.do("() => fetch('/cookie-settings/banner').then((answer) => answer.text()).then(() => null)")
    assert tab.do("() => [document.body.firstChild.textContent, document.querySelector('link')]") == ["Page", None]


@pytest.mark.parametrize("choice", ["null", "{}", '{"granted": "statistics"}', '{"granted": {"includes": 1}}'])
def test_answer_that_is_no_choice_leaves_what_was_known(tab, opened, parts, choice):
    opened(BANNER % ("", "defer"))
    parts.until(tab, "() => window.cookiegate?.ready.then(() => true)")
    assert tab.do(CHOOSE) is True
    answer = f"new Response('{{\"choice\": {choice}}}')"
    tab.do(f"() => {{ window.fetch = async () => {answer}; }}")
    assert tab.do("() => cookiegate.withdraw().then(() => false, (error) => error instanceof Error)") is True
    assert tab.do("() => ['statistics', 'marketing'].map(cookiegate.allows)") == [True, False]


SLOW = """<script nonce="{nonce}">window.heard = []; window.held = new Promise((go) => { window.release = go; });
const real = window.fetch;
window.fetch = async (url, options) => {
  const answer = await real(url, options);
  if (options?.method === window.slow) {
    window.isAnswered = true;
    await held;
  }
  return answer;
};
document.addEventListener("cookiegate:change", ({ detail }) => heard.push(detail.granted));</script>"""


def test_answer_from_before_the_choice_that_comes_after_it_does_not_count(tab, opened, parts):
    opened('<script nonce="{nonce}">window.slow = "GET";</script>' + SLOW + BANNER % ("", "defer"))
    assert tab.do(CHOOSE) is True
    tab.do("() => { release(); return cookiegate.ready.then(() => null); }")
    assert tab.do("() => [heard, cookiegate.allows('statistics')]") == [[["statistics"]], True]


def test_of_two_choices_the_later_counts_though_the_answer_to_the_earlier_comes_last(tab, opened, parts):
    opened('<script nonce="{nonce}">window.slow = "POST";</script>' + SLOW + BANNER % ("", "defer"))
    tab.do("() => cookiegate.ready.then(() => null)")
    tab.do("() => { window.first = cookiegate.choose(['marketing']); }")
    parts.until(tab, "() => window.isAnswered")
    tab.do("() => cookiegate.withdraw().then(() => null)")
    tab.do("() => { release(); return first.then(() => null); }")
    assert tab.do("() => [heard, cookiegate.allows('marketing')]") == [[], False]


def test_choice_counts_though_a_later_one_is_refused(tab, opened, parts):
    opened('<script nonce="{nonce}">window.slow = "POST";</script>' + SLOW + BANNER % ("", "defer"))
    tab.do("() => cookiegate.ready.then(() => null)")
    tab.do("() => { window.first = cookiegate.choose(['marketing']); window.second = cookiegate.choose(['x']); }")
    tab.do("() => { release(); return second.catch((error) => said.push(error.message)).then(() => null); }")
    tab.do("() => first.then(() => null)")
    assert tab.do("() => [heard, cookiegate.allows('marketing')]") == [[["marketing"]], True]
