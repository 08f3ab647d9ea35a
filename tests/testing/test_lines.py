"""Set-Cookie lines of whatever a test holds in its hand."""

import asyncio
from http.cookies import SimpleCookie
from types import SimpleNamespace

import httpx
import pytest
from starlette.responses import PlainTextResponse
from werkzeug.wrappers import Response

from cookiegate.testing.lines import header_lines, set_cookie_lines


def starlette_response():
    response = PlainTextResponse("x")
    response.raw_headers += [(b"set-cookie", b"a=1"), (b"Set-Cookie", b"b=2")]
    return response


@pytest.mark.parametrize(
    "response",
    [
        httpx.Response(200, headers=[("Set-Cookie", "a=1"), ("X", "c=3"), ("set-cookie", "b=2")]),
        starlette_response(),
        Response(headers=[("Set-Cookie", "a=1"), ("SET-COOKIE", "b=2")]),
        SimpleNamespace(headers={"Set-Cookie": "a=1"}, cookies=SimpleCookie({"b": "2"})),
        ["a=1", b"b=2"],
        ("a=1", "b=2"),
    ],
    ids=["httpx", "starlette", "werkzeug", "django", "list", "tuple"],
)
def test_lines_of(response):
    assert set_cookie_lines(response) == [b"a=1", b"b=2"]


@pytest.mark.parametrize(("line", "octets"), [("a=1", b"a=1"), (b"a=1", b"a=1"), ("a=\u20ac", b"a=\\u20ac")])
def test_line_alone(line, octets):
    assert set_cookie_lines(line) == [octets]


@pytest.mark.parametrize("other", [None, 7, {"a": "b"}, [1], asyncio, SimpleNamespace(headers=None)])
def test_what_is_no_response_is_refused(other):
    with pytest.raises(TypeError, match=r" is no response; give one of a test client, or Set-Cookie lines$"):
        set_cookie_lines(other)


def test_header_names_count_in_any_case_and_with_white_space():
    assert header_lines([(" Set-Cookie ", "a=1"), (b"SET-COOKIE", b"b=2"), ("Cookie", "c=3")]) == [b"a=1", b"b=2"]
