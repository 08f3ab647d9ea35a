"""What all tests share: the conformance data beside the checkout, and what may be missing on a user's machine."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import pytest
from hypothesis import HealthCheck, settings

pytest_plugins = ["pytester"]

IN_CI = os.environ.get("COOKIEGATE_CI") == "1"
AXE_CORE = "axe-core@4.14.1"
SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"

settings.register_profile("ci", max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("user", max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("ci" if IN_CI else "user")


def missing(what: str) -> NoReturn:
    """Skip a test for want of something on a user's machine; in CI it must be there, and the test fails."""
    if IN_CI:
        pytest.fail(f"{what} is missing, and in CI it must be there")
    pytest.skip(f"{what} is not here; .ci/run has it")


@pytest.fixture(scope="session")
def shared_json() -> Callable[[str], Any]:
    """Load a file of the conformance data that lies beside the checkout."""

    def load(name: str) -> Any:
        path = SHARED_DATA / name
        if not path.is_file():
            missing(f"the conformance data {name}")
        return json.loads(path.read_text(encoding="utf-8"))

    return load


@pytest.fixture(scope="session")
def shared_file() -> Callable[[str], Path]:
    """Say where a file of the conformance data lies."""

    def find(name: str) -> Path:
        path = SHARED_DATA / name
        if not path.is_file():
            missing(f"the conformance data {name}")
        return path

    return find


@pytest.fixture(scope="session")
def axe_source(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The accessibility checker's script, fetched by npm in the version that was looked at."""
    npm = shutil.which("npm")
    if npm is None:
        missing("npm")
    directory = tmp_path_factory.mktemp("axe")
    command = [
        npm,
        "install",
        AXE_CORE,
        "--no-save",
        "--no-package-lock",
        "--no-audit",
        "--no-fund",
        "--ignore-scripts",
    ]
    if subprocess.run(command, cwd=directory, capture_output=True, timeout=120, check=False).returncode:
        missing(f"{AXE_CORE} from npm's registry")
    return (directory / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
