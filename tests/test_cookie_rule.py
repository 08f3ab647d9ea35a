"""A rule as a value: it accepts the text of a cookies.toml, and reports all invalid arguments at once."""

from dataclasses import FrozenInstanceError, fields, replace

import pytest

from cookiegate import Category, ConfigError, CookieRule, Lifetime, SameSite


def rule(**more):
    return CookieRule(**({"name": "a", "category": "marketing"} | more))


def test_rule_takes_text():
    made = CookieRule(
        name="a", category="necessary", lifetime="7 days", same_site="none", domains="a.example", paths=["/", "/b"]
    )
    assert made == CookieRule(
        name="a",
        category=Category.NECESSARY,
        lifetime=Lifetime("7 days", max_age_s=604800),
        same_site=SameSite.NONE,
        domains=("a.example",),
        paths=("/", "/b"),
    )
    assert (made.category, made.same_site) == (Category.NECESSARY, SameSite.NONE)
    assert isinstance(made.category, Category)
    assert isinstance(made.same_site, SameSite)
    assert hash(made) == hash(replace(made))


@pytest.mark.parametrize("text", ["LAX", "lax", "Lax", SameSite.LAX])
def test_rule_reads_same_site_in_any_case(text):
    assert rule(same_site=text).same_site is SameSite.LAX


@pytest.mark.parametrize("text", ["keep", "Keep"])
def test_rule_may_keep_same_site_as_the_app_says_it(text):
    assert rule(same_site=text).same_site == "keep"


def test_rule_that_adds_partitioned_lives_in_partitioned_storage():
    assert (rule(add_partitioned=True).partitioned, rule(partitioned=True).add_partitioned) == (True, False)


@pytest.mark.parametrize("chunks", [True, False, "-", "__", "C", "1_", "." * 16])
def test_rule_takes_a_separator_of_chunks(chunks):
    assert rule(chunks=chunks).chunks == chunks


def test_rule_says_nothing_by_itself():
    values = {field.name: getattr(rule(), field.name) for field in fields(CookieRule)}
    assert values == {
        "name": "a",
        "category": "marketing",
        "purpose": "",
        "lifetime": None,
        "provider": "",
        "source": "",
        "mode": "enforce",
        "attributes": "enforced",
        "secure": None,
        "http_only": False,
        "same_site": None,
        "host_only": False,
        "partitioned": False,
        "add_partitioned": False,
        "domains": (),
        "paths": ("/",),
        "chunks": False,
        "shared": False,
        "stricter": None,
        "exempt": None,
        "storage": None,
    }


def test_rule_is_frozen():
    with pytest.raises(FrozenInstanceError):
        rule().name = "b"


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ({"name": ""}, "CookieRule '': name is empty; write the cookie's name"),
        ({"name": None}, "CookieRule: name is None; write it as text in quotes"),
        ({"name": b"a"}, "CookieRule: name is b'a'; write it as text in quotes"),
        *(
            (
                {"name": name},
                (
                    f"CookieRule {name!r}: name {name!r} is not a cookie name; use letters, digits and !#$%&'+-.^_`|~ "
                    "('*' matches any characters)"
                ),
            )
            for name in ("a b", "a=b", "é*", "a\n", "\udc80", "a;b")
        ),
        *(
            (
                {"category": category},
                (
                    f"CookieRule 'a': unknown category {category!r}; use one of necessary, preferences, statistics, "
                    f"marketing{hint}"
                ),
            )
            for category, hint in (
                ("stats", " (did you mean 'statistics'?)"),
                ("x", ""),
                (None, ""),
                (1, ""),
                (["marketing"], ""),
            )
        ),
        (
            {"lifetime": "a while"},
            (
                "CookieRule 'a': lifetime 'a while' is not understood; write a number and a unit like '7 days' or "
                "'6 months', or 'session', 'persistent' or 'varies'"
            ),
        ),
        ({"lifetime": 7}, "CookieRule 'a': lifetime is 7; write it as text in quotes"),
        *(
            (
                {"same_site": same_site},
                f"CookieRule 'a': unknown same_site {same_site!r}; use one of strict, lax, none, keep",
            )
            for same_site in ("loose", True, "")
        ),
        ({"purpose": None}, "CookieRule 'a': purpose is None; write it as text in quotes"),
        ({"provider": 1}, "CookieRule 'a': provider is 1; write it as text in quotes"),
        ({"source": b"x"}, "CookieRule 'a': source is b'x'; write it as text in quotes"),
        ({"mode": "off"}, "CookieRule 'a': unknown mode 'off'; use one of enforce, report-only"),
        ({"attributes": True}, "CookieRule 'a': unknown attributes True; use one of enforced, as-sent"),
        ({"secure": "yes"}, "CookieRule 'a': secure is 'yes'; write true or false"),
        *(
            ({key: 1}, f"CookieRule 'a': {key} is 1; write true or false")
            for key in ("http_only", "host_only", "partitioned", "add_partitioned", "shared")
        ),
        ({"domains": "exa mple"}, "CookieRule 'a': domain 'exa mple' is not a host name; write it like 'example.com'"),
        ({"domains": None}, "CookieRule 'a': domains is None; write it as text in quotes, or a list of texts"),
        ({"domains": b"a.b"}, "CookieRule 'a': domains is b'a.b'; write it as text in quotes, or a list of texts"),
        ({"domains": [1]}, "CookieRule 'a': domains is 1; write it as text in quotes"),
        ({"paths": ("x",)}, "CookieRule 'a': path 'x' can't be a cookie's path; start with '/' and leave out ';'"),
        (
            {"paths": ["/a;b"]},
            "CookieRule 'a': path '/a;b' can't be a cookie's path; start with '/' and leave out ';'",
        ),
        ({"paths": (b"/",)}, "CookieRule 'a': paths is b'/'; write it as text in quotes"),
        *(
            (
                {"chunks": chunks},
                (
                    f"CookieRule 'a': chunks is {chunks!r}; write true, or the separator before the number, like '-' "
                    "(at most 16 characters that a cookie name may have, without a digit at the end)"
                ),
            )
            for chunks in ("", 0, None, "-1", "*", " ", ";", "." * 17)
        ),
        (
            {"stricter": " "},
            "CookieRule 'a': stricter is empty; write in a sentence why this cookie asks for consent",
        ),
        ({"stricter": True}, "CookieRule 'a': stricter is True; write it as text in quotes"),
        ({"exempt": " "}, "CookieRule 'a': exempt is empty; write in a sentence why this cookie needs no consent"),
        ({"exempt": 1}, "CookieRule 'a': exempt is 1; write it as text in quotes"),
    ],
)
def test_rule_complains_where_it_is_written(given, complaint):
    with pytest.raises(ConfigError) as caught:
        rule(**given)
    assert caught.value.problems == (complaint,)


def test_rule_complains_of_everything_at_once():
    with pytest.raises(ConfigError) as caught:
        CookieRule(name="a b", category="stats", lifetime="soon", same_site="loose", shared="no")
    assert [problem.split(";")[0] for problem in caught.value.problems] == [
        "CookieRule 'a b': name 'a b' is not a cookie name",
        "CookieRule 'a b': unknown category 'stats'",
        "CookieRule 'a b': lifetime 'soon' is not understood",
        "CookieRule 'a b': unknown same_site 'loose'",
        "CookieRule 'a b': shared is 'no'",
    ]


def test_replaced_field_is_checked_too():
    with pytest.raises(ConfigError, match="unknown category 'stats'"):
        replace(rule(), category="stats")
