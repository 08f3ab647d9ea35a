"""`CookieRule`, a rule of the registry as a frozen value, with its enums and the check of each field.

Law: each field accepts the text that a `cookies.toml` accepts, and is checked when the rule is made. The registry
checks fields against each other (`cookiegate.registry.rule`).
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from enum import StrEnum
from functools import lru_cache, partial
from typing import Literal, TypeAlias, get_args

from cookiegate.category import OPTIONAL, Category, read_category
from cookiegate.given_values import meant, read_list
from cookiegate.lifetime import Lifetime
from cookiegate.problems import Problems
from cookiegate.wire.host import is_domain

__all__ = [
    "MAX_CHUNKS", "OPTIONAL", "STORAGES", "Category", "CookieRule", "SameSite", "Storage", "is_stored_name", "place_of",
]  # fmt: skip

MAX_CHUNKS = 100
"""Numbered parts of one cookie that its rule covers: 0 to 99. Browsers keep no more than 180 cookies of a site."""


Storage: TypeAlias = Literal["local", "session", "indexeddb"]
"""What a browser keeps for an origin beside cookies: `localStorage`, `sessionStorage`, and IndexedDB databases."""
STORAGES: tuple[Storage, ...] = get_args(Storage)


class SameSite(StrEnum):
    """The three values of the SameSite attribute, spelt as they are written on the wire."""

    STRICT = "Strict"
    LAX = "Lax"
    NONE = "None"


@dataclass(frozen=True, slots=True, kw_only=True)
class CookieRule:
    """What the registry declares about a cookie name, and the attributes that such a cookie must have.

    Arguments accept the same text as `cookies.toml`: `CookieRule(name="a", category="necessary", lifetime="7 days")`.

    Raises: `ConfigError` that lists every invalid argument.
    """

    name: str
    """An exact name; a prefix if it ends with `*`; a pattern if it has a `*` inside. With `storage` it is a key or a
    database's name, which may have blanks and any other character that can be printed."""
    category: Category
    purpose: str = ""
    lifetime: Lifetime | None = None
    provider: str = ""
    source: str = ""
    """Where this is documented (a URL)."""
    mode: Literal["enforce", "report-only"] = "enforce"
    """`"report-only"`: the cookie is judged and reported, but not changed in the request or the response."""
    attributes: Literal["enforced", "as-sent"] = "enforced"
    """`"as-sent"`: no attribute is added to the app's, for cookies whose attributes a browser compares."""
    secure: bool | None = None
    """`True`: always Secure, on http too; `False`: as the app sends it. If not given, the gate's setting applies."""
    http_only: bool = False
    same_site: SameSite | Literal["keep"] | None = None
    """The SameSite value to write, whatever the app sends. `"keep"`: the app's value, and none is added if it sends
    none, for cookies that must come back with a POST from another site. `None`: the app's value, or the gate's
    default."""
    host_only: bool = False
    """The Domain attribute is removed."""
    partitioned: bool = False
    """The cookie is in partitioned storage, so its deletion needs Partitioned too."""
    add_partitioned: bool = False
    """Partitioned is added if the app does not send it; the cookie is then in partitioned storage."""
    domains: tuple[str, ...] = ()
    """Domains for which the cookie may have been set; a deletion is sent for each, and a host-only one."""
    paths: tuple[str, ...] = ("/",)
    """Paths for which the cookie may have been set; a deletion is sent for each."""
    chunks: bool | str = False
    """The cookie may be split into numbered parts, 0 to 99, which share its rule. `True`: `name.0`, `name-0`, `name_0`,
    `nameC0` and `name__0`. A text: the separator between name and number."""
    shared: bool = False
    """The cookie is the same for all visitors: a response that carries it may stay in shared caches."""
    stricter: str | None = None
    """Why this rule asks for consent although cookiegate knows the cookie as necessary: it is meant."""
    exempt: str | None = None
    """Why this rule is necessary although cookiegate knows the cookie as one that needs consent, like a tracker's."""
    storage: Storage | None = None
    """The name is no cookie, but a key in the browser's `localStorage` or `sessionStorage`, or an IndexedDB database:
    the guard script holds keys, and deletes databases that are refused."""

    def __init__(  # noqa: PLR0913  # a keyword for each field
        self,
        *,
        name: str,
        category: Category | str,
        purpose: str = "",
        lifetime: Lifetime | str | None = None,
        provider: str = "",
        source: str = "",
        mode: Literal["enforce", "report-only"] = "enforce",
        attributes: Literal["enforced", "as-sent"] = "enforced",
        secure: bool | None = None,
        http_only: bool = False,
        same_site: SameSite | str | None = None,
        host_only: bool = False,
        partitioned: bool = False,
        add_partitioned: bool = False,
        domains: str | Iterable[str] = (),
        paths: str | Iterable[str] = ("/",),
        chunks: bool | str = False,
        shared: bool = False,
        stricter: str | None = None,
        exempt: str | None = None,
        storage: Storage | None = None,
    ) -> None:
        arguments: tuple[object, ...] = (
            name, category, purpose, lifetime, provider, source, mode, attributes, secure, http_only, same_site,
            host_only, partitioned, add_partitioned, domains, paths, chunks, shared, stricter, exempt,
            storage,
        )  # fmt: skip
        assign = object.__setattr__
        problems = None
        for (key, default, read), value in zip(_FIELDS, arguments, strict=True):
            if value is not default:
                try:
                    value = _stored_name(value) if key == "name" and storage in STORAGES else read(value)  # noqa: PLW2901
                except ValueError as error:
                    problems = problems or Problems(place_of(name))
                    problems.add(str(error))
            assign(self, key, value)
        if problems is not None:
            problems.check()
        if add_partitioned:
            assign(self, "partitioned", True)

    @property
    def key(self) -> str:
        """The key of the rule in a registry: its name; for a key of a storage, a text that no cookie name can be."""
        return self.name if self.storage is None else f"{self.storage}:{self.name}"


def place_of(name: object) -> str:
    """Return the beginning of a problem with the rule of this name."""
    return f"CookieRule {name!r}" if isinstance(name, str) else "CookieRule"


_CATEGORIES = {category.value: category for category in Category}
_SAME_SITES: dict[str, SameSite | str] = {same_site.value.lower(): same_site for same_site in SameSite} | {
    "keep": "keep"
}
_NAME = re.compile(r"[*!#$%&'+\-.^_`|~0-9A-Za-z]+")
_SEPARATOR = re.compile(r"[!#$%&'+\-.^_`|~0-9A-Za-z]{0,15}[!#$%&'+\-.^_`|~A-Za-z]")
_PATH = re.compile(r"/[\x20-\x3A\x3C-\x7E]*")


def _text(key: str, value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{key} is {value!r}; write it as text in quotes")
    return value


def _texts(key: str, value: object) -> tuple[str, ...]:
    if isinstance(value, bytes) or not isinstance(value, Iterable):
        raise ValueError(f"{key} is {value!r}; write it as text in quotes, or a list of texts")
    return tuple([_text(key, each) for each in ([value] if isinstance(value, str) else value)])


def _flag(key: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"{key} is {value!r}; write true or false")
    return value


def _one_of(key: str, choices: tuple[str, ...], value: object) -> str:
    found = next((choice for choice in choices if choice == value), None)
    if found is None:
        raise ValueError(f"unknown {key} {value!r}; use one of {', '.join(choices)}{meant(value, choices)}")
    return found


def _name(value: object) -> str:
    text = _any_name(value)
    if not _NAME.fullmatch(text):
        raise ValueError(
            f"name {text!r} is not a cookie name; use letters, digits and !#$%&'+-.^_`|~ ('*' matches any characters)"
        )
    return text


def is_stored_name(text: str) -> bool:
    """Return whether a rule with `storage` can have the name: text that can be printed, and not only stars."""
    return text.isprintable() and text.strip("*") != ""


def _stored_name(value: object) -> str:
    text = _any_name(value)
    if not text.isprintable():
        raise ValueError(f"name {text!r} has characters that can't be printed; write '*' in their place")
    return text


def _any_name(value: object) -> str:
    text = _text("name", value)
    if not text:
        raise ValueError("name is empty; write the cookie's name")
    return text


def _category(value: object) -> Category:
    known = _CATEGORIES.get(value) if isinstance(value, str) else None
    return known or read_category(value)


def _lifetime(value: object) -> Lifetime | None:
    return value if value is None or isinstance(value, Lifetime) else _parsed(_text("lifetime", value))


_parsed = lru_cache(maxsize=4096)(Lifetime)  # a long registry has few different lifetimes: three times as fast


def _same_site(value: object) -> SameSite | str | None:
    found = _SAME_SITES.get(value.lower()) if isinstance(value, str) else None
    if found is None and value is not None:
        raise ValueError(f"unknown same_site {value!r}; use one of {', '.join(_SAME_SITES)}{meant(value, _SAME_SITES)}")
    return found


def _secure(value: object) -> bool | None:
    return value if value is None else _flag("secure", value)


def _domains(value: object) -> tuple[str, ...]:
    domains = _texts("domains", read_list(value) if isinstance(value, str) else value)
    for domain in domains:
        if not is_domain(domain):
            raise ValueError(f"domain {domain!r} is not a host name; write it like 'example.com'")
    return domains


def _paths(value: object) -> tuple[str, ...]:
    paths = _texts("paths", value)
    for path in paths:
        if not _PATH.fullmatch(path):
            raise ValueError(f"path {path!r} can't be a cookie's path; start with '/' and leave out ';'")
    return paths


def _chunks(value: object) -> bool | str:
    if isinstance(value, bool) or (isinstance(value, str) and _SEPARATOR.fullmatch(value)):
        return value
    raise ValueError(
        f"chunks is {value!r}; write true, or the separator before the number, like '-' (at most 16 characters that a "
        "cookie name may have, without a digit at the end)"
    )


def _reason(key: str, what: str, value: object) -> str | None:
    if value is not None and not _text(key, value).strip():
        raise ValueError(f"{key} is empty; write in a sentence why this cookie {what}")
    return value  # type: ignore[return-value]  # text, or None


def _storage(value: object) -> str | None:
    return None if value is None else _one_of("storage", STORAGES, value)


_READERS: dict[str, Callable[[object], object]] = {
    "name": _name,
    "category": _category,
    **{key: partial(_text, key) for key in ("purpose", "provider", "source")},
    "lifetime": _lifetime,
    "mode": partial(_one_of, "mode", ("enforce", "report-only")),
    "attributes": partial(_one_of, "attributes", ("enforced", "as-sent")),
    "secure": _secure,
    **{key: partial(_flag, key) for key in ("http_only", "host_only", "partitioned", "add_partitioned", "shared")},
    "same_site": _same_site,
    "domains": _domains,
    "paths": _paths,
    "chunks": _chunks,
    "stricter": partial(_reason, "stricter", "asks for consent"),
    "exempt": partial(_reason, "exempt", "needs no consent"),
    "storage": _storage,
}
_FIELDS = tuple((field.name, field.default, _READERS[field.name]) for field in fields(CookieRule))
