"""Languages: which one a browser gets, what a file may say, what is wrong with one that is refused."""

import random
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cookiegate import ConfigError, parse_lifetime
from cookiegate.settings_page.accept_language import choose_language
from cookiegate.settings_page.language import BUILT_IN, built_in, read_languages

HERE = Path(__file__).parent


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (b"", "en"),
        (b"de", "de"),
        (b"DE-at", "de"),
        (b"de-Latn-AT-x-y", "de"),
        (b"fr, de;q=0.8, en;q=0.9", "en"),
        (b"en;q=0.1, de;q=0.2", "de"),
        (b"en;q=0.5,de ; q=0.5", "en"),
        (b"de;q=0, *", "en"),
        (b"de-AT, de;q=0", "en"),
        (b"*;q=0.5, de;q=0.4", "en"),
        (b"pt", "pt-BR"),
        (b"pt-PT", "en"),
        (b"pt-br", "pt-BR"),
        (b"fr", "en"),
        (b"de;q=2", "en"),
        (b"de;q=x", "en"),
        (b"de;level=1", "en"),
        (b"<script>, de", "de"),
        (b"\xff\xfe, de", "de"),
        (b"," * 100 + b"de", "en"),
        (b"x" * 5000 + b",de", "en"),
    ],
)
def test_accept_language_chooses(header, expected):
    assert choose_language([header], ("en", "de", "pt-BR"), "en") == expected


def test_accept_language_in_several_fields_is_one():
    assert choose_language([b"fr", b"de"], ("en", "de"), "en") == "de"


def test_accept_language_of_any_octets_chooses_one_that_is_there():
    source = random.Random(5)
    pieces = [b"de", b"en", b"*", b";", b"q=", b"0.5", b",", b"-", b"\x00", b"\xff", b" ", b"\t", b"q=1.0000"]
    for _ in range(2000):
        header = b"".join(source.choices(pieces, k=source.randrange(12)))
        assert choose_language([header], ("en", "de"), "en") in ("en", "de")


@pytest.mark.parametrize("tag", BUILT_IN)
def test_built_in_language_has_every_text_and_other_words_than_english(tag):
    english, language = built_in("en"), built_in(tag)
    assert language.texts.keys() == english.texts.keys()
    if tag != "en":
        same = {name for name, text in language.texts.items() if text == english.texts[name]}
        assert len(same) < 12, same


@pytest.mark.parametrize(
    ("text", "limit_s", "english", "german"),
    [
        ("7 days", None, "7 days", "7 Tage"),
        ("1 hour 30 minutes", None, "1 hour 30 minutes", "1 Stunde 30 Minuten"),
        ("1 Year", None, "1 year", "1 Jahr"),
        ("session", None, "until the browser closes", "bis der Browser geschlossen wird"),
        ("persistent", 34560000, "up to 400 days", "bis zu 400 Tage"),
        ("varies", 3600, "up to 1 hour", "bis zu 1 Stunde"),
        ("varies", 61, "up to 61 seconds", "bis zu 61 Sekunden"),
        ("persistent", None, "without limit", "unbegrenzt"),
        (None, None, "not stated", "nicht angegeben"),
    ],
)
def test_lifetime_is_said_in_the_language(text, limit_s, english, german):
    lifetime = None if text is None else parse_lifetime(text)
    assert built_in("en").lifetime(lifetime, limit_s) == english
    assert built_in("de").lifetime(lifetime, limit_s) == german


def test_date_is_said_in_the_language():
    moment = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
    assert built_in("en").date_and_time(moment) == "January 2, 2026, 03:04 UTC"
    assert built_in("de").date_and_time(moment) == "2. Januar 2026, 03:04 Uhr UTC"


def test_page_is_in_the_language_that_the_browser_asks_for(visitor):
    page = visitor("GET", headers={"Accept-Language": "de-DE,de;q=0.9,en;q=0.8"}).text
    assert '<html lang="de" dir="ltr">' in page
    assert "Alle ablehnen" in page
    assert "7 Tage" in page
    assert '<td role="cell" class="purpose" lang="en" dir="auto">Proves who is calling.</td>' in page
    assert '<td role="cell" class="purpose">Merkt sich, was Sie hier wählen.</td>' in page


def test_language_that_is_asked_for_by_name_beats_the_browsers(visitor):
    page = visitor("GET", "/cookie-settings/?language=en", headers={"Accept-Language": "de"}).text
    assert '<html lang="en"' in page
    assert '<a href="/cookie-settings/?language=de" lang="de" hreflang="de">Deutsch</a>' in page


def test_choosing_keeps_the_language(visitor):
    assert visitor.choose("reject-all", language="de").headers["location"] == "/cookie-settings/?saved&language=de"


def test_default_language_is_the_sites_choice(make_visitor):
    visitor = make_visitor(default_language="de")
    assert '<html lang="de"' in visitor("GET", headers={"Accept-Language": "fr"}).text


def test_language_of_a_file_runs_from_right_to_left(make_visitor):
    visitor = make_visitor(languages=[HERE / "ar.toml"])
    page = visitor("GET", headers={"Accept-Language": "ar"}).text
    assert '<html lang="ar" dir="rtl">' in page
    assert "كيف وصل الزوار إلى الموقع وهل سجّلوا." in page
    assert "العربية" in visitor("GET").text


def test_file_of_a_known_language_changes_some_texts(tmp_path):
    path = tmp_path / "words.toml"
    path.write_text('tag = "DE"\n[button]\naccept = "Ja"\n[cookie]\n"a*" = "Wozu"\n', encoding="utf-8")
    german = read_languages([path])["de"]
    assert (german.texts["button.accept"], german.texts["button.reject"]) == ("Ja", "Alle ablehnen")
    assert (german.name, german.is_right_to_left, dict(german.purposes)) == ("Deutsch", False, {"a*": "Wozu"})


def test_file_of_a_known_language_may_change_its_name_and_direction(tmp_path):
    path = tmp_path / "words.toml"
    path.write_text('tag = "de"\nname = "Platt"\ndirection = "rtl"\n', encoding="utf-8")
    german = read_languages([path])["de"]
    assert (german.name, german.is_right_to_left) == ("Platt", True)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("tag = ", "not TOML"),
        ('name = "x"', "tag is None; write a BCP 47 language tag"),
        ('tag = "../x"', "tag is '../x'"),
        ("tag = 1", "tag is 1"),
        ('tag = "fr"', "name is None; write the language's own name for itself"),
        ('tag = "fr"\nname = "F"\ndirection = "up"', "direction is 'up'; write one of ltr, rtl"),
        ('tag = "fr"\nname = "F"\ndirection = "ltr"', "text.title is missing; translate 'Cookie settings'"),
        ('tag = "de"\n[button]\nacept = "x"', "unknown text 'button.acept'; did you mean 'button.accept'?"),
        ('tag = "de"\n[zzz]\nqqq = "x"', "unknown text 'zzz.qqq'; take it away"),
        ('tag = "de"\n[button]\naccept = 1', "button.accept is 1; write it as text in quotes"),
        ('tag = "de"\n[banner]\ntext = "{who}"', "other words in braces; allowed here: {categories}"),
        ('tag = "de"\n[button]\naccept = "{0}"', "allowed here: none"),
        ('tag = "de"\n[banner]\ntext = "{categories.__class__}"', "other words in braces"),
        ('tag = "de"\n[banner]\ntext = "{categories!r}"', "other words in braces"),
        ('tag = "de"\n[banner]\ntext = "{"', "other words in braces"),
        ('tag = "de"\ncookie = 1', "cookie is no table of texts"),
        ('tag = "de"\n[cookie]\na = 1', "cookie is no table of texts"),
    ],
)
def test_mistake_in_a_file_is_named(tmp_path, text, problem):
    path = tmp_path / "words.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        read_languages([path])
    assert any(line.startswith("words.toml: ") and problem in line for line in caught.value.problems)


def test_files_that_cannot_be_read_are_named_together(tmp_path):
    latin = tmp_path / "latin.toml"
    latin.write_bytes(b'tag = "d\xe9"')
    with pytest.raises(ConfigError) as caught:
        read_languages([tmp_path / "none.toml", latin])
    assert [problem.split(": ")[1] for problem in caught.value.problems] == ["can't be read", "octet 8"]
