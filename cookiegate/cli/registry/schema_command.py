"""`cookiegate registry schema`: print the JSON Schema with which editors complete and check a cookies.toml."""

from importlib.resources import files

from cookiegate.cli.registry.output import ForceOption, NewFileOption, write

__all__ = ["print_schema"]


def print_schema(
    output: NewFileOption = None,
    is_forced: ForceOption = False,
) -> None:
    """Print the JSON Schema of a cookies.toml. Editors use it if its first line is '#:schema ./cookies.schema.json'.

    Exit code: 0, or 2 if the file can't be written.
    """
    schema = files("cookiegate.registry").joinpath("cookies.schema.json").read_text(encoding="utf-8")
    write(schema, output, is_forced=is_forced)
