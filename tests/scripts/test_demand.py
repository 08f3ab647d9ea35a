"""The guard fetches its other scripts only where there is something for them to do, and says only what changed."""

import time
from typing import Any

import pytest

PAGE = """<head><meta charset=utf-8><title>Page</title><script nonce="{nonce}">window.heard = [];
document.addEventListener("cookiegate:change", (event) => heard.push(event.detail.granted));</script>{guard}</head>
<body><h1>Page</h1>%s<script nonce="{nonce}">document.cookie = "cart=1";</script></body>"""
WAITING = '<script type="text/plain" data-cookiegate="statistics" nonce="{nonce}">window.ran = 1;</script>'
OURS = ("guard", "companion", "waiting", "api")
CHANGE = "document.dispatchEvent(new CustomEvent('cookiegate:change', {detail: {granted: %s}}))"


def choice(*granted: str) -> str:
    """Return the statement that writes our own consent cookie."""
    return f"document.cookie = 'cookiegate_consent=v=1&c={'.'.join(granted)}&t={int(time.time())}; path=/'"


@pytest.fixture
def asked(chromium_tab: Any) -> list[str]:
    """What is fetched of ours, in its order."""
    found: list[str] = []

    def note(request: Any) -> None:
        name = request.url.rpartition("/")[2].partition("-")[0].partition("?")[0]
        if name in OURS:
            found.append(name)

    chromium_tab.page.on("request", note)
    return found


@pytest.fixture
def opened(chromium_tab: Any, make_site: Any) -> Any:
    """Open a page after these statements were run on the site."""

    def open_(before: str = "", body: str = "", tag: str = "{guard}", **settings: Any) -> Any:
        site = make_site(**settings)
        site.pages["/"] = (PAGE % body).replace("{guard}", tag)
        site.pages["/before"] = "<title>Before</title>"
        chromium_tab.open(site.origin + "/before")
        chromium_tab.do(f"() => {{ {before} }}")
        chromium_tab.open(site.origin + "/")
        return site

    return open_


def settle(tab: Any) -> None:
    """Wait until what the page has begun to fetch was asked for."""
    tab.page.wait_for_load_state("networkidle")


def fetched(tab: Any, asked: list[str], *names: str) -> bool:
    """Wait until these were fetched, and tell whether nothing else was."""
    while not set(names) <= set(asked):
        tab.page.wait_for_event("request")
    settle(tab)
    return asked == list(names)


@pytest.mark.parametrize("granted", [None, (), ("statistics",), ("marketing", "statistics")])
@pytest.mark.parametrize("tag", ["{guard}", "{bare}"])
def test_page_with_nothing_to_do_fetches_the_guard_alone(opened, chromium_tab, asked, granted, tag):
    opened("" if granted is None else choice(*granted), tag=tag)
    chromium_tab.do("() => { for (const text of ['cart=2', 'cart=; max-age=0']) document.cookie = text; }")
    granted = sorted(granted or (), key=["preferences", "statistics", "marketing"].index)
    chromium_tab.do(f"() => {{ {CHANGE % granted}; document.dispatchEvent(new Event('visibilitychange')); }}")
    chromium_tab.do("() => { document.dispatchEvent(new Event('cookiegate:check')); }")
    settle(chromium_tab)
    assert asked == ["guard"]
    assert chromium_tab.do("() => heard.length") == 1  # the test's own


@pytest.mark.parametrize(
    "before",
    [
        "document.cookie = '_ga=1; path=/'",
        "localStorage.setItem('ga_1', 'x')",
        "sessionStorage.setItem('ga_1', 'x')",
    ],
)
def test_what_is_refused_and_there_fetches_what_clears_it(opened, chromium_tab, asked, before, parts):
    opened(before, tag="{bare}", is_static=True)  # no response of the gate deletes it first
    parts.until(chromium_tab, "() => !document.cookie.includes('_ga') && !localStorage.ga_1 && !sessionStorage.ga_1")
    assert fetched(chromium_tab, asked, "guard", "companion")


def test_what_is_refused_and_there_is_left_alone_without_expire_refused(opened, chromium_tab, asked):
    opened("localStorage.setItem('ga_1', 'x')", expire_refused=False)
    settle(chromium_tab)
    assert asked == ["guard"]


@pytest.mark.parametrize("name", ["_ga", "unheard"])
def test_what_is_to_be_reported_fetches_what_reports_it(opened, chromium_tab, asked, name):
    opened()
    chromium_tab.do(f"() => {{ document.cookie = '{name}=1'; }}")
    assert fetched(chromium_tab, asked, "guard", "companion")


def test_what_waits_fetches_what_starts_it(opened, chromium_tab, asked):
    opened(body=WAITING)
    assert fetched(chromium_tab, asked, "guard", "companion", "waiting")


def test_what_waits_and_is_added_later_fetches_it_too(opened, chromium_tab, asked, parts):
    opened(choice("statistics"))
    settle(chromium_tab)
    assert asked == ["guard"]
    chromium_tab.do(
        """() => { const late = document.createElement("img"); late.dataset.cookiegate = "statistics";
        late.dataset.src = "/late.svg"; const around = document.createElement("div"); around.append("text", late);
        document.body.append(around); }"""
    )
    assert fetched(chromium_tab, asked, "guard", "companion", "waiting")
    parts.until(chromium_tab, "() => document.querySelector('img').src.endsWith('/late.svg')")


def test_consent_that_only_the_api_knows_is_asked_for(opened, chromium_tab, asked):
    opened(tag="{bare}", default_consent=lambda head: ())
    assert fetched(chromium_tab, asked, "guard", "companion", "api")


def test_choice_of_another_tab_counts_when_the_page_is_looked_at_again(opened, chromium_tab, asked, parts):
    opened(choice("statistics"), body=WAITING.replace("statistics", "marketing"))
    parts.until(chromium_tab, "() => document.cookie.includes('cart')")
    chromium_tab.do(f"() => {{ {choice('marketing')}; document.dispatchEvent(new Event('visibilitychange')); }}")
    parts.until(chromium_tab, "() => window.ran")
    chromium_tab.do("() => { document.cookie = '_ga=1'; }")
    assert "_ga" not in chromium_tab.do("() => document.cookie")
    assert chromium_tab.do("() => heard") == [["marketing"]]


def test_withdrawal_in_another_page_counts_when_the_page_comes_back(opened, chromium_tab, make_site, parts):
    site = opened(choice("statistics"))
    chromium_tab.do("() => { document.cookie = '_ga=1; path=/'; }")
    chromium_tab.open(site.origin + "/before")
    chromium_tab.do(f"() => {{ {choice()} }}")
    chromium_tab.do("() => { history.back(); }")
    parts.until(chromium_tab, "() => document.title === 'Page' && !document.cookie.includes('_ga')", is_reloading=True)
    chromium_tab.do("() => { document.cookie = '_ga=1; path=/'; }")
    assert "_ga" not in chromium_tab.do("() => document.cookie")


def test_change_is_said_once_and_only_if_there_is_one(opened, chromium_tab, parts):
    opened(choice("statistics"), body=WAITING)
    parts.until(chromium_tab, "() => window.ran")
    settle(chromium_tab)
    assert chromium_tab.do("() => heard") == []
    chromium_tab.do(f"() => {{ {choice()}; document.dispatchEvent(new Event('cookiegate:check')); }}")
    parts.until(chromium_tab, "() => heard.length")
    settle(chromium_tab)
    assert chromium_tab.do("() => heard") == [[]]
