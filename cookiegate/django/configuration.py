"""`settings.COOKIEGATE` to the site's one gate: a path, the arguments of `CookieGate`, or a gate."""

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, replace
from functools import cache
from typing import Any

from django.conf import settings
from django.core.signals import setting_changed
from django.utils.module_loading import import_string

from cookiegate.errors import ConfigError
from cookiegate.gate import CookieGate
from cookiegate.registry.rule import nearest

__all__ = ["build_gate", "gate_from_settings"]

_WHERE = "settings.COOKIEGATE"
_KINDS = "use the path of a cookies.toml, a dict of CookieGate's arguments, or a CookieGate"
_ARGUMENTS = tuple(field.name for field in fields(CookieGate) if field.init)
_IMPORTED = ("consent", "observer", "default_consent", "clock")
"""Arguments that may be a dotted path to what they are."""


@cache
def gate_from_settings() -> CookieGate:
    """Return the site's gate: one for the whole process, built when it is asked for first.

    `override_settings(COOKIEGATE=...)` in a test makes another; a test client that has served already keeps its own.

    Raises: `ConfigError`, with every mistake at once.
    """
    return build_gate(getattr(settings, "COOKIEGATE", None))


def build_gate(said: object) -> CookieGate:
    """Build a gate from what `settings.COOKIEGATE` says; `None` for the gate without any arguments.

    Raises: `ConfigError`, with every mistake at once.
    """
    if isinstance(said, CookieGate):
        return said
    if isinstance(said, str | os.PathLike):
        return CookieGate.from_toml(os.fspath(said))
    if said is None:
        return CookieGate()
    if not isinstance(said, Mapping):
        raise ConfigError([f"{_WHERE}: is {said!r}; {_KINDS}"])
    problems: list[str] = []
    arguments = _read_arguments(said, problems)
    gate = CookieGate()
    if isinstance(path := said.get("toml"), str | os.PathLike):
        gate = _attempt(lambda: CookieGate.from_toml(os.fspath(path)), problems) or gate
    built = _attempt(lambda: replace(gate, **arguments), problems)
    if built is None or problems:
        raise ConfigError(problems)
    return built


def _read_arguments(said: Mapping[Any, Any], problems: list[str]) -> dict[str, Any]:
    """Take the arguments out of the dict, what is a dotted path imported; complaints are added to `problems`."""
    arguments: dict[str, Any] = {}
    for key, value in said.items():
        if key == "toml":
            if not isinstance(value, str | os.PathLike):
                problems.append(f"{_WHERE}: toml: is {value!r}; use the path of a cookies.toml")
        elif key not in _ARGUMENTS:
            close = nearest(str(key).lower(), ("toml", *_ARGUMENTS))
            problems.append(f"{_WHERE}: unknown key {key!r}; {close}")
        elif key in _IMPORTED and isinstance(value, str):
            imported = _import(key, value, problems)
            if imported is not None:
                arguments[key] = imported
        elif key == "recorders" and isinstance(value, Iterable) and not isinstance(value, str):
            found = [_import(key, each, problems) if isinstance(each, str) else each for each in value]
            arguments[key] = [each for each in found if each is not None]
        else:
            arguments[key] = value
    return arguments


def _import(key: str, path: str, problems: list[str]) -> object:
    """Import what a dotted path names; a class is called, as in Django's other settings."""
    try:
        found = import_string(path)
        return found() if isinstance(found, type) else found
    except Exception as error:  # noqa: BLE001  # foreign code, which may raise anything while it is imported
        problems.append(f"{_WHERE}: {key}: {path!r} can't be imported: {error}; use a dotted path or the object")
        return None


def _attempt(build: Callable[[], CookieGate], problems: list[str]) -> CookieGate | None:
    """Build a gate, or add what is wrong with it to `problems`."""
    try:
        return build()
    except ConfigError as error:
        problems += [problem.replace("CookieGate: ", f"{_WHERE}: ", 1) for problem in error.problems]
        return None


def _forget(*, setting: str, **_: object) -> None:
    if setting == "COOKIEGATE":
        gate_from_settings.cache_clear()


setting_changed.connect(_forget, dispatch_uid="cookiegate")
