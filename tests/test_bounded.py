"""JSON and TOML beyond the limits are refused with their line, all other texts are parsed; time is linear."""

import json
import tomllib
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cookiegate import bounded
from cookiegate.bounded import OutOfBounds, check_json, check_toml, load_json, load_toml, read_octets

NUMBER = "a number of more than 400 characters; shorten it"
KEY = "a key of more than 1,000 characters; shorten it"
WORD = "a key or number of more than 1,000 characters; shorten it"
PARTS = "a key of more than 32 parts; write it with fewer dots"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("1" * 401, f"line 1: {NUMBER}"),
        ("[\n-" + "1" * 401, f"line 2: {NUMBER}"),
        ("[1." + "1" * 400 + "]", f"line 1: {NUMBER}"),
        ("[1e" + "1" * 400 + "]", f"line 1: {NUMBER}"),
        ('{"a": "\n", "b":\n' + "1" * 401 + "}", f"line 3: {NUMBER}"),
        ('{"' + "a" * 1001 + '": 1}', f"line 1: {KEY}"),
        ('{"' + '\\"' * 1001 + '"\n:1}', f"line 1: {KEY}"),
        ("[" * 501, "it nests more than 500 deep; take the inner parts out"),
        ('{"a":' * 501, "it nests more than 500 deep; take the inner parts out"),
        ("[{" * 251, "it nests more than 500 deep; take the inner parts out"),
    ],
)
def test_json_beyond_the_bounds_is_refused(text, what):
    with pytest.raises(OutOfBounds) as error:
        load_json(text)
    assert str(error.value) == what


@pytest.mark.parametrize(
    "text",
    [
        "1" * 400, '"' + "1" * 9999 + '"', '{"' + "a" * 1000 + '": 1}', '["' + "a" * 9999 + '"]',
        "[[]," * 499 + "1" + "]" * 499, '["' + "[" * 9999 + '"]', "[" + "[]," * 9999 + "1]",
        '["\\"' + "1" * 999 + '", 1]',
    ],
)  # fmt: skip
def test_json_within_the_bounds_is_read(text):
    assert load_json(text) == json.loads(text)


@pytest.mark.parametrize(
    "text", ["", "[", '"', '"\\', "]" * 999, "[" * 300 + '"' + "[" * 300, '["' + "a" * 2000, "nul", "'", '"a" "b"']
)
def test_broken_json_is_told_by_its_library(text):
    with pytest.raises(json.JSONDecodeError):
        load_json(text)


def test_json_that_the_library_can_not_follow_is_refused(monkeypatch):
    def fail(*_, **__):  # as the library does where its caller is deep in its own calls, on some versions of Python
        raise RecursionError

    monkeypatch.setattr(json, "loads", fail)
    with pytest.raises(OutOfBounds, match="it nests too deep; take the inner parts out"):
        load_json("[]")


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("a" + ".a" * 20_000 + " = 1", f"line 1: {WORD}"),
        ("a" + ".a" * 32 + " = 1", f"line 1: {PARTS}"),
        ("a = 1\n[a" + " . a" * 32 + "]", f"line 2: {PARTS}"),
        ("a = 1\n" + '"".' * 32 + "a = 1", f"line 2: {PARTS}"),
        ("a = '''\n\n'''\n" + "'a'\t." * 32 + "a = 1", f"line 4: {PARTS}"),
        ("# a.b \" ' \n" + "a." * 32 + "a = 1", f"line 2: {PARTS}"),
        ("x = { " + "a." * 32 + "a = 1 }", f"line 1: {PARTS}"),
        ("a" * 1001 + " = 1", f"line 1: {WORD}"),
        ("\na = " + "1" * 1001, f"line 2: {WORD}"),
        ("a = 0x" + "f" * 1001, f"line 1: {WORD}"),
        ("a = 1." + "1" * 1001, f"line 1: {WORD}"),
        ("\n'" + "a" * 1001 + "' = 1", f"line 2: {KEY}"),
        ('"' + "a" * 1001 + '" . b = 1', f"line 1: {KEY}"),
        ("a = " + "[" * 101, "it nests more than 100 deep; take the inner parts out"),
        ("a = " + "{a=" * 101, "it nests more than 100 deep; take the inner parts out"),
    ],
)
def test_toml_beyond_the_bounds_is_refused(text, what):
    with pytest.raises(OutOfBounds) as error:
        load_toml(text)
    assert str(error.value) == what


@pytest.mark.parametrize(
    "text",
    [
        "a" + ".a" * 31 + " = 1",
        "a = '" + "a." * 999 + "'",
        'a = """\n' + "a." * 999 + '"""',
        "# " + "a." * 999,
        "a = '" + "a" * 9999 + "'",
        "a = ['" + "a" * 9999 + "', '" + "b" * 9999 + "']",
        "'" + "a" * 1000 + "' = 1",
        "a = [\n" + "[1], " * 999 + "]",
        "a = '" + "[" * 999 + "'",
        "[[b]]\nc = 1.5\nd = 2026-01-12T08:00:00.000Z\n" * 400,
        'a = """"x"""""',
    ],
)
def test_toml_within_the_bounds_is_read(text):
    assert load_toml(text) == tomllib.loads(text)


@pytest.mark.parametrize("text", ["a", 'a = "', "a = '", 'a = """', "a = '''x''", "]" * 999, 'a = "\\', 'a = "\n"'])
def test_broken_toml_is_told_by_its_library(text):
    with pytest.raises(tomllib.TOMLDecodeError):
        load_toml(text)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=20), inner, max_size=4),
)


@given(VALUES, st.booleans(), st.sampled_from([None, 1]))
def test_any_small_json_is_within_the_bounds(value, ascii_only, indent):
    text = json.dumps(value, ensure_ascii=ascii_only, indent=indent)
    assert load_json(text) == value


@given(st.text(st.sampled_from("ab.\"'\\\n #=[]{}1-"), max_size=40))
def test_no_short_toml_is_refused(text):
    check_toml(text)


PIECES = [
    "1", "-", "a", ".", " .", '"', "'", "\\", '\\"', '"""', '"""\\', "'''", "[", "{", "]", "#", "\n", "#\n", ":", ",",
    '"a":', '"a",', "1,", "[],", " ", "a = 1\n", "a.b = 1\n", "[[cookie]]\n", '"a".', "{a=", "1.5\n", "é", '""',
    "1" * 399 + ",", "a" * 999 + " ", '"' + "a" * 1001 + '" ',
]  # fmt: skip


@pytest.mark.parametrize("check", [check_json, check_toml])
@pytest.mark.parametrize("before", ["", '"', "'", '"""', "a = "])
@pytest.mark.parametrize("piece", PIECES)
def test_time_grows_with_the_text(check, before, piece, grows_linearly):
    def look(text):
        try:
            check(text)
        except OutOfBounds:
            return

    grows_linearly(look, lambda size: before + piece * (size // len(piece)), 200_000)


def test_memory_grows_with_the_text():
    text = "a" + " . a" * 250_000 + " = 1"
    tracemalloc.start()
    try:
        with pytest.raises(OutOfBounds):
            load_toml(text)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 8 * len(text)


def test_file_beyond_the_limit_is_not_read(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"x" * 5)
    assert read_octets(path, 5) == b"x" * 5
    with path.open("r+b") as file:
        file.truncate(2 * 1024 * 1024 + 1)
    with pytest.raises(OutOfBounds, match="larger than 2 MiB"):
        read_octets(path, 2 * 1024 * 1024)
    assert bounded.MAX_FILE_OCTETS == 64 * 1024 * 1024
