"""How far the run is, on a terminal only: rich's bar where rich is installed, one line otherwise."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeAlias

__all__ = ["Progress", "shown_progress"]

Progress: TypeAlias = Callable[[int, int, str], None]
"""Groups that are done, groups in all, what is measured now."""
_WIDTH = 48


@contextmanager
def shown_progress() -> Iterator[Progress]:
    """Show the progress on stderr while the block runs. Nothing is drawn during a sample: no thread refreshes it."""
    if not sys.stderr.isatty():
        yield lambda done, count, text: None
        return
    try:
        from rich.console import Console
        from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
        from rich.progress import Progress as Bar
    except ImportError:
        yield lambda done, count, text: print(
            f"\r\x1b[K[{done + 1}/{count}] {text}"[:80], end="", file=sys.stderr, flush=True
        )
        print("\r\x1b[K", end="", file=sys.stderr)
        return
    columns = (
        BarColumn(bar_width=16), TextColumn("{task.completed}/{task.total}"), TimeElapsedColumn(),
        TextColumn("{task.description}", markup=False),
    )  # fmt: skip
    with Bar(*columns, console=Console(stderr=True), transient=True, auto_refresh=False) as bar:
        task = bar.add_task("", total=1)

        def show(done: int, count: int, text: str) -> None:
            bar.update(task, completed=done, total=count, description=text[:_WIDTH], refresh=True)

        yield show
