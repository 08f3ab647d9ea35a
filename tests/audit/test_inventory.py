"""An inventory that a gate really recorded, audited."""

import json
from dataclasses import replace

import pytest

from cookiegate import CookieGate, Registry
from cookiegate.audit.assessment import Mark
from cookiegate.audit.auditing import Promise, audit_inventory, is_inventory, platform
from cookiegate.audit.finding import Code, Severity
from cookiegate.audit.observation import Unreadable
from cookiegate.decision import Decision, Exchange, expired
from cookiegate.gate import compiled
from cookiegate.model import Action, Category, Consent, Reason
from cookiegate.report.inventory import Inventory
from cookiegate.report.limits import Limits

LINES = (
    b"sid=x; Path=/; Secure; HttpOnly; SameSite=Lax", b"stats=x; Max-Age=99999999; SameSite=None",
    b"other=x; Domain=shop.example", b"a b=x", b"keep=; Max-Age=0",
)  # fmt: skip


@pytest.fixture
def recorded(tmp_path, toml):
    """Record what a gate decides about lines, for visitors who granted these categories."""

    def record(*visitors, lines=LINES, mode="report-only", limits=None, at_s=1768204800):
        gate = CookieGate(registry=Registry.from_toml(toml), mode=mode)
        inventory = Inventory(tmp_path / "seen", limits=limits or Limits())
        for number, granted in enumerate(visitors):
            consent = Consent(granted)
            decisions = tuple(
                compiled(gate).policy.decide(line, consent, is_https=True, now=1768204800) for line in lines
            )
            inventory(
                Exchange(
                    method="GET",
                    path=f"/p{number}",
                    route=f"/page/{number}",
                    status=200,
                    at_s=at_s,
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


def test_report_only_recording_shows_what_left(recorded, promise, failures):
    found = audit_inventory(recorded((), ("marketing",), ("statistics",)), promise)
    assert marks(found, "stats") == {
        "Nothing granted": Mark.BROKEN, "Only others granted": Mark.BROKEN, "Category granted": Mark.LONGER,
    }  # fmt: skip
    codes = {(code, cookie) for code, cookie, _ in failures(found)}
    assert {("before-consent", "stats"), ("against-choice", "stats"), ("kept-longer", "stats")} <= codes
    assert {("no-secure", "stats"), ("unregistered", "other")} <= codes
    assert ("refused-line", "a b") in codes
    assert not [each for each in codes if each[1] == "sid"]
    assert [str(place) for place in found.findings[0].places] == ["GET /page/0 (200)"]
    assert found.source.looked_at == "3 responses, as the app sent them"


def test_enforced_recording_shows_what_was_held_back(recorded, promise, failures):
    found = audit_inventory(recorded((), ("statistics",), mode="enforce"), promise)
    assert failures(found) == []
    assert marks(found, "stats") == {"Nothing granted": Mark.HELD_BACK, "Category granted": Mark.KEPT}
    assert marks(found, "other") == {"Nothing granted": Mark.HELD_BACK}
    assert "The gate enforced the policy while this was recorded" in found.notes[-1]
    assert "stats" not in [rule.name for rule in found.never_seen]


def test_deletions_are_no_findings(recorded, promise):
    assert Mark.DELETED in marks(audit_inventory(recorded(()), promise), "keep").values()


def test_what_found_no_room_is_told(recorded, promise):
    found = audit_inventory(recorded((), (), limits=replace(Limits(), setters=1, unregistered=0)), promise)
    (gap,) = [finding for finding in found.findings if finding.code is Code.NOT_SEEN]
    assert (gap.cookie, gap.detail) == ("further names", "2 decisions beyond the limits of the inventory; see Limits")
    places = {str(place) for finding in found.findings for place in finding.places}
    assert places == {"GET /page/0 (200)"}
    assert "no room" not in " ".join(str(place) for cookie in found.cookies for place in cookie.places)


def test_refused_cookies_of_requests_are_held_back(recorded, promise, toml, tmp_path):
    gate = CookieGate(registry=Registry.from_toml(toml))
    judgement = compiled(gate).policy.judge(b"stats=x", frozenset(), is_https=True, now=0)
    decision = expired(judgement, b"stats=; Max-Age=0", Consent(()), is_enforced=True)
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


def test_domain_and_missing_attributes_of_the_weakest_line_count(recorded, promise, failures):
    lines = (b"sid=x; Domain=shop.example; Path=/", b"sid=x; Path=/; Secure; HttpOnly; SameSite=Lax")
    found = audit_inventory(recorded((), lines=lines), promise)
    assert sorted(code for code, _, _ in failures(found)) == [
        "no-http-only",
        "no-secure",
        "weak-same-site",
        "wide-domain",
    ]


def test_same_site_none_is_taken_as_sent(recorded, promise, failures):
    assert failures(audit_inventory(recorded((), lines=(b"keep=x; Secure; SameSite=None",)), promise)) == []


def test_inventory_is_told_from_a_har_file(recorded, har, make, tmp_path):
    directory = recorded(())
    assert is_inventory(directory)
    assert is_inventory(next(directory.glob("inventory-*.json")))
    assert not is_inventory(har(make()))


@pytest.mark.parametrize(("text", "failures"), [("{}", "no inventory"), (None, "inventory")])
def test_what_is_no_inventory_is_told(tmp_path, promise, text, failures):
    path = tmp_path / "empty"
    path.mkdir()
    if text is not None:
        path = path / "inventory-x.json"
        path.write_text(text)
    with pytest.raises(Unreadable, match=failures):
        audit_inventory(path, promise)


def test_file_that_had_to_be_skipped_is_told(recorded, promise):
    directory = recorded(())
    (directory / "inventory-broken.json").write_text("{")
    found = audit_inventory(directory, promise)
    (gap,) = [finding for finding in found.findings if finding.code is Code.NOT_SEEN]
    assert gap.cookie == str(directory / "inventory-broken.json")
    assert gap.detail.startswith("skipped: not JSON: line 1, column 2")
    assert found.fails(Severity.WARNING)


def test_file_that_is_there_twice_is_a_note(recorded, promise):
    directory = recorded(())
    (file,) = directory.glob("inventory-*.json")
    (directory / "inventory-z-copy.json").write_bytes(file.read_bytes())
    found = audit_inventory(directory, promise)
    assert [note for note in found.notes if "left out" in note]
    assert found.is_complete


def test_report_only_time_before_enforcement_is_over(recorded, promise, failures):
    recorded((), ("statistics",))
    found = audit_inventory(recorded((), mode="enforce", at_s=1768204800 + 7200), promise)
    assert failures(found) == []
    assert marks(found, "stats") == {"Nothing granted": Mark.HELD_BACK}
    assert found.source.looked_at == "1 response, enforced"
    assert "Left out, since it is over: 2 responses recorded in report-only, until 2026-01-12 08:00 UTC." in found.notes


def test_two_modes_side_by_side_both_count(recorded, promise, failures):
    recorded((), at_s=1768204800)
    recorded((), mode="enforce", at_s=1768204800 + 60)
    found = audit_inventory(recorded((), at_s=1768204800 + 7200), promise)
    assert found.source.looked_at == "2 responses, as the app sent them; 1 response, enforced"
    assert "before-consent" in {code for code, _, _ in failures(found)}


def test_refused_cookie_of_a_request_stays_in_report_only(recorded, promise, toml, tmp_path):
    gate = CookieGate(registry=Registry.from_toml(toml))
    decision = Decision(
        action=Action.EXPIRE, reason=Reason.NO_CONSENT, policy_rule=5, name="stats", category=Category.STATISTICS,
        registry_rule=gate.registry.find("stats"), after=b"stats=; Max-Age=0",
    )  # fmt: skip
    inventory = Inventory(tmp_path / "seen")
    inventory(
        Exchange(
            method="GET", path="/", route="/", status=200, at_s=0.0, is_https=True, granted=frozenset(),
            decisions=(decision,), is_enforced=False,
        )
    )  # fmt: skip
    inventory.flush()
    inventory.close()
    found = audit_inventory(tmp_path / "seen", promise)
    assert marks(found, "stats") == {"Nothing granted": Mark.CARRIED}
    assert str(found.cookies[0].places[0]) == "a browser's request"


def test_recording_from_before_modes_were_kept_is_read_by_what_left(recorded, promise, failures):
    directory = recorded((), ("statistics",), mode="enforce")
    (file,) = directory.glob("inventory-*.json")
    document = json.loads(file.read_text())
    del document["phases"]
    for cookie in document["cookies"]:
        del cookie["mode"], cookie["is_known"]
    file.write_text(json.dumps(document))
    found = audit_inventory(directory, promise)
    assert found.source.looked_at == "2 responses, enforced"
    assert failures(found) == []


def test_rule_that_reports_alone_counts_beside_what_is_enforced(tmp_path, toml, failures):
    toml.write_text(toml.read_text() + '[[cookie]]\nname = "legacy"\ncategory = "marketing"\nmode = "report-only"\n')
    gate = CookieGate(registry=Registry.from_toml(toml))
    inventory = Inventory(tmp_path / "seen")
    lines = (b"stats=x; SameSite=Lax; Secure", b"legacy=x; SameSite=Lax; Secure")
    decisions = tuple(compiled(gate).policy.decide(line, Consent(()), is_https=True, now=0) for line in lines)
    inventory(
        Exchange(
            method="GET", path="/", route="/", status=200, at_s=1768204800.0, is_https=True, granted=frozenset(),
            decisions=decisions,
        )
    )  # fmt: skip
    inventory.flush()
    inventory.close()
    found = audit_inventory(tmp_path / "seen", Promise.of(toml, platform(None)))
    assert [(code, cookie) for code, cookie, _ in failures(found)] == [("before-consent", "legacy")]
    assert marks(found, "stats") == {"Nothing granted": Mark.HELD_BACK}
    assert found.source.looked_at == "1 response, enforced"
