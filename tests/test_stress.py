"""The tests' own options: small amounts by default, large ones with --stress, and busy cores with --busy."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
PROBE = """
import os
import pytest

@pytest.mark.repeated(2, 30)
def test_repeated():
    pass

def test_amount(amount):
    assert amount(2, 30) == (30 if os.environ.get("COOKIEGATE_STRESS") == "1" else 2)

def test_cores():
    if not os.path.isdir("/proc/self/task"):
        return
    children = open(f"/proc/self/task/{os.getpid()}/children").read().split()
    assert len(children) == int(os.environ["CHILDREN"])
"""


@pytest.fixture
def probe(tmp_path):
    """Run a small module with this directory's conftest; return the number of passed tests."""
    shutil.copy(HERE / "conftest.py", tmp_path)
    (tmp_path / "test_probe.py").write_text(PROBE, encoding="utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers =\n  repeated\n  browser\n  dates\n", encoding="utf-8")

    def run(*arguments, children=0, **environment):
        environment = {
            **os.environ,
            "COOKIEGATE_STRESS": "",
            "PYTEST_ADDOPTS": "",
            "CHILDREN": str(children),
            **environment,
        }
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "--strict-markers", "-p", "no:cacheprovider", *arguments],
            cwd=tmp_path, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout
        return int(done.stdout.splitlines()[-1].split()[0])

    return run


def test_heavy_tests_do_little_unless_asked(probe):
    assert probe() == 4


@pytest.mark.parametrize(("arguments", "environment"), [(["--stress"], {}), ([], {"COOKIEGATE_STRESS": "1"})])
def test_stress_repeats_often_and_does_much(probe, arguments, environment):
    assert probe(*arguments, **environment) == 32


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="processes are counted in Linux's /proc")
def test_busy_runs_a_loop_for_each_core(probe):
    assert probe("--busy", children=os.cpu_count()) == 4
