"""`cookiegate registry lint`, run as a user runs it."""

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cookiegate.cli.app import app
from cookiegate.documentation import CODES_URL, url_of_code
from cookiegate.registry.finding import Code

CODES = f"codes: {CODES_URL}\n"
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
        "cookies.toml:7: warning no-purpose: '_ga': no purpose is given; write in a sentence what the cookie is for\n"
        "cookies.toml:7: warning over-400-days: '_ga': '2 years' is longer than the 400 days of browsers; write "
        '"13 months" or less, as regulators allow for\n'
        f"cookies.toml: 0 errors, 2 warnings, 0 notes\n{CODES}"
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
                "fix": 'write "13 months" or less, as regulators allow for',
                "help": url_of_code("lint", "over-400-days"),
            }
        ],
    }


def test_lint_does_not_fail_for_notes(run, write):
    found = run(write(DOUBTFUL.replace("no forgery", "it is").replace("2 years", "1 day")), "-i", "no-purpose")
    assert found.exit_code == 0
    assert found.stdout.startswith("cookies.toml: note no-csrf: ")
    assert found.stdout.endswith(f"cookies.toml: 0 errors, 0 warnings, 1 note\n{CODES}")


STRICTER = """[[cookie]]
name = "sessionid"
category = "marketing"
purpose = "Session, no forgery."
lifetime = "1 day"
"""


def test_lint_fails_for_what_is_stricter_than_known_with_strict_alone(run, write):
    quiet = ("-i", "no-session", "-i", "no-csrf")
    found = run(write(STRICTER), *quiet)
    assert (found.exit_code, found.stdout) == (
        0,
        (
            "cookies.toml:1: warning stricter-than-known: 'sessionid': asks for consent to marketing, but cookiegate "
            "knows it as necessary (Django): features that need it fail without consent; make the rule necessary, "
            'remove it, or give the reason in it: stricter = "..."\ncookies.toml: 0 errors, 1 warning, 0 notes\n'
            f"{CODES}"
        ),
    )
    found = run(write(STRICTER), *quiet, "--strict")
    assert (found.exit_code, found.stdout.splitlines()[-2]) == (1, "cookies.toml: 1 error, 0 warnings, 0 notes")
    assert found.stdout.startswith("cookies.toml:1: error stricter-than-known: ")
    found = run(write(f'{STRICTER}stricter = "We keep nobody logged in."\n'), *quiet, "--strict")
    assert (found.exit_code, found.stdout) == (0, "cookies.toml: no findings\n")


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


NECESSARY_TRACKER = (
    '[[cookie]]\nname = "_ga"\ncategory = "necessary"\npurpose = "Counts the session; nobody forges it."\n'
    'lifetime = "13 months"\n'
)


def test_lint_fails_for_a_tracker_that_is_called_necessary_with_strict_alone(run, write):
    quiet = ("--ignore", "no-session", "--ignore", "no-csrf")
    found = run(write(NECESSARY_TRACKER), *quiet)
    assert found.exit_code == 0
    assert found.stdout.startswith(
        "cookies.toml:1: warning necessary-tracker: '_ga': allows it without consent, which cookiegate knows as "
        "statistics (Google Analytics); give it its real category; if the law exempts it, give the "
        'reason in the rule: exempt = "..."\n'
    )
    found = run(write(NECESSARY_TRACKER), *quiet, "--strict")
    assert (found.exit_code, found.stdout.partition(":1: ")[2].partition(":")[0]) == (1, "error necessary-tracker")
    found = run(write(f'{NECESSARY_TRACKER}exempt = "The regulator exempts it."\n'), *quiet, "--strict")
    assert (found.exit_code, "tracker" in found.stdout) == (0, False)
