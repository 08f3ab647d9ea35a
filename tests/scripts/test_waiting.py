"""What waits for consent: scripts, frames, images and links, under a strict policy with a nonce and Trusted Types."""

from typing import Any

import pytest

from cookiegate.consent import OwnConsent

LOG = """<script nonce="{nonce}">window.log = []; window.errors = []; window.violations = [];
addEventListener("error", (event) => errors.push(event.message));
addEventListener("unhandledrejection", (event) => errors.push(`${event.reason}`));
document.addEventListener("securitypolicyviolation", (event) => violations.push(event.violatedDirective));
window.shift = 0;
if (window.PerformanceObserver?.supportedEntryTypes.includes("layout-shift")) new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) shift += entry.value; }).observe({type: "layout-shift", buffered: true});
</script>"""
HEAD = "<head><meta charset=utf-8><title>Page</title>{guard}" + LOG + "</head>"
RUN = "log.push('run')"
CHOOSE = """() => fetch("/cookie-settings/api", {method: "POST", headers: {"Content-Type": "application/json"},
    body: JSON.stringify({granted: %s})}).then(answer => answer.json())
    .then(({choice}) => document.dispatchEvent(new CustomEvent("cookiegate:change", {detail: choice})))
    .then(() => null)"""


def choose(tab: Any, *granted: str) -> None:
    tab.do(CHOOSE % list(granted))


def script(category: str, text: str = "", attributes: str = "") -> str:
    return f'<script type="text/plain" data-cookiegate="{category}" nonce="{{nonce}}" {attributes}>{text}</script>'


@pytest.fixture
def opened(tab, make_site) -> Any:
    def open_(body: str, *, is_trusting: bool = False, **settings: Any) -> Any:
        site = make_site(**settings)
        if is_trusting:  # the page itself makes scripts of text
            site.policy = site.policy.partition("; require-trusted-types-for")[0]
        site.pages["/"] = HEAD + f"<body><h1>Page</h1>{body}</body>"
        tab.open(site.origin + "/")
        return site

    yield open_
    assert tab.do("() => errors") == []


@pytest.mark.firefox
def test_scripts_run_in_order_when_their_category_is_granted(tab, opened, third, parts):
    third[1].update(
        {"/slow.js": "log.push('slow')", "/next.js": "log.push('next')", "/module.js": "log.push('module')"}
    )
    body = "".join(
        [
            script("statistics", "log.push(document.currentScript.nonce.length > 9)"),
            script("statistics", attributes='src="{third}/slow.js"'),
            script("marketing", "log.push('marketing')"),
            script("statistics", "log.push('inline')"),
            script("statistics", "log.push(import.meta.url ? 'module inline' : 0)", 'data-type="module"'),
            script("statistics", attributes='data-type="module" src="{third}/module.js"'),
            script("statistics", attributes='src="{third}/next.js"'),
            script("statistics", "log.push('last')"),
            script("necessary", "log.push('necessary')"),
        ]
    )
    opened(body)
    parts.until(tab, "() => log.length")
    assert tab.do("() => log") == ["necessary"]
    assert third[2] == []
    choose(tab, "statistics")
    parts.until(tab, "() => log.includes('last')")
    found = tab.do("() => log")
    found.remove("module inline")  # modules without a file run when they are ready
    assert found == ["necessary", True, "slow", "inline", "module", "next", "last"]
    choose(tab, "statistics", "marketing")
    parts.until(tab, "() => log.includes('marketing')")
    assert tab.do("() => violations") == []


def test_async_script_keeps_nobody_waiting(tab, opened, third, parts):
    third[1]["/a.js"] = "log.push('async')"
    opened(
        script("statistics", attributes='async src="{third}/a.js"')
        + script("statistics", attributes='src="{third}:1/broken.js"')
        + script("statistics", "log.push('inline')")
    )
    choose(tab, "statistics")
    parts.until(tab, "() => log.length === 2")
    assert sorted(tab.do("() => log")) == ["async", "inline"]


@pytest.mark.firefox
def test_granted_page_starts_at_once_and_nothing_starts_after_withdrawal(tab, opened, parts):
    site = opened(script("statistics", "log.push('run')"), is_trusting=True)
    choose(tab, "statistics")
    parts.until(tab, "() => log.length")
    tab.open(site.origin + "/")
    parts.until(tab, "() => log.length")
    choose(tab)
    tab.do("() => { log.length = 0; }")
    tab.do(
        """() => { const late = document.createElement("script"); late.type = "text/plain";
        late.dataset.cookiegate = "statistics"; late.nonce = document.querySelector("script[nonce]").nonce;
        late.text = "log.push('late')"; document.body.append(late); }"""
    )
    tab.do("() => new Promise(resolve => setTimeout(resolve, 300))")
    assert tab.do("() => log") == []
    tab.open(site.origin + "/")
    tab.do("() => new Promise(resolve => setTimeout(resolve, 300))")
    assert tab.do("() => log") == []


@pytest.mark.parametrize("event", ["change", "check"])
@pytest.mark.parametrize("consent", [OwnConsent(), OwnConsent(secret="s" * 16)], ids=["readable", "signed"])
def test_choice_that_is_made_before_the_companion_has_come_counts(tab, make_site, parts, consent, event):
    site = make_site(consent=consent)
    site.held = "companion"  # Firefox fires no load event before it has come
    choice = CHOOSE.replace("cookiegate:change", f"cookiegate:{event}") % ["statistics"]
    early = f"({choice})().then(() => fetch('/released'))"
    site.pages["/"] = f"{HEAD}<body><script nonce='{{nonce}}'>{early}</script>{script('statistics', RUN)}</body>"
    tab.open(site.origin + "/")
    parts.until(tab, "() => log.length")
    assert tab.do("() => log") == ["run"]


def test_script_without_the_nonce_of_the_page_never_runs(tab, opened, parts):
    site = opened(
        script("necessary", "log.push('smuggled')").replace('nonce="{nonce}"', "") + script("necessary", "log.push(1)")
    )
    parts.until(tab, "() => log.length")
    assert tab.do("() => log") == [1]
    assert site.port


FRAME = """<iframe data-cookiegate="marketing" data-src="{third}/video.html" width=400 height=200
title="A film"></iframe>
<p id=after>After</p>"""


def buttons(tab: Any) -> list[str]:
    return tab.do("() => [...document.querySelectorAll('button')].map(one => one.textContent)")


@pytest.mark.firefox
def test_frame_shows_a_box_of_its_size_with_two_buttons(tab, opened, third, parts):
    site = opened(FRAME)
    parts.until(tab, "() => document.querySelectorAll('button').length === 2")
    assert buttons(tab) == ["Show it this once", "Always allow: Marketing"]
    assert third[2] == []
    assert tab.do(
        "() => { const box = document.querySelector('[role=group]'); return [box.offsetWidth, box.offsetHeight]; }"
    ) == [404, 204]
    text = tab.do("() => document.querySelector('p').textContent")
    assert site.third.partition("//")[2] in text
    before = tab.do("() => document.querySelector('#after').getBoundingClientRect().top")
    tab.do("() => document.querySelector('button').click()")
    assert tab.do("() => document.querySelector('#after').getBoundingClientRect().top") == before
    parts.until(
        tab, "() => document.querySelector('iframe').src.endsWith('/video.html') && !document.querySelector('button')"
    )
    assert tab.do("() => shift") == 0
    assert "cookiegate_consent" not in tab.jar()
    tab.open(site.origin + "/")
    parts.until(tab, "() => document.querySelectorAll('button').length === 2")


def test_buttons_of_a_small_frame_are_in_sight(tab, opened, parts):
    opened(FRAME.replace("width=400 height=200", "width=200 height=120"))
    parts.until(tab, "() => document.querySelectorAll('button').length === 2")
    assert tab.do(
        """() => { const box = document.querySelector("[role=group]").getBoundingClientRect();
        const inside = [...document.querySelectorAll("button")].map((one) => one.getBoundingClientRect());
        return box.width === 204 && inside.every((one) => one.top >= box.top && one.bottom <= box.bottom &&
            one.left >= box.left && one.right <= box.right); }"""
    )


# A Content-Security-Policy that follows consent: the page keeps the one with which it came

BLOCKED = LOG.replace("window.shift", "window.blocked = []; window.shift", 1).replace(
    "</script>",
    "document.addEventListener('cookiegate:blocked', ({detail}) => blocked.push(detail));</script>",
)


@pytest.fixture
def refusing(tab, make_site, third) -> Any:
    """Open a page whose policy names the third party only for those who granted marketing."""
    third[1]["/tag.js"] = RUN
    site = make_site(csp={"marketing": [third[0]]})
    site.policy = "default-src 'self' {third} 'unsafe-inline'"
    body = FRAME + '<script type="text/plain" data-cookiegate="marketing" src="{third}/tag.js"></script>'
    site.pages["/"] = "<head><title>Page</title>{guard}" + BLOCKED + f"</head><body>{body}</body>"
    site.pages["/"] = site.pages["/"].replace(' nonce="{nonce}"', "").replace("{guard}", "{guard_without_nonce}")
    tab.open(site.origin + "/")
    parts_until_buttons = "() => document.querySelectorAll('button').length === 2"
    return site, parts_until_buttons


@pytest.mark.firefox
def test_frame_that_the_pages_policy_blocks_gets_its_box_back(tab, refusing, third, parts):
    _, two_buttons = refusing
    parts.until(tab, two_buttons)
    tab.do("() => document.querySelector('button').click()")
    parts.until(tab, "() => document.querySelectorAll('button').length === 1")
    assert buttons(tab) == ["Always allow: Marketing"]
    assert tab.do("() => blocked") == []
    assert third[2] == []
    tab.do("() => document.querySelector('button').click()")  # the choice, and the page anew
    parts.until(
        tab, "() => document.querySelector('iframe')?.src.endsWith('/video.html') && log.length", is_reloading=True
    )
    assert buttons(tab) == []
    assert sorted(third[2]) == ["/tag.js", "/video.html"]


def test_what_the_pages_policy_blocks_after_the_choice_is_said_and_starts_with_the_next_page(
    tab, refusing, third, parts
):
    site, two_buttons = refusing
    parts.until(tab, two_buttons)
    choose(tab, "marketing")
    parts.until(tab, "() => blocked.length && document.querySelectorAll('button').length === 1")
    assert buttons(tab) == ["Show it this once"]
    assert tab.do("() => blocked")[0] == {"category": "marketing", "origin": site.third}
    assert third[2] == []
    tab.do("() => document.querySelector('button').click()")
    parts.until(
        tab, "() => document.querySelector('iframe')?.src.endsWith('/video.html') && log.length", is_reloading=True
    )
    assert tab.do("() => blocked") == []
    choose(tab)
    parts.until(tab, two_buttons)


def test_frame_that_was_blocked_changes_its_button_with_the_choice(tab, refusing, parts):
    _, two_buttons = refusing
    parts.until(tab, two_buttons)
    choose(tab, "marketing")
    parts.until(tab, "() => document.querySelector('button')?.textContent.startsWith('Show')")
    choose(tab)
    parts.until(tab, "() => document.querySelector('button')?.textContent.startsWith('Always')")
    assert len(buttons(tab)) == 1


@pytest.mark.firefox
def test_frame_is_allowed_always_by_keyboard_and_taken_back(tab, opened, third, parts):
    site = opened(FRAME)
    parts.until(tab, "() => document.querySelectorAll('button').length === 2")
    tab.press("Tab")
    tab.press("Tab")
    parts.until(tab, "() => document.activeElement.textContent.startsWith('Always')")
    if tab.name == "Firefox":  # the driver's keys move the focus there, and press no button
        tab.do("() => document.activeElement.click()")
    else:
        tab.press("Space")
    parts.until(tab, "() => document.querySelector('iframe').src.endsWith('/video.html')")
    assert tab.do("() => document.activeElement.tagName") == "IFRAME"
    tab.open(site.origin + "/")
    parts.until(tab, "() => document.querySelector('iframe').src.endsWith('/video.html')")
    assert buttons(tab) == []
    choose(tab)
    parts.until(tab, "() => document.querySelectorAll('button').length === 2 && !document.querySelector('iframe').src")


@pytest.mark.firefox
def test_words_are_in_the_language_of_the_page(tab, make_site, parts):
    site = make_site()
    site.pages["/"] = HEAD + f"<body><script nonce='{{nonce}}'>document.documentElement.lang = 'de'</script>{FRAME}"
    tab.open(site.origin + "/")
    parts.until(tab, "() => document.querySelectorAll('button').length === 2")
    assert buttons(tab) == ["Dieses eine Mal zeigen", "Immer erlauben: Marketing"]
    assert tab.do("() => document.querySelector('[role=group]').lang") == "de"


@pytest.mark.firefox
def test_images_and_links_wait_too(tab, opened, third, parts):
    third[1]["/pixel.svg"] = "<svg xmlns='http://www.w3.org/2000/svg' width='1' height='1'/>"
    opened(
        '<img alt="" data-cookiegate=marketing data-src="{third}/pixel.svg">'
        '<link rel=stylesheet data-cookiegate=preferences data-href="{third}/font.css">'
        '<img alt="" data-cookiegate=marketing data-src="javascript:alert(1)" id=bad>'
    )
    tab.do("() => new Promise(resolve => setTimeout(resolve, 300))")
    assert third[2] == []
    choose(tab, "marketing", "preferences")
    parts.until(tab, "() => document.querySelector('img').complete && document.querySelector('img').src")
    parts.until(tab, "() => Boolean(document.querySelector('link').sheet)")
    assert sorted(third[2]) == ["/font.css", "/pixel.svg"]
    assert tab.do("() => document.querySelector('#bad').hasAttribute('src')") is False


def test_what_is_added_later_waits_too(tab, opened, parts):
    opened("", is_trusting=True)
    choose(tab, "statistics")
    tab.do(
        """() => { const late = document.createElement("script"); late.type = "text/plain";
        late.dataset.cookiegate = "statistics"; late.nonce = document.querySelector("script[nonce]").nonce;
        const inside = document.createElement("div"); inside.append(late);
        late.text = "log.push('late')"; document.body.append(inside); }"""
    )
    parts.until(tab, "() => log.includes('late')")


def test_unknown_category_is_said_and_never_runs(chromium_tab, make_site, parts):
    site = make_site()
    site.pages["/"] = HEAD + script("adverts", "log.push(1)") + script("necessary", "log.push(2)")
    chromium_tab.open(site.origin + "/")
    parts.until(chromium_tab, "() => log.length")
    assert chromium_tab.do("() => log") == [2]
    assert any("use one of necessary, preferences, statistics, marketing" in text for text in chromium_tab.said)
