"""What a gate offers: fixed when it is built; what passes and is not among it is a warning."""

import logging
from dataclasses import replace

import pytest

from cookiegate import Category, ConfigError, Consent, CookieGate, CookieRule, Registry
from cookiegate.asgi import CookieGateMiddleware as AsgiGate
from cookiegate.gate import compiled
from cookiegate.gate_registry import no_warnings

OWN = CookieRule(name="sid", category="necessary", purpose="Login.")
VISITS = CookieRule(name="visits", category="statistics", purpose="Counts visits.")
KNOWN_AND_OWN = Registry.known() | Registry([OWN, VISITS])
LANGUAGE_LINE = '[gate]\nuses = ["django_language"]'


@pytest.fixture
def said(caplog):
    caplog.set_level(logging.WARNING, logger="cookiegate")
    return lambda: [record.getMessage() for record in caplog.records]


def offer_of(gate):
    return compiled(gate).offering.offer


def names_of(gate):
    return [rule.name for rule in offer_of(gate).rules]


def problems_of(**arguments):
    with pytest.raises(ConfigError) as caught:
        CookieGate(**arguments)
    return [*caught.value.problems]


def written(tmp_path, text):
    path = tmp_path / "cookies.toml"
    path.write_text(text, encoding="utf-8")
    return path


# What is offered


def test_site_offers_what_it_declares():
    gate = CookieGate(registry=KNOWN_AND_OWN)
    assert names_of(gate) == ["sid", "visits"]
    assert offer_of(gate).categories == {Category.STATISTICS}


def test_known_cookie_that_is_used_is_listed_and_its_category_offered():
    gate = CookieGate(registry=KNOWN_AND_OWN, uses=["django_language", "sessionid"])
    assert sorted(names_of(gate)) == ["django_language", "sessionid", "sid", "visits"]
    assert offer_of(gate).categories == {Category.STATISTICS, Category.PREFERENCES}


def test_known_cookie_that_is_used_is_in_the_registry_although_nothing_else_known_is():
    gate = CookieGate(registry=Registry([OWN]), uses=["django_language"])
    assert gate.registry.find("django_language").category is Category.PREFERENCES
    assert gate.registry.find("csrftoken") is None
    assert sorted(names_of(gate)) == ["django_language", "sid"]


def test_own_rule_wins_over_the_known_one_that_is_used():
    own = CookieRule(name="django_language", category="necessary", purpose="Picked by the visitor.")
    gate = CookieGate(registry=Registry.known() | Registry([own]), uses=["django_language"])
    assert offer_of(gate).rules == (own,)
    assert offer_of(gate).categories == frozenset()


def test_part_of_a_known_family_stands_for_the_family():
    gate = CookieGate(registry=KNOWN_AND_OWN, uses=["mezzanine-comment-name"])
    assert "mezzanine-comment-*" in names_of(gate)


def test_variant_of_a_gate_offers_the_same():
    gate = CookieGate(registry=KNOWN_AND_OWN, uses=["django_language"], products=["airflow"])
    again = replace(gate, debug=True)
    assert offer_of(again) == offer_of(gate)
    assert again.registry is gate.registry


def test_category_that_unknown_cookies_are_treated_as_is_offered():
    assert offer_of(CookieGate(unregistered="marketing")).categories == {Category.MARKETING}


def test_choice_at_run_time_never_changes_the_offer(serve, said):
    gate = CookieGate(registry=KNOWN_AND_OWN)
    before = offer_of(gate)
    assert serve(gate, ["django_language=de"]) == []
    assert offer_of(gate) is before


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (
            {"uses": ["django_langage"]},
            "uses: 'django_langage' is no cookie that cookiegate knows; did you mean 'django_language'?",
        ),
        (
            {"uses": ["_token"]},
            "uses: '_token' is no cookie that cookiegate knows; it is one of airflow: add products = [\"airflow\"]",
        ),
        (
            {"uses": ["zzzzzzzzzzzz"]},
            "uses: 'zzzzzzzzzzzz' is no cookie that cookiegate knows; declare it under [[cookie]]",
        ),
        (
            {"uses": ""},
            "uses: is ''; write a list of names that cookiegate knows, like uses = [\"django_language\"]",
        ),
        (
            {"uses": [1]},
            'uses: 1 is among them; write a list of names that cookiegate knows, like uses = ["django_language"]',
        ),
        ({"products": ["airflw"]}, "products: 'airflw': not known; did you mean 'airflow'?"),
        ({"products": " , "}, "products: is ' , '; write a list like products = [\"airflow\"]"),
        ({"products": 3}, 'products: is 3; write a list like products = ["airflow"]'),
        ({"report_only": ""}, "report_only: is ''; write a list of cookie names, like report_only = [\"legacy_*\"]"),
        (
            {"report_only": ["a*b"]},
            "report_only: 'a*b' has a '*' inside; write an exact name, or one with a '*' at its end",
        ),
        (
            {"report_only": ["*"]},
            "report_only: '*' would leave every cookie alone; set mode = \"report-only\" for that",
        ),
        (
            {"report_only": ["a b"]},
            (
                "report_only: name 'a b' is not a cookie name; use letters, digits and !#$%&'+-.^_`|~ ('*' matches any "
                "characters)"
            ),
        ),
        ({"report_only": [1]}, "report_only: name is 1; write it as text in quotes"),
    ],
)
def test_mistake_is_told_with_what_to_write(arguments, problem):
    assert problems_of(**arguments) == [f"CookieGate: {problem}"]


def test_unhashable_product_is_a_mistake_too():
    [problem] = problems_of(products=[["airflow"]])
    assert problem.startswith("CookieGate: products: ['airflow']: not known; known are airflow, ")


# Products


def test_products_of_a_file_are_known_and_listed(tmp_path):
    gate = CookieGate.from_toml(written(tmp_path, '[gate]\nproducts = ["airflow"]\n'))
    assert gate.registry.find("_token").provider == "Apache Airflow 3"
    assert names_of(gate) == ["_token"]
    assert CookieGate().registry.find("_token") is None


def test_product_that_is_not_known_is_a_mistake_of_the_file(tmp_path):
    with pytest.raises(ConfigError) as caught:
        CookieGate.from_toml(written(tmp_path, '[gate]\nproducts = ["Airflow", "airflo", "superset"]\n'))
    assert [*caught.value.problems] == [
        "cookies.toml: gate: products: 'Airflow': not known; did you mean 'airflow'?",
        "cookies.toml: gate: products: 'airflo': not known; did you mean 'airflow'?",
    ]


def test_own_rule_wins_over_that_of_a_product():
    own = CookieRule(name="_token", category="marketing", purpose="Tracks.")
    gate = CookieGate(registry=Registry.known() | Registry([own]), products=["airflow"])
    assert gate.registry.find("_token") is own


def test_optional_cookie_of_a_product_can_be_chosen():
    assert offer_of(CookieGate(products=["starlette-admin"])).categories == {Category.PREFERENCES}


# Warnings while it serves


def test_known_cookie_that_is_dropped_and_never_offered_is_a_warning_once(serve, said):
    gate = CookieGate(registry=KNOWN_AND_OWN)
    for _ in range(3):
        assert serve(gate, ["django_language=de", "django_language=en; Path=/x"]) == []
    assert said() == [
        (
            "cookie 'django_language' (preferences, Django) is dropped, and no visitor can allow it: the site offers "
            f"no preferences cookies; cookiegate knows it, to offer it add:\n{LANGUAGE_LINE}"
        )
    ]


@pytest.mark.parametrize("arguments", [{"mode": "report-only"}, {"report_only": ["django_language"]}])
def test_warning_says_would_be_where_nothing_is_enforced(serve, said, arguments):
    assert serve(CookieGate(registry=KNOWN_AND_OWN, **arguments), ["django_language=de"]) == ["django_language=de"]
    assert [line.partition(", and")[0] for line in said()] == [
        "cookie 'django_language' (preferences, Django) would be dropped"
    ]


def test_known_cookie_that_a_browser_sends_and_nobody_can_allow_is_a_warning(serve, said):
    gate = CookieGate(registry=KNOWN_AND_OWN)
    for _ in range(2):
        [deletion] = serve(gate, [], "django_language=de")
    assert deletion.startswith("django_language=;")
    assert [line.partition(", and")[0] for line in said()] == [
        "cookie 'django_language' (preferences, Django) is deleted"
    ]


def test_dropped_cookie_of_an_offered_category_is_no_warning(serve, said):
    gate = CookieGate(registry=KNOWN_AND_OWN, uses=["django_language"])
    assert serve(gate, ["django_language=de", "visits=1"]) == []
    assert said() == []


def test_cookies_of_another_platforms_banner_are_no_concern_of_the_offer(serve, said):
    gate = CookieGate(registry=KNOWN_AND_OWN, consent=lambda head: Consent(()))
    assert serve(gate, ["django_language=de"]) == []
    assert said() == []


def test_known_cookie_that_leaves_and_is_not_listed_is_a_warning_once(serve, said):
    gate = CookieGate(registry=KNOWN_AND_OWN, uses=["csrftoken"])
    for _ in range(2):
        serve(gate, ["sessionid=1; Path=/", "csrftoken=2; Path=/", "sid=3"])
    assert said() == [
        (
            "cookie 'sessionid' (necessary, Django) leaves, and your file does not list it: settings page, rendered "
            "policy and receipts leave it out; cookiegate knows it, to list it add:\n"
            '[gate]\nuses = ["csrftoken", "sessionid"]'
        )
    ]


def test_known_cookie_on_a_line_that_no_table_holds_is_a_warning_too(serve, said):
    serve(CookieGate(registry=KNOWN_AND_OWN), [f"sessionid={'x' * 4000}; Path=/; Comment={'y' * 200}"])
    assert len(said()) == 1


def test_deletion_of_a_known_cookie_is_no_warning(serve, said):
    serve(CookieGate(registry=KNOWN_AND_OWN), ["sessionid=; Max-Age=0"])
    assert said() == []


def test_known_cookie_that_can_not_leave_is_no_warning(serve, said):
    assert serve(CookieGate(registry=KNOWN_AND_OWN), ["__Host-sessionid=1; Domain=example.com; Path=/"]) == []
    assert [line for line in said() if "uses" in line] == []


def test_site_that_picked_known_rules_lists_them(serve, said):
    gate = CookieGate(registry=Registry([Registry.known().find("sessionid"), OWN]))
    serve(gate, ["sessionid=1"])
    assert said() == []
    assert names_of(gate) == ["sessionid", "sid"]


# Rules that are stricter than what is known


STRICT = '[[cookie]]\nname = "sessionid"\ncategory = "marketing"\n'


def test_stricter_rule_is_a_warning_when_the_gate_starts(tmp_path, said):
    gate = CookieGate.from_toml(written(tmp_path, STRICT))
    assert said() == [
        (
            "stricter-than-known: rules ask for consent to cookies that cookiegate knows as necessary, so logins and "
            "forms may fail without it: 'sessionid'; make them necessary, take them out, or write why it is meant: "
            'stricter = "..." (`cookiegate check` lists all of them)'
        )
    ]
    replace(gate, debug=True)
    AsgiGate(None, gate)
    assert len(said()) == 1
    CookieGate.from_toml(tmp_path / "cookies.toml")
    assert len(said()) == 2


def test_stricter_rule_that_says_why_is_meant(tmp_path, said):
    CookieGate.from_toml(written(tmp_path, f'{STRICT}stricter = "Only counts here."\n'))
    CookieGate(registry=KNOWN_AND_OWN)
    assert said() == []


def test_names_of_stricter_rules_are_bounded(said):
    names = [rule.name for rule in Registry.known() if rule.category is Category.NECESSARY and "*" not in rule.name]
    rules = [CookieRule(name=name, category="marketing") for name in names if "consent" not in name.lower()][:30]
    CookieGate(registry=Registry.known() | Registry(rules))
    [line] = said()
    assert line.count("'") == 20
    assert "and 20 more; make them necessary" in line


def test_stricter_than_a_product_is_a_warning_too(said):
    rules = Registry([CookieRule(name="_token", category="marketing")])
    CookieGate(registry=Registry.known() | rules)
    assert said() == []
    CookieGate(registry=Registry.known() | rules, products=["airflow"])
    assert "'_token'" in said()[0]


def test_tools_that_report_it_themselves_build_gates_silently(tmp_path, said):
    with no_warnings():
        CookieGate.from_toml(written(tmp_path, STRICT))
    assert said() == []
