"""The words for the four categories, as a whole and in six languages; a site's own words."""

import pytest

from cookiegate.errors import ConfigError
from cookiegate.model import Category
from cookiegate.registry.words.categories import category_mapping, category_of, key_of


@pytest.mark.parametrize(
    ("category", "texts"),
    [
        (
            "necessary",
            (
                "4.1 Necessary Cookies (Always Enabled)|Strictly necessary|Essential cookies|"
                "Unbedingt erforderliche Cookies|Technisch notwendige Cookies|Cookies strictement nécessaires|"
                "Cookies técnicas|Cookie tecnici|Noodzakelijke cookies"
            ),
        ),
        (
            "preferences",
            (
                "Preferences (3)|Functional cookies|Personalization|Präferenz-Cookies|Cookies fonctionnels|"
                "Cookies de preferencias|"
                "Preferenze|Voorkeurscookies"
            ),
        ),
        (
            "statistics",
            (
                "Analytics & Performance|Performance cookies|Statistik|Leistungscookies|Cookies de mesure d'audience|"
                "Cookies analíticas|Statistiche|Statistieken"
            ),
        ),
        (
            "marketing",
            (
                "Advertising and targeting cookies|Social media cookies|ads|Werbecookies|Publicité|Publicidad|"
                "Cookie di profilazione|Advertentiecookies"
            ),
        ),
    ],
)
def test_category_is_known_by_its_words(category, texts):
    assert {text: category_of(text) for text in texts.split("|")} == dict.fromkeys(texts.split("|"), Category(category))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Cookies",
        "Non-necessary cookies",
        "Not necessary",
        "nicht notwendig",
        "Managing Your Cookie Preferences",
        "Preferences, Statistics and Marketing",
        "Functional and necessary",
        "Unclassified",
        "x" * 1000,
        "Why we use statistics",
    ],
)
def test_what_is_not_a_category_as_a_whole_is_none(text):
    assert category_of(text) is None


def test_key_is_without_case_numbers_and_the_word_cookies():
    assert key_of("4.1 Functional Cookies (12)") == "functional"
    assert key_of("Cookies") == ""


def test_own_words_are_read_from_texts_and_from_a_mapping():
    expected = {"functional": Category.NECESSARY, "*": Category.MARKETING}
    assert category_mapping(["Functional cookies=necessary", "*=Marketing"]) == expected
    assert category_mapping({"functional": "necessary", " * ": "marketing"}) == expected
    assert category_mapping(["Functional cookies=necessary, *=Marketing,"]) == expected
    assert category_mapping(["Ads, social=marketing,a=necessary"]) == {"ads social": "marketing", "a": "necessary"}


def test_every_own_word_that_is_wrong_is_complained_about():
    with pytest.raises(ConfigError) as caught:
        category_mapping(["Functional", "=marketing", "a=b"])
    assert caught.value.problems == (
        "category mapping: 'Functional': there is no '=' in it; write it like 'Functional=preferences'",
        "category mapping: '=marketing': no word before '='; write it like 'Functional=preferences'",
        (
            "category mapping: 'a=b': unknown category 'b'; use one of necessary, preferences, statistics, marketing, "
            "like 'Functional=preferences'"
        ),
    )


@pytest.mark.parametrize(
    ("text", "category"),
    [("Retargetingcookies", "marketing"), ("Statistikscookie", "statistics"), ("Unknowncookies", None)],
)
def test_category_may_be_joined_to_a_word_for_cookies(text, category):
    assert category_of(text) == category
