"""Which rule holds for a name."""

import pytest

from cookiegate import Category, ConfigError, CookieRule, Lifetime, Registry, SameSite, parse_lifetime
from cookiegate.registry import Match

NECESSARY, PREFERENCES, STATISTICS, MARKETING = Category


def rule(name, category=Category.MARKETING, **more):
    return CookieRule(name=name, category=category, **more)


@pytest.fixture
def registry():
    return Registry(
        [
            rule("sid", NECESSARY),
            rule("ia_*", NECESSARY),
            rule("ia_mkt_*", MARKETING),
            rule("ia_mkt_exact", STATISTICS),
            rule("_*_track", STATISTICS),
            rule("__Host-strict", PREFERENCES),
            rule("Visitor", STATISTICS),
        ]
    )


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("sid", "sid"),
        ("sid2", None),
        ("si", None),
        ("", None),
        ("ia_x", "ia_*"),
        ("ia_", "ia_*"),
        ("ia", None),
        ("ia_mkt_x", "ia_mkt_*"),
        ("ia_mkt_exact", "ia_mkt_exact"),
        ("ia_mkt_exactly", "ia_mkt_*"),
        ("_a_track", "_*_track"),
        ("__Host-sid", "sid"),
        ("__Secure-sid", "sid"),
        ("__Http-sid", "sid"),
        ("__Host-Http-sid", "sid"),
        ("__Host-__Host-sid", None),
        ("__Host-ia_mkt_x", "ia_mkt_*"),
        ("__Host-strict", "__Host-strict"),
        ("strict", None),
        ("__Host-", None),
        ("sidC1", "sid"),
        ("sidC12", "sid"),
        ("sidC99", "sid"),
        ("__Host-sidC1", "sid"),
        ("sidC0", None),
        ("sidC01", None),
        ("sidC100", None),
        ("sidC", None),
        ("sidc1", None),
        ("sidC1C2", None),
        ("C1", None),
        ("ia_mkt_exactC1", "ia_mkt_*"),
        ("VisitorC3", "Visitor"),
    ],
)
def test_registry_finds(registry, name, found):
    matched = registry.find(name)
    assert (matched and matched.name) == found


@pytest.mark.parametrize("name", ["SID", "Sid", "IA_x", "visitor", "VISITOR", "__host-sid", "__HOST-strict"])
def test_registry_lets_nothing_through_in_another_case(registry, name):
    assert registry.find(name) is None


@pytest.mark.parametrize(
    ("name", "refusing"),
    [
        ("IA_MKT_x", "ia_mkt_*"),
        ("ia_MKT_x", "ia_mkt_*"),
        ("ia_mkt_EXACT", "ia_mkt_exact"),
        ("__HOST-ia_mkt_x", "ia_mkt_*"),
        ("__secure-IA_MKT_X", "ia_mkt_*"),
        ("__host-http-ia_mkt_x", "ia_mkt_*"),
        ("visitor", "Visitor"),
        ("visitorc1", "Visitor"),
        ("VISITORC1", "Visitor"),
        ("_A_TRACK", "_*_track"),
        ("__host-STRICT", "__Host-strict"),
    ],
)
def test_registry_refuses_in_any_case(registry, name, refusing):
    assert registry.match(name).refusing.name == refusing


@pytest.mark.parametrize("name", ["SID", "IA_x", "SIDC1", "unknown"])
def test_registry_refuses_no_name_for_a_necessary_rule(registry, name):
    assert registry.match(name) == Match(None, None)


def test_registry_lets_through_by_the_written_case_and_refuses_by_any(registry):
    match = registry.match("ia_MKT_x")  # ia_* as written, ia_mkt_* to a reader that sees no case
    assert (match.rule.name, match.refusing.name) == ("ia_*", "ia_mkt_*")


def test_registry_exact_name_is_not_refused_by_another_case():
    registry = Registry([rule("Token", NECESSARY), rule("token", MARKETING)])
    assert registry.match("Token") == Match(rule("Token", NECESSARY))


@pytest.mark.parametrize("order", [1, -1])
def test_registry_refuses_by_the_optional_one_of_two_cases(order):
    registry = Registry([rule("Token", NECESSARY), rule("token", MARKETING)][::order])
    assert registry.match("TOKEN") == Match(None, rule("token", MARKETING))


def test_registry_exact_name_without_its_prefix_beats_a_longer_rule():
    registry = Registry([rule("sid", NECESSARY), rule("__Host-s*", MARKETING)])
    assert registry.find("__Host-sid").name == "sid"


def test_registry_prefix_rule_beats_a_pattern():
    registry = Registry([rule("a*", NECESSARY), rule("abc*z", MARKETING)])
    assert registry.find("abcz").name == "a*"


def test_registry_pattern_beats_a_chunk():
    registry = Registry([rule("sid", NECESSARY), rule("s*C1", MARKETING)])
    assert registry.find("sidC1").name == "s*C1"


def test_registry_merge_right_side_wins():
    merged = Registry([rule("a", MARKETING), rule("b", MARKETING)]) | Registry([rule("a", NECESSARY)])
    assert [(found.name, found.category) for found in merged] == [("a", "necessary"), ("b", "marketing")]


def test_registry_merge_changes_neither_side():
    left, right = Registry([rule("a")]), Registry([rule("b")])
    merged = left | right
    assert (len(left), len(right), len(merged)) == (1, 1, 2)


def test_registry_merges_with_registries_only():
    with pytest.raises(TypeError):
        Registry() | {"a": rule("a")}


def test_registry_equality_is_about_rules():
    assert Registry([rule("a"), rule("b")]) == Registry([rule("b"), rule("a")])
    assert hash(Registry([rule("a"), rule("b")])) == hash(Registry([rule("b"), rule("a")]))
    assert Registry([rule("a")]) != Registry([rule("a", NECESSARY)])
    assert Registry() != []


def test_registry_repr_is_short():
    assert repr(Registry([rule("a"), rule("b")])) == "<Registry of 2 rules>"


@pytest.mark.parametrize(
    ("bad", "complaint"),
    [
        (
            rule("*"),
            "registry: rule 1 '*': name '*' consists of '*' only; to treat all unknown cookies alike set unregistered",
        ),
        (
            rule("**"),
            (
                "registry: rule 1 '**': name '**' consists of '*' only; to treat all unknown cookies alike set "
                "unregistered"
            ),
        ),
        (
            rule("a", add_partitioned=True, secure=False),
            "registry: rule 1 'a': add_partitioned needs Secure; remove secure = false",
        ),
        (
            rule("a", partitioned=True, secure=False),
            "registry: rule 1 'a': partitioned needs Secure; remove secure = false",
        ),
        (
            rule("a", same_site=SameSite.NONE, secure=False),
            "registry: rule 1 'a': same_site = \"none\" needs Secure; remove secure = false",
        ),
        (
            rule("__Secure-a", secure=False),
            "registry: rule 1 '__Secure-a': a name with this prefix needs Secure; remove secure = false",
        ),
        (
            rule("__host-a", domains=("example.com",)),
            "registry: rule 1 '__host-a': a __Host- cookie has no domain and the path /; remove domains and paths",
        ),
        (
            rule("__Host-a", paths=("/x",)),
            "registry: rule 1 '__Host-a': a __Host- cookie has no domain and the path /; remove domains and paths",
        ),
        (
            rule("a", attributes="as-sent", http_only=True),
            "registry: rule 1 'a': attributes = \"as-sent\" contradicts http_only = true; remove one of them",
        ),
        (
            rule("a", attributes="as-sent", secure=True, host_only=True, add_partitioned=True, same_site="lax"),
            (
                "registry: rule 1 'a': attributes = \"as-sent\" contradicts secure = true and host_only = true and "
                'add_partitioned = true and same_site = "lax"; remove one of them'
            ),
        ),
    ],
)
def test_registry_complains(bad, complaint):
    with pytest.raises(ConfigError) as caught:
        Registry([bad])
    assert caught.value.problems == (complaint,)


def test_registry_complains_of_everything_at_once():
    with pytest.raises(ConfigError) as caught:
        Registry([rule("*"), rule("d"), rule("d"), "e"])
    assert [problem.split(";")[0] for problem in caught.value.problems] == [
        "registry: rule 1 '*': name '*' consists of '*' only",
        "registry: rule 3 'd': the name is there already",
        "registry: rule 4: is 'e'",
    ]


@pytest.mark.parametrize("more", [{"secure": False}, {"same_site": "keep"}, {"partitioned": True}, {"paths": "/shop"}])
def test_registry_accepts_attributes_as_sent_beside_what_adds_nothing(more):
    assert len(Registry([rule("a", attributes="as-sent", **more)])) == 1


def test_registry_accepts_every_attribute():
    full = rule(
        "a*b",
        purpose="x",
        lifetime=Lifetime("varies"),
        provider="y",
        source="https://example.com/",
        secure=True,
        http_only=True,
        same_site=SameSite.NONE,
        host_only=True,
        partitioned=True,
        add_partitioned=True,
        chunks="-",
        shared=True,
        mode="report-only",
        stricter="It is optional here.",
        exempt="It is exempt here.",
        domains=("example.com", ".example.org"),
        paths=("/", "/shop"),
    )
    assert list(Registry([full])) == [full]


def test_registry_holds_a_hundred_thousand_rules():
    registry = Registry(
        [rule(f"exact{n}", STATISTICS) for n in range(40_000)]
        + [rule(f"prefix{n}_*", MARKETING) for n in range(40_000)]
        + [rule(f"pattern{n}_*_end", PREFERENCES) for n in range(20_000)]
    )
    assert len(registry) == 100_000
    assert registry.find("exact39999").category == "statistics"
    assert registry.find("prefix12345_abc").name == "prefix12345_*"
    assert registry.find("pattern777_x_end").name == "pattern777_*_end"
    assert registry.match("PREFIX12345_ABC").refusing.name == "prefix12345_*"
    assert registry.find("prefix40000_abc") is None


def test_registry_of_a_nested_rule_for_each_length_finds_the_longest():
    registry = Registry([rule("a" * length + "*") for length in range(1, 300)])
    assert registry.find("a" * 4096).name == "a" * 299 + "*"


def test_registry_rules_keep_their_lifetime():
    registry = Registry([rule("a", lifetime=parse_lifetime("7 days"))])
    assert registry.find("a").lifetime == Lifetime("7 days", max_age_s=604800)
