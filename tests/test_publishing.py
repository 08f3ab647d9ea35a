"""What a release and its readers rely on: metadata, extras, reproducible builds, workflows, hooks and the action."""

import importlib.util
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.public_api import MODULES

yaml = pytest.importorskip("yaml")
CHECKOUT = Path(__file__).resolve().parent.parent
WORKFLOWS = sorted((CHECKOUT / ".github" / "workflows").glob("*.yml"))

pytestmark = pytest.mark.skipif(not WORKFLOWS, reason="the workflows are not in the source archive")


def text_of(name: str) -> str:
    return (CHECKOUT / name).read_text(encoding="utf-8")


PROJECT = tomllib.loads(text_of("pyproject.toml"))["project"]


def release():
    specification = importlib.util.spec_from_file_location("release", CHECKOUT / ".ci" / "release.py")
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


# Metadata and documents


def names(requirements):
    return {re.match(r"[A-Za-z0-9._-]+", each)[0].lower() for each in requirements} - {"cookiegate"}


def test_table_of_extras_is_that_of_the_project():
    rows = re.findall(r"^\| `(\w+)` \| (.+) \| (.+) \|$", text_of("docs/installation.md"), re.MULTILINE)
    assert {row[0] for row in rows} == PROJECT["optional-dependencies"].keys()
    for extra, what, brings in rows:
        assert len(what) > 15
        if extra != "test":
            assert set(brings.split(", ")) == names(PROJECT["optional-dependencies"][extra]), extra


def test_extras_that_bring_others_are_named():
    for extra, others in {"audit": "cli", "demo": "cli", "cli": "import", "postgresql": "receipts"}.items():
        assert re.search(rf"cookiegate\[[^\]]*\b{others}\b", " ".join(PROJECT["optional-dependencies"][extra]))


def test_library_needs_no_other_package():
    assert PROJECT["dependencies"] == []


def test_every_public_module_is_in_the_promise():
    text = text_of("docs/compatibility.md")
    assert [module for module in MODULES if f"`{module}`" not in text] == []


def test_project_has_its_addresses_and_frameworks():
    assert PROJECT["urls"].keys() >= {"Source", "Documentation", "Changelog", "Issues", "Security"}
    source = PROJECT["urls"]["Source"]
    assert all(url.startswith(source) for url in PROJECT["urls"].values())
    assert {"Framework :: Django", "Framework :: FastAPI", "Framework :: Flask"} <= set(PROJECT["classifiers"])
    repository = source.removeprefix("https://github.com/")
    for document in ("docs/command-line.md", "docs/installation.md"):
        named = set(re.findall(r"github\.com/([\w.-]+/[\w.-]+)", text_of(document)))
        named |= set(re.findall(r"uses: ([\w.-]+/[\w.-]+)@v[0-9.]+\n    with:\n      registry", text_of(document)))
        assert named == {repository}


# The build


@pytest.fixture(scope="module")
def built(tmp_path_factory, missing):
    """The distributions, built twice with the same octets."""
    if importlib.util.find_spec("build") is None:
        missing("the package build")
    directory = tmp_path_factory.mktemp("release") / "dist"
    done = subprocess.run(
        [sys.executable, CHECKOUT / ".ci" / "release.py", "build", directory],
        capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert [line.split()[1] for line in done.stdout.splitlines()] == sorted(path.name for path in directory.iterdir())
    return directory


def test_source_distribution_has_what_the_tests_need(built):
    found = set(release().names_in_sdist(built))
    assert {
        "README.md",
        "CHANGELOG.md",
        "LICENSE",
        "docs/compatibility.md",
        "tests/conftest.py",
        "pyproject.toml",
    } <= found
    assert not [name for name in found if "__pycache__" in name or name.startswith((".git/", "dist/"))]


def test_bill_of_materials_is_valid(built, tmp_path):
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    file = tmp_path / "sbom.cdx.json"
    release().main(["sbom", str(built), str(file)])
    text = file.read_text(encoding="utf-8")
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    document = json.loads(text)
    components = {each["name"]: each for each in document["components"]}
    assert {path.name for path in built.iterdir()} <= components.keys()
    wanted = set().union(*(names(each) for each in PROJECT["optional-dependencies"].values()))
    assert wanted == {name.lower() for name, each in components.items() if each["type"] == "library"}
    assert release().bill_of_materials(built) == document


def test_builds_that_differ_are_refused(tmp_path, monkeypatch):
    module = release()
    numbers = iter("12")

    def build(command, **_):
        target = Path(command[command.index("--outdir") + 1])
        target.mkdir(parents=True)
        (target / "a.whl").write_text(next(numbers))

    monkeypatch.setattr(module.shutil, "copytree", lambda *_, **__: None)
    monkeypatch.setattr(module.subprocess, "run", build)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1")
    with pytest.raises(SystemExit, match="two builds differ"):
        module.build(tmp_path / "dist")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "a").write_text("")
    with pytest.raises(SystemExit, match="is not empty"):
        module.build(tmp_path / "full")


def test_tag_is_the_version_and_in_the_changelog(monkeypatch, tmp_path):
    module = release()
    with pytest.raises(SystemExit, match=r"the tag is v9.9.9, and the version"):
        module.main(["tag", "v9.9.9"])
    (tmp_path / "cookiegate").mkdir()
    shutil.copy(CHECKOUT / "cookiegate" / "__init__.py", tmp_path / "cookiegate")
    monkeypatch.setattr(module, "CHECKOUT", tmp_path)
    (tmp_path / "CHANGELOG.md").write_text("## [Unreleased]\n")
    with pytest.raises(SystemExit, match=r"CHANGELOG\.md has no section"):
        module.main(["tag", f"v{module.version()}"])
    (tmp_path / "CHANGELOG.md").write_text(f"## [{module.version()}] - 2026-01-12\n")
    module.main(["tag", f"v{module.version()}"])
    with pytest.raises(SystemExit, match="What a release is made with"):
        module.main([])


# Workflows


def steps_of(workflow):
    for job in workflow["jobs"].values():
        yield from job["steps"]


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.name)
def test_workflow_has_the_least_permissions(file):
    workflow = yaml.safe_load(file.read_text(encoding="utf-8"))
    assert workflow["permissions"] in ({}, {"contents": "read"})
    for name, job in workflow["jobs"].items():
        given = job.get("permissions", {})
        assert given in ({}, {"contents": "read"}) or (name, given) == ("publish", {"id-token": "write"})
        assert job["timeout-minutes"] <= 60
    for step in steps_of(workflow):
        assert ("uses" in step) != ("run" in step)
        if "actions/checkout" in step.get("uses", ""):
            assert step["with"]["persist-credentials"] is False
    assert "secrets." not in file.read_text(encoding="utf-8")


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.name)
def test_what_a_workflow_uses_has_a_version_and_a_known_owner(file):
    workflow = yaml.safe_load(file.read_text(encoding="utf-8"))
    for step in steps_of(workflow):
        if used := step.get("uses"):
            owner, _, version = used.partition("@")
            assert owner.startswith(("actions/", "pypa/"))
            assert re.fullmatch(r"v[0-9]+|release/v[0-9]+|[0-9a-f]{40}", version)


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.name)
def test_every_command_of_a_workflow_exists(file):
    workflow = yaml.safe_load(file.read_text(encoding="utf-8"))
    targets = set(re.findall(r"^(\w+):", text_of("Makefile"), re.MULTILINE))
    for step in steps_of(workflow):
        for line in step.get("run", "").splitlines():
            assert "${{" not in line  # what others choose is never part of a command
            words = shlex.split(line.removeprefix("sudo --preserve-env=PATH "))
            if words[0] == "make":
                assert set(words[1:]) <= targets
            elif words[0] == "python":
                assert words[1] == "-m" or (CHECKOUT / words[1]).is_file()
            else:
                assert shutil.which(words[0]) or os.access(CHECKOUT / words[0], os.X_OK), words[0]
            paths = [word for word in words[1:] if word.startswith(("tests/", ".ci/"))]
            assert all((CHECKOUT / path).exists() for path in paths)
            for extra in re.findall(r"\.\[(\w+)\]", line):
                assert extra in PROJECT["optional-dependencies"]


def test_tests_run_on_every_python_that_is_promised():
    workflow = yaml.safe_load(text_of(".github/workflows/tests.yml"))
    listed = workflow["jobs"]["tests"]["strategy"]["matrix"]["python"]
    promised = [each.rpartition(" ")[2] for each in PROJECT["classifiers"] if re.search(r":: 3\.\d+$", each)]
    assert [version for version in listed if not version.endswith("t")] == promised
    assert [version for version in listed if version.endswith("t")] == ["3.13t", "3.14t"]
    assert PROJECT["requires-python"] == f">={promised[0]}"


def test_publishing_waits_for_the_build_and_needs_no_secret():
    workflow = yaml.safe_load(text_of(".github/workflows/release.yml"))
    triggers = workflow[True]  # YAML 1.1 reads `on` as true
    publish = workflow["jobs"]["publish"]
    assert (triggers, publish["needs"], publish["environment"]) == ({"push": {"tags": ["v*"]}}, "build", "pypi")
    runs = [step["run"] for step in workflow["jobs"]["build"]["steps"] if "run" in step]
    assert [line.split()[2] for line in runs if ".ci/release.py" in line] == ["tag", "build", "sbom"]
    assert "python .ci/release.py build" in text_of(".ci/run")
    assert "python .ci/release.py sbom" in text_of(".ci/run")


@pytest.mark.parametrize("name", ["bug.yml", "idea.yml"])
def test_issue_form_is_one(name):
    form = yaml.safe_load(text_of(f".github/ISSUE_TEMPLATE/{name}"))
    assert form["name"]
    assert form["description"]
    ids = [field["id"] for field in form["body"] if field["type"] != "markdown"]
    assert len(ids) == len(set(ids)) >= 2
    assert any(field.get("validations", {}).get("required") for field in form["body"])
    commands = re.findall(r"`cookiegate ([a-z]+)", text_of(f".github/ISSUE_TEMPLATE/{name}"))
    assert set(commands) <= {"explain", "doctor"}


def test_links_of_the_pull_request_template_lead_somewhere():
    text = text_of(".github/pull_request_template.md")
    for link in re.findall(r"\]\(\.\./([^)]+)\)", text):
        assert (CHECKOUT / link).is_file()
    for target in set(re.findall(r"make ([a-z ]+)`", text)):
        for word in target.split():
            assert re.search(rf"^{word}:", text_of("Makefile"), re.MULTILINE)
