"""The entry point: version, help, and one line of advice if an extra is not installed."""

import subprocess
import sys

import pytest
from typer.testing import CliRunner

import cookiegate
from cookiegate import __main__ as module_door
from cookiegate import cli as front
from cookiegate.cli.app import app

WITHOUT = """
import sys
class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {blocked!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
sys.meta_path.insert(0, Blocker())
sys.argv = ["cookiegate", *{arguments!r}]
import runpy
runpy.run_module("cookiegate", run_name="__main__", alter_sys=False)
"""


def run_without(blocked, *arguments):
    code = WITHOUT.format(blocked=blocked, arguments=list(arguments))
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=300, check=False
    )  # fmt: skip
    return result.returncode, result.stdout, result.stderr


def test_version_is_printed(cli):
    result = cli("--version")
    assert (result.returncode, result.stdout, result.stderr) == (0, f"cookiegate {cookiegate.__version__}\n", "")


def test_help_names_the_commands(cli):
    result = cli("--help")
    assert result.returncode == 0
    for word in ("demo", "explain", "check", "--version"):
        assert word in result.stdout


def test_no_arguments_show_the_help(cli):
    result = cli()
    assert result.returncode == 2
    assert "explain" in result.stdout


def test_unknown_command_is_bad_input(cli):
    assert cli("explode").returncode == 2


@pytest.mark.parametrize("arguments", [(), ("--version",), ("check", "cookies.toml")])
def test_missing_extra_is_told_in_one_line(arguments):
    code, out, err = run_without(["typer", "rich"], *arguments)
    assert (code, out) == (2, "")
    assert err == "cookiegate: the command line needs typer; pip install 'cookiegate[cli]'\n"


@pytest.mark.parametrize(
    ("blocked", "option", "needs"),
    [
        (["httpx"], [], "httpx"),
        (["rich"], [], "rich"),
        (["starlette", "uvicorn"], [], "starlette and uvicorn"),
        (["flask", "gunicorn"], ["--wsgi"], "flask and gunicorn"),
    ],
)
def test_missing_demo_extra_is_told_in_one_line(blocked, option, needs):
    code, out, err = run_without(blocked, "demo", "--exit", *option)
    assert (code, out) == (2, "")
    assert err == f"cookiegate: the demo needs {needs}; pip install 'cookiegate[demo]'\n"


def test_checking_needs_no_demo_extra(cookies_toml):
    code, out, _ = run_without(["httpx", "starlette", "uvicorn", "flask", "gunicorn"], "check", cookies_toml)
    assert code == 0
    assert out.startswith("cookies.toml: no mistakes\n")


def test_script_runs_in_process(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["cookiegate", "--version"])
    with pytest.raises(SystemExit) as exit_info:
        front.main()
    assert exit_info.value.code == 0
    assert capsys.readouterr().out == f"cookiegate {cookiegate.__version__}\n"


def test_module_runs_nothing_when_it_is_only_imported():
    assert module_door.main is front.main


@pytest.mark.parametrize(("module", "error"), [("rich.table", SystemExit), ("tomllib", ModuleNotFoundError)])
def test_other_missing_modules_are_no_matter_of_the_extra(monkeypatch, module, error):
    monkeypatch.setitem(sys.modules, "cookiegate.cli.app", None)

    class Blocker:
        def find_spec(self, name, path=None, target=None):
            if name == "cookiegate.cli.app":
                raise ModuleNotFoundError(f"No module named {module!r}", name=module)

    monkeypatch.delitem(sys.modules, "cookiegate.cli.app")
    monkeypatch.setattr(sys, "meta_path", [Blocker(), *sys.meta_path])
    with pytest.raises(error):
        front.main()


def test_version_option_alone_decides():
    result = CliRunner().invoke(app, ["--version", "check"])
    assert (result.exit_code, result.stdout) == (0, f"cookiegate {cookiegate.__version__}\n")
