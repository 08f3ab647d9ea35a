"""The scripts as a browser gets them, each under a name that carries a digest of its octets.

The guard is the built script and the rules of one gate, in one classic script; what it fetches later is the same for
every gate.

Law: whatever changes in a file changes its name. So browsers may keep it for a year.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files
from json import dumps
from re import fullmatch
from weakref import ref

from cookiegate.gate import CookieGate
from cookiegate.scripts.rules import rules_of

__all__ = ["ScriptFile", "find_file", "guard_of", "script_url"]

DEFAULT_PLACE = "/cookie-settings"
_LATER = ("companion", "databases", "waiting")
_PLACE_OF_RULES = '"@rules@"'
_made: dict[int, tuple["ref[CookieGate]", "ScriptFile"]] = {}


@dataclass(frozen=True, slots=True)
class ScriptFile:
    """One script."""

    name: str
    body: bytes
    """JavaScript, in ASCII."""
    digest: str
    """16 hexadecimal digits of SHA-256."""

    @property
    def path(self) -> str:
        """Where it is, below the settings page."""
        return f"/{self.name}-{self.digest}.js"


def guard_of(gate: CookieGate) -> ScriptFile:
    """Return a gate's guard; it is made when it is asked for first."""
    key = id(gate)
    known = _made.get(key)
    if known is not None and known[0]() is gate:
        return known[1]
    rules = rules_of(gate)
    rules |= {name: file.path for name, file in _later().items() if name != "databases" or rules.get("indexeddb")}
    # A text for the guard to parse: what is broken in it must not keep the guard from starting.
    text = dumps(dumps(rules, separators=(",", ":"))).replace("</", "<\\/")
    guard = _file("guard", _built("guard").replace(_PLACE_OF_RULES, text, 1))
    _made[key] = ref(gate, lambda _: _made.pop(key, None)), guard
    return guard


def script_url(gate: CookieGate, base: str | None = None) -> str:
    """Return the URL of a gate's guard, as a path.

    `base`: where browsers find the settings page; if not given, the gate's `settings_url`, or `/cookie-settings`.
    """
    place = gate.settings_url or DEFAULT_PLACE if base is None else base
    return f"{place}{guard_of(gate).path}"


def find_file(gate: CookieGate, path: str) -> tuple[ScriptFile, bool] | None:
    """Return the script at a path below the settings page, and whether the path has its digest; `None`: none is there.

    A page that a cache kept for long may ask for an old digest. It gets the present script: without the guard, nothing
    would hold the page's scripts.
    """
    named = fullmatch(r"/(guard|companion|databases|waiting)-[0-9a-f]{16}\.js", path)
    if named is None:
        return None
    file = guard_of(gate) if named[1] == "guard" else _later()[named[1]]
    return file, file.path == path


@cache
def _later() -> Mapping[str, ScriptFile]:
    return {name: _file(name, _built(name)) for name in _LATER}


def _built(name: str) -> str:
    return files(__package__).joinpath("built", f"{name}.js").read_text(encoding="ascii")


def _file(name: str, text: str) -> ScriptFile:
    body = text.encode("ascii")
    return ScriptFile(name, body, sha256(body).hexdigest()[:16])
