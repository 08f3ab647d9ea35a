"""`settings.COOKIEGATE` to the site's one gate: a path, the arguments of `CookieGate`, or a gate."""

import os
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, replace
from functools import cache
from typing import Any

from django.conf import settings
from django.core.signals import setting_changed
from django.utils.module_loading import import_string

from cookiegate.django.names import SETTINGS, known_names
from cookiegate.errors import ConfigError
from cookiegate.gate import CookieGate, compiled
from cookiegate.gate_registry import no_warnings
from cookiegate.given_values import nearest
from cookiegate.problems import Problems
from cookiegate.settings import PAGE_KEYS_IN_GATE, page_options

__all__ = ["build_gate", "gate_from_settings", "with_known_names"]

_WHERE = "settings.COOKIEGATE"
_LIST_OF_RECORDERS = (
    'use a list, e.g. [("cookiegate.report.Inventory", "/var/lib/shop/cookies")]: a dotted path, or a tuple of one and '
    "its arguments"
)
_DOTTED = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+")
_KINDS = "use the path of a cookies.toml, a dict of CookieGate's arguments, or a CookieGate"
_ARGUMENTS = tuple(field.name for field in fields(CookieGate) if field.init)
_KEYS = ("toml", *_ARGUMENTS, *sorted(PAGE_KEYS_IN_GATE))
_IMPORTED = ("consent", "observer", "default_consent", "clock")
"""Arguments that may be a dotted path to what they are, or a tuple of such a path and its arguments."""


@cache
def gate_from_settings() -> CookieGate:
    """Return the site's gate: one for the whole process, built on the first call.

    The known cookies that Django's other settings name are among those that visitors see and can allow.

    `override_settings(COOKIEGATE=...)` in a test makes another; a test client that has served already keeps its own.

    Raises: `ConfigError`, with every mistake at once.
    """
    return with_known_names(build_gate(getattr(settings, "COOKIEGATE", None)))


def with_known_names(gate: CookieGate) -> CookieGate:
    """Return the gate that lists the known cookies that Django's settings name, too."""
    unlisted = compiled(gate).offering.offer.unlisted
    names = [rule.name for name in known_names() if (rule := gate.registry.find(name)) and rule.name in unlisted]
    if not names:
        return gate
    with no_warnings():  # another gate has warned already
        made = replace(gate, uses=(*gate.uses, *names))
    compiled(made).offering.proposes_beside(gate.uses)  # a line for the file needs no name from Django's settings
    return made


def build_gate(setting: object) -> CookieGate:
    """Build a gate from `settings.COOKIEGATE`; `None` means a gate without arguments.

    Raises: `ConfigError`, with every mistake at once.
    """
    if isinstance(setting, CookieGate):
        return setting
    if isinstance(setting, str | os.PathLike):
        return CookieGate.from_toml(os.fspath(setting))
    if setting is None:
        return CookieGate()
    if not isinstance(setting, Mapping):
        raise ConfigError([f"{_WHERE}: is {setting!r}; {_KINDS}"])
    problems = Problems(_WHERE)
    arguments = _read_arguments(setting, problems)
    gate = CookieGate()
    if isinstance(path := setting.get("toml"), str | os.PathLike):
        gate = _attempt(lambda: CookieGate.from_toml(os.fspath(path)), problems) or gate
    options = arguments.get("settings_page", {})
    if isinstance(options, Mapping) and (options or setting.keys() & PAGE_KEYS_IN_GATE):
        options = {**gate.settings_page, **page_options({**setting}, options, problems)}
        arguments["settings_page"] = options
        arguments.setdefault("settings_url", options.get("url", gate.settings_url))
    built = _attempt(lambda: replace(gate, **arguments), problems)
    if built is None or problems.problems:
        raise ConfigError(problems.problems)
    return built


def _read_arguments(setting: Mapping[Any, Any], problems: Problems) -> dict[str, Any]:
    """Return the arguments in the dict, with dotted paths imported; mistakes are added to `problems`."""
    arguments: dict[str, Any] = {}
    for key, value in setting.items():
        if key == "toml":
            if not isinstance(value, str | os.PathLike):
                problems.add(f"toml: is {value!r}; use the path of a cookies.toml")
        elif key in PAGE_KEYS_IN_GATE:
            pass  # they are read together
        elif key not in _ARGUMENTS:
            close = nearest(str(key).lower(), _KEYS)
            problems.add(f"unknown key {key!r}; {close}")
        elif key in _IMPORTED and _is_named(value):
            imported = _import(key, value, problems)
            if imported is not None:
                arguments[key] = imported
        elif key == "recorders" and _is_one_recorder(value):
            problems.add(f"recorders: is {value!r}; {_LIST_OF_RECORDERS}")
        elif key == "recorders" and isinstance(value, Iterable):
            found = [_import(key, each, problems) if _is_named(each) else each for each in value]
            arguments[key] = [each for each in found if each is not None]
        else:
            arguments[key] = value
    return arguments


def _is_named(value: object) -> bool:
    """Return whether a value is a dotted path, or a tuple of one and its arguments."""
    first = value[0] if isinstance(value, tuple) and value else value
    return isinstance(value, str) or (isinstance(first, str) and _DOTTED.fullmatch(first) is not None)


def _is_one_recorder(value: object) -> bool:
    """Return whether a value is a dotted path, with arguments or without, that was given in the place of a list."""
    if isinstance(value, tuple):
        is_list = all(_DOTTED.fullmatch(each) if isinstance(each, str) else _is_named(each) for each in value)
        return _is_named(value) and not is_list
    return isinstance(value, str)


def _import(key: str, value: Any, problems: Problems) -> object:
    """Import what a dotted path names; a class is called, as in Django's other settings.

    In a tuple the path is followed by the arguments of the call; a dict at the end has the keyword arguments.
    """
    path, *given = (value,) if isinstance(value, str) else value
    named = given.pop() if given and isinstance(given[-1], Mapping) else {}
    try:
        found = import_string(path)
    except Exception as error:  # noqa: BLE001  # foreign code, which may raise anything while it is imported
        problems.add(f"{key}: {path!r} can't be imported: {error}; use a dotted path or the object")
        return None
    is_called = isinstance(found, type) or not isinstance(value, str)
    try:
        return found(*given, **named) if is_called else found
    except ConfigError as error:
        for problem in error.problems:
            problems.add_problem(key, problem)
    except Exception as error:  # noqa: BLE001  # foreign code, likewise
        fix = "check its arguments" if given or named else f"if it needs arguments, write ({path!r}, argument, ...)"
        problems.add(f"{key}: {path!r} can't be made: {error}; {fix}")
    return None


def _attempt(build: Callable[[], CookieGate], problems: Problems) -> CookieGate | None:
    """Build a gate, or add what is wrong with it to `problems`."""
    try:
        return build()
    except ConfigError as error:
        problems.extend(problem.replace("CookieGate: ", f"{_WHERE}: ", 1) for problem in error.problems)
        return None


def _forget(*, setting: str, **_: object) -> None:
    if setting == "COOKIEGATE" or setting in SETTINGS:
        gate_from_settings.cache_clear()


setting_changed.connect(_forget, dispatch_uid="cookiegate")
