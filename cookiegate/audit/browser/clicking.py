"""Finds, measures and clicks the buttons of a banner.

In order: the selector that was given, the platforms' own buttons, and, if that was asked for, accessible names inside
of a dialog or a fixed or sticky element that speaks of cookies.
Law: by its name nothing is clicked that navigates away or submits a form outside of the banner.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from math import isfinite
from typing import Any

from playwright.sync_api import ElementHandle, Error, Frame

from cookiegate.audit.browser.contrast import contrast
from cookiegate.audit.browser.evidence import Control
from cookiegate.audit.browser.platforms import Banner, banners
from cookiegate.audit.browser.profile import Profile, script
from cookiegate.audit.browser.settings import BrowserSettings
from cookiegate.audit.text import shown

__all__ = ["Clicker", "Found"]

_NO_CONTROL = Control("", "", "", 0)
_CLICK_MS = 5000
_IS_LAYER = """(frame) => {
    for (let at = frame; at; at = at.parentElement ?? at.getRootNode().host) {
        const { position } = getComputedStyle(at);
        const role = at.getAttribute("role");
        if (position === "fixed" || position === "sticky" || at.tagName === "DIALOG" || role === "dialog") return true;
    }
    return false;
}"""
_STAYS = """(element) => {
    const link = element.closest("a[href]");
    const sends = "button:not([type=button], [type=reset]), input[type=submit], input[type=image]";
    if (element.matches(sends) && (element.form ?? element.closest("form"))) return false;
    return !link || /^(?:#|javascript:)/.test(link.getAttribute("href"));
}"""
_HAS_CHECKED = """() => [...document.querySelectorAll("input[type=checkbox]:checked:enabled")].some(
    (each) => each.checkVisibility?.() ?? true)"""


@cache
def _names() -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = json.loads(
        (files("cookiegate.audit.browser") / "names.json").read_text(encoding="utf-8")
    )
    return found


def _is_measurement(seen: Any) -> bool:
    """Return whether measure.js gave this: the page may have changed what scripts use."""
    if not isinstance(seen, dict) or not isinstance(seen.get("name"), str):
        return False
    colours = [seen.get(each) for each in ("text", "ground", "around")]
    numbers = [seen.get("width"), seen.get("height"), seen.get("font") or 0]
    for colour in colours:
        numbers += [0] if colour is None else colour if isinstance(colour, list) and len(colour) == 3 else [None]
    return all(isinstance(number, int | float) and isfinite(number) for number in numbers)


@dataclass(frozen=True, slots=True)
class Found:
    """A button in the page, with how it was found."""

    element: ElementHandle
    control: Control
    banner: Banner | None = None
    """The platform whose button it is."""


class Clicker:
    """Looks for the buttons of one profile's page."""

    def __init__(self, profile: Profile, settings: BrowserSettings) -> None:
        self._profile = profile
        self._settings = settings

    def accept(self) -> Found | None:
        """Return the button that accepts everything; `None` if there is none."""
        return self._find("accept", self._settings.accept_selector, [(each, each.accept) for each in banners()])

    def reject(self) -> Found | None:
        """Return the button that refuses everything in the first layer; `None` if there is none."""
        return self._find("reject", self._settings.reject_selector, [(each, each.reject) for each in banners()])

    def way_back(self) -> Found | None:
        """Return what opens the banner again; `None` if there is none. Names count everywhere on the page."""
        rows = [(each, each.way_back) for each in banners()]
        return self._find("withdraw", self._settings.withdraw_selector, rows) or self._by_name(
            "withdraw", "way_back", anywhere=True
        )

    def second_layer(self) -> Found | None:
        """Open the banner's second layer, and return what refuses everything there; `None` if there is none."""
        rows = [(each, each.more) for each in banners()]
        more = self._find("more", None, rows) if self._settings.reject_selector is None else None
        if more is None or not self.click(more):
            return None
        self._profile.settle()
        names = [each.reject_in_more for each in banners() if more.banner in (None, each)]
        found = self._find("reject", None, [(more.banner, selectors) for selectors in names])
        if found is None and self._settings.clicks_by_name and not self._has_checked():
            found = self._by_name("reject", "save")
        return None if found is None else replace(found, control=replace(found.control, clicks=2))

    def is_in_place(self, found: Found) -> bool:
        """Return whether a click stays on the page: no link to another one is followed, and no form is sent."""
        if self._settings.withdraw_selector is not None:
            return True
        try:
            return bool(found.element.evaluate(_STAYS))
        except Error:
            return False

    def click(self, found: Found) -> bool:
        """Click a button; return whether that was possible."""
        try:
            found.element.click(timeout=_CLICK_MS)
        except Error:
            return False
        return True

    def withdraw(self) -> str:
        """Withdraw by a platform's own API; return the platform's name, empty where there is none."""
        for banner in banners():
            if banner.withdraw and self._profile.call(banner.withdraw):
                return banner.name
        return ""

    def _has_checked(self) -> bool:
        return self._profile.call(_HAS_CHECKED)

    def _find(
        self, role: str, selector: str | None, rows: Sequence[tuple[Banner | None, Sequence[str]]]
    ) -> Found | None:  # fmt: skip
        if selector is not None:
            return self._first(role, f"--{role}-selector", {"selectors": [selector]}, None)
        for banner, selectors in rows:
            if selectors and banner is not None:
                found = self._first(role, banner.name, {"selectors": list(selectors)}, banner)
                if found is not None:
                    return found
        if not self._settings.clicks_by_name:
            return None
        return self._by_name(role, "settings" if role in ("more", "withdraw") else role)

    def _by_name(self, role: str, words: str, *, anywhere: bool = False) -> Found | None:
        given = {"names": _names()[words], "words": _names()["cookies"], "anywhere": anywhere}
        return self._first(role, "its name", given, None)

    def _first(self, role: str, found_by: str, given: Mapping[str, Any], banner: Banner | None) -> Found | None:
        """Return the first such element of any frame."""
        for frame, is_framed in self._frames():
            with suppress(Error):
                element = frame.evaluate_handle(script("banner.js"), {**given, "isFramed": is_framed}).as_element()
                if element is not None:
                    return Found(element, self._measured(element, role, found_by), banner)
        return None

    def _frames(self) -> Iterator[tuple[Frame, bool]]:
        """Return the frames, each with whether it is inside of a dialog or a fixed element of its parent."""
        for frame in self._profile.frames():
            is_framed = False
            with suppress(Error):
                is_framed = frame.parent_frame is not None and frame.frame_element().evaluate(_IS_LAYER)
            yield frame, is_framed

    def _measured(self, element: ElementHandle, role: str, found_by: str) -> Control:
        control = replace(_NO_CONTROL, role=role, found_by=found_by, clicks=1)
        with suppress(Error):
            seen = element.evaluate(script("measure.js"))
            if not _is_measurement(seen):
                return control
            name = shown(self._profile.recorder.hide(" ".join(seen["name"].split())), 60)
            return replace(
                control, name=name, width=round(seen["width"], 1),
                height=round(seen["height"], 1), text_contrast=contrast(seen["text"], seen["ground"]),
                fill_contrast=contrast(seen["ground"], seen["around"]),
                font_size=seen["font"] and round(seen["font"], 1),
            )  # fmt: skip
        return control
