"""Cookie names that end in a number or id: `_ga_AB12CD34`, `cart.1a2b3c4d5e6f`, `_gat_UA-1234-1`.

The inventory counts such names as one family; import proposes a pattern for those with a site's number.
Law: one reading for both; it takes time linear in the name's length.
"""

import re

__all__ = ["UUID", "family_of", "pattern_of"]

UUID = r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"

_SEPARATED = re.compile(
    r"(?<=[_\-.])(?:(?P<account>(?:UA|G|GTM|AW|DC)-[A-Z0-9]+(?:-[0-9]+)?"
    rf"|{UUID}|[0-9]{{3,}}|(?=[a-f]*[0-9])[0-9a-f]{{8,}}|(?=[A-Z]*[0-9])[A-Z0-9]{{4,}})(?:[_.\-][0-9]+)?"
    r"|[0-9]+|[0-9a-fA-F]{8,}|(?=[A-Za-z]*[0-9])[A-Za-z0-9]{10,})\Z"
)
_ATTACHED = re.compile(r"(?:[0-9]{3,}|(?=[a-fA-F]*[0-9])[0-9a-fA-F]{16,})\Z")


def family_of(name: str) -> str | None:
    """Return the pattern of a name that ends in any number or id, like `_ga_*` of `_ga_AB12CD34`; `None` for others."""
    for end in (_SEPARATED, _ATTACHED):
        if (found := end.search(name)) and found.start() > 0:
            return name[: found.start()] + "*"
    return None


def pattern_of(name: str) -> str | None:
    """Return the pattern of a name that ends in the number of one site, like `_gat_*` of `_gat_UA-1-1`.

    `None` for others: a short number, or an id that may be a word, is part of the name.
    """
    found = None if "*" in name else _SEPARATED.search(name)
    return f"{name[: found.start()]}*" if found and found["account"] and found.start() > 1 else None
