"""The visitor's cookie settings at the gate's `settings_url`, served by the middleware itself."""

from functools import cache
from typing import Any

from asgiref.sync import sync_to_async
from django.core.signals import setting_changed
from django.http import HttpResponse

from cookiegate.django.configuration import gate_from_settings
from cookiegate.django.names import SETTINGS
from cookiegate.gate import CookieGate
from cookiegate.handle import Handle
from cookiegate.settings_page.exchange import MAX_BODY_OCTETS, PageRequest
from cookiegate.settings_page.mounting import below, root_of_environ
from cookiegate.settings_page.page import SettingsPage

__all__ = ["DjangoSettings", "settings_from_settings"]


class DjangoSettings:
    """Answers the requests below one path. Raises: `ConfigError` for settings that can't be served."""

    def __init__(self, gate: CookieGate) -> None:
        self.page: SettingsPage = SettingsPage.of(gate)

    async def answer_async(self, request: Any, handle: Handle) -> HttpResponse | None:
        """Answer one request; a choice that is recorded in a thread, since a store may block."""
        if self.page.recorder is None or below(request.path_info, self.page.url) is None:
            return self.answer(request, handle)
        return await sync_to_async(self.answer, thread_sensitive=False)(request, handle)

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


@cache
def settings_from_settings() -> DjangoSettings:
    """Return what answers for the site's gate: one for the process, since its receipts have one store.

    Raises: `ConfigError` for settings that can't be served.
    """
    return DjangoSettings(gate_from_settings())


def _forget(*, setting: str, **_: object) -> None:
    if setting == "COOKIEGATE" or setting in SETTINGS:
        settings_from_settings.cache_clear()


setting_changed.connect(_forget, dispatch_uid="cookiegate.settings_page")


def _body(request: Any) -> bytes:
    """Read a body up to one octet more than allowed; one that never came in whole is empty, and refused as such."""
    try:
        octets: bytes = request.read(MAX_BODY_OCTETS + 1)
    except OSError:
        return b""
    return octets
