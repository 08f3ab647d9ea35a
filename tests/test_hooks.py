"""The pre-commit hooks and the action, run as their users do: from another repository, by pre-commit and by bash."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

yaml = pytest.importorskip("yaml")
CHECKOUT = Path(__file__).resolve().parent.parent
ACTION = CHECKOUT / "action.yml"
GOOD = """
[[cookie]]
name = "sessionid"
category = "necessary"
lifetime = "14 days"
purpose = "Keeps the visitor logged in."
[[cookie]]
name = "csrftoken"
category = "necessary"
lifetime = "1 year"
purpose = "Protects forms against forgery."
"""

pytestmark = pytest.mark.skipif(not ACTION.is_file(), reason="the action is not in the source archive")


def run(*words, cwd, check=True, **more):
    found = subprocess.run(
        [*map(str, words)], cwd=cwd, capture_output=True, text=True, timeout=600, check=False, **more
    )
    assert not check or found.returncode == 0, found.stdout + found.stderr
    return found


def git(*words, cwd):
    return run(
        "git", "-c", "user.name=a", "-c", "user.email=a@b.example", "-c", "init.defaultBranch=main", *words, cwd=cwd
    )


@pytest.fixture(scope="module")
def hooks(tmp_path_factory):
    """A repository that has the hooks, as it is now, and a cache of pre-commit's own."""
    folder = tmp_path_factory.mktemp("hooks")
    source = folder / "cookiegate"
    listed = run("git", "ls-files", "--cached", "--others", "--exclude-standard", cwd=CHECKOUT).stdout.splitlines()
    for name in listed:
        if name.startswith(("cookiegate/", "pyproject.toml", "README.md", "LICENSE", ".pre-commit-hooks.yaml")):
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(CHECKOUT / name, source / name)
    git("init", "-q", cwd=source)
    git("add", "-A", cwd=source)
    git("commit", "-q", "-m", "all", cwd=source)
    return source, folder / "cache"


@pytest.fixture
def site(tmp_path, hooks):
    """The repository of a site that uses the hooks."""
    source, cache = hooks
    revision = git("rev-parse", "HEAD", cwd=source).stdout.strip()
    uses = [{"id": "cookiegate-lint"}, {"id": "cookiegate-policy", "args": ["policy.md"]}]
    configuration = {"repos": [{"repo": str(source), "rev": revision, "hooks": uses}]}
    site = tmp_path / "site"
    site.mkdir()
    (site / ".pre-commit-config.yaml").write_text(yaml.safe_dump(configuration))
    (site / "cookies.toml").write_text(GOOD)
    command = [sys.executable, "-m", "cookiegate", "registry", "render", "-o", "policy.md"]
    run(*command, cwd=site, env=os.environ | {"PYTHONPATH": str(CHECKOUT)})
    git("init", "-q", cwd=site)
    git("add", "-A", cwd=site)

    def pre_commit(*more):
        environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
        environment |= {"PRE_COMMIT_HOME": str(cache)}
        words = [sys.executable, "-m", "pre_commit", "run", "--all-files", *more]
        return run(*words, cwd=site, check=False, env=environment)

    return site, pre_commit


def test_hooks_pass_for_what_is_true_and_fail_for_what_is_not(site):
    folder, pre_commit = site
    found = pre_commit()
    assert found.returncode == 0, found.stdout + found.stderr
    assert found.stdout.count("Passed") == 2
    (folder / "cookies.toml").write_text(GOOD.replace("14 days", "15 days"))
    git("add", "-A", cwd=folder)
    found = pre_commit()
    assert found.returncode == 1
    assert found.stdout.count("Passed") == 1
    assert "-sessionid | necessary | 14 days | Keeps the visitor logged in." in found.stdout
    assert "+sessionid | necessary | 15 days | Keeps the visitor logged in." in found.stdout
    (folder / "cookies.toml").write_text(GOOD.replace('"necessary"', '"essential"'))
    git("add", "-A", cwd=folder)
    found = pre_commit("cookiegate-lint")
    assert (found.returncode, "(did you mean 'necessary'?)" in found.stdout) == (1, True)


def expanded(text, inputs, workspace):
    values = {f"inputs.{name}": value for name, value in inputs.items()} | {"github.action_path": str(CHECKOUT)}
    return re.sub(r"\$\{\{ ([\w.-]+) \}\}", lambda found: values[found[1]], text)


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    """The runner's directory, with the environment that the action's second step makes."""
    return {
        **{key: value for key, value in os.environ.items() if key != "PYTHONPATH"},
        "RUNNER_TEMP": str(tmp_path_factory.mktemp("runner")),
    }


def act(environment, workspace, **given):
    """Run the action's steps as a runner does: the conditions, the environment, bash with its flags."""
    action = yaml.safe_load(ACTION.read_text(encoding="utf-8"))
    inputs = {name: each["default"] for name, each in action["inputs"].items()} | given
    outputs = []
    for step in action["runs"]["steps"]:
        condition = re.fullmatch(r"inputs\.([\w-]+) != ''", step.get("if", "inputs.registry != ''"))
        if "uses" in step or not inputs[condition[1]]:
            continue
        if step["name"] == "Install cookiegate" and (Path(environment["RUNNER_TEMP"]) / "cookiegate").is_dir():
            continue  # installed by an earlier run of this module
        own = {name: expanded(value, inputs, workspace) for name, value in step["env"].items()}
        command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
        found = run(*command, cwd=workspace, check=False, env=environment | own)
        outputs.append((step["name"], found.returncode, found.stdout + found.stderr))
        if found.returncode:
            break
    return outputs


def test_action_checks_registry_page_and_site(environment, tmp_path):
    (tmp_path / "cookies.toml").write_text(GOOD)
    command = [sys.executable, "-m", "cookiegate", "registry", "render", "-o", "policy.md"]
    run(*command, cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(CHECKOUT)})
    har = {"log": {"entries": [{
        "startedDateTime": "2026-01-01T00:00:00Z",
        "request": {"method": "GET", "url": "https://shop.example/", "headers": []},
        "response": {
            "status": 200, "content": {"mimeType": "text/html"},
            "headers": [{"name": "Set-Cookie", "value": "_ga=1; Max-Age=100"}],
        },
    }]}}  # fmt: skip
    (tmp_path / "a.har").write_text(json.dumps(har))
    done = act(environment, tmp_path)
    assert [code for _, code, _ in done] == [0, 0], done
    done = act(environment, tmp_path, policy="policy.md", audit="a.har", sarif="found.sarif")
    assert [(name, code) for name, code, _ in done][-2:] == [
        ("Compare the policy page with the registry", 0),
        ("Audit", 1),
    ], done
    assert (tmp_path / "found.sarif").stat().st_size > 100
    command = [sys.executable, "-m", "cookiegate", "audit", "a.har", "-r", "cookies.toml", "--write-baseline", "b.json"]
    run(*command, cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(CHECKOUT)})
    assert act(environment, tmp_path, audit="a.har", baseline="b.json")[-1][:2] == ("Audit", 0)
    name, code, output = act(environment, tmp_path, audit="a.har", browser="true")[-1]
    assert (name, code, "cookiegate[browser]" in output) == ("Audit", 2, True), (
        output
    )  # the first run has installed less
    (tmp_path / "policy.md").write_text((tmp_path / "policy.md").read_text().replace("14 days", "2 days"))
    name, code, output = act(environment, tmp_path, policy="policy.md")[-1]
    assert (name, code) == ("Compare the policy page with the registry", 1)
    assert "-sessionid | necessary | 2 days" in output


def test_action_takes_no_input_for_a_command(environment, tmp_path):
    text = ACTION.read_text(encoding="utf-8")
    for step in yaml.safe_load(text)["runs"]["steps"]:
        assert "${{" not in step.get("run", "")
    (tmp_path / "cookies.toml").write_text(GOOD)
    act(environment, tmp_path)
    name, code, _ = act(environment, tmp_path, registry='"; touch hacked; "')[-1]
    assert (name, code, (tmp_path / "hacked").exists()) == ("Lint the registry", 2, False)
