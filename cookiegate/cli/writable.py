"""Whether the files of an audit can be written, looked at before the work that it is for begins.

Law: nothing is created and nothing is changed.
"""

import os
from pathlib import Path

from cookiegate.audit.text import shown
from cookiegate.cli.audit_browser import require_browser
from cookiegate.cli.audit_formats import STANDARD_OUTPUT

__all__ = ["require_outputs"]


def require_outputs(files: list[Path], new_baseline: Path | None, *, makes_pdf: bool) -> None:
    """Raise `ValueError` where an output can't be written, before the audit whose result would be lost."""
    for path in files:
        if path != STANDARD_OUTPUT:
            _require("-o", path)
    if new_baseline is not None:
        _require("--write-baseline", new_baseline)
    if makes_pdf:
        require_browser()


def _require(option: str, path: Path) -> None:
    """Raise `ValueError` where a file can't be written: its directory is missing, or one may not write there."""
    why = _why_not(path)
    if why:
        raise ValueError(f"{option} {shown(str(path))}: can't be written: {why}")


def _why_not(path: Path) -> str:
    folder = path.parent
    try:
        if path.is_dir():
            return "it is a directory; name a file in it"
        if not folder.exists():
            return f"there is no directory {shown(str(folder))}; make it, or check the path"
        if not folder.is_dir():
            return f"{shown(str(folder))} is no directory; check the path"
        if path.exists():
            return "" if os.access(path, os.W_OK) else "the file is read-only; name another one, or allow it"
    except OSError as error:
        return f"{error.strerror or error}; check the path"
    is_allowed = os.access(folder, os.W_OK | os.X_OK)
    return "" if is_allowed else f"one may not write in {shown(str(folder))}; name another place, or allow it"
