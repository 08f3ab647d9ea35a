"""An inventory that a gate really recorded, audited."""

from dataclasses import replace

import pytest

from cookiegate import CookieGate, Registry
from cookiegate.audit.auditing import audit_inventory, is_inventory
from cookiegate.audit.judgement import Mark
from cookiegate.audit.sighting import Unreadable
from cookiegate.model import Category, Consent, Exchange
from cookiegate.report.inventory import Inventory
from cookiegate.report.limits import Limits

LINES = (
    b"sid=x; Path=/; Secure; HttpOnly; SameSite=Lax", b"stats=x; Max-Age=99999999; SameSite=None",
    b"other=x; Domain=shop.example", b"a b=x", b"keep=; Max-Age=0",
)  # fmt: skip


@pytest.fixture
def recorded(tmp_path, toml):
    """Record what a gate decides about lines, for visitors who granted these categories."""

    def record(*visitors, lines=LINES, mode="report-only", limits=None):
        gate = CookieGate(registry=Registry.from_toml(toml), mode=mode)
        inventory = Inventory(tmp_path / "seen", limits=limits or Limits())
        for number, granted in enumerate(visitors):
            consent = Consent(granted)
            decisions = tuple(gate.policy.decide(line, consent, is_https=True, now=1768204800) for line in lines)
            inventory(
                Exchange(
                    method="GET",
                    path=f"/p{number}",
                    route=f"/page/{number}",
                    status=200,
                    at_s=1768204800,
                    is_https=True,
                    granted=frozenset(map(Category, granted)),
                    decisions=decisions,
                    is_enforced=mode == "enforce",
                )
            )
        inventory.flush()
        inventory.close()
        return tmp_path / "seen"

    return record


def marks(found, name):
    (cookie,) = [cookie for cookie in found.cookies if cookie.name == name]
    return {moment.label: mark for moment, mark in cookie.marks.items()}


def test_report_only_recording_shows_what_left(recorded, promise, told):
    found = audit_inventory(recorded((), ("marketing",), ("statistics",)), promise)
    assert marks(found, "stats") == {
        "Nothing granted": Mark.BROKEN, "Only others granted": Mark.BROKEN, "Category granted": Mark.LONGER,
    }  # fmt: skip
    codes = {(code, cookie) for code, cookie, _ in told(found)}
    assert {("before-consent", "stats"), ("against-choice", "stats"), ("kept-longer", "stats")} <= codes
    assert {("no-secure", "stats"), ("unregistered", "other")} <= codes
    assert ("refused-line", "a b") in codes
    assert not [each for each in codes if each[1] == "sid"]
    assert [str(place) for place in found.findings[0].places] == ["GET /page/0 (200)"]
    assert found.source.looked_at == "3 responses, as the app sent them"


def test_enforced_recording_shows_what_was_held_back(recorded, promise, told):
    found = audit_inventory(recorded((), ("statistics",), mode="enforce"), promise)
    assert told(found) == []
    assert marks(found, "stats") == {"Nothing granted": Mark.HELD_BACK, "Category granted": Mark.KEPT}
    assert marks(found, "other") == {"Nothing granted": Mark.HELD_BACK}
    assert "The gate enforced the policy while this was recorded" in found.notes[-1]
    assert "stats" not in [rule.name for rule in found.never_seen]


def test_deletions_are_no_findings(recorded, promise):
    assert Mark.DELETED in marks(audit_inventory(recorded(()), promise), "keep").values()


def test_what_found_no_room_is_told(recorded, promise):
    found = audit_inventory(recorded((), (), limits=replace(Limits(), setters=1, unregistered=0)), promise)
    assert "found no room in the inventory" in " ".join(found.notes)
    places = {str(place) for finding in found.findings for place in finding.places}
    assert "(places that found no room in the inventory)" in places


def test_refused_cookies_of_requests_are_held_back(recorded, promise, toml, tmp_path):
    gate = CookieGate(registry=Registry.from_toml(toml))
    decision = replace(
        gate.policy.decide(b"stats=x", Consent(()), is_https=True, now=0), before=b"", after=b"stats=; Max-Age=0"
    )
    inventory = Inventory(tmp_path / "seen")
    inventory(
        Exchange(
            method="GET",
            path="/",
            route=None,
            status=200,
            at_s=0,
            is_https=True,
            granted=frozenset(),
            decisions=(decision,),
        )
    )
    inventory.flush()
    inventory.close()
    assert marks(audit_inventory(tmp_path / "seen", promise), "stats") == {"Nothing granted": Mark.HELD_BACK}


def test_domain_and_missing_attributes_of_the_weakest_line_count(recorded, promise, told):
    lines = (b"sid=x; Domain=shop.example; Path=/", b"sid=x; Path=/; Secure; HttpOnly; SameSite=Lax")
    found = audit_inventory(recorded((), lines=lines), promise)
    assert sorted(code for code, _, _ in told(found)) == ["no-http-only", "no-secure", "weak-same-site", "wide-domain"]


def test_same_site_none_is_taken_as_sent(recorded, promise, told):
    assert told(audit_inventory(recorded((), lines=(b"keep=x; Secure; SameSite=None",)), promise)) == []


def test_inventory_is_told_from_a_har_file(recorded, har, make, tmp_path):
    directory = recorded(())
    assert is_inventory(directory)
    assert is_inventory(next(directory.glob("inventory-*.json")))
    assert not is_inventory(har(make()))


@pytest.mark.parametrize(("text", "told"), [("{}", "no inventory"), (None, "inventory")])
def test_what_is_no_inventory_is_told(tmp_path, promise, text, told):
    path = tmp_path / "empty"
    path.mkdir()
    if text is not None:
        path = path / "inventory-x.json"
        path.write_text(text)
    with pytest.raises(Unreadable, match=told):
        audit_inventory(path, promise)


def test_file_that_had_to_be_skipped_is_told(recorded, promise):
    directory = recorded(())
    (directory / "inventory-broken.json").write_text("{")
    assert any("inventory-broken.json" in note for note in audit_inventory(directory, promise).notes)
