"""The `Cookiegate` response header field: what was decided, for the developer tools of a browser.

A list of strings with parameters (RFC 9651): `"_ga";action=drop;reason=not-granted;rule=5;category=statistics`. Law:
names only, never a value of a cookie; ASCII without control octets; bounded.
"""

from collections.abc import Sequence

from cookiegate.model import Decision

__all__ = ["DEBUG_FIELD", "told"]

DEBUG_FIELD = b"cookiegate"
MAX_OCTETS = 4096
"""What is told of one response; what there is beyond is counted."""
_SHOWN_NAME = 64


def told(decisions: Sequence[Decision]) -> bytes:
    """Put decisions into one field value; without any, it says so."""
    if not decisions:
        return b"none"
    items: list[bytes] = []
    octets_left = MAX_OCTETS
    for number, decision in enumerate(decisions):
        item = _item(decision)
        octets_left -= len(item) + 2
        if octets_left < 0:
            items.append(b"more;count=%d" % (len(decisions) - number))
            break
        items.append(item)
    return b", ".join(items)


def _item(decision: Decision) -> bytes:
    name = "".join(char if " " <= char <= "~" else "?" for char in decision.name[:_SHOWN_NAME])
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    category = "" if decision.category is None else f";category={decision.category.value}"
    return (
        f'"{quoted}";action={decision.action.value};reason={decision.reason.value};rule={decision.number}{category}'
    ).encode("ascii")
