"""The languages of one page: those that every page has, and those that the site lists. Each is read when it is used."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from cookiegate.bounded import OutOfBounds, read_octets
from cookiegate.errors import ConfigError
from cookiegate.settings_page.accept_language import find_language
from cookiegate.settings_page.forms import load_names
from cookiegate.settings_page.language_file import TAG, read_file
from cookiegate.settings_page.language_texts import Language, built_in

__all__ = ["BUILT_IN", "ON_REQUEST", "Language", "LanguageName", "Languages", "built_in", "read_languages"]

BUILT_IN = (
    "en", "de", "ar", "cs", "da", "el", "es", "fi", "fr", "he", "hu", "it", "ja", "ko", "nb", "nl", "pl", "pt-BR",
    "pt-PT", "ro", "sv", "tr", "uk", "zh-Hans", "zh-Hant",
)  # fmt: skip
"""The languages whose files are marked `reviewed = true`: a page that lists no tags offers them all."""
ON_REQUEST: tuple[str, ...] = ()
"""The languages whose files are marked `reviewed = false`: only a page that lists them offers them."""

_SHIPPED = {tag.lower(): tag for tag in (*BUILT_IN, *ON_REQUEST)}


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageName:
    """What a link to a language needs."""

    tag: str
    name: str


class Languages(Mapping[str, Language]):
    """Languages by tag. Those of the package are read when they are first used; those of files are there already."""

    def __init__(self, languages: Mapping[str, Language | None]) -> None:
        self._languages = languages

    def __getitem__(self, tag: str) -> Language:
        return self._languages[tag] or built_in(tag)

    def __contains__(self, tag: object) -> bool:
        return tag in self._languages

    def __iter__(self) -> Iterator[str]:
        return iter(self._languages)

    def __len__(self) -> int:
        return len(self._languages)

    def __or__(self, changed: Mapping[str, Language]) -> "Languages":
        """Return these languages with others in their place, by tag; nothing is read."""
        return Languages({**self._languages, **changed})

    def names(self) -> list[LanguageName]:
        """Return tag and name of each language, without reading any."""
        return [
            LanguageName(tag=tag, name=load_names()[tag]["name"] if language is None else language.name)
            for tag, language in self._languages.items()
        ]


def read_languages(wanted: Iterable[str | Path], default: str = "en") -> Languages:
    """Return the languages of a page: its default one and those whose tags are listed; without tags, all reviewed ones.

    `wanted`: tags of languages of the package, and paths of files. A file may change some texts of a language, or hold
    a new one.

    Raises: `ConfigError` with every mistake in all files.
    """
    wanted = list(wanted)
    listed = [_SHIPPED[tag] for each in wanted if (tag := str(each).lower()) in _SHIPPED]
    offered = [_SHIPPED[default.lower()], *listed] if listed and default.lower() in _SHIPPED else listed or BUILT_IN
    found: dict[str, Language | None] = dict.fromkeys(offered)
    problems: list[str] = []

    def find(tag: str) -> Language | None:
        """Return the language that a file builds on."""
        below = find_language(tag, (*found, *_SHIPPED.values()))
        return None if below is None else found.get(below) or built_in(below)

    for each in wanted:
        if str(each).lower() in _SHIPPED:
            continue
        text = _text_of(each, problems)
        if text is None:
            continue
        language, mistakes = read_file(text, Path(each).name, find)
        problems += mistakes
        if language is not None:
            found[language.tag] = language
    if problems:
        raise ConfigError(problems)
    return Languages(found)


def _text_of(path: str | Path, problems: list[str]) -> str | None:
    where = Path(path).name
    try:
        return read_octets(Path(path)).decode("utf-8-sig")
    except OSError as error:
        if isinstance(path, str) and TAG.fullmatch(path):
            tags = ", ".join(_SHIPPED.values())
            problems.append(f"languages: {path!r} is no language of the package, and no file; use one of {tags}")
        else:
            problems.append(f"{path}: can't be read: {error.strerror}; check the path")
    except OutOfBounds as error:
        problems.append(f"{where}: {error}; is it the right file?")
    except UnicodeDecodeError as error:
        problems.append(f"{where}: octet {error.start}: not UTF-8; save the file as UTF-8")
    return None
