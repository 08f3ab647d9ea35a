"""The names of the four categories are read alike everywhere: any case, a hint for what is none, never a guess."""

import pytest

from cookiegate import Category, ConfigError, Consent, CookieGate, CookieRule, Registry, RequestHead
from cookiegate.category import _MEANT, category_problem, read_category
from cookiegate.consent import Klaro, OneTrust, Tcf
from cookiegate.gate import compiled
from cookiegate.model import OPTIONAL
from cookiegate.registry.words.categories import category_of
from cookiegate.registry.words.vocabulary import _files
from cookiegate.settings_page import SettingsPage
from cookiegate.templating import category_problem as problem_in_a_template

NECESSARY, PREFERENCES, STATISTICS, MARKETING = Category


@pytest.mark.parametrize("text", ["marketing", "Marketing", "MARKETING", " marketing\n", Category.MARKETING])
def test_category_is_read_in_any_case(text):
    assert Category(text) is read_category(text) is MARKETING


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("analytics", "statistics"), ("Analytics", "statistics"), ("stats", "statistics"),
        ("performance", "statistics"),
        ("statistic", "statistics"), ("statistcs", "statistics"), ("analytcs", "statistics"),
        ("Statistik", "statistics"),
        ("essential", "necessary"), ("strictly necessary", "necessary"), ("strictly_necessary", "necessary"),
        ("neccessary", "necessary"), ("functional", "preferences"), ("preference", "preferences"),
        ("ads", "marketing"), ("advertisment", "marketing"), ("targeting", "marketing"), ("social-media", "marketing"),
    ],
)  # fmt: skip
def test_unknown_word_gets_a_hint(word, meant):
    problem = f"unknown category {word!r}; use one of necessary, preferences, statistics, marketing"
    with pytest.raises(ValueError, match="unknown category") as caught:
        Category(word)
    assert str(caught.value) == f"{problem} (did you mean {meant!r}?)"


@pytest.mark.parametrize(
    "value", ["", "x", "wibble", "marketing, statistics", "mar\u212aeting", "ads" * 20, None, 1, ()]
)
def test_other_values_get_none(value):
    with pytest.raises(ValueError, match="unknown category") as caught:
        read_category(value)
    assert "did you mean" not in str(caught.value) or value in ("marketing, statistics", "mar\u212aeting")


def test_hint_is_one_of_those_that_are_allowed():
    assert category_problem("essential", OPTIONAL).endswith("use one of preferences, statistics, marketing")
    with pytest.raises(ValueError, match="unknown category 'necessary'; use one of preferences"):
        read_category("necessary", OPTIONAL)


@pytest.mark.parametrize(("meant", "words"), _MEANT.items(), ids=lambda each: str(each)[:12])
def test_hints_are_what_an_import_reads(meant, words):
    for word in words.split():
        if word not in ("strictly", "prefs", "pref", "stats", "stat"):  # abbreviations are on no page; "strictly" fills
            assert category_of(word) is meant, word


@pytest.mark.parametrize("category", Category)
def test_what_an_import_reads_in_english_gets_a_hint(category):
    for entry in str(_files()["en"][category.value]).split(","):
        word = entry.strip().rstrip("*")
        assert category_problem(word).endswith(f"(did you mean {category.value!r}?)") or word in (
            "need", "advertis", "promotion", "remember", "measure", "analytic", "statistic", "essential", "customiz",
            "customis", "personaliz", "personalis", "preference",
        ), word  # fmt: skip


# Everywhere

TOML = """
[gate]
unregistered = "Marketing"
default_consent = "Statistics, preferences"
[settings_page]
categories = "Statistics"
[csp]
Statistics = ["https://a.b"]
[[cookie]]
name = "a"
category = "Statistics"
domains = "a.b, c.d"
"""


def test_toml_reads_categories_and_lists_like_every_other_place(tmp_path):
    path = tmp_path / "cookies.toml"
    path.write_text(TOML, encoding="utf-8")
    gate = CookieGate.from_toml(path, known=False)
    assert (gate.unregistered, [*gate.default_consent], [*gate.csp]) == (
        "marketing", ["Statistics", "preferences"], ["statistics"],
    )  # fmt: skip
    assert compiled(gate).terms.default(None) == {STATISTICS, PREFERENCES}
    rule = gate.registry.find("a")
    assert (rule.category, rule.domains) == (STATISTICS, ("a.b", "c.d"))


def test_python_reads_them_too():
    assert CookieRule(name="a", category="Statistics").category is STATISTICS
    assert Consent(granted=["Statistics"]).granted == {STATISTICS}
    assert problem_in_a_template("Statistics") is None
    gate = CookieGate(registry=Registry([CookieRule(name="a", category="statistics")]), uses="sessionid, csrftoken")
    assert gate.uses == ("sessionid", "csrftoken")
    assert SettingsPage(gate, categories="Statistics, marketing").categories == "Statistics, marketing"


def test_csp_category_is_written_once():
    with pytest.raises(ConfigError) as caught:
        CookieGate(csp={"statistics": ["https://a.b"], "Statistics": ["https://c.d"]})
    assert caught.value.problems == ("CookieGate: csp: statistics is there twice; write it once",)


def test_platforms_read_them_too():
    for mapping in ({"matomo": "Statistics"}, {"Statistics": ["matomo"]}, {"matomo": ["Statistics"]}):
        found = Klaro(services=mapping)(RequestHead(cookie=b'klaro={"matomo":true}'))
        assert found.granted == {STATISTICS}
    with pytest.raises(ConfigError) as caught:
        OneTrust(groups={"Marketing": ["Statistics"], "C2": ["a", 3, "analytics"]})
    assert caught.value.problems[0] == (
        "OneTrust: groups['Marketing']: both sides name categories; write that of cookiegate in lower case"
    )
    assert Tcf(purposes={"Statistics": [8]})._purposes[0][0] is STATISTICS
