"""IAB Tech Lab's US Privacy string, `1YNN`: version, notice given, opted out of sale, under the IAB's agreement.

Each of the last three is `Y`, `N` or `-` (does not apply). The framework was retired in 2024 in favour of the Global
Privacy Platform, and is still sent. It says something about sale only, which is marketing here.
Source: IAB Tech Lab, "US Privacy String",
https://github.com/InteractiveAdvertisingBureau/USPrivacy/blob/master/CCPA/US%20Privacy%20String.md
"""

import json
import re
from collections.abc import Iterable
from urllib.parse import unquote_to_bytes

from cookiegate.consent.iab import (
    OptOut,
    StringCookies,
    name_problems,
    name_tuple,
    opt_out_consent,
    unless_refused_problems,
)
from cookiegate.errors import ConfigError
from cookiegate.model import Category, Consent, Reason, RequestHead

__all__ = ["UsPrivacy", "decode_us_privacy"]

_STRING = re.compile(rb"1[YN-][YN-][YN-]", re.IGNORECASE)
_ANSWERS = {"Y": OptOut.OPTED_OUT, "N": OptOut.NOT_OPTED_OUT, "-": OptOut.SILENT}
_MAX_ROUNDS = 3


def decode_us_privacy(text: bytes) -> OptOut:
    """Decode a US Privacy string; lower case is accepted, as it is in practice.

    Raises: `ValueError` for any other version and anything that is not such a string.
    """
    if not _STRING.fullmatch(text):
        raise ValueError("no US Privacy string of version 1")
    return _ANSWERS[chr(text[2]).upper()]


class UsPrivacy:
    """Reads consent from a US Privacy string. `None` where there is none, or it does not apply (`1---`).

    "Opted out" refuses marketing, "did not opt out" grants it, as an implied choice; nothing is said about the other
    categories. `unless_refused`: the categories that the site sets where visitors need only object; they are granted
    by any readable string that does not refuse them. By default silence grants nothing. `cookie_names`: usprivacy.
    Also reads iubenda's form, JSON with the string in `uspString`, percent-encoded at most three times.

    A string that is cut off is told by its length; another letter is another choice.

    Raises: `ConfigError`.
    """

    __slots__ = ("_read", "_unless_refused", "cookie_names")

    def __init__(
        self, *, cookie_names: str | Iterable[str] = ("usprivacy",), unless_refused: Iterable[str] = ()
    ) -> None:
        self.cookie_names = name_tuple(cookie_names)
        categories = frozenset(name_tuple(unless_refused))
        problems = name_problems("UsPrivacy", self.cookie_names)
        problems += unless_refused_problems("UsPrivacy", categories)
        if problems:
            raise ConfigError(problems)
        self._unless_refused = frozenset(map(Category, categories))
        self._read = StringCookies(self.cookie_names, self.parse)

    def __call__(self, head: RequestHead, /) -> Consent | None:
        """Read the consent from the request."""
        return self._read(head)

    def parse(self, value: bytes, source: str = "") -> Consent | None:
        """Read one value of the cookie; what is broken in any way grants nothing. Raises nothing."""
        source = source or self.cookie_names[0]
        try:
            opt_out = decode_us_privacy(value if len(value) == 4 else _from_json(value))
        except (ValueError, RecursionError):
            return Consent.none(Reason.CONSENT_UNREADABLE, source=source)
        return opt_out_consent(opt_out, source=source, unless_refused=self._unless_refused)


def _from_json(value: bytes) -> bytes:
    """Take the string out of iubenda's JSON form; `ValueError` or `RecursionError` where that can't be done."""
    for _ in range(_MAX_ROUNDS):
        if not value.startswith(b"%"):
            break
        value = unquote_to_bytes(value)
    fields = json.loads(value.decode("utf-8"), object_pairs_hook=_once)
    string = fields.get("uspString") if isinstance(fields, dict) else None
    if not isinstance(string, str):
        raise ValueError("JSON without the text uspString")
    return string.encode("utf-8")


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Build a JSON object in which no name stands twice."""
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise ValueError("a name stands twice")
    return fields
