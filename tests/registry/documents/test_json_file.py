"""JSON files: lists of cookies wherever they are, keys by their meaning, a registry's own keys to the letter."""

import json

import pytest

from cookiegate.errors import ConfigError
from cookiegate.model import CookieRule, SameSite
from cookiegate.registry.documents.json_file import json_content, json_tables


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


WHY = 'no object with the keys of a cookie; write one like {"name": "sid"}'


def test_item_that_is_no_object_is_listed_with_its_place(read):
    found = read('[{"name": "x", "category": "statistics"}, 5, "sid", null, ["y"], true]', "list.json")
    assert found.short() == [("x", "statistics", "")]
    assert found.missed == [
        f"list[{at}]: {shown}: {WHY}" for at, shown in ((2, 5), (3, '"sid"'), (4, "null"), (6, "true"))
    ]


def test_value_among_names_that_is_none_is_listed(read):
    cookies = {"cookies": {"_ga": {"duration": "2 years", "category": "statistics"}, "sid": 5, "_gid": None}}
    found = read(json.dumps({"a": cookies, "marketing": {"cookies": ["b", 3, None]}}), "list.json")
    assert found.short() == [("_ga", "statistics", "2 years"), ("b", "marketing", "")]
    assert found.missed == [
        f"a.cookies.sid: 5: {WHY}",
        f"a.cookies._gid: null: {WHY}",
        f"marketing.cookies[2]: 3: {WHY}",
        f"marketing.cookies[3]: null: {WHY}",
    ]


@pytest.mark.parametrize(
    ("key", "value", "why"),
    [
        ("purpose", 3, "3 and left out; write it as text in quotes"),
        ("purpose", ["a"], '["a"] and left out; write it as text in quotes'),
        ("provider", True, "true and left out; write it as text in quotes"),
        ("lifetime", True, "true and left out; write text like '7 days'"),
        ("secure", [], "[] and left out; write true or false"),
        ("host_only", "yes", '"yes" and left out; write true or false'),
        ("domains", ["a.example", 3], '["a.example", 3] and left out; write it as text in quotes, or a list of texts'),
        ("chunks", 3, "3 and left out; write true, or the separator before the number"),
        ("stricter", 4, "4 and left out; write it as text in quotes"),
    ],
)
def test_value_of_a_wrong_type_in_a_registrys_own_key_is_listed_and_left_out(read, key, value, why):
    rule = {"name": "x", "category": "statistics", "source": "here", key: value}
    for lenient in (False, True):
        found = read(json.dumps([rule | {"category": "Analytics" if lenient else "statistics"}]), "list.json")
        assert found.only() == CookieRule(name="x", category="statistics", source="" if lenient else "here")
        assert found.missed == [f"list[1]: 'x': {key} is {why}"]


def test_name_of_a_wrong_type_is_listed_once(read):
    found = read('[{"name": 5, "category": "statistics"}, {"name": "a", "category": "marketing"}]', "list.json")
    assert found.missed == ["list[1]: cookie: name is 5 and left out; write it as text in quotes"]
    assert found.only().name == "a"


@pytest.mark.parametrize(
    "more",
    [{"purpose": None}, {"purpose": 3, "id": 1}, {"purpose": ["3"], "id": 1}, {"lifetime": None}, {"secure": "yes"}],
)
def test_values_of_other_exports_are_no_mistakes(read, more):
    found = read(json.dumps([{"name": "x", "category": "statistics", **more}]), "list.json")
    assert (found.only().name, found.missed) == ("x", [])


def test_flag_of_a_browsers_export_is_no_domain(read):
    found = read('[{"hostOnly": true, "name": "x", "category": "ads", "domain": "a.example"}]', "list.json")
    assert found.only().domains == ("a.example",)


def test_place_is_the_item(read):
    found = read('{"cookies": [{"name": "a", "category": "x"}, {"purpose": "no name"}]}', "list.json")
    assert [text.partition(": ")[0] for text in found.missed] == ["cookies[1]", "cookies[2]"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('[{"name": "a"', "line 1: broken JSON at column 14"),
        ("[" * 100_000, "it nests more than 500 deep; take the inner parts out"),
        ("9" * 5000, "line 1: a number of more than 400 characters; shorten it"),
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


@pytest.mark.parametrize(
    "piece",
    [
        '{"name": "a", "purpose": "b"},',
        '{"K%d": 1, "name": "a", "purpose": "b"},',
        '[{"name": "a", "purpose": "b"}],',
        '{"category": "x", "cookies": [{"name": "a", "purpose": "b"}]},',
        '{"name": "a, b", "purpose": "b"},',
        "{},",
        "[],",
        '{"name": "a", "purpose": "b"}, 5, null,',
        '{"name": "a", "category": "b", "purpose": 5},',
    ],
)
def test_time_grows_no_faster_than_the_list(piece, grows_linearly):
    def make(size):
        return "[" + "".join(piece.replace("%d", str(at)) for at in range(size // len(piece))) + "{}]"

    grows_linearly(lambda text: json_tables(json_content(text)), make, 100_000)


def test_list_whose_objects_all_have_other_keys_has_few_columns():
    items = [{f"k{number}": 1, "name": f"a{number}"} for number in range(1000)]
    items.append({"name": "b", "purpose": "Counts visits."})
    _, (table,) = json_tables(items)
    headings = [cell.text for cell in table.rows[0].cells]
    assert (len(headings), headings[1], headings[-1]) == (101, "name", "purpose")
    _, (table,) = json_tables([{"name": "a", **{f"purpose {number}": "b" for number in range(1000)}}])
    assert len(table.rows[0].cells) == 200
