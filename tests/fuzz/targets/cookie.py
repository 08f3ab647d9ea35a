"""Fuzz the Cookie header: what is found in it, what is taken out of it, and what the app gets to see of it.

The whole input is the header. What must hold is told by splitting it in the plainest way.
"""

import re
from contextlib import suppress

from cookiegate import Category, CookieGate, CookieRule, Registry
from cookiegate.asgi import CookieGateMiddleware
from cookiegate.consent import Detect, OwnConsent
from cookiegate.gate import compiled
from cookiegate.model import OPTIONAL, RequestHead
from cookiegate.wire.cookie import MAX_COOKIE_OCTETS, cookie_pairs, cookie_values, without_cookies
from cookiegate.wsgi import CookieGateMiddleware as WsgiGate

MAX_PAIRS = 1000
"""Pairs of a Cookie header behind these are not shown to the app."""
CONSENT, REFUSED, KEPT = b"cookiegate_consent", b"source", b"sid"
GATE = CookieGate(
    registry=Registry(
        [CookieRule(name="sid", category=Category.NECESSARY), CookieRule(name="source", category=Category.MARKETING)]
    ),
    consent=OwnConsent(),
    clock=lambda: 1768204800.0,
)

DETECTING = CookieGate(registry=GATE.registry, consent=Detect())


def check(octets: bytes) -> None:
    """Try one input. Raises: `AssertionError`, or whatever the package raised."""
    pieces = [piece.partition(b"=") for piece in octets.split(b";")]
    named = [(name.strip(b" \t"), value.strip(b" \t")) for name, equals, value in pieces if equals]
    pairs = list(cookie_pairs(octets))
    assert [pair for pair in pairs if pair[0]] == [pair for pair in named if pair[0]]
    for wanted in (CONSENT, REFUSED, KEPT, b"a"):
        expected = [value for name, value in named if name == wanted] if len(octets) <= MAX_COOKIE_OCTETS else []
        assert cookie_values(octets, wanted) == expected, wanted
        left = without_cookies(octets, lambda name, wanted=wanted: name == wanted)
        kept = [pair for pair in named if pair[0] not in (b"", wanted)]
        assert [pair for pair in cookie_pairs(left) if pair[0]] == kept
    _check_consent(octets, [value for name, value in named if name == CONSENT])
    _check_screen(octets)
    _through_wsgi(octets)


def _check_consent(header: bytes, values: list[bytes]) -> None:
    """A visitor's category is granted only where every consent cookie that is there grants it by its own words."""
    consent = compiled(GATE).reader.read(RequestHead(cookie=header), 1768204800.0)[0]
    assert consent.granted <= OPTIONAL
    for category in consent.granted:
        assert values
        assert all(re.search(rb"(?:\A|&)v=1(?:&|\Z)", _unescaped(value)) for value in values), header
        assert all(category.encode() in _unescaped(value) for value in values), header


def _unescaped(value: bytes) -> bytes:
    return re.sub(rb"%([0-9A-Fa-f]{2})", lambda match: bytes([int(match[1], 16)]), value)


def _check_screen(header: bytes) -> None:
    """An app sees no refused cookie under any name that some reader takes for it, and every necessary one."""
    seen = _seen_by_app(header)
    consent = compiled(GATE).reader.read(RequestHead(cookie=header), 1768204800.0)[0]
    pieces = seen.split(b";")
    assert set(map(bytes.strip, pieces)) - {b""} <= set(map(bytes.strip, header.split(b";")))
    if not consent.allows("marketing"):
        for piece in pieces:
            words = re.split(rb"[^\w!#$%&'*+.^`|~-]+", piece.partition(b"=")[0], flags=re.ASCII)
            assert REFUSED not in {re.sub(rb"\A__(?:host-http|host|secure|http)-", b"", word.lower()) for word in words}
    assert cookie_values(seen, KEPT) == cookie_values(header, KEPT) or _is_cut(header)


def _is_cut(header: bytes) -> bool:
    """Tell whether an app does not see the whole header: it is too long, or has too many pairs."""
    return len(header) > MAX_COOKIE_OCTETS or header.count(b";") >= MAX_PAIRS


def _through_wsgi(header: bytes) -> None:
    """Serve a request under WSGI, with the source that looks for the most names: nothing raises."""

    def app(environ, start_response):
        start_response("200 OK", [("Set-Cookie", "source=1")])
        return [b""]

    environ = {"wsgi.url_scheme": "https", "REQUEST_METHOD": "GET", "PATH_INFO": "/"}
    environ["HTTP_COOKIE"] = header.decode("latin-1")
    WsgiGate(app, DETECTING)(environ, lambda status, headers: None)


def _seen_by_app(header: bytes) -> bytes:
    """Return the Cookie header that an app behind the gate finds in its scope."""
    found = []

    async def app(scope, receive, send):
        found.extend(value for name, value in scope["headers"] if name == b"cookie")

    with suppress(StopIteration):
        CookieGateMiddleware(app, GATE)({"type": "http", "headers": [(b"cookie", header)]}, None, None).send(None)
    return b"; ".join(found)
