"""What counts of a consent cookie that was read before: one look into the header, one into a dictionary.

For sources that read one cookie alone, as browsers write it: found once, behind `; ` or at the start. Everything else
is left to the source. Law: where there is an answer, it is what source and terms together would say.
"""

from math import inf

from cookiegate.consent.source import CookieValues
from cookiegate.consent.terms import ConsentTerms, Settled
from cookiegate.memo import Memo
from cookiegate.model import NO_CONSENT
from cookiegate.wire.cookie import MAX_COOKIE_OCTETS

__all__ = ["Recall"]

_REMEMBERED_VALUES = 1024
_REMEMBERED_OCTETS = 2048
_UNSETTLED = Settled(NO_CONSENT, inf, -inf)
"""Never: the source must be asked."""


class Recall:
    """Tells what counts of the Cookie header's consent, and when; a function of the raw header."""

    __slots__ = ("_absent", "_name", "_pair", "_settled", "_terms", "_values")

    def __init__(self, values: CookieValues, terms: ConsentTerms) -> None:
        self._values = values
        self._terms = terms
        self._name = values.name
        self._pair = values.name + b"="
        self._absent = _UNSETTLED if terms.default is not None else Settled(NO_CONSENT)
        self._settled = Memo(self._settle, limit=_REMEMBERED_VALUES, longest=_REMEMBERED_OCTETS)

    def __call__(self, cookie: bytes) -> Settled:
        """Return what is settled; a `Settled` that never counts where the source must be asked."""
        count = cookie.count(self._name)  # takes half of the time of `in`
        if count > 1 or len(cookie) > MAX_COOKIE_OCTETS:
            return _UNSETTLED
        if not count:
            return self._absent
        before, equals, rest = cookie.partition(self._pair)
        if not equals or (before and not before.endswith(b"; ")):
            return _UNSETTLED
        value = rest.partition(b";")[0]
        try:
            return self._settled.known[value]
        except KeyError:
            return self._settled.learn(value)

    def _settle(self, value: bytes) -> Settled:
        consent = self._values.read(value.strip(b" \t"))
        return self._absent if consent is None else self._terms.settle(consent)
