"""`cookiegate init`: from nothing to a cookies.toml. Run again, it adds what is new, and changes no row that is there.

The sources are read by `evidence.py`, and become rows in `rows.py`.
"""

import sys
import tomllib
from collections import Counter
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any

import typer

from cookiegate.cli.audit_browser import BrowserPath, Launch, NoSandbox, launch_of
from cookiegate.cli.fitting import console_of, echo, fitted
from cookiegate.cli.init.evidence import (
    Evidence,
    read_har,
    read_policy,
    read_recording,
    read_site,
    read_site_by_browser,
)
from cookiegate.cli.init.rows import Plan, Row, make_plan, write_row
from cookiegate.cli.init.stored import label_of, make_stored_plan
from cookiegate.cli.options import SecondsOption
from cookiegate.cli.progress import progress_of_requests
from cookiegate.cli.registry.output import fail
from cookiegate.cli.site_address import with_scheme
from cookiegate.cli.text import shown
from cookiegate.errors import ConfigError
from cookiegate.model import Category, CookieRule
from cookiegate.plural import counted
from cookiegate.registry.formats import read_filling
from cookiegate.registry.proposals import Filling
from cookiegate.registry.registry import Registry
from cookiegate.registry.toml_text import SCHEMA

__all__ = ["init"]

_PIPED_COLUMNS = 80
_NEEDED = ("httpx", "ijson", "jinja2", "rich")
_HEAD = f"""\
#:schema {SCHEMA}
#
# The cookies of this site. Each row says where it is from ("From"), and what a person still has to decide ("Decide").
# `cookiegate check` lists what is missing; `cookiegate init` adds what is new, and changes nothing that is here.
"""


def init(  # noqa: PLR0917  # typer reads options from the signature
    sources: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="SOURCE...", help="A site's address, a HAR file, an inventory, a policy page; several of them."
        ),
    ] = None,
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FILE", help="The file to write, or to add to; - only shows it.")
    ] = Path("cookies.toml"),
    is_yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Ask nothing: take what is proposed, leave the rest to be decided.")
    ] = False,
    policies: Annotated[
        list[str] | None,
        typer.Option("--policy", metavar="URL", help="A policy page by its address; repeat it for several."),
    ] = None,
    fill: Annotated[
        Path | None,
        typer.Option("--fill", metavar="FILE", help="A list to fill gaps from, like the Open Cookie Database."),
    ] = None,
    pages: Annotated[int, typer.Option("--pages", min=1, max=500, help="URL: how many pages to look at.")] = 5,
    seconds: SecondsOption = 20,
    is_browser: Annotated[
        bool, typer.Option("--browser", help="URL: look with the installed Chromium, so that scripts run.")
    ] = False,
    browser_path: BrowserPath = None,
    is_without_sandbox: NoSandbox = False,
) -> None:
    """Make a cookies.toml of what a site sets, what its policy says, and what cookiegate knows.

    Where the file is there already, rows for further cookies are added at its end; nothing in it is changed.

    Exit code: 0, 1 if something is left to decide or a source could not be read completely, 2 if nothing was found.
    """  # fmt: skip
    missing = [name for name in _NEEDED if find_spec(name) is None]
    if missing:
        raise fail(f"init needs {' and '.join(missing)}; pip install 'cookiegate[audit]'")
    is_shown = str(output) == "-"
    text = None if is_shown else _text_of(output)
    rules = _own_rules(text, output)
    if not sources and not policies:
        raise fail("nothing to begin with; give a site's address, a policy page, a HAR file or an inventory")
    launch = launch_of(is_browser=is_browser, browser_path=browser_path, is_without_sandbox=is_without_sandbox)
    filling = _filling(fill)
    evidence = _read(sources or [], policies or [], filling, pages=pages, seconds=seconds, launch=launch)
    plan = _planned(evidence, rules, filling)
    if not plan.rows and not plan.kept:
        _list("Not read", evidence.problems)
        raise fail("no cookie was found in what was given; nothing is written")
    if not is_yes and not is_shown and sys.stdin.isatty():
        plan.rows = [_asked(row) for row in plan.rows]
    if is_shown:
        typer.echo(_new_text(None, plan.rows), nl=False)
        _list("Not read completely", evidence.problems)
    else:
        _write(output, text, plan.rows)
        _report(plan, evidence, output, sources or [])
    is_done = not evidence.problems and not any(row.decisions for row in plan.rows)
    raise typer.Exit(0 if is_done else 1)


def _text_of(file: Path) -> str | None:
    """Return the text of the file; `None` where there is none yet."""
    try:
        return file.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise fail(f"{file}: can't be read: {error}; give another file with --output") from error


def _own_rules(text: str | None, file: Path) -> list[CookieRule]:
    """Return the rules of the file, with a stand-in where a category is still to be decided."""
    if text is None:
        return []
    try:
        tables = tomllib.loads(text).get("cookie", [])
    except tomllib.TOMLDecodeError as error:
        raise fail(f"{file}: no TOML: {error}; correct it, or give another file with --output") from error
    rules: dict[str, CookieRule] = {}
    for table in tables if isinstance(tables, list) else ():
        rule = _own_rule(table) if isinstance(table, dict) else None
        if rule is None:
            name = table.get("name") if isinstance(table, dict) else table
            raise fail(f"{file}: [[cookie]] {name!r}: can't be read; run `cookiegate check {file}`, and correct it")
        rules[rule.key] = rule
    return [*rules.values()]


def _own_rule(table: dict[str, Any]) -> CookieRule | None:
    fields = {
        key: table[key]
        for key in ("name", "category", "lifetime", "chunks", "storage")
        if table.get(key) not in (None, "")
    }
    if "name" not in fields:
        return None
    try:
        return CookieRule(**{"category": Category.MARKETING, **fields})
    except (ConfigError, ValueError):
        return None


def _filling(file: Path | None) -> Filling | None:
    """Read the list to fill gaps from, if there is one."""
    if file is None:
        return None
    try:
        return read_filling(file)
    except ConfigError as error:
        raise fail(*error.problems) from error


def _read(
    sources: list[str], policies: list[str], filling: Filling | None, *, pages: int, seconds: float,
    launch: Launch | None,
) -> Evidence:  # fmt: skip
    """Read every source; one that can't be read ends the command, since the file would lack its cookies."""
    from cookiegate.audit.auditing import is_inventory, is_url
    from cookiegate.audit.observation import Unreadable

    evidence = Evidence()
    for given in [*sources, *policies]:
        source = given
        try:
            source = with_scheme(given)
            if given in policies:
                read_policy(source, evidence, filling, launch=launch)
            elif is_url(source) and launch is not None:
                read_site_by_browser(source, evidence, launch, pages=pages, seconds=seconds)
            elif is_url(source):
                with progress_of_requests("looking at the site") as step:
                    read_site(source, evidence, pages=pages, seconds=seconds, on_request=step)
            elif is_inventory(path := Path(source)):
                read_recording(path, evidence)
            elif path.suffix.lower() == ".har":
                read_har(path, evidence)
            else:
                read_policy(source, evidence, filling)
        except ConfigError as error:
            raise fail(*error.problems) from error
        except ModuleNotFoundError as error:
            raise fail(f"{source}: reading it needs {error.name}; pip install 'cookiegate[import]'") from error
        except OSError as error:
            raise fail(f"{source}: {error.strerror or error}; check the path, or write http:// or https://") from error
        except (Unreadable, ValueError) as error:
            raise fail(str(error)) from error
    return evidence


def _planned(evidence: Evidence, own: list[CookieRule], filling: Filling | None) -> Plan:
    """Return what is added for cookies, then what is added for keys of storages."""
    cookies = [each for each in evidence.declared if each.rule.storage is None]
    keys = [each for each in evidence.declared if each.rule.storage is not None]
    plan = make_plan(evidence.seen, cookies, Registry(rule for rule in own if rule.storage is None), filling)
    plan.add(make_stored_plan(evidence.stored, keys, (rule for rule in own if rule.storage is not None)))
    return plan


def _asked(row: Row) -> Row:
    """Ask a person for the category of a row, where it is open or proposed."""
    if not row.is_open and not row.is_proposed:
        return row
    typer.echo(f"\n{shown(label_of(row.rule))}: {shown('; '.join(row.origins))}")
    if row.rule.purpose:
        typer.echo(f"  {shown(row.rule.purpose)}")
    words = ", ".join(category.value for category in Category)
    default = "" if row.is_open else row.rule.category.value
    while True:
        later = "Enter to decide later" if row.is_open else f"Enter for {default}"
        answer = typer.prompt(f"  {words}; {later}", default=default, show_default=False, prompt_suffix=": ")
        found = [category for category in Category if answer and category.value.startswith(answer.strip().lower())]
        if not answer:
            return row
        if len(found) == 1:
            return row.decided(found[0])
        typer.echo(f"  {shown(answer)!r} is none of them; the first letter is enough")


def _write(output: Path, text: str | None, rows: list[Row]) -> None:
    """Write the file, or add rows at its end; what is there stays to the letter."""
    if text is not None and not rows:
        return
    try:
        with output.open("x" if text is None else "a", encoding="utf-8", newline="\n") as file:
            file.write(_new_text(text, rows))
    except OSError as error:
        raise fail(f"{output}: can't be written: {error.strerror or error}; choose another --output") from error


def _new_text(text: str | None, rows: list[Row]) -> str:
    """Return what is added to the text of a file; `None` if there is none yet."""
    parts = [_HEAD] if text is None else ["" if text.endswith("\n") else "\n"]
    return "".join([*parts, *(f"\n{write_row(row)}" for row in rows)])


def _report(plan: Plan, evidence: Evidence, output: Path, sources: list[str]) -> None:
    """Say what was written, what is to be decided, and what comes next."""
    from rich.text import Text

    console = console_of(_PIPED_COLUMNS)
    if plan.rows:
        rows = []
        for row in plan.rows:
            category = "?" if row.is_open else f"{row.rule.category}{' (proposed)' if row.is_proposed else ''}"
            cells = (shown(label_of(row.rule)), category, str(row.rule.lifetime or ""), str(len(row.decisions) or ""))
            rows.append([*map(Text, cells[:3]), Text(cells[3], justify="right")])
        console.print(fitted(console, ("cookie", "category", "lifetime", "to decide"), rows))
        console.print()
    _list("Not read completely", evidence.problems)
    _list("Your file differs", plan.differences)
    _list("In your file, and not found this time", plan.gone)
    count = Counter("open" if row.is_open else row.rule.category.value for row in plan.rows)
    parts = [f"{count[category.value]} {category}" for category in Category if count[category.value]]
    parts += [f"{count['open']} without a category yet"] if count["open"] else []
    there = f", {counted(len(plan.kept), 'rule')} found again" if plan.kept else ""
    new = f": {', '.join(parts)}" if parts else ""
    echo(f"{output}: {counted(len(plan.rows), 'rule')} added{new}{there}")
    for line in _steps(plan, output, sources):
        echo(line, 5)


def _steps(plan: Plan, output: Path, sources: list[str]) -> list[str]:
    """Say what to do next, in order."""
    from cookiegate.audit.auditing import is_url

    left = sum(len(row.decisions) for row in plan.rows)
    site = next((source for source in sources if is_url(source)), "https://your-site")
    steps = [
        f'decide what is left ({left}): search {output} for "Decide"' if left else "",
        f"cookiegate check {output}",
        f'wrap the app: CookieGateMiddleware(app, gate=CookieGate.from_toml("{output}", mode="report-only"))',
        "read the log for some days: it shows what would be dropped; then take mode= away",
        f"cookiegate audit {site} --registry {output}",
    ]
    numbered = enumerate((step for step in steps if step), start=1)
    return ["Next:", *(f"  {number}. {step}" for number, step in numbered)]


def _list(title: str, lines: list[str]) -> None:
    if lines:
        typer.echo(f"{title} ({len(lines)}):", err=True)
        typer.echo("\n".join(f"  {shown(line)}" for line in lines), err=True)
