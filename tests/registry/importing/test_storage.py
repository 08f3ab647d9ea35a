"""Rules about keys of the browser's storages: beside the rules about cookies, never in their place."""

import re
from dataclasses import replace

import pytest

from cookiegate import ConfigError, Consent, CookieGate, CookieRule, Registry
from cookiegate.registry.formats import parse_declaration, render
from cookiegate.registry.lint import lint
from cookiegate.registry.toml import parse_cookies_toml
from cookiegate.registry.toml_text import write_toml
from cookiegate.settings_page.shown_policy import shown_policy

COOKIE = CookieRule(name="seen", category="marketing", purpose="A cookie.", lifetime="1 day")
LOCAL = CookieRule(name="seen", category="necessary", purpose="A key.", lifetime="varies", storage="local")
DATABASE = CookieRule(name="seen", category="necessary", purpose="Data.", lifetime="varies", storage="indexeddb")
SESSION = CookieRule(name="seen*", category="statistics", purpose="Keys.", lifetime="session", storage="session")
ODD_NAMES = (
    "persist:root",
    "@@auth0::*::",
    "firebase:authUser:*:[DEFAULT]",
    'a "b", <c> | `d`\\',
    " blank ",
    "ключ 🔑",
)


def test_a_name_may_be_a_cookie_and_keys():
    registry = Registry([COOKIE, LOCAL, SESSION])
    assert len(registry) == 3
    assert registry.find("seen") is COOKIE
    assert registry.find("seen1") is None
    assert registry.stored("local") == (LOCAL,)
    assert registry.stored("session") == (SESSION,)
    assert registry.stored("indexeddb") == ()
    assert Registry([COOKIE, DATABASE]).stored("indexeddb") == (DATABASE,)


def test_a_key_lets_no_cookie_out():
    gate = CookieGate(registry=Registry([LOCAL]), consent=lambda head: Consent({"marketing"}))
    assert gate.registry.match("seen").rule is None


def test_consent_cookie_s_name_may_be_a_key_too():
    key = CookieRule(name="cookiegate_consent", category="marketing", purpose="A key.", storage="local")
    assert [rule.name for rule in shown_policy(CookieGate(registry=Registry([key]))).rules] == [
        "cookiegate_consent"
    ] * 2


def test_one_key_of_one_storage_has_one_rule():
    with pytest.raises(ConfigError, match="the name is there already"):
        Registry([LOCAL, LOCAL])


def test_toml_keeps_them_apart():
    text = write_toml([COOKIE, LOCAL, SESSION])
    assert 'storage = "local"' in text
    assert parse_cookies_toml(text).rules == (COOKIE, LOCAL, SESSION)
    found = parse_cookies_toml(text + text.partition("\n")[2])
    assert len(found.problems) == 3


def test_key_may_have_characters_that_no_cookie_name_has():
    rules = tuple(CookieRule(name=name, category="marketing", storage="local") for name in ODD_NAMES)
    assert Registry(rules).stored("local") == rules
    assert parse_cookies_toml(write_toml(rules)).rules == rules
    for name in ODD_NAMES:
        with pytest.raises(ConfigError, match="is not a cookie name"):
            CookieRule(name=name, category="marketing")


@pytest.mark.parametrize("name", ["a\nb", "a\0", "\u2028", "a\ud800", "\u202ea"])
def test_key_with_characters_that_can_t_be_printed_is_refused(name):
    with pytest.raises(ConfigError, match=r"characters that can't be printed; write '\*' in their place"):
        CookieRule(name=name, category="marketing", storage="session")


@pytest.mark.parametrize(("name", "problem"), [("", "name is empty"), ("**", "consists of '*' only")])
def test_key_that_names_nothing_is_refused(name, problem):
    with pytest.raises(ConfigError, match=re.escape(problem)):
        Registry([CookieRule(name=name, category="marketing", storage="local")])


def test_mistakes_beside_a_key_s_name_are_found_in_one_run():
    text = '[[cookie]]\nname = "persist:root"\nstorage = "local"\ncategory = "fun"\nhttp_only = true\n'
    problems = "\n".join(parse_cookies_toml(text).problems)
    assert "not a cookie name" not in problems
    assert "unknown category 'fun'" in problems
    assert "contradicts http_only" in problems


def test_unknown_storage_is_said():
    with pytest.raises(ConfigError, match="unknown storage 'indexed'; use one of local, session, indexeddb"):
        CookieRule(name="a", category="necessary", storage="indexed")  # type: ignore[arg-type]


def test_attributes_of_cookies_contradict_it():
    rule = CookieRule(name="a", category="necessary", purpose="A test.", storage="local", http_only=True, paths="/a")
    message = 'storage = "local" contradicts http_only and paths, which only cookies have; remove them'
    with pytest.raises(ConfigError, match=message):
        Registry([rule])


@pytest.mark.parametrize(("format_", "ending"), [("markdown", "md"), ("html", "html"), ("json", "json")])
def test_rendered_policy_is_read_back(format_, ending):
    key = CookieRule(name="seen", category="marketing", purpose="A key.", lifetime="1 day", storage="local")
    odd = [replace(key, name=name) for name in ODD_NAMES]
    rules = [COOKIE, key, SESSION, DATABASE, *odd]
    found = parse_declaration(render(rules, format_), where=f"policy.{ending}").rules
    assert sorted(found, key=lambda rule: rule.key) == sorted(rules, key=lambda rule: rule.key)


def test_lint_compares_keys_with_keys_alone():
    wide = CookieRule(name="see*", category="necessary", purpose="Keys.", lifetime="1 day", storage="local")
    codes = {(found.code.value, found.subject) for found in lint([COOKIE, wide])}
    assert not {code for code, subject in codes if subject == "see*"} & {"swallows-category", "overlap"}
    assert ("swallows-category", "see*") in {
        (found.code.value, found.subject)
        for found in lint(
            [wide, CookieRule(name="seen", category="marketing", purpose="A.", lifetime="1 day", storage="local")]
        )
    }
