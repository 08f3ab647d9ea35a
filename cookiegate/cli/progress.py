"""A progress bar on standard error while a long cookies.toml is read: on a terminal only, and only if it takes long."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic

from cookiegate.cli.words import shown
from cookiegate.registry.toml import reading_told_to

__all__ = ["reading"]

_PATIENCE_S = 0.5


@contextmanager
def reading(file: Path, *, patience_s: float = _PATIENCE_S) -> Iterator[None]:
    """Show how much of a file is read, once that takes longer than `patience_s`; the bar is gone at the end."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    since = monotonic()
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TimeRemainingColumn())
    progress = Progress(*columns, console=Console(stderr=True), transient=True)
    task = progress.add_task(f"reading {shown(file.name)}", total=1.0)

    def tell(part: float) -> None:
        progress.update(task, completed=part)
        if not progress.live.is_started and monotonic() - since > patience_s:
            progress.start()

    try:
        with reading_told_to(tell):
            yield
    finally:
        progress.stop()
