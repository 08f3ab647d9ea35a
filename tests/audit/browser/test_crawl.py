"""Which pages are looked at: robots.txt, sitemaps, links; without a browser."""

import asyncio
import gzip
import socket
import threading
import tracemalloc
import zlib
from contextlib import contextmanager, suppress
from math import inf

import httpx
import pytest

from cookiegate.audit.browser.frontier import Frontier
from cookiegate.audit.browser.robots import Fetcher, read_robots, read_sitemaps

START = "http://shop.test/"


async def pieces(body):
    yield body


def fetcher(pages, seconds=300.0, minutes=5):
    def answer(request):
        found = pages.get(str(request.url), (404, b""))
        if isinstance(found, Exception):
            raise found
        status, body, *headers = found
        return httpx.Response(status, content=pieces(body) if isinstance(body, bytes) else body, headers=headers)

    def make_client():
        return httpx.AsyncClient(transport=httpx.MockTransport(answer))

    return Fetcher(make_client, seconds, inf if minutes else 0.0)


def robots(status=200, body=b"", *headers):
    return read_robots(fetcher({"http://shop.test/robots.txt": (status, body, *headers)}), START)


def test_robots_txt_is_heeded_for_the_audit_by_name_and_for_all():
    found = robots(body=b"User-agent: *\nDisallow: /private\nCrawl-delay: 2\nSitemap: http://shop.test/s.xml\n")
    assert found.may_fetch(START)
    assert not found.may_fetch("http://shop.test/private/x")
    assert (found.delay_s, found.sitemaps) == (2.0, ("http://shop.test/s.xml",))
    own = robots(body=b"User-agent: cookiegate-audit\nDisallow: /\n\nUser-agent: *\nAllow: /\n")
    assert not own.may_fetch(START)
    assert own.delay_s == 0


def test_a_missing_robots_txt_allows_and_a_broken_one_excludes_all():
    assert robots(404).may_fetch(START)
    assert not robots(500).may_fetch(START)
    assert robots(500).delay_s == 0
    dead = read_robots(fetcher({"http://shop.test/robots.txt": httpx.ConnectError("x")}), START)
    assert not dead.may_fetch(START)
    assert not dead.is_reached
    by_proxy = {"http://shop.test/robots.txt": (403, b"", ("proxy-status", "cookiegate-audit; details=x"))}
    assert not read_robots(fetcher(by_proxy), START).is_reached
    assert robots(500).is_reached
    assert robots(body=b"User-agent: *\nCrawl-delay: 9999\n").delay_s == 10


def test_redirects_of_robots_txt_stay_on_the_host():
    moved = {"http://shop.test/robots.txt": (301, b"", ("location", "/r.txt"))}
    found = read_robots(fetcher({**moved, "http://shop.test/r.txt": (200, b"User-agent: *\nDisallow: /")}), START)
    assert not found.may_fetch(START)
    assert read_robots(
        fetcher({"http://shop.test/robots.txt": (301, b"", ("location", "/robots.txt"))}), START
    ).may_fetch(START)
    away = {"http://shop.test/robots.txt": (301, b"", ("location", "http://other.test/r.txt"))}
    assert read_robots(fetcher(away), START).may_fetch(START)


def sitemap(*places):
    return b"<urlset>" + b"".join(f"<url><loc> {place} </loc></url>".encode() for place in places) + b"</urlset>"


def listed(pages, limit=10, body=b""):
    asked = fetcher({"http://shop.test/robots.txt": (200, body), **pages})
    return [*read_sitemaps(asked, START, read_robots(asked, START), limit)]


def test_a_sitemap_lists_pages_and_further_sitemaps_packed_ones_too():
    index = b"<sitemapindex><loc><![CDATA[/one.xml.gz]]></loc><sitemap><loc>/no.xml</loc></sitemap></sitemapindex>"
    pages = {
        "http://shop.test/sitemap.xml": (200, index),
        "http://shop.test/one.xml.gz": (200, gzip.compress(sitemap("http://shop.test/a?x=1&amp;y", "/b"))),
    }
    assert listed(pages) == ["http://shop.test/a?x=1&y", "http://shop.test/b"]
    assert listed(pages, limit=1) == ["http://shop.test/a?x=1&y"]


def test_sitemaps_that_can_t_be_read_or_are_elsewhere_are_left_out():
    body = b"Sitemap: http://other.test/s.xml\nSitemap: http://shop.test:x/\nSitemap: http://shop.test/bad.gz\n"
    pages = {
        "http://shop.test/bad.gz": (200, b"\x1f\x8bnonsense"), "http://other.test/s.xml": (200, sitemap("/a")),
    }  # fmt: skip
    assert listed(pages, body=body) == []


def test_the_first_page_then_links_then_the_sitemap_up_to_the_limit():
    frontier = Frontier("http://me:secret@shop.test/", 4, lambda url: "private" not in url)
    frontier.later(["http://shop.test/map", "http://shop.test/map2"])
    frontier.add(
        ["http://shop.test/a#x", "http://shop.test/a", "https://shop.test/b", "http://other.test/", "http://shop.test/q?x",
         "http://shop.test/private", "http://[", "http://shop.test/b"]
    )  # fmt: skip
    assert frontier.known == [
        "http://me:secret@shop.test/",
        "http://shop.test/a",
        "http://shop.test/b",
        "http://shop.test/map",
    ]
    assert (frontier.left, frontier.excluded) == (1, {"http://shop.test/private"})


def test_what_is_left_is_counted_up_to_a_limit():
    frontier = Frontier(START, 1, lambda _: True)
    frontier.add(f"http://shop.test/{number}" for number in range(10_005))
    assert frontier.left == 10_000


@pytest.mark.parametrize("status", [204, 301])
def test_an_odd_answer_for_a_sitemap_is_no_list(status):
    assert listed({"http://shop.test/sitemap.xml": (status, sitemap("/a"))}) == []


def packed(rounds=1, megabytes=64):
    """Zeros, gzipped some times, as a server could keep them ready."""
    body = b"\0" * (megabytes << 20)
    for _ in range(rounds):
        body = gzip.compress(body, 1)
    return body


RULES = b"User-agent: *\nDisallow: /private\n"
PACKED = gzip.compress(RULES, mtime=0)  # the same in each process that collects the tests


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("gzip", PACKED), ("x-gzip", PACKED), ("GZIP", PACKED), ("deflate", zlib.compress(RULES)), ("identity", RULES),
    ],
)  # fmt: skip
def test_a_file_may_be_packed_once(coding, body):
    found = robots(200, body, ("content-encoding", coding))
    assert found.may_fetch(START)
    assert not found.may_fetch("http://shop.test/private")


@pytest.mark.parametrize("coding", ["gzip, gzip", "gzip,deflate", "identity, gzip", "br", "zstd", "nonsense"])
def test_a_file_that_is_packed_twice_or_otherwise_can_t_be_read(coding):
    found = robots(200, gzip.compress(gzip.compress(RULES)), ("content-encoding", coding))
    assert (found.parser, found.is_reached, found.may_fetch(START)) == (None, True, False)
    assert robots(404, b"", ("content-encoding", coding)).may_fetch(START)
    pages = {"http://shop.test/sitemap.xml": (200, gzip.compress(sitemap("/a")), ("content-encoding", coding))}
    assert listed(pages) == []


def test_codings_in_two_fields_are_two_codings():
    twice = ("content-encoding", "gzip")
    assert robots(200, gzip.compress(gzip.compress(RULES)), twice, twice).parser is None


def test_a_broken_body_can_t_be_read():
    found = robots(200, b"no gzip", ("content-encoding", "gzip"))
    assert (found.parser, found.is_reached) == (None, True)


@pytest.mark.parametrize("rounds", [1, 2])
def test_zeros_that_were_packed_take_little_memory(rounds):
    body, coding = packed(rounds), ("content-encoding", ", ".join(["gzip"] * rounds))
    pages = {"http://shop.test/sitemap.xml": (200, body, coding), "http://shop.test/s.gz": (200, body)}
    list_of_both = b"Sitemap: http://shop.test/sitemap.xml\nSitemap: http://shop.test/s.gz\n"
    tracemalloc.start()
    try:
        robots(200, body, coding)
        assert listed(pages, body=list_of_both) == []
        assert tracemalloc.get_traced_memory()[1] < 32 << 20
    finally:
        tracemalloc.stop()


def test_what_is_read_is_bounded_before_it_is_unpacked_too():
    """Empty blocks without an end: nothing comes out, and no end of it comes in."""
    read = 0

    async def endless():
        nonlocal read
        yield gzip.compress(b"")[:10]
        while True:
            read += 1
            yield b"\0\0\0\xff\xff" * 10_000

    robots(200, endless(), ("content-encoding", "gzip"))
    assert read < 20


def test_a_sitemap_of_blanks_or_of_broken_addresses_is_soon_read():
    text = b"<urlset><loc>" + b" " * 200_000 + b"</loc><loc>http://[</loc><loc>\n<![CDATA[\n/a]]></loc></urlset>"
    assert listed({"http://shop.test/sitemap.xml": (200, text)}) == ["http://shop.test/a"]


@contextmanager
def dribbling(head, octets):
    """Answer at once with `head`, and then with `octets` again and again without an end."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        ended, asked = threading.Event(), []

        def serve():
            with suppress(OSError):
                while True:
                    connection, _ = listening.accept()
                    asked.append(connection)
                    with connection, suppress(OSError):
                        connection.recv(65536)
                        connection.sendall(head)
                        while not ended.wait(0.02):
                            connection.sendall(octets)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/", asked
        ended.set()
        listening.shutdown(socket.SHUT_RDWR)
        thread.join()


@pytest.mark.parametrize(
    ("head", "octets"),
    [
        (b"HTTP/1.1 200 OK\r\n\r\n", b"#"), (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;x=", b"y"),
        (b"HTTP/1.1 200 OK\r\nX: ", b"y"), (b"", b"HTTP/1.1 103 Early Hints\r\n\r\n"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("way", ["robots", "sitemap"])
def test_a_file_that_does_not_end_is_left_after_its_time(head, octets, way):
    """Its octets come more often than any limit of a single read could tell."""
    with dribbling(head, octets) as (url, asked):
        slow = Fetcher(lambda: httpx.AsyncClient(timeout=300, trust_env=False), 0.5, inf)
        if way == "robots":
            assert not read_robots(slow, url).is_reached
        else:
            assert [*read_sitemaps(slow, url, robots(404), 10)] == []
        assert len(asked) == 1


def test_redirects_share_the_time_of_a_file():
    """Each answer comes soon enough; all of them together do not."""
    asked = []

    async def answer(request):
        asked.append(request.url.path)
        with suppress(TimeoutError):
            await asyncio.wait_for(asyncio.Event().wait(), 0.4)
        return httpx.Response(301, headers={"location": "/robots.txt"})

    slow = Fetcher(lambda: httpx.AsyncClient(transport=httpx.MockTransport(answer)), 0.6, inf)
    assert not read_robots(slow, START).is_reached
    assert len(asked) < 5


def test_no_file_is_asked_for_once_the_audit_is_over():
    over = fetcher(
        {"http://shop.test/robots.txt": (200, RULES), "http://shop.test/sitemap.xml": (200, sitemap("/a"))}, minutes=0
    )
    assert over.get("http://shop.test/robots.txt", 1000) == (0, None)
    assert not read_robots(over, START).is_reached
    assert [*read_sitemaps(over, START, robots(404), 10)] == []
