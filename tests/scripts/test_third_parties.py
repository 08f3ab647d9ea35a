"""Ordinary and hostile third parties on one page: nothing before consent, everything after, gone after withdrawal.

With the server's half, and without: then the page comes from a store of files and the guard knows the consent cookie.
"""

import pytest

SCRIPTS = {
    "/analytics.js": """document.cookie = "_ga=" + Math.random() + "; path=/; max-age=63072000";
        document.cookie = "__Host-_ga=1; path=/; secure"; document.cookie = "__Secure-_ga=1; secure";
        localStorage.setItem("ga_id", "1"); sessionStorage.setItem("ga_visit", "1");""",
    "/modern.js": """cookieStore.set({name: "_fbp", value: "1", expires: Date.now() + 1e10})
        .then(() => { window.modern = true; });""",
    "/everywhere.js": """{ const parts = location.hostname.split(".");
        for (let at = 0; at < parts.length; at++) for (const path of ["/", location.pathname, "/a"])
            document.cookie = `_ga_level${at}=1; path=${path}; domain=${parts.slice(at).join(".")}; max-age=999`; }""",
    "/again.js": "setInterval(() => { document.cookie = '_ga_again=1; max-age=999'; window.again = true; }, 20);",
    "/chat.js": """document.cookie = "chat_user=1"; const box = document.createElement("div"); box.id = "chat";
        document.body.append(box);""",
}
PAGE = (
    """<head><meta charset=utf-8><title>Shop</title>{guard}<script nonce="{nonce}">window.errors = [];
addEventListener("error", (event) => errors.push(event.message));
addEventListener("unhandledrejection", (event) => errors.push(`${event.reason}`));</script>"""
    + "".join(f'<script nonce="{{nonce}}" src="{{third}}{path}"></script>' for path in list(SCRIPTS)[:4])
    + """</head><body>
<script type="text/plain" data-cookiegate="preferences" nonce="{nonce}" src="{third}/chat.js"></script>
<iframe data-cookiegate="marketing" data-src="{third}/video.html" title="A film"></iframe>
<script nonce="{nonce}">document.cookie = "cart=1";</script></body>"""
)
STATE = "document.cookie = 'cookiegate_consent=v=1&c=%s&t=' + Math.floor(Date.now() / 1000) + '; path=/'"
ALL = "preferences.statistics.marketing"
SEEN = """() => [
    document.cookie.split("; ").map(pair => pair.split("=")[0]).filter(name => name !== "cookiegate_consent"),
    Object.keys(localStorage), Object.keys(sessionStorage)].flat().sort()"""


@pytest.mark.firefox
@pytest.mark.parametrize("is_https", [False, True], ids=["http", "https"])
@pytest.mark.parametrize("is_static", [False, True], ids=["with the gate", "without the gate"])
def test_nothing_before_consent_everything_after_gone_after_withdrawal(
    make_site, third, parts, is_static, is_https, tab
):
    third[1].update(SCRIPTS)
    site = make_site(is_static=is_static)
    site.pages["/a/page"] = PAGE
    url = site.origin + "/a/page"
    tab.open(url)
    parts.until(tab, "() => window.again && window.modern")
    assert tab.do(SEEN) == ["cart"]
    assert not {"/chat.js", "/video.html"} & set(third[2])
    # The visitor chooses: without a reload for what waits, and the tags that run write again with the next page.
    tab.do(f"() => {{ {STATE % ALL}; document.dispatchEvent(new Event('cookiegate:check')); }}")
    parts.until(tab, "() => document.querySelector('#chat') && document.cookie.includes('_ga_again')")
    parts.until(tab, "() => document.querySelector('iframe').src.includes('/video.html')")
    tab.open(url)
    parts.until(tab, "() => document.querySelector('#chat') && window.modern && document.cookie.includes('_ga_again')")
    everything = tab.do(SEEN)
    levels = {f"_ga_level{at}" for at in range(2)}
    jar = tab.jar()
    assert jar["_ga"]["secure"] is is_https
    if is_https:
        assert all(cookie["secure"] for cookie in jar.values())
        levels |= {"__Host-_ga", "__Secure-_ga"}
    assert set(everything) >= {"_ga", "_ga_again", "_fbp", "cart", "chat_user", "ga_id", "ga_visit"} | levels
    # And withdraws.
    tab.do(f"() => {{ window.again = false; {STATE % ''}; document.dispatchEvent(new Event('cookiegate:check')); }}")
    parts.until(tab, f"() => ({SEEN})().join() === 'cart'")
    parts.until(tab, "() => window.again && !document.querySelector('iframe').src")
    assert tab.do(SEEN) == ["cart"]
    tab.open(url)
    parts.until(tab, "() => window.again && window.modern")
    assert tab.do(SEEN) == ["cart"]
    assert tab.do("() => errors") == []
    assert set(tab.jar()) == {"cart", "cookiegate_consent"}
