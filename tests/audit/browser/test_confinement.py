"""Where the browser does not go, whatever a page asks it: inside addresses, other hosts, files."""

import socket
from threading import Event

import pytest

from cookiegate.audit.observation import Unreadable

REFUSED = "which is not on the public internet"


def refused(found):
    return {each.partition(" ")[0].partition(":")[0] for phase in found.browser.phases for each in phase.refused}


def test_whatever_a_page_loads_from_inside_is_refused_and_listed(site, look, to_loopback):
    """By an image, fetch, WebSocket, worker, frame, beacon, and a redirect; nothing reaches the server."""
    site.page(
        "/",
        "<title>x</title><img src='http://image.test/'><iframe src='http://frame.test/'></iframe>"
        "<link rel=stylesheet href='/to-inside'><link rel=preconnect href='http://hint.test/'>"
        "<script>fetch('http://fetch.test/').catch(() => 0); new WebSocket('ws://socket.test/');"
        "new WebSocket('wss://secure.test/'); navigator.sendBeacon('http://beacon.test/');"
        "new Worker(URL.createObjectURL(new Blob([\"fetch('http://worker.test/'); new WebSocket('ws://in-worker.test/')\"])));"
        "fetch('http://[::1]:8123/').catch(() => 0); fetch('http://[::ffff:169.254.169.254]/').catch(() => 0);"
        "fetch('http://2130706433/').catch(() => 0)</script>",
    )
    site.pages["shop.test", "/to-inside"] = ("302 Found", [("Location", "http://redirect.test/")], "")
    resolve = to_loopback(**{
        "::1": ["::1"], "::ffff:a9fe:a9fe": ["::ffff:a9fe:a9fe"], "127.0.0.1": ["127.0.0.1"],
    })  # fmt: skip
    found = look(site, wait_s=1.0, resolve=resolve)
    names = {each.split(" ")[0].rpartition(":")[0] for phase in found.browser.phases for each in phase.refused}
    assert names >= {
        "image.test", "frame.test", "fetch.test", "socket.test", "secure.test", "beacon.test", "worker.test",
        "in-worker.test", "redirect.test", "::1", "::ffff:a9fe:a9fe", "127.0.0.1",
    }  # fmt: skip
    assert {host for host, _ in site.asked} == {"shop.test"}
    note = next(note for note in found.notes if REFUSED in note)
    assert "Name it with --allow-private" in note


def test_a_host_that_was_named_may_be_private_and_is_listed(site, look):
    site.page("/", "<title>x</title><script src='http://cdn.test:{port}/a.js'></script>")

    def page(environ):
        port = environ["HTTP_HOST"].partition(":")[2]
        return (
            "200 OK",
            [("Content-Type", "text/html")],
            f"<title>x</title><script src='http://cdn.test:{port}/a.js'></script>",
        )

    site.pages["shop.test", "/"] = page
    site.page("/a.js", "document.cookie = 'stats=1; Max-Age=60; SameSite=Lax'", "tracker=1", host="cdn.test")
    found = look(site, allowed=("cdn.test",))
    assert ("cdn.test", "/a.js") in site.asked
    before = found.browser.of("before")
    assert [(each.host, each.kinds) for each in before.requests] == [("cdn.test", ("script",))]
    line = next(line for line in before.lines if line.line.startswith("stats"))
    assert line.where.startswith("http://cdn.test:")
    assert line.where.endswith("/a.js")
    assert line.host == "shop.test"
    assert [party.host for party in found.parties] == ["cdn.test"]


@pytest.mark.parametrize("way", ["redirect", "script", "meta"])
def test_the_page_does_not_leave_the_hosts_that_were_named(site, look, way):
    target = "http://other.test/"
    site.page("/other", "<title>there</title>", host="other.test")
    if way == "redirect":
        site.pages["shop.test", "/"] = ("302 Found", [("Location", target)], "")
    elif way == "script":
        site.page("/", f"<title>x</title><script>location = '{target}'</script>")
    else:
        site.page("/", f"<title>x</title><meta http-equiv=refresh content='0;url={target}'>")
    found = look(site, wait_s=0.5)
    gap = next(finding for finding in found.findings if finding.code.value == "nothing-seen")
    assert gap.detail.startswith(
        "leads to another host, other.test; audit that one, or allow it with --host other.test"
    )
    assert all(host == "shop.test" for host, _ in site.asked)


def test_other_windows_are_closed_and_files_are_not_opened(site, look):
    site.page(
        "/",
        "<title>x</title><iframe src='file:///etc/passwd'></iframe><script>window.open('/pop');"
        "fetch('file:///etc/passwd').catch(() => document.cookie = 'refused=1')</script>",
    )
    site.page("/pop", "<title>pop</title>")
    found = look(site, file=None)
    assert {cookie.name for cookie in found.browser.of("before").jar} == {"refused"}
    assert found.browser.of("before").pages


def test_an_address_with_another_scheme_is_refused(look, site):
    from cookiegate.audit.auditing import Promise, platform
    from cookiegate.audit.browser.auditing import audit_browser
    from cookiegate.audit.browser.settings import BrowserSettings

    for url in (
        "http://xn--\x80ä/",
        "file:///etc/passwd",
        "javascript:1",
        "http://",
        "http://[",
        "https://shop.test:x/",
    ):
        with pytest.raises(Unreadable, match="write it like https"):
            audit_browser(url, Promise.of(None, platform(None)), BrowserSettings())


def test_a_first_page_inside_that_was_not_resolved_before_is_told(look, site, to_loopback):
    async def nothing(host, port):
        raise OSError

    with pytest.raises(Unreadable, match="can't be reached: shop"):
        look(site, resolve=nothing, ignores_robots=True)


def test_no_packet_goes_past_the_proxy_by_webrtc(site, look):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.settimeout(0.05)
        port = listening.getsockname()[1]
        site.page(
            "/",
            "<title>x</title><script>const peer = new RTCPeerConnection({ iceServers: [{ urls: "
            f"'stun:127.0.0.1:{port}' }}] }}); peer.createDataChannel('x'); peer.createOffer().then((offer) => "
            "peer.setLocalDescription(offer)).then(() => document.cookie = 'gathering=1')</script>",
        )
        found = look(site, wait_s=1.5, file=None)
        assert {cookie.name for cookie in found.browser.of("before").jar} == {"gathering"}
        with pytest.raises(TimeoutError):
            listening.recv(100)


def test_a_host_of_other_letters_is_the_one_that_the_browser_writes(site, look, serve, registry, to_loopback):
    from cookiegate.audit.auditing import Promise, platform
    from cookiegate.audit.browser.auditing import audit_browser
    from cookiegate.audit.browser.settings import BrowserSettings

    site.page("/", "<title>x</title>", host="xn--bcher-kva.test")
    settings = BrowserSettings(resolve=to_loopback(), pages=1, wait_s=0.05, delay_s=0.0)
    with serve(site) as port:
        found = audit_browser(f"http://bücher.test:{port}/", Promise.of(registry, platform(None)), settings)
    assert not found.is_blind


def test_a_robots_txt_that_does_not_end_holds_the_audit_no_longer_than_a_page_may_take(look):
    def dribble(environ, start_response):
        start_response("200 OK", [("Content-Type", "text/plain")])
        while True:
            Event().wait(0.05)
            yield b"#"

    with pytest.raises(Unreadable, match="can't be reached"):
        look(dribble, seconds=1.0)


def test_nothing_is_asked_once_the_time_is_over(site, look):
    site.page("/robots.txt", "User-agent: *\nDisallow: /\n", kind="text/plain")
    found = look(site, minutes=0.0, pages=3)
    assert found.is_blind
    assert site.asked == []
