"""Purges that somebody made up, who may write to the store and can reckon every hash: what is left gives them away."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from cookiegate.receipts.chain import ChainCheck
from cookiegate.receipts.links import Head, Link, Purge, PurgedRange
from cookiegate.receipts.receipt import time_text
from cookiegate.receipts.rows import purge_row

START = datetime(2026, 1, 1, tzinfo=UTC)
LATER = START + timedelta(days=100)


def day(number):
    return time_text(START + timedelta(days=number))


class Forger:
    """May write to the store, and knows how hashes are made. `removed`: the links of records that are gone."""

    def __init__(self, store):
        self.store = store
        with store.receipts() as links:
            self.links = {link.sequence: link for link in links}

    def execute(self, statement, rows=()):
        with self.store._engine.connect() as connection, connection.begin():
            connection.execute(text(statement), rows or None)

    def remove(self, first, last):
        self.execute(f"DELETE FROM cookiegate_receipts WHERE sequence BETWEEN {first} AND {last}")

    def span(self, first, last):
        before = self.links[first].previous_hash if first in self.links else "0" * 64
        return PurgedRange(first, last, before, self.links[last].hash if last in self.links else "0" * 64)

    def append(self, older_than, *spans, purged_at=None, count=None):
        """Append a purge with a hash that fits, and move the head."""
        ranges = tuple(each if isinstance(each, PurgedRange) else self.span(*each) for each in spans)
        number = sum(each.last - each.first + 1 for each in ranges) if count is None else count
        purge = Purge(purged_at=purged_at or time_text(LATER), older_than=older_than, count=number, ranges=ranges)
        link = Link.after(self.store.head(), purge)
        row = purge_row(link, purge)
        self.execute(
            f"INSERT INTO cookiegate_purges ({', '.join(row)}) VALUES ({', '.join(f':{name}' for name in row)})", [row]
        )
        self.execute("UPDATE cookiegate_chain SET sequence = :s, hash = :h", [{"s": link.sequence, "h": link.hash}])
        return link.sequence


@pytest.fixture
def store(tmp_path, make, choose):
    """Ten receipts of the days 0 to 9."""
    receipts = make(tmp_path / "receipts.db", clock=START.timestamp)
    first = choose(receipts, "visitor-0")
    others = [
        replace(
            first, record_id=f"{number:032x}", pii_principal_id=f"v-{number}", event_time=START + timedelta(days=number)
        )
        for number in range(1, 10)
    ]
    receipts.store.append(others, {})
    return receipts.store


@pytest.fixture
def forger(store):
    return Forger(store)


@pytest.fixture
def check(store):
    """Verify, with the head that was noted before anybody forged anything too; both must say the same."""
    noted = store.head()

    def run():
        findings = []
        for head in (None, noted):
            with store.chain() as (kept, purges, links):
                findings.append([str(each) for each in ChainCheck(purges, kept, head).findings(links)])
        assert findings[0] == findings[1]
        return findings[0]

    return run


def left(older_than, record):
    return f"record 11: it says that receipts from before {day(older_than)} were deleted, and record {record} is there"


def test_purge_of_what_is_oldest_is_clean(forger, store, check):
    store.purge(START + timedelta(days=3), LATER)
    assert check() == []
    store.purge(START + timedelta(days=5), LATER)
    assert check() == []


def test_forged_purge_of_what_is_oldest_can_not_be_told_from_a_real_one(forger, check, store):
    forger.remove(1, 3)
    forger.append(day(3), (1, 3))
    assert check() == []
    with store.chain() as (head, purges, links):
        walk = ChainCheck(purges, head)
        assert list(walk.findings(links)) == []
    assert [str(claim) for claim in walk.claims.all] == [
        f"record 11, at {time_text(LATER)}: 3 receipts from before {day(3)}, numbers 1 to 3"
    ]


def test_forged_purge_that_leaves_what_is_older_is_found_once(forger, check):
    forger.remove(5, 7)
    forger.append(day(8), (5, 7))
    assert check() == [left(8, 1)]


def test_forged_purge_is_found_after_a_real_one_too(forger, check, store):
    forger.remove(5, 7)
    forger.append(day(8), (5, 7))
    store.purge(START + timedelta(days=2), LATER)
    assert check() == [
        "record 12: it deleted record 1, which the purge at record 11 must have deleted",
        left(8, 3),
    ]


def test_forged_purge_is_found_by_a_real_one_that_deleted_what_was_left(forger, check, store):
    forger.remove(5, 7)
    forger.append(day(8), (5, 7))
    store.purge(START + timedelta(days=8), LATER)
    assert check() == ["record 12: it deleted record 1, which the purge at record 11 must have deleted"]


def test_forged_purge_of_the_middle_must_say_that_its_receipts_were_late(forger, store, check):
    forger.remove(5, 7)
    forger.append(day(0), (5, 7))
    assert check() == []
    with store.chain() as (head, purges, links):
        walk = ChainCheck(purges, head)
        list(walk.findings(links))
    assert str(walk.claims.all[0]).endswith("numbers 5 to 7, some stored 3 days late or more")


@pytest.mark.parametrize(
    ("older_than", "purged_at"),
    [("", None), ("yesterday", None), ("zzzz", None), ("2026-01-03", None), (day(2), "9"), ("+2026", None),
     ("2026-01-03T00:00:00.000+00:00", None), ("0001-01-01T00:00:00.000000Z", None),
     ("2026-13-01T00:00:00.000Z", None)],
)  # fmt: skip
def test_time_that_is_none_is_found(forger, check, older_than, purged_at):
    forger.remove(1, 2)
    forger.append(older_than, (1, 2), purged_at=purged_at)
    assert check() == ["record 11: its times can't be read"]


def test_purge_of_receipts_that_are_still_to_come_is_found(forger, check):
    forger.remove(1, 10)
    forger.append(time_text(LATER + timedelta(days=2)), (1, 10))
    assert check() == ["record 11: it deleted receipts that were not given yet"]


@pytest.mark.parametrize("count", [0, 1, 3, -2, 2**62])
def test_count_that_is_not_that_of_the_ranges_is_found(forger, check, count):
    forger.remove(1, 2)
    forger.append(day(2), (1, 2), count=count)
    assert check() == [f"record 11: it says that it deleted {count} receipts, and names others"]


def test_purge_of_nothing_is_found(forger, check):
    forger.append(day(0))
    assert check() == ["record 11: it deleted nothing, and such a purge leaves no record"]


@pytest.mark.parametrize(
    ("spans", "findings"),
    [
        ([(3, 4), (1, 2)], "1 to 2"),
        ([(1, 2), (3, 4)], "3 to 4"),
        ([(4, 1)], "4 to 1"),
        ([(0, 4)], "0 to 4"),
        ([(-1, 4)], "-1 to 4"),
    ],
)
def test_ranges_in_another_form_than_a_purge_writes_are_found(forger, check, spans, findings):
    forger.remove(1, 4)
    forger.append(day(4), *spans)
    assert f"record 11: it says that it deleted records {findings}, which can't be" in check()


def test_purge_of_what_came_after_it_is_found(forger, store, check, make, choose, tmp_path):
    """First the purge, then whatever the forger likes to lose."""
    forger.append(day(0), PurgedRange(12, 12, "0" * 64, "0" * 64))
    other = make(tmp_path / "receipts.db", clock=LATER.timestamp)
    choose(other, "v-12")
    choose(other, "v-13")
    forger.remove(12, 12)
    assert "record 11: it says that it deleted records 12 to 12, which can't be" in check()


def test_purge_of_what_is_still_there_is_found(forger, check):
    forger.remove(1, 1)
    forger.append(day(3), (1, 3))
    findings = check()
    assert "record 2: the purge at record 11 says that it was deleted" in findings
    assert "record 3: the purge at record 11 says that it was deleted" in findings


def test_purge_of_the_same_twice_is_found(forger, check, store):
    store.purge(START + timedelta(days=3), LATER)
    forger.remove(4, 5)
    forger.append(day(5), (1, 5))
    assert "record 12: it deleted record 1, and so did another purge" in check()


def test_purge_of_a_purge_is_found(forger, check, store):
    """An earlier purge is hidden in a range of a later one: no purge deletes purges."""
    store.purge(START + timedelta(days=3), LATER)
    forger.append(day(3), PurgedRange(11, 11, forger.links[10].hash, store.head().hash))
    assert "record 11: the purge at record 12 says that it was deleted" in check()


def test_purge_of_what_an_earlier_purge_must_have_deleted_is_found(forger, check, store):
    store.purge(START + timedelta(days=3), LATER)
    forger.remove(4, 6)
    forger.append(day(2), (4, 6))
    assert check() == ["record 12: it deleted record 4, which the purge at record 11 must have deleted"]


def test_late_receipt_that_came_after_a_purge_may_go_with_the_next(store, check, choose):
    store.purge(START + timedelta(days=3), LATER)
    late = replace(store.find("v-9")[0].body, record_id="f" * 32, pii_principal_id="late", event_time=START)
    store.append([late], {})
    assert check() == []
    store.purge(START + timedelta(days=1), LATER)
    assert check() == []


def test_purge_from_before_the_records_that_it_comes_after_is_found(forger, check):
    forger.remove(1, 2)
    forger.append(day(2), (1, 2), purged_at=day(5))
    assert check() == ["record 11: its time is earlier than that of record 8, which was there before it"]


def test_purge_from_before_the_purge_that_it_comes_after_is_found(forger, check, store):
    store.purge(START + timedelta(days=2), LATER)
    forger.remove(3, 4)
    forger.append(day(4), (3, 4), purged_at=time_text(LATER - timedelta(days=2)))
    assert check() == ["record 12: its time is earlier than that of the purge before it"]


def test_clocks_may_differ_by_a_day(forger, check):
    forger.remove(1, 9)
    forger.append(day(9), (1, 9), purged_at=day(8))
    assert check() == []


def test_real_purge_that_somebody_stretched_is_found_by_its_hash(forger, check, store):
    store.purge(START + timedelta(days=2), LATER)
    forger.remove(3, 4)
    ranges = f'[[1,4,"{"0" * 64}","{forger.links[4].hash}"]]'
    forger.execute(f"UPDATE cookiegate_purges SET ranges = '{ranges}', count = 4")
    assert "record 11: it was changed after it was written" in check()


def test_real_purge_that_was_replaced_by_a_wider_one_with_its_hash_is_found_by_what_is_left(forger, check, store):
    store.purge(START + timedelta(days=2), LATER)
    forger.execute("DELETE FROM cookiegate_purges")
    head = Head(10, forger.links[10].hash)
    forger.execute("UPDATE cookiegate_chain SET sequence = :s, hash = :h", [{"s": 10, "h": head.hash}])
    forger.remove(6, 7)
    forger.append(day(7), (1, 2), (6, 7))
    assert check() == [left(7, 3)]


@pytest.mark.parametrize(
    "ranges",
    [
        '[["1",2,"x","y"]]', "[[1.0,2,\"x\",\"y\"]]", '[[true,2,"x","y"]]', '[[1,2,"\\ud800","y"]]', "[[1,2,3,4]]",
        '[[1,2,"x",null]]', "[[1,2,\"x\",\"é\"]]", f"[[{'1' * 5000},2,\"x\",\"y\"]]",
    ],
)  # fmt: skip
def test_ranges_that_purge_never_writes_are_read_as_none(ranges):
    purge = Purge.of_columns("", "", 2, ranges)
    assert purge.ranges == ()
    assert Link(1, "", "", purge).is_intact() is False


def test_purge_of_blobs_is_found_and_raises_nothing(forger, check, store):
    store.purge(START + timedelta(days=2), LATER)
    forger.execute("UPDATE cookiegate_purges SET purged_at = x'ff00', older_than = x'00', ranges = x'5b5d'")
    assert "record 11: it was changed after it was written" in check()


def test_thousands_of_forged_purges_take_no_time(grows_linearly):
    def links(count):
        span = PurgedRange(1, 1, "0" * 64, "0" * 64)
        purge = Purge(purged_at=time_text(LATER), older_than=day(1), count=1, ranges=(span,))
        return [Link(number, "", "", purge) for number in range(2, count + 2)]

    def walk(found):
        return list(ChainCheck(found, Head(len(found) + 1, "")).findings(found))

    grows_linearly(walk, links, 3_000)


def test_purge_within_another_one_is_told(forger, check):
    forger.remove(1, 4)
    forger.append(day(9), (1, 4))
    forger.append(day(9), (2, 3))
    assert [finding for finding in map(str, check()) if "it deleted record 2, and so did another purge" in finding]
