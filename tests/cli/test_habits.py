"""What people try: near misses, addresses without a scheme, `-` as a file, one option name for one thing, help."""

import inspect
import json
import re
import shlex
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.core import TyperGroup
from typer.main import get_command
from typer.testing import CliRunner

from cookiegate.cli.alike import alike
from cookiegate.cli.app import app
from cookiegate.cli.demo.site import COOKIES_TOML
from cookiegate.cli.examples import EXAMPLES, EXIT_CODES
from cookiegate.cli.help import Command
from cookiegate.cli.options import amount_of, complete_granted
from cookiegate.cli.site_address import with_scheme

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "command-line.md"
BOX = re.compile(r"[│╭╮╰╯─]")


def commands(group: Any = None, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every command that is no group, by its path."""
    group = group if group is not None else get_command(app)
    for name, command in group.commands.items():
        full = f"{path} {name}".strip()
        if isinstance(command, TyperGroup):
            yield from commands(command, full)
        else:
            yield full, command


COMMANDS = dict(commands())
GROUPS = ("", "registry", "receipts")


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    (tmp_path / "cookies.toml").write_bytes(COOKIES_TOML.read_bytes())

    def invoke(*arguments, **more):
        return CliRunner().invoke(app, list(arguments), prog_name="cookiegate", **more)

    return invoke


# Near misses


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("lint", "cookiegate registry lint"), ("import", "cookiegate registry import"), ("chek", "cookiegate check"),
        ("render", "cookiegate registry render"), ("schema", "cookiegate registry schema"),
        ("verify", "cookiegate receipts verify"), ("purge", "cookiegate receipts purge"),
        ("show", "cookiegate receipts show"), ("export", "cookiegate receipts export"),
        ("stats", "cookiegate receipts stats"), ("registry-lint", "cookiegate registry lint"),
        ("lint-registry", "cookiegate registry lint"), ("receipts_verify", "cookiegate receipts verify"),
        ("linnt", "cookiegate registry lint"), ("validate", "cookiegate check"), ("scan", "cookiegate audit"),
        ("serve", "cookiegate demo"), ("Check", "cookiegate check"), ("registery", "cookiegate registry"),
        ("registry check", "cookiegate check"), ("registry audit", "cookiegate audit"),
        ("registry lnt", "cookiegate registry lint"), ("receipts lint", "cookiegate registry lint"),
        ("receipts delete", "cookiegate receipts purge"), ("version", "cookiegate --version"),
        ("help", "cookiegate --help"),
    ],
)  # fmt: skip
def test_near_miss_names_the_command(run, typed, meant):
    found = run(*typed.split())
    assert (found.exit_code, found.stdout) == (2, "")
    assert f"No such command {typed.split()[-1]!r}. Did you mean '{meant}'?" in found.stderr


def test_other_words_lead_to_the_help(run):
    assert "No such command 'wibble'. 'cookiegate --help' lists all." in run("wibble").stderr
    assert "No such option" in run("registry", "--wibble").stderr
    assert "No such command '-'" in run("-").stderr


# A site's address without its scheme


@pytest.mark.parametrize(
    ("source", "read"),
    [
        ("127.0.0.1:8000", "http://127.0.0.1:8000"), ("localhost", "http://localhost"),
        ("localhost:8000/a#c", "http://localhost:8000/a#c"), ("[::1]:8000/", "http://[::1]:8000/"),
        ("shop.localhost:1", "http://shop.localhost:1"), ("LOCALHOST", "http://LOCALHOST"),
        ("127.1.2.3", "http://127.1.2.3"),
    ],
)  # fmt: skip
def test_scheme_is_added_for_this_machine(source, read, capsys):
    assert with_scheme(source) == read
    assert capsys.readouterr().err == f"cookiegate: {source}: read as {read}\n"


@pytest.mark.parametrize(
    ("source", "advice"),
    [
        ("www.shop.example", "https://www.shop.example"), ("shop.example/a/b", "https://shop.example/a/b"),
        ("shop.example:8080", "http://shop.example:8080"), ("shop.example:8443", "https://shop.example:8443"),
        ("10.0.0.1:80", "http://10.0.0.1:80"), ("shop:8000", "http://shop:8000"), ("[fe80::1]:80", "http://[fe80::1]:80"),
        ("shop.example/#a", "https://shop.example/#a"),
    ],
)  # fmt: skip
def test_scheme_of_another_host_is_asked_for(source, advice):
    with pytest.raises(ValueError, match="No such file or directory") as caught:
        with_scheme(source)
    what_to_do = f"check the path, or write the address with its scheme: {advice}"
    assert str(caught.value) == f"{source}: No such file or directory; {what_to_do}"


@pytest.mark.parametrize(
    "source",
    [
        "shop.har", "policy.md", "seen-cookies", "/var/lib/shop", "./a.html", "a b.example", "http://a.example", "-",
        "",         "policies.old/cookies.md", "C:\\shop.har", "x" * 5000, "cookies.toml", "list.v2", "data.JSON",
        "ftp://a.b", "\0",
    ],
)  # fmt: skip
def test_what_is_no_address_is_left_alone(source):
    assert with_scheme(source) == source


def test_address_that_is_too_long_for_a_path_is_one():
    long = "localhost/" + "x" * 5000
    assert with_scheme(long) == f"http://{long}"


def test_categories_are_completed_after_a_comma():
    assert complete_granted("") == ["necessary", "preferences", "statistics", "marketing"]
    assert complete_granted("marketing,St") == ["marketing,statistics"]


def test_file_that_exists_is_a_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "localhost").write_text("")
    assert with_scheme("localhost") == "localhost"


@pytest.mark.parametrize(
    "command", ["audit {}", "init {}", "init --policy {}", "registry import {}", "registry render --check {}"]
)
def test_every_command_that_takes_an_address_reads_it_so(run, command):
    found = run(*command.format("127.0.0.1:9").split())
    assert found.exit_code == 2
    assert "127.0.0.1:9: read as http://127.0.0.1:9" in found.stderr
    assert "can't be reached" in found.stderr
    found = run(*command.format("www.shop.example").split())
    assert (found.exit_code, "its scheme: https://www.shop.example" in found.stderr) == (2, True)


# `-` is standard output


@pytest.mark.parametrize(
    "command",
    [
        "registry render -o -", "registry schema -o -", "registry lint -o -", "check -o -", "explain a=1 -o -",
        "init policy.md -o -", "registry import policy.md -o -", "audit a.har -r cookies.toml -o -",
        "audit a.har -r cookies.toml -o - --format json", "consent CookieConsent={statistics:true} -o -",
    ],
)  # fmt: skip
def test_hyphen_is_standard_output(run, tmp_path, command):
    assert run("registry", "render", "-o", "policy.md").exit_code == 0
    (tmp_path / "a.har").write_text(json.dumps(har()))
    before = {path.name for path in tmp_path.iterdir()}
    found = run(*command.split())
    assert found.exit_code in (0, 1), found.output
    assert len(found.stdout) > 20
    assert {path.name for path in tmp_path.iterdir()} == before
    if "json" in command:
        json.loads(found.stdout)


def har():
    header = {"name": "Set-Cookie", "value": "a=1; Path=/"}
    answer = {"status": 200, "headers": [header], "content": {"mimeType": "text/html"}}
    asked = {"method": "GET", "url": "https://shop.example/", "headers": []}
    return {"log": {"entries": [{"startedDateTime": "2026-01-01T00:00:00Z", "request": asked, "response": answer}]}}


@pytest.mark.parametrize("path", COMMANDS)
@pytest.mark.parametrize("columns", ["60", "80"])
def test_help_has_every_word_and_wraps_at_the_width(run, path, columns):
    command = COMMANDS[path]
    output = run(*path.split(), "-h", env={"COLUMNS": columns}).output
    assert "\u2026" not in output
    description = re.split("\u256d|\nArguments:|\nOptions:", output)[0]
    printed = BOX.sub(" ", output)
    lines = [line.strip() for line in description.splitlines()]
    texts = [" ".join(text.replace("\\[", "[").split()) for text in command.help.split("\n\n")]
    words = " ".join(" ".join(lines).split())
    assert [text for text in texts if text not in words] == []
    for line, following in pairwise(lines):  # no line ends where the next word would fit
        if line and following and following in " ".join(texts):
            assert len(line) + 1 + len(following.split()[0]) > int(columns) - 2, line
    for param in command.params:
        assert [option for option in param.opts if option.startswith("-") and option not in printed] == []
        for word in (getattr(param, "help", "") or "").replace("\\[", "[").split():
            assert word in printed or len(word) > 20


# Lengths of time


@pytest.mark.parametrize(
    ("unit", "least", "text", "amount"),
    [
        ("second", 0.1, "20", 20), ("second", 0.1, "0.5", 0.5), ("second", 0.1, "2 minutes", 120),
        ("second", 0, "0", 0), ("minute", 0.01, "30", 30), ("minute", 0.01, "1 hour", 60),
        ("minute", 0.01, "90 seconds", 1.5),
    ],
)  # fmt: skip
def test_number_counts_the_option_s_unit_and_other_lengths_are_texts(unit, least, text, amount):
    assert amount_of(unit, least)(text) == amount


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("soon", "'soon' is no number of seconds, and no length of time like '2 minutes'"),
        ("session", "'session' is no number of seconds"), ("", "'' is no number of seconds"),
        ("0", "'0' is not between 0.1 and 100,000 seconds"), ("nan", "'nan' is not between"), ("inf", "'inf' is not"),
        ("-3", "'-3' is not between"), ("3 days", "'3 days' is not between 0.1 and 100,000 seconds"),
    ],
)  # fmt: skip
def test_other_lengths_of_time_are_refused(run, text, problem):
    with pytest.raises(typer.BadParameter) as caught:
        amount_of("second", 0.1)(text)
    assert str(caught.value).startswith(problem)
    assert run("audit", "http://127.0.0.1:9", f"--seconds={text}").exit_code == 2


# One name for one thing

MEANINGS = {
    "--registry": "-r", "--format": "-f", "--output": "-o", "--granted": "-g", "--store": "-s", "--yes": "-y",
    "--ignore": "-i", "--json": None, "--strict": None, "--force": None, "--fill": None, "--map": None, "--pages": None,
    "--seconds": None, "--since": None, "--until": None, "--help": "-h",
}  # fmt: skip


def options(command):
    return {option: param for param in command.params for option in param.opts if option.startswith("--")}


@pytest.mark.parametrize("path", COMMANDS)
def test_one_option_name_for_one_thing(path):
    for option, param in options(COMMANDS[path]).items():
        short = [each for each in param.opts if not each.startswith("--")]
        assert short == ([MEANINGS[option]] if MEANINGS.get(option) else []), option
        assert option != "--file"


@pytest.mark.parametrize(
    "path",
    sorted(set(COMMANDS) - {"demo", "init", "registry import", "registry schema", "receipts export", "receipts purge"}),
)
def test_every_command_that_prints_has_json_format_and_output(path):
    assert {"--json", "--format", "--output"} <= options(COMMANDS[path]).keys()


@pytest.mark.parametrize("path", ["check", "explain", "audit", "inventory", "registry lint", "registry render"])
def test_every_command_that_reads_a_registry_has_the_option(path):
    assert "--registry" in options(COMMANDS[path])


@pytest.mark.parametrize("path", ["check", "registry lint", "registry render"])
def test_registry_is_an_argument_an_option_or_the_usual_file(run, tmp_path, path):
    (tmp_path / "shop.toml").write_text('[[cookie]]\nname = "shop"\ncategory = "marketing"\n')
    usual, argument, option = (run(*path.split(), *more) for more in ((), ("shop.toml",), ("-r", "shop.toml")))
    assert argument.stdout == option.stdout != usual.stdout
    assert argument.exit_code == option.exit_code
    both = run(*path.split(), "shop.toml", "--registry", "cookies.toml")
    assert (both.exit_code, "FILE is shop.toml, and --registry is cookies.toml" in both.stderr) == (2, True)


JSON = [
    "check",
    "explain a=1",
    "registry lint",
    "registry render",
    "consent CookieConsent={statistics:true}",
    "audit a.har",
]


@pytest.mark.parametrize("command", JSON)
def test_json_and_format_json_are_the_same(run, tmp_path, command):
    (tmp_path / "a.har").write_text(json.dumps(har()))
    first, second = (run(*command.split(), *more) for more in (["--json"], ["--format", "json"]))
    assert json.loads(first.stdout)
    assert len(first.stdout) == len(second.stdout)
    assert first.exit_code == second.exit_code
    other = {"registry render": "html", "audit a.har": "html"}.get(command, "text")
    found = run(*command.split(), "--json", "--format", other)
    assert (found.exit_code, f"'--format {other}' contradicts '--json'" in found.stderr) == (2, True)


def test_format_text_is_the_usual_one(run):
    assert run("check", "--format", "text").stdout == run("check").stdout


@pytest.mark.parametrize("command", ["check", "check --json", "explain a=1", "registry lint"])
def test_output_goes_into_a_file(run, tmp_path, command):
    shown = run(*command.split())
    for _ in range(2):  # a result may be written again
        written = run(*command.split(), "--output", "result.txt")
        assert (written.exit_code, written.stdout) == (shown.exit_code, "")
        assert (tmp_path / "result.txt").read_text(encoding="utf-8") == shown.stdout


def test_output_that_can_not_be_written_is_told(run, tmp_path):
    found = run("check", "-o", str(tmp_path / "no" / "where"))
    assert (found.exit_code, "where: can't be written: No such file or directory; check the path" in found.stderr) == (
        2,
        True,
    )


def test_nothing_is_written_where_the_command_fails(run, tmp_path):
    found = run("check", "nowhere.toml", "-o", "result.txt")
    assert (found.exit_code, (tmp_path / "result.txt").exists()) == (2, False)


def test_command_without_formats_is_left_alone():
    def command() -> None:
        raise AssertionError

    assert alike(command) is command


def test_wrapped_command_keeps_its_name_and_help():
    for path, command in COMMANDS.items():
        assert inspect.getdoc(command.callback), path


# Lists, categories and lengths of time, as options


def test_granted_is_a_list_in_any_case(run):
    line = "ia_mkt_source=x"
    for more in (["-g", "Marketing,statistics"], ["-g", "MARKETING", "--granted", "statistics"], ["-g", " marketing "]):
        found = run("explain", line, "-r", "cookies.toml", *more)
        assert (found.exit_code, "The visitor granted marketing cookies." in found.stdout) == (0, True)
    found = run("explain", line, "-g", "analytics")
    assert (found.exit_code, "(did you mean 'statistics'?)" in found.stderr) == (2, True)
    assert run("explain", line, "-g", "").exit_code == 2


def test_visitors_of_an_audit_are_a_list_too(run):
    assert "can't be reached" in run("audit", "http://127.0.0.1:9/", "-g", "None,Everything").stderr
    found = run("audit", "http://127.0.0.1:9/", "--granted", "analytics")
    assert (found.exit_code, "no visitor; use some of none, necessary" in found.stderr) == (2, True)
    assert "(did you mean 'statistics'?)" in found.stderr
    assert "did you mean" not in run("audit", "http://127.0.0.1:9/", "--granted", "x").stderr


@pytest.mark.parametrize("age", ["13 months", "397", "397 days", "1 year 1 month"])
def test_max_age_is_read_as_the_setting_is(run, age):
    header = "CookieConsent={stamp:%27x%27,statistics:true,utc:1700000000000}"
    found = run("consent", header, "--max-age", age)
    assert (found.exit_code, "too old to count" in found.stdout) == (0, True)
    assert "too old" not in run("consent", header, "--max-age", "90 years").stdout


def test_max_age_that_is_none_is_told(run):
    found = run("consent", "a=1", "--max-age", "soon")
    assert (found.exit_code, "--max-age: lifetime 'soon' is not understood" in found.stderr) == (2, True)


def test_ignored_codes_are_a_list(run):
    assert run("registry", "lint", "-i", "no-csrf,no-session").stdout == "cookies.toml: no findings\n"
    found = run("registry", "lint", "--ignore", "no-crsf")
    assert (found.exit_code, "no code 'no-crsf'; did you mean 'no-csrf'?" in found.stderr) == (2, True)


def test_lint_takes_several_files(run, tmp_path):
    (tmp_path / "bad.toml").write_text('[[cookie]]\nname = "a b"\n')
    found = run("registry", "lint", "cookies.toml", "bad.toml")
    assert found.exit_code == 1
    assert "cookies.toml: 0 errors" in found.stdout
    assert "bad.toml:1: error mistake: cookie[1] 'a b': name 'a b' is not a cookie name" in found.stdout
    files = json.loads(run("registry", "lint", "cookies.toml", "bad.toml", "--json").stdout)["files"]
    assert [each["file"] for each in files] == ["cookies.toml", "bad.toml"]


# Help


@pytest.mark.parametrize("path", [*GROUPS, *COMMANDS])
def test_help_has_an_example_and_the_exit_codes(run, path):
    found = run(*path.split(), "--help")
    assert found.exit_code == 0
    assert "Examples" in found.stdout
    text = " ".join(BOX.sub(" ", found.stdout).split())
    for _, command in EXAMPLES[path]:
        assert command in text
    assert ("Exit codes" if not path else "Exit code:") in text or path in GROUPS
    for code, meaning in EXIT_CODES.items():
        assert (f"{code} {meaning}" in text) is (not path)


@pytest.mark.parametrize("path", COMMANDS)
def test_every_option_says_what_it_does(path):
    for param in COMMANDS[path].params:
        assert len(param.help or "") > 7, param.name


def test_commands_are_shown_in_groups(run):
    text = run("--help").stdout
    headings = ("Start", "Look at the configuration", "Look at a site", "Policy and proof", "Examples", "Exit codes")
    places = [text.index(heading) for heading in headings]
    assert places == sorted(places)


def test_examples_are_of_every_command():
    assert set(EXAMPLES) == {*GROUPS, *COMMANDS}


NEEDS_MORE = ("https://", "seen-cookies", "shop.har", "doctor", "demo", "127.0.0.1", "receipts", "policy.md", "shop/")
RUN_HERE = [
    command for listed in EXAMPLES.values() for _, command in listed if not any(each in command for each in NEEDS_MORE)
]


@pytest.mark.parametrize("command", sorted(set(RUN_HERE)))
def test_example_runs(run, command):
    found = run(*shlex.split(command)[1:])
    assert found.exit_code in (0, 1), found.output


@pytest.mark.parametrize("command", sorted({command for listed in EXAMPLES.values() for _, command in listed}))
def test_options_of_an_example_exist(command):
    words = shlex.split(command)[1:]
    path = " ".join(words[:2]) if words[0] in GROUPS else words[0]
    known = {option for param in COMMANDS[path].params for option in param.opts}
    assert {word for word in words if word.startswith("-") and word != "-"} <= known


# Exit codes in one table

ROW = re.compile(r"^\| `cookiegate ([a-z ]+)` \| (.+) \| (.+) \| (.+) \|$", re.MULTILINE)


@pytest.mark.skipif(not DOCUMENT.is_file(), reason="docs/ is not in the wheel")
def test_table_of_exit_codes_has_every_command():
    rows = {name: texts for name, *texts in ROW.findall(DOCUMENT.read_text(encoding="utf-8"))}
    assert list(rows) == [path for path in EXAMPLES if path in COMMANDS]
    for path, (_, one, two) in rows.items():
        help_text = " ".join((inspect.getdoc(COMMANDS[path].callback) or "").partition("Exit code:")[2].split())
        assert help_text, path
        assert (re.search(r"\b1\b", help_text) is None) is (one == "-"), path
        assert (re.search(r"\b2\b", help_text) is None) is (two == "-"), path


CASES = [
    ("check", 0), ("check bad.toml", 1), ("check nowhere.toml", 2), ("explain a=1 --json", 1),
    ("explain token=1 -r cookies.toml", 0), ("explain a=1 -r bad.toml", 2), ("registry lint", 0),
    ("registry lint bad.toml", 1), ("registry lint nowhere.toml", 2), ("registry render", 0),
    ("registry render --check cookies.md", 0), ("registry render --check other.md", 1),
    ("registry render bad.toml", 2), ("registry import cookies.md", 0), ("registry import odd.md --strict", 1),
    ("registry import nowhere.md", 2), ("registry schema", 0), ("registry schema -o cookies.toml", 2),
    ("consent CookieConsent={statistics:true}", 0), ("consent a=1", 1), ("consent nowhere", 2),
    ("inventory nowhere", 2),
    ("init policy.txt", 2), ("init cookies.md --yes -o new.toml", 0), ("init odd.md --yes -o new.toml", 1),
    ("audit clean.har -r cookies.toml --fail-on error", 0), ("audit a.har -r cookies.toml", 1),
    ("audit nowhere.har", 2),
    ("doctor nowhere:app", 2), ("doctor plain_app:app", 1), ("receipts verify", 2), ("receipts show x", 2),
    ("receipts export", 2), ("receipts stats", 2), ("receipts purge --older-than 1", 2), ("demo --port 99999", 2),
    ("lint", 2), ("", 2), ("--help", 0), ("check --help", 0), ("check --wibble", 2),
]  # fmt: skip


@pytest.mark.parametrize(("command", "code"), CASES)
def test_exit_code_is_that_of_the_table(run, tmp_path, monkeypatch, command, code):
    monkeypatch.delenv("COOKIEGATE_RECEIPTS", raising=False)
    monkeypatch.setattr(sys, "path", [*sys.path])
    run("registry", "render", "-o", "cookies.md")
    text = (tmp_path / "cookies.md").read_text(encoding="utf-8")
    (tmp_path / "other.md").write_text(text.replace("7 days", "8 days"), encoding="utf-8")
    (tmp_path / "odd.md").write_text(text + "| `a b` | x | session |\n", encoding="utf-8")
    (tmp_path / "bad.toml").write_text('[[cookie]]\nname = "a"\ncategory = "x"\n')
    (tmp_path / "a.har").write_text(json.dumps(har()))
    clean = json.loads(json.dumps(har()).replace("a=1; Path=/", "token=1; Path=/; Secure; HttpOnly; SameSite=Lax"))
    (tmp_path / "clean.har").write_text(json.dumps(clean))
    (tmp_path / "plain_app.py").write_text("def app(environ, start_response):\n    return []\n")
    found = run(*command.split())
    assert found.exit_code == code, found.output


def test_typer_is_what_runs_the_commands():
    assert isinstance(app, typer.Typer)


def test_command_without_texts_has_plain_help_too(monkeypatch):
    monkeypatch.setenv("COLUMNS", "60")
    small = typer.Typer()
    small.command("small", cls=Command)(lambda: None)
    found = CliRunner().invoke(small, ["--help"], env={"COLUMNS": "60"})
    assert (found.exit_code, "Usage: small" in found.output) == (0, True)
