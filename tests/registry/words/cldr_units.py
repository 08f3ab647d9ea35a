#!/usr/bin/env python
"""Write cookiegate/registry/words/units.json: how CLDR writes units of time in the languages that `words` has.

Run it without arguments to write the file, with --check to see whether the file is what it gives. Needs Babel.
Each language has, for each unit, its words in all plural forms, long and short, and as they are inflected in "in 3
days" and "3 days ago". `"2 year"` has the forms that mean two of them without a number (Arabic, Hebrew, Slovenian).
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from babel import Locale

WORDS = Path(__file__).parents[3] / "cookiegate" / "registry" / "words"
UNITS = ("second", "minute", "hour", "day", "week", "month", "year")
REGIONS = {  # whose people write otherwise than CLDR's main one
    "de": ["de", "de_AT", "de_CH"],
    "en": ["en", "en_GB", "en_AU", "en_CA"],
    "es": ["es", "es_MX"],
    "fr": ["fr", "fr_CA"],
    "nb": ["nb", "nn"],
    "pt": ["pt", "pt_PT"],
    "sr": ["sr", "sr_Latn"],
    "zh": ["zh", "zh_Hant", "zh_Hant_HK"],
}
IMPLIED = {"one": "1 ", "two": "2 "}


def patterns(locale: Locale, unit: str) -> Iterator[tuple[str, str]]:
    """Yield each plural form and its pattern, like `("other", "{0} days")`."""
    for length, found in locale._data["unit_patterns"][f"duration-{unit}"].items():
        if length in ("long", "short", "narrow"):
            yield from ((form, text) for form, text in found.items() if form != "per" and isinstance(text, str))


def relative(locale: Locale, unit: str) -> Iterator[str]:
    """Yield the patterns like `in {0} days`."""
    for width in ("", "-short", "-narrow"):
        for direction in ("future", "past"):
            yield from dict(locale._data["date_fields"].get(f"{unit}{width}", {}).get(direction, {})).values()


def words_of(locale: Locale, unit: str) -> Iterator[tuple[str, str]]:
    """Yield each word of a unit with what it implies: `""`, or `"2 "` where it means two of them."""
    own = []
    for form, text in patterns(locale, unit):
        word = " ".join(text.replace("{0}", " ").split()).strip(".\u200f")
        if "{0}" in text:
            own.append(word)
            yield word, ""
        elif form in IMPLIED:
            yield word, IMPLIED[form]
    for text in relative(locale, unit):
        for word in text.replace("{0}", " ").split() if "{0}" in text else ():
            stripped = word.strip(".\u200f")
            if any(len(mine) > 2 and stripped[:3] == mine[:3] for mine in own):
                yield stripped, ""


def table() -> dict[str, dict[str, list[str]]]:
    """Return the words of each language, sorted."""
    found: dict[str, dict[str, set[str]]] = {}
    for file in sorted(WORDS.glob("*.toml")):
        language = found.setdefault(file.stem, {})
        for region in REGIONS.get(file.stem, [file.stem]):
            for unit in UNITS:
                for word, implied in words_of(Locale.parse(region), unit):
                    language.setdefault(f"{implied}{unit}", set()).add(word)
    return {code: {unit: sorted(words) for unit, words in language.items()} for code, language in found.items()}


def main() -> int:
    """Write the file, or say with the exit code whether it is up to date."""
    text = json.dumps(table(), ensure_ascii=False, indent=1) + "\n"
    file = WORDS / "units.json"
    if "--check" in sys.argv[1:]:
        return 0 if file.read_text(encoding="utf-8") == text else 1
    file.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
