"""A running site, friendly and hostile, over real sockets on 127.0.0.1."""

import gzip
import socket
import threading
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from cookiegate.audit.auditing import audit_site
from cookiegate.audit.finding import Code
from cookiegate.audit.hosts import OwnHosts, registrable_domain
from cookiegate.audit.links import links_of
from cookiegate.audit.observation import Unreadable
from cookiegate.audit.site import CookieStore
from cookiegate.consent import OwnConsent
from cookiegate.model import RequestHead

ALL = ("none", "preferences", "statistics", "marketing", "everything")


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")


@pytest.fixture
def serve():
    """Serve what a function writes for each request; its list tells what was asked."""

    @contextmanager
    def serving(answer):
        asked = []

        class Site(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                asked.append((self.command, self.path, self.headers.get("Cookie", ""), self.headers.get("Host")))
                self.close_connection = True
                with suppress(OSError):
                    answer(self)

            def log_message(self, *_):
                """Say nothing."""

        with ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
            server.daemon_threads = True
            server.block_on_close = False
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
            thread.start()
            yield f"http://127.0.0.1:{server.server_port}/", asked
            server.shutdown()
            thread.join()

    return serving


def reply(site, body=b"", status=200, kind="text/html", **headers):
    site.send_response(status)
    site.send_header("Content-Type", kind)
    site.send_header("Content-Length", str(len(body)))
    site.send_header("Connection", "close")
    for name, value in headers.items():
        for each in value if isinstance(value, list) else [value]:
            site.send_header(name.replace("_", "-"), each)
    site.end_headers()
    site.wfile.write(body)


def look(url, promise, **given):
    options = {"granted": ALL, "consent_cookies": (), "pages": 5, "seconds": 10.0, "version": "0", **given}
    hosts = options.pop("hosts", ())
    return audit_site(url, promise, hosts, on_request=lambda: None, **options)


def test_five_visitors_send_their_consent(serve, promise):
    with serve(lambda site: reply(site, Set_Cookie="sid=x; HttpOnly; SameSite=Lax")) as (url, asked):
        found = look(url, promise)
    assert [moment.label for moment in found.moments] == [
        "No choice yet", "Only preferences", "Only statistics", "Only marketing", "Everything allowed",
    ]  # fmt: skip
    read = [OwnConsent()(RequestHead(cookie=cookie.encode())) for _, _, cookie, _ in asked]
    assert read[0] is None
    assert [sorted(consent.granted) for consent in read[1:]] == [
        ["preferences"], ["statistics"], ["marketing"], ["marketing", "preferences", "statistics"],
    ]  # fmt: skip
    assert {consent.revision for consent in read[1:]} == {"1"}
    assert found.source.looked_at == "1 page as 5 visitors"


def test_site_that_obeys_is_clean_and_one_that_does_not_is_told(serve, promise, failures):
    def obeys(site):
        granted = "marketing" in site.headers.get("Cookie", "")
        reply(site, Set_Cookie=["sid=x; HttpOnly; SameSite=Lax"] + ["ads=x; SameSite=Lax"] * granted)

    with serve(obeys) as (url, _):
        found = look(url, promise)
    assert failures(found) == []
    assert not any("Every visitor" in note for note in found.notes)
    with serve(lambda site: reply(site, Set_Cookie="ads=x; SameSite=Lax")) as (url, _):
        found = look(url, promise)
    assert [code for code, _, _ in failures(found)] == ["before-consent", "against-choice"]
    assert any(
        "Every visitor got the same cookies: the site does not look at cookiegate_consent" in n for n in found.notes
    )
    assert any("The registry names the revision 1, and a gate for another one counts no" in n for n in found.notes)


def test_only_links_of_the_same_origin_are_followed(serve, promise):
    page = (
        b'<a href="/a">a</a><a href="/a#x">again</a><a href="b/c">b</a><a href="/q?x=1">q</a><a href="/logout">out</a>'
        b'<a href="https://other.test/">o</a><a href="//other.test/">o</a><a href="mailto:a@b">m</a>'
        b'<a href="/f.pdf">f</a>'
        b'<a href="/d" download>d</a><a href="http://[">x</a><a>none</a><form method=post action=/post></form>'
    )
    with serve(lambda site: reply(site, page)) as (url, asked):
        found = look(url, promise, granted=("none", "everything"))
    assert [path for _, path, _, _ in asked] == ["/", "/a", "/b/c", "/b/b/c", "/b/b/b/c"] * 2
    assert {command for command, _, _, _ in asked} == {"GET"}
    assert not {path for _, path, _, _ in asked} & {"/q?x=1", "/logout", "/f.pdf", "/d", "/post"}
    assert found.source.looked_at.endswith("as 2 visitors")


def test_pages_are_as_many_as_asked(serve, promise):
    page = b"".join(b'<a href="/%d">x</a>' % at for at in range(300))
    with serve(lambda site: reply(site, page)) as (url, asked):
        look(url, promise, granted=("none",), pages=3)
    assert [path for _, path, _, _ in asked] == ["/", "/0", "/1"]


def test_redirects_are_looked_at_and_counted(serve, promise):
    def answer(site):
        if site.path == "/":
            reply(site, status=302, Location="/next", Set_Cookie="onway=x")
        else:
            reply(site, Set_Cookie="there=x")

    with serve(answer) as (url, asked):
        found = look(url, promise, granted=("none",))
    assert [cookie.name for cookie in found.cookies] == ["onway", "there"]
    assert asked[1][2] == "onway=x"


def test_endless_redirects_end(serve, promise):
    with serve(lambda site: reply(site, status=302, Location=site.path + "x")) as (url, asked):
        found = look(url, promise, granted=("none",))
    assert len(asked) == 11
    assert found.findings[0].detail == "more than 10 redirects; look with a browser where they lead"
    assert found.is_blind


@pytest.mark.parametrize("target", ["http://other.test/", "http://127.0.0.1:1/", "file:///etc/passwd", "//other.test"])
def test_redirect_to_another_host_is_not_followed(serve, promise, target):
    with serve(lambda site: reply(site, status=302, Location=target)) as (url, asked):
        found = look(url, promise, granted=("none",))
    assert len(asked) == 1
    assert found.findings[0].detail.startswith("redirects to another host, ")
    assert found.is_blind


def test_redirect_to_a_named_host_is_followed(serve, promise):
    def answer(site):
        if site.headers["Host"].startswith("127"):
            reply(site, status=301, Location=f"http://localhost:{site.server.server_port}/")
        else:
            reply(site, Set_Cookie="x=1")

    with serve(answer) as (url, _):
        found = look(url, promise, granted=("none",), hosts=("localhost",))
    assert [cookie.name for cookie in found.cookies] == ["x"]


def endless(site, piece=b"x" * 65536, **headers):
    site.send_response(200)
    site.send_header("Content-Type", "text/html")
    site.send_header("Set-Cookie", "sid=x; HttpOnly; SameSite=Lax")
    for name, value in headers.items():
        site.send_header(name.replace("_", "-"), value)
    site.end_headers()
    while True:
        site.wfile.write(piece)


def test_endless_body_is_left(serve, promise):
    with serve(endless) as (url, _):
        found = look(url, promise, granted=("none",))
    assert [cookie.name for cookie in found.cookies] == ["sid"]


def test_gzip_bomb_is_not_unpacked(serve, promise):
    bomb = gzip.compress(b'<a href="/x">x</a>' + bytes(60_000_000), 9)
    with serve(lambda site: reply(site, bomb, Content_Encoding="gzip", Set_Cookie="sid=x")) as (url, asked):
        found = look(url, promise, granted=("none",))
    assert [cookie.name for cookie in found.cookies] == ["sid"]
    assert [path for _, path, _, _ in asked] == ["/", "/x"]


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({"Content_Encoding": "gzip"}, b"no gzip"),
        ({"Content_Encoding": "br"}, b"x"),
        ({"kind": "text/html; charset=nonsense"}, b'<a href="/x">'),
        ({"kind": "text/html; charset=utf-16"}, '<a href="/x">'.encode("utf-16")),
        ({"kind": "image/png"}, b'<a href="/x">'),
        ({}, b"\xff\xfe<a href='/\xff'>"),
    ],
)
def test_strange_bodies_are_survived(serve, promise, headers, body):
    with serve(lambda site: reply(site, body, Set_Cookie="sid=x", **headers)) as (url, _):
        assert len(look(url, promise, granted=("none",)).cookies) == 1


def test_body_that_breaks_off_is_survived(serve, promise):
    def answer(site):
        site.send_response(200)
        site.send_header("Content-Type", "text/html")
        site.send_header("Set-Cookie", "sid=x")
        site.send_header("Content-Length", "5000")
        site.end_headers()
        site.wfile.write(b"x")

    with serve(answer) as (url, _):
        assert len(look(url, promise, granted=("none",)).cookies) == 1


def test_slow_site_ends_by_the_clock(serve, promise):
    over = threading.Event()

    def drip(site):
        while not over.wait(0.05):
            site.wfile.write(b"H")
            site.wfile.flush()

    with serve(drip) as (url, _):
        with pytest.raises(Unreadable, match=r"no end after 0\.5 seconds; allow more with"):
            look(url, promise, seconds=0.5)
        over.set()


def test_ten_thousand_lines_are_told(serve, promise):
    lines = [f"n{at}=x" for at in range(10000)]
    with (
        serve(lambda site: reply(site, Set_Cookie=lines)) as (url, _),
        pytest.raises(Unreadable, match="no answer that can be read"),
    ):
        look(url, promise)


def test_page_that_fails_later_is_noted(serve, promise):
    def answer(site):
        if site.path == "/":
            reply(site, b'<a href="/bad">x</a>', Set_Cookie="sid=x")
        else:
            site.wfile.write(b"nonsense\r\n\r\n")

    with serve(answer) as (url, _):
        found = look(url, promise, granted=("none", "everything"))
    (finding,) = [finding for finding in found.findings if finding.code is Code.NOT_SEEN]
    assert (finding.cookie, finding.count) == (f"{url}bad", 2)
    assert finding.detail == "no answer that can be read: illegal status line: bytearray(b'nonsense')"


def test_site_that_is_not_there_is_told(promise):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(Unreadable, match=r"can't be reached: .*; start the site, or check the address"):
        look(f"http://127.0.0.1:{port}/", promise)


def test_bad_tls_is_told(serve, promise):
    with serve(reply) as (url, _), pytest.raises(Unreadable, match="the TLS connection is not trusted"):
        look(url.replace("http:", "https:"), promise)


@pytest.mark.parametrize("url", ["http://", "http://[", "http://a b/", "http://x:99999/"])
def test_address_that_is_none_is_told(promise, url):
    with pytest.raises(Unreadable):
        look(url, promise)


def test_environment_that_can_not_be_used_is_told(promise, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "nonsense://x")
    with pytest.raises(Unreadable, match="the environment's proxy or certificates can't be used"):
        look("http://127.0.0.1:1/", promise)


def test_cookies_of_another_platform_make_visitors(serve, promise):
    cookie = (
        "CookieConsent={stamp:'x',necessary:true,preferences:false,statistics:true,marketing:false,"
        "method:'explicit',ver:1,utc:1768204800000,region:'de'}"
    )
    with serve(lambda site: reply(site, Set_Cookie="stats=x; SameSite=Lax")) as (url, asked):
        found = look(url, promise, consent_cookies=[cookie])
    assert [moment.label for moment in found.moments] == ["No choice yet", "Only statistics"]
    assert "CookieConsent=" in asked[-1][2]
    assert any("the given consent cookies" in note for note in found.notes)


def test_cookie_without_consent_is_told(promise):
    with pytest.raises(ValueError, match="--consent-cookie 1: no consent of a known platform is in it"):
        look("http://127.0.0.1:1/", promise, consent_cookies=["a=b"])


def test_password_in_the_address_is_nowhere(serve, promise):
    with serve(lambda site: reply(site, Set_Cookie="x=1")) as (url, _):
        found = look(url.replace("127", "me:geheim@127", 1), promise, granted=("none",))
    assert "geheim" not in repr(found)


def test_jar_keeps_what_a_browser_would_send():
    store = CookieStore(((b"consent", b"1"),))
    for line in (
        b"a=1; Path=/x",
        b"b=2; Secure",
        b"consent=2",
        b"=x",
        b"c=3; Max-Age=0",
        b"d=4",
        b"d=5; Max-Age=0",
        b"e\x01=1",
    ):
        store.add(line, "h", 0)
    store.add(b"f=1; Expires=Thu, 01 Jan 1970 00:00:01 GMT", "h", 0)
    assert store.header("h", "/", is_https=True) == b"consent=1; b=2; f=1"
    assert store.header("h", "/x/y", is_https=False) == b"consent=1; a=1; f=1"
    assert store.header("other", "/", is_https=True) == b"consent=1"


def test_jar_is_bounded():
    store = CookieStore()
    for at in range(1000):
        store.add(b"n%d=%b" % (at, b"x" * 100), "h", 0)
    assert len(store.header("h", "/", is_https=True)) <= 6144


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("www.shop.example", "shop.example"),
        ("a.b.shop.co.uk", "shop.co.uk"),
        ("me.github.io", "me.github.io"),
        ("a.me.github.io", "me.github.io"),
        ("shop.example", "shop.example"),
        ("127.0.0.1", "127.0.0.1"),
        ("::1", "::1"),
        ("localhost", "localhost"),
        ("WWW.Shop.Example.", "shop.example"),
        ("www.shop.k12.ma.us", "shop.k12.ma.us"),
        ("a.shop.kawasaki.jp", "a.shop.kawasaki.jp"),
        ("github.io", "github.io"),
        ("a..example", "a..example"),
    ],
)
def test_registrable_domain_begins_below_the_public_suffix(host, domain):
    assert registrable_domain(host) == domain


def test_own_hosts_are_the_first_and_its_kin():
    hosts = OwnHosts()
    assert "www.shop.example" in hosts
    assert "cdn.shop.example" in hosts
    assert "notshop.example" not in hosts
    assert str(hosts) == "shop.example"


def test_hosts_without_end_are_still_told_apart():
    hosts = OwnHosts(["shop.example"])
    assert not any(f"h{at}.test" in hosts for at in range(5000))
    assert "late.shop.example" in hosts


def test_links_are_bounded():
    assert len(links_of('<a href="/x">' + "".join(f'<a href="/{at}">' for at in range(999)), "http://h/")) == 200
