"""The login that an audit is given: it goes to the audited origin, and is in no report."""

import pytest

from cookiegate.audit.as_json import write_json
from cookiegate.audit.finding import Severity
from cookiegate.audit.junit import write_junit
from cookiegate.audit.login import Login
from cookiegate.audit.report import write_html
from cookiegate.audit.sarif import write_sarif
from cookiegate.audit.site import CookieStore

SECRET = "s3cr3t v4lue"
FORM = "<form><input type=password></form>"


def test_login_opens_what_is_behind_it(answering, look):
    def start(cookie):
        return (200, {}, "<p>") if "sid=s3cr3t" in cookie else (302, {"Location": "/login"}, "")

    with answering({"/": start, "/login": (200, {}, FORM)}) as (url, _):
        found = look(url, cookies=["sid=s3cr3t"])
        assert found.summary == "No cookie of the site was seen."
        assert found.source.looked_at == "1 page as 5 visitors, with the given login"
        (finding,) = list(look(url, cookies=["sid=old"]).of(Severity.ERROR))
    assert finding.detail == (
        "leads to a login; a login was given: check that it is still valid, and that it is this site's"
    )


def test_header_opens_it_too(answering, look):
    with answering({"/": (200, {}, "")}, received=(received := [])) as (url, _):
        look(url, granted=("none",), headers=["Authorization: Bearer tok3n", "cookie: a=1; b=2", "X-Empty:"])
    assert received == [{"authorization": "Bearer tok3n", "cookie": "a=1; b=2", "x-empty": ""}]


def test_no_format_holds_a_value(answering, look):
    start = (302, {"Location": "/s/s3cr3t%20v4lue/tok3n", "Set-Cookie": "tok3n-x=1"}, "")
    with answering({"/": start, "/s/s3cr3t%20v4lue/tok3n": (404, {}, "")}) as (url, _):
        found = look(f"{url}", cookies=[f"sid={SECRET}"], headers=["Authorization: Bearer tok3n"])
        (known,) = [cookie.name for cookie in found.cookies]
        texts = [
            write_json(found, version="9"), write_sarif(found, version="9"),
            write_junit(found, threshold=Severity.NOTE), write_html(found, version="9", made_at="now"), repr(found),
        ]  # fmt: skip
    assert known == "hidden-x"
    assert not [text for text in texts if "s3cr3t" in text or "tok3n" in text]


def test_value_is_not_in_the_address_where_a_cookie_was_seen(answering, look):
    pages = {"/": (302, {"Location": "/in/tok3n"}, ""), "/in/tok3n": (200, {"Set-Cookie": "x=1"}, "")}
    with answering(pages) as (url, _):
        found = look(url, cookies=["sid=tok3n"])
    assert str(found.cookies[0].places[0]) == f"{url}in/(hidden)"


def test_login_repr_holds_no_value():
    login = Login.of([f"sid={SECRET}"], ["Authorization: Bearer tok3n"])
    assert repr(login) == "Login()"
    assert login
    assert not Login()


@pytest.mark.parametrize(
    ("cookies", "headers", "expected"),
    [
        (["sid"], [], "--cookie 1: write a cookie as NAME=VALUE, without line breaks"),
        (["a=1", "s id=geheim"], [], "--cookie 2: write a cookie as NAME=VALUE, without line breaks"),
        (["a=ge\r\nheim"], [], "--cookie 1: write a cookie as NAME=VALUE, without line breaks"),
        ([], ["Bearer geheim"], "--header 1: write it as 'Name: value', without line breaks"),
        ([], ["X: y", "X-A: ge\nheim"], "--header 2: write it as 'Name: value', without line breaks"),
        ([], ["Ä: geheim"], "--header 1: write it as 'Name: value', without line breaks"),
        ([], ["Host: geheim"], "--header 1: Host is set by the audit itself; leave it out"),
        ([], ["Cookie: geheim"], "--header 1: write a cookie as NAME=VALUE, without line breaks"),
    ],
)
def test_what_can_not_be_sent_is_told_without_its_value(cookies, headers, expected):
    with pytest.raises(ValueError, match="--") as caught:
        Login.of(cookies, headers)
    assert str(caught.value) == expected
    assert "geheim" not in str(caught.value)


def test_consent_cookie_is_no_login(look):
    with pytest.raises(ValueError, match="--cookie: cookiegate_consent holds the visitor's choice; give it with"):
        look("http://127.0.0.1:1/", cookies=["cookiegate_consent=x"])


@pytest.mark.parametrize(
    ("audited", "url", "is_for"),
    [
        ("https://shop.example/a", "https://shop.example/b", True),
        ("https://shop.example/", "https://shop.example:443/", True),
        ("https://shop.example/", "http://shop.example/", False),
        ("https://shop.example/", "https://www.shop.example/", False),
        ("https://shop.example/", "https://shop.example:8443/", False),
        ("http://shop.example/", "https://shop.example/", True),
        ("http://shop.example:8000/", "https://shop.example/", False),
        ("http://shop.example:8000/", "http://shop.example/", False),
        ("http://shop.example/", "https://shop.example:8443/", False),
    ],
)
def test_login_is_for_the_audited_origin_alone(audited, url, is_for):
    assert Login.of(["a=1"], []).is_for(url, audited) is is_for


def test_login_does_not_go_to_another_host_that_is_named(answering, look):
    received = []

    def start(cookie):
        return 302, {"Location": f"http://localhost:{port}/there", "Set-Cookie": "x=1"}, ""

    with answering({"/": start, "/there": (200, {}, "")}, received=received) as (url, asked):
        port = url.rstrip("/").rpartition(":")[2]
        look(url, granted=("none",), cookies=["sid=s3cr3t"], headers=["X-Key: s3cr3t"], hosts=("localhost",))
    assert asked == ["/", "/there"]
    assert received == [{"cookie": "sid=s3cr3t", "x-key": "s3cr3t"}, {}]


def test_site_may_replace_and_delete_what_was_given():
    store = CookieStore((), ((b"sid", b"given"), (b"other", b"given")))
    assert store.header("a.example", "/", is_https=False) == b"sid=given; other=given"
    assert store.header("b.example", "/", is_https=False, is_audited=False) == b""
    store.add(b"sid=new", "b.example", 0, is_audited=False)
    assert store.header("a.example", "/", is_https=False) == b"sid=given; other=given"
    store.add(b"sid=new", "a.example", 0)
    store.add(b"other=; Max-Age=0", "a.example", 0)
    assert store.header("a.example", "/", is_https=False) == b"sid=new"


def test_short_value_does_not_hide_every_letter():
    assert Login.of(["a=1"], []).hide("http://shop.example/1") == "http://shop.example/1"
    assert Login.of(["a=b c/d"], []).hide("/b%20c%2Fd /b+c%2Fd /b c/d") == "/(hidden) /(hidden) /(hidden)"
