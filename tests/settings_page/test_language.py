"""Languages: which one a browser gets, and what those of the package hold."""

import random
import re
import subprocess
import sys
import tomllib
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cookiegate import ConfigError, parse_lifetime
from cookiegate.settings_page.accept_language import choose_language, find_language
from cookiegate.settings_page.language import BUILT_IN, ON_REQUEST, built_in, read_languages
from cookiegate.settings_page.language_file import read_file

HERE = Path(__file__).parent
LANGUAGES = Path(sys.modules["cookiegate.settings_page.language"].__file__).with_name("languages")
SHIPPED = (*BUILT_IN, *ON_REQUEST)
MOMENT = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)


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


@pytest.mark.parametrize(
    ("wish", "available", "expected"),
    [
        ("en-GB", SHIPPED, "en"),
        ("pt", SHIPPED, "pt-BR"),
        ("pt-PT", SHIPPED, "pt-PT"),
        ("pt-AO", SHIPPED, "pt-PT"),
        ("pt-MZ", SHIPPED, "pt-PT"),
        ("zh", SHIPPED, "zh-Hans"),
        ("zh-CN", SHIPPED, "zh-Hans"),
        ("zh-SG", SHIPPED, "zh-Hans"),
        ("zh-TW", SHIPPED, "zh-Hant"),
        ("zh-HK", SHIPPED, "zh-Hant"),
        ("zh-mo", SHIPPED, "zh-Hant"),
        ("zh-Hant-HK", SHIPPED, "zh-Hant"),
        ("zh-Hans-TW", SHIPPED, "zh-Hans"),
        ("cmn-TW", SHIPPED, "zh-Hant"),
        ("no", SHIPPED, "nb"),
        ("no-NO", SHIPPED, "nb"),
        ("nn", SHIPPED, "nb"),
        ("nn-NO", SHIPPED, "nb"),
        ("iw", SHIPPED, "he"),
        ("iw-IL", SHIPPED, "he"),
        ("es-419", SHIPPED, "es"),
        ("fr-CA-x-y", SHIPPED, "fr"),
        ("mo", SHIPPED, "ro"),
        ("nor", SHIPPED, "nb"),
        ("tlh", SHIPPED, None),
        ("zh-TW", ("en", "zh-Hans"), None),
        ("zh-CN", ("en", "zh-Hant"), None),
        ("zh-Hant", ("en", "zh-TW"), "zh-TW"),
        ("zh", ("en", "zh-Hant"), "zh-Hant"),
        ("nb", ("en", "no"), "no"),
        ("nn", ("nb", "nn"), "nn"),
        ("no", ("nb", "no"), "no"),
        ("en", ("en-GB", "en-US"), "en-US"),
        ("en", ("en-GB", "en-AU"), "en-GB"),
        ("sr-Latn", ("en", "sr"), None),
        ("sr-ME", ("sr", "sr-Latn"), "sr-Latn"),
        ("iw", ("en", "iw"), "iw"),
    ],
)
def test_tag_finds_the_language_that_suits_it(wish, available, expected):
    assert find_language(wish, available) == expected
    header = f"{wish.upper()},en;q=0.5".encode()
    assert choose_language([header], (*available, "xx"), "xx") in (expected, "en", "xx")


@pytest.mark.parametrize("tag", SHIPPED)
def test_each_tag_finds_itself(tag):
    assert find_language(tag.lower(), SHIPPED) == tag
    assert choose_language([tag.encode()], SHIPPED, "en") == tag


def head_of(tag: str) -> dict[str, object]:
    return tomllib.loads((LANGUAGES / f"{tag}.toml").read_text(encoding="utf-8"))


def test_lists_of_languages_are_those_of_the_files_and_their_marks():
    files = sorted(path.stem for path in LANGUAGES.iterdir())
    assert sorted(SHIPPED) == files
    assert {tag for tag in SHIPPED if head_of(tag)["reviewed"] is True} == set(BUILT_IN)
    assert {tag for tag in SHIPPED if head_of(tag)["reviewed"] is False} == set(ON_REQUEST)
    assert all(len(str(head_of(tag)["checked"])) > 20 for tag in SHIPPED)


@pytest.mark.parametrize("tag", SHIPPED)
def test_language_of_the_package_is_whole_and_has_no_mistake(tag):
    """The file is read as one that builds on nothing: every text and every plural form must be there."""
    text = (LANGUAGES / f"{tag}.toml").read_text(encoding="utf-8")
    language, problems = read_file(text, f"{tag}.toml", lambda _: None)
    assert problems == []
    assert language == built_in(tag)
    assert head_of(tag)["tag"] == tag


@pytest.mark.parametrize("tag", SHIPPED)
def test_language_of_the_package_has_other_words_than_english(tag):
    english, language = built_in("en"), built_in(tag)
    if tag != "en":
        same = {name for name, text in language.texts.items() if text == english.texts.get(name)}
        assert len(same) < 12, same


@pytest.mark.parametrize("tag", SHIPPED)
def test_each_word_in_braces_of_english_is_in_the_translation(tag):
    english, language = built_in("en"), built_in(tag)

    def words(text: str) -> set[str]:
        return set(re.findall(r"{\w+}", text))

    lacking = {
        name for name, text in language.texts.items() if words(text) != words(english.texts.get(name, "{count}"))
    }
    assert {name for name in lacking if not name.startswith("table.summary.")} == set()


@pytest.mark.parametrize("tag", ["ar", "he"])
def test_latin_words_in_a_text_from_right_to_left_are_isolated(tag):
    for name, text in built_in(tag).texts.items():
        bare = re.sub("\u2068[^\u2068\u2069]*\u2069", "", text)
        assert not re.search(r"{(host|id|revision)}|Control|Track", bare), name
        assert text.count("\u2068") == text.count("\u2069")


@pytest.mark.parametrize("tag", SHIPPED)
def test_number_is_in_each_text_that_counts_more_than_one_number(tag):
    language = built_in(tag)
    for count in range(1, 1000):
        text = language.counted("table.summary", count)
        assert str(count) in text or count in (1, 2), (count, text)


def test_counted_text_has_the_plural_form_of_the_number():
    polish = built_in("pl")
    assert [polish.counted("table.summary", count) for count in (1, 3, 5, 22, 25)] == [
        "1 plik cookie", "3 pliki cookie", "5 plików cookie", "22 pliki cookie", "25 plików cookie",
    ]  # fmt: skip
    assert built_in("ar").counted("table.summary", 2) == "ملفا تعريف ارتباط"


def test_nothing_is_read_before_it_is_used():
    """In a process of its own: here other tests have read files already."""
    code = """
import sys
from pathlib import Path
from cookiegate import CookieGate
import cookiegate.settings_page.asgi
opened = []
sys.addaudithook(lambda name, arguments: opened.append(str(arguments[0])) if name == "open" else None)
from cookiegate.settings_page import SettingsPage
from cookiegate.settings_page.language import read_languages
page = SettingsPage(CookieGate(), languages=["pl", "ar"])
languages = read_languages(["pl", "ar"])
print(sorted(Path(name).name for name in opened if "/languages/" in name or "/cldr/" in name))
languages.names()
print(sorted(Path(name).name for name in opened if "/languages/" in name or "/cldr/" in name))
languages["pl"]
print(sorted(Path(name).name for name in opened if "/languages/" in name or "/cldr/" in name))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=300, check=True)
    assert done.stdout.splitlines() == [
        "[]",
        "['names.json']",
        "['names.json', 'pl.json', 'pl.toml']",
    ]


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
def test_lifetime_is_written_in_the_language(text, limit_s, english, german):
    lifetime = None if text is None else parse_lifetime(text)
    assert built_in("en").lifetime(lifetime, limit_s) == english
    assert built_in("de").lifetime(lifetime, limit_s) == german


def test_date_is_written_in_the_language():
    moment = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
    assert built_in("en").date_and_time(moment) == "January 2, 2026, 03:04 UTC"
    assert built_in("de").date_and_time(moment) == "2. Januar 2026, 03:04 UTC"


def test_page_is_in_the_language_that_the_browser_asks_for(visitor):
    page = visitor("GET", headers={"Accept-Language": "de-DE,de;q=0.9,en;q=0.8"}).text
    assert '<html lang="de" dir="ltr"' in page
    assert "Alle ablehnen" in page
    assert "7 Tage" in page
    assert '<td role="cell" class="cookiegate-purpose" lang="en" dir="auto">Proves who is calling.</td>' in page
    assert '<td role="cell" class="cookiegate-purpose">Merkt sich, was Sie hier wählen.</td>' in page


def test_language_that_is_asked_for_by_name_beats_the_browsers(visitor):
    page = visitor("GET", "/cookie-settings/?language=en", headers={"Accept-Language": "de"}).text
    assert '<html lang="en"' in page
    assert '<a href="/cookie-settings/?language=de" lang="de" hreflang="de">Deutsch</a>' in page


def test_choosing_keeps_the_language(visitor):
    assert visitor.choose("reject-all", language="de").headers["location"] == "/cookie-settings/?saved&language=de"


def test_default_language_is_the_sites_choice(make_visitor):
    visitor = make_visitor(default_language="de")
    assert '<html lang="de"' in visitor("GET", headers={"Accept-Language": "eo"}).text


def test_language_of_a_file_runs_from_right_to_left(make_visitor):
    visitor = make_visitor(languages=[HERE / "ar.toml"])
    page = visitor("GET", headers={"Accept-Language": "ar"}).text
    assert '<html lang="ar" dir="rtl"' in page
    assert "كيف وصل الزوار إلى الموقع وهل سجّلوا." in page
    assert "العربية" in visitor("GET").text


def test_language_of_the_package_is_listed_by_its_tag(make_visitor):
    visitor = make_visitor(languages=["PL", "de"])
    page = visitor("GET", headers={"Accept-Language": "pl"}).text
    assert '<html lang="pl" dir="ltr"' in page
    assert '<a href="/cookie-settings/?language=de" lang="de" hreflang="de">Deutsch</a>' in page
    assert list(read_languages(["PL", "de"])) == ["en", "pl", "de"]
    assert list(read_languages(["PL", "de"], default="DE")) == ["de", "pl"]
    assert list(read_languages([])) == [*BUILT_IN]


def test_languages_can_be_replaced():
    languages = read_languages(["pl"])
    changed = languages | {"pl": replace(built_in("pl"), name="X")}
    assert (len(languages), list(changed), "xx" in changed) == (2, ["en", "pl"], False)
    assert (changed["pl"].name, languages["pl"].name, changed["en"]) == ("X", "Polski", built_in("en"))


def test_language_that_is_not_listed_is_not_used(make_visitor):
    visitor = make_visitor(languages=["de"])
    for tag in {*SHIPPED} - {"en", "de"}:
        assert '<html lang="en"' in visitor("GET", headers={"Accept-Language": tag}).text


@pytest.mark.parametrize(("tag", "fix", "on_request"), [("eo", ", or list it in languages", ("eo",)), ("xx", "", ())])
def test_default_language_that_is_not_there_is_named_with_the_fix(make_page, monkeypatch, tag, fix, on_request):
    monkeypatch.setattr("cookiegate.settings_page.options.ON_REQUEST", on_request)
    with pytest.raises(ConfigError) as caught:
        make_page(default_language=tag)
    assert caught.value.problems == (
        f"SettingsPage: default_language: {tag!r} is not there; use one of {', '.join(BUILT_IN)}{fix}",
    )
