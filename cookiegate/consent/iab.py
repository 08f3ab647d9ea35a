"""What the IAB's three formats share: a string whose cookie has no fixed name, and the opt-out regimes of US states.

The IAB says what stands in the string and leaves it to each consent platform where the string is kept.
"""

from collections.abc import Callable, Iterable
from enum import Enum
from functools import partial

from cookiegate.consent.source import CookieValues, strictest
from cookiegate.model import OPTIONAL, Category, Consent, Reason, RequestHead
from cookiegate.wire.token import is_token

__all__ = ["OptOut", "StringCookies", "name_problems", "name_tuple", "opt_out_consent", "unless_refused_problems"]


class OptOut(Enum):
    """What a string of an opt-out regime says about sale, sharing and targeted advertising."""

    SILENT = "silent"
    """Nothing: the regime does not apply, or the visitor was not asked."""
    NOT_OPTED_OUT = "not opted out"
    OPTED_OUT = "opted out"
    GLOBAL_PRIVACY_CONTROL = "global privacy control"
    """The browser objected for the visitor, and the platform wrote it down."""


class StringCookies:
    """Reads a string from several cookies; of values that differ, only what all of them grant is granted."""

    __slots__ = ("_values",)

    def __init__(self, names: tuple[str, ...], parse: Callable[[bytes, str], Consent | None]) -> None:
        self._values = [CookieValues(name, partial(_swapped, parse, name)) for name in names]

    def __call__(self, head: RequestHead, /) -> Consent | None:
        """Read the consent from the request."""
        return strictest(values(head) for values in self._values)

    def shrink(self, limit: int) -> None:
        """Remember no more than twice so many values of each cookie: another memory stands before this one."""
        for values in self._values:
            values.shrink(limit)


def _swapped(parse: Callable[[bytes, str], Consent | None], name: str, value: bytes) -> Consent | None:
    return parse(value, name)


def opt_out_consent(opt_out: OptOut, *, source: str, unless_refused: frozenset[Category]) -> Consent | None:
    """Make the consent that an opt-out regime knows; `None` where it says nothing and the site grants nothing then.

    Only a choice that the visitor surely made is explicit: an objection, as long as nothing else is granted with it.
    """
    marketing = frozenset({Category.MARKETING})
    if opt_out is OptOut.SILENT:
        return Consent(unless_refused, source=source, explicit=False) if unless_refused else None
    if opt_out is OptOut.NOT_OPTED_OUT:
        return Consent(unless_refused | marketing, source=source, explicit=False)
    granted = unless_refused - marketing
    is_signal = opt_out is OptOut.GLOBAL_PRIVACY_CONTROL
    refusals = [(Category.MARKETING, Reason.GLOBAL_PRIVACY_CONTROL)] if is_signal else []
    return Consent(granted, source=source, explicit=not granted, refusals=refusals)


def name_tuple(names: object) -> tuple[str, ...]:
    """Return names as a tuple, each once; a single text is one name, and what is no name stays to be complained of."""
    return tuple(dict.fromkeys(names)) if isinstance(names, Iterable) and not isinstance(names, str) else (names,)  # type: ignore[return-value]


def name_problems(where: str, names: tuple[str, ...]) -> list[str]:
    """Say what is wrong with the names of the cookies that a source is to read."""
    problems = [
        f"{where}: cookie_names {name!r}: no cookie name; use letters, digits, '-' and '_'"
        for name in names
        if not isinstance(name, str) or not name.isascii() or not is_token(name.encode())
    ]
    return problems if names else [f"{where}: cookie_names: empty; name the cookie that is to be read"]


def unless_refused_problems(where: str, categories: frozenset[str]) -> list[str]:
    """Say what is wrong with the categories that are granted where a string does not refuse them."""
    names = ", ".join(sorted(OPTIONAL))
    return [
        f"{where}: unless_refused {category!r}: not a category that needs consent; use {names}"
        for category in sorted(categories - OPTIONAL, key=str)
    ]
