"""Progress on standard error, on a terminal only: a bar while a long cookies.toml is read, a count of requests."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic

from cookiegate.cli.text import shown
from cookiegate.registry.toml import report_progress_to

__all__ = ["progress_of_octets", "progress_of_requests", "show_progress"]

_PATIENCE_S = 0.5


@contextmanager
def show_progress(file: Path, *, patience_s: float = _PATIENCE_S) -> Iterator[None]:
    """Show the progress of reading a file if it takes longer than `patience_s`. The bar is removed at the end."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    since = monotonic()
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TimeRemainingColumn())
    progress = Progress(*columns, console=Console(stderr=True), transient=True)
    task = progress.add_task(f"reading {shown(file.name)}", total=1.0)

    def update(part: float) -> None:
        progress.update(task, completed=part)
        if not progress.live.is_started and monotonic() - since > patience_s:
            progress.start()

    try:
        with report_progress_to(update):
            yield
    finally:
        progress.stop()


@contextmanager
def progress_of_requests(words: str) -> Iterator[Callable[[], object]]:
    """Show on a terminal that requests are being made, and how many."""
    if not sys.stderr.isatty():
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn

    columns = SpinnerColumn(), TextColumn("{task.description}: page {task.completed}", markup=False)
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(words, total=None)
        yield lambda: progress.advance(task)


@contextmanager
def progress_of_octets(path: Path) -> Iterator[Callable[[int], object]]:
    """Show on a terminal how many octets of a file are read."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    columns = TextColumn("{task.description}", markup=False), BarColumn(), DownloadColumn(), TimeRemainingColumn()
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(f"reading {shown(path.name)}", total=path.stat().st_size)
        yield lambda octets: progress.update(task, completed=octets)
