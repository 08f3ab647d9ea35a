"""Tampering with the store: what the chain shows, and what only a noted head shows."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from cookiegate.receipts.chain import Head, Link, Purge

NOW = datetime(2026, 1, 12, 8, tzinfo=UTC)
RECHAIN = "UPDATE cookiegate_chain SET sequence = :s, hash = :h"


@pytest.fixture
def tampered(url, make, choose, findings):
    """Write ten receipts, change the store behind its back, and say what is found."""
    receipts = make(url)
    first = choose(receipts, "visitor-0")
    others = [
        replace(first, record_id=f"{number:032x}", pii_principal_id=f"visitor-{number}") for number in range(1, 10)
    ]
    receipts.store.append(others, {})
    receipts.close()

    def tamper(*statements, noted=None, **values):
        with receipts.store._engine.connect() as connection, connection.begin():
            for statement in statements:
                connection.execute(text(statement), values)
        return findings(receipts.store, noted)

    tamper.store = receipts.store
    return tamper


CHANGED = "it was changed after it was written"
REPLACED = "it does not follow the record before it: one of them was replaced"


def test_chain_that_nobody_touched_is_clean(tampered):
    assert tampered() == []


@pytest.mark.parametrize(
    "change",
    [
        "purposes = 'marketing'",
        "purposes = 'everything'",
        "pii_principal_id = 'somebody'",
        "event_time = '2025-01-12T08:00:00.000Z'",
        "event_time = 'yesterday'",
        "how = 'accept-all'",
        "\"where\" = 'banner'",
        "language = 'en'",
        "privacy_notice = NULL",
        "registry_digest = 'x'",
        "validity_duration = 'P1D'",
        "record_id = '00000000000000000000000000000000'",
        "schema_version = '2'",
    ],
)
def test_changed_field_is_found_at_its_record(tampered, change):
    assert tampered(f"UPDATE cookiegate_receipts SET {change} WHERE sequence = 4") == [f"record 4: {CHANGED}"]


def test_changed_hash_is_found_at_both_its_records(tampered):
    found = tampered("UPDATE cookiegate_receipts SET hash = 'x' WHERE sequence = 4")
    assert found == [f"record 4: {CHANGED}", f"record 5: {REPLACED}"]


def test_record_that_was_written_anew_with_its_hash_is_found_by_the_next(tampered):
    with tampered.store.receipts() as links:
        third, fourth = list(links)[2:4]
    forged = Link.after(Head(third.sequence, third.hash), tampered.store.find("visitor-9")[0].body)
    found = tampered(
        "UPDATE cookiegate_receipts SET pii_principal_id = 'visitor-9', record_id = :r, hash = :h WHERE sequence = 4",
        "UPDATE cookiegate_receipts SET record_id = :o WHERE sequence = 10",
        h=forged.hash, r=fourth.body.record_id, o="0" * 32,
    )  # fmt: skip
    assert f"record 5: {REPLACED}" in found


@pytest.mark.parametrize(
    ("which", "found"),
    [
        ("= 1", ["record 1: it is missing, and no purge says so"]),
        ("= 4", ["record 4: it is missing, and no purge says so"]),
        ("IN (4, 5, 6)", ["record 4: it and those up to 6 are missing, and no purge says so"]),
        ("= 10", ["record 10: it is missing, and no purge says so; the newest are gone"]),
        ("> 7", ["record 8: it and those up to 10 are missing, and no purge says so; the newest are gone"]),
        ("> 0", ["record 1: it and those up to 10 are missing, and no purge says so; the newest are gone"]),
    ],
)
def test_deleted_records_are_found(tampered, which, found):
    assert tampered(f"DELETE FROM cookiegate_receipts WHERE sequence {which}") == found


def test_records_that_changed_places_are_found(tampered):
    found = tampered(
        "UPDATE cookiegate_receipts SET sequence = 100 WHERE sequence = 4",
        "UPDATE cookiegate_receipts SET sequence = 4 WHERE sequence = 5",
        "UPDATE cookiegate_receipts SET sequence = 5 WHERE sequence = 100",
    )
    assert {line.split(":")[0] for line in found} == {"record 4", "record 5", "record 6"}


def test_inserted_record_is_found(tampered):
    found = tampered(
        "UPDATE cookiegate_receipts SET sequence = sequence + 100 WHERE sequence > 4",
        "INSERT INTO cookiegate_receipts SELECT 5, '00000000000000000000000000000000', 'x', event_time,"
        ' validity_duration, privacy_notice, registry_digest, language, purposes, how, "where", schema_version, hash,'
        " 'x' FROM cookiegate_receipts WHERE sequence = 4",
        "UPDATE cookiegate_receipts SET sequence = sequence - 99 WHERE sequence > 100",
    )
    assert f"record 5: {CHANGED}" in found
    assert "record 11: the store's head does not know of it: it was inserted" in found


def test_record_that_is_put_behind_the_head_is_found(tampered):
    head = tampered.store.head()
    link = Link.after(head, tampered.store.find("visitor-1")[0].body)
    found = tampered(
        "INSERT INTO cookiegate_receipts SELECT 11, '00000000000000000000000000000000', 'x', event_time,"
        ' validity_duration, privacy_notice, registry_digest, language, purposes, how, "where", schema_version, :p, :h'
        " FROM cookiegate_receipts WHERE sequence = 4",
        p=head.hash, h=link.hash,
    )  # fmt: skip
    assert found == [f"record 11: {CHANGED}", "record 11: the store's head does not know of it: it was inserted"]


def test_head_with_another_hash_is_found(tampered):
    found = tampered(RECHAIN, s=10, h="f" * 64)
    assert found == ["record 10: the store's head has another hash: one of them was replaced"]


def test_cut_tail_with_its_head_is_found_by_a_noted_head_alone(tampered):
    noted = tampered.store.head()
    with tampered.store.receipts() as links:
        eighth = list(links)[7]
    cut = ("DELETE FROM cookiegate_receipts WHERE sequence > 8", RECHAIN)
    assert tampered(*cut, s=8, h=eighth.hash) == []
    lost = "the noted head is not in the chain: records were replaced or cut off since it was noted"
    assert tampered(noted=noted) == [f"record 10: {lost}"]
    assert tampered(noted=Head(0, noted.hash)) == [f"record 8: {lost}"]
    assert tampered(noted=Head(9, eighth.hash)) == [f"record 9: {lost}"]


def test_noted_head_holds_while_the_chain_grows(tampered, make, choose, url):
    noted = tampered.store.head()
    choose(make(url))
    assert tampered(noted=noted) == tampered(noted=Head(0, noted.hash)) == []


def test_purge_that_was_taken_away_leaves_a_gap(tampered):
    tampered.store.purge(NOW + timedelta(1), NOW)
    assert tampered() == []
    found = tampered("DELETE FROM cookiegate_purges", RECHAIN, s=10, h="0" * 64)
    assert found == ["record 1: it and those up to 10 are missing, and no purge says so; the newest are gone"]


@pytest.mark.parametrize(
    "change", ["count = 9", "older_than = 'x'", "purged_at = 'x'", "ranges = '[]'", "ranges = '{'"]
)
def test_changed_purge_is_found(tampered, change):
    tampered.store.purge(NOW + timedelta(1), NOW)
    assert f"record 11: {CHANGED}" in tampered(f"UPDATE cookiegate_purges SET {change}")


def test_purge_that_was_made_up_is_found(tampered):
    made_up = '[[4,5,"x","y"]]'
    found = tampered(
        "DELETE FROM cookiegate_receipts WHERE sequence IN (4, 5)",
        "INSERT INTO cookiegate_purges VALUES (11, 'x', 'x', 2, :ranges, 'x', 'x')",
        ranges=made_up,
    )
    assert "record 4: what a purge deleted does not follow the record before it" in found
    assert f"record 6: {REPLACED}" in found
    assert "record 11: the store's head does not know of it: it was inserted" in found


def test_record_that_came_back_after_its_purge_is_found(tampered):
    store = tampered.store
    with store.receipts() as links:
        second = list(links)[1]
    store.purge(NOW + timedelta(1), NOW)
    columns = second.record() | {"purposes": "statistics", "sequence": 2}
    del columns["event_state"]
    names = ", ".join(f'"{name}"' for name in columns)
    found = tampered(
        f"INSERT INTO cookiegate_receipts ({names}) VALUES ({', '.join(f':{name}' for name in columns)})", **columns
    )
    assert found == ["record 2: the number is there twice, or a purge says that it was deleted"] or found[0].startswith(
        "record 1: it is missing"
    )


def test_noted_head_that_was_purged_says_so(tampered):
    with tampered.store.receipts() as links:
        noted = [Head(link.sequence, link.hash) for link in links]
    tampered.store.purge(NOW + timedelta(1), NOW)
    assert tampered(noted=noted[4]) == ["record 5: the noted head was purged; note a new one after each purge"]
    assert tampered(noted=noted[9]) == []


@pytest.mark.parametrize("value", ["'abc'", "x'00ff'", "9e99"])
def test_sqlite_numbers_that_are_none_are_found(tmp_path, make, choose, findings, value):
    receipts = make(tmp_path / "receipts.db")
    choose(receipts)
    with receipts.store._engine.connect() as connection, connection.begin():
        connection.execute(text(f"UPDATE cookiegate_receipts SET sequence = {value}, hash = x'00'"))
    assert findings(receipts.store) != []


def test_head_is_read_as_it_is_printed():
    head = Head(7, "a" * 64)
    assert Head.parse(f" {str(head).upper()} \n") == head
    assert Head.parse("a" * 64) == Head(0, "a" * 64)


@pytest.mark.parametrize("head", ["", "7", "7:", "a" * 63, "-1:" + "a" * 64, "1" * 1_000_000, "²:" + "a" * 64])
def test_what_is_no_head_is_refused(head):
    with pytest.raises(ValueError, match="it is no head"):
        Head.parse(head)


@pytest.mark.parametrize("ranges", ["7", "[7]", "[[1,2]]", "null", "[" * 100_000, '[["a",2,"",""]]'])
def test_ranges_that_can_not_be_read_are_none(ranges):
    assert Purge.of_columns("", "", 0, ranges).ranges == ()


def test_record_without_body_has_a_record_all_the_same():
    link = Link(1, "p", "h", None)
    assert link.record() == {"sequence": 1, "previous_hash": "p", "hash": "h"}
    assert not link.is_intact()
