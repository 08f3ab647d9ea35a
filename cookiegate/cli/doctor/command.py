"""`cookiegate doctor`: examine an app as a server would start it, and say what to do."""

import json
from pathlib import Path
from typing import Annotated

import typer

from cookiegate.cli.doctor.examining import Examined, examine
from cookiegate.cli.doctor.loading import NotLoaded, load
from cookiegate.cli.fitting import echo, echo_codes, echo_pair
from cookiegate.cli.text import shown
from cookiegate.documentation import url_of_code
from cookiegate.errors import ConfigError
from cookiegate.plural import counted
from cookiegate.redaction import redacted
from cookiegate.surroundings.cookies import LibraryCookie
from cookiegate.surroundings.libraries import Returning

__all__ = ["doctor"]

_DIRECTORY = Path()


def doctor(
    app: Annotated[
        str | None,
        typer.Argument(
            metavar="MODULE:APP",
            help="The app as you name it to a server: main:app, main:create_app(). Without it, doctor looks for one.",
        ),
    ] = None,
    directory: Annotated[
        Path, typer.Option("--app-dir", help="The directory in which the server starts; else the present one.")
    ] = _DIRECTORY,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Examine an app: where its gate is, which cookies its libraries set, its proxy and extras, each with what to do.

    The app is imported, and nothing is asked of it. Exit code: 0 without findings, 1 with some, 2 if it can't be
    imported.
    """
    try:
        name, found = load(app, directory)
        examined = examine(found)
    except (NotLoaded, ConfigError) as error:
        problems = error.problems if isinstance(error, ConfigError) else str(error).split("\n")
        for problem in problems:
            typer.echo(f"cookiegate: {shown(redacted(problem))}", err=True)
        raise typer.Exit(2) from error
    if as_json:
        typer.echo(json.dumps(_as_json(name, examined), indent=2))
    else:
        _print(name, examined)
    raise typer.Exit(1 if examined.findings else 0)


def _print(name: str, found: Examined) -> None:
    for word, text in (
        ("app", name),
        ("framework", _framework(found)),
        ("gate", _gate(found)),
        ("layers", " > ".join(found.layers) or "none"),
        ("proxy", f"{found.trusts} says which to trust" if found.trusts else "nothing says which to trust"),
        ("extras", _extras(found)),
    ):
        echo_pair(word, shown(text), 10)
    for cookie in found.cookies:
        echo_pair("cookie", shown(_cookie(found, cookie)), 10)
    for library in found.returning:
        echo_pair("returns", shown(_returns(found, library)), 10)
    for finding in found.findings:
        first, *more = f"{finding.code}: {finding}".split("\n")
        typer.echo("")
        echo(shown(first))
        for line in more:
            echo(f"  {shown(line)}", 4)
    typer.echo(f"\n{counted(len(found.findings), 'finding')}" if found.findings else "\nno findings")
    if found.findings:
        echo_codes()


def _framework(found: Examined) -> str:
    if found.framework is None:
        return "not recognised"
    return f"{found.framework} {found.version}" if found.version else found.framework


def _gate(found: Examined) -> str:
    if found.gate is None:
        return "none"
    place = "in MIDDLEWARE" if found.in_middleware else f"layer {found.stack.gates[0] + 1} of {len(found.stack.layers)}"
    return f"{place}; mode: {found.gate.mode}; {counted(len(found.gate.registry), 'rule')}"


def _returns(found: Examined, library: Returning) -> str:
    own = found.own_same_site(library)
    lost = f"; the app's own session says SameSite={own}, and does not come along" if own else ""
    return f"{library.package}: {library.what}{lost}"


def _extras(found: Examined) -> str:
    lacks = [f"{extra} ({', '.join(packages)})" for extra, packages in found.missing.items()]
    return f"{', '.join(found.extras) or 'none'}" + (f"; not installed: {', '.join(lacks)}" if lacks else "")


def _cookie(found: Examined, cookie: LibraryCookie) -> str:
    rule = found.judging.registry.find(cookie.name)
    known = "not registered" if rule is None else str(rule.category)
    return f"{cookie.name}: {known}, by {cookie.where}"


def _as_json(name: str, found: Examined) -> dict[str, object]:
    gates = found.stack.gates
    gate = None if found.gate is None else {
        "in_middleware": found.in_middleware, "layer": gates[0] if gates else None, "mode": found.gate.mode,
        "rules": len(found.gate.registry),
    }  # fmt: skip
    cookies = []
    for cookie in found.cookies:
        rule = found.judging.registry.find(cookie.name)
        cookies.append({
            "name": cookie.name, "where": cookie.where, "same_site": cookie.same_site, "is_session": cookie.is_session,
            "category": None if rule is None else rule.category.value,
        })  # fmt: skip
    return {
        "ok": not found.findings,
        "app": name,
        "framework": found.framework,
        "version": found.version,
        "gate": gate,
        "layers": found.layers,
        "cookies": cookies,
        "returns": [{"package": each.package, "what": each.what} for each in found.returning],
        "proxy": found.trusts,
        "missing_extras": {extra: list(packages) for extra, packages in found.missing.items()},
        "findings": [
            {
                "code": each.code.value,
                "subject": each.subject,
                "what": each.what,
                "fix": each.fix,
                "help": url_of_code("doctor", each.code),
            }
            for each in found.findings
        ],
    }
