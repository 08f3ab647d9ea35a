"""`cookiegate demo`: the tables, both apps, signals, and messages if something fails."""

import os
import re
import signal
import socket
import subprocess
import sys
import types
from contextlib import contextmanager

import httpx
import pytest
from rich.console import Console
from typer.testing import CliRunner

from cookiegate.cli.app import app
from cookiegate.cli.demo import command, servers, table, visits
from cookiegate.cli.demo.servers import Server
from cookiegate.cli.demo.visits import Visit

FACES = pytest.mark.parametrize("face", [(), ("--wsgi",)], ids=["asgi", "wsgi"])


def outcomes(text):
    """Read the table's rows: cookie, then action, rule and reason for each visitor."""
    cell = r" +(\S+ \d [a-z-]+)"
    return {found[1]: found.groups()[1:] for found in re.finditer(rf"^(\w+){cell * 3} *$", text, re.MULTILINE)}


def decision(**given):
    return {
        "cookie": "a", "action": "keep", "reason": "necessary", "rule": 6, "category": "necessary", "registered": "a",
        "before": "a=b", "after": "a=b", "changes": [], **given,
    }  # fmt: skip


@FACES
def test_table_tells_of_each_cookie_for_three_visitors(cli, policy, face):
    result = cli("demo", "--exit", *face)
    assert result.returncode == 0
    rows = outcomes(result.stdout)
    assert set(rows) == {*policy, "newsletter_popup"}
    for name, cookie in policy.items():
        actions = [cell.split()[0] for cell in rows[name]]
        reasons = [cell.split(maxsplit=1)[1] for cell in rows[name]]
        if cookie["category"] == "necessary":
            assert reasons == ["6 necessary"] * 3
            assert "drop" not in actions
        elif cookie["category"] == "statistics":
            assert reasons == ["5 no-consent", "6 granted", "6 granted"]
            assert [action == "drop" for action in actions] == [True, False, False]
        else:
            assert reasons == ["5 no-consent", "5 not-granted", "6 granted"]
            assert [action == "drop" for action in actions] == [True, True, False]
    assert rows["newsletter_popup"] == ("drop 4 unregistered",) * 3
    assert re.search(r"^lines that leave +9 of 25 +14 of 25 +24 of 25 *$", result.stdout, re.MULTILINE)
    assert re.search(r"^Cache-Control +none +private +private *$", result.stdout, re.MULTILINE)
    assert result.stdout.endswith("\nAll 47 received lines are as the gate decided.\n")
    assert "refreshToken" in result.stdout.partition("Rewritten in the lines")[2]
    assert "cookie 'newsletter_popup' is not in the registry" in result.stderr


@pytest.mark.parametrize("columns", [80, 120])
def test_table_fits_the_width(cli, policy, columns):
    result = cli("demo", "--exit", columns=columns)
    assert result.returncode == 0
    assert max(len(line) for line in result.stdout.splitlines()) <= columns
    assert set(outcomes(result.stdout)) == {*policy, "newsletter_popup"}
    assert ("(= keep, ~ rewrite, x drop, - expire)" in result.stdout) is (columns == 80)


@FACES
@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signal_stops_the_site_cleanly(started, face, stop):
    process = started("demo", *face)
    url = url_of(process)
    assert httpx.get(url, timeout=300, trust_env=False).status_code == 200
    process.send_signal(stop)
    rest, _ = process.communicate(timeout=300)
    assert rest.endswith("Stopped.\n")
    assert process.returncode == 0
    assert not is_served(url)


def test_gunicorn_ends_even_when_the_demo_is_killed(started, wait_until):
    process = started("demo", "--wsgi")
    url = url_of(process)
    process.kill()
    process.wait()
    wait_until(lambda: not is_served(url), "gunicorn's end")


def test_site_is_served_on_the_given_port_of_127_0_0_1_alone(started):
    with servers.listen() as listener:
        port = listener.getsockname()[1]
    process = started("demo", "--port", str(port))
    assert url_of(process) == f"http://127.0.0.1:{port}/"
    with pytest.raises(OSError, match=r"refused|unreachable|assign"), socket.create_connection(("127.0.0.2", port)):
        pass


def test_port_in_use_is_told(cli):
    with servers.listen() as listener:
        port = listener.getsockname()[1]
        result = cli("demo", "--exit", "--port", str(port))
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr == (
        f"cookiegate: port {port} can't be used: Address already in use; choose another with --port\n"
    )


def test_impossible_port_is_bad_input(cli):
    assert cli("demo", "--exit", "--port", "70000").returncode == 2


def run_demo(*arguments):
    result = CliRunner().invoke(app, ["demo", *arguments])
    return result.exit_code, result.stdout, result.stderr


def test_lines_that_were_not_decided_are_told(monkeypatch):
    monkeypatch.setattr(visits, "visit", lambda url, visitor: Visit(visitor, ("a=c",), (decision(),), None))
    code, out, err = run_demo("--exit")
    assert code == 1
    assert "All " not in out
    assert err == "cookiegate: 'no choice yet' got other lines than the gate decided\n"


def test_site_that_fails_is_told(monkeypatch):
    def fail(url, visitor):
        raise httpx.ConnectError("refused")

    monkeypatch.setattr(visits, "visit", fail)
    code, _, err = run_demo("--exit")
    assert (code, err) == (1, "cookiegate: the example site does not respond as expected: refused\n")


@FACES
def test_demo_runs_in_process_and_gives_signals_back(face):
    before = [signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)]
    code, out, _ = run_demo("--exit", *face)
    assert code == 0
    assert out.endswith("\nAll 47 received lines are as the gate decided.\n")
    assert [signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)] == before


def test_server_that_stops_by_itself_is_told(monkeypatch):
    @contextmanager
    def serve(listener):
        yield Server("http://127.0.0.1:1/", iter([True, False]).__next__)

    monkeypatch.setattr(servers, "serve_asgi", serve)
    monkeypatch.setattr(visits, "visit", lambda url, visitor: Visit(visitor, ("a=b",), (decision(),), None))
    code, out, err = run_demo()
    assert (code, err) == (1, "cookiegate: the server stopped by itself\n")
    assert "Open it in a browser: http://127.0.0.1:1/ (Ctrl-C stops)\n" in out


def test_interrupt_ends_the_waiting(capsys):
    def interrupt():
        raise KeyboardInterrupt

    command._serve_on(Server("http://127.0.0.1:1/", interrupt))
    assert capsys.readouterr().out.endswith("Stopped.\n")


def test_hangup_that_is_ignored_stays_ignored():
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with command._interrupted_by_signals():
            assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
            assert signal.getsignal(signal.SIGTERM) is signal.default_int_handler
    finally:
        signal.signal(signal.SIGHUP, before)


def test_module_without_a_spec_counts_as_missing(monkeypatch):
    monkeypatch.setitem(sys.modules, "httpx", None)
    code, _, err = run_demo("--exit")
    assert (code, err) == (2, "cookiegate: the demo needs httpx; pip install 'cookiegate[demo]'\n")


NEAR = "a=b; Expires=Thu, 01 Jan 2026 00:00:30 GMT; Path=/"


@pytest.mark.parametrize(
    ("lines", "after", "is_as_decided"),
    [
        (("a=b",), "a=b", True),
        ((), None, True),
        ((), "a=b", False),
        (("a=b", "a=b"), "a=b", False),
        (("a=c",), "a=b", False),
        ((NEAR,), "a=b; Expires=Thu, 01 Jan 2026 00:00:00 GMT; Path=/", True),
        ((NEAR,), "a=b; Expires=Thu, 01 Jan 2026 00:02:00 GMT; Path=/", False),
        ((NEAR,), "a=c; Expires=Thu, 01 Jan 2026 00:00:00 GMT; Path=/", False),
        ((NEAR,), "a=b; Path=/", False),
    ],
)
def test_wire_is_compared_with_the_decisions(lines, after, is_as_decided):
    assert Visit("anyone", lines, (decision(after=after),), None).is_as_decided is is_as_decided


def printed(*made, columns=120):
    console = Console(width=columns, highlight=False)
    with console.capture() as capture:
        table.print_visits(console, made)
    return capture.get()


def test_cookie_that_only_one_visitor_gets_has_an_empty_place():
    text = printed(Visit("one", ("a=b",), (decision(),), None), Visit("two", (), (), "no-store"))
    assert re.search(r"^a +keep 6 necessary +not set *$", text, re.MULTILINE)
    assert re.search(r"^Cache-Control +none +no-store *$", text, re.MULTILINE)
    assert "Rewritten in the lines" not in text


def test_changes_are_told_once_for_all_visitors():
    changed = decision(action="rewrite", changes=["Secure added"])
    other = decision(action="rewrite", changes=["HttpOnly added"])
    text = printed(*(Visit(str(number), (), (one,), None) for number, one in enumerate([changed, changed, other])))
    assert re.findall(r"^a +(\w+ added) *$", text, re.MULTILINE) == ["Secure added", "HttpOnly added"]


@pytest.mark.parametrize(("is_terminal", "columns", "width"), [(False, None, 100), (False, "90", 90)])
def test_console_takes_100_columns_in_a_pipe(monkeypatch, is_terminal, columns, width):
    monkeypatch.delenv("COLUMNS", raising=False)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: is_terminal)
    if columns is not None:
        monkeypatch.setenv("COLUMNS", columns)
    assert table.make_console().width == width


def test_demo_works_away_from_the_checkout_and_with_foreign_settings(tmp_path):
    (tmp_path / "gunicorn.conf.py").write_text("raise SystemExit('not mine')")
    environment = {**os.environ, "GUNICORN_CMD_ARGS": "--bind 0.0.0.0:1", "HTTP_PROXY": "http://127.0.0.1:9/"}
    result = subprocess.run(
        [sys.executable, "-m", "cookiegate", "demo", "--wsgi", "--exit"],
        cwd=tmp_path, env=environment, capture_output=True, timeout=300, check=False,
    )  # fmt: skip
    assert result.returncode == 0


def url_of(process):
    """Wait until the demo prints its URL."""
    for line in process.stdout:
        if found := re.match(r"Open it in a browser: (\S+) \(Ctrl-C stops\)", line):
            return found[1]
    raise AssertionError("the demo ended before it served")


def is_served(url):
    try:
        httpx.get(url, timeout=300, trust_env=False)
    except httpx.HTTPError:
        return False
    return True


def test_package_that_is_only_half_there_counts_as_missing(monkeypatch):
    from cookiegate.cli.demo.command import _is_installed

    monkeypatch.setitem(sys.modules, "half_there", types.ModuleType("half_there"))  # without a spec
    assert not _is_installed("half_there")
    assert not _is_installed("not_there_at_all")
    assert _is_installed("json")
