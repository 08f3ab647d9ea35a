"""`cookiegate check`: every mistake with its place, a summary without any, exit codes for scripts."""

import json

import pytest
from typer.testing import CliRunner

from cookiegate.cli.app import app

MISTAKES = """
[gate]
revison = "1"
[[cookie]]
name = "_ga"
category = "stats"
"""
COMPLAINTS = [
    "cookies.toml: cookie[1] '_ga': unknown category 'stats'; use one of necessary, preferences, statistics, marketing",
    "cookies.toml: gate: unknown key 'revison'; did you mean 'revision'?",
]


@pytest.fixture
def check(tmp_path):
    """Check a file with this text; without any, one that is not there."""

    def run(text, *arguments):
        file = tmp_path / "cookies.toml"
        if text is not None:
            file.write_text(text)
        result = CliRunner().invoke(app, ["check", str(file), *arguments])
        return result.exit_code, result.stdout, result.stderr

    return run


def test_example_has_no_mistakes(cli, cookies_toml):
    result = cli("check", cookies_toml)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.splitlines() == [
        "cookies.toml: no mistakes",
        "27 rules: 9 necessary, 6 preferences, 6 statistics, 6 marketing",
        "revision: 2026-01-12; mode: enforce; unregistered: drop",
    ]


def test_example_is_summed_up_as_json(cli, cookies_toml):
    result = cli("check", cookies_toml, "--json")
    assert result.returncode == 0
    assert json.loads(result.stdout) == {
        "ok": True,
        "rules": 27,
        "categories": {"necessary": 9, "preferences": 6, "statistics": 6, "marketing": 6},
        "revision": "2026-01-12",
        "mode": "enforce",
    }


def test_every_mistake_is_printed_with_its_place(check):
    code, out, err = check(MISTAKES)
    assert (code, err) == (1, "")
    assert out.splitlines() == [*COMPLAINTS, "2 mistakes in cookies.toml"]


def test_mistakes_are_told_as_json(check):
    code, out, _ = check(MISTAKES, "--json")
    assert code == 1
    assert json.loads(out) == {"ok": False, "problems": COMPLAINTS}


def test_one_mistake_is_counted_as_one(check):
    code, out, _ = check('[gate]\nmode = "on"\n')
    assert code == 1
    assert out.splitlines() == [
        "cookies.toml: gate: mode: unknown value 'on'; use one of enforce, report-only",
        "1 mistake in cookies.toml",
    ]


def test_file_that_is_not_toml_has_a_mistake(check):
    code, out, _ = check("[gate")
    assert code == 1
    assert out.startswith("cookies.toml: not TOML: ")


def test_file_without_a_revision_says_so(check):
    code, out, _ = check("")
    assert code == 0
    assert out.splitlines()[1:] == [
        "0 rules: 0 necessary, 0 preferences, 0 statistics, 0 marketing",
        "revision: none; mode: enforce; unregistered: drop",
    ]


def test_file_that_is_not_there_can_not_be_read(check):
    code, out, err = check(None)
    assert (code, out) == (2, "")
    assert err.endswith("cookies.toml: can't be read: No such file or directory; check the path\n")


def test_folder_can_not_be_read(cli, tmp_path):
    result = cli("check", str(tmp_path))
    assert (result.returncode, result.stdout) == (2, "")
    assert "can't be read" in result.stderr
