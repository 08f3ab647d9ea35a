"""Which consent a visitor had given when: read from the requests in order, as the gate reads it.

Only the site's own requests carry its consent cookie, and not each of them: what was read holds until the same host
is asked with other cookies.
Law: consent is read as the gate reads it, from the site's own requests only.
"""

from dataclasses import replace

from cookiegate.audit.observation import Moment
from cookiegate.consent.source import ConsentSource, cookie_names_of
from cookiegate.consent.terms import ConsentTerms
from cookiegate.model import NO_CONSENT, Consent, RequestHead
from cookiegate.wire.cookie import cookie_pairs
from cookiegate.wire.set_cookie import parse_set_cookie

__all__ = ["Timeline"]

_NOTHING = Moment.of((), has_chosen=False)


class Timeline:
    """The visitor's choice, as it changes."""

    def __init__(self, source: ConsentSource, terms: ConsentTerms) -> None:
        self._source = source
        self._terms = terms
        self._names = cookie_names_of(source)
        self._now: tuple[Moment, Consent] = (_NOTHING, NO_CONSENT)
        self._read_at = ""
        self.has_signal: bool = False
        """A consent cookie was there at least once."""

    def at(
        self, host: str, head: RequestHead, lines: list[bytes], at_s: float, *, is_own: bool
    ) -> tuple[Moment, Consent]:
        """Return the moment of a request, and what counts as consent for its response.

        A response that sets the consent cookie is under that choice already, as the gate sees it.
        """
        if not is_own:
            return self._now
        head = replace(head, cookie=self._with_set(head.cookie, lines))
        moment, consent = self.read(head, at_s)
        if moment.has_chosen:
            self._now, self._read_at, self.has_signal = (moment, consent), host, True
        elif not self._now[0].has_chosen or (host == self._read_at and _shows_choice(head)):
            self._now = moment, consent
        return self._now

    def read(self, head: RequestHead, at_s: float) -> tuple[Moment, Consent]:
        """Read the consent of one request alone."""
        found = self._source(head)
        consent = self._terms.apply(found, head, at_s)
        return Moment.of(consent.granted, has_chosen=found is not None), consent

    def _with_set(self, cookie: bytes, lines: list[bytes]) -> bytes:
        """Return the Cookie header as it will be when the response's consent cookies are stored."""
        stored: dict[bytes, bytes | None] = {}
        for line in lines:
            name = line.partition(b"=")[0].strip(b" \t")
            if self.is_of_consent(name) and (one := parse_set_cookie(line)) is not None:
                is_deletion = one.max_age_s is not None and one.max_age_s <= 0
                stored[name] = None if is_deletion else one.value
        if not stored:
            return cookie
        pairs = {name: value for name, value in cookie_pairs(cookie) if name not in stored}
        pairs |= {name: value for name, value in stored.items() if value is not None}
        return b"; ".join(name + b"=" + value for name, value in pairs.items())

    def is_of_consent(self, name: bytes) -> bool:
        """Return whether the site reads consent from this cookie."""
        text = name.decode("latin-1")
        return any(
            text.startswith(known.removesuffix("*")) if known.endswith("*") else text == known for known in self._names
        )


def _shows_choice(head: RequestHead) -> bool:
    """Return whether a request without consent cookie shows that there is none: it has cookies, or loads a page."""
    return bool(head.cookie) or b"navigate" in head.header(b"sec-fetch-mode")
