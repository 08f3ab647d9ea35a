"""The HTML report in a real browser: nothing executes, nothing is fetched, everybody can read it."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from cookiegate.audit.report import write_html
from cookiegate.documentation import url_of_code

AXE = Path(__file__).with_name("axe") / "package.json"


@pytest.fixture(scope="module")
def axe(missing, tmp_path_factory):
    """The accessibility checker's script, fetched by npm in the version that package.json names."""
    npm = shutil.which("npm")
    if npm is None:
        missing("npm")
    directory = tmp_path_factory.mktemp("axe")
    shutil.copy(AXE, directory)
    command = [npm, "install", "--no-package-lock", "--no-audit", "--no-fund", "--ignore-scripts"]
    if subprocess.run(command, cwd=directory, capture_output=True, timeout=600, check=False).returncode:
        missing("axe-core from npm's registry")
    return (directory / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


@pytest.fixture
def report(audited, make, choice):
    """A report with every kind of thing in it, hostile names among them."""
    hostile = [
        "<script>document.write('pwned')</script>=x", "</style></table><script>document.write('pwned')</script>=x",
        "'\"><b onclick=x", "{{7*7}}=x", "x" * 3000 + "=x",
    ]  # fmt: skip
    found = audited(
        make("https://www.shop.example/<img src=x onerror=document.write(1)>/a?q=geheim", "stats=geheim", "x=1",
             "keep=x; Secure; Max-Age=999999999", *hostile),
        make("https://<i>.test/", "IDE=x"),
        make("https://ads.test/", "IDE=x"),
        make("https://www.shop.example/b", "sid=x; Path=/; Secure; HttpOnly; SameSite=Lax", "sid=; Max-Age=0",
             "stats=x; Max-Age=9999999; Secure; SameSite=Lax", cookie=choice("statistics") + "; ads=1"),
    )  # fmt: skip
    return write_html(found.accept(frozenset({("unregistered", "x")})), version="9", made_at="today")


@pytest.fixture
def opened(chromium, report, tmp_path):
    """Open a report in a window of a width and a colour scheme."""
    contexts = []

    def show(width=1280, scheme="light", html=report):
        path = tmp_path / "report.html"
        path.write_text(html, encoding="utf-8")
        context = chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
        context.set_default_timeout(300_000)
        contexts.append(context)
        page = context.new_page()
        page.messages = []
        page.asked = []
        page.on("console", lambda message: page.messages.append(message.text))
        page.on("pageerror", lambda error: page.messages.append(str(error)))
        page.on("request", lambda request: page.asked.append(request.url))
        page.goto(path.as_uri())
        return page

    yield show
    for context in contexts:
        context.close()


def test_names_are_shown_and_nothing_executes(opened):
    page = opened()
    assert page.title() == "Cookie audit: shop.har"
    assert page.messages == []
    assert page.asked == [page.url]
    assert "<script>document.write('pwned')</script>" in page.inner_text("table.picture")
    assert "{{7*7}}" in page.inner_text("table.picture")
    assert page.locator("script, img, iframe, link, object, form, a:not(.code)").count() == 0


def test_values_and_queries_are_not_in_it(report):
    assert "geheim" not in report


def test_each_problem_links_to_what_the_documentation_says_of_its_code(report):
    codes = re.findall(r'<h3 id="([\w-]+)">', report)
    assert codes
    assert re.findall(r'<a class="code" href="([^"]+)">', report) == [url_of_code("audit", code) for code in codes]


def test_file_loads_nothing_from_outside_of_itself(report):
    assert 'http-equiv="Content-Security-Policy" content="default-src \'none\'' in report
    assert "url(" not in report
    assert "@import" not in report


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_report_is_accessible(opened, axe, width, scheme):
    page = opened(width, scheme)
    page.evaluate(axe)
    result = page.evaluate("axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice']})")
    violations = [(each["id"], [node["html"] for node in each["nodes"]][:3]) for each in result["violations"]]
    assert violations == [], json.dumps(violations, indent=1)
    assert len(result["passes"]) > 10


@pytest.mark.parametrize("width", [320, 700, 1280])
def test_page_never_scrolls_sideways(opened, width):
    assert opened(width).evaluate("document.documentElement.scrollWidth") == width


def test_picture_of_five_visitors_fits_a_desktop_window(opened, audited, make, choice):
    granted = ["", "preferences", "statistics", "marketing", "preferences.statistics.marketing"]
    found = audited(
        make("https://www.shop.example/", "unheard_of=x; Max-Age=99999999"),
        *(make("https://www.shop.example/", "unheard_of=x", "ads=x", cookie=choice(words)) for words in granted[1:]),
    )
    page = opened(1200, html=write_html(found, version="9", made_at="today"))
    assert page.locator("table.picture thead th").count() == 7
    assert page.evaluate("[...document.querySelectorAll('.scroll')].every(one => one.scrollWidth <= one.clientWidth)")


def test_names_of_cookies_stay_whole_on_a_phone(opened):
    name = opened(320).locator("#all ~ .scroll tbody th").first
    assert name.inner_text() == "cookiegate_consent"
    assert name.locator("code").evaluate("one => one.getClientRects().length") == 1  # it is in one line


def test_picture_says_in_words_what_it_shows(opened):
    page = opened()
    row = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name="stats", exact=True)).first
    cells = [text.strip() for text in row.get_by_role("cell").all_inner_texts()]
    assert cells[:2] == ["no consent", "too long"]
    assert cells[2].replace("\n", " ").split("promised:")[1].strip() == "30 days"
    heads = page.locator("table.picture thead th").all_inner_texts()
    assert [head.strip() for head in heads][:3] == ["Cookie", "No choice yet", "Only statistics"]


def test_headline_comes_first(opened):
    page = opened()
    assert page.inner_text("h1") == "2 of 11 cookies break the policy's promise, 1 more as the baseline accepts."
    assert page.inner_text(".lead").startswith("1 is set before consent")


def test_print_shows_the_whole_table(opened):
    page = opened()
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.querySelector('.scroll')).overflowX") == "visible"


def test_report_without_cookies_says_so(opened, audited, make):
    found = audited(make("https://shop.example/"), make("https://other.test/", "a=1"))
    page = opened(html=write_html(found, version="9", made_at="today"))
    assert page.inner_text("h1") == "No cookie of the site was seen."
    assert "Nothing: no open finding." in page.inner_text("main")


def test_lifetime_in_people_s_units_ends_at_nothing():
    from cookiegate.audit.text import duration

    assert [duration(seconds) for seconds in (0.4, 31_536_000, 63_072_000)] == [
        "0 seconds", "1 year", "2 years",
    ]  # fmt: skip
