"""Reads anew which names Python packages give their cookies: `python -m tests.registry.defaults`.

Downloads the newest version of each package in `known_defaults.json` with pip, without what it depends on, looks for
the names in its source, and writes versions and names back. It says what changed; a place in which nothing is found any
more is an error. Nothing of a package is run.
"""

import json
import re
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

RECORD = Path(__file__).with_name("known_defaults.json")
_VERSION = re.compile(r"-(\d[^-]*?)(?:-py|-cp|\.tar\.gz)")
_PLACEHOLDER = re.compile(r"%s|\{[^{}]*\}")


def download(package: str, folder: Path) -> Path:
    """Fetch the newest version of a package; return the archive."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(folder), package]
    subprocess.run(command, check=True, timeout=600)
    (archive,) = folder.iterdir()
    return archive


def text_of(archive: Path, path: str) -> str:
    """Return a file of a wheel or a source distribution, whatever the folder above it is called."""
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel:
            return wheel.read(path).decode("utf-8")
    with tarfile.open(archive) as source:
        (member,) = [each for each in source.getmembers() if each.name.partition("/")[2] == path]
        file = source.extractfile(member)
        assert file is not None
        return file.read().decode("utf-8")


def name_in(text: str, pattern: str, addition: str = "") -> str:
    """Return the cookie's name that a pattern finds; what is filled in at run time becomes `*`."""
    found = re.search(pattern, text)
    if found is None:
        raise LookupError(f"nothing fits {pattern!r}")
    return _PLACEHOLDER.sub("*", found[1]) + addition


def read(entry: dict, archive: Path) -> dict:
    """Return an entry with what the archive says."""
    version = _VERSION.search(archive.name)
    assert version is not None
    places = [
        {**place, "name": name_in(text_of(archive, place["file"]), place["pattern"], place.get("addition", ""))}
        for place in entry["places"]
    ]
    return {"package": entry["package"], "version": version[1], "places": places}


def main() -> int:
    """Read every package anew; 1 if something can't be read."""
    entries, failures = [], 0
    for entry in json.loads(RECORD.read_text(encoding="utf-8")):
        with tempfile.TemporaryDirectory() as folder:
            try:
                entries.append(read(entry, download(entry["package"], Path(folder))))
            except (LookupError, OSError, ValueError, subprocess.SubprocessError) as error:
                print(f"{entry['package']}: {error}; the record stays", file=sys.stderr)  # noqa: T201
                entries.append(entry)
                failures += 1
                continue
        if entries[-1] != entry:
            print(f"{entry['package']}: {entry['version']} -> {entries[-1]['version']}")  # noqa: T201
    RECORD.write_text(json.dumps(entries, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
