"""The store of receipts vanishes while visitors choose: each choice counts, and its receipt is there in the end."""

import sqlite3
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

pytest.importorskip("sqlalchemy", reason="receipts are an extra")
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="gunicorn needs fork")

CHOICES = 60


def choose(soak, address, ids):
    """Let visitors choose at once; return what became of each: status, and its consent cookie."""

    def visit(id):
        visitor = soak.client.Client(address)
        response = visitor.get(f"/choice/{id}", [("X-Forwarded-Proto", b"https")])
        visitor.close()
        return response.status, [line for line in response.all("set-cookie") if b"c=statistics" in line] != []

    with ThreadPoolExecutor(6) as pool:
        return list(pool.map(visit, ids))


def stored(path):
    """Return the ids of the visitors whose receipts are stored."""
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as connection:
        found = [row[0] for row in connection.execute("SELECT pii_principal_id FROM cookiegate_receipts")]
    connection.close()
    return found


def ids(word):
    return [f"{word}-{number}" for number in range(CHOICES)]


def take_file_away(store, away):
    """Move the database and its log away, and put something in its place that can't be written."""
    away.mkdir()
    for path in store.parent.glob(f"{store.name}*"):
        if path.is_file():
            path.rename(away / path.name)
    store.mkdir()


def bring_file_back(store, away):
    store.rmdir()
    for path in away.iterdir():
        path.rename(store.parent / path.name)


def take_directory_away(store, away):
    """Move all away, the database and the place of the spool beside it, and put a file in its place."""
    store.parent.rename(away)
    store.parent.touch()


def bring_directory_back(store, away):
    store.parent.unlink()
    away.rename(store.parent)


LOSSES = {
    "the file of receipts vanishes": (take_file_away, bring_file_back, "the choice counts; its receipt waits on disk"),
    "the directory of receipts and spool vanishes": (
        take_directory_away, bring_directory_back, "the choice counts; its receipt waits in memory",
    ),
}  # fmt: skip


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("server", ["uvicorn, 2 workers", "gunicorn, 2 workers of 8 threads"])
def test_store_that_vanishes_loses_no_choice_and_no_receipt(soak, wait_until, tmp_path, promise, server, loss):
    take_away, bring_back, text = LOSSES[loss]
    promise("Faults", loss, server, text)
    store, away = tmp_path / "receipts" / "receipts.db", tmp_path / "away"
    store.parent.mkdir()
    given = [*ids("before"), *ids("meanwhile"), *ids("afterwards")]
    with soak.serving(server, tmp_path, RECEIPTS=str(store)) as running:
        answers = choose(soak, running.address, ids("before"))
        take_away(store, away)
        answers += choose(soak, running.address, ids("meanwhile"))
        bring_back(store, away)
        answers += choose(soak, running.address, ids("afterwards"))
        wait_until(lambda: len(stored(store)) >= len(given), "a receipt of every choice")
        found = stored(store)
    assert answers == [(200, True)] * len(given)
    assert sorted(found) == sorted(given)
    assert "receipts: the store fails" in running.output
    assert "Traceback" not in running.output
