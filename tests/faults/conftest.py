"""The site of the soak, its visits and the model that judges them, loaded by their paths."""

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

HERE = Path(__file__).resolve().parent


@pytest.fixture(scope="session", autouse=True)
def modules() -> Iterator[dict[str, ModuleType]]:
    """The modules beside this file, by the short names under which a server's worker has them too."""
    sys.path.insert(0, str(HERE))
    yield {name: importlib.import_module(name) for name in ("model", "visits", "site_of_faults", "soak")}
    sys.path.remove(str(HERE))


@pytest.fixture(scope="session")
def model(modules: dict[str, ModuleType]) -> ModuleType:
    """The slow model."""
    return modules["model"]


@pytest.fixture(scope="session")
def visits(modules: dict[str, ModuleType]) -> ModuleType:
    """The visits."""
    return modules["visits"]


@pytest.fixture(scope="session")
def site(modules: dict[str, ModuleType]) -> ModuleType:
    """The site."""
    return modules["site_of_faults"]


@pytest.fixture(scope="session")
def soak(modules: dict[str, ModuleType]) -> ModuleType:
    """Servers under many visitors."""
    return modules["soak"]
