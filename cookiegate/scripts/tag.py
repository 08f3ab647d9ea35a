"""The guard's tag: what the template of a page writes into its head, before every other script."""

from html import escape
from math import isfinite

from cookiegate.gate import CookieGate
from cookiegate.handle import Handle, ends_at
from cookiegate.model import Category
from cookiegate.scripts.files import script_url

__all__ = ["script_tags", "state_of"]


class _Html(str):
    """HTML that template engines write as it is: Jinja and Django both ask for `__html__`."""

    __slots__ = ()

    def __html__(self) -> str:
        return str(self)


def state_of(handle: Handle) -> str:
    """Return the text of `data-state`: what the visitor's consent allows on this page.

    Words, separated by spaces: the granted optional categories in their order; `chosen`, if the visitor chose and it
    counts; `until=` and seconds since 1970, if the consent ends. Empty: nothing is granted, and nobody chose.
    """
    consent = handle.consent
    words = [category.value for category in Category if category in consent.granted]
    if consent.explicit:
        words.append("chosen")
    until_s = ends_at(handle)
    if consent.granted and isfinite(until_s):
        words.append(f"until={int(until_s)}")
    return " ".join(words)


def script_tags(gate: CookieGate, handle: Handle, nonce: str | None = None, *, base: str | None = None) -> str:
    """Return the guard's `<script>` element, for the beginning of a page's head. Safe to embed as it is.

    `nonce`: that of the page's Content-Security-Policy. `base`: as `script_url` takes it.
    """
    said = f' nonce="{escape(nonce)}"' if nonce else ""
    return _Html(
        f'<script src="{escape(script_url(gate, base))}" data-state="{escape(state_of(handle))}"{said}></script>'
    )
