"""One receipt: its form, its JSON, and what can't be one."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from cookiegate import Category
from cookiegate.receipts import How, Receipt, Where, is_consent_id
from cookiegate.receipts.receipt import categories_of, language_tag, new_id, time_text

RECEIPT = Receipt(
    record_id="0" * 32,
    pii_principal_id="visitor-1",
    event_time=datetime(2026, 1, 12, 8, tzinfo=UTC),
    privacy_notice="2026-01-12",
    registry_digest="a" * 64,
    purposes=(Category.STATISTICS,),
    how=How.OWN_CHOICE,
    where=Where.PAGE,
    language="de-CH",
    validity_duration="P184D",
)


def test_record_has_the_fields_of_the_standard_by_their_names():
    assert RECEIPT.record() == {
        "schema_version": "cookiegate-receipt/1",
        "record_id": "0" * 32,
        "pii_principal_id": "visitor-1",
        "event_time": "2026-01-12T08:00:00.000Z",
        "event_state": "given",
        "validity_duration": "P184D",
        "privacy_notice": "2026-01-12",
        "registry_digest": "a" * 64,
        "language": "de-CH",
        "purposes": ["statistics"],
        "how": "own-choice",
        "where": "page",
    }


def test_record_is_read_back():
    assert Receipt.of_record(RECEIPT.record()) == RECEIPT


@pytest.mark.parametrize(
    ("how", "purposes", "state"),
    [
        ("accept-all", ("statistics",), "given"),
        ("own-choice", (), "refused"),
        ("reject-all", (), "refused"),
        ("gpc", (), "refused"),
        ("withdrawn", (), "withdrawn"),
        ("withdrawn", ("statistics",), "withdrawn"),
    ],
)
def test_event_state_follows_from_the_choice(how, purposes, state):
    assert replace(RECEIPT, how=How(how), purposes=tuple(map(Category, purposes))).event_state == state


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("record_id", "0" * 31),
        ("record_id", None),
        ("pii_principal_id", ""),
        ("pii_principal_id", "x" * 129),
        ("pii_principal_id", "x" * 1_000_000),
        ("pii_principal_id", "a b"),
        ("pii_principal_id", "a\n"),
        ("pii_principal_id", 7),
        ("privacy_notice", "x" * 201),
        ("privacy_notice", "a\x1b[2J"),
        ("privacy_notice", "a\x00"),
        ("privacy_notice", 7),
        ("registry_digest", "A" * 64),
        ("language", ""),
        ("language", None),
        ("validity_duration", "6 months"),
        ("schema_version", "cookiegate-receipt/2"),
        ("purposes", ("statistics", "preferences")),
        ("purposes", (Category.NECESSARY,)),
        ("purposes", (Category.STATISTICS, Category.STATISTICS)),
        ("event_time", datetime(2026, 1, 12)),  # noqa: DTZ001
        ("event_time", datetime(2026, 1, 12, tzinfo=timezone(timedelta(hours=1)))),
        ("event_time", datetime(2026, 1, 12, microsecond=1, tzinfo=UTC)),
    ],
)
def test_what_is_not_of_its_form_is_refused_in_a_short_sentence(field, value):
    with pytest.raises(ValueError, match=field) as error:
        replace(RECEIPT, **{field: value})
    assert len(str(error.value)) < 250


def test_rejecting_all_grants_nothing():
    with pytest.raises(ValueError, match="reject-all grants statistics"):
        replace(RECEIPT, how=How.REJECT_ALL)


@pytest.mark.parametrize(
    "change",
    [
        {"event_time": "2026-01-12"},
        {"event_time": "2026-13-12T08:00:00.000Z"},
        {"event_time": 7},
        {"purposes": "statistics"},
        {"purposes": ["stats"]},
        {"how": "by mail"},
        {"where": None},
        {"record_id": []},
    ],
)
def test_record_that_nobody_wrote_is_refused(change):
    with pytest.raises(ValueError, match=r"\w"):
        Receipt.of_record({**RECEIPT.record(), **change})


@pytest.mark.parametrize("field", ["schema_version", "purposes", "language"])
def test_record_without_a_field_is_refused_with_its_name(field):
    record = RECEIPT.record()
    del record[field]
    with pytest.raises(ValueError, match=f"{field} is missing"):
        Receipt.of_record(record)


def test_categories_come_in_order_without_necessary():
    assert categories_of(["marketing", "necessary", "preferences", "marketing"]) == (
        Category.PREFERENCES,
        Category.MARKETING,
    )


def test_a_bare_text_is_no_set_of_categories():
    with pytest.raises(ValueError, match="granted is the text 'statistics'"):
        categories_of("statistics")


def test_unknown_category_is_refused():
    with pytest.raises(ValueError, match="stats"):
        categories_of({"stats"})


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("de", "de"),
        ("zh-Hant-TW", "zh-Hant-TW"),
        ("de_DE", "und"),
        (None, "und"),
        ("d" * 9, "und"),
        ("en-" + "-".join(["abcdefgh"] * 7), "und"),
        (7, "und"),
    ],
)
def test_language_that_is_no_tag_is_undetermined(text, tag):
    assert language_tag(text) == tag


@pytest.mark.parametrize("text", ["a", "3q2-7wEj_~.", "x" * 128])
def test_short_and_plain_text_is_a_consent_id(text):
    assert is_consent_id(text)


@pytest.mark.parametrize("text", ["", "a=b", "ä", "x" * 129, None, b"a"])
def test_anything_else_is_no_consent_id(text):
    assert not is_consent_id(text)


def test_ids_are_random_and_valid():
    ids = {new_id() for _ in range(100)}
    assert len(ids) == 100
    assert all(is_consent_id(each) for each in ids)


def test_time_is_written_in_utc():
    assert time_text(datetime(2026, 1, 12, 9, tzinfo=timezone(timedelta(hours=1)))) == "2026-01-12T08:00:00.000Z"
