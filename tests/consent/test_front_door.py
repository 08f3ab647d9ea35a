"""The front door of the consent wing: every public name is there, and only what is asked for is loaded."""

import importlib
import subprocess
import sys
from pathlib import Path

import pytest

import cookiegate.consent


def run(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_import_of_the_gate_loads_no_reader_but_its_own() -> None:
    code = "import sys, cookiegate.gate; print(*sorted(m for m in sys.modules if m.startswith('cookiegate.consent.')))"
    assert run(code).split() == [f"cookiegate.consent.{name}" for name in ("moving", "own", "source", "terms")]


def test_import_of_one_reader_loads_no_other() -> None:
    code = (
        "import sys; from cookiegate.consent import Cookiebot; "
        "print(*sorted(m for m in sys.modules if m.startswith('cookiegate.consent.')))"
    )
    names = ("decoding", "mapping", "platforms", "platforms.cookiebot", "source")
    assert run(code).split() == [f"cookiegate.consent.{name}" for name in names]


@pytest.mark.parametrize("name", sorted(cookiegate.consent._MOVED))
def test_module_that_moved_is_imported_by_its_old_name(name: str) -> None:
    new = f"cookiegate.consent.{cookiegate.consent._MOVED[name]}"
    code = f"import sys, cookiegate.consent.{name} as old; print(old is sys.modules[{new!r}])"
    assert run(code) == "True"


def test_module_that_never_was_is_not_found() -> None:
    with pytest.raises(ModuleNotFoundError, match=r"cookiegate\.consent\.cookiebott"):
        importlib.import_module("cookiegate.consent.cookiebott")


@pytest.mark.parametrize("name", cookiegate.consent.__all__)
def test_public_name_is_there(name: str) -> None:
    found = getattr(cookiegate.consent, name)
    assert found.__name__ == name
    assert found.__doc__
    assert found is getattr(cookiegate.consent, name)


def test_every_module_with_a_reader_is_behind_the_door() -> None:
    folder = Path(cookiegate.consent.__file__).parent
    shared = {"decoding", "group", "mapping", "mode", "moving", "own", "source", "terms"}
    shared |= {"platforms.didomi_consent_string", "iab.bits", "iab.opt_out", "iab.tc_string", "iab.tc_string_canada"}
    files = (file.relative_to(folder).with_suffix("") for file in folder.rglob("*.py") if file.stem != "__init__")
    modules = {".".join(file.parts) for file in files} - shared
    assert modules == set(cookiegate.consent._MODULES.values())


@pytest.mark.parametrize("name", cookiegate.consent.SOURCES)
def test_source_can_be_made_without_arguments(name: str) -> None:
    assert callable(getattr(cookiegate.consent, name)())


def test_names_are_listed_once_in_order_and_before_they_are_loaded() -> None:
    names = cookiegate.consent.__all__
    assert names == sorted(set(names))
    assert set(names) <= set(dir(cookiegate.consent))
    assert run("import cookiegate.consent as c; print(set(c.__all__) <= set(dir(c)))") == "True"


def test_star_import_brings_every_name() -> None:
    assert run("from cookiegate.consent import *; print(Detect.__name__, consent_mode.__name__)") == (
        "Detect consent_mode"
    )


def test_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match=r"module 'cookiegate\.consent' has no attribute 'Cookiebott'"):
        _ = cookiegate.consent.Cookiebott
