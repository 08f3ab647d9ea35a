"""The servers under test, each process started once, and their site's tables, loaded by path."""

import os
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

HERE = Path(__file__).parent
FILE_OCTETS = bytes(range(256)) * 1200


def _loaded(name, path):
    spec = spec_from_file_location(name, path)
    module = module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


_running = _loaded("cookiegate_servers_running", HERE / "running.py")
_wire = _loaded("cookiegate_servers_wire", HERE / "wire.py")
_caches = _loaded("cookiegate_servers_caches", HERE / "caches.py")
_asking = _loaded("cookiegate_servers_asking", HERE / "asking.py")
_gates = _loaded("cookiegate_servers_gates", HERE / "served" / "gates.py")
_tricks = _loaded("cookiegate_servers_tricks", HERE / "served" / "tricks.py")

NAMES = list(_running.SERVERS)
HTTP1 = [name for name in NAMES if _running.SERVERS[name][1] == 1]
ASKED = {
    "row": NAMES,
    "http1_row": HTTP1,
    "http2_row": [name for name in NAMES if name not in HTTP1],
    "websocket_row": [name for name in HTTP1 if _running.SERVERS[name][0] == "asgi"],
}
"""The fixtures that stand for a server, and the servers that they stand for in turn."""


def missing(what):
    """Skip a test for want of something on a user's machine; in CI it must be there, and the test fails."""
    if os.environ.get("COOKIEGATE_CI") == "1":
        pytest.fail(f"{what} is missing, and in CI it must be there")
    pytest.skip(f"{what} is not here; the extra `test` has it")


def pytest_generate_tests(metafunc):
    """Cross each test that asks for a server, and for a trick, with all those that it may be about."""
    asked = next((name for name in ASKED if name in metafunc.fixturenames), None)
    if asked and "trick" in metafunc.fixturenames:
        crossed = [
            (name, trick)
            for name in ASKED[asked]
            for trick in _tricks.TRICKS
            if _running.SERVERS[name][0] in trick.protocols
            and (asked != "websocket_row" or trick.column in _tricks.WEBSOCKET_COLUMNS)
        ]
        ids = [f"{name}-{trick.name}" for name, trick in crossed]
        metafunc.parametrize((asked, "trick"), crossed, ids=ids, indirect=[asked])
    elif asked:
        metafunc.parametrize(asked, ASKED[asked], indirect=True)
    elif "shown_trick" in metafunc.fixturenames:
        shown = [trick for trick in _tricks.TRICKS if trick.shown_by]
        metafunc.parametrize("shown_trick", shown, ids=lambda trick: trick.name)


@pytest.fixture(scope="session")
def running():
    """The module that starts servers."""
    return _running


@pytest.fixture(scope="session")
def wire():
    """The module that speaks with them."""
    return _wire


@pytest.fixture(scope="session")
def caches():
    """The module that starts shared caches before a site."""
    return _caches


@pytest.fixture(scope="session")
def body():
    """The body of the site's answers."""
    return _gates.BODY


@pytest.fixture(scope="session")
def necessary():
    """The only Set-Cookie text that may leave without consent."""
    name, value = _gates.OK
    return f"{name.lower()}: {value}".encode()


@pytest.fixture(scope="session")
def file_octets():
    """The content of the file that the site serves."""
    return FILE_OCTETS


@pytest.fixture(scope="session")
def start(tmp_path_factory):
    """Start a server by its name, always a new one; all are stopped in the end."""
    servers = []

    def start_one(name):
        lacking = _running.lacks(name)
        if lacking:
            missing(", ".join(lacking))
        folder = tmp_path_factory.mktemp("server")
        (folder / "file").write_bytes(FILE_OCTETS)
        protocol, http, command, _ = _running.SERVERS[name]
        servers.append(_running.started(command, folder))
        http2 = _loaded("cookiegate_servers_wire_http2", HERE / "wire_http2.py") if http == 2 else None
        return _asking.Row(name, protocol, http, servers[-1], _wire, http2)

    yield start_one
    for server in servers:
        server.process.terminate()
    for server in servers:
        server.stop()


@pytest.fixture(scope="session")
def serve(start):
    """Start a server by its name, once."""
    rows = {}

    def serve_one(name):
        if name not in rows:
            rows[name] = start(name)
        return rows[name]

    return serve_one


def _watched(request, serve):
    one = serve(request.param)
    yield one
    assert one.server.process.poll() is None
    assert _running.gate_faults(one.server.said()) == []


row = pytest.fixture(_watched, name="row")  # one running server; in its log the gate must not have raised
http1_row = pytest.fixture(_watched, name="http1_row")
http2_row = pytest.fixture(_watched, name="http2_row")
websocket_row = pytest.fixture(_watched, name="websocket_row")
