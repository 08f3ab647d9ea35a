"""JSON files: lists of cookies wherever they are, keys by their meaning, a registry's own keys to the letter."""

import json

import pytest

from cookiegate.errors import ConfigError
from cookiegate.model import SameSite


def test_own_keys_are_read_to_the_letter(read):
    rule = {
        "name": "a*",
        "category": "marketing",
        "purpose": " two  spaces\n",
        "same_site": "strict",
        "domains": ["x.example"],
        "secure": False,
        "lifetime": "1 day",
    }
    found = read(json.dumps({"cookies": [rule]}), "list.json").only()
    assert (found.purpose, found.same_site, found.domains, found.secure) == (
        " two  spaces\n",
        SameSite.STRICT,
        ("x.example",),
        False,
    )


def test_keys_are_read_by_their_meaning(read):
    item = {
        "cookieName": "a",
        "consent_category": "ads",
        "retentionPeriod": "10 days",
        "Description": "x",
        "httpOnly": True,
    }
    found = read(json.dumps([item]), "list.json").only()
    assert (found.name, found.category, str(found.lifetime), found.purpose, found.http_only) == (
        "a",
        "marketing",
        "10 days",
        "x",
        True,
    )


def test_key_above_a_list_says_the_category(read):
    text = json.dumps(
        {"policy": {"necessary": [{"name": "a", "duration": "1 day"}], "Analytics": [{"name": "b", "purpose": ""}]}}
    )
    assert read(text, "list.json").short() == [("a", "necessary", "1 day"), ("b", "statistics", "")]


def test_title_beside_a_list_says_the_category(read):
    text = json.dumps(
        {"groups": [{"title": "Marketing", "items": [{"name": "a", "purpose": "x"}]}, {"title": "x", "items": [[]]}]}
    )
    assert read(text, "list.json").short() == [("a", "marketing", "")]


def test_values_of_any_type_are_shown_as_text(read):
    item = {
        "name": "a",
        "category": "marketing",
        "purpose": ["one", 2, None],
        "provider": None,
        "path": {"x": 1},
        "secure": False,
    }
    found = read(json.dumps([item, [item | {"name": "b"}], 1]), "list.json")
    assert (found.rules["a"].purpose, found.rules["a"].provider, found.rules["a"].secure) == ("one\n2", "", None)
    assert "b" in found.rules


def test_place_is_the_item(read):
    found = read('{"cookies": [{"name": "a", "category": "x"}, {"purpose": "no name"}]}', "list.json")
    assert [text.partition(": ")[0] for text in found.missed] == ["cookies[1]", "cookies[2]"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('[{"name": "a"', "line 1: broken JSON at column 14"),
        ("[" * 100_000, "line 1: the JSON is nested too deep"),
        ("9" * 5000, "line 1: broken JSON: Exceeds the limit"),
        ("{}", "no table of cookies"),
        ("[1, {}]", "no table of cookies"),
        ("5", "no table of cookies"),
    ],
)
def test_broken_file_is_an_error(read, text, problem):
    with pytest.raises(ConfigError, match=f"^list.json: {problem}"):
        read(text, "list.json")


def test_deep_nesting_below_the_parsers_limit_is_read(read):
    text = '{"a":' * 400 + '[{"name": "x", "category": "marketing"}]' + "}" * 400
    assert read(text, "list.json").only().name == "x"
