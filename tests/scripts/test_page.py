"""What the settings page adds for the browser's half: the words of frames, and rows for keys of storages."""

import asyncio
from typing import Any

import httpx
import pytest

from cookiegate import CookieGate, CookieRule, Registry
from cookiegate.asgi import CookieGateMiddleware

KEYS = [
    CookieRule(name="cart", category="necessary", purpose="A cookie.", lifetime="session"),
    CookieRule(name="cart", category="necessary", purpose="A key.", lifetime="7 days", storage="local"),
    CookieRule(name="tab", category="statistics", purpose="A key.", lifetime="session", storage="session"),
    CookieRule(name="draft", category="statistics", purpose="A key.", lifetime="persistent", storage="local"),
]


async def nothing(scope: Any, receive: Any, send: Any) -> None:
    raise AssertionError("the settings page answers")


def ask(path: str) -> httpx.Response:
    async def once() -> httpx.Response:
        gate = CookieGate(registry=Registry(KEYS), settings_url="/choices")
        transport = httpx.ASGITransport(CookieGateMiddleware(nothing, gate=gate))
        async with httpx.AsyncClient(transport=transport, base_url="http://a.example") as client:
            return await client.get(f"/choices{path}")

    return asyncio.run(once())


@pytest.mark.parametrize(
    ("language", "once", "marketing"),
    [
        ("en", "Show it this once", "Marketing"),
        ("de-AT", "Dieses eine Mal zeigen", "Marketing"),
        ("xx", "Show it this once", "Marketing"),
    ],
)
def test_words_of_frames_are_in_the_language_that_is_asked_for(language, once, marketing):
    words = ask(f"/words?language={language}").json()
    assert words["once"] == once
    assert words["categories"]["marketing"] == marketing
    assert words["direction"] == "ltr"
    assert "{host}" in words["text"]
    assert "{category}" in words["always"]


def test_page_says_where_a_key_is_kept():
    cookies = [one for category in ask("/api").json()["registry"] for one in category["cookies"]]
    assert [(one["name"], one["lifetime"]) for one in cookies if one["name"] != "cookiegate_consent"] == [
        ("cart", "until the browser closes"),
        ("cart", "7 days (local storage)"),
        ("tab", "until the browser closes (session storage)"),
        ("draft", "without limit (local storage)"),
    ]
