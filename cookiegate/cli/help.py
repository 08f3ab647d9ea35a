"""Help that loses no word on a narrow terminal.

Typer's tables cut names of options where they do not fit. Below 80 columns, Click's own layout is used, which wraps.
"""

from shutil import get_terminal_size
from typing import Any

from typer.core import TyperCommand

__all__ = ["Command"]

_NARROW = 80


class Command(TyperCommand):
    """A command whose help fits."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help."""
        if get_terminal_size().columns < _NARROW:
            _use_plain_layout(self)
        super().format_help(ctx, formatter)


def _use_plain_layout(command: TyperCommand) -> None:
    """Take the styles out of a command's texts, and its tables."""
    from rich.text import Text

    setattr(command, "rich_markup_mode", None)  # noqa: B010  # Typer reads it
    for owner, name in [(command, "help"), (command, "epilog"), *((param, "help") for param in command.params)]:
        text = getattr(owner, name, None)
        if text:
            parts = text.split("\b")
            setattr(owner, name, "\b".join(Text.from_markup(part).plain for part in parts))
