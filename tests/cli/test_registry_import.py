"""`cookiegate registry import` as a user runs it: files in, a cookies.toml out, the list of what was not understood."""

import subprocess
import sys
import tomllib

import pytest
from typer.testing import CliRunner

from cookiegate import Registry
from cookiegate.cli.app import app

POLICY = """## Functional cookies

| Cookie | Purpose | Duration |
| --- | --- | --- |
| `theme` (THEME) | Keeps the look | soon |
| a b | x | 1 day |
"""
LISTED = """\
Not understood (2):
  policy.md: line 5: 'theme': lifetime 'soon' is not understood and left out; add one like '7 days' or 'session'
  policy.md: line 6: 'a b': no cookie name: it has spaces; give the name as it is on the wire
Read as (2):
  policy.md: line 5: 'theme': 'THEME' is taken for another word for it, not for a cookie; add a rule if the site sets it
  policy.md: category 'Functional cookies': read as preferences (1 row); --map 'functional=...' changes it
policy.md: 1 cookie: 0 necessary, 1 preferences, 0 statistics, 0 marketing
"""


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Run the command in a folder with this policy, without a process of its own."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "policy.md").write_text(POLICY)
    return lambda *arguments, **options: CliRunner().invoke(app, ["registry", "import", *arguments], **options)


def test_published_policy_becomes_a_registry_that_has_no_mistakes(cli, tmp_path, shared_file):
    result = cli("registry", "import", str(shared_file("cookie-policy.md")), "-o", "cookies.toml", "--strict")
    assert (result.returncode, result.stdout) == (0, "")
    assert result.stderr.splitlines() == [
        "Read as (1):",
        (
            "  cookie-policy.md: line 47: 'token': 'BEARER_TOKEN' is taken for another word for it, not for a cookie; "
            "add a rule if the site sets it"
        ),
        "cookie-policy.md: 24 cookies: 9 necessary, 5 preferences, 5 statistics, 5 marketing",
    ]
    checked = cli("check", "cookies.toml")
    assert (checked.returncode, checked.stdout.splitlines()[0]) == (0, "cookies.toml: no mistakes")


def test_published_policy_agrees_with_the_registry_that_was_written_by_hand(cli, tmp_path, shared_file, cookies_toml):
    cli("registry", "import", str(shared_file("cookie-policy.md")), "-o", "cookies.toml")
    by_hand = Registry.from_toml(cookies_toml)
    for rule in Registry.from_toml(tmp_path / "cookies.toml"):
        same = by_hand.find(rule.name)
        assert (same.name, same.category, same.lifetime.max_age_s, same.lifetime.is_session) == (
            rule.name,
            rule.category,
            rule.lifetime.max_age_s,
            rule.lifetime.is_session,
        )


def test_open_cookie_database_becomes_a_registry(cli, tmp_path, shared_file):
    result = cli("registry", "import", str(shared_file("open-cookie-database.csv")), "-o", "all.toml")
    assert result.returncode == 0
    assert result.stderr.splitlines()[-1] == (
        "open-cookie-database.csv: 2233 cookies: 26 necessary, 971 preferences, 388 statistics, 848 marketing"
    )
    assert len(Registry.from_toml(tmp_path / "all.toml")) == 2233


def test_registry_is_printed_without_an_output_file(cli, tmp_path):
    (tmp_path / "policy.md").write_text(POLICY)
    result = cli("registry", "import", "policy.md")
    assert result.returncode == 0
    assert result.stderr == LISTED
    assert tomllib.loads(result.stdout) == {
        "cookie": [{"name": "theme", "category": "preferences", "purpose": "Keeps the look"}]
    }
    assert result.stdout.startswith("#:schema ./cookies.schema.json\n")


def test_what_was_not_understood_stands_in_the_file_too(run):
    assert [line for line in run("policy.md").stdout.splitlines() if line.startswith("# line")] == [
        "# line 5: 'theme': lifetime 'soon' is not understood and left out; add one like '7 days' or 'session'",
        "# line 6: 'a b': no cookie name: it has spaces; give the name as it is on the wire",
    ]


def test_strict_makes_what_was_not_understood_a_failure(run):
    assert (run("policy.md").exit_code, run("policy.md", "--strict").exit_code) == (0, 1)


def test_own_words_are_mapped(run):
    result = run("policy.md", "--map", "functional=necessary")
    assert 'category = "necessary"' in result.stdout
    assert "category 'Functional" not in result.stderr


def test_wrong_mapping_is_an_error(run):
    result = run("policy.md", "--map", "functional=needed", "--map", "x")
    assert result.exit_code == 2
    assert [line.partition(";")[0] for line in result.stderr.splitlines()] == [
        "cookiegate: category mapping: 'functional=needed': 'needed' is no category",
        "cookiegate: category mapping: 'x': no word before '='",
    ]


def test_file_that_is_there_is_not_overwritten_unasked(run, tmp_path):
    (tmp_path / "cookies.toml").write_text("mine")
    result = run("policy.md", "-o", "cookies.toml")
    assert (result.exit_code, (tmp_path / "cookies.toml").read_text()) == (2, "mine")
    assert result.stderr == (
        "cookiegate: cookies.toml: is there already; choose another name, or --force to overwrite it\n"
    )
    assert run("policy.md", "-o", "cookies.toml", "--force").exit_code == 0
    assert len(Registry.from_toml(tmp_path / "cookies.toml")) == 1


def test_file_that_can_not_be_written_is_an_error(run):
    result = run("policy.md", "-o", "none/cookies.toml")
    assert result.exit_code == 2
    assert "none/cookies.toml: can't be written: No such file or directory; check the path" in result.stderr


def test_standard_input_is_told_by_its_content(run):
    result = run("-", input=POLICY)
    assert (result.exit_code, result.stderr) == (0, LISTED.replace("policy.md", "standard input"))


def test_standard_input_is_read(tmp_path):
    result = subprocess.run(
        [sys.executable, "-m", "cookiegate", "registry", "import", "-", "--from", "csv"],
        input=b"name,category\na,marketing\n",
        capture_output=True,
        cwd=tmp_path,
        timeout=60,
        check=False,
    )
    assert result.returncode == 0
    assert b"standard input: 1 cookie: " in result.stderr


@pytest.mark.parametrize(
    ("name", "content", "complaint"),
    [
        ("x.md", b"no table", "x.md: no table of cookies; give one with headings like Cookie, Purpose, Lifetime"),
        (
            "x.md",
            b"\xff\xfe\xfd",
            ("x.md: octet 2: not utf-16-le; save the file as UTF-8, or say which encoding it has, like windows-1252"),
        ),
        (
            "x.json",
            b'[{"name',
            "x.json: line 1: broken JSON at column 3: Unterminated string starting at; save the file again",
        ),
        (
            "x.csv",
            b'name,category\na,"x',
            "x.csv: line 2: no CSV from here on: unexpected end of data; mend the quotes there",
        ),
        (
            "x.xlsx",
            b"PK\x03\x04",
            (
                "x.xlsx: octet 0: a zip archive, as Excel and Word write it; save the table as CSV (UTF-8) or "
                "the page as HTML"
            ),
        ),
    ],
)
def test_file_that_can_not_be_read_is_one_line_and_exit_code_2(run, tmp_path, name, content, complaint):
    (tmp_path / name).write_bytes(content)
    result = run(name)
    assert (result.exit_code, result.stdout, result.stderr) == (2, "", f"cookiegate: {complaint}\n")


def test_file_that_is_not_there_is_an_error(run):
    result = run("none.md")
    assert result.exit_code == 2
    assert result.stderr.endswith("none.md: can't be read: No such file or directory; check the path\n")


def test_no_cookie_understood_is_an_error_and_nothing_is_written(run, tmp_path):
    (tmp_path / "x.csv").write_text("name,category\na b,marketing\n")
    result = run("x.csv", "-o", "cookies.toml")
    assert result.exit_code == 2
    assert "x.csv: line 2: 'a b': no cookie name" in result.stderr
    assert result.stderr.endswith("cookiegate: x.csv: no cookie was understood; nothing is written\n")
    assert not (tmp_path / "cookies.toml").exists()


def test_text_that_no_toml_can_hold_is_an_error(run, tmp_path):
    (tmp_path / "x.json").write_text('[{"name": "a", "category": "marketing", "purpose": "\\ud800"}]')
    result = run("x.json")
    assert (result.exit_code, result.stderr) == (
        2,
        "cookiegate: registry: 'a': purpose holds half a surrogate pair; take it out\n",
    )


def test_nothing_in_the_file_moves_the_cursor(run, tmp_path):
    (tmp_path / "x.csv").write_text(
        "name,category,purpose,lifetime\na,marketing,\x1b[2J\u202ex,\x1b]0;x\x07\n\x1b[31m,marketing,x,\nb,\x9b31m,x,\n"
    )
    result = run("x.csv")
    assert result.exit_code == 0
    assert all(char.isprintable() or char == "\n" for char in result.stdout + result.stderr)


def test_missing_parser_is_told_in_one_line(run, monkeypatch):
    monkeypatch.setitem(sys.modules, "markdown_it", None)
    result = run("policy.md")
    assert result.exit_code == 2
    assert result.stderr == "cookiegate: reading Markdown needs markdown_it; pip install 'cookiegate[import]'\n"
