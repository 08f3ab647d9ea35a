"""Options that several commands have, each with one name, one help and one reader."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from cookiegate.category import read_category
from cookiegate.given_values import read_duration_s
from cookiegate.model import Category

__all__ = [
    "DEFAULT_FILE",
    "GrantedOption",
    "RegistryOption",
    "SecondsOption",
    "amount_of",
    "amount_option",
    "chosen_file",
    "complete_granted",
    "duration_s",
    "granted_of",
]

DEFAULT_FILE = Path("cookies.toml")
"""The registry that commands read if no other is named."""
_UNITS_S = {"second": 1, "minute": 60}
_LONGEST = 100_000
_EVERYTHING = {word: list(Category) for word in ("everything", "all")}
_WORDS = tuple(category.value for category in Category)

RegistryOption = Annotated[
    Path | None, typer.Option("--registry", "-r", metavar="FILE", help="The same as FILE, as other commands call it.")
]


def complete_granted(incomplete: str) -> list[str]:
    """Complete the last of several categories with commas between them."""
    head, comma, word = incomplete.rpartition(",")
    return [f"{head}{comma}{each}" for each in _WORDS if each.startswith(word.strip().lower())]


GrantedOption = Annotated[
    list[str] | None,
    typer.Option(
        "--granted",
        "-g",
        metavar="CATEGORY",
        autocompletion=complete_granted,
        help="What the visitor granted: preferences, statistics, marketing; several with commas, or by repeating the "
        "option; everything; necessary alone: the visitor refused the others. none, or without the option: the visitor "
        "has not chosen yet.",
    ),
]


def granted_of(texts: list[str] | None) -> list[Category] | None:
    """Read `--granted`; `None`: the visitor has not chosen. Raises: `typer.BadParameter` for what is no category."""
    words = [word.strip().lower() for text in texts or () for word in text.split(",") if word.strip()]
    if texts and not words:
        raise typer.BadParameter("--granted: is empty; write categories, or leave the option out")
    if not words or words == ["none"]:
        return None
    try:
        return [found for word in words for found in (_EVERYTHING.get(word) or [read_category(word)])]
    except ValueError as error:
        raise typer.BadParameter(f"--granted: {error}") from error


def duration_s(option: str, text: str | None) -> int | None:
    """Read a length of time. Raises: `typer.BadParameter` for what is none."""
    if text is None:
        return None
    try:
        return read_duration_s(text)
    except ValueError as error:
        raise typer.BadParameter(f"{option}: {error}") from error


def amount_of(unit: str, least: float) -> Callable[[str], float]:
    """Return what reads an amount of seconds or minutes: a number counts these, and other lengths are texts.

    It raises `typer.BadParameter` for anything else, and for less than `least`.
    """

    def read(text: str) -> float:
        amount = _number(text)
        if amount is None:
            try:
                amount = read_duration_s(text) / _UNITS_S[unit]
            except ValueError as error:
                raise typer.BadParameter(
                    f"{text!r} is no number of {unit}s, and no length of time like '2 minutes'"
                ) from error
        if not least <= amount <= _LONGEST:
            raise typer.BadParameter(f"{text!r} is not between {least:g} and {_LONGEST:,} {unit}s")
        return amount

    return read


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def amount_option(name: str, unit: str, least: float, text: str) -> Any:
    """Make an option of an amount of seconds or minutes; `text` is its help."""
    return typer.Option(name, parser=amount_of(unit, least), metavar=f"{unit}s".upper(), help=text)


SecondsOption = Annotated[
    float, amount_option("--seconds", "second", 0.1, "URL: how long a page may take: 20, or '2 minutes'.")
]


def chosen_file(file: Path | None, registry: Path | None) -> Path:
    """Return the registry that a command reads: its argument, `--registry`, or `cookies.toml`.

    Raises: `typer.BadParameter` for two different files.
    """
    if file is not None and registry is not None and file != registry:
        raise typer.BadParameter(f"FILE is {file}, and --registry is {registry}; give one of them")
    return file or registry or DEFAULT_FILE
