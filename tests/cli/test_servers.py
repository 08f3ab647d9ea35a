"""The demo's servers: connections are refused if a server fails, and no process outlives the demo."""

import signal

import httpx
import pytest

from cookiegate.cli.demo import gunicorn_conf, servers, visits


def test_gunicorn_that_does_not_end_is_killed(monkeypatch):
    monkeypatch.setattr(servers, "_PATIENCE_S", 0)
    with servers.listen() as listener, servers.serve_wsgi(listener) as server:
        assert server.is_running()
        assert httpx.get(server.url, timeout=300, trust_env=False).status_code == 200
    assert not server.is_running()


def test_gunicorn_that_can_not_start_refuses_visitors(monkeypatch, wait_until):
    monkeypatch.setattr(servers.sys, "executable", "/bin/false")
    with servers.listen() as listener, servers.serve_wsgi(listener) as server:
        wait_until(lambda: not server.is_running(), "the end of the server")
        with pytest.raises(httpx.HTTPError):
            visits.visit(server.url, "everything")


@pytest.mark.parametrize(("parent", "killed"), [(7, [(7, signal.SIGTERM)]), (1, [])])
def test_worker_stops_its_arbiter_when_the_pipe_ends(monkeypatch, parent, killed):
    kills = []
    pieces = iter([b"x", b""])
    monkeypatch.setattr(gunicorn_conf.os, "read", lambda *_: next(pieces))
    monkeypatch.setattr(gunicorn_conf.os, "getppid", lambda: parent)
    monkeypatch.setattr(gunicorn_conf.os, "kill", lambda *given: kills.append(given))
    gunicorn_conf._stop_at_end_of_input(7)
    assert kills == killed


def test_worker_waits_in_a_thread(monkeypatch, wait_until):
    waited = []
    monkeypatch.setattr(gunicorn_conf, "_stop_at_end_of_input", waited.append)

    class Worker:
        ppid = 7

    gunicorn_conf.post_worker_init(Worker())
    wait_until(lambda: waited, "the thread")
    assert waited == [7]


def test_visitor_whose_choice_fails_is_told():
    with (
        servers.listen() as listener,
        servers.serve_asgi(listener) as server,
        pytest.raises(httpx.HTTPStatusError, match="404"),
    ):
        visits.visit(server.url + "nowhere/", "everything")
