"""The page and the real store of receipts together: what a visitor chose is on record under the reference they see."""

import re
import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest

pytest.importorskip("sqlalchemy", reason="pip install 'cookiegate[receipts]'")

from cookiegate import ConfigError
from cookiegate.receipts import Receipts
from cookiegate.receipts.canonical import digest_of, registry_snapshot


@pytest.fixture
def receipts(registry, tmp_path):
    made = []

    class Kept(Receipts):
        def record(self, **fields):
            made.append(super().record(**fields))
            return made[-1]

    store = Kept(
        tmp_path / "receipts.db", registry=registry, revision="2026-01-12", validity="6 months", patience_s=300
    )
    store.made = made
    yield store
    store.close()


def test_every_way_to_choose_is_on_record_under_the_visitors_reference(make_visitor, receipts):
    visitor = make_visitor(receipts=receipts)
    visitor.choose("own-choice", ("statistics",), language="de")
    visitor.choose("reject-all", where="banner")
    visitor("DELETE", "/cookie-settings/api", headers={"Sec-Fetch-Site": "same-origin"})
    assert [(one.how, one.where, one.language, one.purposes, one.event_state) for one in receipts.made] == [
        ("own-choice", "page", "de", ("statistics",), "given"),
        ("reject-all", "banner", "en", (), "refused"),
        ("withdrawn", "api", "und", (), "withdrawn"),
    ]
    [reference] = re.findall(r"Reference: ([\w~.-]+)<", visitor("GET").text)
    assert {one.pii_principal_id for one in receipts.made} == {reference}
    assert receipts.flush(300)


def test_consent_id_that_is_none_is_replaced_on_record(make_visitor, receipts, recwarn):
    visitor = make_visitor(receipts=receipts)
    visitor.cookies["cookiegate_consent"] = "v=1&c=&t=1768204800&r=2026-01-12&id=%3Cscript%3E"
    assert "Reference:" not in visitor("GET").text
    assert visitor.choose("reject-all").status_code == 303
    assert re.fullmatch(r"[0-9a-f]{32}", receipts.made[0].pii_principal_id)


@pytest.fixture
def page_with_store(make_page, tmp_path):
    """A page that is told of its store in one word."""
    page = make_page(receipts=f"sqlite:///{tmp_path / 'receipts.db'}")
    yield page
    page.recorder.close()


def test_store_alone_is_enough_and_its_receipts_say_what_the_visitor_was_shown(make_visitor, page_with_store):
    visitor = make_visitor(page_with_store)
    visitor.choose("reject-all", where="banner")
    store = page_with_store.recorder.store
    with store.receipts() as links:
        [receipt] = [link.body for link in links]
    assert (receipt.how, receipt.privacy_notice, receipt.validity_duration) == ("reject-all", "2026-01-12", "P184D")
    assert receipt.registry_digest == digest_of(registry_snapshot(page_with_store.shown.rules))
    snapshot = store.registry(receipt.registry_digest)
    assert "ia_mkt_*" in snapshot
    assert "django_language" not in snapshot  # known to the gate, and not shown on the page


def test_choice_counts_while_the_store_is_locked_and_is_on_record_afterwards(make_visitor, page_with_store, tmp_path):
    visitor = make_visitor(page_with_store)
    with closing(sqlite3.connect(tmp_path / "receipts.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert visitor.choose("accept-all").status_code == 303
        assert visitor.state()["granted"] == ["preferences", "statistics", "marketing"]
        other.execute("ROLLBACK")
    assert page_with_store.recorder.flush(300)
    assert page_with_store.recorder.store.count() == 1


def test_receipt_is_valid_no_longer_than_the_gate_lets_a_choice_count(make_page, tmp_path):
    page = make_page(gate={"consent_max_age": timedelta(days=30)}, receipts=tmp_path / "receipts.db")
    receipt = page.recorder.record(id=None, granted=(), how="reject-all", where="page")
    page.recorder.close()
    assert receipt.validity_duration == "P30D"


def test_store_that_can_not_be_used_is_told_at_start(make_page):
    with pytest.raises(ConfigError, match=r"only sqlite:///FILE and postgresql://\.\.\. are supported"):
        make_page(receipts="mysql://x")


def test_password_of_the_store_is_in_no_repr_of_the_page(make_page):
    page = make_page(receipts="postgresql://site:hunter2@127.0.0.1:1/x?sslpassword=hunter2")
    page.recorder.close()
    assert "hunter2" not in repr(page) + repr(page.recorder)


def test_error_of_a_recorder_is_logged_without_its_secrets(make_visitor, caplog):
    class Failing:
        def record(self, **fields):
            raise OSError("no answer from https://site:hunter2@receipts.example/?key=hunter2")

    assert make_visitor(receipts=Failing()).choose("reject-all").status_code == 303
    assert "https://***@receipts.example/?key=***" in caplog.text
    assert "hunter2" not in caplog.text
