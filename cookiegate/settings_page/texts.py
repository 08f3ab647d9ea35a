"""The site's own sentences: `[settings_page.texts.en]` in its file, over the texts of each language."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from difflib import get_close_matches
from string import Formatter
from types import MappingProxyType

from cookiegate.settings_page.language import Language

__all__ = ["changed_languages"]


def changed_languages(languages: Mapping[str, Language], texts: object, problems: list[str]) -> dict[str, Language]:
    """Return those of the languages for which the site has texts, with these in them. Adds mistakes to `problems`.

    `texts`: from a language's tag to its texts, by dotted names like `"banner.title"` or as tables within tables.
    """
    found: dict[str, Language] = {}
    if not isinstance(texts, Mapping):
        problems.append(f'texts: is {texts!r}; write {{"en": {{"banner.title": "..."}}}}')
        return found
    tags = {tag.lower(): tag for tag in languages}
    for wish, table in texts.items():
        tag = tags.get(str(wish).lower())
        if tag is None:
            problems.append(f"texts: no language {wish!r} is there; {_nearest(str(wish), languages)}")
        elif not isinstance(table, Mapping):
            problems.append(f'texts: {wish}: is {table!r}; write texts by their names: {{"banner.title": "..."}}')
        else:
            before = languages[tag]
            own = dict(_checked(table, before.texts, f"texts: {wish}", problems))
            found[tag] = replace(before, texts=MappingProxyType({**before.texts, **own}))
    return found


def _checked(
    table: Mapping[object, object], known: Mapping[str, str], where: str, problems: list[str], prefix: str = ""
) -> Iterator[tuple[str, str]]:
    """Yield the texts of one language by their dotted names."""
    for key, value in table.items():
        name = f"{prefix}{key}"
        if isinstance(value, Mapping):
            yield from _checked(value, known, where, problems, f"{name}.")
        elif not isinstance(value, str):
            problems.append(f"{where}: {name}: is {value!r}; write it as text in quotes")
        elif name not in known:
            problems.append(f"{where}: unknown text {name!r}; {_nearest(name, known)}")
        elif not (used := _words(value)) <= (allowed := _words(known[name])):
            expected = " and ".join(sorted(allowed)) or "none"
            wrong = " and ".join(sorted(used - allowed))
            problems.append(f"{where}: {name}: has {wrong} in {value!r}; allowed in braces: {expected}")
        else:
            yield name, value


def _words(text: str) -> set[str]:
    """Return the words in braces, with their braces; a brace alone where the text can't be filled in."""
    try:
        return {
            f"{{{word}{'!' + conversion if conversion else ''}{':' + form if form else ''}}}"
            for _, word, form, conversion in Formatter().parse(text)
            if word is not None
        }
    except ValueError:
        return {"a single brace"}


def _nearest(name: str, known: Mapping[str, object]) -> str:
    close = get_close_matches(name, known, n=1)
    if close:
        return f"did you mean {close[0]!r}?"
    return f"use one of {', '.join(known)}" if len(known) < 40 else "the names are those of languages/en.toml"
