"""The request as consent sources see it, the same from a scope and from an environ; and what was asked of it."""

import pytest

from cookiegate.model import RequestHead
from cookiegate.wire.request_head import EnvironHead, ScopeHead, WatchedHead

COOKIE = b"a=1; b=2"
FIELDS = [(b"host", b"example.com"), (b"cookie", b"a=1"), (b"sec-gpc", b"1"), (b"cookie", b"b=2"), (b"x-a", b"\xe9")]
ENVIRON = {
    "REQUEST_METHOD": "POST", "SCRIPT_NAME": "/app", "PATH_INFO": "/shop", "wsgi.url_scheme": "https",
    "HTTP_HOST": "example.com", "HTTP_COOKIE": "whatever the app made of it", "HTTP_SEC_GPC": "1", "HTTP_X_A": "\xe9",
    "CONTENT_TYPE": "text/plain", "cookiegate.handle": object(), 5: "x",
}  # fmt: skip
LINE = ("https", "POST", "/app/shop")


@pytest.fixture(params=["scope", "environ", "plain"])
def head(request):
    if request.param == "scope":
        return ScopeHead(COOKIE, FIELDS, LINE)
    if request.param == "environ":
        return EnvironHead(COOKIE, ENVIRON)
    fields = [field for field in FIELDS if field[0] != b"cookie"]
    return RequestHead(COOKIE, (*fields, (b"cookie", COOKIE)), *LINE)


def test_request_line_is_the_same(head):
    assert (head.scheme, head.method, head.path) == LINE


def test_fields_are_the_same(head):
    assert head.header(b"host") == [b"example.com"]
    assert head.header(b"cookie") == [COOKIE]
    assert head.header(b"x-a") == [b"\xe9"]
    assert head.header(b"x-none") == []
    assert sorted(head.headers) == [
        (b"cookie", COOKIE), (b"host", b"example.com"), (b"sec-gpc", b"1"), (b"x-a", b"\xe9"),
    ]  # fmt: skip


def test_signal_is_seen(head):
    assert head.has_signal(b"sec-gpc")
    assert not head.has_signal(b"dnt")


def test_other_cookie_makes_a_head_of_its_own(head):
    other = head.with_cookie(b"c=3")
    assert (other.cookie, other.header(b"cookie")) == (b"c=3", [b"c=3"])
    assert (other.scheme, other.method, other.path) == LINE
    assert head.cookie == COOKIE
    without = head.with_cookie(b"")
    assert (without.cookie, without.header(b"cookie")) == (b"", [])
    assert b"cookie" not in dict(without.headers)


def test_nobody_changes_it(head):
    with pytest.raises((AttributeError, TypeError)):
        head.cookie = b"x=1"


def test_without_cookies_there_is_no_cookie_field():
    for head in (ScopeHead(b"", [(b"host", b"x")], (None, None, None)), EnvironHead(b"", {"HTTP_HOST": "x"})):
        assert head.header(b"cookie") == []
        assert head.headers == ((b"host", b"x"),)


def test_what_is_missing_has_its_usual_value():
    head = ScopeHead(b"", [], (None, None, None))
    assert (head.scheme, head.method, head.path) == ("http", "GET", "/")
    head = EnvironHead(b"", {})
    assert (head.scheme, head.method, head.path) == ("http", "GET", "/")


@pytest.mark.parametrize(
    ("scheme", "expected"), [("wss", "https"), ("https", "https"), ("ws", "http"), ("http", "http")]
)
def test_websocket_is_as_safe_as_its_scheme(scheme, expected):
    assert ScopeHead(b"", [], (scheme, None, None)).scheme == expected


@pytest.mark.parametrize("value", ["1,1", "1, 1", "0,1", " 1"])
def test_signals_that_a_server_joined_are_taken_apart(value):
    assert EnvironHead(b"", {"HTTP_SEC_GPC": value, "HTTP_DNT": value}).has_signal(b"dnt")
    assert EnvironHead(b"", {"HTTP_SEC_GPC": value}).has_signal(b"sec-gpc")


def test_other_fields_keep_their_commas():
    assert EnvironHead(b"", {"HTTP_X_A": "1, 2"}).header(b"x-a") == [b"1, 2"]


@pytest.mark.parametrize("value", [None, 5, b"octets", ["x"]])
def test_what_is_no_text_is_no_field(value):
    head = EnvironHead(b"", {"HTTP_X_A": value})
    assert head.header(b"x-a") == []
    assert head.headers == ()


def test_text_that_is_no_latin_1_is_no_exception():
    assert EnvironHead(b"", {"HTTP_X_A": "\u20ac"}).header(b"x-a") == [b"?"]


def test_octets_of_other_kinds_become_octets():
    head = ScopeHead(b"", [(bytearray(b"x-a"), memoryview(b"1"))], (None, None, None))
    assert head.header(b"x-a") == [b"1"]
    assert head.headers == ((b"x-a", b"1"),)


# What was asked


def test_watched_head_says_the_same(head):
    watched = WatchedHead(head)
    assert (watched.cookie, watched.headers, watched.header(b"host")) == (COOKIE, head.headers, [b"example.com"])
    assert (watched.scheme, watched.method, watched.path) == LINE
    assert watched.has_signal(b"sec-gpc")
    assert watched.with_cookie(b"c=3").cookie == b"c=3"


def test_watched_head_notes_single_fields(head):
    watched = WatchedHead(head)
    assert (watched.asked, watched.is_traceable) == (set(), True)
    watched.header(b"cf-ipcountry")
    watched.has_signal(b"dnt")
    assert watched.cookie
    assert (watched.asked, watched.is_traceable) == ({b"cf-ipcountry", b"dnt", b"cookie"}, True)


@pytest.mark.parametrize(
    "look", [lambda head: head.headers, lambda head: head.scheme, lambda head: head.method, lambda head: head.path,
             lambda head: head.with_cookie(b"")],
)  # fmt: skip
def test_watched_head_knows_what_it_can_not_follow(head, look):
    watched = WatchedHead(head)
    look(watched)
    assert not watched.is_traceable
