"""Follow a tutorial to the letter: write the files that it shows, run the commands, compare what they print.

A block of Python, TOML or HTML begins with a comment that names its file: `# main.py` writes it, `# main.py, at the
end` adds to it. In a `console` block, lines that begin with `$ ` are commands, and the lines below them are what they
print; a line `...` stands for any lines. A command that serves a site runs until the page says "Stop the server with
Ctrl-C", or until the end.
"""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$|(Stop the server with Ctrl-C)", re.MULTILINE | re.DOTALL)
_FILE = re.compile(r"(?:#|<!--) (\S+\.\w+)(, at the end)?(?: -->)?\n")
_SERVES = re.compile(r"(?:uvicorn|python manage\.py runserver|flask --app \S+ run)\b")
_PORT = "8000"
_PATIENCE_S = 120


@dataclass(frozen=True)
class File:
    """A file that the tutorial shows."""

    name: str
    text: str
    is_added: bool
    line: int


@dataclass(frozen=True)
class Command:
    """A command that the tutorial shows, and what it prints."""

    text: str
    printed: tuple[str, ...]
    line: int

    @property
    def serves(self) -> bool:
        """Whether it goes on until somebody stops it."""
        return _SERVES.match(self.text) is not None


@dataclass(frozen=True)
class Stop:
    """The server is stopped."""


def steps_of(page: Path) -> Iterator[File | Command | Stop]:
    """Return the steps of a page in order. Raises: `ValueError` for a block that nobody could follow."""
    text = page.read_text(encoding="utf-8")
    for found in _BLOCK.finditer(text):
        if found[3]:
            yield Stop()
            continue
        line = text.count("\n", 0, found.start(2)) + 1
        if found[1] == "console":
            yield from _commands(found[2], line)
        elif found[1] in ("python", "toml", "html"):
            name = _FILE.match(found[2])
            if name is None:
                raise ValueError(f"{page.name}, line {line}: the block does not say in its first line which file it is")
            yield File(name[1], found[2], name[2] is not None, line)


def _commands(block: str, line: int) -> Iterator[Command]:
    lines = block.splitlines()
    starts = [number for number, each in enumerate(lines) if each.startswith("$ ")]
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        yield Command(lines[start][2:], tuple(lines[start + 1 : end]), line + start)


def differs(printed: Sequence[str], expected: Sequence[str]) -> bool:
    """Compare lines: a line `...` stands for any number of lines, `...` within one for any text."""
    texts = (re.escape(line.rstrip()).replace(r"\.\.\.", ".*") for line in expected)
    pattern = "".join(r"(?:.*\n)*" if text == ".*" else f"{text}\n" for text in texts)
    return re.fullmatch(pattern, "".join(f"{line.rstrip()}\n" for line in printed)) is None


class Walk:
    """One person who follows a tutorial in an empty directory; stops the server at the end."""

    def __init__(self, directory: Path, *, installs: bool) -> None:
        """`installs`: make the virtual environment and install into it; else the present interpreter's is used."""
        self.directory = directory
        self.installs = installs
        self.port = _free_port()
        self.url = f"http://127.0.0.1:{self.port}/"
        self._server: subprocess.Popen[bytes] | None = None
        bin_directory = str(Path(sys.executable).parent)
        names = ("COLUMNS", "TERM", "FORCE_COLOR", "PYTHONPATH", "VIRTUAL_ENV", "DJANGO_SETTINGS_MODULE")
        self._environment = {key: value for key, value in os.environ.items() if key not in names}
        self._environment |= {"COLUMNS": "80", "PYTHONDONTWRITEBYTECODE": "1"}
        if not installs:
            path = os.environ.get("PYTHONPATH", "")
            self._environment |= {"PATH": f"{bin_directory}:{os.environ['PATH']}", "PYTHONPATH": path}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def write(self, file: File) -> None:
        """Write a file, or add to it."""
        path = self.directory / file.name
        path.parent.mkdir(parents=True, exist_ok=True)
        before = f"{path.read_text(encoding='utf-8')}\n" if file.is_added else ""
        path.write_text(before + file.text, encoding="utf-8")

    def run(self, command: Command) -> list[str]:
        """Run a command and return what it printed; start a server, and return when it answers."""
        words = command.text
        if words.startswith(". ") and words.endswith("/bin/activate"):
            if self.installs:
                home = self.directory / words.split()[1].removesuffix("/bin/activate")
                self._environment |= {"PATH": f"{home}/bin:{os.environ['PATH']}", "VIRTUAL_ENV": str(home)}
            return []
        if not self.installs and ("-m venv" in words or words.startswith("pip install")):
            return []
        if words.startswith("cd "):
            self.directory = self.directory / words[3:]
            return []
        words = re.sub(rf"\b{_PORT}\b", str(self.port), words)
        if command.serves:
            self._serve(words)
            return []
        done = subprocess.run(
            ["bash", "-c", words], cwd=self.directory, env=self._environment, capture_output=True, text=True,
            timeout=600, check=False,
        )  # fmt: skip
        if words.startswith("pip ") or "-m venv" in words:
            if done.returncode:
                raise RuntimeError(done.stderr)
            return []
        return [re.sub(rf"\b{self.port}\b", _PORT, line) for line in (done.stdout + done.stderr).splitlines()]

    def _serve(self, words: str) -> None:
        self.stop()
        log = self.directory / "server.log"
        before = signal.signal(signal.SIGINT, signal.default_int_handler)  # inherited: in the background it is ignored
        with log.open("wb") as out:
            self._server = subprocess.Popen(
                ["bash", "-c", f"exec {words}"], cwd=self.directory, env=self._environment, stdout=out,
                stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip
        signal.signal(signal.SIGINT, before)
        give_up = time.monotonic() + _PATIENCE_S
        while True:
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return
            if self._server.poll() is not None or time.monotonic() > give_up:
                raise RuntimeError(f"{words}: no site at {self.url}:\n{log.read_text(encoding='utf-8')}")
            time.sleep(0.05)

    def stop(self) -> None:
        """Press Ctrl-C in the server's terminal, and wait until it has ended. Raises: `RuntimeError` if it goes on."""
        server, self._server = self._server, None
        if server is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGINT)
        try:
            server.wait(_PATIENCE_S)
        except subprocess.TimeoutExpired as error:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()
            raise RuntimeError(f"the site at {self.url} goes on after Ctrl-C") from error


def follow(page: Path, walk: Walk) -> list[str]:
    """Do every step of a page; return where what was printed differs, each with both texts."""
    problems = []
    for step in steps_of(page):
        if isinstance(step, File):
            walk.write(step)
            continue
        if isinstance(step, Stop):
            walk.stop()
            continue
        printed = walk.run(step)
        is_compared = bool(step.printed) and not step.serves and not step.text.startswith("pip ")
        if is_compared and differs(printed, step.printed):
            shown = "\n".join(printed)
            expected = "\n".join(step.printed)
            problems.append(
                f"{page.name}, line {step.line}: $ {step.text}\nprinted:\n{shown}\nthe page shows:\n{expected}"
            )
    return problems


def prepare(page: Path, walk: Walk) -> None:
    """Come to the end of a page as quickly as possible: write all files, start the last server."""
    servers = [step for step in steps_of(page) if isinstance(step, Command) and step.serves]
    for step in steps_of(page):
        if isinstance(step, File):
            walk.write(step)
        elif isinstance(step, Command) and step.text.startswith(("django-admin ", "cd ", "mkdir ")):
            walk.run(step)
    walk.run(servers[-1])


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port
