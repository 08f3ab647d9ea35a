"""The ways past a gate that depend on the server, from the project's list (set-cookie.md §4), as values.

Each is tried on every server of its protocol, bare and through two gates. `MARKER` in a Set-Cookie line shows that it
worked; a trick without it carries a mark of its own.
"""

from dataclasses import dataclass

__all__ = ["MARKER", "TRICKS", "WEBSOCKET_COLUMNS", "Trick"]

MARKER = b"ia_mkt"
GONE = b"; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0"
_BOTH = ("asgi", "wsgi")


@dataclass(frozen=True)
class Trick:
    """One way: what the app sends beside its necessary cookie."""

    column: str
    name: str
    fields: tuple[tuple[str, str], ...]
    how: str = "fields"
    """What the app does with the fields: a function of the site, by its name there."""
    protocols: tuple[str, ...] = _BOTH
    mark: bytes = MARKER
    leaves: tuple[bytes, ...] = ()
    """The Set-Cookie lines that leave through the gate, beside the necessary cookie's."""
    gates: tuple[str, ...] = ("gated", "strict")
    is_mended: bool = True
    """Through the gate the answer arrives whole, on every server, even where the bare app's does not."""
    shown_by: tuple[str, ...] = ("uvicorn, h11", "waitress", "hypercorn", "granian, ASGI", "wsgiref", "daphne")
    """Servers that may send it, the likeliest first; none where no known server does."""


def _lines(column: str, *lines: str, **more: object) -> list[Trick]:
    slug = column.replace(",", "").replace(" ", "-")
    return [
        Trick(column, f"{slug}-{number}", (("Set-Cookie", line),), **more)  # type: ignore[arg-type]
        for number, line in enumerate(lines, 1)
    ]


def _fields(column: str, *fields: tuple[str, str], **more: object) -> list[Trick]:
    slug = column.replace(",", "").replace(" ", "-")
    return [Trick(column, f"{slug}-{number}", (field,), **more) for number, field in enumerate(fields, 1)]  # type: ignore[arg-type]


def _ways(column: str, how: str, shown_by: tuple[str, ...], field: tuple[str, str], **more: object) -> list[Trick]:
    name = f"{how}-{field[0]}"
    return [Trick(column, name, (field,), how=how, is_mended=False, shown_by=shown_by, **more)]  # type: ignore[arg-type]


_X = "ia_mkt_source=x; Path=/"
_BREAKS = {"CRLF": "\r\n", "LF": "\n", "CR": "\r"}
_LINK = ("Link", f"</x>\r\nSet-Cookie: {_X}")
_COOKIE = ("Set-Cookie", _X)
_DATE = ("Date", "Thu, 01 Jan 1970 00:00:00 GMT")
_HOUR = ("Set-Cookie", "ia_mkt_source=x; Expires=Thu, 01 Jan 1970 01:00:00 GMT")

TRICKS = [
    # The line: 1 to 13, 20 to 22, 37, 40 to 47
    *_lines("nameless cookie", "=ia_mkt_source=x", "==ia_mkt_source=x", "=\tia_mkt_source=x", "ia_mkt_source"),
        *_lines(
        "odd octets, white space in the name",
        "\t ia_mkt_source \t= x", " ia_mkt_source=x", "ia_mkt_source =x",
        "\xa0ia_mkt_source=x", "ia_mkt_source\x85=x", "\xe2\x80\x80ia_mkt_source=x", "x ia_mkt_source=v",
        '"ia_mkt_source"=x', "$ia_mkt_source=1", "ok\xff=ia_mkt",
    ),
    *_lines("name in disguise", "IA_MKT_SOURCE=ia_mkt", "__Host-ia_mkt_source=x; Secure; Path=/", "ia_mkt_source2=x"),
    *_lines(
        "value that readers split",
        "ok=1, ia_mkt_source=x", 'ok="; ia_mkt_source=x; "', 'ok="a\\073ia_mkt_source=x"', gates=("strict",),
    ),
    *_lines("control octet in the line", "ok=ia_mkt\x01", "ok=ia_mkt\x7f", "ok=ia_mkt; Path=/\x0b", "ok=ia_mkt\tx"),
    *_lines(
        "deletion in disguise",
        "ia_mkt_source=payload; Max-Age=0; Max-Age=x", "ia_mkt_source=payload; Expires=Thu, 1st Jan 1970 00:00:00 GMT",
        "ia_mkt_source=payload; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Expires=foo", mark=b"payload",
        leaves=(b"ia_mkt_source=" + GONE,),
    ),
    Trick("deletion in disguise", "empty", (("Set-Cookie", "ia_mkt_source="),)),
    Trick("deletion in disguise", "payload", (("Set-Cookie", "ia_mkt_a=payload; Max-Age=0"),), mark=b"payload",
          leaves=(b"ia_mkt_a=" + GONE,)),
    Trick("deletion in disguise", "skewed-clock", (_DATE, _HOUR), mark=b"1970 01:00",
          leaves=(b"ia_mkt_source=" + GONE,)),
    *_lines("line too long", "ok=ia_mkt" + "x" * 4090, "ok=ia_mkt" + " " * 20000 + "; Path=/"),
    # The field: 14 to 19, 33
    *_fields(
        "field name in another case", ("SET-COOKIE", _X), ("sEt-cOOKIE", _X), ("set-cookie", _X), ("Set-Cookie", _X),
    ),
    *_fields(
        "space around the field name",
        ("Set-Cookie ", _X), (" Set-Cookie", _X), ("set-cookie\t", _X), ("\x0bset-cookie", _X), ("set-cookie\xa0", _X),
        shown_by=("hypercorn", "waitress", "wsgiref", "daphne"),
    ),
    *_fields(
        "line in the field name",
        ("X-A: 1\r\nSet-Cookie", _X), ("X-A: 1\nSet-Cookie", _X), ("X-A: 1\rSet-Cookie", _X),
        ("Set-Cookie: ia_mkt_source=x; a", "1"), ("Set-Cookie:", _X), ("Set-Cookie2", _X),
        shown_by=("wsgiref", "waitress", "daphne", "hypercorn"),
    ),
    *(
        Trick("line break in another field", f"field-{name}-{at}", ((field, value.format(br)),),
              shown_by=("wsgiref", "waitress", "daphne"))
        for name, br in _BREAKS.items()
        for at, (field, value) in enumerate([("X-A", "1{}Set-Cookie: " + _X), ("Location", "/{}Set-Cookie: " + _X)], 1)
    ),
    *(
        Trick("line break in the status", f"status-{name}-{protocol}", (("Status", f"200 OK{br}Set-Cookie: {_X}"),),
              how="status", protocols=(protocol,), is_mended=protocol == "wsgi", shown_by=shown_by)
        for name, br in _BREAKS.items()
        for protocol, shown_by in [("asgi", ()), ("wsgi", ("wsgiref",))]
    ),
    *(
        Trick("line break in a cookie", f"cookie-{name}", (("Set-Cookie", f"ok=ia_mkt{br}Set-Cookie: {_X}"),),
              shown_by=("wsgiref", "daphne", "waitress"))
        for name, br in _BREAKS.items()
    ),
    # What the fields are made of: 16 to 18
    *(
        Trick("str, bytearray, memoryview", how, (("Set-Cookie", _X),), how=how, protocols=("asgi",),
              shown_by=("uvicorn, h11", "hypercorn", "uvicorn, httptools", "gunicorn, ASGI", "granian, ASGI"))
        for how in ("as_str", "as_bytearray", "as_memoryview")
    ),
    *(
        Trick("tuple, generator, dict", how, (("Set-Cookie", _X),), how=how,
              shown_by=("uvicorn, h11", "hypercorn", "waitress", "gunicorn, WSGI"))
        for how in ("as_tuple", "as_generator", "as_dict", "as_lists")
    ),
    Trick("list changed after the start", "changed", (_COOKIE,), how="changed",
          shown_by=("wsgiref", "granian, WSGI")),
    # Other ways to send a head: 25 to 30
    *_ways("second, late start, write()", "second_start", ("wsgiref", "waitress", "gunicorn, WSGI"), _COOKIE),
    *_ways("second, late start, write()", "second_start", ("wsgiref",), ("X-A", f"1\r\nSet-Cookie: {_X}")),
    *_ways("second, late start, write()", "lazy", ("wsgiref", "waitress"), _COOKIE, protocols=("wsgi",)),
    *_ways("second, late start, write()", "written", ("wsgiref", "waitress"), _COOKIE, protocols=("wsgi",)),
    *_ways("early hints, push, unknown messages", "early_hint", ("hypercorn, HTTP/2",), _LINK),
    *_ways("early hints, push, unknown messages", "informational", ("gunicorn, WSGI", "gunicorn, ASGI"), _COOKIE),
    *_ways("early hints, push, unknown messages", "push", ("hypercorn, HTTP/2",), _COOKIE, protocols=("asgi",)),
    *_ways("early hints, push, unknown messages", "unknown", (), _COOKIE, protocols=("asgi",)),
    *_ways("trailers", "trailers", ("hypercorn, HTTP/2", "gunicorn, ASGI, HTTP/2"), _COOKIE),
    *_ways("trailers", "trailers_first", ("hypercorn, HTTP/2",), _COOKIE, protocols=("asgi",)),
]  # fmt: skip
WEBSOCKET_COLUMNS = ("space around the field name", "line in the field name", "line break in another field")
"""The tricks that are tried in the head that accepts a websocket, too."""
