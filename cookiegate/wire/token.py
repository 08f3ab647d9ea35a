"""The token of HTTP: the only field names, and the only cookie names, that all readers agree on (RFC 9110 §5.6.2).

Law: a match is linear in the text.
"""

import re

__all__ = ["is_token", "token_runs"]

_TOKEN = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")


def is_token(name: bytes) -> bool:
    """Return whether the octets are a token, all of them and at least one."""
    return _TOKEN.fullmatch(name) is not None


def token_runs(text: bytes) -> list[bytes]:
    """Return every run of token octets in the text, in order."""
    return _TOKEN.findall(text)
