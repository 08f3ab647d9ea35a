"""The command line, `cookiegate`: `app.py` lists its commands, and each command has a file.

Law: `main` imports only the standard library, so that it can report a missing package.
"""

import sys

__all__ = ["main"]

_NEEDED = frozenset({"typer", "click", "rich"})


def main() -> None:
    """Run the command line. If the extra `cli` is not installed, print one line and exit with 2."""
    try:
        from cookiegate.cli.app import app
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in _NEEDED:
            raise
        sys.stderr.write(f"cookiegate: the command line needs {error.name}; pip install 'cookiegate[cli]'\n")
        sys.exit(2)
    app(prog_name="cookiegate")
