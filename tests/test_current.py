"""From a framework's request to the handle. Requests that frameworks make themselves are in test_frameworks."""

from types import MappingProxyType, SimpleNamespace

import pytest
from starlette.requests import HTTPConnection, Request
from starlette.websockets import WebSocket
from werkzeug.wrappers import Request as WerkzeugRequest

from cookiegate import CookieGate, NotGated, Registry, current
from cookiegate.visit import Visit


class _Visit(Visit):
    def __init__(self):
        self._gate = CookieGate(registry=Registry())


HANDLE = _Visit()


@pytest.mark.parametrize(
    "request_",
    [
        {"type": "http", "cookiegate": HANDLE},
        MappingProxyType({"cookiegate": HANDLE}),
        Request({"type": "http", "cookiegate": HANDLE}),
        HTTPConnection({"type": "http", "cookiegate": HANDLE}),
        WebSocket({"type": "websocket", "cookiegate": HANDLE}, None, None),
        WerkzeugRequest({"REQUEST_METHOD": "GET", "cookiegate": HANDLE}),
        SimpleNamespace(scope={"cookiegate": HANDLE}),
        SimpleNamespace(environ={"cookiegate": HANDLE}),
        SimpleNamespace(META={"cookiegate": HANDLE}),
        SimpleNamespace(env={"cookiegate": HANDLE}),
        SimpleNamespace(scope={}, environ=None, META={"cookiegate": HANDLE}),
    ],
    ids=lambda request: type(request).__name__,
)
def test_current_finds_the_handle(request_):
    assert current(request_) is HANDLE


@pytest.mark.parametrize(
    "request_",
    [
        {},
        {"cookiegate": None},
        {"cookiegate": "text"},
        {"scope": {"cookiegate": HANDLE}},
        None,
        "text",
        SimpleNamespace(scope=None),
        SimpleNamespace(scope=[("cookiegate", HANDLE)]),
        SimpleNamespace(environ={"cookiegate": 1}),
        Request({"type": "http"}),
        WerkzeugRequest({"REQUEST_METHOD": "GET"}),
    ],
)
def test_current_of_what_did_not_pass_a_gate_is_an_error(request_):
    name = type(request_).__name__
    message = f"no cookiegate handle in this {name}; wrap the app in CookieGateMiddleware, outermost"
    with pytest.raises(NotGated, match=f"^{message}$"):
        current(request_)


def test_not_gated_is_a_lookup_error():
    with pytest.raises(LookupError):
        current({})
