"""One rule of the registry: from a table of plain values to a `CookieRule`, with every complaint about it.

A complaint reads `<where>: <subject>: <what is wrong>; <what to do>`.
"""

import re
from collections.abc import Mapping
from dataclasses import fields
from difflib import get_close_matches

from cookiegate.lifetime import parse_lifetime
from cookiegate.model import Category, CookieRule, Lifetime, SameSite
from cookiegate.wire.token import is_token

__all__ = ["check_rule", "nearest", "read_rule"]

_KEYS = tuple(field.name for field in fields(CookieRule))
_TEXTS = ("purpose", "provider", "source")
_FLAGS = ("secure", "http_only", "host_only", "partitioned")
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
        if key not in _KEYS:
            found.append(f"{where}: unknown key {key!r}; {nearest(key, _KEYS)}")
        else:
            known[key] = _read(key, value, where, found)
    missing = [key for key in ("name", "category") if key not in table]
    found += [f'{where}: {key} is missing; add {key} = "..."' for key in missing]
    if not found:
        rule = CookieRule(**known)  # type: ignore[arg-type]  # each value was checked by _read
        found = check_rule(rule, where)
    problems += found
    return None if found else rule


def _read(key: str, value: object, where: str, problems: list[str]) -> object:
    """Turn one value of a table into what `CookieRule` holds; the value itself where it is already that."""
    try:
        if key == "category":
            return _choice(value, Category, "category")
        if key == "same_site":
            return _choice(str(value).capitalize(), SameSite, "same_site")
        if key == "lifetime":
            return parse_lifetime(_text(key, value))
        if key in _FLAGS:
            if not isinstance(value, bool):
                raise ValueError(f"{key} is {value!r}; write true or false")
            return value
        if key in ("domains", "paths"):
            texts = value if isinstance(value, list) else [value]
            return tuple(_text(key, text) for text in texts)
        return _text(key, value)
    except ValueError as error:
        problems.append(f"{where}: {error}")
        return None


def _text(key: str, value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{key} is {value!r}; write it as text in quotes")
    return value


def _choice(value: object, choices: type[Category] | type[SameSite], key: str) -> object:
    try:
        return choices(str(value))
    except ValueError:
        known = ", ".join(choice.value.lower() for choice in choices)
        raise ValueError(f"unknown {key} {value!r}; use one of {known}") from None


def _contradicts_its_text(lifetime: Lifetime) -> bool:
    try:
        return parse_lifetime(lifetime.text) != lifetime
    except (AttributeError, ValueError):
        return True


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
    texts = {key: getattr(rule, key) for key in _TEXTS}
    found += [f"{where}: {key} is {text!r}; use text" for key, text in texts.items() if not isinstance(text, str)]
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
    lower = literal.lower()
    if rule.partitioned and rule.secure is False:
        found.append(f"{where}: partitioned needs Secure; take secure = false away")
    if rule.same_site is SameSite.NONE and rule.secure is False:
        found.append(f'{where}: same_site = "none" needs Secure; take secure = false away')
    if lower.startswith(("__host-", "__secure-", "__http-")) and rule.secure is False:
        found.append(f"{where}: a name with this prefix needs Secure; take secure = false away")
    if lower.startswith("__host-") and (rule.domains or rule.paths != ("/",)):
        found.append(f"{where}: a __Host- cookie has no domain and the path /; take domains and paths away")
    for key in ("domains", "paths"):
        places = getattr(rule, key)
        if not isinstance(places, tuple) or not all(isinstance(place, str) for place in places):
            return [*found, f"{where}: {key} is {places!r}; use a tuple of texts"]
    found += [
        f"{where}: domain {domain!r} is no host name; write it like 'example.com'"
        for domain in rule.domains
        if not _HOST.fullmatch(domain)
    ]
    found += [
        f"{where}: path {path!r} can't be a cookie's path; begin with '/' and leave out ';'"
        for path in rule.paths
        if not _PATH.fullmatch(path)
    ]
    return found
