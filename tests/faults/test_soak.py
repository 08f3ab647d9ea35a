"""Load and faults: whatever breaks beside it, each visitor gets what the rules say, and no more memory is taken.

`--soak-seconds 300` lets each case run for five minutes instead of some seconds.
"""

import sys

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="gunicorn needs fork")

UVICORN, GUNICORN, WAITRESS = "uvicorn, 2 workers", "gunicorn, 2 workers of 8 threads", "waitress, 16 threads"
VISITS = 500
MANY = 2000
FAULTS = {
    "none": "the right cookies",
    "source raises": "necessary cookies only; logged once for each kind of error",
    "source returns nonsense": "necessary cookies only; logged once",
    "source sleeps": "the right cookies, later",
    "observer raises": "the right cookies; logged once",
    "recorder raises": "the right cookies; logged once",
}
LOGGED = {
    "source raises": ("the consent source raised", 4),
    "source returns nonsense": ("the consent source raised", 1),
    "observer raises": ("the observer raised", 1),
    "recorder raises": ("a recorder raised", 1),
}
CASES = [
    *((server, fault) for fault in FAULTS for server in (UVICORN, GUNICORN)),
    (WAITRESS, "none"),
    (WAITRESS, "source raises"),
]
WORDS = {"none": "rude clients beside honest ones"}
MAX_GROWTH_KIB = 24 * 1024


def running_soak(soak, pytestconfig, tmp_path, server, visits, *, refused="drop", fault="", **environment):
    """Serve, let the visitors come, and return the soak and what the server said."""
    seconds = pytestconfig.getoption("--soak-seconds")
    salt = f"{refused} {fault}"
    settings = {"FAULT": fault, "SALT": salt, "REFUSED": refused, **environment}
    with soak.serving(server, tmp_path, **settings) as running:
        made = soak.Soak(running.address, salt=salt, fault=fault, refused=refused)
        made.run(visits, seconds=seconds)
    return made, running.output


@pytest.mark.parametrize(("server", "fault"), CASES)
def test_visitors_get_what_the_rules_say(soak, pytestconfig, tmp_path, promise, server, fault):
    promise("Faults", WORDS.get(fault, f"consent {fault}" if "source" in fault else fault), server, FAULTS[fault])
    made, output = running_soak(soak, pytestconfig, tmp_path, server, VISITS, fault=fault)
    assert made.wrong == []
    assert sum(made.served.values()) >= (1 if pytestconfig.getoption("--soak-seconds") else VISITS)
    assert made.rude > 0
    if fault in LOGGED:
        words, kinds = LOGGED[fault]
        assert 1 <= output.count(words) <= kinds * len(made.served)
        assert output.count("Traceback") <= output.count(words) * 2  # the error, and what it was raised in
    else:
        assert "Traceback" not in output


@pytest.mark.parametrize("refused", ["session", "expire"])
@pytest.mark.parametrize("server", [UVICORN, GUNICORN])
def test_visitors_get_what_the_setting_says(soak, pytestconfig, tmp_path, promise, server, refused):
    promise("Faults", f'rude clients, refused="{refused}"', server, "the right cookies")
    made, output = running_soak(soak, pytestconfig, tmp_path, server, VISITS, refused=refused)
    assert made.wrong == []
    assert "Traceback" not in output


@pytest.mark.parametrize("server", [UVICORN, GUNICORN, WAITRESS])
def test_workers_memory_does_not_grow(soak, pytestconfig, tmp_path, promise, server):
    promise("Faults", "memory limit of 256 MiB for a worker, names and consents without end", server,
            "the right cookies; no growth")  # fmt: skip
    made, output = running_soak(soak, pytestconfig, tmp_path, server, MANY, MEMORY_MIB="256")
    assert made.wrong == []
    assert "MemoryError" not in output
    settled = {worker: sizes[len(sizes) // 2 :] for worker, sizes in made.rss_kib.items() if len(sizes) > VISITS}
    assert settled  # half of the visits have filled the tables and the server's own buffers
    for sizes in settled.values():
        assert max(sizes[-20:]) - max(sizes[:20]) < MAX_GROWTH_KIB


@pytest.mark.parametrize("server", [GUNICORN, WAITRESS])
def test_threads_that_change_places_all_the_time_keep_visitors_apart(soak, pytestconfig, tmp_path, promise, server):
    promise("Faults", "threads change places every microsecond", server, "the right cookies")
    made, output = running_soak(soak, pytestconfig, tmp_path, server, VISITS, HASTY="1")
    assert made.wrong == []
    assert "Traceback" not in output
