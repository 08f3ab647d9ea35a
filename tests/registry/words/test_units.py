"""The words of the languages: each file complete, and the units those that CLDR has."""

import importlib.util
import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from cookiegate.registry.words.folding import fold, fold_words
from cookiegate.registry.words.vocabulary import languages_of, phrases, split_words, units

ROOT = Path(__file__).parents[3]
WORDS = ROOT / "cookiegate" / "registry" / "words"
FILES = 36
"""The 24 languages of the EU, and ar he hi is ja ko nb sr th tr uk zh."""


def test_units_are_what_the_script_gives():
    spec = importlib.util.spec_from_file_location("units", Path(__file__).with_name("cldr_units.py"))
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    assert json.loads((WORDS / "units.json").read_text(encoding="utf-8")) == script.table()


def test_every_language_has_a_file_with_every_key():
    found = {file.stem: tomllib.loads(file.read_text(encoding="utf-8")) for file in WORDS.glob("*.toml")}
    assert len(found) == FILES
    keys = found["en"].keys() - {"units"}
    assert {code: keys - said.keys() for code, said in found.items()} == {code: set() for code in found}


def test_every_language_has_thirteen_numbers():
    numbers = {file.stem: tomllib.loads(file.read_text(encoding="utf-8"))["numbers"] for file in WORDS.glob("*.toml")}
    assert {code: len(listed.split(",")) for code, listed in numbers.items()} == dict.fromkeys(numbers, 13)


@pytest.mark.parametrize(
    ("text", "folded"),
    [("Durée", "duree"), ("SŁOŃCE", "slonce"), ("Größe", "grosse"), ("İsim", "isim"), ("п'ять", "пять"), ("٣", "3")],
)
def test_case_accents_and_digits_are_folded(text, folded):
    assert fold(text) == folded


def test_words_are_split_where_scripts_write_none_apart():
    assert split_words("分析类Cookie") == ["分析", "类", "cookie"]
    assert split_words("鯨魚分析鯨") == ["鯨魚", "分析", "鯨"]
    assert split_words("保存期間は30日") == ["保存期間", "は", "30", "日"]
    assert fold_words("1.5 Jahre") == ["1.5", "jahre"]


def test_language_is_told_by_most_of_the_headings():
    assert languages_of(["Назва", "Мета", "Термін зберігання"]) == {"uk"}
    assert languages_of(["xyzzy"]) == frozenset()


def test_beginnings_of_words_match_inflections_but_no_long_words():
    table = phrases("statistics")
    assert "pl" in table.find("statystycznych")
    assert not table.find("statistic" + "s" * 40)


def test_word_that_two_languages_read_as_other_units_has_both():
    assert set(units()["година"]) == {"year", "hour"}


def test_script_says_whether_the_file_is_up_to_date():
    script = Path(__file__).with_name("cldr_units.py")
    assert subprocess.run([sys.executable, script, "--check"], check=False).returncode == 0
