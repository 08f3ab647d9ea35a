"""The page and the real store of receipts together: what a visitor chose is on record under the reference they see."""

import re

import pytest

pytest.importorskip("sqlalchemy", reason="pip install 'cookiegate[receipts]'")

from cookiegate.receipts import Receipts


@pytest.fixture
def receipts(registry, tmp_path):
    made = []

    class Kept(Receipts):
        def record(self, **fields):
            made.append(super().record(**fields))
            return made[-1]

    store = Kept(tmp_path / "receipts.db", registry=registry, revision="2026-01-12", validity="6 months")
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
    assert receipts.flush()


def test_consent_id_that_is_none_is_replaced_on_record(make_visitor, receipts, recwarn):
    visitor = make_visitor(receipts=receipts)
    visitor.cookies["cookiegate_consent"] = "v=1&c=&t=1768204800&r=2026-01-12&id=%3Cscript%3E"
    assert "Reference:" not in visitor("GET").text
    assert visitor.choose("reject-all").status_code == 303
    assert re.fullmatch(r"[0-9a-f]{32}", receipts.made[0].pii_principal_id)
