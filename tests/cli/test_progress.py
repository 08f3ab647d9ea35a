"""The progress bar: on a terminal, only for slow reads, and removed at the end."""

import io

import pytest

from cookiegate import ConfigError, Registry
from cookiegate.cli.progress import show_progress

LONG = "".join(f'[[cookie]]\nname = "shop_{number}"\ncategory = "statistics"\n' for number in range(3000))


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def terminal(monkeypatch):
    """Read a registry with a terminal as standard error; return what was written to it."""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "80")

    def read(path, patience_s):
        screen = Terminal()
        monkeypatch.setattr("sys.stderr", screen)
        with show_progress(path, patience_s=patience_s):
            Registry.from_toml(path)
        return screen.getvalue()

    return read


@pytest.fixture
def path(tmp_path):
    file = tmp_path / "cook\x1bies.toml"
    file.write_text(LONG, encoding="utf-8")
    return file


def test_progress_is_shown_on_a_terminal(terminal, path):
    shown = terminal(path, patience_s=0)
    assert "reading cook\\x1bies.toml" in shown
    assert "cook\x1bies" not in shown
    assert shown.endswith("\x1b[2K")  # the line is erased


def test_progress_is_not_shown_of_what_is_read_soon(terminal, path):
    assert terminal(path, patience_s=3600) == ""


def test_progress_is_not_shown_to_a_file(path, capsys):
    with show_progress(path, patience_s=0):
        assert len(Registry.from_toml(path)) == 3000
    assert capsys.readouterr() == ("", "")


def test_progress_lets_errors_through(terminal, tmp_path):
    with pytest.raises(ConfigError):
        terminal(tmp_path / "none.toml", patience_s=0)
