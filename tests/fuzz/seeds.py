"""The fuzz targets and their seeds: hand-made inputs, from which a guided run starts and over which the tests run.

The seeds of a target are the lines of `corpus/<target>.txt` (Python's escapes, `#` begins a comment), or the files in
`corpus/<target>/`. Knows nothing of the fuzzer.
"""

import importlib.util
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import ModuleType

HERE = Path(__file__).resolve().parent
TARGETS = ("set-cookie", "cookie", "consent", "markdown", "html")


def load_check(target: str) -> Callable[[bytes], None]:
    """Return the function that tries one input of a target; it raises if something does not hold."""
    if target in ("markdown", "html"):
        return partial(load_target("declaration").check_as, target)
    check: Callable[[bytes], None] = load_target(target).check
    return check


def load_target(target: str) -> ModuleType:
    """Load the file of a target by its path: the tests are no package."""
    name = target.replace("-", "_")
    spec = importlib.util.spec_from_file_location(f"fuzz_{name}", HERE / "targets" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def seeds(target: str) -> list[bytes]:
    """Return the seeds of a target."""
    lines = HERE / "corpus" / f"{target}.txt"
    if not lines.is_file():
        return [path.read_bytes() for path in sorted((HERE / "corpus" / target).iterdir())]
    texts = [line for line in lines.read_text(encoding="ascii").splitlines() if line and not line.startswith("#")]
    return [text.encode("ascii").decode("unicode_escape").encode("latin-1") for text in texts]
