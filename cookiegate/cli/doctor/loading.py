"""Imports an app as a server would: `module:app`, `module:create_app()`, or what lies in the present directory."""

import ast
import importlib
import inspect
import os
import re
import sys
import traceback
from collections.abc import Callable
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any, TypeVar

from cookiegate.errors import ConfigError

__all__ = ["NotLoaded", "load"]

T = TypeVar("T")

_FILES = ("asgi", "wsgi", "app", "main", "application")
_NAMES = ("app", "application", "create_app", "make_app")
_SETTINGS = re.compile(r"DJANGO_SETTINGS_MODULE[\"']\s*,\s*[\"']([\w.]+)[\"']")
_USAGE = "name the app as a server would, e.g. main:app or main:create_app()"


class NotLoaded(Exception):
    """The app can't be imported; the text says why, and what to do."""


def load(spec: str | None, directory: Path) -> tuple[str, Any]:
    """Import an app, and return how it is called, and it. What it prints goes to standard error.

    Raises: `NotLoaded`.
    """
    if not directory.is_dir():
        raise NotLoaded(f"{directory}: it is no directory; name the one in which the server starts")
    sys.path.insert(0, str(directory.resolve()))
    with redirect_stdout(sys.stderr):
        return _load_named(spec) if spec else _find(directory)


def _find(directory: Path) -> tuple[str, Any]:
    """Find the app of a directory: Django's by its settings, Flask's as it is named for it, else by usual names."""
    manage = directory / "manage.py"
    if not os.environ.get("DJANGO_SETTINGS_MODULE") and manage.is_file():
        found = _SETTINGS.search(manage.read_text(encoding="utf-8", errors="replace"))
        if found is not None:
            os.environ["DJANGO_SETTINGS_MODULE"] = found[1]
    if os.environ.get("DJANGO_SETTINGS_MODULE"):
        return _load_django()
    if os.environ.get("FLASK_APP"):
        return _load_named(os.environ["FLASK_APP"])
    for name in _FILES:
        if (directory / f"{name}.py").is_file() or (directory / name / "__init__.py").is_file():
            return _load_named(name)
    files = ", ".join(f"{name}.py" for name in _FILES)
    raise NotLoaded(f"no app is named, and there is no {files} or manage.py in {directory.resolve()}; {_USAGE}")


def _load_django() -> tuple[str, Any]:
    """Set Django up, and import the application that its settings name."""
    module = os.environ["DJANGO_SETTINGS_MODULE"]

    def make() -> Any:
        import django
        from django.conf import settings
        from django.core.wsgi import get_wsgi_application
        from django.utils.module_loading import import_string

        django.setup()
        path = getattr(settings, "ASGI_APPLICATION", None) or getattr(settings, "WSGI_APPLICATION", None)
        return import_string(path) if path else get_wsgi_application()

    return f"Django's application ({module})", _run(f"the Django project of {module}", make)


def _load_named(spec: str) -> tuple[str, Any]:
    module_name, _, name = spec.partition(":")
    module_name = module_name.removesuffix(".py").removeprefix("./").replace("/", ".")
    if not module_name or not all(part.isidentifier() for part in module_name.split(".")):
        raise NotLoaded(f"{spec!r} names no module; {_USAGE}")
    module = _import(module_name)
    if not name:
        name = next((each for each in _NAMES if hasattr(module, each)), "")
        if not name:
            raise NotLoaded(f"{module_name}: there is none of {', '.join(_NAMES)} in it; {_USAGE}")
    return _attribute(module, module_name, name)


def _import(name: str) -> Any:
    def make() -> Any:
        try:
            return importlib.import_module(name)
        except ModuleNotFoundError as error:
            if error.name is None or not f"{name}.".startswith(f"{error.name}."):
                raise
            raise NotLoaded(
                f"{name}: there is no module {error.name!r}; run this where the server starts, or name that directory "
                "with --app-dir"
            ) from None

    return _run(name, make)


def _attribute(module: Any, module_name: str, name: str) -> tuple[str, Any]:
    """Return how an attribute of a module is called, and what it is; what makes an app is called."""
    label = f"{module_name}:{name}"
    try:
        parsed = ast.parse(name, mode="eval").body
        call = parsed if isinstance(parsed, ast.Call) else None
        path = ast.unparse(call.func if call else parsed)
        arguments = [ast.literal_eval(each) for each in call.args] if call else []
        named = {str(each.arg): ast.literal_eval(each.value) for each in call.keywords} if call else {}
    except (SyntaxError, ValueError):
        raise NotLoaded(f"{label} is neither a name nor a call with plain values; {_USAGE}") from None
    found = module
    for part in path.split("."):
        if not hasattr(found, part):
            raise NotLoaded(f"{module_name}: there is no {path!r} in it; {_USAGE}")
        found = getattr(found, part)
    if call is not None or _is_factory(found):
        label = label if call else f"{label}()"
        return label, _run(label, lambda: found(*arguments, **named))
    return label, found


def _is_factory(found: Any) -> bool:
    """Tell a function that can be called without arguments, and so is no app."""
    if not inspect.isfunction(found):
        return False
    return not any(
        each.default is each.empty and each.kind not in (each.VAR_POSITIONAL, each.VAR_KEYWORD)
        for each in inspect.signature(found).parameters.values()
    )


def _run(what: str, make: Callable[[], T]) -> T:
    """Run code of the app's, and say in one line what it raises."""
    try:
        return make()
    except NotLoaded:
        raise
    except ConfigError as error:
        raise NotLoaded("\n".join(error.problems)) from error
    except (Exception, SystemExit) as error:  # the app's own code, which may raise anything
        place = _place_of(error)
        text = error.msg if isinstance(error, SyntaxError) else str(error)
        said = f"{type(error).__name__}: {text}" if text else type(error).__name__
        raise NotLoaded(f"{what} can't be imported: {said}{place}; correct that, or give it what it needs") from error


def _place_of(error: BaseException) -> str:
    """Say where the app's own code raised it, if that is known."""
    if isinstance(error, SyntaxError) and error.filename:
        return f", at {error.filename}:{error.lineno}"
    library = str(Path(os.__file__).parent)
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if not frame.filename.startswith(("<", library)) and frame.filename != __file__
    ]
    return f", at {frames[-1].filename}:{frames[-1].lineno}" if frames else ""
