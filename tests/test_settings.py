"""The gate's configuration: all mistakes at once, each with its place and a fix."""

from dataclasses import FrozenInstanceError, replace
from datetime import timedelta

import pytest

from cookiegate import Category, ConfigError, Consent, CookieGate, CookieRule, Registry, RequestHead, SameSite
from cookiegate.consent import OwnConsent, first_of
from cookiegate.gate import compiled

NECESSARY, PREFERENCES, STATISTICS, MARKETING = Category
EMPTY = Registry()


@pytest.fixture
def problems():
    def complaints(**settings):
        with pytest.raises(ConfigError) as caught:
            CookieGate(**settings)
        return list(caught.value.problems)

    return complaints


@pytest.fixture
def write(tmp_path):
    def write_file(text):
        path = tmp_path / "cookies.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write_file


@pytest.fixture
def toml_problems(write):
    def complaints(text, **more):
        with pytest.raises(ConfigError) as caught:
            CookieGate.from_toml(write(text), **more)
        return list(caught.value.problems)

    return complaints


# Defaults


def test_gate_knows_what_frameworks_set_by_default():
    assert CookieGate().registry is Registry.known()


def test_gate_reads_its_own_consent_cookie_by_default():
    gate = CookieGate()
    assert compiled(gate).reader.is_consent_cookie("cookiegate_consent")
    assert not compiled(gate).reader.is_consent_cookie("Cookiegate_consent")


def test_gate_compiles_its_policy():
    policy = compiled(CookieGate(registry=EMPTY, consent=lambda _: None)).policy
    assert (policy.unregistered, policy.refused, policy.secure) == ("drop", "drop", "https")
    assert (policy.same_site_minimum, policy.max_lifetime_s) == (SameSite.NONE, 34560000)
    assert (policy.host_only, policy.strict_values, policy.registry) == (False, False, EMPTY)


def test_gate_is_frozen():
    with pytest.raises(FrozenInstanceError):
        CookieGate().mode = "report-only"


def test_gate_replace_makes_a_variant():
    gate = CookieGate(registry=EMPTY, revision="1")
    variant = replace(gate, mode="report-only", max_lifetime="1 day")
    assert (variant.mode, variant.revision, compiled(variant).policy.max_lifetime_s) == ("report-only", "1", 86400)
    assert (gate.mode, compiled(gate).policy.max_lifetime_s) == ("enforce", 34560000)


def test_gate_replace_checks_again():
    with pytest.raises(ConfigError):
        replace(CookieGate(), mode="off")


def test_gate_takes_keywords_only():
    with pytest.raises(TypeError):
        CookieGate(EMPTY)


# Values


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("400 days", 34560000),
        ("1 hour 30 minutes", 5400),
        (7, 604800),
        (36500, 3153600000),
        (timedelta(hours=2), 7200),
        (timedelta(seconds=1.5), 1),
        (None, None),
    ],
)
def test_gate_length_of_time(value, seconds):
    gate = CookieGate(max_lifetime=value, consent_max_age=value)
    assert (compiled(gate).policy.max_lifetime_s, compiled(gate).terms.max_age_s) == (seconds, seconds)


@pytest.mark.parametrize("value", [True, 1.5, b"7 days"])
def test_gate_length_of_time_that_is_none(problems, value):
    assert problems(max_lifetime=value) == [
        f"CookieGate: max_lifetime: is {value!r}; use text like '400 days', a timedelta, or a number of days"
    ]


@pytest.mark.parametrize("value", [0, -1, 36501, timedelta(0), timedelta(seconds=0.5), timedelta.max])
def test_gate_length_of_time_that_is_too_short_or_too_long(problems, value):
    assert problems(max_lifetime=value) == [
        f"CookieGate: max_lifetime: is {value!r}; use a length from 1 second to 36,500 days"
    ]


@pytest.mark.parametrize("value", ["session", "persistent"])
def test_gate_length_of_time_without_a_number(problems, value):
    assert problems(consent_max_age=value) == [
        f"CookieGate: consent_max_age: '{value}' names no number; write one like '400 days', or leave it out"
    ]


@pytest.mark.parametrize("value", ["none", "None", "LAX", "strict", "keep", SameSite.STRICT])
def test_gate_same_site_in_any_case(value):
    assert compiled(CookieGate(same_site=value)).policy.same_site_minimum.lower() == value.lower()


@pytest.mark.parametrize(
    ("value", "unregistered"),
    [("drop", "drop"), ("keep", "keep"), ("marketing", MARKETING), (STATISTICS, STATISTICS)],
)
def test_gate_unregistered(value, unregistered):
    assert compiled(CookieGate(unregistered=value)).policy.unregistered == unregistered


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        (
            {"mode": "report"},
            "mode: unknown value 'report'; use one of enforce, report-only (did you mean 'report-only'?)",
        ),
        (
            {"unregistered": "allow"},
            "unregistered: unknown value 'allow'; use one of drop, keep, necessary, preferences, statistics, marketing",
        ),
        ({"refused": []}, "refused: unknown value []; use one of drop, session, expire"),
        ({"secure": True}, "secure: unknown value True; use one of https, always, keep"),
        ({"shared_caches": None}, "shared_caches: unknown value None; use one of private, vary, keep"),
        ({"line_breaks": "x"}, "line_breaks: unknown value 'x'; use one of cut, report"),
        ({"same_site": "loose"}, "same_site: unknown value 'loose'; use one of none, lax, strict, keep"),
        ({"host_only": 1}, "host_only: is 1; use true or false"),
        ({"strict_values": "no"}, "strict_values: is 'no'; use true or false"),
        ({"hide_refused": None}, "hide_refused: is None; use true or false"),
        ({"expire_refused": 0}, "expire_refused: is 0; use true or false"),
        ({"require_explicit": "yes"}, "require_explicit: is 'yes'; use true or false"),
        ({"global_privacy_control": "1"}, "global_privacy_control: is '1'; use true or false"),
        ({"do_not_track": []}, "do_not_track: is []; use true or false"),
        ({"revision": 3}, "revision: is 3; use text in quotes"),
        ({"settings_url": "cookies"}, "settings_url: is 'cookies'; write a path like '/cookie-settings'"),
        ({"observer": "print"}, "observer: is 'print'; use a function"),
        ({"consent": "Cookiebot"}, "consent: is 'Cookiebot'; use a consent source or a function of the request"),
        ({"registry": {}}, 'registry: is {}; use a Registry, e.g. Registry.from_toml("cookies.toml")'),
        (
            {"default_consent": ""},
            "default_consent: is ''; use a set of categories like {'statistics'}, or a function",
        ),
        ({"default_consent": 1}, "default_consent: is 1; use a set of categories like {'statistics'}, or a function"),
        (
            {"default_consent": ["stats"]},
            (
                "default_consent: unknown category 'stats'; use one of necessary, preferences, statistics, marketing "
                "(did you mean 'statistics'?)"
            ),
        ),
        (
            {"max_lifetime": "long"},
            ("max_lifetime: lifetime 'long' is not understood; write a number and a unit like '7 days' or '6 months'"),
        ),
    ],
)
def test_gate_complains(problems, settings, complaint):
    assert problems(**settings) == [f"CookieGate: {complaint}"]


def test_gate_complains_of_everything_at_once(problems):
    found = problems(
        registry=Registry([CookieRule(name="cookiegate_consent", category=MARKETING)]),
        mode="x", unregistered="x", refused="x", secure="x", same_site="x", max_lifetime="x", host_only="x",
        revision=1, consent_max_age=0, default_consent=["x", "y"], observer=1,
    )  # fmt: skip
    assert sorted(problem.split(": ")[1] for problem in found) == sorted(
        ["registry", "mode", "unregistered", "refused", "secure", "same_site", "max_lifetime", "host_only",
         "revision", "consent_max_age", "default_consent", "default_consent", "observer"]
    )  # fmt: skip


# The consent cookie


def test_gate_registers_the_consent_cookie_as_necessary():
    gate = CookieGate(registry=EMPTY, consent=first_of(OwnConsent("a"), OwnConsent("b")))
    assert [(rule.name, rule.category) for rule in compiled(gate).policy.registry] == [
        ("a", "necessary"),
        ("b", "necessary"),
    ]
    assert len(gate.registry) == 0


def test_gate_keeps_the_rule_of_a_consent_cookie_that_is_registered():
    rule = CookieRule(name="cookiegate_consent", category=NECESSARY, purpose="Ours.")
    assert list(compiled(CookieGate(registry=Registry([rule]))).policy.registry) == [rule]


@pytest.mark.parametrize("category", [PREFERENCES, STATISTICS, MARKETING])
def test_gate_refuses_a_consent_cookie_that_needs_consent(problems, category):
    registry = Registry([CookieRule(name="cookiegate_consent", category=category)])
    assert problems(registry=registry) == [
        f"CookieGate: registry: 'cookiegate_consent' is the consent cookie and can't be {category}; make it necessary"
    ]


def test_gate_takes_a_family_of_consent_cookies():
    def source(head):
        return None

    source.cookie_names = ("_choice-*",)
    gate = CookieGate(registry=EMPTY, consent=source)
    assert [compiled(gate).reader.is_consent_cookie(name) for name in ("_choice-1", "_choice-", "_choice", "x")] == [
        True,
        True,
        False,
        False,
    ]
    assert compiled(gate).policy.registry.find("_choice-1").category == "necessary"


# Consent sources


def read(gate):
    return compiled(gate).reader.read(RequestHead(), 0)[0]


def test_gate_takes_a_plain_function_as_consent_source():
    gate = CookieGate(consent=lambda head: Consent(granted={"statistics"}))
    assert read(gate).granted == {"statistics"}


@pytest.mark.parametrize("answer", [True, "statistics", {"statistics"}, 1])
def test_gate_consent_source_that_answers_nonsense_grants_nothing(answer, caplog):
    consent = read(CookieGate(consent=lambda head: answer))
    assert consent.refusal(MARKETING) == "consent-source-failed"
    assert "a consent source returned" in caplog.text


def test_gate_consent_source_that_raises_grants_nothing_and_is_logged_once(caplog):
    gate = CookieGate(consent=lambda head: 1 / 0)
    for _ in range(3):
        assert read(gate).refusal(MARKETING) == "consent-source-failed"
    assert len(caplog.records) == 1


# from_toml

RULES = '[[cookie]]\nname = "ia_mkt_*"\ncategory = "marketing"\n'


def test_from_toml_reads_rules_and_settings(write):
    gate = CookieGate.from_toml(
        write(
            '[gate]\nrevision = "2026-01-12"\nunregistered = "keep"\nmax_lifetime = 30\nsame_site = "lax"\n'
            'default_consent = ["statistics"]\nstrict_values = true\n' + RULES
        )
    )
    assert gate.registry.find("ia_mkt_source").category == "marketing"
    assert (gate.revision, gate.unregistered, compiled(gate).policy.max_lifetime_s) == ("2026-01-12", "keep", 2592000)
    assert (compiled(gate).policy.same_site_minimum, gate.strict_values) == ("Lax", True)
    assert gate.default_consent == ["statistics"]


def test_from_toml_without_a_gate_section(write):
    assert CookieGate.from_toml(write(RULES)).unregistered == "drop"


def test_from_toml_registers_what_frameworks_set_too(write):
    assert CookieGate.from_toml(write(RULES)).registry.find("sessionid").category == "necessary"


def test_from_toml_rules_win_over_known_ones(write):
    gate = CookieGate.from_toml(write('[[cookie]]\nname = "sessionid"\ncategory = "marketing"\n'))
    assert gate.registry.find("sessionid").category == "marketing"


def test_from_toml_alone_where_known_is_not_wanted(write):
    assert len(CookieGate.from_toml(write(RULES), known=False).registry) == 1


def test_from_toml_arguments_win_over_the_file(write):
    source = OwnConsent("choice")
    gate = CookieGate.from_toml(write('[gate]\nmode = "enforce"\n' + RULES), mode="report-only", consent=source)
    assert (gate.mode, gate.consent) == ("report-only", source)


def test_from_toml_argument_registry_wins_over_the_file(write):
    assert CookieGate.from_toml(write(RULES), registry=EMPTY).registry == EMPTY


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ('unregisterd = "drop"', "gate: unknown key 'unregisterd'; did you mean 'unregistered'?"),
        ("max_lifetme = 1", "gate: unknown key 'max_lifetme'; did you mean 'max_lifetime'?"),
        ('mode = "off"', "gate: mode: unknown value 'off'; use one of enforce, report-only"),
        ("host_only = 1", "gate: host_only: is 1; use true or false"),
        ("revision = 2026-01-12", "gate: revision: is datetime.date(2026, 1, 12); use text in quotes"),
    ],
)
def test_from_toml_complains(toml_problems, line, complaint):
    assert toml_problems(f"[gate]\n{line}\n") == [f"cookies.toml: {complaint}"]


@pytest.mark.parametrize("key", ["registry", "consent", "observer", "recorders", "clock"])
def test_from_toml_says_where_to_give_a_setting_that_is_code(toml_problems, key):
    (problem,) = toml_problems(f'[gate]\n{key} = "x"\n')
    assert problem == f"cookies.toml: gate: unknown key {key!r}; give it in code: from_toml(path, {key}=...)"


@pytest.mark.parametrize("key", ["policy", "terms", "rules", "_compiled"])
def test_from_toml_takes_no_compiled_part(toml_problems, key):
    (problem,) = toml_problems(f'[gate]\n{key} = "x"\n')
    assert problem.startswith(f"cookies.toml: gate: unknown key {key!r}; ")


def test_from_toml_complains_of_rules_and_settings_at_once(toml_problems):
    found = toml_problems(
        '[gate]\nmod = "x"\nrefused = "x"\n[[cookie]]\nname = "a"\ncategory = "x"\n'
        '[[cookie]]\nname = "cookiegate_consent"\ncategory = "marketing"\n'
    )
    assert [problem.split(";")[0] for problem in found] == [
        "cookies.toml: cookie[1] 'a': unknown category 'x'",
        "cookies.toml: gate: unknown key 'mod'",
        "cookies.toml: gate: refused: unknown value 'x'",
        "cookies.toml: gate: registry: 'cookiegate_consent' is the consent cookie and can't be marketing",
    ]


def test_from_toml_complains_of_the_rules_where_the_settings_are_right(toml_problems):
    assert toml_problems('[[cookie]]\nname = "a"\n') == [
        "cookies.toml: cookie[1] 'a': category is missing; add category = \"...\""
    ]


def test_from_toml_missing_file(tmp_path):
    with pytest.raises(ConfigError):
        CookieGate.from_toml(tmp_path / "none.toml")


# Sources of a Content-Security-Policy

CSP_MISTAKES = [
    ([], "csp: is []; use categories with sources"),
    ({"necessary": []}, "csp: sources of 'necessary' are never taken away"),
    ({"stats": ["a.b"]}, "csp: unknown category 'stats'; use one of preferences, statistics, marketing"),
    ({1: []}, "csp: unknown category 1"),
    ({"marketing": "a.b"}, "csp: marketing: is 'a.b'; use a list of sources"),
    ({"marketing": {"a.b": 1}}, "csp: marketing: is {'a.b': 1}; use a list of sources"),
    ({"marketing": 1}, "csp: marketing: is 1; use a list of sources"),
    ({"marketing": ["a.b", "a b"]}, "csp: marketing[2] 'a b': white space"),
    ({"marketing": [1]}, "csp: marketing[1] 1: is no text; use text in quotes"),
]


@pytest.mark.parametrize(("csp", "problem"), CSP_MISTAKES)
def test_sources_with_a_mistake_are_refused(csp, problem):
    with pytest.raises(ConfigError) as raised:
        CookieGate(csp=csp)
    assert len(raised.value.problems) == 1
    assert raised.value.problems[0].startswith(f"CookieGate: {problem}")


def test_sources_are_read_once_and_kept():
    gate = CookieGate(csp={"marketing": iter(["a.b"]), "statistics": ()})
    assert gate.csp == {"marketing": ("a.b",), "statistics": ()}
    assert replace(gate, debug=True).csp == gate.csp


def test_file_names_sources_in_a_section_of_their_own(tmp_path):
    path = tmp_path / "cookies.toml"
    path.write_text('[csp]\nstatistics = ["https://a.example"]\n', encoding="utf-8")
    assert CookieGate.from_toml(path).csp == {"statistics": ("https://a.example",)}
    assert CookieGate.from_toml(path, csp=None).csp is None


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("csp = 1\n", "cookies.toml: csp is 1; write it as a section [csp]"),
        ("[gate]\ncsp = {}\n", "cookies.toml: gate: csp is a section of its own; write it as [csp]"),
        ('[csp]\nstats = ["a.b"]\n', "cookies.toml: csp: unknown category 'stats'; use one of preferences, statistics"),
        ('[csp]\nmarketing = ["self"]\n', "cookies.toml: csp: marketing[1] 'self': is a keyword without its quotes"),
    ],
)
def test_mistake_in_the_section_is_told_with_its_place(tmp_path, text, problem):
    path = tmp_path / "cookies.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as raised:
        CookieGate.from_toml(path)
    assert [each.startswith(problem) for each in raised.value.problems] == [True]
