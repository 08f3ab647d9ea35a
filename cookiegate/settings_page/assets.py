"""The script and the style sheets: the same for every visitor, so caches may keep them and ask whether they changed."""

from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files

from cookiegate.model import RequestHead
from cookiegate.settings_page.exchange import Answer

__all__ = ["ASSETS", "asset"]

ASSETS = {
    "/cookiegate.js": "text/javascript; charset=utf-8",
    "/page.css": "text/css; charset=utf-8",
    "/banner.css": "text/css; charset=utf-8",
}
"""From the path below the page to the type."""

_MAX_AGE_S = 3600


@dataclass(frozen=True, slots=True)
class _Asset:
    body: bytes
    tag: str


@cache
def _read(path: str) -> _Asset:
    body = files(__package__).joinpath("static", path[1:]).read_bytes()
    return _Asset(body, f'"{sha256(body).hexdigest()[:16]}"')


def asset(path: str, head: RequestHead) -> Answer:
    """Answer with one of `ASSETS`, or with 304 where the browser has just that."""
    found = _read(path)
    headers = (("Cache-Control", f"public, max-age={_MAX_AGE_S}"), ("ETag", found.tag))
    known = b",".join(head.header(b"if-none-match"))[:1024].decode("latin-1")
    if found.tag in (tag.strip().removeprefix("W/") for tag in known.split(",")):
        return Answer(304, headers)
    return Answer(200, (*headers, ("Content-Type", ASSETS[path]), ("X-Content-Type-Options", "nosniff")), found.body)
