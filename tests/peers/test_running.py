"""Tests of a project that is as small as one can be, run with and without the gate around its apps."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.peers.environment import PeerError
from tests.peers.listing import MODES, Peer
from tests.peers.running import Runner

ASGI = "tests/test_shop.py::test_asgi"
WSGI = {kind: f"tests/test_shop.py::test_wsgi[{kind}]" for kind in ("[method]", "argument", "attribute", "result")}
FREE = "tests/test_shop.py::test_that_needs_no_app"
FAILING = "tests/test_shop.py::test_that_fails_without_the_gate_too"
SKIPPED = "tests/test_shop.py::test_that_is_skipped"

SHOP = Peer(
    name="shop",
    sdist="shop==1.0",
    gates=(
        {"asgi": "shop:Asgi.__call__"},
        {"wsgi": "shop:Wsgi.__call__"},
        {"wsgi": "shop:Client.__init__", "argument": "app"},
        {"wsgi": "shop:Server.load", "attribute": "app"},
        {"wsgi": "shop:make", "result": "app"},
    ),
    tests=("tests",),
    environment={"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
    seconds=300,
)


@pytest.fixture
def runner(archive, missing):
    try:
        import pytest_timeout  # noqa: F401  # the options name it
    except ImportError:
        missing("pytest-timeout")
    return Runner(SHOP, archive, Path(sys.executable))


def test_without_the_gate_a_project_passes_its_tests(runner):
    found = runner.run("none")
    assert found.outcomes == {
        ASGI: "passed", **dict.fromkeys(WSGI.values(), "passed"), FREE: "passed", FAILING: "failed", SKIPPED: "skipped",
    }  # fmt: skip
    assert found.is_complete
    assert "assert not" in found.why[FAILING]


@pytest.mark.parametrize("mode", MODES)
def test_gate_is_around_every_app_in_every_mode(runner, mode):
    """Each of them sets an unregistered cookie without SameSite, which no gate lets out as it is."""
    found = runner.run(mode)
    assert {test for test, outcome in found.outcomes.items() if outcome == "failed"} == {ASGI, *WSGI.values(), FAILING}
    assert ("SameSite=Lax" in found.why[ASGI]) is (mode != "default")
    assert found.outcomes[FREE] == "passed"


def test_gate_is_nowhere_but_where_the_listing_puts_it(archive):
    runner = Runner(replace(SHOP, gates=SHOP.gates[:1]), archive, Path(sys.executable))
    found = runner.run("default")
    assert [found.outcomes[test] for test in [ASGI, WSGI["argument"]]] == ["failed", "passed"]


def test_failure_that_does_not_come_again_is_none(runner, monkeypatch):
    """The tests that fail anew are run once more, without the others."""
    without = runner.run("none")
    asked = []
    original = Runner.run

    def run(self, mode, tests=()):
        asked.append((mode, [*tests]))
        return original(self, "none" if tests else mode, tests)  # as if the second run had better luck

    monkeypatch.setattr(Runner, "run", run)
    found = runner.run_gated("default", without)
    assert asked == [("default", []), ("default", sorted([ASGI, *WSGI.values()]))]
    assert found.outcomes == without.outcomes


def test_failure_that_comes_again_counts(runner):
    found = runner.run_gated("default", runner.run("none"))
    assert found.outcomes[ASGI] == "failed"
    assert "assert" in found.why[ASGI]


def test_program_of_the_project_runs_unittest_cases(archive):
    peer = replace(SHOP, script="run.py", tests=(), options=("-v",))
    runner = Runner(peer, archive, Path(sys.executable))
    assert runner.run("none").outcomes == {
        "__main__.ShopTests.test_each": "failed",
        "__main__.ShopTests.test_error": "failed",
        "__main__.ShopTests.test_expected": "skipped",
        "__main__.ShopTests.test_skipped": "skipped",
        "__main__.ShopTests.test_wsgi": "passed",
    }
    gated = runner.run("default", ["ShopTests.test_wsgi"])
    assert gated.outcomes == {"__main__.ShopTests.test_wsgi": "failed"}
    assert "Set-Cookie" in gated.why["__main__.ShopTests.test_wsgi"]


def test_run_that_takes_too_long_is_ended(archive):
    runner = Runner(replace(SHOP, script="endless.py", seconds=3), archive, Path(sys.executable))
    found = runner.run("none", ["EndlessTests"])
    assert not found.is_complete
    assert set(found.outcomes) <= {"__main__.EndlessTests.test_a_that_ends"}


def test_run_in_which_nothing_passes_is_an_error(archive):
    runner = Runner(replace(SHOP, tests=("tests/absent",)), archive, Path(sys.executable))
    with pytest.raises(PeerError, match=r"shop: none: no test passed: (?s:.)*absent"):
        runner.run("none")


def test_command_lists_its_peers_and_refuses_others():
    checkout = Path(__file__).resolve().parents[2]

    def run(*arguments):
        return subprocess.run(
            [sys.executable, "-m", "tests.peers", *arguments], cwd=checkout, capture_output=True, text=True,
            check=False, timeout=120,
        )  # fmt: skip

    listed = run("--list")
    assert listed.returncode == 0, listed.stderr
    assert "Flask==3.1.3" in listed.stdout
    refused = run("flsk")
    assert refused.returncode == 2
    assert refused.stdout.startswith("flsk: there is no such peer; use one of ")
