"""The `Cookiegate` response field: the decisions of one response, for the developer tools of a browser.

Law: names only, never a cookie's value; ASCII without control octets; bounded. Source: RFC 9651.
"""

from collections.abc import Sequence

from cookiegate.decision import Decision, label_key
from cookiegate.development import rule_to_add
from cookiegate.memo import Memo
from cookiegate.model import Reason, RemovedSource

__all__ = ["DEBUG_FIELD", "MAX_DEBUG_OCTETS", "format_decisions"]

DEBUG_FIELD = b"cookiegate"
MAX_DEBUG_OCTETS = 4096
"""The longest field of one response; decisions beyond it are counted."""

_SHOWN_NAME = 64
_SHOWN_SOURCE = 100


def format_decisions(decisions: Sequence[Decision], removed: Sequence[RemovedSource] = ()) -> bytes:
    """Put decisions into the value of the `Cookiegate` response field, for the developer tools of a browser.

    A list of strings with parameters (RFC 9651): `"_ga";action=drop;reason=not-granted;rule=5;category=statistics`.
    Names only, never a value of a cookie; ASCII without control octets; bounded. Without any decision: `none`. Behind
    the decisions is what was removed from policies:
    `"https://www.example.com";action=remove;reason=no-consent;directive=script-src;category=statistics`.
    """
    if not decisions and not removed:
        return b"none"
    items: list[bytes] = []
    octets_left = MAX_DEBUG_OCTETS
    labels = _labels.known
    for number, decision in enumerate(decisions):
        key = label_key(decision)
        try:
            item = labels[key]
        except KeyError:
            item = _labels.learn(key, decision)
        if decision.reason is Reason.UNREGISTERED:
            item += b";add=" + _quoted(rule_to_add(decision.name[:_SHOWN_NAME]).replace("\n", " ")).encode("ascii")
        octets_left -= len(item) + 2
        if octets_left < 0:
            items.append(b"more;count=%d" % (len(decisions) - number))
            break
        items.append(item)
    if removed:
        _add_removed(items, removed, octets_left)
    return b", ".join(items)


def _add_removed(items: list[bytes], removed: Sequence[RemovedSource], octets_left: int) -> None:
    for number, each in enumerate(removed):
        source = _quoted(each.source[:_SHOWN_SOURCE])
        item = f"{source};action=remove;reason={each.reason};directive={each.directive};category={each.category}"
        octets_left -= len(item) + 2
        if octets_left < 0:
            items.append(b"more;count=%d" % (len(removed) - number))
            break
        items.append(item.encode("ascii"))


def _label(_: object, decision: Decision) -> bytes:
    quoted = _quoted(decision.name[:_SHOWN_NAME])
    category = "" if decision.category is None else f";category={decision.category.value}"
    return (
        f"{quoted};action={decision.action.value};reason={decision.reason.value};rule={decision.policy_rule}{category}"
    ).encode("ascii")


def _quoted(text: str) -> str:
    """Return text as a string of a structured field; what that can't hold is a question mark."""
    shown = "".join(char if " " <= char <= "~" else "?" for char in text)
    return '"' + shown.replace("\\", "\\\\").replace('"', '\\"') + '"'


_labels: Memo[tuple[object, ...], bytes] = Memo(_label, limit=512, longest=4)
