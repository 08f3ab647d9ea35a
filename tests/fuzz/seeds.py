"""The fuzz targets and their seeds: hand-made inputs, from which a guided run starts and over which the tests run.

The seeds of a target are the lines of `corpus/<target>.txt` (Python's escapes, `#` begins a comment), or the files in
`corpus/<target>/`. Knows nothing of the fuzzer.
"""

import importlib.util
import random
from collections.abc import Callable
from functools import partial
from pathlib import Path
from time import process_time
from types import ModuleType

HERE = Path(__file__).resolve().parent
STRETCHED = {"set-cookie": 60_000, "cookie": 60_000, "consent": 60_000, "markdown": 8_000, "html": 8_000}
"""How long an input is made to see whether time grows faster than it: as long as servers let a header be."""
MOST_S, MOST_S_AN_OCTET = 0.1, {"set-cookie": 1e-5, "cookie": 1e-5, "consent": 1e-5, "markdown": 5e-4, "html": 5e-4}
"""How much processor time an input may take, and how much more for each of its octets."""
TARGETS = ("set-cookie", "cookie", "consent", "markdown", "html")


def load_check(target: str) -> Callable[[bytes], None]:
    """Return the function that tries one input of a target; it raises if something does not hold."""
    if target in ("markdown", "html"):
        return partial(load_target("declaration").check_as, target)
    check: Callable[[bytes], None] = load_target(target).check
    return check


def check_speed(target: str, check: Callable[[bytes], None], octets: bytes, slack: float = 1) -> None:
    """Try one input, and tell whether it takes too long for its length.

    Raises: `AssertionError` too where it takes more processor time than its octets allow for, times the slack.
    """
    begin = process_time()
    check(octets)
    took_s = process_time() - begin
    most_s = slack * (MOST_S + MOST_S_AN_OCTET[target] * len(octets))
    assert took_s <= most_s, f"{took_s:.2f} s of processor time for {len(octets)} octets; {most_s:.2f} s are allowed"


def stretched(target: str, octets: bytes, salt: int = 0) -> bytes:
    """Return the input with one piece of it so often in its place that the whole is long.

    The input and the salt say which piece: half of the time one octet that is there twice already.
    """
    chance = random.Random(octets + bytes([salt]))
    twice = [at for at in range(len(octets) - 1) if octets[at] == octets[at + 1]]
    if twice and chance.random() < 0.5:
        at, width = chance.choice(twice), 1
    else:
        at, width = chance.randint(0, max(len(octets) - 1, 0)), chance.choice((1, 1, 2, 3, 5, 8))
    piece = octets[at : at + width] or b" "
    times = max(STRETCHED[target] - len(octets), 0) // len(piece)
    return octets[:at] + piece * times + octets[at:]


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
