#!/usr/bin/env python
"""Write cookiegate/settings_page/cldr/: what CLDR says of each language, and which language suits a browser.

Run it without arguments to write the files, with --check to see whether they are what it gives. Needs Babel.

One file a language: its name and direction, plural rules, units of time in each plural form, dates, lists and digits.
`matching.json` has aliases, parents and likely subtags, for the tags in these languages. Plural rules are alternatives
of conditions `[operand, modulus, ranges, is_within]`: `["i", 10, [[2, 4]], true]` is CLDR's `i % 10 = 2..4`; modulus 0
is none. In patterns of dates `{hour}` and `{minute}` have two digits.
"""

import json
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel import Locale
from babel.core import get_global
from babel.dates import tokenize_pattern
from babel.plural import PluralRule, _Parser

FOLDER = Path(__file__).parents[2] / "cookiegate" / "settings_page" / "cldr"
LANGUAGES = """
    ar ar-EG bg bs ca cs cy da de de-AT el en en-GB es es-MX et eu fa fi fr fr-CA ga gl he hi hr hu hy id is it
    ja ka ko lb lt lv mk ms mt nb nl nn pl pt-BR pt-PT ro ru sk sl sq sr sv th tr uk ur vi zh-Hans zh-Hant
"""
"""More than have texts here: a site can add those."""
TAGS = LANGUAGES.split()
UNITS = ("second", "minute", "hour", "day", "week", "month", "year")
FIELDS = {
    "d": "{day}",
    "M": "{month}",
    "MMMM": "{month}",
    "LLLL": "{month}",
    "y": "{year}",
    "H": "{short_hour}",
    "HH": "{hour}",
    "mm": "{minute}",
    **dict.fromkeys(("v", "vvvv", "z"), "UTC"),
}


def locale_of(tag: str) -> Locale:
    """Return Babel's locale of a tag."""
    return Locale.parse(tag, sep="-")


def name_of(locale: Locale) -> str:
    """Return the language's name for itself, as a title."""
    name = (locale.languages.get(str(locale)) if locale.script else None) or locale.get_display_name()
    assert name is not None
    return name[:1].upper() + name[1:]


def conditions(ast: Any) -> Iterator[list[list[Any]]]:
    """Yield the alternatives of a parsed rule, each a list of conditions that hold together."""
    kind, parts = ast
    if kind == "or":
        yield from (one for part in parts for one in conditions(part))
        return
    together = []
    while kind == "and":
        left, (kind, parts) = parts
        together += next(conditions(left))
    yield [*together, condition((kind, parts))]


def condition(ast: Any) -> list[Any]:
    """Return one condition as data."""
    kind, parts = ast
    if kind == "not":
        return [*condition(parts[0])[:3], False]
    assert kind == "relation", ast
    method, left, (_, ranges) = parts
    assert method == "in", ast
    modulus = 0
    if left[0] == "mod":
        left, (_, (modulus,)) = left[1]
    return [left[0], modulus, [[low[1][0], high[1][0]] for low, high in ranges], True]


def plural_rules(rule: PluralRule) -> dict[str, list[list[list[Any]]]]:
    """Return the rules of each category but `other`, in CLDR's order."""
    order = ("zero", "one", "two", "few", "many")
    return {
        category: list(conditions(_Parser(rule.rules[category]).ast)) for category in order if category in rule.tags
    }


def pattern(text: str, era: str) -> str:
    """Turn a pattern of CLDR into one with names in braces."""
    parts = []
    for kind, value in tokenize_pattern(text):
        if kind == "chars":
            assert "{" not in value, text
            parts.append(value)
        else:
            letter, count = value
            parts.append(era if letter == "G" else FIELDS[letter * count])
    return "".join(parts)


def months(locale: Locale, text: str) -> list[str]:
    """Return the names of the months in a pattern: inflected, alone, or numbers."""
    if "LLLL" in text:
        names = locale.months["stand-alone"]["wide"]
    elif "MMMM" in text:
        names = locale.months["format"]["wide"]
    else:
        names = {month: str(month) for month in range(1, 13)}
    return [names[month] for month in range(1, 13)]


def lists(locale: Locale) -> dict[str, str]:
    """Return the patterns by which CLDR joins two or more parts."""
    found = locale.list_patterns["standard"]
    return {"two": found["2"], "start": found["start"], "middle": found["middle"], "end": found["end"]}


def forms_of(tag: str) -> dict[str, Any]:
    """Return everything about one language."""
    locale = locale_of(tag)
    rules = plural_rules(locale.plural_form)
    date = locale.date_formats["long"].pattern
    time = locale.datetime_skeletons["Hmv"].pattern
    system = locale.default_numbering_system
    grouping = locale.decimal_formats[None].grouping
    units = {}
    for unit in UNITS:
        found = locale._data["unit_patterns"][f"duration-{unit}"]["long"]
        units[unit] = {form: found[form].replace("{0}", "{count}") for form in (*rules, "other") if form in found}
    return {
        "name": name_of(locale),
        "direction": locale.text_direction,
        "plural": rules,
        "units": units,
        "months": months(locale, date),
        "date": pattern(date, locale.eras["abbreviated"][1]),
        "time": pattern(time, ""),
        "date_and_time": locale.datetime_formats["long"].replace("{0}", "{time}").replace("{1}", "{date}"),
        "lists": lists(locale),
        "digits": digits(system),
        "group": locale.number_symbols[system]["group"],
        "grouping": list(grouping),
    }


def digits(system: str) -> str:
    """Return the ten digits of a numbering system."""
    starts = {"latn": 0x30, "arab": 0x660, "arabext": 0x6F0, "deva": 0x966, "beng": 0x9E6, "thai": 0xE50}
    return "".join(chr(starts[system] + value) for value in range(10))


def matching() -> dict[str, dict[str, str]]:
    """Return what there is to know of tags in these languages, in lower case, with hyphens."""
    languages = {tag.split("-")[0] for tag in TAGS} | {"no"}

    def lower(tag: str) -> str:
        return tag.lower().replace("_", "-")

    likely = {lower(tag): lower(most).split("-") for tag, most in get_global("likely_subtags").items()}
    aliases = {
        lower(alias): lower(tag)
        for alias, tag in get_global("language_aliases").items()
        if lower(tag) in languages and "-" not in lower(alias)
    }
    aliases["no"] = "nb"  # CLDR has the data of Bokmål under both
    parents = {}
    for tag, parent in get_global("parent_exceptions").items():
        child, above = lower(tag), lower(parent).replace("root", "")
        if child.split("-")[0] in languages and above != child.rpartition("-")[0]:
            parents[child] = above
    for tag, (language, script, _) in likely.items():
        parts = tag.split("-")
        is_region = len(parts) == 2 and len(parts[1]) != 4
        if language in languages and language == parts[0] and is_region and script != likely[language][1]:
            parents[tag] = f"{language}-{script}"
    return {
        "aliases": dict(sorted(aliases.items())),
        "parents": dict(sorted(parents.items())),
        "scripts": {language: likely[language][1] for language in sorted(languages)},
        "regions": {language: likely[language][2] for language in sorted(languages)},
    }


def write(folder: Path) -> None:
    """Write all files."""
    folder.mkdir(exist_ok=True)
    names = {}
    for tag in TAGS:
        found = forms_of(tag)
        names[tag] = {key: found[key] for key in ("name", "direction")}
        save(folder / f"{tag}.json", found)
    save(folder / "names.json", names)
    save(folder / "matching.json", matching())


def save(file: Path, value: object) -> None:
    """Write one file, a line for each key."""
    assert isinstance(value, dict)
    lines = [f"{json.dumps(key)}: {json.dumps(part, ensure_ascii=False)}" for key, part in value.items()]
    file.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8", newline="\n")


def differences() -> list[str]:
    """Return the names of the files that are not what this script gives."""
    with tempfile.TemporaryDirectory() as name:
        fresh = Path(name)
        write(fresh)
        return sorted(
            file.name
            for file in {*(FOLDER / each.name for each in fresh.iterdir()), *FOLDER.iterdir()}
            if not file.is_file()
            or not (fresh / file.name).is_file()
            or file.read_bytes() != (fresh / file.name).read_bytes()
        )


def main() -> int:
    """Write the files, or say with the exit code whether they are up to date."""
    if "--check" in sys.argv[1:]:
        found = differences()
        sys.stdout.write("".join(f"{name} is not what Babel gives\n" for name in found))
        return 1 if found else 0
    shutil.rmtree(FOLDER, ignore_errors=True)
    write(FOLDER)
    return 0


if __name__ == "__main__":
    sys.exit(main())
