"""`Request`: the head of one request, its consent, its refused cookies, and what its response depends on.

Law: nothing raises, whatever the browser sends.
"""

import re
from collections.abc import Iterable
from typing import Any, TypeAlias

from cookiegate.model import NO_CONSENT, Consent, Reason, RequestHead, SetCookie
from cookiegate.policy import Policy
from cookiegate.reader import ConsentReader, Dependencies
from cookiegate.screen import NONE_REFUSED, CookieHeader, Refusals
from cookiegate.wire.cookie import cookie_values, without_cookies
from cookiegate.wire.set_cookie import parse_set_cookie

__all__ = ["Request", "Source"]

_ADDRESS = re.compile(rb"[0-9.]+|\[.*")  # an IP address: only a Domain that equals it matches

Source: TypeAlias = tuple[Any, ...]
"""What a `Request` is made from: the Cookie header, the class of the request head, and that class's other arguments."""


class Request:
    """One request. It is made only if a decision or the app needs it."""

    consent: Consent | None = None
    """The consent that applies, if it was read already."""
    consent_was_read = False
    """The app read the consent, so its response may depend on it."""
    choice: Consent | None = None
    """The choice that the app made through its handle."""
    previous: Consent | None = None
    """The consent before that choice."""
    optional: CookieHeader | None = None
    """The Cookie header, if it has registered optional cookies."""
    _head: RequestHead | None = None
    _dependencies: Dependencies | None = None
    _consent_before_response: tuple[Consent | None, Dependencies | None] | None = None

    def __init__(self, reader: ConsentReader, source: Source) -> None:
        self._reader = reader
        self._source = source

    @property
    def cookie(self) -> bytes:
        """The Cookie header as the browser sent it."""
        cookie: bytes = self._source[0]
        return cookie

    @property
    def dependencies(self) -> Dependencies:
        """The request fields that the consent was read from."""
        return self._dependencies or self._reader.dependencies

    def head(self) -> RequestHead:
        """Return the request as consent sources see it."""
        head = self._head
        if head is None:
            cookie, make_head, *raw = self._source
            head = self._head = make_head(cookie, *raw)
        return head

    def _has_signal(self, name: bytes) -> bool:
        source = self._source
        return bool(source[1].sends_signal(source, name))

    def find_consent(self, now: float) -> Consent:
        """Return the consent that applies; read it on the first call."""
        consent = self.consent
        if consent is None:
            consent = self._reader.read_remembered(self._source[0], self._has_signal, now)
            if consent is None:
                consent, self._dependencies = self._reader.read(self.head(), now)
            self.consent = consent
        return consent

    def refused(self, now: float) -> Refusals:
        """Return the cookies of the request that are refused now."""
        return NONE_REFUSED if self.optional is None else self.optional.refusals(self.find_consent(now).granted)

    def apply_response_consent(self, lines: Iterable[bytes], now: float, *, is_https: bool, policy: Policy) -> None:
        """Apply a consent cookie that the response itself sets or deletes, as if the request had sent it.

        It counts only if the browser would store it and send it back to the same URL. It replaces the value of the
        request; if the request has several values, the strictest of all applies. A choice through the app's handle
        wins.
        """
        if self.choice is not None:
            self.find_consent(now)
            return
        before = self.head().cookie
        set_here: dict[tuple[bytes, bytes | None, bytes | None, bool], bytes] = {}
        for line in lines:
            raw_name = line.partition(b";")[0].partition(b"=")[0].strip(b" \t")
            if not raw_name.isascii() or not self._reader.is_consent_cookie(raw_name.decode("ascii")):
                continue
            decision = policy.decide(line, NO_CONSENT, is_https=is_https, now=now)
            kept = parse_set_cookie(decision.after) if decision.after is not None else None
            if kept is None or not self._is_sent_back(kept, is_https=is_https):
                continue
            # The browser keeps one cookie for each place, and sends all of them.
            place = kept.name, kept.domain or None, kept.path or None, kept.partitioned
            set_here[place] = b"" if decision.reason is Reason.DELETION else kept.name + b"=" + kept.value
        cookie = before
        for name in {place[0]: None for place in set_here}:
            if len(cookie_values(before, name)) <= 1:
                cookie = without_cookies(cookie, name.__eq__)
            elif any(not pair for place, pair in set_here.items() if place[0] == name):
                self._consent_before_response = (self.consent, self._dependencies)
                self.consent = Consent.none(Reason.CONSENT_CONFLICT)  # it is not known which of them is deleted
                return
        cookie = b"; ".join(filter(None, (cookie, *set_here.values())))
        if cookie != before:
            self._consent_before_response = (self.consent, self._dependencies)
            self.consent, self._dependencies = self._reader.read(self.head().with_cookie(cookie), now)

    def restore_consent(self) -> None:
        """Undo `apply_response_consent`: the response head was replaced before it was sent."""
        if self._consent_before_response is not None:
            self.consent, self._dependencies = self._consent_before_response
            self._consent_before_response = None

    def _is_sent_back(self, cookie: SetCookie, *, is_https: bool) -> bool:
        """Return whether a browser stores this cookie of the response, and sends it back to the same URL."""
        head = self.head()
        if cookie.secure and not is_https:
            return False
        if cookie.domain:
            host = b"".join(head.header(b"host")[:1]).lower().partition(b":")[0]
            is_parent = host.endswith(b"." + cookie.domain) and b"." in cookie.domain and not _ADDRESS.fullmatch(host)
            if host != cookie.domain and not is_parent:
                return False
        if not cookie.path:  # the default path: the path of the request, up to its last slash
            return True
        path = head.path.encode("latin-1", "replace")
        return path == cookie.path or path.startswith(cookie.path.removesuffix(b"/") + b"/")
