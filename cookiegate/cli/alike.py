"""The options that all commands have alike: `--json` and `--format`, `--output`; each command is given what it lacks.

Law: one option name for one thing. A command declares what it prints, by a parameter `as_json` or a parameter for its
formats; the rest is added here.
"""

import inspect
import sys
from collections.abc import Callable
from functools import wraps
from io import StringIO
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

import typer

from cookiegate.cli.text import shown

__all__ = ["alike"]

_FORMATS = ("form", "format", "rendering")
_Text = Annotated[
    Literal["text", "json"] | None,
    typer.Option("--format", "-f", help="How to print it: as text, or as JSON."),
]
_Json = Annotated[bool, typer.Option("--json", help="The same as --format json.")]
_Output = Annotated[
    str | None,
    typer.Option("--output", "-o", metavar="FILE", help="Write it to this file; - is standard output."),
]


def alike(command: Callable[..., None]) -> Callable[..., None]:
    """Return the command with the options that it lacks."""
    signature = inspect.signature(command)
    hints = get_type_hints(command, include_extras=True)
    names = signature.parameters
    form = next((name for name in _FORMATS if name in names), None)
    added: dict[str, Any] = {}
    if "as_json" in names:
        added["text_or_json"] = _Text
    elif form is not None and "json" in _choices(hints[form]):
        added["is_json"] = _Json
    if "output" not in names and added:
        added["into"] = _Output
    if not added:
        return command

    @wraps(command)
    def run(**given: Any) -> None:
        into = given.pop("into", None)
        chosen = given.pop("text_or_json", None)
        if chosen is not None:
            if chosen == "text" and given["as_json"]:
                raise typer.BadParameter("'--format text' contradicts '--json'; give one of them")
            given["as_json"] = chosen == "json"
        if form is not None and given.pop("is_json", False):
            given[form] = _as_json(given[form], names[form].default, hints[form])
        _run_into(into, lambda: command(**given))

    more = [
        inspect.Parameter(
            name, inspect.Parameter.KEYWORD_ONLY, default=None if name != "is_json" else False, annotation=hint
        )
        for name, hint in added.items()
    ]
    old = [each.replace(annotation=hints[each.name], kind=each.KEYWORD_ONLY) for each in names.values()]
    run.__signature__ = signature.replace(parameters=[*old, *more], return_annotation=None)  # type: ignore[attr-defined]  # as inspect reads it
    run.__annotations__ = hints | added
    return run


def _choices(hint: Any) -> tuple[str, ...]:
    """Return the words of an enum, or of a literal, in an annotation."""
    inner = get_args(hint)[0] if get_origin(hint) is Annotated else hint
    found: list[str] = []
    for each in get_args(inner) or (inner,):
        members = getattr(each, "__members__", {}).values()
        found += [each] if isinstance(each, str) else [*map(str, members), *map(str, get_args(each))]
    return tuple(found)


def _as_json(given: Any, default: Any, hint: Any) -> Any:
    """Return the member of a format's type that means JSON, if no other was asked for."""
    if given not in (default, None, "json"):
        raise typer.BadParameter(f"'--format {given}' contradicts '--json'; give one of them")
    inner = get_args(hint)[0]
    kinds = [each for each in (get_args(inner) or (inner,)) if hasattr(each, "__members__")]
    return kinds[0]("json") if kinds else "json"


def _run_into(output: str | None, run: Callable[[], None]) -> None:
    """Run a command; what it prints goes to the file, unless it fails with 2."""
    if output is None or output == "-":
        run()
        return
    before, sys.stdout = sys.stdout, StringIO()
    code = 0
    try:
        run()
    except typer.Exit as ended:
        code = ended.exit_code
    finally:
        written, sys.stdout = sys.stdout, before
    if code <= 1:
        try:
            Path(output).write_text(written.getvalue(), encoding="utf-8", newline="\n")
        except OSError as error:
            problem = f"{output}: can't be written: {error.strerror or error}; check the path"
            typer.echo(f"cookiegate: {shown(problem)}", err=True)
            raise typer.Exit(2) from error
    raise typer.Exit(code)
