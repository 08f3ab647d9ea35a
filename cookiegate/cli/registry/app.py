"""The commands under `cookiegate registry`."""

from collections.abc import Callable
from typing import Any

from cookiegate.cli.registry.import_command import import_declaration
from cookiegate.cli.registry.lint_command import lint_registry
from cookiegate.cli.registry.render_command import render_registry
from cookiegate.cli.registry.schema_command import print_schema

__all__ = ["COMMANDS", "registry"]

COMMANDS: dict[str, tuple[Callable[..., None], dict[str, Any]]] = {
    "import": (import_declaration, {}),
    "render": (render_registry, {}),
    "lint": (lint_registry, {}),
    "schema": (print_schema, {}),
}
"""Each command's name, its function, and what typer is to know of it."""


def registry() -> None:
    """Declare the cookies that the site sets: from a published policy to the registry, and back."""
