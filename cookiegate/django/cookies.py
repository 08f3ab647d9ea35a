"""A Django response's Set-Cookie lines: out of `response.cookies` as octets, and back in as the gate decided them.

Law: Django writes the very lines that it is given here. Django keeps cookies in `http.cookies`, one for each name and
written anew each time; a gate may send several lines for one name, and what it kept to the octet must stay so.
"""

from contextlib import suppress
from http.cookies import CookieError, Morsel, SimpleCookie
from typing import Any

from cookiegate.wire.cache_control import Fields
from cookiegate.wire.headers import octets
from cookiegate.wire.set_cookie import parse_set_cookie

__all__ = ["GatedCookies", "GatedMorsel", "fields_of", "write_back"]


def fields_of(response: Any) -> list[tuple[bytes, Any]]:
    """Return what Django would send, header fields first, as octets; text that is no Latin-1 stays text."""
    fields = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in response.items()]
    for morsel in response.cookies.values():
        line = morsel.OutputString()
        fields.append((b"set-cookie", line if (found := octets(line)) is None else found))
    return fields


def write_back(response: Any, before: list[tuple[bytes, Any]], leaving: Fields) -> None:
    """Change a response from what it would have sent to what may leave; what stays the same is not touched."""
    fields = {name.decode("latin-1"): _text(value) for name, value in leaving if name.lower() != b"set-cookie"}
    for name, value in [*response.items()]:
        if name.lower() != "set-cookie" and fields.get(name) != value:
            del response.headers[name]
    for name, text in fields.items():
        if name not in response.headers:
            response.headers[name] = text
    lines = [_text(value) for name, value in leaving if name.lower() == b"set-cookie"]
    if lines == [_text(value) for name, value in before if name.lower() == b"set-cookie"]:
        return
    own = {morsel.OutputString(): morsel for morsel in response.cookies.values()}
    if "Set-Cookie" in response.headers:
        del response.headers["Set-Cookie"]
    cookies = GatedCookies()
    for line in lines:
        if line in own:
            cookies.add(own[line])
        elif not line.isascii() and "Set-Cookie" not in response.headers:
            response.headers["Set-Cookie"] = line  # as a morsel Django's ASGI handler can't write it
        else:
            cookies.add(GatedMorsel(line, own.values()))
    response.cookies = cookies


class GatedCookies(SimpleCookie):
    """The cookies that a gated response sends: one for each name, and all that is sent by `values()`."""

    def __init__(self) -> None:
        super().__init__()
        self._further: list[Morsel[str]] = []

    def add(self, morsel: "Morsel[str]") -> None:
        """Add a line; of several lines for one name the first is the one that is found by it."""
        if morsel.key is None or morsel.key in self:
            self._further.append(morsel)
        else:
            self[morsel.key] = morsel

    def values(self) -> Any:
        """Return every line that is sent, also further ones of a name."""
        return [*super().values(), *self._further]


class GatedMorsel(Morsel[str]):
    """One line as the gate decided it: written octet by octet until somebody changes it, and readable as any morsel."""

    def __init__(self, line: str, own: Any = ()) -> None:
        super().__init__()
        self._line = line
        cookie = parse_set_cookie(line.encode("latin-1"))
        if cookie is not None:
            name, value = cookie.name.decode("latin-1"), cookie.value.decode("latin-1")
            meant = [morsel.value for morsel in own if (morsel.key, morsel.coded_value) == (name, value)]
            for attribute, text in cookie.attributes:
                if self.isReservedKey(key := attribute.decode("latin-1")):
                    self[key] = _attribute(key, text.decode("latin-1"))
            with suppress(CookieError):  # a name that http.cookies can't hold gets no key, and is written all the same
                self.set(name, meant[0] if meant else SimpleCookie().value_decode(value)[0], value)
        self._as_made = self._state()

    def _state(self) -> tuple[object, ...]:
        return self.key, self.coded_value, dict(self)

    def OutputString(self, attrs: Any = None) -> str:  # noqa: N802  # it stands in its place
        """Return the line; after a change from outside of the gate, what `http.cookies` makes of it."""
        return self._line if attrs is None and self._state() == self._as_made else super().OutputString(attrs)

    def output(self, attrs: Any = None, header: str = "Set-Cookie:") -> str:
        """Return the line behind a header; Django up to 5 asks for none, and gets no blank either."""
        return f"{header} {self.OutputString(attrs)}" if header else self.OutputString(attrs)

    def __reduce__(self) -> tuple[type, tuple[str]]:
        return type(self), (self._line,)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else value.decode("latin-1")


def _attribute(name: str, text: str) -> Any:
    """Return an attribute as Django has it in a morsel."""
    if name in {"secure", "httponly", "partitioned"}:
        return True
    return int(text) if name == "max-age" and text.lstrip("-").isdecimal() and text.isascii() else text
