"""CI's own scripts: the duration of each step, the limit of a run, and the shifted clocks for tests of dates."""

import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[1]

pytestmark = pytest.mark.skipif(not (CHECKOUT / ".ci").is_dir(), reason="CI's own files are not in the source archive")


def run_steps(directory, *lines):
    directory = directory / "work"
    directory.mkdir()
    script = "\n".join(["set -euo pipefail", ". .ci/steps.sh", f"trap 'end \"{directory}\"' EXIT", *lines])
    done = subprocess.run(["bash", "-c", script], cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert not directory.exists()
    return done.returncode, done.stdout.splitlines(), done.stderr


def test_each_step_says_its_seconds_and_the_end_says_all(tmp_path):
    lines = ["step first one", "SECONDS=$((SECONDS + 100))", "step second", "SECONDS=$((SECONDS + 2000))"]
    code, out, _ = run_steps(tmp_path, *lines)
    assert code == 0
    assert out[:3] == ["", "=== first one", "--- 100 s"]
    assert out[-3:] == ["  100 s  first one", " 2000 s  second", " 2100 s  in all; 2700 at most"]


def test_run_above_the_limit_fails(tmp_path):
    code, _, err = run_steps(tmp_path, "step slow", "SECONDS=2701")
    assert (code, err.split(":")[0]) == (1, "This run took too long")


def test_slow_machine_is_allowed_more_and_no_machine_less():
    done = subprocess.run(
        [sys.executable, CHECKOUT / ".ci" / "yardstick.py"], capture_output=True, text=True, check=True
    )
    assert 100 <= int(done.stdout) < 5000
    assert "limit_s=$((limit_s * $(python3 .ci/yardstick.py) / 100))" in (CHECKOUT / ".ci" / "run").read_text()


def test_step_that_fails_fails_the_run_and_its_seconds_are_said(tmp_path):
    code, out, err = run_steps(tmp_path, "step first", "false", "step second")
    assert (code, err) == (1, "")
    assert out[-2].endswith("s  first")


def clocks():
    if not (CHECKOUT / ".ci").is_dir():
        return []
    done = subprocess.run([CHECKOUT / ".ci" / "dates", "--list"], capture_output=True, text=True, check=True)
    return [line.split("  ", 1)[1].split(", ") for line in done.stdout.splitlines()]


@pytest.mark.parametrize(("zone", "clock"), [each[:2] for each in clocks()])
def test_clock_is_one_that_can_be_set(zone, clock, missing):
    if not Path("/usr/share/zoneinfo").is_dir():
        missing("the time zones (Debian's tzdata)")
    assert Path("/usr/share/zoneinfo", zone).is_file()
    shown = subprocess.run(["date", "-d", clock, "+%s"], capture_output=True, text=True, check=True)
    assert int(shown.stdout) > 1768204800


def test_clocks_are_every_kind_of_day():
    found = [each[-1] for each in clocks()]
    for word in ("tomorrow", "in 40 days", "leap day", "summer time begins", "summer time ends"):
        assert any(word in each for each in found), word


def test_one_run_is_under_one_clock_and_can_be_repeated(tmp_path):
    """The tools are replaced; the test checks their arguments."""
    for name in ("faketime", "pytest"):
        (tmp_path / name).write_text('#!/bin/bash\necho "$TZ" "$FAKETIME_DONT_FAKE_MONOTONIC" "$@"\n')
        (tmp_path / name).chmod(0o755)
    path = {"PATH": f"{tmp_path}:/usr/local/bin:/usr/bin:/bin"}

    def run(*arguments):
        command = [CHECKOUT / ".ci" / "dates", *arguments]
        done = subprocess.run(command, env=path, capture_output=True, text=True, check=True)
        return [line for line in done.stdout.splitlines() if line and not line.startswith("Under")]

    left_out = "--ignore=tests/test_linear.py --ignore=tests/test_memory.py"
    assert run("3", "--", "-x") == [
        f"UTC 1 2028-02-29 23:59:30 UTC pytest -q -m dates and not browser {left_out} --hypothesis-profile=user -x"
    ]
    (one,) = run()
    assert "--cases=3" in one
    assert len(run("--all")) == len(clocks())
