"""The configuration of consent banners, in JavaScript and JSON."""

import json
from contextlib import suppress

import pytest

from cookiegate.errors import ConfigError
from cookiegate.registry.documents.javascript import Pattern, javascript_objects


def test_literals_are_read_and_expressions_left_out():
    text = r"""
    // a comment { "a": 1 }
    const x = { a: 'it\'s \u00e9\x41\n', "b": [1, -2.5, true, null, /^_ga[/]\d+$/i, `t`],
      c: f(1, {d: 2}), e: a + 'b', };
    tarteaucitron.services.matomo = { key: "m", cookies: ['_pk_id'] };
    /* { z: 1 } */ export default { k: { l: [] }, m() { return 1; }, n: 3 };
    """
    found = javascript_objects(text)
    assert {"a": "it's éA\n", "b": ["1", "-2.5", True, None, Pattern(r"^_ga[/]\d+$"), "t"]}.items() <= found[1].items()
    assert (found[1].get("c"), found[1].get("e")) == (None, None)
    assert {"$name": "matomo", "key": "m", "cookies": ["_pk_id"]} in found
    assert any(each.get("k") == {"l": []} and each.get("n") == "3" for each in found)


@pytest.mark.parametrize("text", ["", "{", "}", "{a:", "[", "'", "/", "{a: 'x", ")", "a = / b", "{{}", "{:}", "\\"])
def test_broken_files_have_no_objects_and_raise_nothing(text):
    assert all(isinstance(each, dict) for each in javascript_objects(text))


def test_deep_literals_are_an_error():
    with pytest.raises(ConfigError, match="nested more than 500 deep"):
        javascript_objects("[" * 501)


@pytest.mark.parametrize("piece", ["{a:", "[", "'", "/", "/*", "//", "\\", "a/", '"a', "`", "{a:[", "(/x", "/[", "{}"])
def test_time_grows_no_faster_than_the_text(piece, grows_linearly):
    def parse(text):
        with suppress(ConfigError):
            javascript_objects(text)

    grows_linearly(parse, lambda size: piece * (size // len(piece)), 20_000)


KLARO = """var klaroConfig = { translations: { en: { purposes: { a: 'Analytics', m: { title: 'Marketing' } } } },
  services: [ { name: 's', title: 'Matomo', purposes: ['a'], cookies: [ %s ] } ] };"""


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("/^_pk_.*$/", "_pk_*"),
        ("/^_ga/", "_ga*"),
        ("/_ga$/", "*_ga"),
        (r"/^a\.b$/", "a.b"),
        ("/^_ga_[A-Z0-9]+$/", "_ga_*"),
        (r"/^_gat_\\d{1,9}_x$/", "_gat_*_x"),
        ("'_ga'", "_ga"),
        ("'^_ga'", "_ga*"),
        ("['_ga', '/', 'example.com']", "_ga"),
    ],
)
def test_expression_becomes_a_pattern_where_it_can(read, written, name):
    assert list(read(KLARO % written.replace("\\\\", "\\"), "klaro.js").rules) == [name]


@pytest.mark.parametrize("written", ["/^(a|b)$/", "/^a?b/", "/.*/", "/^a|b/", r"/^\\bx/", f"/^{'a' * 300}$/"])
def test_other_expressions_are_listed(read, written):
    found = read(KLARO % (written.replace("\\\\", "\\") + ", 'x_y'"), "klaro.js")
    assert list(found.rules) == ["x_y"]
    assert "a regular expression without an equivalent pattern" in found.missed[0]


def test_service_of_klaro_has_title_and_purpose(read):
    rule = read(KLARO % "'x_y'", "klaro.js").only()
    assert (rule.category, rule.provider) == ("statistics", "Matomo")


@pytest.mark.parametrize(
    ("service", "category"),
    [
        ("purposes: ['x'], required: true", "necessary"),
        ("purposes: ['m'], required: true", "marketing"),
        ("purposes: ['functional', 'a']", "statistics"),
        ("required: true", "necessary"),
    ],
)
def test_service_that_is_required_is_necessary_unless_its_purpose_is_none_of_that(read, service, category):
    text = KLARO.replace("purposes: ['a']", service) % "'x_y'"
    assert read(text, "klaro.js").short() == [("x_y", category, "")]


def test_purpose_that_is_not_known_is_listed(read):
    found = read(KLARO.replace("['a']", "['zzz']") % "'x_y'", "klaro.js")
    assert "category 'zzz' is not known" in found.missed[0]


def test_klaro_in_json_is_told_by_its_content(read):
    text = '{"services": [{"name": "a", "purposes": ["analytics"], "cookies": [["^_ga", "/"], "_gid", 7]}]}'
    assert read(text, "klaro.json").short() == [("_ga*", "statistics", ""), ("_gid", "statistics", "")]


def test_second_version_of_orestbida_is_read(read):
    text = """initCookieConsent().run({ languages: { en: { settings_modal: {
      cookie_table_headers: [ {col1: 'Name'}, {col2: 'Expiration'}, {col3: 'Description'} ],
      blocks: [ { title: 'x', toggle: { value: 'analytics' }, cookie_table: [
        { col1: '^_ga', col2: '2 years', col3: 'counts', is_regex: true },
        { col1: '_gid', col2: '1 day', col3: 'y' } ] },
        { title: 'Strictly', toggle: 'none', cookie_table: [] } ] } } },
      categories: { analytics: { autoClear: {} } } });"""
    assert read(text, "cc.js").short() == [("_ga*", "statistics", "2 years"), ("_gid", "statistics", "1 day")]


def test_third_version_of_orestbida_has_read_only_categories(read):
    text = """run({ categories: { basis: { readOnly: true, autoClear: { cookies: [ {name: 'cc_c'} ] } } },
      language: { translations: { en: { sections: [ { linkedCategory: 'basis', cookieTable: {
        headers: { name: 'Cookie', d: 'Duration' }, body: [ { name: 'sid', d: 'Session' } ] } } ] } } } });"""
    assert read(text, "cc.js").short() == [("cc_c", "necessary", ""), ("sid", "necessary", "Session")]


def test_services_of_tarteaucitron_are_read(read):
    text = """tarteaucitron.services.ga = { "key": "ga", "type": "analytic", "name": "Google Analytics",
      "needConsent": true, "cookies": ['_ga', '_gid'], "js": function () { "use strict"; if (a === b) { c(); } } };
      tarteaucitron.services.x = { "key": "x", "type": "other", "cookies": ['x_y'] };"""
    found = read(text, "services.js")
    assert found.short() == [("_ga", "statistics", ""), ("_gid", "statistics", "")]
    assert found.rules["_ga"].provider == "Google Analytics"
    assert "'x_y': category 'other' is not known" in found.missed[0]


def test_script_without_a_configuration_is_an_error(read):
    with pytest.raises(ConfigError, match="no table of cookies"):
        read("alert({a: 1}); f({services: 1, categories: [], languages: {en: 1}, language: 2});", "x.js")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ('{"categories": {"analytics": {"autoClear": {"cookies": [{"name": "_ga"}]}}}}', ["_ga"]),
        ('{"key": "x", "type": "analytic", "cookies": ["_ga"]}', ["_ga"]),
        ('{"apps": [1, {"name": "x", "purposes": ["analytics"], "cookies": ["_ga"]}]}', ["_ga"]),
    ],
)
def test_configuration_in_json_is_told_by_its_content(read, text, names):
    assert list(read(text, "x.json").rules) == names


def test_what_is_no_name_or_service_is_listed(read):
    text = json.dumps({"services": [{"name": "s", "purposes": ["analytics"], "cookies": ["_pk_id", 5]}, 7]})
    found = read(text, "klaro.json")
    assert found.short() == [("_pk_id", "statistics", "")]
    assert sorted(found.missed) == [
        "configuration 1: services 's': 5: no cookie name; give it as text in quotes",
        'configuration 1: services[2]: 7: no object with the keys of a cookie; write one like {"name": "sid"}',
    ]
