"""Receipts as JSON Lines and CSV."""

import csv
import json
from io import StringIO

import pytest

from cookiegate.receipts.canonical import canonical_json, digest_of
from cookiegate.receipts.chain import Link
from cookiegate.receipts.export import COLUMNS, csv_lines, json_lines


@pytest.fixture
def links(tmp_path, make, choose):
    receipts = make(tmp_path / "r.db")
    choose(receipts, "-1+1", granted={"statistics", "marketing"})
    choose(receipts, "visitor-2")
    with receipts.store.receipts() as found:
        return list(found)


def test_json_line_without_its_hash_is_what_was_hashed(links):
    for line in json_lines(links):
        record = json.loads(line)
        assert digest_of(canonical_json({key: record[key] for key in record if key != "hash"})) == record["hash"]


def test_columns_are_the_fields(links):
    assert set(COLUMNS) == links[0].record().keys()


def test_csv_has_a_header_and_a_line_for_each(links):
    header, first, second = csv.reader(StringIO("".join(csv_lines(links)), newline=""))
    assert header == list(COLUMNS)
    assert first[COLUMNS.index("purposes")] == "statistics marketing"
    assert second[COLUMNS.index("event_time")] == "2026-01-12T08:00:00.000Z"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_cell_that_a_spreadsheet_would_run_begins_with_an_apostrophe(start):
    text = start + '1+1"'
    [_, row] = csv.reader(StringIO("".join(csv_lines([Link(1, "p", text, None)])), newline=""))
    assert row[-1] == "'" + text
