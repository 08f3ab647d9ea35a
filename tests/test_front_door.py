"""The front door: every public name is there, imported from its home when it is first asked for."""

import runpy
import subprocess
import sys
from pathlib import Path

import pytest

import cookiegate
from cookiegate.current import current
from cookiegate.gate import CookieGate
from cookiegate.model import Category


def loaded_after(code):
    """Run code in a fresh interpreter, and name the modules of cookiegate that it has loaded at the end."""
    code += "; import sys; print(*sorted(name for name in sys.modules if name.startswith('cookiegate')))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    return set(found.stdout.split())


@pytest.mark.parametrize("name", cookiegate.__all__)
def test_front_door_has_every_name_it_lists(name):
    vars(cookiegate).pop(name, None) if name != "current" else None
    found = getattr(cookiegate, name)
    assert found.__name__ == name
    assert vars(cookiegate)[name] is found


def test_front_door_lists_what_it_has_not_imported_yet():
    vars(cookiegate).pop("Registry", None)
    assert set(cookiegate.__all__) <= set(dir(cookiegate))


def test_front_door_names_are_those_of_their_homes():
    assert (cookiegate.CookieGate, cookiegate.Category, cookiegate.current) == (CookieGate, Category, current)


def test_front_door_has_nothing_else():
    with pytest.raises(AttributeError, match=r"^module 'cookiegate' has no attribute 'Cookies'$"):
        cookiegate.Cookies  # noqa: B018  # the question is what it raises
    with pytest.raises(ImportError, match="Cookies"):
        from cookiegate import Cookies  # noqa: F401


def test_front_door_alone_loads_next_to_nothing():
    assert loaded_after("import cookiegate") == {"cookiegate", "cookiegate.current", "cookiegate.errors"}


def test_front_door_loads_what_a_name_needs():
    assert loaded_after("from cookiegate import Category") == {
        "cookiegate", "cookiegate.current", "cookiegate.errors", "cookiegate.model",
    }  # fmt: skip


@pytest.mark.parametrize("name", ["__init__", "current", "errors"])
def test_front_door_is_what_its_files_say(name):
    """pytest's plugin has imported them before any measurement began, so they are read once more."""
    again = runpy.run_path(str(Path(cookiegate.__file__).with_name(f"{name}.py")), run_name="cookiegate")
    assert again["__all__"]
    if name == "__init__":
        assert again["__getattr__"]("Category").__name__ == "Category"
        assert set(again["__all__"]) <= set(again["__dir__"]())
    else:
        assert set(again["__all__"]) <= set(again)


def test_current_is_the_function_whatever_is_imported_first():
    assert "cookiegate.handle" in loaded_after(
        "import types; import cookiegate.current; import cookiegate"
        "; assert isinstance(cookiegate.current, types.FunctionType); cookiegate.Handle"
    )
