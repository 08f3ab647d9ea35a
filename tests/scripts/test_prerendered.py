"""A page that Chromium renders before it is shown obeys the choice that is made in the meantime.

Chromium does not show such a page in a tab to which a driver is attached: it runs by itself here, and the pages report.
Source: https://developer.mozilla.org/en-US/docs/Web/API/Speculation_Rules_API
"""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

PARTS = """<head><meta charset=utf-8><title>Page</title>{guard}<script nonce="{nonce}">
const log = (...what) => fetch("/log/" + encodeURIComponent(JSON.stringify(what)));
const pause = () => new Promise((done) => setTimeout(done, 50));
const until = async (is) => { for (let tries = 0; tries < 400 && !is(); tries++) await pause(); };
const written = (value) => {
    document.cookie = `_ga=${value}; path=/`;
    return document.cookie.includes(`_ga=${value}`);
};
"""
FIRST = """const choose = (granted) => fetch("/cookie-settings/api", {method: "POST",
    headers: {"Content-Type": "application/json"}, body: JSON.stringify({granted})}).then((answer) => answer.json())
    .then(({choice}) => document.dispatchEvent(new CustomEvent("cookiegate:change", {detail: choice})));
(async () => {
    await choose(%s);
    const rules = document.createElement("script");
    rules.type = "speculationrules";
    rules.nonce = "{nonce}";
    rules.textContent = JSON.stringify({prerender: [{source: "list", urls: ["/next"], eagerness: "immediate"}]});
    document.head.append(rules);
    await until(() => localStorage.isRendered);
    await choose(%s);
    location.href = "/next";
})();
</script></head><body></body>"""
NEXT = """const first = [document.prerendering, written(1)];
document.addEventListener("prerenderingchange", async () => {
    await until(() => written(2) === %s);
    await log(...first, document.prerendering, written(3), document.cookie.includes("_ga"));
});
if (document.prerendering) localStorage.isRendered = "yes";
else log("not rendered before");
</script></head><body></body>"""


@pytest.mark.parametrize(("before", "after"), [([], ["statistics"]), (["statistics"], [])])
def test_choice_made_while_a_page_is_rendered_counts_there(
    make_site: Any, wait_until: Any, chromium_path: str, before: list[str], after: list[str], tmp_path: Path
) -> None:
    site = make_site()
    site.policy = "script-src 'nonce-{nonce}'; connect-src 'self'"
    site.pages["/"] = PARTS + FIRST % (json.dumps(before), json.dumps(after))
    site.pages["/next"] = PARTS + NEXT % json.dumps(bool(after))
    for number in range(5):  # Chromium may decide against it, where memory or time is short
        said = reports(site, chromium_path, tmp_path / str(number), wait_until)
        if said != ["not rendered before"]:
            break
    assert said == [True, bool(before), False, bool(after), bool(after)], site.asked


def reports(site: Any, chromium_path: str, profile: Path, wait_until: Any) -> list[object]:
    """Return what the second page says in the end."""
    site.asked.clear()
    browser = subprocess.Popen(
        [
            chromium_path, "--headless=new", "--no-sandbox", "--no-first-run", f"--user-data-dir={profile}",
            f"{site.origin}/",
        ],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        wait_until(lambda: any(path.startswith("/log/") for path in site.asked), "the second page reports")
    finally:
        browser.kill()
        browser.wait()
    said: list[object] = json.loads(next(path for path in site.asked if path.startswith("/log/"))[len("/log/") :])
    return said
