"""The quick reader of plain tables says what `tomllib` says, in values and in errors; headers are found by line."""

import tomllib
from pathlib import Path
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

import cookiegate.registry
from cookiegate import ConfigError, Registry
from cookiegate.registry import toml_tables
from cookiegate.registry.toml import report_progress_to
from cookiegate.registry.toml_tables import cookie_lines, read_tables

_LINES = st.sampled_from(
    [
        "[[cookie]]", "[[ cookie ]] # c", "  [[cookie]]", '[["cookie"]]', "[[cookie]] x", "[cookie]",
        "[[cookie.part]]", "[gate]", "[gate.part]", "[other]", "gate.x = 1", "cookie = []", "# [[cookie]]", "", "  ",
        "\t# note", "#\x01", "\x0b", 'name = "a"', "name = 'a'", 'name="b" # c', 'name = "a#b"', "name = \"it's\"",
        "name = 'say \"a\"'", 'name = "a\\tb"', "name = 'a\\tb'", 'name = "a', 'name = "a" "b"', 'name = ""',
        "name = ''", 'name = "\t"', 'name = "\x01"', 'name = "é\u2028x"', "secure = true", "secure = false",
        "secure = True", "secure = true # yes", "secure = true name = 'a'", "secure", 'paths = ["/", "/a"]',
        "paths = [", "]", "[[cookie]],", "1,", "lifetime = 7", "a.b = 1", '"quoted" = 1', "= 1", "é = 1",
        'purpose = """', '"""', "'''", 'purpose = """[[cookie]]"""', 'part = { x = "1" }', "\r", 'name = "a"\r',
        "when = 2026-01-12", "x = 0x1F", "x = nan", "-_9 = true",
    ]
)  # fmt: skip


def outcome(read, text):
    try:
        return repr(read(text))
    except ValueError as error:
        return f"error: {error}"


@given(lines=st.lists(_LINES, max_size=12), end=st.sampled_from(["\n", "\r\n"]))
def test_tables_are_those_of_tomllib(lines, end):
    text = end.join(lines)
    assert outcome(read_tables, text) == outcome(tomllib.loads, text)


@pytest.mark.parametrize("text", ["\r\r\n[[cookie]]\r\n", "[[cookie]]\na = true\r\r\n[[cookie]]", "[[cookie]]\r", "\r"])
def test_tables_with_a_carriage_return_alone_are_tomllibs_error(text):
    assert outcome(read_tables, text) == outcome(tomllib.loads, text)
    assert outcome(read_tables, text).startswith("error: ")


@given(
    value=st.text(alphabet=st.characters(codec="utf-8"), max_size=8),
    quote=st.sampled_from(["", '"', "'", '"""']),
    key=st.text(alphabet='ab-_9."é ', max_size=3),
)
def test_tables_are_those_of_tomllib_for_any_value(value, quote, key):
    text = f"[[cookie]]\n{key} = {quote}{value}{quote}\n[[cookie]]\nb = true\n"
    assert outcome(read_tables, text) == outcome(tomllib.loads, text)


def test_tables_of_the_known_cookies_are_those_of_tomllib():
    text = (Path(cookiegate.registry.__file__).parent / "known.toml").read_text(encoding="utf-8")
    assert read_tables(text) == tomllib.loads(text)


def test_tables_of_a_plain_registry_are_read_without_tomllib(monkeypatch):
    monkeypatch.setattr(
        toml_tables.tomllib, "loads", lambda text: {} if text == "" else pytest.fail(f"tomllib read {text!r}")
    )
    assert read_tables("[[cookie]]\nname = \"a\" # c\nsecure = true\n[[cookie]]\nname = 'b'") == {
        "cookie": [{"name": "a", "secure": True}, {"name": "b"}]
    }


def test_tables_of_a_list_that_headers_continue_are_tomllibs_error():
    text = "cookie = []\n[[cookie]]\n"
    assert outcome(read_tables, text) == outcome(tomllib.loads, text)
    assert outcome(read_tables, text).startswith("error: ")


def test_tables_of_a_section_in_two_places_are_those_of_tomllib():
    text = '[gate]\nmode = "x"\n[[cookie]]\nname = "a"\n[gate.part]\nx = 1\n'
    assert read_tables(text) == tomllib.loads(text)


def test_tables_beside_one_that_is_not_plain_are_still_read_alone():
    text = '[[cookie]]\nname = "a"\n[[cookie]]\npaths = ["/"]\n[gate]\nmode = "x"\n'
    assert toml_tables._read_by_tables(text, None) == tomllib.loads(text)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", ()),
        ("[[cookie]]", (1,)),
        ("\r\n# [[cookie]]\r\n  [[ cookie ]]  # x\r\nname = 'a'\r\n[['cookie']]\r\n", (3, 5)),
        ('[[cookie]]\npurpose = """\n[[cookie]]\n"""\n[["cookie"]]', (1, 5)),
        ("[[cookie]]\npurpose = '''\n[[cookie]]\n'''\n[[cookie]]", (1, 5)),
        ("[[cookie]]\npurpose = \"'''\" # '''\n[[cookie]]\nx = \"\\\"\" # \"\n[[cookie]]", (1, 3, 5)),
        ('[[cookie]]\npurpose = """\\"""\n[[cookie]]"""\n[[cookie]]', (1, 4)),
        ("[[cookie]]\n[[cookie.part]]\n[[cookies]]", (1,)),
    ],
)
def test_cookie_lines_are_those_of_the_headers(text, lines):
    count = len(tomllib.loads(text).get("cookie", ()))
    assert cookie_lines(text, count) == lines


@pytest.mark.parametrize("text", ["cookie = [{name = 'a'}]", "x = [\n[['cookie']]\n]\n[['cookie']]"])
def test_cookie_lines_that_are_unknown_are_empty(text):
    assert cookie_lines(text, len(tomllib.loads(text)["cookie"])) == ()


# Long registries


def long_registry(count):
    return "\n".join(
        f'[[cookie]]\nname = "shop_{number}{"*" * (number % 10 == 0)}"\ncategory = "statistics"\n'
        f'lifetime = "{number % 300 + 1} days"\n'
        for number in range(count)
    )


@pytest.fixture
def write(tmp_path):
    def write_file(text):
        path = tmp_path / "cookies.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write_file


def test_reading_a_long_registry_grows_with_its_length_and_not_with_its_square(write):
    def cost_each(count):
        path = write(long_registry(count))
        before = process_time()
        assert len(Registry.from_toml(path)) == count
        return (process_time() - before) / count

    short = min(cost_each(10_000) for _ in range(3))
    assert cost_each(100_000) <= 5 * short  # with the square it would be ten times


def test_reading_tells_how_much_of_a_long_file_is_done(write):
    reported = []
    with report_progress_to(reported.append):
        Registry.from_toml(write(long_registry(3000)))
    assert reported == sorted(reported)
    assert 0 <= reported[0] < reported[-1] == 1
    assert any(0 < part < 0.5 for part in reported)
    assert any(0.5 < part < 1 for part in reported)


def test_reading_tells_nobody_afterwards(write):
    reported = []
    with pytest.raises(ConfigError), report_progress_to(reported.append):
        Registry.from_toml(write("x"))
    Registry.from_toml(write(long_registry(3000)))
    assert reported == []


def test_every_complaint_about_a_long_registry_has_its_place(write):
    text = long_registry(3000) + '\n[[cookie]]\nname = "shop_7"\ncategory = "statistics"\n[[cookie]]\nname = "x"\n'
    with pytest.raises(ConfigError) as caught:
        Registry.from_toml(write(text))
    assert caught.value.problems == (
        "cookies.toml: cookie[3001] 'shop_7': the same name as cookie[8]; keep one of them",
        "cookies.toml: cookie[3002] 'x': category is missing; add category = \"...\"",
    )
