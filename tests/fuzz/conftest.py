"""The fuzz targets, loaded by their path as `run.py` loads them."""

import importlib.util
import logging
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture(scope="session")
def seeds() -> ModuleType:
    """The module that knows the targets and their seeds."""
    spec = importlib.util.spec_from_file_location("fuzz_seeds", Path(__file__).with_name("seeds.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(autouse=True)
def quiet_log() -> Iterator[None]:
    """Hold the log back: thousands of names are dropped here."""
    logger = logging.getLogger("cookiegate")
    before, logger.propagate = logger.propagate, False
    handler = logging.NullHandler()
    logger.addHandler(handler)
    yield
    logger.removeHandler(handler)
    logger.propagate = before
