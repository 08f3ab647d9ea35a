"""Lifetimes in the words of published policies."""

import pytest

from cookiegate.registry.lifetimes import lifetime_of


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
        "1.5 years",
        "1 hour or longer",
        "2 years after last activity",
        "until logout",
        "30 seconds till 1 year",
        "1 fortnight",
        "365",
        "2030-01-01",
        "x" * 1000,
        "9" * 5000,
    ],
)
def test_what_says_more_or_less_than_a_lifetime_is_not_read(text):
    assert lifetime_of(text) is None


def test_long_text_that_is_a_lifetime_is_read():
    assert lifetime_of("1 day" + " " * 200).max_age_s == 86400
