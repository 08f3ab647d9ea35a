"""The Open Cookie Database: every row is a rule, a remark, or both."""

import pytest

from cookiegate.registry import read_declaration
from cookiegate.registry.knowledge import stricter_than_known
from cookiegate.registry.registry import Registry

HEADINGS = (
    "ID,Platform,Category,Cookie / Data Key name,Domain,Description,Retention period,Data Controller,"
    "User Privacy & GDPR Rights Portals,Wildcard match\n"
)


@pytest.fixture(scope="module")
def database(shared_file):
    return read_declaration(shared_file("open-cookie-database.csv"))


def test_every_row_is_a_rule_or_is_accounted_for(database):
    out = ("no cookie", " at line ", "does not know the name", "; left out")
    places = {remark.place for remark in database.remarks if any(words in remark.text for words in out)}
    assert len(database.rules) + len(places) == 2264


def test_no_rule_is_stricter_than_known(database):
    assert stricter_than_known(Registry.known() | database.registry) == []


def test_cookies_that_are_known_as_necessary_are_left_out_and_named(database):
    left_out = {note.subject: note.text for note in database.notes if note.text.endswith("; left out")}
    assert left_out["'sessionid'"] == "cookiegate knows it as necessary (Django); left out"
    assert {"'PHPSESSID'", "'token'", "'AWSALB'", "'__cf_bm'"} <= left_out.keys()
    assert not [rule.name for rule in database.rules if rule.name in ("sessionid", "PHPSESSID", "AWSALB", "__cf_bm")]


def test_functional_is_read_by_name_or_listed(database):
    assert "django_language" in {rule.name for rule in database.rules if rule.category == "preferences"}
    (found,) = [str(remark) for remark in database.not_understood if remark.subject == "'cookiePreferences'"]
    assert found == (
        "line 2: 'cookiePreferences': category 'Functional' holds logins as well as comforts, and cookiegate does not "
        "know the name; find out what it is for, or give --map 'functional=...' for all of them"
    )


def test_categories_are_mapped_as_documented(database):
    categories = {rule.category.value for rule in database.rules}
    assert categories == {"preferences", "marketing", "statistics", "necessary"}
    assert database.registry.find("INDEED_CSRF_TOKEN").category == "necessary"
    assert database.registry.find("_gid").category == "statistics"


def test_wildcards_are_prefixes(database):
    registry = Registry(database.rules)
    assert registry.find("_ga_ABC123").name == "_ga_*"
    assert sum(rule.name.endswith("*") for rule in database.rules) > 100


def test_what_its_categories_were_read_as_is_remarked_on(database):
    notes = [str(note) for note in database.notes if note.subject.startswith("category")]
    assert "category 'Analytics': read as statistics (388 rows); --map 'analytics=...' changes it" in notes


def test_domains_are_not_the_sites(database):
    assert not any(rule.domains for rule in database.rules)


def test_names_are_taken_to_the_letter(read):
    found = read(f'{HEADINGS}1,X,Marketing,"a_<id>",,,,,,0\n2,X,Marketing,SCM*,,,,,,1\n', "open.csv")
    assert list(found.rules) == ["SCM*"]
    assert found.missed[0].startswith("line 2: 'a_<id>': no cookie name")


def test_category_mapping_can_be_changed(read):
    text = f"{HEADINGS}1,X,Functional,a,,,,,,0\n"
    assert read(text, "open.csv").short() == []
    assert read(text, "open.csv", categories=["*=marketing"]).short() == []
    changed = read(text, "open.csv", categories=["Functional=necessary"])
    assert changed.short() == [("a", "necessary", "")]
    assert not any("category" in note for note in changed.notes)


def test_json_of_the_database_is_read_too(read):
    text = """{"Google": [{"id": "1", "category": "Analytics", "cookie": "_gat", "domain": "google.com",
    "description": "x", "retentionPeriod": "1 minute", "dataController": "Google",
    "privacyLink": "https://x", "wildcardMatch": "1"}]}"""
    found = read(text, "open-cookie-database.json")
    assert found.short() == [("_gat*", "statistics", "1 minute")]
    assert (found.only().provider, found.only().domains) == ("Google", ())
