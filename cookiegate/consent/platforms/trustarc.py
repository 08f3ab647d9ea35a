"""TrustArc's `cmapi_cookie_privacy`, `notice_gdpr_prefs`, `notice_preferences` and `notice_behavior`.

Source: https://trustarc.com/ (integration guides of the consent manager, `cmapi`); values as they are found on sites.
"""

import re
from collections.abc import Iterator

from cookiegate.consent.decoding import decoded
from cookiegate.consent.group import CookieGroupSource, Pairs
from cookiegate.consent.mapping import IdMapping, ReaderArguments
from cookiegate.consent.source import strictest
from cookiegate.model import Consent

__all__ = ["TrustArc"]

USUAL_LEVELS: IdMapping = {
    "1": "necessary",
    "2": ["preferences", "statistics"],  # functional, analytics included
    "3": "marketing",
}
"""The levels as `cmapi_cookie_privacy` counts them, from 1."""

_PLATFORM = "TrustArc"
_PERMIT, _LEVELS, _HIGHEST, _BEHAVIOR = (
    "cmapi_cookie_privacy",
    "notice_gdpr_prefs",
    "notice_preferences",
    "notice_behavior",
)
_PERMITTED = re.compile(r"permit[ +_]([0-9]+(?:[,|][0-9]+)*)(?:[ +_][A-Za-z]+)?")  # a form encoder's space is "+"
_LISTED = re.compile(r"([0-9]+(?:[,|][0-9]+)*):.*")
_LEVEL = re.compile(r"([0-9]{1,2}):.*")
_EXPRESSED = b"expressed"
_REGION = re.compile(rb"[,|%]")


class TrustArc(CookieGroupSource):
    """Reads TrustArc's consent by its levels: required, functional (with analytics), advertising.

    `levels`: what a site's levels are for, counted from 1: `{"2": ["preferences", "statistics"], "3": "marketing"}`.

    The same choice is in three cookies: `permit 1,2,3`, `0,1,2:` (from 0), and the highest level, `2:`. Of those that
    are present the stricter counts; a broken one makes all unreadable. Explicit is `notice_behavior=expressed`
    (with a region after it), and `permit 1` (`permit 1 required`), which no visitor gets who has not refused;
    `implied` is not. The cookie has no time and no revision.

    The lists with a colon can't be cut unnoticed. Not noticed: a cut that shortens `permit 1,22` to `permit 1,2`,
    and an octet that makes one number another.

    Raises: `ConfigError`.
    """

    __slots__ = ("_levels",)

    def __init__(self, *, levels: IdMapping | None = None) -> None:
        arguments = ReaderArguments(_PLATFORM)
        self._levels = arguments.categories("levels", levels, USUAL_LEVELS)
        arguments.check()
        super().__init__((_PERMIT, _LEVELS, _HIGHEST, _BEHAVIOR), self._parse, _PLATFORM)

    def _parse(self, pairs: Pairs) -> Consent | None:
        behaviors = {_REGION.split(value, maxsplit=1)[0] for name, value in pairs if name == _BEHAVIOR}
        choices = [(name, {*_levels(name, decoded(value))}) for name, value in pairs if name != _BEHAVIOR]
        is_refusal = any(name == _PERMIT and levels == {1} for name, levels in choices)
        return strictest(
            Consent(
                self._levels.granted({str(level): True for level in levels}),
                source=_PLATFORM,
                explicit=is_refusal or behaviors == {_EXPRESSED},
            )
            for _, levels in choices
        )


def _levels(name: str, text: str) -> Iterator[int]:
    """Yield the accepted levels, counted from 1. Raises: `ValueError`."""
    pattern = {_PERMIT: _PERMITTED, _LEVELS: _LISTED, _HIGHEST: _LEVEL}[name]
    match = pattern.fullmatch(text)
    if match is None:
        raise ValueError("no levels")
    if name == _HIGHEST:
        yield from range(1, int(match[1]) + 2)
    else:
        for number in re.split("[,|]", match[1]):
            yield int(number) + (name == _LEVELS)
