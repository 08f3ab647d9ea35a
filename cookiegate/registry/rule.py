"""One rule of the registry: from a table of plain values to a `CookieRule`, with every complaint about it.

A complaint reads `<where>: <subject>: <what is wrong>; <what to do>`.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import fields
from difflib import get_close_matches
from functools import lru_cache, partial

from cookiegate.lifetime import parse_lifetime
from cookiegate.model import Category, CookieRule, Lifetime, SameSite
from cookiegate.wire.token import is_token

__all__ = ["check_rule", "nearest", "read_rule"]

_KEYS = tuple(field.name for field in fields(CookieRule))
_TEXTS = ("purpose", "provider", "source")
_FLAGS = ("secure", "http_only", "host_only", "partitioned")
_ROOT = ("/",)
_HOST = re.compile(r"\.?[a-z0-9](?:[a-z0-9.\-]*[a-z0-9])?", re.ASCII)
_PATH = re.compile(r"/[\x20-\x3A\x3C-\x7E]*")


def nearest(word: str, known: tuple[str, ...]) -> str:
    """Say which known word was probably meant, for the end of a complaint."""
    close = get_close_matches(word, known, n=1)
    return f"did you mean {close[0]!r}?" if close else f"known are {', '.join(known)}"


def read_rule(table: Mapping[str, object], where: str, problems: list[str]) -> CookieRule | None:
    """Make a rule of a table as TOML or JSON gives it; complaints are added to `problems`, then `None` is returned."""
    name = table.get("name")
    where = f"{where} {name!r}" if isinstance(name, str) else where
    found: list[str] = []
    known: dict[str, object] = {}
    for key, value in table.items():
        read = _READERS.get(key)
        if read is None:
            found.append(f"{where}: unknown key {key!r}; {nearest(key, _KEYS)}")
        else:
            try:
                known[key] = read(value)
            except ValueError as error:
                found.append(f"{where}: {error}")
    if "name" not in table or "category" not in table:
        missing = [key for key in ("name", "category") if key not in table]
        found += [f'{where}: {key} is missing; add {key} = "..."' for key in missing]
    if not found:
        rule = CookieRule(**known)  # type: ignore[arg-type]  # each value was read as its field's type
        found = check_rule(rule, where)
    problems += found
    return None if found else rule


def _text(key: str, value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{key} is {value!r}; write it as text in quotes")
    return value


def _texts(key: str, value: object) -> tuple[str, ...]:
    return tuple([_text(key, text) for text in (value if isinstance(value, list) else [value])])


def _flag(key: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"{key} is {value!r}; write true or false")
    return value


def _lifetime(value: object) -> Lifetime:
    return _parsed(_text("lifetime", value))


_parsed = lru_cache(maxsize=4096)(parse_lifetime)  # a long registry says few different ones: a third of the time


def _category(value: object) -> Category:
    found = _CATEGORIES.get(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError(f"unknown category {value!r}; use one of {', '.join(_CATEGORIES)}")
    return found


def _same_site(value: object) -> SameSite:
    found = _SAME_SITES.get(value.lower()) if isinstance(value, str) else None
    if found is None:
        raise ValueError(f"unknown same_site {value!r}; use one of {', '.join(_SAME_SITES)}")
    return found


_CATEGORIES = {category.value: category for category in Category}
_SAME_SITES = {same_site.value.lower(): same_site for same_site in SameSite}
_READERS: dict[str, Callable[[object], object]] = {
    **{key: partial(_text, key) for key in ("name", *_TEXTS)},
    **{key: partial(_flag, key) for key in _FLAGS},
    **{key: partial(_texts, key) for key in ("domains", "paths")},
    "category": _category,
    "same_site": _same_site,
    "lifetime": _lifetime,
}


def _contradicts_its_text(lifetime: Lifetime) -> bool:
    try:
        said = _parsed(lifetime.text)
    except (AttributeError, TypeError, ValueError):
        return True
    return said is not lifetime and said != lifetime


def check_rule(rule: CookieRule, where: str) -> list[str]:
    """Return every complaint about a rule, however it was made; the list is empty for a rule that can be used."""
    found = []
    if not isinstance(rule.category, Category):
        found.append(f"{where}: category is {rule.category!r}; use a Category, e.g. Category.MARKETING")
    if rule.lifetime is not None and not isinstance(rule.lifetime, Lifetime):
        found.append(f"{where}: lifetime is {rule.lifetime!r}; use parse_lifetime({str(rule.lifetime)!r})")
    elif rule.lifetime is not None and _contradicts_its_text(rule.lifetime):
        found.append(f"{where}: lifetime {rule.lifetime!r} does not say what its text says; use parse_lifetime(...)")
    if rule.same_site is not None and not isinstance(rule.same_site, SameSite):
        found.append(f"{where}: same_site is {rule.same_site!r}; use a SameSite, e.g. SameSite.LAX")
    for key in _TEXTS:
        text = getattr(rule, key)
        if not isinstance(text, str):
            found.append(f"{where}: {key} is {text!r}; use text")
    literal = rule.name.replace("*", "") if isinstance(rule.name, str) else ""
    if not literal:
        found.append(
            f"{where}: name {rule.name!r} has nothing but '*'; to treat all unknown cookies alike set unregistered"
        )
    elif not literal.isascii() or not is_token(literal.encode("ascii")):
        found.append(
            f"{where}: name {rule.name!r} is no cookie name; use letters, digits and !#$%&'+-.^_`|~ "
            "('*' stands for any characters)"
        )
    if rule.secure is False:
        found += _complaints_without_secure(rule, literal, where)
    if (rule.domains or rule.paths != _ROOT) and literal[:7].lower() == "__host-":
        found.append(f"{where}: a __Host- cookie has no domain and the path /; take domains and paths away")
    for key in ("domains", "paths"):
        places = getattr(rule, key)
        if not isinstance(places, tuple) or not all(isinstance(place, str) for place in places):
            return [*found, f"{where}: {key} is {places!r}; use a tuple of texts"]
    for domain in rule.domains:
        if not _HOST.fullmatch(domain):
            found.append(f"{where}: domain {domain!r} is no host name; write it like 'example.com'")
    for path in rule.paths:
        if not _PATH.fullmatch(path):
            found.append(f"{where}: path {path!r} can't be a cookie's path; begin with '/' and leave out ';'")
    return found


def _complaints_without_secure(rule: CookieRule, literal: str, where: str) -> list[str]:
    found = []
    if rule.partitioned:
        found.append(f"{where}: partitioned needs Secure; take secure = false away")
    if rule.same_site is SameSite.NONE:
        found.append(f'{where}: same_site = "none" needs Secure; take secure = false away')
    if literal.lower().startswith(("__host-", "__secure-", "__http-")):
        found.append(f"{where}: a name with this prefix needs Secure; take secure = false away")
    return found
