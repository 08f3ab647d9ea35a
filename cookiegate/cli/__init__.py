"""The command line: `cookiegate demo`, `explain`, `check` and `consent`. One file a command.

Nothing outside the standard library is imported before `main` has looked whether it is there.
"""

import sys

__all__ = ["main"]

_NEEDED = frozenset({"typer", "click", "rich"})


def main() -> None:
    """Run the command line; where the extra `cli` is not installed, say so in one line and exit with 2."""
    try:
        from cookiegate.cli.app import app
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in _NEEDED:
            raise
        sys.stderr.write(f"cookiegate: the command line needs {error.name}; pip install 'cookiegate[cli]'\n")
        sys.exit(2)
    app(prog_name="cookiegate")
