"""Where consent comes from: the protocol of a consent source, several sources in order, several values at once."""

from collections.abc import Callable, Iterable
from inspect import iscoroutinefunction
from typing import Protocol, runtime_checkable

from cookiegate.errors import ConfigError
from cookiegate.memo import Memo
from cookiegate.model import OPTIONAL, Consent, Reason, RequestHead
from cookiegate.wire.cookie import cookie_values

__all__ = [
    "ConsentSource",
    "CookieValues",
    "FirstOf",
    "OneCookieSource",
    "WritableConsentSource",
    "cookie_names_of",
    "first_of",
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

    Returns `None` for "no signal": the visitor has not chosen, or nothing of this platform is there. What is there
    but can't be read is an answer: `Consent.none(Reason.CONSENT_UNREADABLE)`. A source that raises counts as no
    consent, and is logged once.

    A source may have an attribute `cookie_names`, the cookies that it reads (a trailing `*` is a prefix). The gate
    then always lets those pass, and a response that sets one already counts by it.
    """

    def __call__(self, head: RequestHead, /) -> Consent | None:
        """Read the consent that this request carries."""


@runtime_checkable
class WritableConsentSource(Protocol):
    """A consent source that can also write its cookie, so that the app can grant and withdraw through its handle."""

    def write(self, consent: Consent, *, is_https: bool) -> bytes:
        """Return the Set-Cookie line that makes the browser carry this consent."""


class CookieValues:
    """Reads every value that a request carries for one cookie name, through a parser for one value.

    What was read once is remembered in bounded memory. Of several values that differ, only what all of them grant is
    granted: a cookie tossed in from a sister domain or a deeper path can take consent away, never add it. A value that
    holds no answer yet takes consent away too, where another value grants some.
    """

    __slots__ = ("_memo", "_parse", "_source", "name", "read")

    def __init__(self, name: str, parse: Callable[[bytes], Consent | None], *, source: str = "") -> None:
        """Take the cookie's name and its parser, which raises `ValueError` for a value that it can't read."""
        self.name = name.encode("ascii")
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

        self.read = read
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
        """Remember no more than twice so many values from now on: another memory stands before this one."""
        self._memo.shrink(limit)

    def problem(self, head: RequestHead) -> str | None:
        """Say why a value can't be read, in words for the cookie's owner; `None` if all can."""
        for value in cookie_values(head.cookie, self.name):
            if len(value) > MAX_VALUE_OCTETS:
                return f"longer than {MAX_VALUE_OCTETS} octets"
            try:
                self._parse(value)
            except ValueError as error:
                return str(error)
        return None


class OneCookieSource:
    """A source that reads one cookie and nothing else of a request, so that what its value says can be remembered."""

    __slots__ = ()
    _values: CookieValues

    def __call__(self, head: RequestHead, /) -> Consent | None:
        """Read the consent; `None` if the cookie is not there."""
        return self._values(head)

    @property
    def values(self) -> CookieValues | None:
        """The one cookie's values; `None` for a kind of its own that asks something else as well."""
        return self._values if type(self).__call__ is OneCookieSource.__call__ else None


def strictest_answer(consents: Iterable[Consent | None]) -> Consent | None:
    """Combine the readings of cookies that are all there: one that holds no answer (`None`) grants nothing either."""
    readings = list(consents)
    if None in readings:
        answers = [consent for consent in readings if consent is not None]
        if answers:
            answers.append(Consent.none(Reason.CONSENT_CONFLICT, source=answers[0].source))
        return strictest(answers)
    return strictest(readings)


def strictest(consents: Iterable[Consent | None]) -> Consent | None:
    """Combine several readings: granted is what all grant, explicit only if all are; the oldest time counts.

    Readings of `None` are left out; nothing but those gives `None`.
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
    """Several consent sources: the first that gives any signal is the one that counts. Raises: `ConfigError`."""

    __slots__ = ("cookie_names", "sources")

    def __init__(self, *sources: ConsentSource) -> None:
        problems = [
            f"first_of: source {number}: {problem}"
            for number, source in enumerate(sources, start=1)
            if (problem := source_problem(source)) is not None
        ]
        if problems:
            raise ConfigError(problems)
        self.sources = sources
        self.cookie_names = tuple(dict.fromkeys(name for source in sources for name in cookie_names_of(source)))

    def __call__(self, head: RequestHead, /) -> Consent | None:
        """Read the consent from the first source that gives a signal."""
        for source in self.sources:
            consent = source(head)
            if consent is not None:
                return consent
        return None


def first_of(*sources: ConsentSource) -> FirstOf:
    """Ask several consent sources in order; the first that gives any signal counts, an unreadable cookie included."""
    return FirstOf(*sources)


def source_problem(source: object) -> str | None:
    """Say why something can't be a consent source, and what to use; `None` if it can."""
    if isinstance(source, type):
        return f"is the class {source.__name__}; make one: {source.__name__}()"
    if not callable(source) or iscoroutinefunction(source):
        return f"is {source!r}; use a consent source or a function of the request"
    return None


def cookie_names_of(source: ConsentSource) -> tuple[str, ...]:
    """Return the cookies that a source reads; none for a plain function."""
    return tuple(getattr(source, "cookie_names", ()))


def writable(source: ConsentSource) -> WritableConsentSource | None:
    """Return the source, or the first of several, that can write its cookie."""
    for one in source.sources if isinstance(source, FirstOf) else (source,):
        if isinstance(one, WritableConsentSource):
            return one
    return None
