"""`cookies.schema.json` is made from the dataclasses, and agrees with `cookiegate check`."""

import json
import re
import runpy
import sys
import tomllib
from importlib.resources import files

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from cookiegate import ConfigError, CookieGate
from cookiegate.cli.app import app
from cookiegate.cli.registry.schema_source import _setting, make_schema, schema_text
from cookiegate.registry.products import product_names
from cookiegate.settings import PAGE_KEYS_IN_GATE

SHIPPED = files("cookiegate.registry").joinpath("cookies.schema.json").read_text(encoding="utf-8")
VALIDATOR = jsonschema.Draft7Validator(json.loads(SHIPPED))


@pytest.fixture(scope="module")
def check(tmp_path_factory):
    """Return whether `CookieGate.from_toml` accepts a document."""
    path = tmp_path_factory.mktemp("schema") / "cookies.toml"

    def is_fine(text):
        path.write_text(text, encoding="utf-8")
        try:
            CookieGate.from_toml(path, known=False)
        except ConfigError:
            return False
        return True

    return is_fine


def toml(value):
    """Write a value of JSON types as TOML."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {toml(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def test_schema_is_what_the_dataclasses_say():
    """To regenerate it: `python -m cookiegate.cli.registry.schema_source > cookiegate/registry/cookies.schema.json`."""
    assert schema_text() == SHIPPED


def test_schema_source_prints_the_schema(capfdbinary):
    runpy.run_path(str(files("cookiegate.cli.registry").joinpath("schema_source.py")), run_name="__main__")
    sys.stdout.flush()
    assert capfdbinary.readouterr().out == SHIPPED.encode("utf-8")


def test_schema_lists_the_products_that_a_gate_may_name():
    array, text = _setting("products", tuple[str, ...])["anyOf"]
    assert array == {"type": "array", "items": {"enum": list(product_names())}}
    assert re.search(text["pattern"], ", ".join(product_names()))
    assert not re.search(text["pattern"], f"{product_names()[0]}, x")


def test_schema_is_a_schema():
    jsonschema.Draft7Validator.check_schema(make_schema())


def test_schema_describes_every_key():
    properties = make_schema()["properties"]
    for described in (properties["gate"]["properties"], properties["cookie"]["items"]["properties"]):
        assert described
        assert all(len(schema["description"]) > 10 for schema in described.values())


def test_schema_gives_examples_that_it_accepts():
    properties = make_schema()["properties"]
    for described in (properties["gate"]["properties"], properties["cookie"]["items"]["properties"]):
        for schema in described.values():
            for example in schema.get("examples", []):
                jsonschema.Draft7Validator(schema).validate(example)


def test_schema_accepts_the_demos_registry(cookies_toml):
    with open(cookies_toml, "rb") as file:  # noqa: PTH123  # a path as text
        VALIDATOR.validate(tomllib.load(file))


def test_schema_accepts_the_known_cookies():
    VALIDATOR.validate(tomllib.loads(files("cookiegate.registry").joinpath("known.toml").read_text(encoding="utf-8")))


RULE = '[[cookie]]\nname = "a"\ncategory = "marketing"\n'
ACCEPTED = [
    "",
    RULE,
    RULE.replace("marketing", "Marketing"),
    RULE.replace("marketing", " STATISTICS "),
    '[gate]\ndefault_consent = "Statistics"\n',
    '[gate]\ndefault_consent = " statistics,marketing , Preferences, "\n',
    '[gate]\ndefault_consent = ["Statistics"]\n',
    '[gate]\nunregistered = "Marketing"\n',
    *(f'[gate]\nconsent_max_age = "{text}"\n' for text in ("395", " 0001 ", "36500", "13 months")),
    '[gate]\nuses = "sessionid, csrftoken"\nproducts = "airflow"\nreport_only = "a*, b"\n',
    '[csp]\nStatistics = ["https://a.b"]\n',
    '[settings_page]\ncategories = "Statistics, marketing"\n',
    f'{RULE}domains = "example.com, .example.org"\n',
    "cookie = []\n",
    "[gate]\n",
    *(f'[gate]\nunregistered = "{word}"\n' for word in ("drop", "keep", "necessary", "statistics")),
    '[gate]\nsame_site = "Lax"\nmode = "report-only"\nsecure = "always"\nrefused = "expire"\nshared_caches = "vary"\n',
    '[gate]\nmax_lifetime = "6 months"\nconsent_max_age = 180\nrevision = "1"\nline_breaks = "report"\n',
    '[gate]\nsettings_url = "/a/b"\n',
    "[csp]\n",
    """[csp]\nstatistics = ["https://a.b:443/c", "*.a.b", "data:", "'Unsafe-Eval'"]\nmarketing = []\n""",
    '[gate]\ndefault_consent = ["statistics", "necessary"]\nrequire_explicit = false\n',
    "[gate]\nrequire_explicit = true\nhost_only = true\ndebug = true\n",
    *(
        f'{RULE}lifetime = "{word}"\n'
        for word in (
            "session", "Session-Based", "end of  session", "PERSISTENT", "varies",
            "7 days", "1day", "1 hour and 30 minutes", "1 day, 2 HOURS", " 0 days 5 seconds ",
        )
    ),
    *(f'{RULE}same_site = "{word}"\n' for word in ("lax", "Strict", "NONE")),
    f'{RULE}domains = "example.com"\npaths = ["/", "/a b"]\n',
    f"{RULE}domains = []\npaths = []\n",
    f"{RULE}secure = false\npartitioned = false\nhttp_only = true\nhost_only = true\n",
    f'{RULE}same_site = "Keep"\nattributes = "as-sent"\nsecure = false\n',
    f'{RULE}mode = "report-only"\nshared = true\nadd_partitioned = true\nstricter = "Why."\nexempt = "Why."\n',
    *(f"{RULE}chunks = {value}\n" for value in ("true", "false", '"-"', '"C"', '"1_"')),
    RULE.replace('"a"', '"a*b*"'),
    *(RULE.replace('"a"', name) + 'storage = "local"\n' for name in ('"persist:root"', '"@@a::*"', '"é <b>, 🔑 "')),
    RULE.replace('"a"', '"__Host-a"') + 'domains = []\npaths = "/"\n',
    RULE.replace('"a"', '"__Hos*"') + 'domains = "example.com"\n',
]  # fmt: skip
REFUSED = [
    *(
        f'[[cookie]]\nname = "a"\ncategory = "necessary"\nstorage = "local"\n{more}\n'
        for more in (
            "secure = true", "secure = false", "http_only = true", 'same_site = "keep"', "host_only = true",
            "partitioned = true", "add_partitioned = true", 'domains = "example.com"', 'paths = "/x"', "chunks = true",
            'chunks = "."', "shared = true", 'attributes = "as-sent"',
        )
    ),
    "x = 1\n",
    "gate = 1\n",
    "[cookie]\n",
    "cookie = [1]\n",
    "[gate]\nunregistered = 1\n",
    '[gate]\nobserver = "x"\n',
    '[gate]\nmode = "off"\n',
    '[gate]\nsame_site = "loose"\n',
    *(
        f"[gate]\nmax_lifetime = {value}\n"
        for value in ('"session"', '"varies"', '"0 days"', "0", "36501", "true", "1.5", "[]")
    ),
    '[gate]\nhost_only = "yes"\n',
    "[gate]\nrevision = 1\n",
    "csp = 1\n",
    "[gate]\ncsp = {}\n",
    "[csp]\nnecessary = []\n",
    "[csp]\nstats = []\n",
    '[csp]\nmarketing = "a.b"\n',
    *(f"[csp]\nmarketing = [{value}]\n" for value in ('""', '"a b"', '"a;b"', '"self"', '"/a"', "1", '"é"')),
    *(f"[gate]\nsettings_url = {value}\n" for value in ("1", '"cookies"', '"/"', '"//a"', '"/a/"', '"/a?b"', '"/é"')),
    *(f'[gate]\ndefault_consent = "{text}"\n' for text in ("", " , ", "stats", "statistics marketing")),
    *(f'[gate]\n{key} = ""\n' for key in ("products", "uses", "report_only")),
    *(f'[gate]\nconsent_max_age = "{text}"\n' for text in ("0", "36501", "1.5", "-1", "1234567890123")),
    '[gate]\ndefault_consent = ["stats"]\n',
    '[gate]\ndefault_consent = []\nrequire_explicit = true\n',
    '[[cookie]]\nname = "a"\n',
    '[[cookie]]\ncategory = "marketing"\n',
    f"{RULE}colour = 1\n",
    *(RULE.replace("marketing", word) for word in ("analytics", "stats", "marketing, statistics", "")),
    *(RULE.replace('"a"', name) + 'storage = "local"\n' for name in ('""', '"**"', '"a\\nb"', '"\\u2028"', "1")),
    *(RULE.replace('"a"', name) for name in ('"a:b"', '""', '"*"', '"**"', '"a b"', '"a=b"', '"é"', "1")),
    *(
        f'{RULE}lifetime = "{word}"\n'
        for word in ("", "0 days", "7", "7 dayz", "1234567890 days", "sessions", "1 day persistent")
    ),
    f"{RULE}lifetime = 7\n",
    f'{RULE}same_site = "loose"\n',
    f"{RULE}purpose = []\n",
    f"{RULE}secure = 1\n",
    *(f"{RULE}domains = {value}\n" for value in ('"Example.com"', '"a/b"', '""', "[1]", "1")),
    *(f"{RULE}paths = {value}\n" for value in ('"x"', '"/a;b"', '"/é"', "[1]", "1")),
    f"{RULE}secure = false\npartitioned = true\n",
    f"{RULE}secure = false\nadd_partitioned = true\n",
    *(
        f'{RULE}attributes = "as-sent"\n{line}\n'
        for line in (
            "secure = true", "http_only = true", "host_only = true", "add_partitioned = true", 'same_site = "lax"'
        )
    ),
    *(f"{RULE}chunks = {value}\n" for value in ("1", '""', '"1"', '"*"', '" "', '"................."')),
    *(f"{RULE}{key} = {value}\n" for key in ("stricter", "exempt") for value in ('""', '" "', "true")),
    f'{RULE}mode = "off"\n',
    f'{RULE}attributes = "sent"\n',
    f'{RULE}secure = false\nsame_site = "None"\n',
    *(RULE.replace('"a"', f'"{name}"') + "secure = false\n" for name in ("__Secure-a", "__host-a", "_*_Http-a*")),
    *(
        RULE.replace('"a"', '"__HOST-a"') + place
        for place in ('domains = "a.b"\n', 'paths = "/x"\n', 'paths = ["/", "/"]\n')
    ),
]  # fmt: skip


@pytest.mark.parametrize("text", ACCEPTED)
def test_schema_accepts_what_check_accepts(check, text):
    assert (VALIDATOR.is_valid(tomllib.loads(text)), check(text)) == (True, True)


@pytest.mark.parametrize("text", REFUSED)
def test_schema_refuses_what_check_refuses(check, text):
    assert (VALIDATOR.is_valid(tomllib.loads(text)), check(text)) == (False, False)


_WORDS = st.sampled_from(
    [
        "", "a", "A*", "*", "__Host-x", "__secure-*", "_*_host-x", "necessary", "marketing", "statistics", "drop",
        "keep", "lax", "None", "session", "persistent", "7 days", "0 days", "1 hour 5 minutes", "/", "/x", "x;",
        "example.com", ".b", "https", "vary",
    ]
)  # fmt: skip
_PLAIN = st.one_of(
    _WORDS,
    st.booleans(),
    st.integers(-2, 40_000),
    st.floats(0.5, 2.5).filter(lambda one: one % 1),  # a schema accepts 1.0 as an integer
    st.text(st.characters(codec="utf-8", exclude_characters="\n"), max_size=4),  # $ differs in Python
)
_VALUES = st.one_of(_PLAIN, st.lists(_WORDS, max_size=2))


def tables(part):
    """Tables that are mostly valid: each key with one of its examples, a word, or anything."""
    keys = {
        key: st.one_of(st.sampled_from([*schema.get("enum", []), *schema.get("examples", []), True, "none"]), _VALUES)
        for key, schema in part["properties"].items()
        if key not in PAGE_KEYS_IN_GATE  # they may name files, and are checked when the page is made
    }
    return st.fixed_dictionaries({}, optional=keys)


_SECTIONS = make_schema()["properties"]


@given(
    gate=tables(_SECTIONS["gate"]),
    cookie=st.fixed_dictionaries({"name": _WORDS, "category": st.sampled_from(["necessary", "marketing"])}),
    more=tables(_SECTIONS["cookie"]["items"]),
)
def test_schema_and_check_are_of_one_mind(check, gate, cookie, more):
    table = more | cookie
    for document in ({"gate": gate}, {"cookie": [table]}, {"gate": gate, "cookie": [table]}):
        text = "".join(f"{key} = {toml(value)}\n" for key, value in document.items())
        assert VALIDATOR.is_valid(tomllib.loads(text)) == check(text), text


@given(
    lifetime=st.lists(
        st.sampled_from(["1", "0", "12", " ", ",", " and ", "day", "Days", "hour", "weeks", "session", "-based", "x"]),
        max_size=6,
    ).map("".join)
)  # fmt: skip
def test_schema_and_check_are_of_one_mind_about_lifetimes(check, lifetime):
    text = f"{RULE}lifetime = {toml(lifetime)}\n"
    assert VALIDATOR.is_valid(tomllib.loads(text)) == check(text)


# The command


def test_schema_is_printed(cli):
    found = cli("registry", "schema")
    assert (found.returncode, found.stdout, found.stderr) == (0, SHIPPED, "")


def test_schema_is_written_to_a_new_file(tmp_path):
    path = tmp_path / "cookies.schema.json"
    arguments = ["registry", "schema", "--output", str(path)]
    assert CliRunner().invoke(app, arguments).exit_code == 0
    assert path.read_text(encoding="utf-8") == SHIPPED
    assert CliRunner().invoke(app, arguments).exit_code == 2
    assert CliRunner().invoke(app, [*arguments, "--force"]).exit_code == 0


def test_the_demos_registry_names_the_schema(cookies_toml):
    from pathlib import Path

    file = Path(cookies_toml)
    first = file.read_text(encoding="utf-8").splitlines()[0]
    assert first.startswith("#:schema ")
    assert (file.parent / first.removeprefix("#:schema ")).read_text(encoding="utf-8") == SHIPPED
