"""IAB Tech Lab's US Privacy string, `1YNN`: version, notice given, opted out of sale, under the IAB's agreement.

Each of the last three is `Y`, `N` or `-` (does not apply). The framework was retired in 2024 in favour of the Global
Privacy Platform, and is still sent. It says something about sale only, which is marketing here.
Law: the string itself grants or refuses marketing only, and a grant is never explicit.
Source: IAB Tech Lab, "US Privacy String",
https://github.com/InteractiveAdvertisingBureau/USPrivacy/blob/master/CCPA/US%20Privacy%20String.md
"""

import json
import re
from collections.abc import Iterable
from urllib.parse import unquote_to_bytes

from cookiegate.consent.iab.opt_out import (
    OptOut,
    StringSource,
    check_names,
    check_unless_refused,
    name_tuple,
    opt_out_consent,
)
from cookiegate.model import Category, Consent, Reason
from cookiegate.problems import Problems

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


class UsPrivacy(StringSource):
    """Reads consent from a US Privacy string. `None` where there is none, or it does not apply (`1---`).

    "Opted out" refuses marketing, "did not opt out" grants it, as an implied choice; it does not concern the other
    categories. `unless_refused`: the categories that the site sets where visitors need only object; they are granted
    by any readable string that does not refuse them. By default silence grants nothing. `cookie_names`: usprivacy.
    Also reads iubenda's form, JSON with the string in `uspString`, percent-encoded at most three times.

    A truncated string is noticed by its length; a changed letter is not.

    Raises: `ConfigError`.
    """

    __slots__ = ("_unless_refused",)

    def __init__(
        self, *, cookie_names: str | Iterable[str] = ("usprivacy",), unless_refused: Iterable[str] = ()
    ) -> None:
        names = name_tuple(cookie_names)
        categories = frozenset(name_tuple(unless_refused))
        problems = Problems("UsPrivacy")
        check_names(names, problems)
        check_unless_refused(categories, problems)
        problems.check()
        self._unless_refused = frozenset(map(Category, categories))
        super().__init__(names, self.parse)

    def parse(self, value: bytes, source: str = "") -> Consent | None:
        """Read one value of the cookie; what is broken in any way grants nothing. Raises nothing."""
        source = source or self.cookie_names[0]
        try:
            opt_out = decode_us_privacy(value if len(value) == 4 else _from_json(value))
        except (ValueError, RecursionError):
            return Consent.none(Reason.CONSENT_UNREADABLE, source=source)
        return opt_out_consent(opt_out, source=source, unless_refused=self._unless_refused)


def _from_json(value: bytes) -> bytes:
    """Take the string out of iubenda's JSON form; `ValueError` or `RecursionError` if that fails."""
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
    """Build a JSON object; each name may come once."""
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise ValueError("a name comes twice")
    return fields
