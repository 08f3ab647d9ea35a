"""Many processes write at once, and one is killed: nothing acknowledged is lost, and the chain is whole.

Each of the four processes writes 120 receipts; 2,500 with `--stress`.
"""

import json

import pytest

WORKERS = """
import json, os, signal, sys
from concurrent.futures import ThreadPoolExecutor
import psycopg, sqlalchemy
from cookiegate import Registry
from cookiegate.receipts import Receipts
url, spool, each, is_killing = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4] == "kill"

def work(out, count):
    receipts = Receipts(url, registry=Registry(), spool=spool, retry_s=(0.05, 0.5), limit_per_minute=None)
    def record(number):
        receipt = receipts.record(id=f"visitor-{number}", granted={"statistics"}, how="own-choice", where="page")
        os.write(out, receipt.record_id.encode() + b"\\n")  # acknowledged
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(record, range(count)))
    receipts.close()

workers = []
for _ in range(4):
    reading, writing = os.pipe()
    process = os.fork()
    if not process:
        work(writing, each * 50 if is_killing and not workers else each)  # it is not done when it is killed
        os._exit(0)
    os.close(writing)
    workers.append((process, os.fdopen(reading)))
acknowledged = []
if is_killing:
    victim, its = workers[0]
    acknowledged += [its.readline() for _ in range(each // 3)]
    os.kill(victim, signal.SIGKILL)
for _, its in workers:
    acknowledged += its.readlines()
print(json.dumps({
    "acknowledged": [line.strip() for line in acknowledged if line.endswith("\\n")],
    "ends": [os.waitpid(process, 0)[1] for process, _ in workers],
}))
"""


@pytest.fixture
def each(amount):
    """How many receipts each process writes."""
    return amount(120, 2500)


@pytest.fixture
def work(python, url, tmp_path, make, each):
    """Let four processes write; returns what was acknowledged, how they ended, and what is stored afterwards."""

    def run(kind):
        process = python(WORKERS, url, str(tmp_path / "spool"), str(each), kind)
        out, err = process.communicate(timeout=300)
        assert process.returncode == 0, err
        report = json.loads(out)
        receipts = make(url, registry=())  # takes over what a killed one has left in the spool
        assert receipts.flush(300)
        with receipts.store.receipts() as links:
            return report["acknowledged"], report["ends"], [link.body.record_id for link in links], receipts.store

    return run


@pytest.fixture
def report(promise, url):
    """Tell docs/trust.md what a test shows; how many receipts there were is not the same everywhere."""
    store = "PostgreSQL" if url.startswith("postgresql") else "SQLite"
    return lambda fault, outcome: promise("Proof of consent", store, fault, outcome)


def test_four_processes_write_at_once_and_none_is_lost(work, each, findings, report):
    report("four processes write at once", "none lost, none twice, chain whole")
    acknowledged, ends, stored, store = work("all")
    assert ends == [0] * 4
    assert (len(acknowledged), len(stored)) == (4 * each, 4 * each)
    assert set(stored) == set(acknowledged)
    assert findings(store) == []


def test_killed_process_loses_nothing_that_was_acknowledged(work, each, findings, report):
    report("one of them is killed (SIGKILL)", "nothing acknowledged is lost, chain whole")
    acknowledged, ends, stored, store = work("kill")
    assert ends == [9, 0, 0, 0]
    assert 3 * each + each // 3 <= len(acknowledged) <= len(stored)
    assert set(acknowledged) <= set(stored)
    assert len(stored) == len(set(stored))
    assert findings(store) == []
