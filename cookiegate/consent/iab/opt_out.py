"""What the IAB's three formats share: strings whose cookies have no fixed names, and the opt-outs of US states.

The IAB defines the strings; each consent platform chooses the cookie.
Law: an opt-out narrows what is granted; it is explicit only where it surely comes from the visitor.
"""

from collections.abc import Callable, Iterable
from enum import Enum
from functools import partial

from cookiegate.consent.source import CookieValues, strictest
from cookiegate.model import OPTIONAL, Category, Consent, Reason, RequestHead
from cookiegate.problems import Problems
from cookiegate.wire.token import is_token

__all__ = [
    "OptOut",
    "StringCookies",
    "StringSource",
    "check_names",
    "check_unless_refused",
    "name_tuple",
    "opt_out_consent",
]


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
        """Remember at most twice `limit` values of each cookie: the caller has a memory of its own."""
        for values in self._values:
            values.shrink(limit)


class StringSource:
    """A source that reads one string from any of several cookies.

    `parse` takes a value (octets) and the cookie's name; it raises nothing.
    """

    __slots__ = ("_read", "cookie_names")

    def __init__(self, cookie_names: tuple[str, ...], parse: Callable[[bytes, str], Consent | None]) -> None:
        self.cookie_names: tuple[str, ...] = cookie_names
        self._read = StringCookies(cookie_names, parse)

    def __call__(self, head: RequestHead, /) -> Consent | None:
        """Read the consent; `None` if the request has none of the cookies, or none holds an answer."""
        return self._read(head)


def _swapped(parse: Callable[[bytes, str], Consent | None], name: str, value: bytes) -> Consent | None:
    return parse(value, name)


def opt_out_consent(opt_out: OptOut, *, source: str, unless_refused: frozenset[Category]) -> Consent | None:
    """Make the consent that an opt-out regime knows; `None` where it says nothing and the site grants nothing then.

    Only an objection that grants nothing else is explicit: it surely comes from the visitor.
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
    """Return names as a tuple, each once; a single text is one name. `check_names` finds what is no name."""
    return tuple(dict.fromkeys(names)) if isinstance(names, Iterable) and not isinstance(names, str) else (names,)  # type: ignore[return-value]


def check_names(names: tuple[str, ...], problems: Problems) -> None:
    """Check the names of the cookies that a source is to read."""
    for name in names:
        if not isinstance(name, str) or not name.isascii() or not is_token(name.encode()):
            problems.add_problem(f"cookie_names {name!r}", "no cookie name; use letters, digits, '-' and '_'")
    if not names:
        problems.add_problem("cookie_names", "empty; name the cookie that is to be read")


def check_unless_refused(categories: frozenset[str], problems: Problems) -> None:
    """Check the categories that are granted where a string does not refuse them."""
    names = ", ".join(sorted(OPTIONAL))
    for category in sorted(categories - OPTIONAL, key=str):
        problems.add_problem(f"unless_refused {category!r}", f"not a category that needs consent; use {names}")
