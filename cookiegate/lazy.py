"""Public names of a package, imported on first use.

A package that imports its own files makes a cycle, since each of them imports the package first. Two threads that begin
with different files then wait for each other, and Python ends that with an ImportError. Django's `runserver` has such
threads.

Law: no `__init__.py` imports a file of its own package.
"""

from collections.abc import Callable, Mapping
from importlib import import_module
from sys import modules

__all__ = ["on_first_use"]


def on_first_use(package: str, places: Mapping[str, str]) -> tuple[Callable[[str], object], Callable[[], list[str]]]:
    """Return `__getattr__` and `__dir__` of a package. Source: PEP 562.

    `places`: the file of each public name, relative to the package.
    """

    def get(name: str) -> object:
        if name not in places:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        value: object = getattr(import_module(f"{package}.{places[name]}"), name)
        setattr(modules[package], name, value)
        return value

    def names() -> list[str]:
        return sorted({*vars(modules[package]), *places})

    return get, names
