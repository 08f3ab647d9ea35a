"""Run one fuzz target under coverage guidance: `python tests/fuzz/run.py set-cookie --seconds 600`.

Starts from the seeds in `corpus/`; what covers new code is kept in `--keep`, so that a later run goes on from there.
Slowness is a finding too: each input is tried again with one of its pieces repeated, and must not take more processor
time than its length allows for. A finding is written to the current directory as `finding-…`; run it alone with
`--only FILE`, make a seed of it.
Needs `pip install atheris` (libFuzzer for CPython), which is no part of the tests: they run every target over
its seeds (`test_seeds.py`).
"""

import argparse
import logging
import re
import sys
import tempfile
from pathlib import Path

import atheris

SLACK = 2
"""How much longer all may take under instrumentation."""
HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1])]

from seeds import TARGETS, check_speed, load_check, seeds, stretched  # noqa: E402  # it lies beside this file, wherever one starts from


def main() -> None:
    """Fuzz until the time is up or something is found; libFuzzer ends the process."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("target", choices=TARGETS)
    parser.add_argument("--seconds", type=int, default=600, help="how long to run (600)")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="keep the inputs that cover new code there")
    parser.add_argument("--only", type=Path, metavar="FILE", help="run this input alone")
    given = parser.parse_args()
    logging.getLogger("cookiegate").addHandler(logging.NullHandler())
    logging.getLogger("cookiegate").propagate = False
    with atheris.instrument_imports(include=["cookiegate", "markdown_it"]):
        check = load_check(given.target)

    def check_twice(octets: bytes) -> None:
        check_speed(given.target, check, octets, SLACK)
        check_speed(given.target, check, stretched(given.target, octets), SLACK)

    if given.only:
        check_twice(given.only.read_bytes())
        return
    with tempfile.TemporaryDirectory() as directory:
        first, words = Path(directory, "seeds"), Path(directory, "words")
        keep = given.keep or Path(directory, "kept")
        first.mkdir()
        keep.mkdir(parents=True, exist_ok=True)
        found = seeds(given.target)
        for number, seed in enumerate(found):
            (first / f"seed-{number}").write_bytes(seed)
        known = {word.decode("ascii") for seed in found for word in re.findall(rb"[A-Za-z_$-]{3,24}", seed)}
        words.write_text("".join(f'"{word}"\n' for word in sorted(known)), encoding="ascii")
        options = [f"-dict={words}", f"-max_total_time={given.seconds}", "-max_len=4200", "-len_control=10",
                   "-timeout=20", "-artifact_prefix=finding-"]  # fmt: skip
        atheris.Setup([sys.argv[0], *options, str(keep), str(first)], check_twice)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
