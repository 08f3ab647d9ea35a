"""The page of the command line, made from the commands themselves: usage, arguments, options, exit codes."""

import re
import types
import typing
from collections.abc import Iterator
from enum import Enum
from typing import Any

import typer
from rich.text import Text

from cookiegate.cli.app import app

_WORDS = {int: "number", float: "number", bool: "", str: "text"}


def commands() -> str:
    """Write a section for each command, groups with their commands below."""
    root = typer.main.get_command(app)
    return "\n".join(line for child in root.commands.values() for line in _section(child, ["cookiegate"], 2))


def _section(command: Any, path: list[str], level: int) -> Iterator[str]:
    path = [*path, command.name]
    yield f"(command-{'-'.join(path[1:])})="
    yield f"{'#' * level} `{' '.join(path)}`\n"
    for paragraph in _paragraphs(command.help):
        yield f"{paragraph}\n"
    children = getattr(command, "commands", None)
    if children:
        for child in children.values():
            yield from _section(child, path, level + 1)
        return
    arguments = [one for one in command.params if not one.opts[0].startswith("-")]
    options = [one for one in command.params if one.opts[0].startswith("-") and not one.hidden and one.name != "help"]
    usage = [*path, *(["[options]"] if options else []), *(_argument(one) for one in arguments)]
    yield f"```text\n{' '.join(usage)}\n```\n"
    rows = [(f"`{_argument(one)}`", _help(one)) for one in arguments]
    rows += [(_option(one), _help(one)) for one in options]
    if rows:
        yield "| argument or option | meaning |\n|---|---|"
        yield from (f"| {_in_cell(name)} | {text} |" for name, text in rows)
        yield ""
    for paragraph in _paragraphs(getattr(command, "epilog", None)):
        yield f"{paragraph}\n"


def _paragraphs(text: str | None) -> Iterator[str]:
    """Split a help text; commands, and what follows a backspace (Click keeps it as it is), become code."""
    for marked in re.split(r"\n\s*\n", (text or "").replace("\r\n", "\n").strip()):
        paragraph = _plain(marked)
        if marked.startswith("\b"):
            yield f"```text\n{paragraph.strip(chr(10))}\n```"
        elif re.match(r"\s*(?:\$ )?cookiegate ", paragraph):
            yield f"```text\n{paragraph}\n```"
        elif paragraph:
            yield _escaped(" ".join(paragraph.split()))


def _in_cell(code: str) -> str:
    """Write code in a table's cell, which a bar would end."""
    return code.replace("|", "\\|")


def _argument(parameter: Any) -> str:
    name = (parameter.metavar or parameter.name).strip("[].").upper().replace("_", "-")
    many = "..." if parameter.nargs == -1 else ""
    return f"{name}{many}" if parameter.required else f"[{name}{many}]"


def _option(parameter: Any) -> str:
    names = sorted([*parameter.opts, *parameter.secondary_opts], key=lambda name: name.startswith("--"))
    word = "" if parameter.is_flag else parameter.metavar or _word(parameter)
    return ", ".join(f"`{name}{' ' + word if word else ''}`" for name in names)


def _word(parameter: Any) -> str:
    kind = parameter.type_descriptor.annotation
    if isinstance(kind, types.UnionType) or typing.get_origin(kind) in (list, typing.Union):
        kind = next(one for one in typing.get_args(kind) if one is not type(None))
    if typing.get_origin(kind) is list:
        (kind,) = typing.get_args(kind)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return "|".join(member.value for member in kind)
    if typing.get_origin(kind) is typing.Literal:
        return "|".join(typing.get_args(kind))
    return _WORDS.get(kind, "path" if getattr(kind, "__name__", "") == "Path" else "text")


def _help(parameter: Any) -> str:
    text = _escaped(" ".join(_plain(parameter.help or "").split()))
    default = parameter.default
    if isinstance(default, Enum):
        default = default.value
    if default not in (None, False, "", [], ()) and not callable(default) and not getattr(parameter, "is_flag", False):
        text += f" Default: `{default}`."
    if getattr(parameter, "envvar", None):
        text += f" Environment variable: `{parameter.envvar}`."
    return text


def _plain(text: str) -> str:
    """Remove the styles that a help text has for the terminal."""
    return Text.from_markup(text).plain


def _escaped(text: str) -> str:
    """Write words as Markdown: file names and options as they are, no emphasis by a star, no cell by a bar."""
    return re.sub(r"([*_<>|\[\]])", r"\\\1", text)
