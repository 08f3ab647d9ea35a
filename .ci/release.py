"""What a release is made with: `python .ci/release.py tag|build|sbom`; the workflow and `.ci/run` call the same.

    tag v1.2.3              fails unless the tag is the package's version, and CHANGELOG.md has a section for it
    build DIRECTORY         builds sdist and wheel twice, in two places, and fails unless their octets are equal
    sbom DIRECTORY FILE     writes a bill of materials (CycloneDX 1.6, JSON) for what is in DIRECTORY

Builds are reproducible: SOURCE_DATE_EPOCH is the time of the last commit.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

CHECKOUT = Path(__file__).resolve().parent.parent
_VERSION = re.compile(r'^__version__ = "([^"]+)"$', re.MULTILINE)
_REQUIREMENT = re.compile(r"([A-Za-z0-9._-]+)(?:\[([A-Za-z0-9,._-]+)\])?\s*([^;]*)")


def version() -> str:
    """Return the version of the package."""
    found = _VERSION.search((CHECKOUT / "cookiegate" / "__init__.py").read_text(encoding="utf-8"))
    if found is None:
        raise SystemExit("cookiegate/__init__.py has no __version__")
    return found[1]


def check_tag(tag: str) -> None:
    """Fail unless a tag is that of the version, and the changelog has a section for it."""
    if tag != f"v{version()}":
        raise SystemExit(f"the tag is {tag}, and the version {version()}: tag v{version()}, or change __version__")
    changes = (CHECKOUT / "CHANGELOG.md").read_text(encoding="utf-8")
    if not re.search(rf"^## \[?{re.escape(version())}\]?(?: |$)", changes, re.MULTILINE):
        raise SystemExit(f"CHANGELOG.md has no section {version()}: give what is unreleased this number and a date")


def build(directory: Path) -> dict[str, str]:
    """Build twice and compare; return the digest of each distribution."""
    if directory.exists() and any(directory.iterdir()):
        raise SystemExit(f"{directory} is not empty; choose a new directory")
    digests = []
    with tempfile.TemporaryDirectory() as work:
        for number in ("first", "second"):
            source, target = Path(work) / number / "source", Path(work) / number / "dist"
            shutil.copytree(CHECKOUT, source, ignore=shutil.ignore_patterns(".git", "dist", "__pycache__", ".*_cache"))
            subprocess.run(  # noqa: S603  # our own words
                [sys.executable, "-m", "build", "--outdir", str(target), str(source)],
                check=True, stdout=subprocess.DEVNULL, env=os.environ | {"SOURCE_DATE_EPOCH": _epoch()},
            )  # fmt: skip
            digests.append({path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in target.iterdir()})
        if digests[0] != digests[1]:
            raise SystemExit(f"two builds differ: {digests[0]} and {digests[1]}")
        directory.mkdir(parents=True, exist_ok=True)
        for path in target.iterdir():
            shutil.copy(path, directory)
    return digests[0]


def _epoch() -> str:
    """Return SOURCE_DATE_EPOCH: as it is given, else the time of the last commit, else a fixed one."""
    if given := os.environ.get("SOURCE_DATE_EPOCH"):
        return given
    command = ["git", "-C", str(CHECKOUT), "log", "-1", "--format=%ct"]
    try:
        done = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603  # our own words
    except OSError:
        return "1577836800"
    return done.stdout.strip() or "1577836800"


def bill_of_materials(directory: Path) -> dict[str, object]:
    """Return a CycloneDX document: the package, its files with their digests, and what each extra asks for.

    The package itself has no dependencies; each requirement of an extra is a component that is optional.
    Source: https://cyclonedx.org/docs/1.6/json/
    """
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    name, number = project["name"], version()
    own = f"pkg:pypi/{name}@{number}"
    files = [
        {
            "type": "file",
            "bom-ref": path.name,
            "name": path.name,
            "hashes": [{"alg": "SHA-256", "content": hashlib.sha256(path.read_bytes()).hexdigest()}],
        }
        for path in sorted(directory.iterdir())
    ]
    wanted: dict[str, dict[str, object]] = {}
    extras: dict[str, list[dict[str, str]]] = {}
    for extra, requirements in sorted(project["optional-dependencies"].items()):
        for requirement in requirements:
            found = _REQUIREMENT.match(requirement)
            if found is None or found[1] == name:
                continue
            reference = f"pkg:pypi/{found[1].lower()}"
            properties = extras.setdefault(reference, [])
            wanted[reference] = {
                "type": "library", "bom-ref": reference, "name": found[1], "purl": reference, "scope": "optional",
                "properties": properties,
            }  # fmt: skip
            properties.append({"name": f"cookiegate:extra:{extra}", "value": found[3].strip() or "any version"})
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid5(NAMESPACE_URL, own + ''.join(map(str, files)))}",
        "version": 1,
        "metadata": {
            "component": {
                "type": "library", "bom-ref": own, "name": name, "version": number, "purl": own,
                "description": project["description"], "licenses": [{"license": {"id": project["license"]}}],
            },
        },
        "components": [*files, *(wanted[key] for key in sorted(wanted))],
        "dependencies": [{"ref": own, "dependsOn": []}],
    }  # fmt: skip


def names_in_sdist(directory: Path) -> list[str]:
    """Return the names in the source distribution, without its top directory."""
    [archive] = directory.glob("*.tar.gz")
    with tarfile.open(archive) as opened:
        return [name.partition("/")[2] for name in opened.getnames()]


def main(arguments: list[str]) -> None:
    """Do what is asked."""
    match arguments:
        case ["tag", tag]:
            check_tag(tag)
        case ["build", directory]:
            for name, digest in sorted(build(Path(directory)).items()):
                sys.stdout.write(f"{digest}  {name}\n")
        case ["sbom", directory, file]:
            text = json.dumps(bill_of_materials(Path(directory)), indent=2) + "\n"
            Path(file).write_text(text, encoding="utf-8")
        case _:
            raise SystemExit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
