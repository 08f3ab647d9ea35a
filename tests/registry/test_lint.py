"""What can be said against a registry: each code by an example, with its line, and what is no finding."""

from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cookiegate import Category, CookieRule, Registry, SameSite, parse_lifetime
from cookiegate.registry.finding import Code, Finding, Severity
from cookiegate.registry.lint import lint, lint_toml
from cookiegate.registry.overlap import enclosing_prefixes, meeting_prefixes

NECESSARY, PREFERENCES, STATISTICS, MARKETING = Category


def rule(name, category=MARKETING, **more):
    given = {"purpose": "Is there.", "lifetime": parse_lifetime("7 days")} | more
    if isinstance(given["lifetime"], str):
        given["lifetime"] = parse_lifetime(given["lifetime"])
    return CookieRule(name=name, category=category, **given)


SESSION = rule("sid", NECESSARY)
CSRF = rule("shop_csrf", NECESSARY)


def found(*rules, gate=None):
    """The findings about rules, as (code, subject), beside a session and a CSRF cookie."""
    return [(one.code.value, one.subject) for one in lint([SESSION, CSRF, *rules], gate)]


@pytest.mark.parametrize(
    ("rules", "findings"),
    [
        ([], []),
        ([rule("a"), rule("a_*"), rule("b*c")], []),
        # prefixes inside of prefixes
        ([rule("ab_*"), rule("ab_c_*")], [("redundant-prefix", "ab_c_*")]),
        ([rule("ab_*"), rule("ab_c_*", lifetime="1 day")], []),
        ([rule("ab_*"), rule("ab_c_*", purpose="Other.")], [("redundant-prefix", "ab_c_*")]),
        ([rule("ab_*"), rule("ab_c")], []),
        ([rule("ab_*"), rule("ab_c_*", NECESSARY)], []),
        ([rule("abc*", NECESSARY), rule("abcd_*", MARKETING)], [("swallows-category", "abc*")]),
        ([rule("abc*", NECESSARY), rule("abc", MARKETING)], [("swallows-category", "abc*")]),
        ([rule("abc*", STATISTICS), rule("abcd", MARKETING), rule("abce", MARKETING)], [("swallows-category", "abc*")]),
        # patterns behind prefixes
        ([rule("ab*"), rule("abc*d", NECESSARY)], [("shadowed-pattern", "abc*d")]),
        ([rule("ab*"), rule("ab*d")], [("shadowed-pattern", "ab*d")]),
        ([rule("a*d"), rule("ab*", STATISTICS)], [("overlap", "a*d")]),
        ([rule("qz*d"), rule("qzb*"), rule("qzc*", STATISTICS), rule("qzd*")], [("overlap", "qz*d")]),
        ([rule("qz*d"), rule("qzb*"), rule("zz*", STATISTICS)], []),
        ([rule("qz*d"), rule("zz*", STATISTICS)], []),
        # case
        ([rule("Abc"), rule("abc")], [("differs-by-case", "abc")]),
        # wide
        ([rule("ab*", NECESSARY)], [("wide-necessary", "ab*")]),
        ([rule("_a_*", NECESSARY)], [("wide-necessary", "_a_*")]),
        ([rule("*_a", NECESSARY)], [("wide-necessary", "*_a")]),
        ([rule("abc*", NECESSARY), rule("ab*"), rule("ab", NECESSARY)], []),
        # promises
        ([rule("a", purpose="  ")], [("no-purpose", "a")]),
        ([rule("a", lifetime=None)], [("no-lifetime", "a")]),
        ([rule("a", lifetime="varies")], [("open-lifetime", "a")]),
        ([rule("a", NECESSARY, lifetime="varies")], []),
        ([rule("a", lifetime="session")], []),
        ([rule("a", lifetime="13 months")], []),
        ([rule("a", lifetime="397 days")], []),
        ([rule("a", lifetime="398 days")], [("over-13-months", "a")]),
        ([rule("a", NECESSARY, lifetime="398 days")], []),
        ([rule("a", lifetime="400 days")], [("over-13-months", "a")]),
        ([rule("a", lifetime="2 years")], [("over-400-days", "a")]),
        ([rule("a", NECESSARY, lifetime="401 days")], [("over-400-days", "a")]),
        # attributes
        ([rule("a", secure=False)], [("not-secure", "a")]),
        ([rule("a", secure=True)], []),
        ([rule("a", same_site=SameSite.NONE)], [("same-site-none", "a")]),
        ([rule("__H*", domains=("example.com",))], [("host-prefix", "__H*")]),
        ([rule("__h*x", domains=("example.com",))], [("host-prefix", "__h*x")]),
        ([rule("__S*", domains=("example.com",)), rule("__H*")], []),
        # what cookiegate knows itself
        ([rule("i18next", NECESSARY)], [("laxer-than-known", "i18next")]),
        ([rule("i18next", STATISTICS)], []),
        ([rule("i18next", NECESSARY, exempt="Part of the service.")], []),
        ([rule("_ga", NECESSARY)], [("necessary-tracker", "_ga")]),
        ([rule("_ga", STATISTICS)], []),
        ([rule("_ga", NECESSARY, exempt="The regulator exempts it.")], []),
        ([rule("_GA", NECESSARY)], []),
        ([rule("_ga_X1", NECESSARY)], [("necessary-tracker", "_ga_X1")]),
        ([rule("_ga_*", NECESSARY)], [("wide-necessary", "_ga_*"), ("necessary-tracker", "_ga_*")]),
        ([rule("_ga_*", NECESSARY, exempt="It is.")], [("wide-necessary", "_ga_*")]),
        ([rule("_hjSession_12*", NECESSARY)], [("necessary-tracker", "_hjSession_12*")]),
        ([rule("_hjS*", NECESSARY)], [("necessary-tracker", "_hjS*")]),
        ([rule("_fb*", NECESSARY)], [("wide-necessary", "_fb*")]),
        ([rule("_g*b*", NECESSARY, exempt="A trial."), rule("__kla*", STATISTICS)], [("wide-necessary", "_g*b*")]),
        ([rule("intercom-id-*", NECESSARY)], [("necessary-tracker", "intercom-id-*")]),
        ([rule("csrftoken", MARKETING)], [("stricter-than-known", "csrftoken")]),
        ([rule("csrftoken", MARKETING, stricter="Not the one of Django.")], []),
        ([rule("csrftoken", NECESSARY)], []),
        ([rule("BIGipServer*", STATISTICS)], [("stricter-than-known", "BIGipServer*")]),
        ([rule("BIGipServer_x", STATISTICS)], [("stricter-than-known", "BIGipServer_x")]),
        ([rule("BIGipServer_x*", STATISTICS)], [("stricter-than-known", "BIGipServer_x*")]),
        ([rule("BIGipServer_*x", STATISTICS)], [("stricter-than-known", "BIGipServer_*x")]),
        ([rule("bigipserver*", STATISTICS)], [("stricter-than-known", "bigipserver*")]),
        ([rule("csrfto*")], [("known-comes-first", "csrfto*")]),
        ([rule("csrfto*"), rule("csrftoken", stricter="Tried out.")], []),
        # keys that say nothing
        ([rule("zq*", chunks=True)], [("idle-key", "zq*")]),
        ([rule("a", shared=True)], [("idle-key", "a")]),
        ([rule("a", NECESSARY, shared=True)], []),
        ([rule("login", NECESSARY, shared=True)], [("idle-key", "login")]),
        ([rule("a", NECESSARY, stricter="Why.")], [("idle-key", "a")]),
        ([rule("a", STATISTICS, exempt="Why.")], [("idle-key", "a")]),
        ([rule("a", add_partitioned=True, same_site="lax")], [("idle-key", "a")]),
        ([rule("a", add_partitioned=True, same_site="none")], [("same-site-none", "a")]),
        ([rule("a", add_partitioned=True, same_site="keep")], []),
        ([rule("a", mode="report-only")], [("rule-reports-only", "a")]),
        # numbered parts
        ([rule("a", chunks="-"), rule("a-1")], [("chunk-apart", "a-1")]),
        ([rule("zq", chunks="-"), rule("zq.1"), rule("zq-100"), rule("zq-*")], []),
        ([rule("csrfto*", NECESSARY)], []),
        ([rule("wp-settings-1*", STATISTICS)], []),
    ],
)  # fmt: skip
def test_lint_finds(rules, findings):
    assert found(*rules) == findings


@pytest.mark.parametrize(
    ("gate", "findings"),
    [
        ({"unregistered": "drop", "secure": "always", "mode": "enforce", "max_lifetime": "400 days"}, []),
        ({"unregistered": "keep"}, [("gate-lets-unknown-out", "gate")]),
        ({"unregistered": "statistics"}, [("gate-lets-unknown-out", "gate")]),
        ({"secure": "keep"}, [("gate-not-secure", "gate")]),
        ({"mode": "report-only"}, [("gate-reports-only", "gate")]),
        ({"max_lifetime": "6 days"}, [("over-gate-limit", name) for name in ("sid", "shop_csrf", "a")]),
        ({"max_lifetime": 6}, [("over-gate-limit", name) for name in ("sid", "shop_csrf", "a")]),
        ({"max_lifetime": "a while"}, []),
        ({"max_lifetime": ["x"], "unregistered": "drop"}, []),
        ({"products": ["x", 1]}, []),
        ({"products": "airflow"}, []),
    ],
)
def test_lint_finds_in_the_gates_settings(gate, findings):
    assert found(rule("a"), gate=gate) == findings


@pytest.mark.parametrize(("products", "findings"), [([], []), (["airflow"], [("stricter-than-known", "_token")])])
def test_lint_knows_the_cookies_of_the_products_that_the_site_names(products, findings):
    assert found(rule("_token"), gate={"products": products}) == findings


def test_lint_misses_sessions_and_protection_of_forms():
    assert [one.code for one in lint([rule("a", NECESSARY)])] == [Code.NO_SESSION, Code.NO_CSRF]
    assert [one.code for one in lint([rule("refreshToken", NECESSARY), rule("XSRF-TOKEN", NECESSARY)])] == []
    assert [one.code for one in lint([rule("sid"), rule("csrf")])] == [Code.NO_SESSION, Code.NO_CSRF]
    purpose = "Finds the session, and keeps others from forging requests."
    assert lint([rule("x", NECESSARY, purpose=purpose)]) == []


def test_lint_names_the_first_three_of_many():
    (one,) = [
        one
        for one in lint([rule("abc*", NECESSARY), *(rule(f"abc{n}") for n in range(5))])
        if one.code is Code.SWALLOWS_CATEGORY
    ]
    assert one.what == (
        "as necessary it includes 'abc0', 'abc1', 'abc2' and 2 more of another category: "
        "a new name like them becomes necessary"
    )


def test_finding_reads_as_one_line():
    finding = Finding(Code.NO_PURPOSE, "_ga", "no purpose is given", "write in a sentence what the cookie is for")
    assert str(finding) == (
        "warning no-purpose: '_ga': no purpose is given; write in a sentence what the cookie is for"
    )
    assert str(Finding(Code.NO_CSRF, "", "x", "y")) == "note no-csrf: x; y"


def test_every_severity_is_used():
    assert {code.severity for code in Code} == set(Severity)


# With places


def places(text):
    return [(one.line, one.code.value) for one in lint_toml(text)]


FINE = '[[cookie]]\nname = "sid"\ncategory = "necessary"\npurpose = "Session, no forgery."\nlifetime = "1 day"\n'


def test_lint_toml_says_on_which_line():
    text = f'{FINE}# a note\n[[cookie]]\nname = "a"\ncategory = "marketing"\nlifetime = "1 day"\n'
    assert places(text) == [(7, "no-purpose")]


def test_lint_toml_without_headers_says_it_without_a_line():
    rule = 'name = "sid", category = "necessary", purpose = "forge", lifetime = "1 day", secure = false'
    assert places(f"cookie = [{{{rule}}}]") == [(None, "not-secure")]


def test_lint_toml_reports_mistakes_with_their_line():
    text = (
        f'{FINE}[[cookie]]\nname = "__Host-a"\ncategory = "marketing"\ndomains = ["example.com"]\n'
        '[[cookie]]\nname = "b"\ncolour = 1\n[colours]\n[[cookie]]\nname = "sid"\ncategory = "necessary"\n'
    )
    assert places(text) == [(None, "mistake"), (6, "host-prefix"), (10, "mistake"), (10, "mistake"), (14, "mistake")]
    (twice,) = [one for one in lint_toml(text) if one.line == 14]
    assert (twice.what, twice.fix) == ("cookie[4] 'sid': the same name as cookie[1]", "keep one of them")


def test_lint_toml_reports_what_is_no_toml():
    (one,) = lint_toml("x = 1\ny =\n")
    assert (one.code, one.line, one.fix) == (Code.MISTAKE, 2, "fix the syntax there")
    (one,) = lint_toml("x = " + "1" * 5000)
    assert (one.code, one.line) == (Code.MISTAKE, None)


@given(text=st.text(alphabet="[]cookie=\"'* \nab#.", max_size=60))
def test_lint_toml_raises_nothing(text):
    assert all(isinstance(one, Finding) for one in lint_toml(text))


def test_known_cookies_are_free_of_errors():
    assert not [one for one in lint(Registry.known()) if one.code.severity is Severity.ERROR]


# The sweep, beside a definition that looks at every pair


_NAMED = st.tuples(st.text("ab*", min_size=1, max_size=5), st.sampled_from(Category))
_NAMES = st.lists(_NAMED, unique_by=lambda one: one[0], max_size=14)


def is_prefix(name):
    return name.find("*") == len(name) - 1


@given(rows=_NAMES)
def test_enclosing_prefixes_agree_with_a_look_at_every_pair(rows):
    rules = [rule(name, category) for name, category in rows]
    expected = {}
    for one in rules:
        head = one.name.partition("*")[0]
        outer = [o for o in rules if is_prefix(o.name) and o is not one and head.startswith(o.name[:-1])]
        if outer:
            expected[one.name] = max(outer, key=lambda o: len(o.name)).name
    assert {one.name: outer.name for one, outer in enclosing_prefixes(rules)} == expected


@given(rows=_NAMES)
def test_meeting_prefixes_agree_with_a_look_at_every_pair(rows):
    rules = [rule(name, category) for name, category in rows]
    expected = {}
    for one in rules:
        head, star, rest = one.name.partition("*")
        met = [
            o.name
            for o in rules
            if star and rest and is_prefix(o.name) and o.category is not one.category
            and o.name[:-1].startswith(head) and o.name[:-1] != head
        ]  # fmt: skip
        if met:
            expected[one.name] = min(met, key=lambda name: name[:-1])
    assert {one.name: prefix.name for one, prefix in meeting_prefixes(rules)} == expected


def test_lint_grows_with_the_number_of_rules_and_not_with_its_square():
    def cost_each(count):
        names = [f"s{n % 7}_{n}{'*' * (n % 3 == 0)}{'x' * (n % 6 == 0)}" for n in range(count)]
        rules = [rule(name, [*Category][n % 4]) for n, name in enumerate(names)]
        rules += [rule("q" * length + "*") for length in range(1, 200)]
        before = process_time()
        lint(rules)
        return (process_time() - before) / count

    short = min(cost_each(2000) for _ in range(3))
    assert min(cost_each(20_000), cost_each(20_000)) <= 5 * short  # with the square it would be ten times
