"""Lets `time.sleep` sleep under libfaketime 0.9.10, which Debian 12 has; `.ci/dates` puts this directory first.

There the sleep of Python 3.11 and later fails with EINVAL as soon as the clock is moved and the monotonic clock is not:
https://github.com/wolfcw/libfaketime/issues/426.
"""

import select
import time


def sleep(seconds: float, /) -> None:
    """Wait as `time.sleep` does, by another system call."""
    if seconds < 0:
        raise ValueError("sleep length must be non-negative")
    select.select([], [], [], seconds)


time.sleep = sleep
