"""Cookiebot's `CookieConsent`: a JavaScript object literal, which is not JSON.

Source: https://www.cookiebot.com/en/developer/ and CybotAS/CookiebotWP, documentation/CookiebotAPI.md.
"""

import re

from cookiegate.consent.decoding import decodings, revision_text, time_from_epoch
from cookiegate.consent.mapping import checked_cookie_name
from cookiegate.consent.source import OneCookieSource
from cookiegate.model import OPTIONAL, Consent

__all__ = ["Cookiebot"]

# One `key: value` and what follows it. A `+` beside a token is a space that a form encoder wrote.
_PAIR = re.compile(
    r"""[ \t+]*
    ( [A-Za-z_$][A-Za-z0-9_$]* | '[^'\\]*' | "[^"\\]*" )                          # the key: a word or a string
    [ \t+]*:[ \t+]*
    ( '[^'\\]*(?:\\.[^'\\]*)*' | "[^"\\]*(?:\\.[^"\\]*)*"                     # the value: a string
      | true | false | null | -?[0-9]{1,20} )                                    # or a literal
    [ \t+]*([,}])""",
    re.VERBOSE,
)
_MAX_PAIRS = 64
_PLATFORM = "Cookiebot"
_SPACE = " \t+"
_QUOTES = "'\""


class Cookiebot(OneCookieSource, reads_one_cookie=True):
    """Reads Cookiebot's consent: `preferences`, `statistics` and `marketing` have the same names here.

    `cookie_name`: where a site renamed the cookie. The value comes raw, percent-encoded in part (usually `'` and `,`),
    as a whole or twice, or as JSON. `0` is "necessary only"; `-1` is "outside the regions that require consent": all
    is accepted, not explicitly. Explicit is `method:'explicit'` alone; older values carry no method and are implied.
    `utc` is the time, `ver` the revision: the site's consent version, which Cookiebot raises to ask again.

    A value that is truncated, or has one octet changed, is unreadable or keeps its refusals: no octet makes `false`
    true. Values of other software with this cookie name (`true`, `mandatory`) are unreadable.

    Raises: `ConfigError`.
    """

    __slots__ = ()

    def __init__(self, *, cookie_name: str = "CookieConsent") -> None:
        super().__init__(checked_cookie_name(_PLATFORM, cookie_name), _parse, _PLATFORM)


def _parse(value: bytes) -> Consent:
    if value == b"0":
        return Consent((), source=_PLATFORM, explicit=False)
    if value == b"-1":
        return Consent(OPTIONAL, source=_PLATFORM, explicit=False)
    for text in decodings(value, quotes=_QUOTES):
        found = _literal(text)
        if found is not None:
            break
    else:
        raise ValueError("no object literal")
    answers = {category: _boolean(found[category]) for category in OPTIONAL if category in found}
    if not answers:
        raise ValueError("no category")
    return Consent(
        [category for category, is_granted in answers.items() if is_granted],
        source=_PLATFORM,
        given_at=time_from_epoch(found.get("utc"), 0.001),
        revision=revision_text(found.get("ver")),
        explicit=found.get("method") == "explicit",
    )


def _literal(text: str) -> dict[str, str] | None:
    """Read an object literal of words, strings and numbers, token by token; `None` for any other text.

    Raises: `ValueError` for a key that comes twice with different values.
    """
    text = text.strip(_SPACE)
    found: dict[str, str] = {}
    if not text.startswith("{"):
        return None
    at, follows = 1, ","
    while follows == ",":
        pair = _PAIR.match(text, at)
        if pair is None or len(found) > _MAX_PAIRS:
            return None
        key, value, follows = pair.groups()
        key, value = key.strip(_QUOTES), value.strip(_QUOTES)
        if found.setdefault(key, value) != value:
            raise ValueError("contradictory duplicate keys")
        at = pair.end()
    return found if at == len(text) else None


def _boolean(text: str) -> bool:
    """Read a boolean, which the JSON form writes as a string."""
    if text not in {"true", "false"}:
        raise ValueError("no boolean")
    return text == "true"
