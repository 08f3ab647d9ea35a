"""Lifetimes in the words of published policies."""

import pytest

from cookiegate.registry.words.lifetimes import lifetime_of, lifetime_parts
from cookiegate.registry.words.vocabulary import units


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("7 Days", "7 Days"),  # parse_lifetime reads it: the policy's own words stay
        ("1 hour, 30 minutes", "1 hour, 30 minutes"),
        ("1 yr", "1 year"),
        ("30 mins", "30 minutes"),
        ("24h", "24 hours"),
        ("90 sec.", "90 seconds"),
        ("13 mos", "13 months"),
        ("one year", "1 year"),
        ("a day", "1 day"),
        ("1 year + 1 day", "1 year 1 day"),
        ("ein Jahr und zwei Monate", "1 year 2 months"),
        ("14 Tage", "14 days"),
        ("1 an et 1 mois", "1 year 1 month"),
        ("2 años", "2 years"),
        ("6 mesi", "6 months"),
        ("2 jaar en 1 dag", "2 years 1 day"),
        ("End of session (browser)", "session"),
        ("Until the browser is closed.", "session"),
        ("Bis zum Schließen des Browsers", "session"),
        ("jusqu\u2019à la fermeture du navigateur", "session"),  # RIGHT SINGLE QUOTATION MARK
        ("Sessione", "session"),
        ("Never expires", "persistent"),
        ("unbegrenzt", "persistent"),
        ("various", "varies"),
        ("1.5 years", "18 months"),
        ("1,5 Jahre", "18 months"),
        ("0.5 days", "12 hours"),
        ("2.0 hours", "2 hours"),
        ("Up to 2 years", "2 years"),
        ("max. 30 days", "30 days"),
        ("bis zu 13 Monaten", "13 months"),
        ("Persistent (2 years)", "2 years"),
        ("2 years maximum", "2 years"),
        ("30 perc", "30 minutes"),
        ("2 anos", "2 years"),
        ("do końca sesji", "session"),
        ("7 วัน", "7 days"),
        ("6 mths", "6 months"),
        ("2年間", "2 years"),
        ("最长 2 年", "2 years"),
        ("30 de zile", "30 days"),
        ("שנתיים", "2 years"),
        ("٣٠ يوما", "30 days"),
        ("on iki ay", "12 months"),
        ("2 evig", "2 years"),
        ("2 aastatki", "2 years"),
    ],
)
def test_words_of_policies_are_put_into_the_registrys(text, read):
    assert lifetime_of(text).text == read


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "0 days",
        "1 hour or longer",
        "2 years after last activity",
        "until logout",
        "30 seconds till 1 year",
        "1 fortnight",
        "365",
        "2030-01-01",
        "x" * 1000,
        "2 years, 24 hours",
        "364 Days, 364 Days",
        "13 months / 30 minutes",
        "1 year or 2 years",
        "1-2 years",
        "session or 1 year",
        "5 m",
        "1.55 seconds",
        "0.1234 days",
        "1.5 seconds",
        "no session",
        "session persistent",
        "1 година",
        "9" * 5000,
    ],
)
def test_what_says_more_or_less_than_a_lifetime_is_not_read(text):
    assert lifetime_of(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "90 dayz",
        "90 dayy",
        "90 dayss",
        "90 dys",
        "3 monthz",
        "5 minutez",
        "2 yearz",
        "2 Jahrex",
        "14 Tagenn",
        "3 moisx",
        "2 g\u00fcnlarx",
        "1 day and 2 hourz",
        "up to 2 yearz",
        "Persistent (2 yearz)",
        "1.5 yearz",
    ],
)
def test_misspelt_unit_is_not_read(text):
    assert lifetime_of(text) is None


def test_word_is_a_unit_only_as_it_is_listed():
    words = [word for word in units() if len(word) > 2 and " " not in word]
    wrong = [spelt for word in words for spelt in (f"{word}x", f"{word}{word[-1]}") if spelt not in units()]
    assert len(wrong) > len(words)
    assert [spelt for spelt in wrong if spelt.isascii() and lifetime_of(f"3 {spelt}")] == []


@pytest.mark.parametrize(
    ("language", "texts"),
    [
        ("de", ("30 Tagen", "30 Tages", "30 t\u00e4gig")),
        ("sv", ("30 dagar", "30 dagars", "30 dygn")),
        ("nb", ("30 dager", "30 dag")),
        ("pl", ("30 dni", "30 dniach")),
        ("cs", ("30 dn\u016f", "30 dnech")),
        ("fi", ("30 p\u00e4iv\u00e4\u00e4", "30 p\u00e4iv\u00e4ksi", "30 vuorokautta")),
        ("et", ("30 p\u00e4eva", "30 p\u00e4evaks")),
        ("hu", ("30 nap", "30 napig", "30 napos", "30 napra")),
        ("tr", ("30 g\u00fcn", "30 g\u00fcnl\u00fck", "30 g\u00fcnd\u00fcr")),
        ("ro", ("30 zile", "30 zilele")),
        ("lv", ("30 dienas", "30 dien\u0101m")),
        ("el", ("30 \u03b7\u03bc\u03ad\u03c1\u03b5\u03c2", "30 \u03b7\u03bc\u03b5\u03c1\u03ce\u03bd")),
        ("bg", ("30 \u0434\u043d\u0438", "30 \u0434\u043d\u0438\u0442\u0435")),
    ],
)
def test_inflected_units_are_read(language, texts):
    assert {lifetime_of(text, frozenset({language})).text for text in texts} == {"30 days"}


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("12 miesi\u0119cy", "12 months"),
        ("2 vuotta", "2 years"),
        ("12 ayl\u0131k", "12 months"),
        ("2 ann\u00e9es", "2 years"),
        ("2 jaren", "2 years"),
        ("\u064a\u0648\u0645\u064a\u0646", "2 days"),  # the Arabic dual, as it stands after a preposition
    ],
)
def test_inflected_units_of_other_lengths_are_read(text, read):
    assert lifetime_of(text).text == read


def test_long_text_that_is_a_lifetime_is_read():
    assert lifetime_of("1 day" + " " * 200).max_age_s == 86400


@pytest.mark.parametrize(("language", "read"), [("bg", "1 year"), ("uk", "1 hour")])
def test_word_of_two_languages_is_told_by_the_language_of_the_page(language, read):
    assert lifetime_of("1 година", frozenset({language})).text == read


def test_letter_that_the_page_reads_otherwise_than_english_is_not_read():
    assert lifetime_of("24h", frozenset({"de"})).text == "24 hours"
    assert lifetime_of("24h", frozenset({"tr"})) is None


@pytest.mark.parametrize(
    ("text", "count", "parts"),
    [
        ("2 years, 24 hours", 2, ["2 years", "24 hours"]),
        ("13 months / 30 minutes", 2, ["13 months", "30 minutes"]),
        ("a: 1 day\nb: 2 days", 2, ["a: 1 day", "b: 2 days"]),
        ("1 day", 2, []),
    ],
)
def test_cell_is_split_into_as_many_parts_as_names(text, count, parts):
    assert lifetime_parts(text, count) == parts
