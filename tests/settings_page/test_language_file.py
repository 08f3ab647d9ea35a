"""A site's own language files: what they may hold, and what is wrong with one that is refused."""

import re
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cookiegate import ConfigError
from cookiegate.settings_page.forms import UNITS
from cookiegate.settings_page.language import built_in, read_languages
from cookiegate.settings_page.language_file import read_file

LANGUAGES = Path(sys.modules["cookiegate.settings_page.language"].__file__).with_name("languages")
MOMENT = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)


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


def test_file_with_the_tag_of_a_language_on_request_builds_on_it(tmp_path):
    path = tmp_path / "words.toml"
    path.write_text('tag = "pl"\n[button]\naccept = "Dobrze"\n', encoding="utf-8")
    polish = read_languages([path])["pl"]
    assert (polish.texts["button.accept"], polish.name) == ("Dobrze", "Polski")
    assert polish.texts["button.reject"] == "Odrzuć wszystkie"


def test_file_of_a_region_builds_on_the_language_with_the_regions_forms(tmp_path):
    path = tmp_path / "words.toml"
    path.write_text('tag = "en-GB"\n[button]\naccept = "Yes"\n', encoding="utf-8")
    languages = read_languages([path])
    british = languages["en-GB"]
    assert (british.texts["button.accept"], british.texts["button.reject"]) == ("Yes", "Reject all")
    assert (british.name, british.date(MOMENT)) == ("English (United Kingdom)", "2 January 2026")
    assert languages["en"].date(MOMENT) == "January 2, 2026"


def test_file_of_a_region_without_a_name_of_its_own_names_itself(tmp_path):
    path = tmp_path / "words.toml"
    path.write_text('tag = "pt"\n', encoding="utf-8")
    with pytest.raises(ConfigError, match="name is None"):
        read_languages([path])
    path.write_text('tag = "pt"\nname = "Português"\n', encoding="utf-8")
    language = read_languages([path])["pt"]
    assert (language.name, language.tag) == ("Português", "pt")
    assert language.texts["button.accept"] == "Aceitar todos"


def test_file_for_another_language_than_the_nearest_one_must_be_whole(tmp_path):
    path = tmp_path / "words.toml"
    path.write_text('tag = "nn"\n', encoding="utf-8")  # near to nb, and another language
    with pytest.raises(ConfigError, match=r"text\.title is missing"):
        read_languages([path])


def test_forms_of_a_file_come_before_those_of_cldr(tmp_path):
    path = tmp_path / "words.toml"
    months = ", ".join(f'"M{at}"' for at in range(1, 13))
    text = """
        tag = "pl"
        months = [MONTHS]
        [text]
        list_separator = " {{+}} "
        date = "{year}/{month}/{day}"
        date_and_time = "{date} o {time} (UTC)"
        [lifetime]
        day = { one = "jeden dzień", other = "{count} doby" }
    """
    path.write_text(text.replace("MONTHS", months), encoding="utf-8")
    polish = read_languages([path])["pl"]
    assert polish.date_and_time(MOMENT) == "2026/M1/2 o 03:04 (UTC)"
    assert polish.listed(["a", "b", "c"]) == "a {{+}} b {{+}} c"
    assert [polish.seconds(days * 86400) for days in (1, 2, 5)] == ["jeden dzień", "2 dni", "5 dni"]
    assert built_in("pl").seconds(86400) == "1 dzień"


def test_earlier_names_of_texts_are_still_read(tmp_path):
    path = tmp_path / "words.toml"
    path.write_text('tag = "pl"\n[table]\nsummary_one = "{count} ciastko"\nsummary_other = "{count} ciastka"\n')
    polish = read_languages([path])["pl"]
    assert [polish.counted("table.summary", count) for count in (1, 5)] == ["1 ciastko", "5 plików cookie"]


def whole(tag: str, **head: str) -> str:
    """Return a whole file of a language that CLDR's data lacks, as such files were written before."""
    english = (LANGUAGES / "en.toml").read_text(encoding="utf-8")
    body = english[english.index("[text]") :]
    body = re.sub(r"summary = .*", 'summary_one = "{count} kuketo"\nsummary_other = "{count} kuketoj"', body)
    units = "".join(f'{unit} = {{ one = "{{count}} {unit}", other = "{{count}} {unit}j" }}\n' for unit in UNITS)
    body = body.replace("[lifetime]\n", f"[lifetime]\n{units}")
    body = body.replace("[text]\n", '[text]\nlist_separator = ", "\ndate = "{day} {month} {year}"\n'
                        'date_and_time = "{date}, {time} UTC"\n')  # fmt: skip
    months = ", ".join(f'"{month}"' for month in "abcdefghijkl")
    lines = [f'tag = "{tag}"', 'name = "X"', 'direction = "ltr"', f"months = [{months}]"]
    return "\n".join([*lines, *(f'{key} = "{value}"' for key, value in head.items()), body])


def test_language_that_cldr_data_lacks_brings_its_forms(tmp_path):
    path = tmp_path / "eo.toml"
    path.write_text(whole("eo"), encoding="utf-8")
    language = read_languages([path])["eo"]
    assert language.date_and_time(MOMENT) == "2 a 2026, 03:04 UTC"
    assert [language.seconds(86400), language.seconds(21 * 86400)] == ["1 day", "21 dayj"]
    assert [language.counted("table.summary", count) for count in (1, 21)] == ["1 kuketo", "21 kuketoj"]


def test_language_that_cldr_data_lacks_may_count_like_another(tmp_path):
    path = tmp_path / "rue.toml"
    text = whole("rue", plural_rules_of="uk")
    for unit in UNITS:
        one = f'{unit} = {{ one = "{{count}} {unit}"'
        assert one in text
        text = text.replace(one, f'{one}, few = "{{count}} {unit}f", many = "{{count}} {unit}m"')
    path.write_text(text, encoding="utf-8")
    language = read_languages([path])["rue"]
    assert [language.seconds(days * 86400) for days in (1, 2, 5, 21)] == ["1 day", "2 dayf", "5 daym", "21 day"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (whole("eo").replace("months", "Months"), "months.0 is missing; translate 'January'"),
        (whole("eo").replace("list_separator", "separator"), "text.list_separator is missing; translate ', '"),
        (whole("eo").replace("day = {", "dey = {"), "lifetime.day.one is missing; translate '{count} day'"),
        (whole("eo", plural_rules_of="uk"), "lifetime.day.few is missing; translate '{count} days'"),
        (whole("eo", plural_rules_of="xx"),
         "plural_rules_of is 'xx'; write the tag of a language that counts alike: ar"),
        ("plural_rules_of = 1\n" + whole("eo"), "plural_rules_of is 1; write the tag"),
        (
            'tag = "uk"\n[table]\nsummary = { one = "один файл" }',
            "table.summary.one: 'один файл' is the form for 1, 21, 31, 41 and so on; write {count} where",
        ),
        (
            'tag = "uk"\n[lifetime]\nday = { one = "день" }',
            "lifetime.day.one: 'день' is the form for 1, 21, 31, 41 and so on; write {count} where",
        ),
        ('tag = "de"\n[lifetime]\nday = { one = "{x} Tag" }', "lifetime.day.one: '{x} Tag' has other words in braces"),
        ('tag = "de"\n[lifetime]\nday = { one = "{" }', "lifetime.day.one: '{' has other words in braces"),
        ('tag = "de"\n[lifetime]\nday = { dual = "2" }', "unknown text 'lifetime.day.dual'"),
        ('tag = "de"\n[table]\nsummary = { dual = "2" }', "unknown text 'table.summary.dual'"),
        ('tag = "de"\n[text]\ndate = "{hour}"', "allowed here: {day} and {month} and {year}"),
        ('tag = "de"\nmonths = ["{x}"]', "months.0: '{x}' has other words in braces; allowed here: none"),
        ('tag = "de"\nmonths = [1]', "months.0 is 1; write it as text in quotes"),
        ('tag = "de"\nreviewed = "yes"', "reviewed is 'yes'; write true or false"),
        ('tag = "de"\nchecked = 1', "checked is 1; write in quotes how the texts were checked"),
        (
            re.sub(r"summary = .*", 'summary = { one = "{count} b", other = "{count} b" }',
                   (LANGUAGES / "pl.toml").read_text(encoding="utf-8").replace('"pl"', '"be-x-pl"')),
            "name is None",
        ),
    ],
)  # fmt: skip
def test_mistake_in_the_forms_of_a_file_is_named(tmp_path, text, problem):
    path = tmp_path / "words.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        read_languages([path])
    assert any(line.startswith("words.toml: ") and problem in line for line in caught.value.problems), caught.value


def test_plural_form_that_a_new_language_lacks_is_named_with_its_numbers():
    text = (LANGUAGES / "en.toml").read_text(encoding="utf-8").replace('tag = "en"', 'tag = "ru"')
    _, problems = read_file(text, "ru.toml", lambda _: None)
    assert problems == [
        "ru.toml: table.summary.few is missing; translate '{count} cookies' for 2, 3, 4, 22, 23, ...",
        "ru.toml: table.summary.many is missing; translate '{count} cookies' for 0, 5, 6, 7, 8, ...",
    ]


def test_tag_without_a_language_and_without_a_file_is_named():
    with pytest.raises(ConfigError) as caught:
        read_languages(["xx", Path("yy")])
    first, second = caught.value.problems
    assert first.startswith("languages: 'xx' is no language of the package, and no file; use one of en, de, ")
    assert second == "yy: can't be read: No such file or directory; check the path"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("tag = ", "not TOML"),
        ('name = "x"', "tag is None; write a BCP 47 language tag"),
        ('tag = "../x"', "tag is '../x'"),
        ("tag = 1", "tag is 1"),
        ('tag = "eo"', "name is None; write the language's own name for itself"),
        ('tag = "eo"\nname = "F"\ndirection = "up"', "direction is 'up'; write one of ltr, rtl"),
        ('tag = "eo"\nname = "F"\ndirection = "ltr"', "text.title is missing; translate 'Cookie settings'"),
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


def test_file_beyond_the_bounds_is_refused(tmp_path):
    deep, large = tmp_path / "deep.toml", tmp_path / "large.toml"
    deep.write_text("tag = 'de'\na" + " . a" * 40 + " = 1")
    with large.open("wb") as file:
        file.truncate(64 * 1024 * 1024 + 1)
    with pytest.raises(ConfigError) as error:
        read_languages([deep, large])
    assert error.value.problems == (
        "deep.toml: line 2: a key of more than 32 parts; write it with fewer dots",
        "large.toml: larger than 64 MiB; is it the right file?",
    )
