"""The package's public names: each is imported from its module on first use."""

import runpy
import subprocess
import sys

import pytest

import cookiegate
from cookiegate.gate import CookieGate
from cookiegate.handle import current
from cookiegate.model import Category


def loaded_after(code):
    """Run code in a new interpreter, and return the loaded modules of cookiegate."""
    code += "; import sys; print(*sorted(name for name in sys.modules if name.startswith('cookiegate')))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=300, check=True)
    return set(found.stdout.split())


@pytest.mark.parametrize("name", cookiegate.__all__)
def test_front_door_has_every_name_it_lists(name):
    vars(cookiegate).pop(name, None)
    found = getattr(cookiegate, name)
    assert found.__name__ == name
    assert vars(cookiegate)[name] is found


def test_front_door_lists_what_it_has_not_imported_yet():
    vars(cookiegate).pop("Registry", None)
    assert set(cookiegate.__all__) <= set(dir(cookiegate))
    assert set(cookiegate.registry.__all__) <= set(dir(cookiegate.registry))


def test_front_door_names_are_those_of_their_homes():
    assert (cookiegate.CookieGate, cookiegate.Category, cookiegate.current) == (CookieGate, Category, current)


def test_front_door_has_nothing_else():
    with pytest.raises(AttributeError, match=r"^module 'cookiegate' has no attribute 'Cookies'$"):
        cookiegate.Cookies  # noqa: B018  # the question is what it raises
    with pytest.raises(ImportError, match="Cookies"):
        from cookiegate import Cookies  # noqa: F401


def test_front_door_alone_loads_next_to_nothing():
    assert loaded_after("import cookiegate") == {"cookiegate"}


def test_front_door_loads_what_a_name_needs():
    assert loaded_after("from cookiegate import Category") == {
        "cookiegate", "cookiegate.category", "cookiegate.cookie_rule", "cookiegate.errors", "cookiegate.given_values",
        "cookiegate.lifetime", "cookiegate.model", "cookiegate.plural", "cookiegate.problems", "cookiegate.redaction",
        "cookiegate.wire", "cookiegate.wire.host",
    }  # fmt: skip


def test_front_door_is_what_its_file_says():
    """pytest's plugin imported it before the coverage measurement started, so it is loaded again."""
    again = runpy.run_path(cookiegate.__file__, run_name="cookiegate")
    assert again["__getattr__"]("Category").__name__ == "Category"
    assert set(again["__all__"]) <= set(again["__dir__"]())


def test_current_is_found_behind_the_door():
    code = "import types, cookiegate; assert isinstance(cookiegate.current, types.FunctionType)"
    assert "cookiegate.handle" in loaded_after(code)
