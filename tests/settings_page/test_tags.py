"""The tags' scripts as they are served, and the settings that name them. `tests/scripts/test_tags.py` runs them."""

import gzip
import re
from importlib.resources import files
from pathlib import Path

import pytest

from cookiegate import ConfigError, CookieGate
from cookiegate.settings import TAGS

STATIC = files("cookiegate.settings_page").joinpath("static", "tags")
GUIDE = Path(__file__).parents[2] / "docs" / "tags.md"


def test_there_is_one_file_for_each_tag_and_none_besides():
    assert {file.name for file in STATIC.iterdir()} == {f"{name}.js" for name in TAGS} | {"start.js", "element.js"}


def test_page_and_configuration_know_the_same_tags():
    table = (
        STATIC.joinpath("start.js").read_text(encoding="utf-8").partition("const before = {")[2].partition("\n  };")[0]
    )
    assert re.findall(r'^    "?([\w-]+)"?: ', table, re.MULTILINE) == list(TAGS)


@pytest.mark.parametrize("name", TAGS)
def test_each_file_names_the_vendor_s_documentation_and_so_does_the_guide(name):
    head = STATIC.joinpath(f"{name}.js").read_text(encoding="utf-8").partition("export ")[0]
    sources = re.findall(r"https://\S+", head)
    assert sources
    guide = GUIDE.read_text(encoding="utf-8")
    assert [source for source in sources if source not in guide] == []
    assert f"| `{name}` |" in guide


@pytest.mark.parametrize("path", ["tags.js", "tags/start.js", *(f"tags/{name}.js" for name in TAGS)])
def test_scripts_are_kept_and_asked_for_again(visitor, path):
    first = visitor("GET", f"/cookie-settings/{path}")
    assert first.headers["content-type"] == "text/javascript; charset=utf-8"
    assert first.headers["cache-control"] == "public, max-age=3600"
    assert first.headers["x-content-type-options"] == "nosniff"
    again = visitor("GET", f"/cookie-settings/{path}", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_scripts_are_as_small_as_the_guide_says(visitor):
    def size(name: str) -> int:
        return len(gzip.compress(visitor("GET", f"/cookie-settings/{name}.js").content, 9))

    assert size("tags") < 2500
    assert max(size(f"tags/{name}") for name in TAGS) < 1000


def test_classic_script_has_nothing_of_a_module(visitor):
    text = visitor("GET", "/cookie-settings/tags.js").text
    assert text.startswith('(() => {\n"use strict";\n')
    assert not re.search(r"^(?:export|import)\b", text, re.MULTILINE)


@pytest.mark.parametrize("path", ["tags", "tags/", "tags/element.js", "tags/unheard-of.js"])
def test_nothing_else_is_served_there(visitor, path):
    assert visitor("GET", f"/cookie-settings/{path}").status_code == 404


# Settings


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"tags": ["clarty"]}, "tags: unknown tag 'clarty'; did you mean 'clarity'?"),
        ({"tags": [5]}, f"tags: unknown tag 5; known are {', '.join(TAGS)}"),
        ({"tags": "uet"}, f"tags: is 'uet'; write a list with some of {', '.join(TAGS)}"),
        ({"tags": {"uet": True}}, f"tags: is {{'uet': True}}; write a list with some of {', '.join(TAGS)}"),
        ({"tags": 5}, f"tags: is 5; write a list with some of {', '.join(TAGS)}"),
        ({"url_passthrough": 1, "consent_mode": True}, "url_passthrough: is 1; use true or false"),
        ({"url_passthrough": True}, "url_passthrough: is for Google's Consent Mode; set consent_mode = true too"),
        ({"ads_data_redaction": True}, "ads_data_redaction: is for Google's Consent Mode; set consent_mode = true too"),
    ],
)
def test_settings_that_cannot_be_are_named_with_what_to_do(make_page, settings, problem):
    with pytest.raises(ConfigError) as caught:
        make_page(**settings)
    assert [*caught.value.problems] == [f"SettingsPage: {problem}"]


@pytest.mark.parametrize(
    ("section", "problem"),
    [
        ('[settings_page]\ntags = ["pixel", "meto"]', f"tags: unknown tag 'pixel'; known are {', '.join(TAGS)}"),
        ('[gate]\ntags = ["matomo-cookie"]', "tags: unknown tag 'matomo-cookie'; did you mean 'matomo-cookies'?"),
        ("[settings_page]\nads_data_redaction = 0", "ads_data_redaction: is 0; use true or false"),
        ("[settings_page]\ntag = []", "unknown key 'tag'; did you mean 'tags'?"),
    ],
)
def test_settings_in_a_file_are_checked_when_the_gate_is_made(tmp_path, section, problem):
    path = tmp_path / "cookies.toml"
    path.write_text(section, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        CookieGate.from_toml(path)
    [told] = caught.value.problems
    assert told.endswith(f"settings_page: {problem}")
