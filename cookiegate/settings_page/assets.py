"""The scripts and the style sheets: the same for every visitor, so caches may keep them and ask for changes."""

from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable

from cookiegate.gate import CookieGate
from cookiegate.model import RequestHead
from cookiegate.scripts import find_file
from cookiegate.settings import TAGS
from cookiegate.settings_page.exchange import Answer

__all__ = ["ASSETS", "asset", "script"]

_JAVASCRIPT = "text/javascript; charset=utf-8"

ASSETS = {
    "/cookiegate.js": _JAVASCRIPT,
    "/banner.js": _JAVASCRIPT,
    "/tags.js": _JAVASCRIPT,
    **{f"/tags/{name}.js": _JAVASCRIPT for name in ("start", *TAGS)},
    "/page.css": "text/css; charset=utf-8",
    "/settings.css": "text/css; charset=utf-8",
    "/banner.css": "text/css; charset=utf-8",
}
"""From the path below the page to the type."""

_PARTS = {
    "/banner.css": ("themes.css", "parts.css", "banner.css"),
    "/settings.css": ("themes.css", "parts.css", "settings.css"),
    "/page.css": ("themes.css", "parts.css", "settings.css", "page.css"),
}
"""The files that a style sheet is made of; any other asset is one file."""

_MAX_AGE_S = 3600
_YEAR_S = 31536000


@dataclass(frozen=True, slots=True)
class _Asset:
    body: bytes
    tag: str


@cache
def _read(path: str, *, is_development: bool) -> _Asset:
    static = files(__package__).joinpath("static")
    if path == "/tags.js":
        body = _tags_script(static)
    else:
        body = b"".join(static.joinpath(name).read_bytes() for name in _PARTS.get(path, (path[1:],)))
    if is_development and path == "/cookiegate.js":
        body += b"\n" + static.joinpath("development.js").read_bytes()
    return _Asset(body, f'"{sha256(body).hexdigest()[:16]}"')


def _tags_script(static: Traversable) -> bytes:
    """Make the classic script of the module: only such a script runs before the next one in the page."""
    start, element = (static.joinpath("tags", name).read_bytes() for name in ("start.js", "element.js"))
    return b'(() => {\n"use strict";\n' + start.replace(b"\nexport const ", b"\nconst ", 1) + element + b"})();\n"


def script(gate: CookieGate, path: str) -> Answer | None:
    """Answer with one of the guard's scripts; `None` where there is none.

    The name has a digest, so that browsers can keep it for a year. Where the digest is not the current one, the answer
    may not be cached under this name.
    """
    found = find_file(gate, path)
    if found is None:
        return None
    file, is_present = found
    return Answer(
        200,
        (
            ("Cache-Control", f"public, max-age={_YEAR_S}, immutable" if is_present else "no-store"),
            ("Content-Type", _JAVASCRIPT),
            ("X-Content-Type-Options", "nosniff"),
            ("Cross-Origin-Resource-Policy", "same-origin"),
        ),
        file.body,
    )


def asset(path: str, head: RequestHead, *, is_development: bool) -> Answer:
    """Answer with one of `ASSETS`, or with 304 if the browser has it already.

    `is_development`: the script reports in the browser's console what the gate dropped, and is not cached.
    """
    found = _read(path, is_development=is_development)
    headers = (
        ("Cache-Control", "no-cache" if is_development else f"public, max-age={_MAX_AGE_S}"),
        ("ETag", found.tag),
    )
    known = b",".join(head.header(b"if-none-match"))[:1024].decode("latin-1")
    if found.tag in (tag.strip().removeprefix("W/") for tag in known.split(",")):
        return Answer(304, headers)
    return Answer(200, (*headers, ("Content-Type", ASSETS[path]), ("X-Content-Type-Options", "nosniff")), found.body)
