"""`cookiegate demo`: serve the example site, visit it as three visitors, show the decision about each cookie."""

import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from cookiegate.cli.demo.servers import Server

__all__ = ["demo"]

_NEEDED = {
    "asgi": ("rich", "httpx", "jinja2", "starlette", "uvicorn"),
    "wsgi": ("rich", "httpx", "jinja2", "flask", "gunicorn"),
}


def demo(
    is_wsgi: Annotated[bool, typer.Option("--wsgi", help="Use gunicorn and Flask, not uvicorn and Starlette.")] = False,
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port; 0 takes a free one.")] = 0,
    is_brief: Annotated[bool, typer.Option("--exit", help="Stop after the table.")] = False,
    is_ungated: Annotated[
        bool, typer.Option("--ungated", help="Serve the site without the gate, for an audit.")
    ] = False,
) -> None:
    """Serve an example site on 127.0.0.1, and show which of its cookies three visitors get.

    Exit code: 0, also after Ctrl-C; 1 if the site fails; 2 if it can't be started.
    """
    missing = [name for name in _NEEDED["wsgi" if is_wsgi else "asgi"] if not _is_installed(name)]
    if missing:
        raise _failed(f"the demo needs {' and '.join(missing)}; pip install 'cookiegate[demo]'", 2)
    import httpx

    from cookiegate.cli.demo.servers import listen, serve_asgi, serve_wsgi
    from cookiegate.cli.demo.site import COOKIES_TOML
    from cookiegate.cli.demo.table import make_console

    try:
        listener = listen(port)
    except OSError as error:
        why = os.strerror(error.errno or 0)  # `error.strerror` repeats the address
        raise _failed(f"port {port} can't be used: {why}; choose another with --port", 2) from error
    console = make_console()
    serve, stack = (serve_wsgi, "gunicorn and Flask") if is_wsgi else (serve_asgi, "uvicorn and Starlette")
    serving = serve(listener, is_gated=False) if is_ungated else serve(listener)
    with _interrupted_by_signals(), listener, serving as server:
        console.print(f"{stack} on {server.url}")
        if is_ungated:
            console.print("Without the gate: every response sets 25 cookies, whatever the visitor chose. To audit it:")
            console.print(f"cookiegate audit {server.url} --registry {COOKIES_TOML}\n", soft_wrap=True, markup=False)
            if not is_brief:
                _serve_on(server)
            return
        console.print("Every response sets 24 cookies that the policy declares, and one that it does not.\n")
        try:
            _visit_and_show(console, server.url)
        except httpx.HTTPError as error:
            raise _failed(f"the example site does not respond as expected: {error}", 1) from error
        if not is_brief:
            _serve_on(server)


def _visit_and_show(console: "Console", url: str) -> None:
    """Make the requests of the three visitors, show the results, and compare them with the decisions."""
    from cookiegate.cli.demo.table import print_visits
    from cookiegate.cli.demo.visits import VISITORS, visit

    visits = [visit(url, visitor) for visitor in VISITORS]
    print_visits(console, visits)
    for made in visits:
        if not made.is_as_decided:
            raise _failed(f"{made.visitor!r} got other lines than the gate decided", 1)
    console.print(f"\nAll {sum(len(made.lines) for made in visits)} received lines are as the gate decided.")


def _serve_on(server: "Server") -> None:
    """Serve until Ctrl-C."""
    typer.echo(f"Open it in a browser: {server.url} (Ctrl-C stops)")
    try:
        while server.is_running():
            time.sleep(0.2)
    except KeyboardInterrupt:
        typer.echo("Stopped.")
        return
    raise _failed("the server stopped by itself", 1)


@contextmanager
def _interrupted_by_signals() -> Iterator[None]:
    """Raise `KeyboardInterrupt` for every signal that ends a program, also in the background of a shell script."""
    signals = [signal.SIGINT, signal.SIGTERM]
    if sys.platform != "win32" and signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        signals.append(signal.SIGHUP)
    before = {one: signal.signal(one, signal.default_int_handler) for one in signals}
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


def _is_installed(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except (ImportError, ValueError):
        return False


def _failed(problem: str, code: int) -> typer.Exit:
    """Print a problem, and return the exit to raise."""
    typer.echo(f"cookiegate: {problem}", err=True)
    return typer.Exit(code)
