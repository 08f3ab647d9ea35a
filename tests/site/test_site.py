"""The built site, walked in Chromium as on a desk and on a phone; its links, anchors and lists."""

import json
import posixpath
import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from cookiegate.audit.finding import Code as AuditCode
from cookiegate.documentation import BASE_URL, url_of_code
from cookiegate.model import Reason
from cookiegate.registry.finding import Code as LintCode
from cookiegate.surroundings.finding import Code as DoctorCode

CHECKOUT = Path(__file__).resolve().parents[2]
DOCS = CHECKOUT / "docs"
pytestmark = pytest.mark.skipif(not (DOCS / "conf.py").is_file(), reason="docs/ is not in the wheel")

SIZES = {"desk": {"width": 1280, "height": 900}, "phone": {"width": 390, "height": 844}}
PARTS = ("tutorials", "how-to", "reference", "explanation")


class Page(HTMLParser):
    """The ids, links and pictures of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.pictures: list[dict[str, str | None]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.ids.add(found.get("id") or "")
        if tag == "a" and found.get("href"):
            self.links.append(found["href"] or "")
        if tag == "img":
            self.pictures.append(found)


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[str, Page]:
    """Every page of the site by its path."""
    return {
        path.relative_to(site).as_posix(): Page(path.read_text(encoding="utf-8"))
        for path in sorted(site.rglob("*.html"))
        if "_static" not in path.parts
    }


def names_of_pages(site: Path) -> list[str]:
    return sorted(path.relative_to(site).as_posix() for path in site.rglob("*.html") if "_static" not in path.parts)


def test_every_document_is_a_page(pages) -> None:
    documents = [path.relative_to(DOCS).with_suffix(".html").as_posix() for path in DOCS.rglob("*.md")]
    assert set(documents) <= pages.keys()
    assert {f"{part}/index.html" for part in PARTS} <= pages.keys()


def test_links_within_the_site_lead_to_a_page_and_a_place_in_it(pages, site) -> None:
    broken = []
    for name, page in pages.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            path = (
                posixpath.normpath(posixpath.join(posixpath.dirname(name), unquote(parts.path))) if parts.path else name
            )
            fragment = unquote(parts.fragment)
            ids = pages[path].ids | {""} if path in pages else set()  # "" is the whole page
            if not (fragment in ids if path in pages else (site / path).is_file()):
                broken.append(f"{name}: {link}")
    assert broken == []


def test_links_to_the_repository_lead_to_files_that_are_there(pages) -> None:
    links = {link for page in pages.values() for link in page.links}
    files = {found[1] for link in links if (found := re.search(r"/(?:blob|tree|edit)/main/([^#?]+)", link))}
    assert len(files) > 3
    assert [file for file in sorted(files) if not (CHECKOUT / file).exists()] == []


def test_no_page_links_to_a_file_of_this_machine(pages) -> None:
    assert [link for page in pages.values() for link in page.links if link.startswith(("file:", "/"))] == []


@pytest.mark.parametrize(
    ("kind", "codes"),
    [("reason", Reason), ("audit", AuditCode), ("lint", LintCode), ("doctor", DoctorCode)],
)
def test_every_code_has_the_place_that_reports_link_to(pages, kind, codes) -> None:
    for code in codes:
        page, _, anchor = url_of_code(kind, code.value).removeprefix(BASE_URL).partition("#")
        assert anchor in pages[page].ids, code


def test_every_check_of_django_has_its_place(pages) -> None:
    from codes import django_ids

    ids = django_ids()
    assert {"cookiegate.E001", "cookiegate.W001"} <= set(ids)
    for code in ids:
        assert url_of_code("django", code).partition("#")[2] in pages["reference/codes.html"].ids


def test_every_command_and_every_key_has_its_place(pages) -> None:
    import typer
    from settings_keys import schema

    from cookiegate.cli.app import app

    def names(command, path=()):
        for name, child in getattr(command, "commands", {}).items():
            yield f"command-{'-'.join((*path, name))}"
            yield from names(child, (*path, name))

    assert set(names(typer.main.get_command(app))) <= pages["reference/commands.html"].ids
    for table, described in schema().items():
        for key in described.get("items", described)["properties"]:
            assert f"toml-{table}-{key}".replace("_", "-") in pages["reference/cookies-toml.html"].ids


def test_every_public_name_is_in_the_index(pages, site) -> None:
    lines = (CHECKOUT / "tests" / "public_api.txt").read_text(encoding="utf-8").splitlines()
    names = {re.match(r"[\w.]+", line)[0] for line in lines}
    ids = {found for page in pages.values() for found in page.ids}
    same = {name.replace("cookiegate.registry.Registry", "cookiegate.Registry") for name in names}
    assert sorted(same - ids) == []


def test_no_page_shows_the_markup_of_terminals(site) -> None:
    texts = {path: path.read_text(encoding="utf-8") for path in sorted(site.rglob("*.html"))}
    assert [path for path, text in texts.items() if re.search(r"\[/?(?:bold|dim|link[^\]]*)\]", text)] == []


def test_pictures_are_there_and_say_what_they_show(pages) -> None:
    pictures = {name: page.pictures for name, page in pages.items() if page.pictures}
    assert {f"tutorials/{shop}.html" for shop in ("fastapi", "django", "flask")} <= pictures.keys()
    for found in pictures.values():
        assert all(len(picture.get("alt") or "") > 20 for picture in found)


def test_llms_txt_lists_every_page_in_four_parts(pages, site) -> None:
    text = (site / "llms.txt").read_text(encoding="utf-8")
    assert re.findall(r"^## (.*)$", text, re.MULTILINE) == ["Tutorials", "How-to guides", "Reference", "Explanation"]
    entries = re.findall(rf"^- \[[^\]]+\]\({re.escape(BASE_URL)}(\S+)\): \S.*$", text, re.MULTILINE)
    assert len(entries) == len(set(entries)) == text.count("\n- [")
    documents = {path.relative_to(DOCS).with_suffix(".html").as_posix() for path in DOCS.rglob("*.md")}
    assert set(entries) == documents - {"index.html"}
    assert f'href="{BASE_URL}llms.txt"' in (site / "index.html").read_text(encoding="utf-8")
    full = (site / "llms-full.txt").read_text(encoding="utf-8")
    assert "### `not-granted`" in full
    assert "<!-- generated" not in full


@pytest.mark.parametrize("size", SIZES)
def test_every_page_fits_and_is_accessible(site, site_url, chromium, axe_source, size) -> None:
    """No page is wider than the window, none writes an error to the console, and axe finds nothing."""
    problems = []
    scheme = "light" if size == "desk" else "dark"
    context = chromium.new_context(viewport=SIZES[size], color_scheme=scheme)
    page = context.new_page()
    page.on("console", lambda message: message.type == "error" and problems.append(f"{page.url}: {message.text}"))
    page.on("pageerror", lambda error: problems.append(f"{page.url}: {error}"))
    page.on("requestfailed", lambda request: problems.append(f"{page.url}: {request.url} could not be loaded"))
    page.on("request", lambda request: request.url.startswith(site_url) or problems.append(f"asks {request.url}"))
    for name in names_of_pages(site):
        page.goto(f"{site_url}/{name}", wait_until="load")
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > SIZES[size]["width"]:
            problems.append(f"{name}: {width} px wide")
        page.evaluate(axe_source)
        for found in page.evaluate("axe.run({resultTypes: ['violations']})")["violations"]:
            where = [node["target"] for node in found["nodes"][:3]]
            problems.append(f"{name}: {found['id']}: {found['help']}: {json.dumps(where)}")
    context.close()
    assert problems == []


@pytest.mark.parametrize(
    ("words", "page"), [("same_site", "reference/cookies-toml"), ("Cookiebot", "how-to/platforms")]
)
def test_search_finds(site_url, chromium, words, page) -> None:
    context = chromium.new_context(viewport=SIZES["phone"])
    window = context.new_page()
    window.goto(f"{site_url}/search.html?q={words}")
    window.locator("ul.search li a").first.wait_for()
    window.locator(".search-summary").wait_for()
    window.wait_for_function("() => /found|Found/.test(document.querySelector('.search-summary').textContent)")
    targets = window.eval_on_selector_all("ul.search li a", "links => links.map(link => link.href)")
    context.close()
    assert [target for target in targets if f"/{page}.html" in target]


def test_colours_follow_the_readers_choice(site_url, chromium) -> None:
    def background(scheme: str) -> str:
        context = chromium.new_context(color_scheme=scheme)
        window = context.new_page()
        window.goto(f"{site_url}/index.html")
        colour = window.evaluate("getComputedStyle(document.body).backgroundColor")
        context.close()
        return colour

    assert background("light") != background("dark")
