"""A source distribution as small as one can be: two apps, and their own tests."""

import tarfile
from pathlib import Path

import pytest

SHOP = """
class Asgi:
    async def __call__(self, scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": [(b"set-cookie", b"basket=1")]})
        await send({"type": "http.response.body", "body": b""})
        return "done"


class Wsgi:
    def __call__(self, environ, start_response):
        start_response("200 OK", [("Set-Cookie", "basket=1")])
        return []


class Client:
    def __init__(self, app):
        self.app = app


class Server:
    def __init__(self):
        self.app = None

    def load(self):
        self.app = wsgi
        return self


def wsgi(environ, start_response):
    return Wsgi.__call__(None, environ, start_response)


def make():
    return wsgi
"""

TESTS = """
import asyncio

import pytest
import shop

SCOPE = {"type": "http", "method": "GET", "path": "/", "scheme": "http", "headers": []}


def served(app):
    seen = []
    app({"REQUEST_METHOD": "GET", "PATH_INFO": "/"}, lambda status, headers, exc_info=None: seen.extend(headers))
    return [value for _, value in seen]


def test_asgi():
    seen = []

    async def send(message):
        seen.extend(message.get("headers", ()))

    asyncio.run(shop.Asgi()(dict(SCOPE), None, send))
    assert [value for _, value in seen] == [b"basket=1"]


@pytest.mark.parametrize("kind", ["[method]", "argument", "attribute", "result"])
def test_wsgi(kind):
    apps = {
        "[method]": shop.Wsgi(),
        "argument": shop.Client(shop.wsgi).app,
        "attribute": shop.Server().load().app,
        "result": shop.make(),
    }
    assert served(apps[kind]) == ["basket=1"]


def test_that_needs_no_app():
    assert shop


def test_that_fails_without_the_gate_too():
    assert not shop


@pytest.mark.skip(reason="not today")
def test_that_is_skipped():
    assert not shop
"""

UNITTESTS = """
import unittest

import shop


class ShopTests(unittest.TestCase):
    def test_wsgi(self):
        seen = []
        shop.Wsgi()({}, lambda status, headers, exc_info=None: seen.extend(headers))
        self.assertEqual(seen, [("Set-Cookie", "basket=1")])

    def test_each(self):
        for number in (1, 2):
            with self.subTest(number=number):
                self.assertEqual(number, 1)

    @unittest.skip("not today")
    def test_skipped(self):
        raise AssertionError

    @unittest.expectedFailure
    def test_expected(self):
        raise AssertionError

    def test_error(self):
        raise ValueError


unittest.main()
"""

ENDLESS = """
import threading
import unittest


class EndlessTests(unittest.TestCase):
    def test_a_that_ends(self):
        pass

    def test_b_that_does_not(self):
        threading.Event().wait()


unittest.main()
"""

FILES = {"shop.py": SHOP, "tests/test_shop.py": TESTS, "run.py": UNITTESTS, "endless.py": ENDLESS}


@pytest.fixture(scope="session")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The source distribution of `shop`."""
    place = tmp_path_factory.mktemp("shop")
    for name, text in FILES.items():
        path = place / "shop-1.0" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    with tarfile.open(place / "shop-1.0.tar.gz", "w:gz") as tar:
        tar.add(place / "shop-1.0", "shop-1.0")
    return place / "shop-1.0.tar.gz"
