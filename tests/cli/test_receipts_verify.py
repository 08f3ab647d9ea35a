"""`cookiegate receipts verify` lists purges, because only people know which are theirs."""

import json
import re

import pytest
from typer.testing import CliRunner

from cookiegate import Registry
from cookiegate.cli.app import app
from cookiegate.receipts import Receipts

JANUARY = 1768204800.0  # Mon, 12 Jan 2026 08:00:00 GMT
DAY = 86400


@pytest.fixture
def receipts(tmp_path):
    """A store with ten receipts, one a day from 12 January 2026 on."""
    now = iter(range(10))
    made = Receipts(tmp_path / "r.db", registry=Registry(), clock=lambda: JANUARY + DAY * next(now))
    for _ in range(10):
        made.record(id=None, granted=(), how="reject-all", where="page")
    yield made
    made.close()


@pytest.fixture
def verify(receipts):
    """Run the command; returns exit code and standard output."""

    def run(*arguments):
        result = CliRunner().invoke(app, ["receipts", "verify", "--store", str(receipts.store.file), *arguments])
        return result.exit_code, result.stdout

    return run


@pytest.fixture
def purge(receipts):
    """A hundred days after 12 January 2026, purge receipts from before a day, given as days after that date."""
    from datetime import UTC, datetime, timedelta

    def run(days):
        first = datetime.fromtimestamp(JANUARY, UTC)
        receipts.store.purge(first + timedelta(days=days), first + timedelta(days=100))

    return run


def test_purge_is_listed_and_the_verdict_depends_on_whose_it_is(verify, purge):
    purge(3)
    code, out = verify()
    lines = out.splitlines()
    assert (code, lines[1]) == (0, "receipts  7, and 3 purged")
    assert lines[3] == (
        "purge     record 11, at 2026-04-22T08:00:00.000Z: 3 receipts from before 2026-01-15T08:00:00.000Z, "
        "numbers 1 to 3"
    )
    assert lines[4] == "every record is as it was written, if the purge is yours; note the head to prove it later"


def test_purge_since_the_noted_head_is_counted(verify, purge, receipts):
    purge(1)
    noted = str(receipts.store.head())
    summary = "every record is as it was written, and the noted head is in the chain"
    assert verify("--head", noted)[1].splitlines()[-1] == summary
    purge(2)
    assert verify("--head", noted)[1].splitlines()[-1] == f"{summary}, if the purge since then is yours"
    purge(3)
    assert verify("--head", noted)[1].splitlines()[-1] == f"{summary}, if the 2 purges since then are yours"
    assert ": 1 receipt from before " in verify()[1]


def test_newest_purges_are_listed_and_all_as_json(verify, purge):
    for days in range(1, 11):
        purge(days)
    purges = json.loads(verify("--json")[1])["purges"]
    assert [(each["sequence"], each["count"], each["late_days"]) for each in purges] == [
        (n, 1, 0) for n in range(11, 21)
    ]
    assert "before these" not in verify()[1]


def test_purges_that_find_no_room_are_counted(verify, purge, receipts, monkeypatch):
    monkeypatch.setattr("cookiegate.cli.receipts.verify._MAX_PURGES", 2)
    for days in (1, 2, 3):
        purge(days)
    lines = verify()[1].splitlines()
    assert lines[3] == "purges    1 before these; --json lists all"
    assert [line[:17] for line in lines[4:6]] == ["purge     record ", "purge     record "]


def test_purge_that_was_forged_is_not_as_written(verify, purge, receipts):
    import sqlite3
    from contextlib import closing

    noted = str(receipts.store.head())
    purge(3)
    with closing(sqlite3.connect(receipts.store.file)) as connection:
        connection.execute("UPDATE cookiegate_purges SET older_than = '2026-01-20T08:00:00.000Z'")
        connection.commit()
    code, out = verify("--head", noted)
    assert code == 1
    assert re.search(
        r"^record 11: it says that receipts from before .* were deleted, and record 4 is there$", out, re.MULTILINE
    )


def test_many_spans_of_a_purge_are_shortened(receipts, verify, purge):
    late = [receipts.store.find(link.body.record_id)[0].body for link in _links(receipts)]
    from dataclasses import replace

    for number, body in enumerate(late[:8]):
        odd = replace(body, record_id=f"{number:032x}", event_time=late[0 if number % 2 else 9].event_time)
        receipts.store.append([odd], {})
    purge(1)
    assert "numbers 1 to 1, 12 to 12, 14 to 14 and 2 more, some stored 8 days late or more\n" in verify()[1]


def _links(receipts):
    with receipts.store.receipts() as links:
        return list(links)
