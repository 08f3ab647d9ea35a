"""One language of the page: its texts from a TOML file, and dates and lifetimes in its words.

Law: whatever a file lacks or misspells is complained about when it is read; afterwards every text is there.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from pathlib import Path
from string import Formatter
from types import MappingProxyType

from cookiegate.errors import ConfigError
from cookiegate.model import Lifetime

__all__ = ["BUILT_IN", "Language", "built_in", "read_languages"]

BUILT_IN = ("en", "de")

_TAG = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,7}")
_AMOUNT = re.compile(r"([0-9]{1,9}) ?(second|minute|hour|day|week|month|year)s?", re.ASCII)
_UNITS = (("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """The texts of one language, by dotted names: `text.title`, `category.marketing.name`."""

    tag: str
    name: str
    is_right_to_left: bool
    texts: Mapping[str, str]
    purposes: Mapping[str, str]
    """What the registry says of cookies, translated, by the rule's name."""

    def say(self, key: str, **words: object) -> str:
        """Return a text, its words in braces filled in. It is plain text: templates escape it."""
        return self.texts[key].format(**words)

    def listed(self, parts: Iterable[str]) -> str:
        """Join several names."""
        return self.texts["text.list_separator"].join(parts)

    def date(self, moment: datetime) -> str:
        """Write a date out, in UTC."""
        moment = moment.astimezone(UTC)
        return self.say("text.date", day=moment.day, month=self.texts[f"months.{moment.month - 1}"], year=moment.year)

    def date_and_time(self, moment: datetime) -> str:
        """Write a date and the time of day out, in UTC."""
        return self.say("text.date_and_time", date=self.date(moment), time=f"{moment.astimezone(UTC):%H:%M}")

    def seconds(self, length_s: int) -> str:
        """Write a length of time in the largest unit that divides it."""
        unit, unit_s = next((unit, size) for unit, size in _UNITS if length_s % size == 0)
        return self._amount(length_s // unit_s, unit)

    def lifetime(self, lifetime: Lifetime | None, limit_s: int | None) -> str:
        """Write a cookie's lifetime out; `limit_s`: the gate's own limit, for those that name no number."""
        if lifetime is None:
            return self.texts["lifetime.unknown"]
        if lifetime.is_session:
            return self.texts["lifetime.session"]
        if lifetime.max_age_s is None:
            if limit_s is None:
                return self.texts["lifetime.unlimited"]
            return self.say("lifetime.at_most", time=self.seconds(limit_s))
        amounts = _AMOUNT.findall(lifetime.text.lower())
        return " ".join(self._amount(int(count), unit) for count, unit in amounts) or self.seconds(lifetime.max_age_s)

    def _amount(self, count: int, unit: str) -> str:
        return self.say(f"lifetime.{unit}.{'one' if count == 1 else 'other'}", count=count)


@cache
def built_in(tag: str) -> Language:
    """Return a language that comes with the package."""
    where = f"{tag}.toml"
    text = files(__package__).joinpath("languages", where).read_text(encoding="utf-8")
    language, problems = _read(text, where, {})
    if language is None:  # pragma: no cover  # the tests read every built-in file
        raise ConfigError(problems)
    return language


def read_languages(paths: Iterable[str | Path]) -> dict[str, Language]:
    """Return the built-in languages with those of the files, by tag; a file may change some texts of a language.

    Raises: `ConfigError` with every mistake in all files.
    """
    found = {tag: built_in(tag) for tag in BUILT_IN}
    problems: list[str] = []
    for path in paths:
        where = Path(path).name
        try:
            text = Path(path).read_bytes().decode("utf-8-sig")
        except OSError as error:
            problems.append(f"{path}: can't be read: {error.strerror}; check the path")
            continue
        except UnicodeDecodeError as error:
            problems.append(f"{where}: octet {error.start}: not UTF-8; save the file as UTF-8")
            continue
        language, complaints = _read(text, where, found)
        problems += complaints
        if language is not None:
            found[language.tag] = language
    if problems:
        raise ConfigError(problems)
    return found


def _read(text: str, where: str, known: Mapping[str, Language]) -> tuple[Language | None, list[str]]:
    """Read one file, on top of the language of its tag where that is known already."""
    try:
        document = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        return None, [f"{where}: not TOML: {error}; mend the syntax there"]
    problems: list[str] = []
    head = {key: document.pop(key, None) for key in ("tag", "name", "direction", "cookie")}
    tag = head["tag"]
    if not isinstance(tag, str) or not _TAG.fullmatch(tag):
        return None, [f'{where}: tag is {tag!r}; write a BCP 47 language tag like "de" or "pt-BR"']
    before = next((language for language in known.values() if language.tag.lower() == tag.lower()), None)
    for key, choices in (("name", None), ("direction", ("ltr", "rtl"))):
        value = head[key]
        if value is None and before is not None:
            continue
        if not isinstance(value, str) or (choices is not None and value not in choices):
            expected = f"one of {', '.join(choices)}" if choices else "the language's own name for itself"
            problems.append(f"{where}: {key} is {value!r}; write {expected}")
    texts = _flat(document, where, problems)
    purposes = head["cookie"] if head["cookie"] is not None else {}
    if not isinstance(purposes, dict) or not all(isinstance(purpose, str) for purpose in purposes.values()):
        problems.append(f'{where}: cookie is no table of texts; write [cookie] and lines like "_ga*" = "..."')
        purposes = {}
    if tag != "en" or known:
        problems += _compared(texts, built_in("en").texts, where, is_whole=before is None)
    if problems:
        return None, problems
    language = Language(
        tag=tag,
        name=str(head["name"]),
        is_right_to_left=head["direction"] == "rtl",
        texts=MappingProxyType(texts),
        purposes=MappingProxyType(purposes),
    )
    if before is None:
        return language, []
    return replace(
        before,
        name=before.name if head["name"] is None else language.name,
        is_right_to_left=before.is_right_to_left if head["direction"] is None else language.is_right_to_left,
        texts=MappingProxyType({**before.texts, **texts}),
        purposes=MappingProxyType({**before.purposes, **purposes}),
    ), []


def _flat(
    table: Mapping[str, object] | Mapping[int, object], where: str, problems: list[str], prefix: str = ""
) -> dict[str, str]:
    """Turn tables within tables into texts by dotted names; a list counts its texts from 0."""
    found: dict[str, str] = {}
    for key, value in table.items():
        name = f"{prefix}{key}"
        nested = dict(enumerate(value)) if isinstance(value, list) else value
        if isinstance(nested, dict):
            found |= _flat(nested, where, problems, f"{name}.")
        elif isinstance(value, str):
            found[name] = value
        else:
            problems.append(f"{where}: {name} is {value!r}; write it as text in quotes")
    return found


def _compared(texts: Mapping[str, str], english: Mapping[str, str], where: str, *, is_whole: bool) -> list[str]:
    """Complain about what English has and this file lacks, what it has alone, and words in braces that differ."""
    problems = []
    for name in sorted(texts.keys() - english.keys()):
        close = get_close_matches(name, english, n=1)
        mend = f"did you mean {close[0]!r}?" if close else "take it away"
        problems.append(f"{where}: unknown text {name!r}; {mend}")
    if is_whole:
        problems += [
            f"{where}: {name} is missing; translate {english[name]!r}" for name in english if name not in texts
        ]
    for name, text in texts.items():
        allowed, used = _words(english.get(name, "")) or set(), _words(text)
        if name not in english:
            continue
        if used is None or not used <= allowed:
            expected = " and ".join(f"{{{word}}}" for word in sorted(allowed)) or "none"
            problems.append(f"{where}: {name}: {text!r} has other words in braces; allowed here: {expected}")
    return problems


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
