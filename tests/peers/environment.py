"""A peer's source distribution and its environment, both from the package registry by pip, kept between runs.

What is kept is bounded: one source distribution and one environment for each peer, the latest.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import venv
from pathlib import Path

from tests.peers.listing import Peer

__all__ = ["PeerError", "default_cache", "environment", "lock", "sdist", "unpack"]

INSTALL_S = 900
ALWAYS = ("pytest", "pytest-timeout")


class PeerError(Exception):
    """A peer can't be had, or its tests can't be run."""


def default_cache() -> Path:
    """Return the folder that keeps downloads and environments between runs."""
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path(tempfile.gettempdir())) / "cookiegate-peers"


def sdist(peer: Peer, cache: Path) -> Path:
    """Return the source distribution, downloaded if it is not there yet."""
    folder = cache / peer.name / f"sdist-{peer.version}"
    if not (found := _archives(folder)):
        _forget(cache / peer.name, "sdist-*")
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", peer.project]
        _run([*pip, "--dest", str(folder), peer.sdist], f"{peer.name}: download {peer.sdist}")
        found = _archives(folder)
    if len(found) != 1:
        raise PeerError(f"{peer.name}: {peer.sdist}: there is no source distribution")
    return found[0]


def unpack(archive: Path, into: Path) -> Path:
    """Unpack a source distribution; return its one folder."""
    with tarfile.open(archive) as tar:
        safely = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}  # CPython 3.11.4 and later
        tar.extractall(into, **safely)
    return next(path for path in into.iterdir() if path.is_dir())


def environment(peer: Peer, cache: Path) -> Path:
    """Return the Python of the peer's environment, made if it is not there yet, or if its lock has changed."""
    wanted = peer.lock.read_bytes() + sys.version.encode()
    folder = cache / peer.name / f"venv-{hashlib.sha256(wanted).hexdigest()[:16]}"
    python = _python(folder)
    if not (folder / "complete").is_file():
        _forget(cache / peer.name, "venv-*")
        _create(folder)
        install = [*_pip(python), "install", "--no-deps", "--no-compile", "-r", str(peer.lock)]
        _run(install, f"{peer.name}: install what its tests need")
        (folder / "complete").touch()
    return python


def lock(peer: Peer, cache: Path) -> int:
    """Pin what pip finds today for the peer and what its tests need; return the number of packages."""
    with tempfile.TemporaryDirectory(dir=_made(cache)) as place:
        folder = Path(place) / "venv"
        _create(folder)
        pip = _pip(_python(folder))
        wanted = [peer.sdist, *ALWAYS, *peer.requirements]
        _run([*pip, "install", *wanted], f"{peer.name}: find what its tests need")
        frozen = _run([*pip, "freeze", "--all", "--exclude", "pip"], f"{peer.name}: list what its tests need")
    lines = sorted(frozen.split(), key=str.lower)
    peer.lock.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return len(lines)


def _create(folder: Path) -> None:
    venv.create(folder, with_pip=False, clear=True)


def _pip(python: Path) -> list[str]:
    """Return the command by which this process's pip works for another environment, which needs none of its own."""
    return [sys.executable, "-m", "pip", "--python", str(python)]


def _python(folder: Path) -> Path:
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def _archives(folder: Path) -> list[Path]:
    return [*folder.glob("*.tar.gz")]


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _forget(folder: Path, pattern: str) -> None:
    """Remove what was kept of another version."""
    for old in folder.glob(pattern):
        shutil.rmtree(old)


def _run(command: list[str], what: str) -> str:
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, encoding="utf-8", timeout=INSTALL_S, check=False,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise PeerError(f"{what}: took more than {INSTALL_S} seconds") from None
    if done.returncode:
        raise PeerError(f"{what}: {(done.stderr or done.stdout).strip()[-1500:]}")
    return done.stdout
