"""A site's own language file: read and checked, on top of the language of its tag where the package has it.

Every mistake is named, with its place and what to do.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from string import Formatter
from types import MappingProxyType
from typing import Any

from cookiegate.bounded import OutOfBounds, load_toml
from cookiegate.settings_page.accept_language import find_language
from cookiegate.settings_page.forms import CATEGORIES, UNITS, Forms, forms_of, load_names
from cookiegate.settings_page.language_texts import Language, built_in, flat

__all__ = ["TAG", "read_file"]

TAG = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,7}")

_HEAD = ("tag", "name", "direction", "plural_rules_of", "reviewed", "checked", "cookie")
_EARLIER_NAMES = {"table.summary_one": "table.summary.one", "table.summary_other": "table.summary.other"}
"""Names that texts once had, and their present ones. A file with these need not have every plural form."""
_PATTERNS = {
    "text.list_separator": ", ",
    "text.date": "{month} {day}, {year}",
    "text.date_and_time": "{date}, {time} UTC",
}
"""What CLDR says of a language, as a file can say it instead: an English example of each."""


@dataclass(slots=True)
class _File:
    """What is being read: the file's name for messages, and the mistakes that were found."""

    where: str
    problems: list[str] = field(default_factory=list)
    has_earlier_names: bool = False

    def add_problem(self, text: str) -> None:
        self.problems.append(f"{self.where}: {text}")


def read_file(text: str, where: str, find: Callable[[str], Language | None]) -> tuple[Language | None, list[str]]:
    """Read one file; returns the language, or `None` and every mistake. `where`: its name in messages.

    `find`: returns the language of a tag, if there is one already. The file may then hold some of its texts alone.
    """
    try:
        document = load_toml(text)
    except OutOfBounds as error:
        return None, [f"{where}: {error}"]
    except (ValueError, RecursionError) as error:
        return None, [f"{where}: not TOML: {error}; correct the syntax there"]
    file = _File(where)
    head = {key: document.pop(key, None) for key in _HEAD}
    tag = head["tag"]
    if not isinstance(tag, str) or not TAG.fullmatch(tag):
        return None, [f'{where}: tag is {tag!r}; write a BCP 47 language tag like "de" or "pt-BR"']
    below = _below(tag, find)
    name, direction = _name_and_direction(head, tag, below, file)
    texts = _texts(document, file)
    given = {key: texts.pop(key) for key in list(texts) if _is_form(key)}
    forms = _forms(tag, head["plural_rules_of"], below, given, file)
    _check_texts(texts, forms, file, is_whole=below is None)
    purposes = _purposes(head["cookie"], file)
    if not isinstance(head["reviewed"], bool | None):
        file.add_problem(f"reviewed is {head['reviewed']!r}; write true or false")
    if not isinstance(head["checked"], str | None):
        file.add_problem(f"checked is {head['checked']!r}; write in quotes how the texts were checked")
    if file.problems:
        return None, file.problems
    return Language(
        tag=below.tag if below is not None and below.tag.lower() == tag.lower() else tag,
        name=name,
        is_right_to_left=direction == "rtl",
        texts=MappingProxyType({**(below.texts if below else {}), **texts}),
        purposes=MappingProxyType({**(below.purposes if below else {}), **purposes}),
        forms=forms,
    ), []


def _below(tag: str, find: Callable[[str], Language | None]) -> Language | None:
    """Return the language whose texts count where the file has none: that of the tag, or `en` for `en-GB`."""
    below = find(tag)
    return below if below is not None and below.tag.lower().split("-")[0] == tag.lower().split("-")[0] else None


def _name_and_direction(head: Mapping[str, Any], tag: str, below: Language | None, file: _File) -> tuple[str, str]:
    known = next((names for known, names in load_names().items() if known.lower() == tag.lower()), None)
    default: Mapping[str, str | None] = known or {"name": None, "direction": None}
    if below is not None:
        is_same = below.tag.lower() == tag.lower()
        default = {
            "name": below.name if is_same else default["name"],
            "direction": "rtl" if below.is_right_to_left else "ltr",
        }
    name = default["name"] if head["name"] is None else head["name"]
    direction = default["direction"] if head["direction"] is None else head["direction"]
    if not isinstance(name, str):
        file.add_problem(f"name is {name!r}; write the language's own name for itself")
    if direction not in ("ltr", "rtl"):
        file.add_problem(f"direction is {direction!r}; write one of ltr, rtl")
    return str(name), str(direction)


def _purposes(given: object, file: _File) -> Mapping[str, str]:
    if given is None:
        return {}
    if isinstance(given, dict) and all(isinstance(purpose, str) for purpose in given.values()):
        return given
    file.add_problem('cookie is no table of texts; write [cookie] and lines like "_ga*" = "..."')
    return {}


def _texts(document: Mapping[str, object], file: _File) -> dict[str, str]:
    """Return the texts by their present names."""
    found: dict[str, str] = {}
    for name, value in flat(document):
        if not isinstance(value, str):
            file.add_problem(f"{name} is {value!r}; write it as text in quotes")
            continue
        file.has_earlier_names |= name in _EARLIER_NAMES
        found[_EARLIER_NAMES.get(name, name)] = value
    return found


# Dates, lists and units of time


def _is_form(key: str) -> bool:
    return key in _PATTERNS or re.fullmatch(r"months\.([0-9]|1[01])", key) is not None or _unit_of(key) is not None


def _unit_of(key: str) -> str | None:
    first, _, rest = key.partition(".")
    unit, _, category = rest.partition(".")
    return unit if first == "lifetime" and unit in UNITS and category in CATEGORIES else None


def _forms(tag: str, rules_of: object, below: Language | None, given: Mapping[str, str], file: _File) -> Forms:
    """Return the forms of CLDR with those of the file. A language that CLDR's data lacks must bring all of them."""
    known = {each.lower(): each for each in load_names()}
    nearest = find_language(tag, tuple(known.values()))
    is_same = below is not None and below.tag.lower() == tag.lower()
    forms = below.forms if below is not None and is_same else forms_of(nearest or "en")
    if rules_of is not None:
        if isinstance(rules_of, str) and rules_of.lower() in known:
            forms = replace(forms, plural=forms_of(known[rules_of.lower()]).plural)
        else:
            tags = ", ".join(known.values())
            file.add_problem(f"plural_rules_of is {rules_of!r}; write the tag of a language that counts alike: {tags}")
    if nearest is None:
        _check_is_whole(forms, given, file)
    _check_forms(forms, given, file)
    return forms if file.problems else _with_texts(forms, given)


def _check_is_whole(forms: Forms, given: Mapping[str, str], file: _File) -> None:
    english = {f"months.{at}": month for at, month in enumerate(forms_of("en").months)} | _PATTERNS
    for unit in UNITS:
        patterns = forms_of("en").units[unit]
        english |= {f"lifetime.{unit}.{form}": patterns.get(form, patterns["other"]) for form in _categories(forms)}
    for name, text in english.items():
        if name not in given:
            file.add_problem(f"{name} is missing; translate {text!r}")


def _check_forms(forms: Forms, given: Mapping[str, str], file: _File) -> None:
    for name, text in given.items():
        unit = _unit_of(name)
        _check_braces(name, text, {"count"} if unit else _words(_PATTERNS.get(name, "")) or set(), file)
        if unit:
            _check_count(name, text, forms, file)


def _with_texts(forms: Forms, given: Mapping[str, str]) -> Forms:
    """Put a file's texts in the place of CLDR's."""
    units = {unit: dict(forms.units[unit]) for unit in UNITS}
    for name, text in given.items():
        unit = _unit_of(name)
        if unit is not None:
            units[unit][name.rpartition(".")[2]] = text
    forms = replace(
        forms,
        units=units,
        months=[given.get(f"months.{at}", month) for at, month in enumerate(forms.months)],
        date=given.get("text.date", forms.date),
    )
    if "text.date_and_time" in given:  # it names the time zone, as CLDR's pattern of the time does
        forms = replace(forms, time="{hour}:{minute}", date_and_time=given["text.date_and_time"])
    if "text.list_separator" in given:
        separator = given["text.list_separator"].replace("{", "{{").replace("}", "}}")
        forms = replace(forms, lists=dict.fromkeys(("two", "start", "middle", "end"), f"{{0}}{separator}{{1}}"))
    return forms


# Texts


def _check_texts(texts: Mapping[str, str], forms: Forms, file: _File, *, is_whole: bool) -> None:
    """Compare a file with English: what it lacks, what it has alone, and words in braces that differ."""
    english = built_in("en").texts
    counted = {name.removesuffix(".one") for name in english if name.endswith(".one")}
    expected = {name: text for name, text in english.items() if name.rpartition(".")[0] not in counted}
    needed = set(expected)
    for key in counted:
        expected |= {f"{key}.{category}": english[f"{key}.other"] for category in CATEGORIES}
        needed |= {f"{key}.{category}" for category in (["other"] if file.has_earlier_names else _categories(forms))}
    for name in sorted(texts.keys() - expected.keys()):
        close = get_close_matches(name, expected, n=1)
        fix = f"did you mean {close[0]!r}?" if close else "take it away"
        file.add_problem(f"unknown text {name!r}; {fix}")
    if is_whole:
        for name, text in expected.items():
            if name in needed and name not in texts:
                file.add_problem(f"{name} is missing; translate {text!r}{_examples(name, counted, forms)}")
    for name, text in texts.items():
        if name not in expected:
            continue
        _check_braces(name, text, _words(expected[name]) or set(), file)
        if name.rpartition(".")[0] in counted:
            _check_count(name, text, forms, file)


def _categories(forms: Forms) -> list[str]:
    """Return the plural categories that a file must have: those of whole numbers, and `other`."""
    return [category for category in CATEGORIES if category in forms.numbers() or category == "other"]


def _examples(name: str, counted: set[str], forms: Forms) -> str:
    key, _, category = name.rpartition(".")
    numbers = forms.numbers().get(category, []) if key in counted else []
    return f" for {', '.join(map(str, numbers[:5]))}{', ...' if len(numbers) > 5 else ''}" if numbers else ""


def _check_count(name: str, text: str, forms: Forms, file: _File) -> None:
    """Only a form for one number, like 1 in German, can do without the number."""
    numbers = [number for number in forms.numbers().get(name.rpartition(".")[2], []) if number]
    words = _words(text)
    if len(numbers) > 1 and words is not None and "count" not in words:
        few = ", ".join(map(str, numbers[:4]))
        file.add_problem(f"{name}: {text!r} is the form for {few} and so on; write {{count}} where the number belongs")


def _check_braces(name: str, text: str, allowed: set[str], file: _File) -> None:
    used = _words(text)
    if used is None or not used <= allowed:
        expected = " and ".join(f"{{{word}}}" for word in sorted(allowed)) or "none"
        file.add_problem(f"{name}: {text!r} has other words in braces; allowed here: {expected}")


def _words(text: str) -> set[str] | None:
    """Return the words in braces; `None` where the braces are no plain words."""
    words = set()
    try:
        for _, word, form, conversion in Formatter().parse(text):
            if word is None:
                continue
            if not word.isidentifier() or form or conversion:
                return None
            words.add(word)
    except ValueError:
        return None
    return words
