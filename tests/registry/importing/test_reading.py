"""From rows to rules: attributes, domains, the same cookie several times, and what a rule can't have."""

import pytest

from cookiegate.model import SameSite

CSV = "name,category,purpose,lifetime,secure,http only,samesite,domain,path,type,attributes,source,provider\n"


def row(**cells):
    """A CSV row: a marketing cookie `a`, with these cells."""
    keys = CSV.strip().replace("http only", "http_only").split(",")
    given = {"name": "a", "category": "marketing"} | cells
    return ",".join(f'"{given.get(key, "")}"' for key in keys) + "\n"


def test_columns_of_attributes_are_read(read):
    rule = read(CSV + row(secure="yes", http_only="1", samesite="Lax", path="/a, /b"), "x.csv").only()
    assert (rule.secure, rule.http_only, rule.same_site, rule.paths) == (True, True, SameSite.LAX, ("/a", "/b"))


def test_attribute_that_a_scanner_did_not_see_is_not_declared(read):
    rule = read(CSV + row(secure="No", http_only="false", samesite="unset"), "x.csv").only()
    assert (rule.secure, rule.http_only, rule.same_site) == (None, False, None)


def test_words_of_attributes_are_read(read):
    rule = read(CSV + row(attributes="not Secure; HttpOnly, SameSite=Strict, host-only"), "x.csv").only()
    assert (rule.secure, rule.http_only, rule.same_site, rule.host_only) == (False, True, SameSite.STRICT, True)


def test_fields_that_can_not_be_said_together_are_listed_and_left_out(read):
    found = read(CSV + row(attributes="attributes as sent, HttpOnly"), "x.csv")
    assert found.missed == [
        (
            "line 2: 'a': http_only is left out: attributes = \"as-sent\" contradicts http_only = true; "
            "remove one of them"
        )
    ]
    assert (found.only().attributes, found.only().http_only) == ("as-sent", False)


def test_path_that_no_rule_can_have_is_listed_and_left_out(read):
    found = read("name,category,path,http only\na,marketing,/é,yes\n", "x.csv")
    assert found.missed == [
        "line 2: 'a': paths is left out: path '/é' can't be a cookie's path; start with '/' and leave out ';'"
    ]
    assert (found.only().paths, found.only().http_only) == (("/",), True)


def test_attributes_that_are_not_understood_are_listed(read):
    found = read(CSV + row(secure="maybe", samesite="odd", attributes="Sekure", domain="ex ample.com, -bad-"), "x.csv")
    assert [text.partition("'a': ")[2] for text in found.missed] == [
        (
            "attribute 'Sekure' is not known and left out; use one of secure, not secure, httponly, samesite=strict, "
            "samesite=lax, samesite=none, samesite as sent, attributes as sent, partitioned, partitioned added, "
            "host-only, in numbered parts, the same for everybody, not enforced yet, key of the local storage, "
            "key of the session storage, indexeddb database"
        ),
        "secure 'maybe' is not understood and left out; write yes or no",
        "same_site 'odd' is not understood and left out; use strict, lax or none",
        "domain '-bad-' is no host name; left out",
    ]
    assert found.only().domains == ("ex", "ample.com")


@pytest.mark.parametrize("cells", [{"type": "Third Party cookie"}, {"domain": "x.example (3rd party)"}])
def test_domain_of_a_third_party_is_not_taken(read, cells):
    assert read(CSV + row(**{"domain": "x.example", **cells}), "x.csv").only().domains == ()


def test_attribute_that_such_a_cookie_can_not_have_is_left_out_and_listed(read):
    found = read(CSV + row(name="__Host-a", domain="x.example", http_only="yes"), "x.csv")
    assert (found.only().domains, found.only().http_only) == ((), True)
    assert found.missed == [
        (
            "line 2: '__Host-a': domains is left out: a __Host- cookie has no domain and the path /; "
            "remove domains and paths"
        )
    ]


def test_row_with_an_unreadable_name_lists_its_other_mistakes_too(read):
    cells = {"name": "a b", "category": "foo", "lifetime": "soonish", "samesite": "odd"}
    found = read(CSV + row(**cells) + row(name="b", category="statistics"), "x.csv")
    assert [text.partition("line 2: 'a b': ")[2] for text in found.missed] == [
        "no cookie name: it has spaces; give the name that is sent",
        "category 'foo' is not known; give --map 'foo=...' with one of necessary, preferences, statistics, marketing",
        "lifetime 'soonish' is not understood and left out; add one like '7 days' or 'session'",
        "same_site 'odd' is not understood and left out; use strict, lax or none",
    ]
    assert found.only().name == "b"
    for mapped in ("foo", "*"):
        texts = read(CSV + row(**cells), "x.csv", categories={mapped: "marketing"}).missed
        assert not [text for text in texts if "category" in text]
    assert len(read(CSV + row(name="a b", type="Local storage", lifetime="soonish"), "x.csv").missed) == 1


def test_category_may_stand_in_the_type_column(read):
    text = "name,type,purpose\na,Marketing,x\nb,HTTP cookie,x\n"
    found = read(text, "x.csv")
    assert found.short() == [("a", "marketing", "")]
    assert found.missed == [
        "line 3: 'b': no category; give --map '*=...' with one of necessary, preferences, statistics, marketing"
    ]


@pytest.mark.parametrize(
    ("category", "purpose"),
    [("Third-party tracking", "Required"), ("Advertizing", "Essential"), ("Foo", "Strictly necessary")],
)
def test_purpose_is_no_category_where_the_row_names_one_that_is_not_known(read, category, purpose):
    found = read(CSV + row(category=category, purpose=purpose), "x.csv")
    assert found.rules == {}
    assert found.missed[0].startswith(f"line 2: 'a': category {category!r} is not known; give --map '")
    mapped = read(CSV + row(category=category, purpose=purpose), "x.csv", categories={category: "marketing"})
    assert mapped.only().category == "marketing"


@pytest.mark.parametrize("category", ["", "-", "n/a"])
def test_purpose_may_name_the_category_where_the_row_names_none(read, category):
    found = read(CSV + row(category=category, purpose="Required"), "x.csv")
    assert (found.only().category, found.missed) == ("necessary", [])
    assert found.notes == ["category 'Required': read as necessary (1 row); --map 'required=...' changes it"]
    mapped = read(CSV + row(category=category, purpose="Required"), "x.csv", categories={"required": "marketing"})
    assert (mapped.only().category, mapped.missed) == ("marketing", [])


def test_unknown_word_in_the_type_column_is_named(read):
    text = "Name,Type,Why,Expires\nab,Foo,Does x,2 days\nac,Foo,Required,2 days\na d,Foo,Does x,2 days\n"
    found = read(text, "x.csv")
    why = "category 'Foo' is not known; give --map 'foo=...' with one of necessary, preferences, statistics, marketing"
    assert found.rules == {}
    assert [text for text in found.missed if "category" in text] == [
        f"line 2: 'ab': {why}",
        f"line 3: 'ac': {why}",
        f"line 4: 'a d': {why}",
    ]
    mapped = read(text, "x.csv", categories={"Foo": "marketing"})
    assert [str(rule.category) for rule in mapped.rules.values()] == ["marketing", "marketing"]
    assert not [text for text in mapped.missed if "category" in text]


def test_heading_above_counts_more_than_an_unknown_type(read):
    rows = "| ab | Foo | 2 days |\n| a d | Foo | 2 days |\n"
    found = read(f"## Marketing\n\n| Name | Type | Expires |\n| --- | --- | --- |\n{rows}", "x.md")
    assert found.short() == [("ab", "marketing", "2 days")]
    assert not [text for text in found.missed if "category" in text]


@pytest.mark.parametrize(
    "kind",
    [
        "HTTP", "Cookie", "Persistent", "Session", "First-party", "3rd party", "HTTP cookie",
        "Session cookie, first party", "Erstanbieter", "Cookie tiers", "Terza parte", "1", "-",
    ],
)  # fmt: skip
def test_type_that_is_no_word_for_a_category_names_none(read, kind):
    found = read(f'Name,Type,Why,Expires\nab,"{kind}",Does x,2 days\nac,"{kind}",Required,2 days\n', "x.csv")
    assert found.short() == [("ac", "necessary", "2 days")]
    assert found.missed == [
        "line 2: 'ab': no category; give --map '*=...' with one of necessary, preferences, statistics, marketing"
    ]


def test_mapped_word_that_no_row_has_is_listed(read):
    text = "name,category\na,Foo\n"
    found = read(text, "x.csv", categories=["Foo=marketing, Fooo = necessary"])
    assert found.short() == [("a", "marketing", "")]
    assert found.missed == ["--map 'Fooo': no such category in the file; correct the word, or leave it out"]
    assert read(text, "x.csv", categories=["Foo=marketing", "*=statistics"]).missed == []
    whole = read('[{"name": "a", "category": "marketing"}]', "x.json", categories=["Marketing=necessary"])
    assert whole.only().category == "marketing"
    (missed,) = whole.missed
    assert missed.startswith(
        "--map 'Marketing': the file has whole rules of this category, which are read to the letter"
    )
    assert len(read(text, "x.csv", categories={"Foo": "marketing", "Bar, baz": "necessary"}).missed) == 1


@pytest.mark.parametrize(
    "text",
    [
        "## Foo\n\n| Cookie | Purpose |\n| --- | --- |\n| `a` | x |\n",
        "## Foo\n\n### Marketing\n\n| Cookie | Purpose |\n| --- | --- |\n| `a` | x |\n",
        "| Cookie | Purpose |\n| --- | --- |\n| Foo | |\n| `a` | x |\n",
        "| Cookie | Category | Purpose |\n| --- | --- | --- |\n| `a b` | Foo | x |\n",
        "| Cookie | Type | Purpose |\n| --- | --- | --- |\n| `a` | Foo | x |\n",
    ],
)
def test_mapped_word_may_stand_wherever_a_category_does(read, text):
    found = read(text, "x.md", categories={"foo": "marketing"})
    assert not [text for text in found.missed if "--map" in text]
    assert [str(rule.category) for rule in found.rules.values()] in ([], ["marketing"])


def test_star_in_the_mapping_stands_for_every_word_that_is_not_understood(read):
    text = "name,category\na,Foo\nb,\nc,Necessary\n"
    found = read(text, "x.csv", categories={"*": "statistics"})
    assert found.short() == [("a", "statistics", ""), ("b", "statistics", ""), ("c", "necessary", "")]


def test_storage_that_is_no_cookie_is_left_out(read):
    found = read("name,category,type\na,Marketing,IndexedDB\nb,Marketing,Tracking pixel\n", "x.csv")
    assert found.rules == {}
    assert [note.partition(",")[0] for note in found.notes] == ["line 2: a: IndexedDB", "line 3: b: a pixel"]


def test_words_that_stand_for_an_empty_cell_say_nothing(read):
    rule = read(CSV + row(purpose="-", lifetime="N/A", provider="\u2013", source="see there", path="x"), "x.csv").only()
    assert (rule.purpose, rule.lifetime, rule.provider, rule.source, rule.paths) == ("", None, "", "", ("/",))


def test_row_without_a_name_is_listed(read):
    assert read(CSV + row(name=""), "x.csv").missed == ["line 2: row: no cookie name in it; add one"]


@pytest.mark.parametrize(
    ("word", "notes"),
    [("Functional", 1), ("Preferences cookies", 0)],
)
def test_category_that_is_called_otherwise_is_remarked_on_once(read, word, notes):
    found = read(f"name,category\na,{word}\nb,{word}\n", "x.csv")
    assert len(found.notes) == notes


def test_same_row_twice_is_one_rule_without_a_word(read):
    found = read(CSV + row() + row(), "x.csv")
    assert (found.only().name, found.declaration.remarks) == ("a", ())


def test_same_cookie_twice_is_one_rule_with_what_either_says(read):
    found = read(
        CSV
        + row(purpose="first", secure="yes", domain="a.example")
        + row(
            purpose="second",
            provider="P",
            source="https://x",
            http_only="yes",
            samesite="lax",
            path="/p",
            domain="b.example",
            lifetime="1 day",
        ),
        "x.csv",
    )
    rule = found.only()
    assert (
        rule.purpose,
        rule.provider,
        rule.source,
        rule.secure,
        rule.http_only,
        rule.same_site,
        rule.domains,
        rule.paths,
    ) == (
        "first",
        "P",
        "https://x",
        True,
        True,
        SameSite.LAX,
        ("a.example", "b.example"),
        ("/p",),
    )
    assert str(rule.lifetime) == "1 day"
    assert found.notes == ["line 3: 'a': named at line 2 already; one rule for both, with the texts of the first"]


@pytest.mark.parametrize(
    ("first", "second", "paths"),
    [("/a", "", ("/a",)), ("/a", "/b", ("/a", "/b"))],
)
def test_paths_of_the_same_cookie_are_joined(read, first, second, paths):
    assert read(CSV + row(path=first) + row(path=second, purpose="x"), "x.csv").only().paths == paths


@pytest.mark.parametrize(
    ("first", "second", "kept"),
    [
        ("1 day", "2 days", "1 day"),
        ("2 days", "session", "session"),
        ("persistent", "1 year", "1 year"),
        ("varies", "persistent", "varies"),
    ],
)
def test_shorter_lifetime_counts(read, first, second, kept):
    assert str(read(CSV + row(lifetime=first) + row(lifetime=second), "x.csv").only().lifetime) == kept


def test_category_that_needs_more_consent_counts_and_the_contradiction_is_listed(read):
    found = read(
        CSV + row(category="necessary") + row(category="statistics", secure="yes") + row(attributes="not secure"),
        "x.csv",
    )
    assert (found.only().category, found.only().secure) == ("marketing", True)
    assert found.missed == [
        "line 3: 'a': statistics here, necessary at line 2; read as statistics, correct one of them",
        "line 4: 'a': marketing here, statistics at line 2; read as marketing, correct one of them",
    ]


def test_column_of_names_is_the_one_whose_cells_are_names(read):
    found = read("Cookie,Name,Purpose,Category\nGoogle Analytics,_ga,x,statistics\n", "x.csv")
    assert found.short() == [("_ga", "statistics", "")]


def test_of_two_columns_for_the_purpose_the_first_counts(read):
    found = read("name,category,purpose,description\na,marketing,first,second\n", "x.csv")
    assert found.only().purpose == "first"
    assert found.notes == ["line 1: columns 'description': not read: another column has the same meaning"]


def test_wildcard_column_makes_a_prefix(read):
    found = read("name,category,wildcard\na,marketing,1\nb*,marketing,1\nc,marketing,0\n", "x.csv")
    assert list(found.rules) == ["a*", "b*", "c"]
