"""Says how slow this machine is, in percent of the one for which the limit of `.ci/run` was chosen; at least 100.

A run that is too slow is to be noticed, and a machine that is slow today is not to be blamed on the tests.
"""

from time import process_time

USUAL_S = 0.16
"""What `work` takes there."""


def work() -> float:
    """Return the processor seconds of a fixed piece of work."""
    begin = process_time()
    found = {str(number): number for number in range(400_000)}
    sum(found[key] for key in sorted(found))
    return process_time() - begin


if __name__ == "__main__":
    print(max(100, round(100 * min(work() for _ in range(5)) / USUAL_S)))  # noqa: T201  # a script
