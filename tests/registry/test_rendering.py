"""The policy's tables out of a registry: importing what was rendered gives the registry back, whatever is in it."""

import json
import string
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cookiegate import Registry, parse_lifetime
from cookiegate.errors import ConfigError
from cookiegate.model import Category, CookieRule, SameSite
from cookiegate.registry import parse_declaration, render, write_toml
from cookiegate.registry.toml import parse_cookies_toml

FORMATS = {"markdown": "policy.md", "html": "policy.html", "json": "policy.json"}
TOKEN = "!#$%&'*+-.^_`|~" + string.ascii_letters + string.digits
AWKWARD = [
    "-",
    "n/a",
    " a",
    "a ",
    "a\n\nb",
    "a\nb",
    "\n",
    "| --- |",
    "a|b",
    "a\\|b",
    "\\",
    "a`b``c",
    "<b>x</b>",
    "</td>",
    "<!-- x -->",
    "-->",
    "&amp;",
    "&#0;",
    "\x00",
    "\r",
    "a\tb",
    "\u202eabc",
    "عربى",
    "👩‍👧",
    "[x](y)",
    "**b**",
    "~~x~~",
    "_x_",
    "# h",
    "1. x",
    "---",
    "http://x",
    "https://e/\u2028",
    "\u00a0",
    "]]>",
    "{{x}}",
    "![](x)",
    "x" * 5000,
]
NAMES = st.text(TOKEN, min_size=1, max_size=12) | st.sampled_from(
    [
        "Statistics",
        "Cookie",
        "name",
        "necessary",
        "_ga_...",
        "_ga_#",
        "_xxx",
        "|",
        "`a`",
        "``",
        "__Host-x",
        "a*|b*",
        "-",
        "a|b",
        "n.a.",
    ]
)
TEXTS = st.text(max_size=30) | st.sampled_from(AWKWARD) | st.text("|`\\<>&*_~[]()!-\n\r\t #", max_size=20)
LIFETIMES = st.none() | st.sampled_from(
    ["7 days", "Session", "varies", "1  hour,\t30 minutes", "1 year and 2 days", "2\u2003days", "\x1c1 day"]
).map(parse_lifetime)
HOSTS = st.sampled_from(["a.example", ".b.example", "localhost", "a-b.c", "third", "n", "na"])
PATHS = st.text("".join(chr(code) for code in range(32, 127) if chr(code) != ";"), max_size=8).map("/".__add__)
RULES = st.builds(
    CookieRule,
    name=NAMES,
    category=st.sampled_from(Category),
    purpose=TEXTS,
    lifetime=LIFETIMES,
    provider=TEXTS,
    source=TEXTS,
    secure=st.sampled_from([None, True, False]),
    http_only=st.booleans(),
    same_site=st.sampled_from([None, "keep", *SameSite]),
    host_only=st.booleans(),
    partitioned=st.booleans(),
    add_partitioned=st.booleans(),
    mode=st.sampled_from(["enforce", "report-only"]),
    attributes=st.sampled_from(["enforced", "enforced", "as-sent"]),
    chunks=st.booleans() | st.sampled_from([".", "-", "|", "`", "c", "C", "__", "~", "_part-"]),
    shared=st.booleans(),
    domains=st.lists(HOSTS, max_size=3).map(tuple),
    paths=st.just(("/",)) | st.lists(PATHS, max_size=3).map(tuple),
)


def registry_of(rules):
    """A registry of those of the rules that one can hold."""
    found = {}
    for rule in rules:
        try:
            Registry([rule])
        except ConfigError:
            continue
        found[rule.name] = rule
    return Registry(found.values())


REGISTRIES = st.lists(RULES, min_size=1, max_size=4).map(registry_of).filter(len)


@pytest.mark.parametrize("format", FORMATS)
@given(registry=REGISTRIES)
def test_import_of_what_was_rendered_is_the_registry(format, registry):
    found = parse_declaration(render(registry, format), where=FORMATS[format])
    assert found.registry == registry
    assert found.not_understood == ()


@pytest.mark.parametrize("format", FORMATS)
@given(registry=REGISTRIES)
def test_rendered_text_is_known_without_its_name(format, registry):
    assert parse_declaration(render(registry, format)).registry == registry


@given(registry=REGISTRIES)
def test_written_toml_is_the_registry(registry):
    document = parse_cookies_toml(write_toml(registry))
    assert (Registry(document.rules), document.problems) == (registry, ())


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("text", [*AWKWARD, "\ud800"])
def test_awkward_text_comes_back_as_it_was(format, text):
    rule = CookieRule(name="a", category=Category.MARKETING, purpose=text, provider=text, source=text)
    assert parse_declaration(render([rule], format), where=FORMATS[format]).rules == (rule,)


@pytest.mark.parametrize("format", FORMATS)
def test_known_registry_comes_back_whole(format):
    assert parse_declaration(render(Registry.known(), format), where=FORMATS[format]).registry == Registry.known()


class Elements(HTMLParser):
    """Collects the tags of a fragment."""

    def __init__(self):
        super().__init__()
        self.tags = []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))


@given(registry=REGISTRIES)
def test_html_has_no_elements_but_its_own(registry):
    elements = Elements()
    elements.feed(render(registry, "html"))
    assert {tag for tag, _ in elements.tags} <= set("section h2 table caption thead tbody tr th td code br".split())  # noqa: SIM905
    names = {name for _, attributes in elements.tags for name in attributes}
    assert names <= {"aria-labelledby", "id", "scope", "dir", "data-cookiegate"}


def test_html_is_a_section_with_a_caption_and_scopes():
    rule = CookieRule(name="a", category="necessary", purpose="1 < 2\nyes", lifetime="session")
    assert render([rule], "html") == (
        '<section aria-labelledby="cookies-necessary">\n'
        '<h2 id="cookies-necessary">Necessary cookies</h2>\n'
        "<table>\n"
        "<caption>Necessary cookies (always set)</caption>\n"
        '<thead><tr><th scope="col">Cookie</th><th scope="col">Purpose</th><th scope="col">Lifetime</th></tr></thead>\n'
        "<tbody>\n"
        '<tr><th scope="row"><code>a</code></th><td dir="auto">1 &lt; 2<br>yes</td><td dir="auto">session</td></tr>\n'
        "</tbody>\n"
        "</table>\n"
        "</section>\n"
    )


def test_markdown_shows_people_plain_text_and_carries_what_it_can_not_show():
    rule = CookieRule(name="a|b", category=Category.MARKETING, purpose="a  | b\x00")
    assert render([rule], "markdown") == (
        "## Marketing cookies\n\n| Cookie | Purpose | Lifetime |\n| --- | --- | --- |\n"
        '| `a\\|b` | a \\| b\ufffd <!-- cookiegate: "a  \\u007c b\\u0000" --> |  |\n'
    )


def test_columns_for_what_few_rules_say_are_there_when_one_does():
    rules = [
        CookieRule(name="a", category=Category.MARKETING),
        CookieRule(
            name="b", category=Category.MARKETING, same_site=SameSite.NONE, partitioned=True, host_only=True, paths=()
        ),
    ]
    lines = render(rules, "markdown").splitlines()
    assert lines[2] == "| Cookie | Purpose | Lifetime | Attributes | Paths |"
    assert lines[-1] == "| `b` |  |  | SameSite=None, Partitioned, host-only | <!-- cookiegate: [] --> |"


def test_json_has_the_keys_of_a_table_and_escapes_what_can_not_be_seen():
    text = render([CookieRule(name="a", category=Category.MARKETING, purpose="é\u202e", paths=("/x",))], "json")
    assert "é\\u202e" in text
    assert json.loads(text) == {
        "cookies": [{"name": "a", "category": "marketing", "purpose": "é\u202e", "paths": ["/x"]}]
    }


def test_nothing_is_rendered_of_an_empty_registry():
    assert [render([], name) for name in FORMATS] == ["", "", '{\n  "cookies": []\n}\n']


def test_reason_of_a_stricter_rule_is_for_the_registry_and_not_for_the_page():
    rule = CookieRule(name="a", category="marketing", stricter="It measures here.", exempt="It is exempt.")
    assert [("measures" in render([rule], name)) for name in FORMATS] == [False, False, True]
    assert parse_declaration(render([rule], "json"), where="policy.json").rules == (rule,)


def test_other_formats_are_an_error():
    with pytest.raises(ConfigError, match="format 'pdf': not known; use one of markdown, html, json"):
        render([], "pdf")
