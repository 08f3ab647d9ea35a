"""Time is linear in the input of clients and apps: parsers, `cookiegate.wire`, the settings page, both adapters.

The tests compare the processor time for an input with that for one twice as large, in many shapes, if the larger one
takes a measurable time. Twice the input may take 3.2 times as long; a quadratic function takes four times as long.
"""

import gc
import inspect
import logging
import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from importlib import import_module
from io import BytesIO
from math import inf
from pathlib import Path
from time import process_time
from typing import Any

import pytest

import cookiegate.consent
import cookiegate.wire
from cookiegate import Category, Consent, CookieGate, CookieRule, Registry, SameSite, SetCookie
from cookiegate.asgi import CookieGateMiddleware as AsgiGate
from cookiegate.consent import first_of
from cookiegate.consent.source import cookie_names_of
from cookiegate.errors import ConfigError
from cookiegate.model import OPTIONAL, RequestHead
from cookiegate.settings_page.accept_language import choose_language
from cookiegate.settings_page.choice import read_choice
from cookiegate.settings_page.exchange import Problem
from cookiegate.wire.set_cookie import parse_set_cookie
from cookiegate.wsgi import CookieGateMiddleware as WsgiGate

pytestmark = pytest.mark.usefixtures("untraced")

HEADER, VALUE = 24_000, 8_000
"""Octets of the larger inputs: a header or line; and a cookie's value or a body, which are read up to a limit."""
MEASURABLE_S = 0.01
MOST = 3.2
FEW = [
    b" ", b"\t", b";", b"=", b",", b'"', b"\\", b"%", b"0", b".", b"~", b"a", b"\xff", b"|", b"&", b"[", b"{", b"\x00",
    b"; ", b" ;", b", ", b" ,", b"a=", b"a=;", b"a;", b"a=1;", b"a=1; ", b"a ", b'a="', b'\\"', b"%25", b"%22",
]  # fmt: skip
"""The parts that an input repeats."""
PARTS = [
    *FEW, b"'", b"9", b"Z", b"_", b"-", b"!", b":", b"(", b"\r\n", b"= ", b"=;", b"\t;", b"a,", b'",', b'"a', b'"\\',
    b"\\\\", b"%2525", b"%7B", b"%2E", b"%C3%A4", b"%c3", b'{"a":', b'[{"a":', b"%7B%22a%22%3A", b'"a":1,', b"a:1,",
    b"a:yes,", b"c1:1|", b"!a=true", b"a=1&", b"C1:1,", b"1,", b"1|", b"1:true,", b"00:", b"eyJ", b"AAAA.", b".IAAA",
    b"~A", b"____", b"1-", b"max-age=1;", b"expires=Thu, 01 Jan 2026 00:00:00 GMT;", b"01 ", b"1:1:1 ", b"jan ",
    b"a;q=0,", b"a-", b"*,", b"granted=a&",
]  # fmt: skip
STARTS = [
    b"",
    b'{"a":',
    b'{"a":"',
    b"{a:'",
    b"%7B%22a%22%3A%22",
    b"3",
    b"C",
    b"permit 1",
    b"groups=",
    b"eyJhIjoi",
    b"a",
]
"""The beginnings of values: those of each format, so that its parser reads further."""
NAMES = ("_iub_cs-", "cmplz_", "ppms_privacy_", "cookielawinfo-checkbox-")
SOURCES = {
    name: getattr(cookiegate.consent, name)
    for name in cookiegate.consent.__all__
    if isinstance(getattr(cookiegate.consent, name), type) and not name.endswith("ConsentSource")
}
MAPPED = {
    "Axeptio": {"services": {"a": "statistics"}},
    "Didomi": {"purpose_numbers": {1: "statistics"}},
    "Klaro": {"services": {"a": "statistics"}},
    "Tcf": {"vendor": 755},
    "Zaraz": {"purposes": {"a": "statistics"}},
}
REGISTRY = Registry(
    [
        CookieRule(name="sid", category=Category.NECESSARY),
        CookieRule(name="visitor", category=Category.STATISTICS),
        CookieRule(name="mkt_*", category=Category.MARKETING),
    ]
)


@pytest.fixture
def quiet_log() -> Iterator[None]:
    """Disable the log: thousands of names are dropped here."""
    logger = logging.getLogger("cookiegate")
    before, logger.disabled = logger.disabled, True
    yield
    logger.disabled = before


def run(part: bytes, size: int) -> bytes:
    """Return a number of octets that repeat one part."""
    return (part * (size // len(part) + 1))[:size]


def cost(call: Callable[[bytes], object], octets: bytes) -> float:
    """Return the processor time of one call in seconds; errors for bad input are ignored."""
    gc.disable()
    try:
        begin = process_time()
        with suppress(ValueError, ConfigError, Problem):
            call(octets)
        return process_time() - begin
    finally:
        gc.enable()


def growth(make: Callable[[], Callable[[bytes], object]], of: Callable[[int], bytes], size: int) -> float:
    """Return the ratio of the times for the whole input and for half of it; 0 if they are too short to measure.

    `make` returns a new function each time, so that caches are empty. The best of several runs and comparisons counts,
    because other load can only slow them down.
    """
    if cost(make(), of(size)) < MEASURABLE_S:
        return 0.0
    least = inf
    for _ in range(4):
        half, whole = (min(cost(make(), of(octets)) for _ in range(2)) for octets in (size // 2, size))
        least = min(least, whole / half)
        if least < MOST or whole < MEASURABLE_S:
            return least if whole >= MEASURABLE_S else 0.0
    return least


def too_slow(
    make: Callable[[], Callable[[bytes], object]], shapes: dict[str, Callable[[int], bytes]], size: int
) -> dict[str, float]:
    """Return the shapes for which time grows faster than the input, with the ratio."""
    found = {name: growth(make, of, size) for name, of in shapes.items()}
    return {name: ratio for name, ratio in found.items() if ratio >= MOST}


def runs(before: bytes = b"", after: bytes = b"", parts: list[bytes] = PARTS) -> dict[str, Callable[[int], bytes]]:
    """Return a shape for each part: a run of it between two texts."""
    return {
        f"{before[:40]!r} {part!r}... {after!r}": lambda size, part=part: before + run(part, size) + after
        for part in parts
    }


def headers_with(names: tuple[str, ...]) -> dict[str, Callable[[int], bytes]]:
    """Return Cookie headers: runs in the name, around it, and before the equals sign; and the cookie many times."""
    shapes = runs(parts=FEW) | runs(b"a=1, ", b"x", FEW)
    for name in dict.fromkeys(name.removesuffix("*").encode() for name in names):
        again = [b" ", b"\t", b",", b";", b'"', b"%", b"0", b"a", b"\xff", b", " + name, b" ," + name, b";" + name]
        for before, after in ((b"a=1, " + name, b"x"), (name, b"=1"), (b"a=1;" + name + b"=", b"")):
            shapes |= runs(before, after, again)
        shapes |= runs(parts=[name, name + b"=1;", name + b"1=1;", b" " + name, b"," + name, name + b" ", name + b"="])
    return shapes


def test_growth_of_a_quadratic_function_is_found() -> None:
    def quadratic(octets: bytes) -> int:
        return sum(octets.count(b"x", at) for at in range(0, len(octets), 4))

    shapes = {"a": lambda size: run(b"a", size)}
    assert any(too_slow(lambda: quadratic, shapes, 20_000) for _ in range(5))  # other load may hide it once
    assert not too_slow(lambda: sum, {"a": lambda size: run(b"a", size)}, 200_000)


def source_of(name: str) -> Any:
    return SOURCES[name](**MAPPED.get(name, {}))


def reader(source: Any, before: bytes = b"") -> Callable[[bytes], object]:
    return lambda octets: source(RequestHead(cookie=before + octets))


@pytest.mark.parametrize("name", SOURCES)
def test_reader_reads_a_value_in_linear_time(name: str) -> None:
    found = {}
    for cookie_name in cookie_names_of(source_of(name))[:2]:
        before = cookie_name.replace("*", "1").encode() + b"="
        for start in STARTS:
            found |= too_slow(lambda before=before: reader(source_of(name), before), runs(start), VALUE)
        if name == "Detect":
            break  # its sources are tested one by one
    assert found == {}


@pytest.mark.parametrize("name", SOURCES)
def test_reader_finds_its_cookies_in_linear_time(name: str) -> None:
    source = source_of(name)
    names = cookie_names_of(source)
    shapes = headers_with(NAMES if name == "Detect" else (names[0], names[-1]))
    assert too_slow(lambda: reader(source_of(name)), shapes, HEADER) == {}


def test_first_of_all_readers_is_linear() -> None:
    sources = [source_of(name) for name in SOURCES if name not in ("Detect", "FirstOf")]
    assert too_slow(lambda: reader(first_of(*sources)), headers_with(NAMES), HEADER) == {}


def _cookie(octets: bytes) -> SetCookie:
    return SetCookie(octets, octets, 0, 1, octets, octets, True, True, SameSite.LAX, True, octets)


def wire_functions() -> dict[str, Callable[..., object]]:
    """Return all public functions of `cookiegate.wire`."""
    found = {}
    for file in sorted(Path(cookiegate.wire.__file__).parent.glob("[a-z]*.py")):
        module = import_module(f"cookiegate.wire.{file.stem}")
        of_module = {name: getattr(module, name) for name in module.__all__}
        found |= {name: one for name, one in of_module.items() if inspect.isfunction(one)}
    return found


WIRE = wire_functions()
SOURCE_KEYS = frozenset({b"a", b"https://a.b/c", b"'sha256-a'", b"*.a"})
CALLS: dict[str, Callable[[Any, bytes], object]] = {
    "cookie_pairs": lambda call, octets: [*call(octets)],
    "cookie_values": lambda call, octets: [call(octets, name) for name in (b"a", b"C1", b"aaaaaaaaab")],
    "without_cookies": lambda call, octets: call(octets, lambda name: name == b"a"),
    "has_pair_behind_comma": lambda call, octets: call(octets, lambda name: name == b"b"),
    "is_now": lambda call, octets: call(octets, 0),
    "format_cookie_date": lambda call, octets: call(10 ** min(len(octets), 300)),
    "seconds_of": lambda call, octets: call(2026, 1, 1, (0, 0, 0)),
    "octets": lambda call, octets: call(octets.decode("latin-1")),
    "in_octets": lambda call, octets: call([(octets, octets.decode("latin-1"))]),
    "text_kind": lambda call, octets: call(octets.decode("latin-1")),
    "are_plain": lambda call, octets: call([(b"a", octets), (octets, b"a")]),
    "are_plain_text": lambda call, octets: call([("a", octets.decode("latin-1"))]),
    "set_cookie_lines": lambda call, octets: call([(b"set-cookie", octets), (octets, b"a")]),
    "meets_prefix": lambda call, octets: call(_cookie(octets)),
    "with_shortest_lifetime": lambda call, octets: (found := parse_set_cookie(octets)) and call(found, 0),
    "is_stored_by_shared_caches": lambda call, octets: call([(b"cache-control", octets)]),
    "make_private": lambda call, octets: call([(b"cache-control", octets)]),
    "vary_on": lambda call, octets: call([(b"vary", octets)], b"Cookie"),
    "parse_age": lambda call, octets: call(octets) if octets.isdigit() else None,
    "place_of": lambda call, octets: call(octets, octets.decode("latin-1")),
    "is_domain": lambda call, octets: call(octets.decode("latin-1")),
    "is_surely_plain": lambda call, octets: call((octets, octets)),
    "ignored_hosts": lambda call, octets: call(b"script-src 'strict-dynamic' " + octets, SOURCE_KEYS),
    "overruled": lambda call, octets: call(b"img-src " + octets, SOURCE_KEYS),
    "remove_sources": lambda call, octets: call(b"img-src " + octets, SOURCE_KEYS, SOURCE_KEYS),
    "source_problem": lambda call, octets: call(octets.decode("latin-1")),
    "tail": lambda call, octets: call(_cookie(octets)),
    "write_set_cookie": lambda call, octets: call(_cookie(octets)),
    "delete": lambda call, octets: call(_cookie(octets)),
    "deletion": lambda call, octets: call(octets, domain=octets, path=octets, secure=True, partitioned=True),
}
"""Calls for functions that need other arguments than octets."""


def wire(name: str) -> Callable[[bytes], object]:
    return partial(CALLS[name], WIRE[name]) if name in CALLS else WIRE[name]


def test_wire_floor_has_the_functions_that_read_traffic() -> None:
    assert WIRE.keys() >= {"cookie_pairs", "cookie_values", "without_cookies", "parse_set_cookie", "parse_cookie_date"}


@pytest.mark.parametrize("name", WIRE)
def test_wire_function_is_linear(name: str) -> None:
    shapes = runs() | runs(b"a=1;") | runs(b"private=", b"a") | runs(b"a=1; expires=")
    assert too_slow(lambda: wire(name), shapes, HEADER) == {}


@pytest.mark.parametrize("name", ["is_stored_by_shared_caches", "make_private"])
def test_quotes_in_a_long_cache_control_are_linear(name: str) -> None:
    shapes = runs(parts=[b'"', b'",', b'"a', b'a="'])
    assert too_slow(lambda: wire(name), shapes, 240_000) == {}


@pytest.mark.parametrize("name", ["ignored_hosts", "overruled", "remove_sources"])
def test_long_policy_is_read_in_linear_time(name: str) -> None:
    parts = [
        b"a ",
        b"'sha256-a' ",
        b"'unsafe-inline' ",
        b"img-src a;",
        b"a-src-",
        b"https://a.b/c ",
        b"a.",
        b"a://",
        b"*.",
    ]
    assert too_slow(lambda: wire(name), runs(parts=parts) | runs(b"img-src a;", parts=parts), 240_000) == {}


def test_wire_fields_in_great_number_are_linear() -> None:
    for name in (b"cache-control", b"vary", b"cdn-cache-control"):
        for call in (
            WIRE["is_stored_by_shared_caches"],
            WIRE["make_private"],
            lambda fields: WIRE["vary_on"](fields, b"Cookie"),
        ):
            shapes = {"fields": lambda size: b"x" * size}
            assert too_slow(lambda: lambda octets: call([(name, b"a")] * len(octets)), shapes, 4_000) == {}  # noqa: B023


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "application/json"])
def test_posted_choice_is_read_in_linear_time(kind: str) -> None:
    for start in (b"", b"choice=own-choice&", b'{"choice":"own-choice","granted":[', b'{"choice":"', b'{"granted":'):
        assert too_slow(lambda: lambda body: read_choice(kind, body, OPTIONAL), runs(start), VALUE) == {}


def test_content_type_is_read_in_linear_time() -> None:
    def call(octets: bytes) -> object:
        return read_choice(octets.decode("latin-1"), b"", OPTIONAL)

    assert (
        too_slow(lambda: call, runs() | runs(b"application/json;") | runs(b"application/json; charset="), HEADER) == {}
    )


def test_accept_language_is_read_in_linear_time() -> None:
    shapes = runs() | runs(b"de;q=") | runs(b"de-")
    assert too_slow(lambda: lambda octets: choose_language([octets], ["en", "de"], "en"), shapes, HEADER) == {}
    many = {"fields": lambda size: b"x" * size}
    assert too_slow(lambda: lambda octets: choose_language([b"de"] * len(octets), ["en"], "en"), many, HEADER) == {}


async def asgi_app(scope: Any, receive: Any, send: Any) -> None:
    scope["cookiegate"].allows("statistics")
    await send({"type": "http.response.start", "status": 200, "headers": [(b"set-cookie", b"visitor=1; Path=/")]})


def wsgi_app(environ: Any, start_response: Any) -> list[bytes]:
    start_response("200 OK", [("Set-Cookie", "visitor=1; Path=/")])
    return [b""]


def asgi(gate: CookieGate, method: str = "GET", path: str = "/", **settings: str) -> Callable[..., None]:
    """Return a function that sends a request through the ASGI middleware, with a body and header fields."""
    middleware = AsgiGate(asgi_app, gate, **settings)

    async def send(message: Any) -> None:
        pass

    def ask(body: bytes = b"", **fields: bytes) -> None:
        async def receive() -> dict[str, object]:
            return {"type": "http.request", "body": body, "more_body": False}

        found = [(name.replace("_", "-").encode(), value) for name, value in fields.items()]
        scope = {"type": "http", "scheme": "https", "method": method, "path": path, "query_string": b"",
                 "headers": [(b"host", b"a.example"), *found]}  # fmt: skip
        with suppress(StopIteration):
            middleware(scope, receive, send).send(None)

    return ask


def wsgi(gate: CookieGate, method: str = "GET", path: str = "/", **settings: str) -> Callable[..., None]:
    """Return the same for the WSGI middleware."""
    middleware = WsgiGate(wsgi_app, gate, **settings)

    def ask(body: bytes = b"", **fields: bytes) -> None:
        environ = {f"HTTP_{name.upper()}": value.decode("latin-1") for name, value in fields.items()}
        environ |= {"REQUEST_METHOD": method, "PATH_INFO": path, "SCRIPT_NAME": "", "wsgi.url_scheme": "https",
                    "wsgi.input": BytesIO(body), "CONTENT_LENGTH": str(len(body)), "HTTP_HOST": "a.example",
                    "CONTENT_TYPE": environ.get("HTTP_CONTENT_TYPE", "")}  # fmt: skip
        [*middleware(environ, lambda status, headers: None)]

    return ask


ADAPTERS = {"asgi": asgi, "wsgi": wsgi}
GATED = ["OwnConsent", "Cookiebot", "Complianz", "CookieYes", "Iubenda", "PiwikPro", "Detect"]


def gate_of(source: Any) -> CookieGate:
    return CookieGate(registry=REGISTRY, consent=source)


IS_STRESS = os.environ.get("COOKIEGATE_STRESS") == "1"
PAIRS = [
    (name, adapter)
    for number, name in enumerate(GATED)
    for place, adapter in enumerate(ADAPTERS)
    if IS_STRESS or number % len(ADAPTERS) == place
]
"""Each reader in each adapter with --stress; else in one of them by turns."""


@pytest.mark.parametrize(("name", "adapter"), PAIRS)
def test_request_with_a_long_cookie_header_is_served_in_linear_time(adapter: str, name: str, quiet_log: None) -> None:
    names = NAMES if name == "Detect" else (cookie_names_of(source_of(name))[0], *NAMES)

    def make() -> Callable[[bytes], object]:
        ask = ADAPTERS[adapter](gate_of(source_of(name)))
        return lambda octets: ask(cookie=octets)

    shapes = headers_with(names) | runs(b"mkt_", b"=1", FEW) | runs(b"a=1, mkt_", b"=1", FEW)
    assert too_slow(make, shapes, HEADER) == {}


@pytest.mark.parametrize("adapter", ADAPTERS)
def test_long_signals_are_read_in_linear_time(adapter: str, quiet_log: None) -> None:
    def make() -> Callable[[bytes], object]:
        ask = ADAPTERS[adapter](gate_of(lambda head: Consent(OPTIONAL)))
        return lambda octets: ask(sec_gpc=octets, dnt=octets, cookie=b"mkt_a=1")

    assert too_slow(make, runs(), HEADER) == {}


@pytest.mark.parametrize("adapter", ADAPTERS)
def test_settings_page_is_served_in_linear_time(adapter: str, quiet_log: None) -> None:
    def make(field: str) -> Callable[[bytes], object]:
        ask = ADAPTERS[adapter](gate_of(cookiegate.consent.OwnConsent()), path="/s/", settings="/s")
        return lambda octets: ask(**{field: octets})

    for field, shapes in (
        ("cookie", runs(b"cookiegate_consent=v=1&")),
        ("accept_language", runs()),
        ("referer", runs()),
    ):
        assert too_slow(lambda field=field: make(field), shapes, HEADER) == {}


@pytest.mark.parametrize("adapter", ADAPTERS)
@pytest.mark.parametrize(
    ("kind", "start"), [(b"application/x-www-form-urlencoded", b"choice=own-choice&"), (b"application/json", b'{"a":')]
)
def test_posted_choice_is_served_in_linear_time(adapter: str, kind: bytes, start: bytes, quiet_log: None) -> None:
    def make() -> Callable[[bytes], object]:
        gate = gate_of(cookiegate.consent.OwnConsent())
        ask = ADAPTERS[adapter](gate, method="POST", path="/s/api", settings="/s")
        return lambda body: ask(body, content_type=kind, sec_fetch_site=b"same-origin")

    assert too_slow(make, runs(start), VALUE) == {}
