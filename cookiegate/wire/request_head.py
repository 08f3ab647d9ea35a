"""The request as consent sources see it: from an ASGI scope, from a WSGI environ, and with a record of what was read.

Its parts are worked out when a consent source asks for them; mostly none does.
Source: ASGI HTTP 2.5, PEP 3333.
Law: a part of the head is computed only when it is read.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from cookiegate.model import RequestHead

__all__ = ["EnvironHead", "ScopeHead", "WatchedHead"]

_SIGNALS = {b"sec-gpc": "HTTP_SEC_GPC", b"dnt": "HTTP_DNT"}


class ScopeHead(RequestHead):
    """The head of an ASGI connection. `line`: its scheme, method and path, as the scope has them."""

    __slots__ = ("_fields", "_line")
    _fields: list[tuple[bytes, bytes]]
    _line: tuple[str | None, str | None, str | None]

    def __init__(
        self, cookie: bytes, fields: list[tuple[bytes, bytes]], line: tuple[str | None, str | None, str | None]
    ) -> None:
        _assign_cookie(self, cookie)
        _assign_fields(self, fields)
        _assign_line(self, line)

    def header(self, name: bytes) -> list[bytes]:
        """Return the values of every header field of this lower-case name, in order."""
        if name == b"cookie":
            return [self.cookie] if self.cookie else []
        return [bytes(value) for key, value in self._fields if key == name]

    @staticmethod
    def sends_signal(source: tuple[Any, ...], name: bytes) -> bool:
        """Return, without a head, whether a request sends a signal. `source`: cookie, class, then as `__init__`."""
        return (name, b"1") in source[2]

    @property
    def headers(self) -> tuple[tuple[bytes, bytes], ...]:
        """All header fields, names in lower case."""
        fields = [(bytes(name), bytes(value)) for name, value in self._fields if name != b"cookie"]
        return (*fields, (b"cookie", self.cookie)) if self.cookie else tuple(fields)

    @property
    def scheme(self) -> str:
        """`http` or `https`."""
        return "https" if self._line[0] in ("https", "wss") else "http"

    @property
    def method(self) -> str:
        """The request's method; `GET` for a websocket."""
        return str(self._line[1] or "GET")

    @property
    def path(self) -> str:
        """The path, decoded, without the query."""
        return str(self._line[2] or "/")


# A frozen value is set up through its slots, which costs half of three calls of object.__setattr__.
_assign_cookie = RequestHead.cookie.__set__  # type: ignore[attr-defined,misc]  # a slot
_assign_fields = ScopeHead._fields.__set__  # type: ignore[attr-defined,misc]
_assign_line = ScopeHead._line.__set__  # type: ignore[attr-defined,misc]


class EnvironHead(RequestHead):
    """The head of a WSGI request, of an environ that no longer changes."""

    __slots__ = ("_environ",)
    _environ: Mapping[str, Any]

    def __init__(self, cookie: bytes, environ: Mapping[str, Any]) -> None:
        _assign_cookie(self, cookie)
        object.__setattr__(self, "_environ", environ)

    def header(self, name: bytes) -> list[bytes]:
        """Return the values of every header field of this lower-case name, in order."""
        if name == b"cookie":
            return [self.cookie] if self.cookie else []
        key = f"HTTP_{name.decode('latin-1').upper().replace('-', '_')}"
        return [*map(_octets, _parts(key, self._environ.get(key)))]

    @property
    def headers(self) -> tuple[tuple[bytes, bytes], ...]:
        """All header fields, names in lower case."""
        return (*self._fields(), (b"cookie", self.cookie)) if self.cookie else tuple(self._fields())

    @property
    def scheme(self) -> str:
        """`http` or `https`."""
        return str(self._environ.get("wsgi.url_scheme", "http"))

    @property
    def method(self) -> str:
        """The request's method."""
        return str(self._environ.get("REQUEST_METHOD", "GET"))

    @property
    def path(self) -> str:
        """The path, decoded, without the query."""
        return f"{self._environ.get('SCRIPT_NAME', '')}{self._environ.get('PATH_INFO', '')}" or "/"  # both may be empty

    @staticmethod
    def sends_signal(source: tuple[Any, ...], name: bytes) -> bool:
        """Return, without a head, whether a request sends a signal. `source`: cookie, class, then as `__init__`."""
        key = _SIGNALS[name]
        return "1" in _parts(key, source[2].get(key))

    def _fields(self) -> Iterator[tuple[bytes, bytes]]:
        for key, value in self._environ.items():
            if isinstance(key, str) and key.startswith("HTTP_") and key != "HTTP_COOKIE":
                for part in _parts(key, value):
                    yield _octets(key[5:].replace("_", "-").lower()), _octets(part)


def _parts(key: str, value: object) -> list[str]:
    """Return the values that an environ holds under a key, as text."""
    if not isinstance(value, str):
        return []
    # WSGI servers join fields of one name: two signals are "1,1" or "1, 1" there
    return [*map(str.strip, value.split(","))] if key in _SIGNALS.values() else [value]


def _octets(text: str) -> bytes:
    return text.encode("latin-1", "replace")


class WatchedHead(RequestHead):
    """A request head that records which fields are read: caches need to know what an answer depends on."""

    __slots__ = ("_head", "asked", "is_traceable")
    _head: RequestHead
    asked: set[bytes]
    """The lower-case names of the single request fields that were read."""
    is_traceable: bool
    """Only single fields were read."""

    def __init__(self, head: RequestHead) -> None:
        assign = object.__setattr__
        assign(self, "_head", head)
        assign(self, "asked", set())
        assign(self, "is_traceable", True)

    @property
    def cookie(self) -> bytes:
        """The Cookie header fields, joined."""
        self.asked.add(b"cookie")
        return self._head.cookie

    @property
    def headers(self) -> Any:
        """All header fields: after that any of them may matter."""
        return self._untraceable().headers

    @property
    def scheme(self) -> str:
        """`http` or `https`."""
        return self._untraceable().scheme

    @property
    def method(self) -> str:
        """The request's method."""
        return self._untraceable().method

    @property
    def path(self) -> str:
        """The path, decoded, without the query."""
        return self._untraceable().path

    def header(self, name: bytes) -> list[bytes]:
        """Return the values of every header field of this lower-case name, in order."""
        self.asked.add(name)
        return self._head.header(name)

    def with_cookie(self, cookie: bytes) -> RequestHead:
        """Return the same request with another Cookie header; what is read of it is not recorded."""
        return self._untraceable().with_cookie(cookie)

    def _untraceable(self) -> RequestHead:
        object.__setattr__(self, "is_traceable", False)
        return self._head
