"""The inventory's JSON: what is written is read, everything else is refused with its place."""

import json
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cookiegate import Category, CookieRule
from cookiegate.report import Limits
from cookiegate.report.inventory_json import MAX_FILE_OCTETS, parse_inventory, read_inventory_file, write_inventory
from cookiegate.report.tally import Tally


@pytest.fixture
def report(exchange):
    tally = Tally(Limits())
    tally.begin_part("f00d")
    rule = CookieRule(name="ia_mkt_*", category=Category.MARKETING)
    tally.add(exchange(b"sid=1; Domain=a.example", b"new_12=1; Max-Age=60", b"\xe9\x1b=1", expired=(rule,)))
    return tally.report()


def written(report):
    return "".join(write_inventory(report))


def test_written_report_is_read_back(report):
    assert parse_inventory(written(report)) == report


def test_empty_report_is_read_back():
    empty = Tally(Limits()).report()
    assert parse_inventory(written(empty)) == empty


def test_text_is_ascii_and_comes_a_cookie_at_a_time(report):
    pieces = list(write_inventory(report))
    assert all(piece.isascii() for piece in pieces)
    assert len(pieces) == len(report.cookies) + 2
    assert "\x1b" not in written(report)


def test_format_is_the_documented_one(report):
    document = json.loads(written(report))
    assert list(document) == [
        "format", "version", "parts", "responses", "responses_with_cookies",
        "first_at", "last_at", "unnamed", "phases", "cookies",
    ]  # fmt: skip
    assert (document["format"], document["version"]) == ("cookiegate-inventory", 1)
    assert document["first_at"] == "2026-01-12T08:00:00Z"
    assert document["phases"] == [
        {
            "mode": "report-only", "responses": 1, "responses_with_cookies": 1, "first_at": "2026-01-12T08:00:00Z",
            "last_at": "2026-01-12T08:00:00Z",
        }
    ]  # fmt: skip
    assert document["cookies"][0] == {
        "name": "sid", "origin": "response", "is_family": False, "mode": "report-only", "is_registered": True,
        "is_known": False, "rewritten_beside": None, "count": 1,
        "first_at": "2026-01-12T08:00:00Z", "last_at": "2026-01-12T08:00:00Z",
        "category": "necessary", "rule": "sid",
        "outcomes": [
            {
                "action": "rewrite", "reason": "necessary", "category": "necessary", "rule": "sid",
                "count": 1, "left": 1, "left_ungranted": 1,
            }
        ],
        "set_by": [
            {
                "method": "GET", "route": "/page", "is_declared": True, "status": 200, "action": "rewrite",
                "reason": "necessary", "count": 1, "left": 1, "left_ungranted": 1,
            }
        ],
        "set_by_others": 0,
        "sent": {
            "lines": 1, "https_lines": 1, "without_secure": 1, "without_http_only": 1, "without_same_site": 1,
            "same_site_none": 0, "partitioned": 0, "session_lines": 1, "other_domains": 0, "other_paths": 0,
            "longest_s": None, "domains": [{"domain": "a.example", "count": 1}], "paths": [{"path": "", "count": 1}],
        },
    }  # fmt: skip


@given(name=st.text(st.characters()), route=st.text(st.characters()), year=st.integers(1, 9999))
def test_any_text_and_time_is_read_back(name, route, year):
    at = datetime(year, 1, 1, tzinfo=UTC)
    cookie = next(iter(parse_inventory(SAMPLE).cookies))
    odd = replace(cookie, name=name, rule=route, first_at=at, set_by=(replace(cookie.set_by[0], route=route),))
    assert parse_inventory(written(replace(parse_inventory(SAMPLE), cookies=(odd,)))).cookies == (odd,)


SAMPLE = """{"format": "cookiegate-inventory", "version": 1,
"parts": ["a"], "responses": 1,
"responses_with_cookies": 1, "first_at": "2026-01-12T08:00:00Z", "last_at": "2026-01-12T09:00:00+01:00", "unnamed": 0,
"unknown": 1, "cookies": [
{"name": "a", "origin": "response", "is_family": false, "count": 1, "first_at": "2026-01-12T08:00:00",
"last_at": "2026-01-12T08:00:00Z", "category": null, "rule": null,
"outcomes": [{"action": "drop", "reason": "unregistered", "category": null, "rule": null,
"count": 1, "left": 1, "left_ungranted": 0}],
"set_by": [{"method": "GET", "route": "/", "is_declared": true, "status": 200, "action": "drop",
"reason": "unregistered", "count": 1, "left": 1, "left_ungranted": 0}], "set_by_others": 0,
"sent": {"lines": 0, "https_lines": 0, "without_secure": 0, "without_http_only": 0, "without_same_site": 0,
"same_site_none": 0, "partitioned": 0, "session_lines": 0, "other_domains": 0, "other_paths": 0,
"longest_s": 60, "domains": [], "paths": []}}]}"""


def test_unknown_members_and_other_time_zones_are_understood():
    report = parse_inventory(SAMPLE)
    at = datetime(2026, 1, 12, 8, tzinfo=UTC)
    assert (report.first_at, report.last_at, report.cookies[0].first_at) == (at, at, at)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "empty"),
        (" \n", "empty"),
        ('{"format": "cookiegate-inv', "not JSON: line 1, column 12: Unterminated string starting at"),
        ("[" * 100_000, "it nests more than 500 deep"),
        ("[]", 'no inventory: "format" is not "cookiegate-inventory"'),
        ("{}", 'no inventory: "format" is not "cookiegate-inventory"'),
        (
            '{"format": "cookiegate-inventory", "version": 2}',
            "version 2 of the format, and this cookiegate reads 1",
        ),
        (SAMPLE.replace('"responses": 1', '"responses": NaN'), "NaN is no number of JSON"),
        (SAMPLE.replace('"responses": 1', '"responses": true'), "responses is no count"),
        (SAMPLE.replace('"responses": 1', '"responses": -1'), "responses is no count"),
        (SAMPLE.replace('"responses": 1', f'"responses": {2**63}'), "responses is no count"),
        (SAMPLE.replace('"parts": ["a"]', '"parts": [1]'), "parts is no list of texts"),
        (SAMPLE.replace('"parts": ["a"]', '"parts": "a"'), "parts is no list"),
        (SAMPLE.replace('"name": "a"', '"name": 1'), "cookies[0].name is no text"),
        (SAMPLE.replace('"category": null', '"category": "stats"', 1), "cookies[0].category is no category that"),
        (SAMPLE.replace('"is_declared": true', '"is_declared": 1'), "cookies[0].set_by[0].is_declared is no true or"),
        (SAMPLE.replace('"first_at": "2026', '"first_at": "x', 1), "first_at is no time like 2026-01-12T08:00:00Z"),
        (SAMPLE.replace("2026-01-12T08:00:00Z", "0001-01-01T00:00:00+09:00", 1), "first_at is no time like"),
        (SAMPLE.replace('"longest_s": 60', '"longest_s": "x"'), "cookies[0].sent.longest_s is no count"),
        (SAMPLE.replace('"domains": []', '"domains": [1]'), "cookies[0].sent.domains[0] is no object"),
        (SAMPLE.replace('"sent": {', '"sent": 1, "x": {'), "cookies[0].sent is no object"),
    ],
)  # fmt: skip
def test_what_is_no_inventory_is_refused_with_its_place(text, problem):
    with pytest.raises(ValueError, match="^" + problem.replace("[", r"\[").replace(".", r"\.")):
        parse_inventory(text)


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda e: st.lists(e) | st.dictionaries(st.sampled_from(["cookies", "name", "parts", "sent"]), e),
    )
)
def test_any_json_is_an_inventory_or_a_value_error(document):
    text = json.dumps({**json.loads(SAMPLE), "cookies": document})
    with suppress(ValueError):
        parse_inventory(text)


def test_file_that_is_too_large_is_not_read(tmp_path):
    file = tmp_path / "inventory-x.json"
    with file.open("wb") as stream:
        stream.truncate(MAX_FILE_OCTETS + 1)
    with pytest.raises(ValueError, match=r"^larger than 64 MiB$"):
        read_inventory_file(file)


def test_file_in_another_encoding_is_refused_with_its_place(tmp_path):
    file = tmp_path / "inventory-x.json"
    file.write_bytes(SAMPLE.encode("utf-16"))
    with pytest.raises(ValueError, match=r"^octet 0 is not UTF-8$"):
        read_inventory_file(file)


def test_file_with_a_byte_order_mark_is_read(tmp_path):
    file = tmp_path / "inventory-x.json"
    file.write_text(SAMPLE, encoding="utf-8-sig")
    assert read_inventory_file(file) == parse_inventory(SAMPLE)


def test_file_from_before_modes_were_kept_is_one_phase(report):
    document = json.loads(written(report))
    del document["phases"]
    for cookie in document["cookies"]:
        del cookie["mode"], cookie["is_known"], cookie["rewritten_beside"]
    read = parse_inventory(json.dumps(document))
    assert [(phase.mode, phase.responses, phase.responses_with_cookies) for phase in read.phases] == [(None, 1, 1)]
    assert (read.phases[0].first_at, read.phases[0].last_at) == (report.first_at, report.last_at)
    assert {(cookie.mode, cookie.is_known) for cookie in read.cookies} == {(None, None)}
    document["first_at"] = document["last_at"] = None
    assert parse_inventory(json.dumps(document)).phases == ()


def test_mode_of_another_version_is_refused_with_its_place(report):
    document = json.loads(written(report))
    document["cookies"][0]["mode"] = "sometimes"
    with pytest.raises(ValueError, match=r"cookies\[0\]\.mode is no mode that this cookiegate knows"):
        parse_inventory(json.dumps(document))
