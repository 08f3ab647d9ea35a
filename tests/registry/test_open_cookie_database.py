"""The Open Cookie Database: every row is a rule, a remark, or both."""

from collections import Counter

import pytest

from cookiegate.registry import read_declaration
from cookiegate.registry.registry import Registry

HEADINGS = (
    "ID,Platform,Category,Cookie / Data Key name,Domain,Description,Retention period,Data Controller,"
    "User Privacy & GDPR Rights Portals,Wildcard match\n"
)


@pytest.fixture(scope="module")
def database(shared_file):
    return read_declaration(shared_file("open-cookie-database.csv"))


def test_every_row_is_a_rule_or_is_accounted_for(database):
    places = {remark.place for remark in database.remarks if "no cookie" in remark.text}
    repeated = {remark.place for remark in database.remarks if " at line " in remark.text}
    assert len(database.rules) + len(places) + len(repeated) == 2264


def test_categories_are_mapped_as_documented(database):
    count = Counter(rule.category.value for rule in database.rules)
    assert count == {"preferences": 971, "marketing": 848, "statistics": 388, "necessary": 26}


def test_wildcards_are_prefixes(database):
    registry = Registry(database.rules)
    assert registry.find("_ga_ABC123").name == "_ga_*"
    assert sum(rule.name.endswith("*") for rule in database.rules) > 250


def test_what_its_categories_were_read_as_is_remarked_on(database):
    notes = [str(note) for note in database.notes if note.subject.startswith("category")]
    assert "category 'Functional': read as preferences (973 rows); --map 'functional=...' changes it" in notes


def test_domains_are_not_the_sites(database):
    assert not any(rule.domains for rule in database.rules)


def test_names_are_taken_to_the_letter(read):
    found = read(f'{HEADINGS}1,X,Marketing,"a_<id>",,,,,,0\n2,X,Marketing,SCM*,,,,,,1\n', "open.csv")
    assert list(found.rules) == ["SCM*"]
    assert found.missed[0].startswith("line 2: 'a_<id>': no cookie name")


def test_category_mapping_can_be_changed(read):
    text = f"{HEADINGS}1,X,Functional,a,,,,,,0\n"
    assert read(text, "open.csv").short() == [("a", "preferences", "")]
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
