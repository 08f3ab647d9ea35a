"""Consent sources: their protocol, several sources in order, and several values of one cookie.

`platforms/` and `iab/` have the sources, `group.py` those that read several cookies.
Law: of values that differ only what all of them grant is granted.
"""

from collections.abc import Callable, Iterable
from inspect import iscoroutinefunction
from typing import ClassVar, NamedTuple, Protocol, runtime_checkable

from cookiegate.memo import Memo
from cookiegate.model import OPTIONAL, Consent, Reason, RequestHead
from cookiegate.problems import Problems
from cookiegate.wire.cookie import cookie_values

__all__ = [
    "ConsentSource",
    "CookieValues",
    "FirstOf",
    "FormerPlace",
    "OneCookieSource",
    "WritableConsentSource",
    "cookie_names_of",
    "first_of",
    "former_places_of",
    "is_cookie_name_of",
    "source_problem",
    "strictest",
    "strictest_answer",
    "writable",
]

MAX_VALUE_OCTETS = 8192
"""A longer consent cookie is not read."""
MAX_VALUES = 8
"""More values of one name than this are not read: browsers send two at most, one for each domain."""
_REMEMBERED_VALUES = 1024
_REMEMBERED_OCTETS = 2048


class ConsentSource(Protocol):
    """Reads consent from a request: a plain function will do.

    Returns `None` for "no signal": the visitor has not chosen, or the platform has no cookie in the request. A cookie
    that can't be read is an answer: `Consent.none(Reason.CONSENT_UNREADABLE)`. If a source raises, the request has no
    consent, and the error is logged once.

    A source may have an attribute `cookie_names`, the cookies that it reads (a trailing `*` is a prefix). The gate
    always keeps these, and a response that sets one is judged by the new consent.
    """

    def __call__(self, head: RequestHead, /) -> Consent | None:
        """Read the consent that this request carries."""


class FormerPlace(NamedTuple):
    """A place where a browser may have a consent cookie that is written somewhere else now."""

    name: bytes
    domain: bytes | None
    """In lower case, without a dot before it; `None`: host-only."""
    is_partitioned: bool


@runtime_checkable
class WritableConsentSource(Protocol):
    """A consent source that can also write its cookie, so that the app can grant and withdraw through its handle.

    It may have an attribute `former_places`, a tuple of `FormerPlace`: the cookie is deleted there when it is written.
    """

    def write(self, consent: Consent, *, is_https: bool) -> bytes:
        """Return the Set-Cookie line that makes the browser carry this consent."""


class CookieValues:
    """Reads every value that a request carries for one cookie name, through a parser for one value.

    Values that were read are remembered, in bounded memory. If several values differ, only what all of them grant is
    granted: a cookie that another subdomain or a deeper path has set can remove consent but never add it. A value
    without an answer removes consent too.
    """

    __slots__ = ("_memo", "_parse", "_source", "name", "read")

    def __init__(self, name: str, parse: Callable[[bytes], Consent | None], *, source: str = "") -> None:
        """Take the cookie's name and its parser, which raises `ValueError` for a value that it can't read."""
        self.name: bytes = name.encode("ascii")
        self._parse = parse
        self._source = source or name
        unreadable = Consent.none(Reason.CONSENT_UNREADABLE, source=source or name)

        def read(value: bytes) -> Consent | None:
            if len(value) > MAX_VALUE_OCTETS:
                return unreadable
            try:
                return parse(value)
            except ValueError:
                return unreadable

        self.read: Callable[[bytes], Consent | None] = read
        """Reads one value, without the memory; `None` if it holds no answer."""
        self._memo: Memo[bytes, Consent | None] = Memo(read, limit=_REMEMBERED_VALUES, longest=_REMEMBERED_OCTETS)

    def __call__(self, head: RequestHead, /) -> Consent | None:
        """Read the consent, or `None` if the request carries no such cookie."""
        values = cookie_values(head.cookie, self.name)
        if len(values) == 1:
            memo = self._memo
            try:
                return memo.known[values[0]]
            except KeyError:
                return memo.learn(values[0])
        if not values:
            return None
        if len(values) > MAX_VALUES:
            return Consent.none(Reason.CONSENT_CONFLICT, source=self._source)
        return strictest_answer(self._memo[value] for value in values)

    def shrink(self, limit: int) -> None:
        """Remember at most twice `limit` values from now on: the caller has a memory of its own."""
        self._memo.shrink(limit)

    def problem(self, head: RequestHead) -> str | None:
        """Explain why a value can't be read, for the site's developers; `None` if all can."""
        for value in cookie_values(head.cookie, self.name):
            if len(value) > MAX_VALUE_OCTETS:
                return f"longer than {MAX_VALUE_OCTETS} octets"
            try:
                self._parse(value)
            except ValueError as error:
                return str(error)
        return None


class OneCookieSource:
    """A source that reads one cookie: `name`, by `parse`, for a `platform` that decisions and logs name.

    `parse` takes one value (octets). It returns the consent, or `None` where the value holds no answer yet, and raises
    `ValueError` for a value that it can't read: that is no consent.

    A class that looks at nothing but this cookie says so, and its values are remembered:
    `class Klaro(OneCookieSource, reads_one_cookie=True)`. A subclass that does not say so may look at anything else
    in the request, so the gate calls it for each request.
    """

    __slots__ = ("_values", "cookie_names")
    _reads_one_cookie: ClassVar[bool] = True

    def __init_subclass__(cls, *, reads_one_cookie: bool = False) -> None:
        cls._reads_one_cookie = reads_one_cookie

    def __init__(self, name: str, parse: Callable[[bytes], Consent | None], platform: str) -> None:
        self.cookie_names: tuple[str, ...] = (name,)
        self._values = CookieValues(name, parse, source=platform)

    def __call__(self, head: RequestHead, /) -> Consent | None:
        """Read the consent; `None` if the request has no such cookie."""
        return self._values(head)

    @property
    def values(self) -> CookieValues | None:
        """The values of the one cookie that is read; `None` for a subclass that may look at something else."""
        return self._values if self._reads_one_cookie else None


def strictest_answer(consents: Iterable[Consent | None]) -> Consent | None:
    """Combine the readings of cookies of one request: one without an answer (`None`) grants nothing."""
    readings = list(consents)
    if None in readings:
        answers = [consent for consent in readings if consent is not None]
        if answers:
            answers.append(Consent.none(Reason.CONSENT_CONFLICT, source=answers[0].source))
        return strictest(answers)
    return strictest(readings)


def strictest(consents: Iterable[Consent | None]) -> Consent | None:
    """Combine several readings: what all of them grant, explicit only if all are; the oldest time counts.

    Readings of `None` are left out; without any other the result is `None`.
    """
    found = [consent for consent in consents if consent is not None]
    if not found:
        return None
    first = found[0]
    if all(other == first for other in found):
        return first
    granted = frozenset.intersection(*(consent.granted for consent in found))
    times = [consent.given_at for consent in found if consent.given_at is not None]
    ages = [consent.max_age_s for consent in found if consent.max_age_s is not None]
    disputed = frozenset.union(*(consent.granted for consent in found)) - granted
    refusals = dict(refusal for consent in found for refusal in consent.refusals)
    refusals |= dict.fromkeys(disputed, Reason.CONSENT_CONFLICT)
    return Consent(
        granted,
        source=", ".join(dict.fromkeys(consent.source for consent in found)),
        given_at=min(times) if times else None,
        max_age_s=min(ages) if ages else None,
        revision=first.revision if all(other.revision == first.revision for other in found) else "",
        explicit=all(consent.explicit for consent in found),
        refusals=((category, refusals[category]) for category in sorted(OPTIONAL - granted) if category in refusals),
    )


class FirstOf:
    """Several consent sources in order: the first that returns a consent counts. Raises: `ConfigError`."""

    __slots__ = ("cookie_names", "sources")

    def __init__(self, *sources: ConsentSource) -> None:
        problems = Problems("first_of")
        for number, source in enumerate(sources, start=1):
            if (problem := source_problem(source)) is not None:
                problems.add_problem(f"source {number}", problem)
        problems.check()
        self.sources: tuple[ConsentSource, ...] = sources
        self.cookie_names: tuple[str, ...] = tuple(
            dict.fromkeys(name for source in sources for name in cookie_names_of(source))
        )

    def is_cookie_name(self, name: str) -> bool:
        """Return whether one of the sources reads a cookie of this name."""
        return any(is_cookie_name_of(source, name) for source in self.sources)

    def __call__(self, head: RequestHead, /) -> Consent | None:
        """Read the consent from the first source that gives a signal."""
        for source in self.sources:
            consent = source(head)
            if consent is not None:
                return consent
        return None


def first_of(*sources: ConsentSource) -> FirstOf:
    """Return a source that asks several in order; the first that returns a consent counts, also an unreadable one."""
    return FirstOf(*sources)


def source_problem(source: object) -> str | None:
    """Explain why something can't be a consent source, and what to use; `None` if it can."""
    if isinstance(source, type):
        return f"is the class {source.__name__}; make one: {source.__name__}()"
    if not callable(source) or iscoroutinefunction(source):
        return f"is {source!r}; use a consent source or a function of the request"
    return None


def cookie_names_of(source: ConsentSource) -> tuple[str, ...]:
    """Return the cookies that a source reads; none for a plain function."""
    return tuple(getattr(source, "cookie_names", ()))


def former_places_of(source: WritableConsentSource) -> tuple[FormerPlace, ...]:
    """Return the places at which a source's cookie is deleted when it is written."""
    return tuple(getattr(source, "former_places", ()))


def is_cookie_name_of(source: ConsentSource, name: str) -> bool:
    """Return whether a source reads a cookie of this name, and its platform uses such names.

    `cookie_names` lists them; a trailing `*` is a prefix. A source may have a function `is_cookie_name` that says which
    names with that prefix are the platform's.
    """
    is_known = any(
        name.startswith(known[:-1]) if known.endswith("*") else name == known for known in cookie_names_of(source)
    )
    return is_known and bool(getattr(source, "is_cookie_name", _is_any_name)(name))


def _is_any_name(_: str) -> bool:
    return True


def writable(source: ConsentSource) -> WritableConsentSource | None:
    """Return the source, or the first of several, that can write its cookie."""
    for one in source.sources if isinstance(source, FirstOf) else (source,):
        if isinstance(one, WritableConsentSource):
            return one
    return None
