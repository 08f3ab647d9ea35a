"""What the twin puts into `response.cookies`: the very lines, however Django and the site read them afterwards."""

import pickle
from http.cookies import Morsel, SimpleCookie

import pytest

from cookiegate.django.cookies import GatedCookies, GatedMorsel, fields_of, write_back


@pytest.fixture
def response(configured_django):
    from django.http import HttpResponse

    return HttpResponse("hello")


def lines_of(response):
    return [morsel.OutputString() for morsel in response.cookies.values()]


@pytest.mark.parametrize(
    "line",
    [
        "a=1; Path=/; Secure; SameSite=Lax",
        'a="x y"; Path=/',
        "a=v=1&c=marketing.statistics; Max-Age=60; Path=/; Secure; SameSite=Lax",
        'a={"x": [1, 2]}; Path=/',
        "a=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0; Path=/; Partitioned; Priority=High",
        "__Host-a=; Path=/; Secure; HttpOnly",
        "path=1; Path=/",
        "a=b; Max-Age=junk",
    ],
)
def test_morsel_is_written_as_its_line(line):
    morsel = GatedMorsel(line)
    assert (morsel.OutputString(), morsel.output(header=""), morsel.output()) == (line, line, f"Set-Cookie: {line}")
    assert pickle.loads(pickle.dumps(morsel)).OutputString() == line


def test_morsel_has_the_attributes_of_its_line():
    morsel = GatedMorsel("a=1; Max-Age=60; Path=/x; Domain=site.example; Secure; HttpOnly; SameSite=Strict")
    assert (morsel.key, morsel.value, morsel.coded_value) == ("a", "1", "1")
    assert {name: value for name, value in morsel.items() if value} == {
        "max-age": 60, "path": "/x", "domain": "site.example", "secure": True, "httponly": True, "samesite": "Strict",
    }  # fmt: skip


def test_morsel_reads_a_value_as_the_app_meant_it():
    cookies = SimpleCookie({"a": "x, \u00e9"})
    line = f"a={cookies['a'].coded_value}; Path=/"
    assert GatedMorsel(line, cookies.values()).value == "x, \u00e9"
    assert GatedMorsel(line).value == SimpleCookie().value_decode(cookies["a"].coded_value)[0]


@pytest.mark.parametrize("line", ["path=1; Path=/", "a:b@=1", "Expires=1", "a=\x01; Path=/"])
def test_line_that_http_cookies_can_not_hold_is_written_all_the_same(line):
    """A gate that only reports lets it through."""
    morsel = GatedMorsel(line)
    assert (morsel.key, morsel.OutputString()) == (None, line)


def test_morsel_that_is_changed_outside_of_the_gate_is_written_anew():
    morsel = GatedMorsel("a=1; Path=/")
    morsel["secure"] = True
    assert morsel.OutputString() == "a=1; Path=/; Secure"
    assert GatedMorsel("a=1; Path=/").OutputString([]) == "a=1"


def test_cookies_are_one_for_each_name_and_all_that_is_sent():
    cookies = GatedCookies()
    for line in ("a=; Path=/", "b=1; Path=/", "a=; Path=/shop", "path=1; Path=/"):
        cookies.add(GatedMorsel(line))
    assert sorted(cookies) == ["a", "b"]
    assert cookies["a"]["path"] == "/"
    sent = ["a=; Path=/", "b=1; Path=/", "a=; Path=/shop", "path=1; Path=/"]
    assert [morsel.OutputString() for morsel in cookies.values()] == ["a=; Path=/", "b=1; Path=/", *sent[2:]]
    assert [each.OutputString() for each in pickle.loads(pickle.dumps(cookies)).values()] == sent


def test_cookie_that_is_set_again_outside_of_the_gate_is_the_new_one(response):
    response.set_cookie("a", "1")
    write_back(response, fields_of(response), [(b"set-cookie", b"a=1; Path=/; Secure; SameSite=Lax")])
    response.set_cookie("a", "2")
    assert lines_of(response) == ["a=2; Path=/; SameSite=Lax; Secure"]


def test_response_that_stays_the_same_is_not_touched(response):
    response.set_cookie("a", "1")
    cookies, headers = response.cookies, dict(response.headers)
    fields = fields_of(response)
    write_back(response, fields, fields)
    assert (response.cookies, dict(response.headers)) == (cookies, headers)
    assert response.cookies is cookies


def test_line_that_stays_keeps_its_own_morsel(response):
    response.set_cookie("a", "1")
    response.set_cookie("b", "2")
    own = response.cookies["a"]
    write_back(response, fields_of(response), [(b"set-cookie", b"a=1; Path=/")])
    assert response.cookies["a"] is own
    assert isinstance(own, Morsel)
    assert not isinstance(own, GatedMorsel)


def test_line_in_the_header_is_judged_and_sent_like_any_other(response):
    response["Set-Cookie"] = "a=1"
    response.set_cookie("b", "2")
    assert [value for name, value in fields_of(response) if name.lower() == b"set-cookie"] == [b"a=1", b"b=2; Path=/"]
    write_back(response, fields_of(response), [(b"Set-Cookie", b"a=1; SameSite=Lax"), (b"set-cookie", b"b=2; Path=/")])
    assert "Set-Cookie" not in response
    assert lines_of(response) == ["a=1; SameSite=Lax", "b=2; Path=/"]


def test_line_that_is_not_ascii_is_sent_as_a_header_field(response):
    """Django's ASGI handler can write no other."""
    response["Set-Cookie"] = "a=\u00e9"
    write_back(response, fields_of(response), [(b"Set-Cookie", b"a=\xe9; SameSite=Lax")])
    assert (response["Set-Cookie"], lines_of(response)) == ("a=\u00e9; SameSite=Lax", [])


def test_text_that_is_not_latin_1_stays_text(response):
    response.set_cookie("a", "\u65e5")
    assert fields_of(response)[-1] == (b"set-cookie", 'a="\u65e5"; Path=/')


def test_header_fields_are_changed_added_and_taken_away(response):
    response["Cache-Control"] = "public"
    response["X-Own"] = "1"
    kept = [field for field in fields_of(response) if field[0] == b"Content-Type"]
    write_back(response, fields_of(response), [*kept, (b"cache-control", b"private"), (b"vary", b"Cookie")])
    assert dict(response.items()) == {
        "Content-Type": "text/html; charset=utf-8", "cache-control": "private", "vary": "Cookie",
    }  # fmt: skip
