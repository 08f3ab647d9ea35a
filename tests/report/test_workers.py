"""The inventory under real servers with several worker processes: what all of them saw adds up."""

import os
import signal
import socket
import subprocess
import sys
import textwrap
from contextlib import contextmanager

import httpx
import pytest

from cookiegate.report import read_inventory

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="gunicorn needs fork")

FLASK = """
    import os
    from flask import Flask, make_response
    from cookiegate import Category, CookieGate, CookieRule, Registry
    from cookiegate.report import Inventory
    from cookiegate.wsgi import CookieGateMiddleware

    app = Flask(__name__)

    @app.get("/user/<int:uid>")
    def page(uid):
        response = make_response(str(os.getpid()))
        response.set_cookie("sid", "secret", httponly=True)
        response.set_cookie("_ga", "secret", max_age=7776000)
        return response

    gate = CookieGate(
        mode="report-only",
        registry=Registry([CookieRule(name="sid", category=Category.NECESSARY)]),
        recorders=[Inventory(os.environ["SEEN"], every_s=3600)],
    )
    app.wsgi_app = CookieGateMiddleware(app.wsgi_app, gate=gate)
"""
STARLETTE = """
    import os
    from contextlib import asynccontextmanager
    from starlette.applications import Starlette
    from starlette.responses import PlainTextResponse
    from starlette.routing import Route
    from cookiegate import Category, CookieGate, CookieRule, Registry
    from cookiegate.asgi import CookieGateMiddleware
    from cookiegate.report import Inventory

    async def page(request):
        response = PlainTextResponse(str(os.getpid()))
        response.set_cookie("sid", "secret", httponly=True)
        response.set_cookie("_ga", "secret", max_age=7776000)
        return response

    @asynccontextmanager
    async def lifespan(app):
        yield
        inventory.flush()  # uvicorn ends its workers by a signal, so that there is no end of the interpreter

    inventory = Inventory(os.environ["SEEN"], every_s=3600)
    app = Starlette(routes=[Route("/user/{uid:int}", page)], lifespan=lifespan)
    app.add_middleware(CookieGateMiddleware, gate=CookieGate(
        mode="report-only",
        registry=Registry([CookieRule(name="sid", category=Category.NECESSARY)]),
        recorders=[inventory],
    ))
"""


@pytest.fixture
def serve(tmp_path):
    """Serve the text of an app by a command, until the block ends; the socket listens already."""

    @contextmanager
    def running(app, *command):
        (tmp_path / "app_of_the_test.py").write_text(textwrap.dedent(app))
        path = os.pathsep.join([str(tmp_path), *filter(None, [os.environ.get("PYTHONPATH")])])
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port, number = listener.getsockname()[1], listener.fileno()
            process = subprocess.Popen(
                [sys.executable, "-m", *(part.format(number) for part in command), "app_of_the_test:app"],
                pass_fds=[number],
                cwd=tmp_path,
                env={**os.environ, "SEEN": str(tmp_path / "seen"), "PYTHONPATH": path},
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            process.send_signal(signal.SIGTERM)
            output = process.communicate(timeout=300)[0]
        assert "Traceback" not in output, output

    return running


def ask_until_workers_wrote(wait_until, url, workers, directory):
    """Ask on fresh connections until this many processes have answered and have files; return how often it took."""
    answers = {}

    def have_all():
        with httpx.Client(timeout=300) as browser:
            pid = browser.get(f"{url}/user/{len(answers)}").text
        answers[pid] = answers.get(pid, 0) + 1
        return len(answers) >= workers and len([*directory.glob("*.json")]) >= workers

    wait_until(have_all, f"answers and files of {workers} workers")
    return sum(answers.values())


def summed_up(directory):
    reading = read_inventory(directory)
    assert reading.problems == ()
    cookies = {
        cookie.name: (cookie.count, cookie.outcomes[0].reason.value, cookie.set_by[0].route, len(cookie.set_by))
        for cookie in reading.report.cookies
    }
    return len(reading.files), reading.report.responses, cookies


@pytest.mark.parametrize("preload", [["--preload"], []], ids=["preloaded", "not preloaded"])
def test_three_workers_of_gunicorn_add_up(serve, wait_until, tmp_path, preload):
    command = ["gunicorn", "--workers", "3", *preload, "--bind", "fd://{}", "--no-control-socket"]
    with serve(FLASK, *command) as url:
        asked = ask_until_workers_wrote(wait_until, url, 3, tmp_path / "seen")
    route = "/user/<int:uid>"
    expected = {"sid": (asked, "necessary", route, 1), "_ga": (asked, "unregistered", route, 1)}
    assert summed_up(tmp_path / "seen") == (3, asked, expected)
    assert all("secret" not in file.read_text() for file in (tmp_path / "seen").glob("*.json"))


def test_two_workers_of_uvicorn_add_up(serve, wait_until, tmp_path):
    with serve(STARLETTE, "uvicorn", "--workers", "2", "--fd", "{}") as url:
        asked = ask_until_workers_wrote(wait_until, url, 2, tmp_path / "seen")
    expected = {
        "sid": (asked, "necessary", "/user/{uid}", 1),
        "_ga": (asked, "unregistered", "/user/{uid}", 1),
    }
    assert summed_up(tmp_path / "seen") == (2, asked, expected)
