"""`ConsentReader` reads the consent of a request, and reports which request fields the result depends on.

The consent sources are in `cookiegate.consent`.

Law: nothing raises, and a consent that can't be read grants nothing.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from cookiegate.consent.source import ConsentSource, CookieValues, FirstOf, is_cookie_name_of
from cookiegate.consent.terms import ConsentCache, ConsentTerms
from cookiegate.memo import Memo
from cookiegate.model import Consent, Reason, RequestHead
from cookiegate.notify import Notify
from cookiegate.wire.cookie import MAX_COOKIE_OCTETS, has_pair_behind_comma
from cookiegate.wire.request_head import WatchedHead

__all__ = ["ConsentReader", "Dependencies"]

_REMEMBERED_DEPENDENCIES = 32
_SIGNALS = frozenset({b"sec-gpc", b"dnt"})
_COMMA = 0x2C  # a number, because searching octets for `b","` takes ten times as long


@dataclass(frozen=True, slots=True)
class Dependencies:
    """What a response depends on if its app or its cookies used the consent."""

    fields: tuple[bytes, ...]
    """Names of request header fields, for Vary."""
    is_foreign: bool = False
    """A function of the site was called: it may have used the visitor's place, or data outside the request."""
    is_traceable: bool = True
    """Whether `fields` is complete, as far as can be known."""


class ConsentReader:
    """Read the consent of requests, for one gate."""

    def __init__(
        self,
        source: ConsentSource,
        terms: ConsentTerms,
        values: CookieValues | None,
        names: tuple[frozenset[str], tuple[str, ...]],
        notify: Notify,
        *,
        has_default_function: bool,
    ) -> None:
        self._sources = [*_flat(source)]
        self._terms = terms
        self._cache = None if values is None else ConsentCache(values, terms, self.is_joined)
        self._exact, self._prefixes = names
        self._exact_octets = frozenset(name.encode() for name in self._exact)
        self._prefix_octets = tuple(prefix.encode() for prefix in self._prefixes)
        self._notify = notify
        self._has_default_function = has_default_function
        self._are_own = [type(one).__module__.startswith("cookiegate.") for one in self._sources]
        self._foreign_dependencies_memo: Memo[tuple[frozenset[bytes], bool], Dependencies] = Memo(
            self._make_foreign_dependencies, limit=_REMEMBERED_DEPENDENCIES, longest=2
        )
        signals = [(b"Sec-GPC", terms.global_privacy_control), (b"DNT", terms.do_not_track)]
        self.dependencies: Dependencies = Dependencies(
            (b"Cookie", *(name for name, is_honoured in signals if is_honoured))
        )
        """The dependencies if only cookies and signals were read."""

    def is_consent_cookie(self, name: str) -> bool:
        """Return whether the consent source reads this cookie."""
        if name in self._exact:
            return True
        return name.startswith(self._prefixes) and any(is_cookie_name_of(one, name) for one in self._sources)

    def read_remembered(self, cookie: bytes, has_signal: Callable[[bytes], bool], now: float) -> Consent | None:
        """Return the consent for a usual Cookie header from the cache; `None` if `read` must be called."""
        return None if self._cache is None else self._cache.find(cookie, has_signal, now)

    def read(self, head: RequestHead, now: float) -> tuple[Consent, Dependencies]:
        """Read the consent of a request. Raises nothing: any error results in a consent that grants nothing."""
        cookie = head.cookie
        if len(cookie) > MAX_COOKIE_OCTETS:  # not read; this must not look like "no choice yet"
            return Consent.none(Reason.CONSENT_UNREADABLE), self.dependencies
        if _COMMA in cookie and self.is_joined(cookie):
            return Consent.none(Reason.CONSENT_CONFLICT), self.dependencies
        watched = WatchedHead(head)
        found = self._notify.shield(_SOURCE_RAISED, None, self._read, head, watched, now)
        return found or (Consent.none(Reason.CONSENT_SOURCE_FAILED), self._foreign_dependencies(watched))

    def _read(self, head: RequestHead, watched: WatchedHead, now: float) -> tuple[Consent, Dependencies]:
        consent, is_foreign = None, False
        for source, is_own in zip(self._sources, self._are_own, strict=True):
            is_foreign = is_foreign or not is_own
            consent = source(head if is_own else watched)
            if consent is not None:
                break
        if consent is not None and not isinstance(consent, Consent):
            raise TypeError(f"a consent source returned {type(consent).__name__}; return a Consent or None")
        asks_default = consent is None and self._has_default_function
        counts = self._terms.apply(consent, watched if asks_default else head, now)
        return counts, self._foreign_dependencies(watched) if is_foreign or asks_default else self.dependencies

    def _foreign_dependencies(self, watched: WatchedHead) -> Dependencies:
        """Return the dependencies if a function of the site was called."""
        # The gate itself reads the signals. A function that read no other field used data outside the request.
        is_traceable = watched.is_traceable and not watched.asked <= _SIGNALS
        key = frozenset(watched.asked), is_traceable
        try:
            return self._foreign_dependencies_memo.known[key]
        except KeyError:
            return self._foreign_dependencies_memo.learn(key)

    def _make_foreign_dependencies(self, key: tuple[frozenset[bytes], bool]) -> Dependencies:
        asked, is_traceable = key
        fields = {name.lower() for name in self.dependencies.fields}
        return Dependencies(
            (*self.dependencies.fields, *sorted(asked - fields)), is_foreign=True, is_traceable=is_traceable
        )

    def is_joined(self, cookie: bytes) -> bool:
        """Return whether a consent cookie follows a comma.

        gunicorn, waitress, wsgiref and API gateways join several Cookie fields like this, and a refusal would be read
        as part of the previous cookie's value. The intended consent is ambiguous, so none is granted.
        """
        return has_pair_behind_comma(
            cookie, lambda name: name in self._exact_octets or name.startswith(self._prefix_octets)
        )


_SOURCE_RAISED = "the consent source raised; requests count as without consent"


def _flat(source: ConsentSource) -> Iterable[ConsentSource]:
    """Yield the single sources, in the order in which they are called."""
    if isinstance(source, FirstOf):
        for one in source.sources:
            yield from _flat(one)
    else:
        yield source
