"""What `peers.toml` says: the projects, where the gate goes in each, and which tests may fail with it.

Law: a project is pinned, with everything that its tests need; a test that may fail has its reason.
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

__all__ = ["HERE", "MODES", "Difference", "Listing", "Peer", "read_listing"]

HERE = Path(__file__).parent
MODES = ("transparent", "default", "watched")
"""The runs with the gate; see `inside/peer_gate.py`."""

_PINNED = re.compile(r"[A-Za-z0-9._-]+(?:\[[a-z0-9,_-]+\])?==[0-9][A-Za-z0-9.+!-]*")
_GATE_KINDS = ("asgi", "wsgi")
_GATE_PLACES = ("argument", "attribute")
_ALL = frozenset({"transparent", "default", "watched"})


@dataclass(frozen=True, kw_only=True)
class Peer:
    """A project whose tests are run."""

    name: str
    sdist: str
    """The source distribution that contains the tests: `Flask==3.1.3`."""
    requirements: tuple[str, ...] = ()
    """What its tests need besides; `locks/NAME.txt` pins all of it."""
    gates: tuple[dict[str, str], ...] = ()
    """Where the gate goes; see `inside/peer_gate.py`."""
    tests: tuple[str, ...] = ()
    """Files and folders of tests, or labels of Django's."""
    options: tuple[str, ...] = ()
    """Further arguments of the program that runs the tests."""
    script: str | None = None
    """The project's own program that runs its unittest cases; without it, pytest does."""
    folder: str = "."
    """Where it runs, in the source distribution."""
    environment: dict[str, str] = field(default_factory=dict)
    seconds: int = 600
    """No run takes longer."""

    @property
    def version(self) -> str:
        """The version of the project."""
        return self.sdist.partition("==")[2]

    @property
    def project(self) -> str:
        """The name of the project in the package registry."""
        return self.sdist.partition("==")[0]

    @property
    def lock(self) -> Path:
        """The file that pins every package of this peer's environment."""
        return HERE / "locks" / f"{self.name}.txt"


@dataclass(frozen=True, kw_only=True)
class Difference:
    """Tests of one project that fail with the gate, and why that is right."""

    peer: str
    reason: str
    tests: tuple[str, ...]
    """Their ids; `*` in an id means any text, and nothing else is special."""
    modes: frozenset[str] = _ALL


@dataclass(frozen=True)
class Listing:
    """Everything that the file says."""

    peers: tuple[Peer, ...]
    differences: tuple[Difference, ...]
    without_tests: tuple[str, ...]
    """Projects whose source distribution holds no tests: `channels==4.3.2`."""

    def peer(self, name: str) -> Peer | None:
        """Find a peer by its name, in any case."""
        return next((peer for peer in self.peers if peer.name.lower() == name.lower()), None)

    def differences_of(self, peer: str, mode: str) -> tuple[Difference, ...]:
        """Return what is recorded for a peer in a mode."""
        mode = "default" if mode == "explained" else mode
        return tuple(each for each in self.differences if each.peer == peer and mode in each.modes)

    def problems(self) -> Iterator[str]:
        """Say what is wrong with the file."""
        names = [peer.name for peer in self.peers]
        yield from (f"peer {name!r}: is there twice" for name in {name for name in names if names.count(name) > 1})
        for peer in self.peers:
            yield from (f"peer {peer.name!r}: {problem}" for problem in _peer_problems(peer))
        for peer in self.without_tests:
            if not _PINNED.fullmatch(peer):
                yield f"without_tests: {peer!r} is not pinned; write NAME==VERSION"
        for each in self.differences:
            where = f"difference of {each.peer!r}, {each.reason[:40]!r}"
            if each.peer not in names:
                yield f"{where}: there is no such peer"
            if len(each.reason.split()) < 4 or not each.reason.endswith("."):
                yield f"{where}: the reason is no sentence"
            if not each.tests or not all(test.strip() for test in each.tests):
                yield f"{where}: names no test"
            yield from (f"{where}: {test!r} allows every test" for test in each.tests if not test.strip("*:./"))
            if not each.modes or each.modes - _ALL:
                yield f"{where}: unknown mode; use {', '.join(MODES)}"


def _peer_problems(peer: Peer) -> Iterator[str]:
    if not _PINNED.fullmatch(peer.sdist):
        yield f"sdist {peer.sdist!r} is not pinned; write NAME==VERSION"
    if not peer.gates:
        yield "no gate goes anywhere"
    for gate in peer.gates:
        keys = set(gate)
        kinds, places = keys.intersection(_GATE_KINDS), keys.intersection(_GATE_PLACES)
        is_django = keys == {"django"}
        if not is_django and not (len(kinds) == 1 and len(places) <= 1 and keys == kinds | places | keys & {"result"}):
            yield f"gate {gate!r}: name one of asgi, wsgi, django, and one of argument, attribute, result at most"
    if not peer.lock.is_file():
        yield "has no lock; run python -m tests.peers --lock with its name"
        return
    lines = peer.lock.read_text(encoding="utf-8").splitlines()
    yield from (f"{peer.lock.name}: {line!r} is not pinned" for line in lines if not _PINNED.fullmatch(line))
    own = f"{_normal(peer.project)}=={peer.version}"
    if own not in {f"{_normal(line.partition('==')[0])}=={line.partition('==')[2]}" for line in lines}:
        yield f"{peer.lock.name}: {peer.sdist} is not in it; run python -m tests.peers --lock {peer.name}"


def _normal(project: str) -> str:
    return re.sub(r"[-_.]+", "-", project).lower()


def read_listing(path: Path = HERE / "peers.toml") -> Listing:
    """Read the file.

    Raises: `TypeError` for an unknown key, `KeyError` for a missing one, and what `tomllib` raises.
    """
    document = tomllib.loads(path.read_text(encoding="utf-8"))
    return Listing(
        peers=tuple(Peer(**_frozen(table)) for table in document.pop("peer", [])),
        differences=tuple(_difference(table) for table in document.pop("difference", [])),
        without_tests=tuple(document.pop("without_tests", [])),
    )


def _difference(table: dict[str, Any]) -> Difference:
    modes = frozenset(table.pop("modes", MODES))
    return Difference(**_frozen(table), modes=modes)


def _frozen(table: dict[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in table.items()}
