"""The visitor's cookie settings at the gate's `settings_url`, served by the middleware itself."""

from typing import Any

from django.http import HttpResponse

from cookiegate.gate import CookieGate
from cookiegate.handle import Handle
from cookiegate.settings_page.exchange import MAX_BODY_OCTETS, PageRequest
from cookiegate.settings_page.mounting import below, root_of_environ
from cookiegate.settings_page.page import page_of

__all__ = ["DjangoSettings"]


class DjangoSettings:
    """Answers the requests below one path. Raises: `ConfigError` for settings that can't be served."""

    def __init__(self, gate: CookieGate, url: str) -> None:
        self.page = page_of(gate, url)

    def answer(self, request: Any, handle: Handle) -> HttpResponse | None:
        """Answer one request; `None` for one that is elsewhere."""
        rest = below(request.path_info, self.page.url)
        if rest is None:
            return None
        asked = PageRequest(
            path=rest,
            base=f"{root_of_environ(request.META)}{self.page.url}",
            query=request.META.get("QUERY_STRING", ""),
            content_type=request.META.get("CONTENT_TYPE", ""),
            body=_body(request) if request.method == "POST" else b"",
        )
        answer = self.page.answer(asked, handle)
        response = HttpResponse(answer.body, status=answer.status)
        del response["Content-Type"]
        for name, value in answer.headers:
            response[name] = value
        return response


def _body(request: Any) -> bytes:
    """Read a body up to one octet more than allowed; one that never came in whole is empty, and refused as such."""
    try:
        octets: bytes = request.read(MAX_BODY_OCTETS + 1)
    except OSError:
        return b""
    return octets
