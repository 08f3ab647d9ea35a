"""Ethyca Fides' `fides_consent`: JSON, percent-encoded or base64, with an answer for each privacy notice.

Source: https://github.com/ethyca/fides, clients/fides-js/src/lib/cookie.ts, consent-types.ts, shared-consent-utils.ts;
src/fides/data/privacy_notices/privacy_notice_templates.yml.
"""

from cookiegate.consent.decoding import decoded, json_base64, json_object, time_from_iso
from cookiegate.consent.iab.tcf import Tcf
from cookiegate.consent.mapping import IdMapping, ReaderArguments
from cookiegate.consent.source import OneCookieSource
from cookiegate.model import Consent

__all__ = ["Fides"]

USUAL_NOTICES: IdMapping = {
    "essential": "necessary",
    "functional": "preferences",
    "analytics": "statistics",
    "marketing": "marketing",
    "advertising": "marketing",
    "data_sales": "marketing",
    "data_sales_and_sharing": "marketing",
}

_PLATFORM = "Fides"
_ANSWERS = {True: True, False: False, "opt_in": True, "opt_out": False, "acknowledge": False, "not_applicable": False}
_CHOSEN = frozenset({"accept", "reject", "save", "button", "individual_notice"})
"""How the visitor chose; the others: GPC, a script, the banner closed or read, another platform's choice taken over."""


class Fides(OneCookieSource, reads_one_cookie=True):
    """Reads Fides' consent by its privacy notices.

    `notices`: what the site's notices are for, by their keys. `cookie_name`: `fides_consent_<suffix>` where the site
    has a `fides_cookie_suffix`. `tcf`: how the TC string is read on which sites with the TCF rely; `Tcf()` by default.
    A visitor that has answered none of the notices is read by that string.

    Explicit: `consentMethod` is accept, reject, save, button or individual_notice. `fides_meta.updatedAt` is the
    time; a cookie without it was never saved, and is no signal. The cookie has no revision. `true` and `opt_in` grant;
    `acknowledge` is none.

    JSON: a truncated value is unreadable, and no octet makes `false` true. Not noticed: a changed octet that makes the
    key of an accepted notice that of one which is not asked for, and in the TC string what `Tcf` does not notice.

    Raises: `ConfigError`.
    """

    __slots__ = ("_notices", "_tcf")

    def __init__(
        self, *, notices: IdMapping | None = None, cookie_name: str = "fides_consent", tcf: Tcf | None = None
    ) -> None:
        arguments = ReaderArguments(_PLATFORM)
        name = arguments.cookie_name(cookie_name)
        self._notices = arguments.categories("notices", notices, USUAL_NOTICES)
        if tcf is not None and not isinstance(tcf, Tcf):
            arguments.add(f"tcf {tcf!r}: no reader of TC strings; give one like Tcf(vendor=755)")
        arguments.check()
        self._tcf = tcf or Tcf()
        super().__init__(name, self._parse, _PLATFORM)

    def _parse(self, value: bytes) -> Consent | None:
        try:
            found = json_object(value)
        except ValueError:
            found = json_base64(decoded(value))
        meta, consents = found.get("fides_meta"), found.get("consent")
        if not isinstance(meta, dict) or not isinstance(consents, dict):
            raise ValueError("no consent of Fides")
        given_at = time_from_iso(meta.get("updatedAt"))
        if given_at is None:
            if meta.get("updatedAt"):
                raise ValueError("no time of the choice")
            return None
        is_explicit = meta.get("consentMethod") in _CHOSEN
        if not consents:
            string = found.get("fides_string")
            granted = self._by_string(string) if isinstance(string, str) else None
            return None if granted is None else Consent(
                granted, source=_PLATFORM, given_at=given_at, explicit=is_explicit
            )  # fmt: skip
        answers = {notice: _answer(answer) for notice, answer in consents.items()}
        return Consent(self._notices.granted(answers), source=_PLATFORM, given_at=given_at, explicit=is_explicit)

    def _by_string(self, text: str) -> frozenset[str] | None:
        """Return what the TC string grants that comes first in Fides' string; `None` if there is none."""
        string = text.partition(",")[0]
        return self._tcf.parse(string.encode("utf-8", "replace")).granted if string else None


def _answer(answer: object) -> bool:
    if not isinstance(answer, bool | str) or answer not in _ANSWERS:
        raise ValueError("no answer to a notice")
    return _ANSWERS[answer]
