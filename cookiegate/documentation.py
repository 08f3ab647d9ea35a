"""Where the documentation is, and the place of each stable code in it: what messages, reports and SARIF link to.

Law: a link never changes; `docs/reference/codes.md` has an anchor for each code, and a test compares them.
"""

from typing import Literal

__all__ = ["BASE_URL", "CODES_URL", "url_of_code"]

BASE_URL = "https://cookiegate.readthedocs.io/en/stable/"
CODES_URL = f"{BASE_URL}reference/codes.html"
"""The page of all codes."""

Kind = Literal["reason", "audit", "lint", "doctor", "django"]
"""Whose code it is: some codes, like `unregistered`, belong to several."""


def url_of_code(kind: Kind, code: str) -> str:
    """Return the URL of what the documentation says about a code: `url_of_code("reason", "not-granted")`."""
    return f"{CODES_URL}#{kind}-{code.lower().replace('.', '-')}"
