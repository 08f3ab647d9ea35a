"""Reads what a visitor posts, a form or JSON: from octets to a `Choice`. What can't be read is refused, never guessed.

Both have the same fields: `choice` (one of four words), `granted` (category names), `policy` (the digest of the policy
that was shown), `where`, `language`, `back`.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus
from typing import TypeVar
from urllib.parse import parse_qsl

from cookiegate.model import OPTIONAL, Category
from cookiegate.settings_page.exchange import MAX_BODY_OCTETS, Problem

__all__ = ["Choice", "Where", "Word", "read_choice"]

E = TypeVar("E", bound=StrEnum)

MAX_FIELDS = 32

_FORM, _JSON = "application/x-www-form-urlencoded", "application/json"
_FIELDS = ("choice", "granted", "policy", "where", "language", "back")


class Word(StrEnum):
    """The button that the visitor pressed, in the words of receipts."""

    ACCEPT_ALL = "accept-all"
    REJECT_ALL = "reject-all"
    OWN_CHOICE = "own-choice"
    WITHDRAWN = "withdrawn"


class Where(StrEnum):
    """Where the visitor was asked, in the words of receipts."""

    PAGE = "page"
    BANNER = "banner"
    API = "api"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A choice that can be carried out."""

    granted: frozenset[Category]
    word: Word
    where: Where
    policy: str | None = None
    language: str | None = None
    back: str | None = None
    """Where the visitor wants to go afterwards; not checked yet."""
    is_form: bool = True


def read_choice(
    content_type: str,
    body: bytes,
    offered: frozenset[Category],
    how_to_offer: Callable[[str], str | None] = lambda _: None,
) -> Choice:
    """Read a posted choice. `how_to_offer`: returns what the site must write so that a category is offered.

    Raises: `Problem`: 413 too large, 415 of another type, 400 not understood, or a category that is not offered.
    """
    if len(body) > MAX_BODY_OCTETS:
        raise Problem(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too-large", f"the body has more than {MAX_BODY_OCTETS} octets"
        )
    media_type, _, parameters = content_type.partition(";")
    media_type = media_type.strip().lower()
    charset = parameters.partition("charset=")[2].strip(' "').lower()
    if media_type not in (_FORM, _JSON) or charset not in ("", "utf-8", "utf8"):
        raise Problem(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            "unsupported-type",
            f"send {_FORM} or {_JSON}, in UTF-8",
            (("Accept-Post", f"{_FORM}, {_JSON}"),),
        )
    is_form = media_type == _FORM
    fields, granted = _read_form(body) if is_form else _read_json(body)
    for name in (*fields, *(["granted"] if granted is not None else [])):
        if name not in _FIELDS:
            raise _not_understood(f"there is no field {name[:40]!r}; send {', '.join(_FIELDS)}")
    word = _one_of(Word, "choice", fields.get("choice", Word.OWN_CHOICE if granted is not None else None))
    if word is not Word.OWN_CHOICE and granted and not is_form:
        raise _not_understood(f"choice {word.value!r} contradicts granted; send one of them")
    return Choice(
        granted=_granted(word, granted or [], offered, how_to_offer),
        word=word,
        where=_one_of(Where, "where", fields.get("where", Where.API)),
        policy=fields.get("policy"),
        language=fields.get("language"),
        back=fields.get("back"),
        is_form=is_form,
    )


def _granted(
    word: Word, names: list[str], offered: frozenset[Category], how_to_offer: Callable[[str], str | None]
) -> frozenset[Category]:
    known = offered | {Category.NECESSARY}
    for name in names:
        if name not in known:
            allowed = ", ".join(category for category in Category if category in offered) or "none"
            message = f"there is no category {name[:40]!r} to choose here; known are {allowed}"
            if (what_to_do := how_to_offer(name)) is not None:
                message = f"{message}; {what_to_do}"
            raise Problem(HTTPStatus.BAD_REQUEST, "unknown-category", message)
    if word is Word.ACCEPT_ALL:
        return offered
    return OPTIONAL.intersection(names) if word is Word.OWN_CHOICE else frozenset()


def _read_form(body: bytes) -> tuple[dict[str, str], list[str] | None]:
    """Read a form's fields. Boxes that are not ticked are not sent: no `granted` at all is an answer too."""
    try:
        pairs = parse_qsl(
            body.decode("ascii"),  # everything else is percent-encoded, and UTF-8 beneath
            keep_blank_values=True,
            strict_parsing=bool(body),
            encoding="utf-8",
            errors="strict",
            max_num_fields=MAX_FIELDS,
        )
    except ValueError as error:
        raise _not_understood("the form can't be read; send name=value pairs, percent-encoded UTF-8") from error
    fields: dict[str, str] = {}
    granted = [value for name, value in pairs if name == "granted"]
    for name, value in pairs:
        if name == "granted":
            continue
        if name in fields:
            raise _not_understood(f"the field {name[:40]!r} is there twice; send it once")
        fields[name] = value
    return fields, granted or None


def _read_json(body: bytes) -> tuple[dict[str, str], list[str] | None]:
    try:
        document = json.loads(body.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise _not_understood("the body is not JSON in UTF-8") from error
    if not isinstance(document, Mapping):
        raise _not_understood('the JSON is no object; send {"choice": "reject-all"} or {"granted": ["statistics"]}')
    granted = document.get("granted")
    if granted is not None and not (isinstance(granted, list) and all(isinstance(name, str) for name in granted)):
        raise _not_understood("granted is no list of texts; send the names of categories")
    fields = {name: value for name, value in document.items() if name != "granted" and value is not None}
    for name, value in fields.items():
        if not isinstance(value, str):
            raise _not_understood(f"{name[:40]!r} is no text")
    return fields, granted


def _one_of(choices: type[E], name: str, value: str | None) -> E:
    try:
        return choices(value or "")
    except ValueError:
        known = ", ".join(choices)
        problem = "is missing" if value is None else f"is {value[:40]!r}"
        raise _not_understood(f"{name} {problem}; send one of {known}") from None


def _not_understood(message: str) -> Problem:
    return Problem(HTTPStatus.BAD_REQUEST, "bad-request", message)
