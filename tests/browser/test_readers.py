"""What Python's frameworks read from the Cookie headers that browsers really sent.

Behind the gate no reader finds a refused name, in what the gate let out as in what was in the browser before and passes
the gate as a request. `http.cookies`, Bottle (which uses it), WebOb (which Pyramid and Pecan use) and aiohttp take a
comma, a space or a quote in a value for its end and find a pair behind: an app that puts `1, ia_x=2` into a cookie of
its own is held to `strict_values`.
"""

import json
import subprocess
import sys
from pathlib import Path
from wsgiref.util import setup_testing_defaults

import pytest

STRICT = ["Starlette", "Litestar", "Django, ASGI", "Django, WSGI", "Werkzeug", "Flask"]
LENIENT = ["WebOb", "Bottle", "aiohttp", "http.cookies"]
READERS = [*STRICT, *LENIENT]
SAMPLE = b"a=1; ia_x=2"


@pytest.fixture(scope="module")
def read(missing):
    """Let every reader read headers; returns names by reader, in the order of the headers."""

    def run(headers):
        program = Path(__file__).with_name("readers.py")
        encoded = json.dumps([header.decode("latin-1") for header in [SAMPLE, *headers]])
        done = subprocess.run(
            [sys.executable, "-W", "error", str(program)],
            input=encoded,
            capture_output=True,
            text=True,
            check=True,
            timeout=600,
        )
        found = json.loads(done.stdout)
        for reader in [reader for reader, names in found.items() if names is None]:
            missing(f"the package of {reader}")
        assert {reader: names.pop(0) for reader, names in found.items()} == {
            reader: ["a", "ia_x"] for reader in READERS
        }
        return found

    return run


@pytest.fixture(scope="module")
def written(read):
    """What each reader reads from headers that no browser is needed for."""
    headers = {"comma": b"z=1, a=2", "space": b"z=1 a=2", "colon": b"z=1; a:b=2; c=3", "bracket": b"z=1; a[b]=2; c=3"}
    found = read([*headers.values()])
    return {reader: dict(zip(headers, names, strict=True)) for reader, names in found.items()}


@pytest.mark.parametrize("reader", READERS)
def test_lenient_readers_find_a_pair_inside_of_a_value_and_no_others_do(written, reader):
    found = {*written[reader]["comma"], *written[reader]["space"]}
    assert ("a" in found) is (reader in LENIENT)


@pytest.mark.parametrize("reader", READERS)
def test_readers_disagree_about_a_name_that_is_no_token(written, reader):
    """Rule 1 drops such names, although browsers store them and most frameworks read them."""
    colon, bracket = written[reader]["colon"], written[reader]["bracket"]
    assert colon == (["z", "c"] if reader == "WebOb" else ["z", "a:b", "c"])
    cut_short = reader in {"Bottle", "http.cookies"}  # they read nothing behind it
    assert bracket == (["z"] if cut_short else ["z", "c"] if reader == "WebOb" else ["z", "a[b]", "c"])


def screened(gate, header):
    """Return the Cookie header that an app behind the gate sees."""
    from cookiegate.wsgi import CookieGateMiddleware

    environ = {"HTTP_COOKIE": header.decode("latin-1")}
    setup_testing_defaults(environ)
    seen = []

    def app(environ, start_response):
        seen.append(environ.get("HTTP_COOKIE", "").encode("latin-1"))
        start_response("200 OK", [])
        return []

    CookieGateMiddleware(app, gate)(environ, lambda status, headers, exc_info=None: None)
    return seen[0]


def joined(headers, size=5):
    """Return the headers, and several put together, as of one host that set them all."""
    return [*headers, *(b"; ".join(filter(None, headers[at : at + size])) for at in range(0, len(headers), size))]


def planted(pair):
    return pair.endswith(b"=planted") or pair == b"planted"


def sent_back(trial, setups):
    """Return the header of each host behind these gates."""
    outcomes = [outcome for outcome in trial.outcomes if outcome.case.setup in setups]
    return joined([b"; ".join(outcome.gated.pairs()) for outcome in outcomes if outcome.gated.pairs()])


@pytest.fixture(scope="module")
def found(trial, parts, read):
    """Headers of four kinds, and what each reader reads from them.

    `kept` and `strict` came back through the gates that refuse, without strict values and with them; `raw` holds
    cookies set without any gate, and `hidden` what an app behind the gate sees of these.
    """
    pairs = [[pair for pair in outcome.raw.pairs() if not planted(pair)] for outcome in trial.outcomes]
    headers = {
        "kept": sent_back(trial, set(parts.oracle.REFUSING) - {"strict values"}),
        "strict": sent_back(trial, {"strict values"}),
        "raw": joined([b"; ".join(each) for each in pairs if each]),
    }
    headers["hidden"] = [screened(parts.oracle.GATES["default"], header) for header in headers["raw"]]
    names = read([header for several in headers.values() for header in several])
    at = 0
    sliced = {}
    for kind, several in headers.items():
        sliced[kind] = several, {reader: each[at : at + len(several)] for reader, each in names.items()}
        at += len(several)
    return sliced


def refused_names(parts, headers, names):
    return [
        (header, name)
        for header, found in zip(headers, names, strict=True)
        for name in found
        if any(map(parts.judging.is_refused, (name, name.strip())))
    ]


@pytest.mark.parametrize("reader", READERS)
def test_no_refused_name_is_read_from_what_the_gate_let_out(trial, parts, found, promise, reader):
    text = "holds with strict_values; else but for pairs inside of values" if reader in LENIENT else "holds"
    promise("Readers", f"{reader}: set through the gate", trial.browser, text)
    headers, names = found["strict"]
    assert len(headers) > 20
    assert refused_names(parts, headers, names[reader]) == []
    headers, names = found["kept"]
    assert len(headers) > 80
    assert beyond_values(parts, reader, refused_names(parts, headers, names[reader])) == []


@pytest.mark.parametrize("reader", READERS)
def test_no_refused_name_is_read_from_what_the_gate_let_in(trial, parts, found, promise, reader):
    text = "holds but for pairs inside of values" if reader in LENIENT else "holds"
    promise("Readers", f"{reader}: was in the browser before", trial.browser, text)
    headers, names = found["raw"]
    assert len(refused_names(parts, headers, names[reader])) > 20
    headers, names = found["hidden"]
    assert beyond_values(parts, reader, refused_names(parts, headers, names[reader])) == []


def beyond_values(parts, reader, names):
    """Leave out what a lenient reader finds inside of a value."""
    if reader not in LENIENT:
        return names
    return [each for each in names if not is_inside_a_value(*each, parts.judging.TOKENS)]


def is_inside_a_value(header, name, tokens):
    """Tell whether no pair of the header has this name, nor a name with this token in it."""
    names = (piece.partition(b"=")[0].decode("latin-1") for piece in header.split(b";"))
    return name not in (token for each in names for token in tokens.findall(each))
