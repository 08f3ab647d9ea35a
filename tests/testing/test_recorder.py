"""The recorder in a worker process of pytest-xdist: it hands over, and fails nothing itself."""

from types import SimpleNamespace

import pytest

from cookiegate.testing.judging import Judge
from cookiegate.testing.recorder import Recorder
from cookiegate.testing.tally import Tally


def test_worker_hands_over_what_it_found(tmp_path):
    path = tmp_path / "cookies.toml"
    path.write_text("", encoding="utf-8")
    config = SimpleNamespace(workeroutput={})
    session = SimpleNamespace(exitstatus=pytest.ExitCode.OK)
    worker = Recorder(config, Judge(path), is_strict=False)
    worker._record("a client", "GET /", [b"tracker=1", b"tracker=1"])
    worker.pytest_sessionfinish(session)
    assert session.exitstatus == pytest.ExitCode.OK
    tally = Tally()
    tally.merge_json(config.workeroutput["cookiegate"])
    ((objection, sighting),) = tally.found.items()
    assert (objection.name, sighting.requests, tally.lines) == ("tracker", ["GET / (a client)"], 2)
