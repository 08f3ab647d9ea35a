"""The forms of each language are CLDR's, as Babel gives them: the files themselves, and what is written with them."""

import subprocess
import sys
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from babel import Locale
from babel.dates import format_date, format_datetime
from babel.lists import format_list
from babel.units import format_unit

from cookiegate.settings_page.forms import CATEGORIES, UNITS, forms_of, load_names

SCRIPT = Path(__file__).with_name("cldr.py")
TAGS = [*load_names()]
COUNTS = (0, 1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 14, 15, 19, 20, 21, 22, 23, 25, 80, 99, 100, 101, 102, 103, 111, 112,
          121, 200, 365, 400, 1000, 1001, 3650, 12345, 100000, 1000000, 34560000, 999999999)  # fmt: skip
FRACTIONS = ("0.0", "0.5", "1.0", "1.1", "1.5", "2.0", "2.5", "3.10", "5.05", "11.1", "21.1", "100.5", "1.50", "0.02")


def locale_of(tag: str) -> Locale:
    return Locale.parse(tag, sep="-")


def test_files_are_what_babel_gives():
    done = subprocess.run([sys.executable, SCRIPT, "--check"], capture_output=True, text=True, timeout=300, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_file_that_is_not_what_babel_gives_is_named(tmp_path):
    package = tmp_path / "cookiegate" / "settings_page"
    script = tmp_path / "tests" / "settings_page" / "cldr.py"
    for folder in (package, script.parent):
        folder.mkdir(parents=True)
    script.write_bytes(SCRIPT.read_bytes())

    def run(*arguments: str) -> tuple[int, str]:
        command = [sys.executable, script, *arguments]
        done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
        return done.returncode, done.stdout

    assert run() == (0, "")
    (package / "cldr" / "pl.json").write_text("{}")
    (package / "cldr" / "xx.json").write_text("{}")
    (package / "cldr" / "cs.json").unlink()
    assert run("--check") == (1, "".join(f"{tag}.json is not what Babel gives\n" for tag in ("cs", "pl", "xx")))


@pytest.mark.parametrize("tag", TAGS)
def test_plural_category_is_that_of_cldr(tag):
    rule = locale_of(tag).plural_form
    forms = forms_of(tag)
    assert {count: forms.category(count) for count in COUNTS} == {count: rule(count) for count in COUNTS}
    found = {text: forms.category(Decimal(text)) for text in FRACTIONS}
    assert found == {text: rule(Decimal(text)) for text in FRACTIONS}
    assert set(found.values()) <= set(CATEGORIES)


@pytest.mark.parametrize("tag", TAGS)
def test_length_of_time_is_written_as_by_cldr(tag):
    forms = forms_of(tag)
    system = locale_of(tag).default_numbering_system
    expected = {
        (count, unit): format_unit(
            count, f"duration-{unit}", "long", locale=str(locale_of(tag)), numbering_system=system
        )
        for count in COUNTS
        for unit in UNITS
    }
    digits = str.maketrans("0123456789", forms.digits)  # Babel's own digits are always Latin
    assert {key: forms.amount(*key) for key in expected} == {
        key: text.translate(digits) for key, text in expected.items()
    }


@pytest.mark.parametrize("tag", TAGS)
def test_date_is_written_as_by_cldr(tag):
    forms = forms_of(tag)
    digits = str.maketrans("0123456789", forms.digits)
    for moment in (datetime(2026, 1, 2, 3, 4, tzinfo=UTC), datetime(2027, 11, 30, 23, 59, tzinfo=UTC)):
        date = format_date(moment, "long", locale=str(locale_of(tag)))
        assert forms.date_of(moment) == date.translate(digits)
        written = forms.date_and_time_of(moment)
        pattern = locale_of(tag).datetime_skeletons["Hmv"].pattern.replace("vvvv", "'UTC'").replace("v", "'UTC'")
        time = format_datetime(moment, pattern, locale=str(locale_of(tag))).translate(digits)
        assert written == locale_of(tag).datetime_formats["long"].replace("{1}", forms.date_of(moment)).replace(
            "{0}", time
        )


@pytest.mark.parametrize("tag", TAGS)
def test_list_is_joined_as_by_cldr(tag):
    for parts in ([], ["a"], ["a", "b"], ["a", "{b}", "c"], ["a", "b", "c", "d"], ["a", "b", "c", "d", "e"]):
        assert forms_of(tag).joined(iter(parts)) == format_list(parts, locale=str(locale_of(tag)))


@pytest.mark.parametrize(
    ("tag", "count", "text"),
    [
        ("pl", 1, "1 dzień"),
        ("pl", 22, "22 dni"),
        ("cs", 2, "2 dny"),
        ("cs", 5, "5 dnů"),
        ("ro", 20, "20 de zile"),
        ("uk", 21, "21 день"),
        ("ar", 2, "يومان"),
        ("ar", 11, "11 يومًا"),
        ("ar-EG", 11, "\u0661\u0661 يومًا"),
        ("fa", 3, "\u06f3 روز"),
        ("hi", 100000, "1,00,000 दिन"),
    ],
)
def test_well_known_counts(tag, count, text):
    assert forms_of(tag).amount(count, "day") == text


def test_time_in_another_zone_is_written_in_utc():
    moment = datetime.fromisoformat("2026-01-01T23:30:00-05:00")
    assert forms_of("en-GB").date_and_time_of(moment) == "2 January 2026, 04:30 UTC"


def test_whole_numbers_of_each_category():
    assert forms_of("pl").numbers()["few"][:4] == [2, 3, 4, 22]
    assert {category: numbers[0] for category, numbers in forms_of("en").numbers().items()} == {"other": 0, "one": 1}
