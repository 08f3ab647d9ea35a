"""The recorder of a test run: watches the test clients, checks what they receive, reports it, and fails the run.

Law: only unregistered and malformed cookies fail a run, unless it is strict.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from threading import Lock
from typing import Any

import pytest

from cookiegate.errors import ConfigError
from cookiegate.plural import counted
from cookiegate.testing.clients import watched
from cookiegate.testing.cookies import Cookies
from cookiegate.testing.judging import Judge, Kind, Objection
from cookiegate.testing.summary import shown, summary
from cookiegate.testing.tally import Tally

__all__ = ["Recorder", "make_recorder"]

_FAILING = frozenset({Kind.UNREGISTERED, Kind.MALFORMED})
_OUTSIDE = "(outside of any test)"
_REMEMBERED_LINES = 4096


def make_recorder(config: pytest.Config, path: str, *, is_strict: bool) -> "Recorder":
    """Read the registry, and start to watch.

    Raises: `pytest.UsageError` for a file that can't be used, or a test client that can't be watched.
    """
    absolute = config.invocation_params.dir / path
    config.option.cookiegate = str(absolute)  # for the workers of pytest-xdist, wherever they start
    try:
        recorder = Recorder(config, Judge(absolute), is_strict=is_strict)
        recorder.watch()
    except ConfigError as error:
        raise pytest.UsageError("\n".join(f"cookiegate: {problem}" for problem in error.problems)) from error
    except AttributeError as error:
        raise pytest.UsageError(str(error)) from error
    return recorder


class Recorder:
    """A plugin of one pytest session."""

    def __init__(self, config: pytest.Config, judge: Judge, *, is_strict: bool) -> None:
        self.cookies: Cookies = Cookies(judge)
        self._config = config
        self._judge = judge
        self._failing = frozenset(Kind) if is_strict else _FAILING
        self._tally = Tally()
        self._judged: dict[bytes, Objection | None] = {}
        self._test = _OUTSIDE
        self._lock = Lock()
        self._stack = ExitStack()

    def watch(self) -> None:
        """Watch the test clients until the session is over."""
        self._stack.enter_context(watched(self._record))

    def _record(self, client: str, request: str, lines: list[bytes]) -> None:
        """Judge what a client received, in whatever thread it runs."""
        for line in lines:
            with self._lock:
                self._tally.lines += 1
                self.cookies.add(line, request, client)
                objection = self._object(line)
                if objection is not None:
                    self._tally.add(objection, self._test, f"{request} ({client})")

    def _object(self, line: bytes) -> Objection | None:
        """Judge a line, once for those that come again."""
        if line not in self._judged:
            if len(self._judged) >= _REMEMBERED_LINES:
                self._judged.clear()
            self._judged[line] = self._judge.object(line)
        return self._judged[line]

    @property
    def _is_failing(self) -> bool:
        return any(objection.kind in self._failing for objection in self._tally.found)

    # What pytest calls

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        """Know which test runs."""
        self._test = item.nodeid
        self.cookies.begin()
        try:
            return (yield)
        finally:
            self._test = _OUTSIDE

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Take over what a worker of pytest-xdist found; one that crashed brings nothing."""
        found = getattr(node, "workeroutput", {}).get("cookiegate")
        if found is not None:
            self._tally.merge_json(found)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Hand over to the controller, or fail a run that was fine so far."""
        output: dict[str, str] | None = getattr(self._config, "workeroutput", None)
        if output is not None:
            output["cookiegate"] = self._tally.to_json()
        elif self._is_failing and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_report_header(self) -> str:
        """Name the registry."""
        return f"cookiegate: {shown(self._judge.file_name)}, {counted(len(self._judge.declared), 'rule')}"

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Describe what was found."""
        file_name = self._judge.file_name
        lines_of_summary = list(summary(self._tally, file_name, self._failing))
        if lines_of_summary:
            terminalreporter.section("cookiegate", red=self._is_failing, yellow=not self._is_failing, bold=True)
            for line in lines_of_summary:
                terminalreporter.line(line)
        failing = {objection.name for objection in self._tally.found if objection.kind in self._failing}
        others = {objection.name for objection in self._tally.found} - failing
        lines = f"{counted(self._tally.lines, 'Set-Cookie line')} seen"
        if failing:
            verb = "breaks" if len(failing) == 1 else "break"
            what = f"{counted(len(failing), 'cookie')} {verb} the promise of {shown(file_name)}"
            terminalreporter.line(f"cookiegate: {what} ({lines})", red=True, bold=True)
        elif others:
            verb = "is" if len(others) == 1 else "are"
            what = f"{counted(len(others), 'cookie')} {verb} not as {shown(file_name)} declares; see above"
            terminalreporter.line(f"cookiegate: {lines}; {what}", yellow=True)
        elif self._tally.lines:
            terminalreporter.line(f"cookiegate: {lines}, as {shown(file_name)} promises", green=True)
        else:
            terminalreporter.line("cookiegate: no Set-Cookie line was seen by a test client that it knows", yellow=True)

    def pytest_unconfigure(self) -> None:
        """Leave the clients as they were."""
        self._stack.close()
