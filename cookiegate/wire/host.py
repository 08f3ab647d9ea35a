"""The host name of a Domain attribute: letters, digits, hyphens and dots, so that all readers agree on it.

Law: a match is linear in the text; it says nothing about whether such a host exists.
"""

import re

__all__ = ["HOST", "is_domain"]

HOST = re.compile(rb"[a-z0-9](?:[a-z0-9.\-]*[a-z0-9])?")
"""A host name in lower case."""


def is_domain(text: str) -> bool:
    """Return whether a text is a host name in lower case, with or without a dot before it."""
    return text.isascii() and HOST.fullmatch(text.removeprefix(".").encode("ascii")) is not None
