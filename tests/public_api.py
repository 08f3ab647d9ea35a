"""The public API as text: every public name with its parameters, their kinds and defaults, one line each.

`python -m tests.public_api` writes tests/public_api.txt, so that each change of the API is a line in a diff.
Law: the text is the same on every supported Python, so annotations and addresses are left out.
"""

import dataclasses
import inspect
import sys
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from enum import Enum
from functools import cached_property
from importlib import import_module
from pathlib import Path
from types import FunctionType, MemberDescriptorType, ModuleType
from typing import Any

FILE = Path(__file__).with_suffix(".txt")
MODULES = (
    "cookiegate",
    "cookiegate.asgi",
    "cookiegate.cli",
    "cookiegate.consent",
    "cookiegate.django",
    "cookiegate.fastapi",
    "cookiegate.flask",
    "cookiegate.jinja",
    "cookiegate.litestar",
    "cookiegate.receipts",
    "cookiegate.registry",
    "cookiegate.report",
    "cookiegate.report.metrics",
    "cookiegate.scripts",
    "cookiegate.settings_page",
    "cookiegate.settings_page.asgi",
    "cookiegate.settings_page.wsgi",
    "cookiegate.wsgi",
)
"""What users import from; every other module is private."""
_VARIABLE = {inspect.Parameter.VAR_POSITIONAL: "*", inspect.Parameter.VAR_KEYWORD: "**"}


def public_api() -> str:
    """Return the whole public API, one line for each name, sorted."""
    lines = {line for name in MODULES for line in _module(import_module(name))}
    return "".join(f"{line}\n" for line in sorted(lines))


def _module(module: ModuleType) -> Iterator[str]:
    for name in module.__all__:
        found = getattr(module, name)
        path = f"{module.__name__}.{name}"
        if isinstance(found, type):
            yield from _class(found, path)
        elif callable(found) and hasattr(found, "__name__"):
            yield f"{path}{_signature(found)}"
        else:
            yield path


def _class(of: type, path: str) -> Iterator[str]:
    if issubclass(of, Enum):
        yield f"{path}: enum"
        for member, each in of.__members__.items():
            yield f"{path}.{member} = {each.value!r}"
    elif issubclass(of, BaseException):
        yield f"{path}({', '.join(base.__name__ for base in of.__bases__)}): exception"
    elif getattr(of, "_is_protocol", False):
        yield f"{path}: protocol"
    else:
        yield f"{path}{_signature(of)}"
    ours = [base for base in of.__mro__ if base.__module__.startswith("cookiegate")]
    members = dict.fromkeys(_field_names(of)) | {
        name: each for base in reversed(ours) for name, each in vars(base).items()
    }
    for name, member in members.items():
        if (not name.startswith("_") or name == "__call__") and name not in getattr(of, "__members__", ()):
            yield from _member(f"{path}.{name}", name, member, of)


def _member(path: str, name: str, member: object, of: type) -> Iterator[str]:
    if isinstance(member, classmethod | staticmethod):
        yield f"{path}{_signature(getattr(of, name))}: {type(member).__name__}"
    elif isinstance(member, FunctionType):
        yield f"{path}{_signature(member, skips_self=True)}"
    elif isinstance(member, property | cached_property):
        yield f"{path}: property"
    elif isinstance(member, MemberDescriptorType) or name in _field_names(of):
        yield f"{path}: attribute"
    elif not callable(member):
        yield f"{path}: class attribute"


def _field_names(of: type) -> AbstractSet[str]:
    fields = dataclasses.fields(of) if dataclasses.is_dataclass(of) else ()
    return {each.name for each in fields} | set(getattr(of, "_fields", ()))


def _signature(of: Any, *, skips_self: bool = False) -> str:
    parameters = [*inspect.signature(of).parameters.values()][int(skips_self) :]
    parts: list[str] = []
    for at, parameter in enumerate(parameters):
        kind = parameter.kind
        if kind is inspect.Parameter.KEYWORD_ONLY and not any(part.startswith("*") for part in parts):
            parts.append("*")
        default = "" if parameter.default is parameter.empty else f"={_shown(parameter.default)}"
        parts.append(f"{_VARIABLE.get(kind, '')}{parameter.name}{default}")
        following = parameters[at + 1].kind if at + 1 < len(parameters) else None
        if kind is inspect.Parameter.POSITIONAL_ONLY is not following:
            parts.append("/")
    return f"({', '.join(parts)})"


def _shown(value: object) -> str:
    """Write a default so that it is the same in each process and on each Python."""
    if isinstance(value, Enum):
        return f"{type(value).__name__}.{value.name}"
    if repr(value) == "<factory>":  # a dataclass makes the default anew for each instance
        return "<factory>"
    if value is None or isinstance(value, bool | int | float | str | bytes):
        return repr(value)
    if isinstance(value, Mapping):
        return "{" + ", ".join(sorted(f"{_shown(key)}: {_shown(of)}" for key, of in value.items())) + "}"
    if isinstance(value, AbstractSet):
        return "{" + ", ".join(sorted(map(_shown, value))) + "}" if value else "set()"
    if isinstance(value, tuple | list):
        return f"({', '.join(map(_shown, value))})"
    if isinstance(value, type | FunctionType) or inspect.isbuiltin(value):
        return f"<{value.__module__}.{value.__qualname__}>"
    return f"<{type(value).__name__.strip('_')}>"


if __name__ == "__main__":
    FILE.write_text(public_api(), encoding="utf-8", newline="\n")
    sys.stdout.write(f"{FILE}\n")
