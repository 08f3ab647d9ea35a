"""A request to the settings page and its answer, as values that know no framework and no protocol."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

__all__ = ["MAX_BODY_OCTETS", "Answer", "PageRequest", "Problem"]

MAX_BODY_OCTETS = 8192
"""A longer body is refused with 413; the longest form of the page has a few hundred octets."""

_NO_STORE = ("Cache-Control", "no-store")


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRequest:
    """The parts of a request that its handle does not have; the handle has the method and the header fields."""

    path: str
    """Below the place where the page is mounted: `""` and `"/"` are the page itself."""
    base: str = ""
    """The path under which the page is mounted, as browsers see it, percent-encoded, without a slash at its end."""
    query: str = ""
    content_type: str = ""
    body: bytes = b""
    """At most `MAX_BODY_OCTETS` and one more: nothing is read beyond that."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, header fields and body of a response."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes = b""

    @classmethod
    def page(cls, html: str, policy: str, *, status: int = 200) -> "Answer":
        """Answer a person: a document that is not stored and not framed."""
        return cls(
            status,
            (
                ("Content-Type", "text/html; charset=utf-8"),
                ("Content-Security-Policy", policy),
                ("X-Content-Type-Options", "nosniff"),
                ("Referrer-Policy", "same-origin"),
                _NO_STORE,
            ),
            html.encode("utf-8"),
        )

    @classmethod
    def json(cls, document: Mapping[str, object], *, status: int = 200) -> "Answer":
        """Answer a program. No browser can take it for HTML."""
        text = json.dumps(document, ensure_ascii=True).replace("<", "\\u003c").replace(">", "\\u003e")
        return cls(
            status,
            (("Content-Type", "application/json"), ("X-Content-Type-Options", "nosniff"), _NO_STORE),
            text.encode("ascii"),
        )

    @classmethod
    def see_other(cls, location: str) -> "Answer":
        """Send a browser on by GET, so that going back or reloading does not post again."""
        return cls(303, (("Location", location), ("Content-Type", "text/plain; charset=utf-8"), _NO_STORE))

    @classmethod
    def nothing(cls, *headers: tuple[str, str]) -> "Answer":
        """Answer without a body."""
        return cls(204, (*headers, _NO_STORE))

    def with_headers(self, *headers: tuple[str, str]) -> "Answer":
        """Return the same answer with more header fields."""
        return Answer(self.status, (*self.headers, *headers), self.body)

    def sent(self, method: str) -> "Answer":
        """Return the answer as it is sent: with its length, and without a body for HEAD."""
        if self.status in (204, 304):
            return self
        headers = (*self.headers, ("Content-Length", str(len(self.body))))
        return Answer(self.status, headers, b"" if method == "HEAD" else self.body)


@dataclass(eq=False)
class Problem(Exception):
    """Why a request is refused. `code` is for programs and names the text that people read; `message` says more."""

    status: HTTPStatus
    code: str
    message: str
    headers: tuple[tuple[str, str], ...] = field(default=())

    def record(self) -> dict[str, object]:
        """Put the problem into JSON's types."""
        return {"error": self.code, "message": self.message}
