"""`cookiegate audit`: what a site was seen to set, held against what its policy promises."""

import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import cookiegate
from cookiegate.audit.baseline import read_baseline, write_baseline
from cookiegate.audit.finding import Severity
from cookiegate.audit.sighting import Unreadable
from cookiegate.audit.variants import GRANTED
from cookiegate.audit.words import shown
from cookiegate.errors import ConfigError

if TYPE_CHECKING:
    from cookiegate.audit.result import Audit

__all__ = ["audit"]

_NEEDED = ("httpx", "ijson", "jinja2", "rich")
_DEFAULT_GRANTED = ("none", "preferences", "statistics", "marketing", "everything")

Granted = StrEnum("Granted", {word: word for word in GRANTED})  # type: ignore[misc]  # a closed set made of its one source


class Format(StrEnum):
    """How an audit is written."""

    TABLE = "table"
    JSON = "json"
    SARIF = "sarif"
    JUNIT = "junit"
    HTML = "html"


_SUFFIXES = {
    ".txt": Format.TABLE, ".json": Format.JSON, ".sarif": Format.SARIF, ".xml": Format.JUNIT, ".html": Format.HTML,
    ".htm": Format.HTML,
}  # fmt: skip


def audit(  # noqa: PLR0917  # typer reads options from the signature
    source: Annotated[
        str, typer.Argument(metavar="HAR|URL|INVENTORY", help="A HAR file, a site's address, or an inventory.")
    ],
    registry: Annotated[
        Path | None,
        typer.Option("--registry", "-r", help="The site's cookies.toml; without it, the cookies known anyway."),
    ] = None,
    form: Annotated[
        Format | None, typer.Option("--format", "-f", help="How to write it; table, unless -o says.")
    ] = None,
    output: Annotated[
        list[Path] | None,
        typer.Option(
            "--output", "-o", help="Write to a file: .html, .json, .sarif, .xml (JUnit) or .txt; repeat it for several."
        ),
    ] = None,
    fail_on: Annotated[Severity, typer.Option("--fail-on", help="The least that fails.")] = Severity.WARNING,
    baseline: Annotated[Path | None, typer.Option("--baseline", help="Findings that are accepted for now.")] = None,
    new_baseline: Annotated[
        Path | None, typer.Option("--write-baseline", help="Accept what is found now: write a baseline, exit with 0.")
    ] = None,
    host: Annotated[
        list[str] | None, typer.Option("--host", help="The site's own host, with its subdomains; repeat for several.")
    ] = None,
    consent: Annotated[
        str | None, typer.Option("--consent", metavar="PLATFORM", help="The consent platform; else it is recognised.")
    ] = None,
    granted: Annotated[
        list[Granted] | None,
        typer.Option("--granted", "-g", help="URL: a visitor to look as; repeat it. Else five of them."),
    ] = None,
    consent_cookie: Annotated[
        list[str] | None,
        typer.Option(
            "--consent-cookie",
            metavar="NAME=VALUE",
            help="URL: another platform's consent cookie, as copied from a browser; one visitor each.",
        ),
    ] = None,
    pages: Annotated[int, typer.Option("--pages", min=1, max=500, help="URL: how many pages to look at.")] = 5,
    seconds: Annotated[float, typer.Option("--seconds", min=0.1, help="URL: how long a page may take.")] = 20,
) -> None:
    """Audit a HAR file, a running site, or an inventory against the policy.

    Exit code: 0 without findings (of --fail-on or worse), 1 with some, 2 for what can't be read.
    """  # fmt: skip
    missing = [name for name in _NEEDED if find_spec(name) is None]
    if missing:
        raise _failed([f"the audit needs {' and '.join(missing)}; pip install 'cookiegate[audit]'"])
    logging.getLogger("cookiegate").addHandler(logging.NullHandler())  # what Detect() logs is in the audit
    try:
        outputs = _outputs(output or [], form)
        accepted = frozenset[tuple[str, str]]() if baseline is None else read_baseline(baseline)
        options = {
            "granted": [str(word) for word in granted or _DEFAULT_GRANTED], "consent_cookies": consent_cookie or [],
            "pages": pages, "seconds": seconds,
        }  # fmt: skip
        found = _audit(source, registry, consent, host or [], options).accept(accepted)
        for path, as_what in outputs:
            path.write_text(_written(found, as_what, registry, fail_on), encoding="utf-8", newline="\n")
        if new_baseline is not None:
            new_baseline.write_text(write_baseline(found), encoding="utf-8", newline="\n")
    except ConfigError as error:
        raise _failed(error.problems) from error
    except OSError as error:
        what = shown(str(error.filename or source))
        raise _failed([f"{what}: {error.strerror or error}; check the path"]) from error
    except (Unreadable, ValueError) as error:
        raise _failed([str(error)]) from error
    if form in (None, Format.TABLE) or outputs:
        from cookiegate.cli.audit_table import print_audit

        print_audit(found, [path for path, _ in outputs], is_brief=bool(outputs))
    else:
        sys.stdout.write(_written(found, form, registry, fail_on))
    raise typer.Exit(0 if new_baseline is not None or not found.fails(fail_on) else 1)


def _failed(problems: list[str] | tuple[str, ...]) -> typer.Exit:
    """Say what is wrong, and make the exit to be raised."""
    typer.echo("\n".join(f"cookiegate: {problem}" for problem in problems), err=True)
    return typer.Exit(2)


def _outputs(paths: list[Path], form: Format | None) -> list[tuple[Path, Format]]:
    """Choose how each file is written: as --format says where there is one file, else by how the name ends."""
    chosen = []
    for path in paths:
        by_name = _SUFFIXES.get(path.suffix.lower())
        as_what = form if form is not None and (len(paths) == 1 or by_name is None) else by_name
        if as_what is None:
            raise ValueError(f"-o {shown(str(path))}: no format that its name tells; give --format")
        chosen.append((path, as_what))
    return chosen


def _audit(
    source: str, registry: Path | None, consent: str | None, hosts: list[str], options: dict[str, object]
) -> "Audit":
    """Open whatever the source is, and audit it."""
    from cookiegate.audit import auditing

    promise = auditing.Promise.of(registry, auditing.platform(consent))
    if auditing.is_url(source):
        with _working("looking at the site") as step:
            return auditing.audit_site(
                source, promise, hosts, version=cookiegate.__version__, on_request=step, **options  # type: ignore[arg-type]
            )  # fmt: skip
    path = Path(source)
    if auditing.is_inventory(path):
        return auditing.audit_inventory(path, promise)
    with _reading(path) as tell:
        return auditing.audit_har(path, promise, hosts, tell)


def _written(found: "Audit", form: Format, registry: Path | None, fail_on: Severity) -> str:
    """Write an audit in one format."""
    version = cookiegate.__version__
    if form is Format.JSON:
        from cookiegate.audit.as_json import write_json

        return write_json(found, version=version)
    if form is Format.SARIF:
        from cookiegate.audit.sarif import write_sarif

        return write_sarif(found, version=version, registry=registry)
    if form is Format.JUNIT:
        from cookiegate.audit.junit import write_junit

        return write_junit(found, threshold=fail_on)
    if form is Format.HTML:
        from cookiegate.audit.report import write_html

        return write_html(found, version=version, made_at=f"{datetime.now(UTC):%B %-d, %Y, %H:%M} UTC")
    from cookiegate.cli.audit_table import written_table

    return written_table(found)


@contextmanager
def _reading(path: Path) -> Iterator[Callable[[int], object]]:
    """Show a progress bar on a terminal while a file is read."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    columns = TextColumn("{task.description}", markup=False), BarColumn(), DownloadColumn(), TimeRemainingColumn()
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(f"reading {shown(path.name, 40)}", total=path.stat().st_size)
        yield lambda octets: progress.update(task, completed=octets)


@contextmanager
def _working(words: str) -> Iterator[Callable[[], object]]:
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
