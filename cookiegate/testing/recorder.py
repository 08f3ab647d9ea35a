"""The recorder of a test run: watches the test clients, judges what they receive, tells, and fails the run."""

from collections.abc import Iterator
from contextlib import ExitStack
from threading import Lock
from typing import Any

import pytest

from cookiegate.errors import ConfigError
from cookiegate.testing.clients import watched
from cookiegate.testing.cookies import Cookies
from cookiegate.testing.judging import Judge, Kind, Objection
from cookiegate.testing.tally import Tally
from cookiegate.testing.words import shown, summary

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
        self.cookies = Cookies(judge)
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
        count = len(self._judge.declared)
        return f"cookiegate: {shown(self._judge.file_name)}, {count} {'rule' if count == 1 else 'rules'}"

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say what was found."""
        file_name = self._judge.file_name
        told = list(summary(self._tally, file_name, self._failing))
        if told:
            terminalreporter.section("cookiegate", red=self._is_failing, yellow=not self._is_failing, bold=True)
            for line in told:
                terminalreporter.line(line)
        count = len({objection.name for objection in self._tally.found if objection.kind in self._failing})
        lines = f"{self._tally.lines} Set-Cookie {'line' if self._tally.lines == 1 else 'lines'}"
        if count:
            what = f"{count} {'cookie breaks' if count == 1 else 'cookies break'} the promise of {shown(file_name)}"
            terminalreporter.line(f"cookiegate: {what} ({lines} seen)", red=True, bold=True)
        elif self._tally.lines:
            terminalreporter.line(f"cookiegate: {lines} seen, as {shown(file_name)} promises", green=not told)
        else:
            terminalreporter.line("cookiegate: no Set-Cookie line was seen by a test client that it knows", yellow=True)

    def pytest_unconfigure(self) -> None:
        """Leave the clients as they were."""
        self._stack.close()
