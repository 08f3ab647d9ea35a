"""Set-Cookie lines of a response, whichever library made it.

Law: values are octets as they were sent, never parsed and written again.
"""

from collections.abc import Iterable
from http.cookies import BaseCookie
from typing import Any

__all__ = ["header_lines", "set_cookie_lines"]


def header_lines(headers: Iterable[tuple[object, object]]) -> list[bytes]:
    """Return the Set-Cookie lines among header fields, names and values as octets or text."""
    pairs = [(_octets(name), value) for name, value in headers]
    return [_octets(value) for name, value in pairs if name.strip().lower() == b"set-cookie"]


def set_cookie_lines(response: object) -> list[bytes]:
    """Return the Set-Cookie lines of a response of httpx, Starlette, Werkzeug, Flask or Django; or of plain lines.

    Plain is one line, or several, as text or octets. The responses before a redirect are not looked at.

    Raises: `TypeError` for anything else.
    """
    if isinstance(response, str | bytes):
        return [_octets(response)]
    if isinstance(response, list | tuple) and all(isinstance(line, str | bytes) for line in response):
        return [_octets(line) for line in response]
    headers: Any = getattr(response, "headers", None)
    if hasattr(headers, "raw"):  # httpx, Starlette's response and its headers
        return header_lines(headers.raw)
    if hasattr(headers, "items"):
        jar = getattr(response, "cookies", None)
        morsels = jar.values() if isinstance(jar, BaseCookie) else ()  # Django writes these when it is served
        return header_lines(headers.items()) + [_octets(morsel.OutputString()) for morsel in morsels]
    raise TypeError(f"{type(response).__name__} is no response; give one of a test client, or Set-Cookie lines")


def _octets(text: object) -> bytes:
    return text if isinstance(text, bytes) else str(text).encode("latin-1", "backslashreplace")
