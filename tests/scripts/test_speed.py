"""How long the guard keeps the main thread busy on a page with 100 cookies, half of them refused."""

import json

import pytest

from cookiegate import Registry

PAGE = """<head><meta charset=utf-8><title>Page</title><script nonce="{nonce}">
window.before = performance.now();</script>{guard}<script nonce="{nonce}">window.start_ms = performance.now() - before;
</script></head><body></body>"""
MOST_MS = 10
"""Or as much more as this machine needs more than 6 ms for the yardstick: a slow machine is not the guard's fault."""
YARDSTICK_MS = 6
YARDSTICK = """() => { const start = performance.now();
    for (let turn = 0; turn < 400; turn++) new Function("text", `return /^(a|b${turn})+$/u.exec(text)`)("ab" + turn);
    return performance.now() - start; }"""
MOST_TURNS = 60
MOST_TIMES = 10
"""A guarded write may take so many times as long as the browser's own; mostly it takes 1 to 4 times."""
FILL = """() => { const set = Object.getOwnPropertyDescriptor(
    document.body.appendChild(document.createElement("iframe")).contentWindow.Document.prototype, "cookie").set;
    for (let at = 0; at < 100; at++) set.call(document, `${at % 2 ? "_ga" : "n"}${at}=1; path=/; max-age=99`); }"""
CLEAR = """async () => {
    const {port1, port2} = new MessageChannel();
    let last = performance.now(), longest = 0, go = true;
    port1.onmessage = () => {
        const now = performance.now(); longest = Math.max(longest, now - last); last = now;
        if (go) port2.postMessage(0); };
    port2.postMessage(0);
    await new Promise(resolve => setTimeout(resolve));
    document.dispatchEvent(new CustomEvent("cookiegate:change", {detail: {granted: ["marketing"]}}));
    while (document.cookie.includes("_ga")) await new Promise(resolve => setTimeout(resolve, 5));
    go = false;
    return longest; }"""
NATIVE = """() => { const set = Object.getOwnPropertyDescriptor(
    document.querySelector("iframe").contentWindow.Document.prototype, "cookie").set;
    const start = performance.now();
    for (let turn = 0; turn < 200; turn++) set.call(document, "keep=1; path=/");
    return (performance.now() - start) / 200; }"""
WRITE = """() => { const start = performance.now();
    for (let turn = 0; turn < 100; turn++) { document.cookie = "keep=1; path=/"; document.cookie = "_ga=1; path=/"; }
    return (performance.now() - start) / 200; }"""


@pytest.mark.parametrize("is_large", [False, True], ids=["few rules", "900 rules"])
def test_guard_keeps_the_main_thread_for_no_more_than_ten_milliseconds(
    chromium_tab, make_site, registry, record_property, is_large
):
    """One quiet turn of a busy machine is enough: what the guard needs by itself is the least of all turns."""
    site = make_site(registry=Registry.known() | Registry.trackers() | registry if is_large else registry)
    site.policy = "script-src 'nonce-{nonce}'"
    site.pages["/"] = PAGE
    found = []
    while len(found) < MOST_TURNS:
        chromium_tab.open(site.origin + "/")
        chromium_tab.do(FILL)
        assert len(chromium_tab.do("() => document.cookie").split("; ")) >= 100
        cleared_ms = chromium_tab.do(CLEAR)
        chromium_tab.do(FILL)
        times = chromium_tab.do(WRITE) / chromium_tab.do(NATIVE)
        chromium_tab.open(site.origin + "/")  # with 100 cookies, half of them refused
        start_ms = chromium_tab.do("() => start_ms")
        chromium_tab.open("about:blank")
        found.append([start_ms, cleared_ms, times, chromium_tab.do(YARDSTICK)])
        start_ms, task_ms, times, yardstick_ms = map(min, zip(*found, strict=True))
        most_ms = MOST_MS * max(1, yardstick_ms / YARDSTICK_MS)
        if max(start_ms, task_ms) <= most_ms and times < MOST_TIMES:
            break
    what = "start, longest task while clearing (ms), a write against the browser's own, the yardstick (ms)"
    record_property(what, json.dumps(found))
    assert start_ms <= most_ms
    assert task_ms <= most_ms
    assert times < MOST_TIMES
