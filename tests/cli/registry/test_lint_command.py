"""`cookiegate registry lint`, run as a user runs it."""

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cookiegate.cli.app import app
from cookiegate.registry.finding import Code

DOUBTFUL = """[[cookie]]
name = "sid"
category = "necessary"
purpose = "Session, no forgery."
lifetime = "1 day"

[[cookie]]
name = "_ga"
category = "statistics"
lifetime = "2 years"
"""


@pytest.fixture
def write(tmp_path):
    def write_file(text):
        path = tmp_path / "cookies.toml"
        path.write_bytes(text.encode("utf-8") if isinstance(text, str) else text)
        return str(path)

    return write_file


@pytest.fixture
def run():
    def invoke(*arguments):
        return CliRunner().invoke(app, ["registry", "lint", *arguments])

    return invoke


def test_lint_prints_a_line_for_each_finding(cli, write):
    found = cli("registry", "lint", write(DOUBTFUL))
    assert (found.returncode, found.stderr) == (1, "")
    assert found.stdout == (
        "cookies.toml:7: warning no-purpose: '_ga': no purpose is given; say in a sentence what the cookie is for\n"
        "cookies.toml:7: warning over-400-days: '_ga': '2 years' is longer than the 400 days of browsers; write "
        '"400 days" or less\n'
        "cookies.toml: 0 errors, 2 warnings, 0 notes\n"
    )


@pytest.fixture
def guide():
    path = Path(__file__).resolve().parents[3] / "docs" / "lint.md"
    if not path.is_file():
        pytest.skip("docs/ is not in the wheel")
    return path.read_text(encoding="utf-8")


def test_lint_prints_what_its_guide_shows(run, write, guide):
    (toml,) = re.findall(r"^```toml\n(.*?)^```$", guide, re.MULTILINE | re.DOTALL)
    (shown,) = re.findall(r"^\$ cookiegate registry lint cookies.toml\n(.*?)^```$", guide, re.MULTILINE | re.DOTALL)
    assert run(write(toml)).stdout == shown


def test_lint_has_a_guide_to_every_code(guide):
    rows = re.findall(r"^\| `([a-z0-9-]+)` \| (\w+) \|", guide, re.MULTILINE)
    assert rows == [(code.value, code.severity.value) for code in Code]


def test_lint_leaves_out_what_is_ignored(run, write):
    found = run(write(DOUBTFUL), "--ignore", "no-purpose", "-i", "over-400-days")
    assert (found.exit_code, found.stdout) == (0, "cookies.toml: no findings\n")


def test_lint_prints_json(run, write):
    found = run(write(DOUBTFUL), "--json", "-i", "no-purpose")
    assert found.exit_code == 1
    assert json.loads(found.stdout) == {
        "file": "cookies.toml",
        "findings": [
            {
                "code": "over-400-days",
                "severity": "warning",
                "line": 7,
                "subject": "_ga",
                "what": "'2 years' is longer than the 400 days of browsers",
                "mend": 'write "400 days" or less',
            }
        ],
    }


def test_lint_does_not_fail_for_notes(run, write):
    found = run(write(DOUBTFUL.replace("no forgery", "it is").replace("2 years", "1 day")), "-i", "no-purpose")
    assert found.exit_code == 0
    assert found.stdout.startswith("cookies.toml: note no-csrf: ")
    assert found.stdout.endswith("cookies.toml: 0 errors, 0 warnings, 1 note\n")


def test_lint_fails_for_a_mistake(run, write):
    found = run(write(DOUBTFUL + "["))
    assert found.exit_code == 1
    assert "cookies.toml:11: error mistake: not TOML: " in found.stdout


@pytest.mark.parametrize("octets", [b"# caf\xe9", None])
def test_lint_of_what_cannot_be_read_exits_with_2(run, write, tmp_path, octets):
    found = run(str(tmp_path / "none.toml") if octets is None else write(octets))
    assert found.exit_code == 2
    assert found.stderr.startswith("cookiegate: ")
    assert found.stdout == ""


def test_lint_refuses_to_ignore_what_it_does_not_know(run, write):
    assert run(write(DOUBTFUL), "--ignore", "nonsense").exit_code == 2


def test_lint_lets_no_name_write_to_the_terminal(run, write):
    found = run(write('[[cookie]]\nname = "a\\u001b[31m"\ncategory = "\\u009b31m"\n'))
    assert found.exit_code == 1
    assert not {"\x1b", "\x9b"} & set(found.stdout)


def test_the_demos_registry_is_clean(run, cookies_toml):
    found = run(cookies_toml, "-i", "no-csrf")
    assert (found.exit_code, found.stdout) == (0, "cookies.toml: no findings\n")
