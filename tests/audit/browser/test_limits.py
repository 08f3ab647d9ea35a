"""What an audit by a browser does at its limits, and where the browser answers otherwise than usual."""

import json
from types import SimpleNamespace

import pytest
from playwright.sync_api import Error

from cookiegate.audit.browser import campaign, recorder, visit, workers
from cookiegate.audit.browser.auditing import _leaves_of
from cookiegate.audit.browser.clicking import Clicker
from cookiegate.audit.browser.evidence import SeenLine, Setter, Step
from cookiegate.audit.browser.profile import NotOpened, Profile
from cookiegate.audit.browser.progress_file import ProgressFile
from cookiegate.audit.browser.recorder import Recorder
from cookiegate.audit.browser.settings import BrowserSettings
from cookiegate.audit.browser.storage import stored_by
from cookiegate.audit.browser.tables import cookie_rows
from cookiegate.audit.observation import Unreadable
from cookiegate.wire.set_cookie import place_of


def test_site_that_excludes_its_first_page_is_left(site, look):
    site.page("/robots.txt", "User-agent: *\nDisallow: /\n", kind="text/plain")
    with pytest.raises(Unreadable, match=r"its robots\.txt excludes it; audit your own site with --ignore-robots"):
        look(site)
    site.pages["shop.test", "/robots.txt"] = ("500 Internal Server Error", [("Content-Type", "text/plain")], "")
    with pytest.raises(Unreadable, match=r"its robots\.txt can't be read, so nothing may be fetched"):
        look(site)


def test_policy_page_without_a_table_is_a_gap(site, look):
    site.page("/", "<!doctype html><title>Shop</title><h1>Shop</h1>")
    site.page("/cookies", "<!doctype html><title>Cookies</title><p>We use some.")
    details = " ".join(finding.detail for finding in look(site, policy_page="/cookies").findings)
    assert "its table of cookies can't be read" in details


@pytest.mark.parametrize(
    ("browser", "text", "why"),
    [
        (SimpleNamespace(is_connected=lambda: True), "Page.odd: why", "can't be looked at: Page.odd: why"),
        (SimpleNamespace(is_connected=lambda: True), "Target crashed", "the browser ended or did not answer any more"),
        (SimpleNamespace(is_connected=lambda: False), "odd", "the browser ended or did not answer any more"),
        (None, "odd", "the browser ended or did not answer any more"),
    ],
)
def test_reason_why_a_page_could_not_be_seen(browser, text, why):
    profile = SimpleNamespace(context=SimpleNamespace(browser=browser))
    assert campaign._why_ended(profile, Error(text)).startswith(why)


def test_reports_beyond_the_limit_are_counted(monkeypatch):
    monkeypatch.setattr(recorder, "_MAX_REPORTS", 1)
    seen = Recorder(lambda _: True)
    for name in ("a", "b"):
        seen.script(json.dumps({"line": f"{name}=1", "calls": "", "origin": "http://shop.test"}))
    assert [line.line for line in seen.lines] == ["a=x"]
    assert seen.missed


@pytest.mark.parametrize("errors", [1, 3])
def test_page_that_navigates_is_asked_again(errors):
    answers = [Error("the page is navigating")] * errors + ["<p>"]

    def content():
        answer = answers.pop(0)
        if isinstance(answer, Error):
            raise answer
        return answer

    profile = SimpleNamespace(page=SimpleNamespace(content=content, wait_for_timeout=lambda _: None))
    if errors == 1:
        assert Profile._content(profile) == "<p>"
    else:
        with pytest.raises(NotOpened, match="loads itself again and again"):
            Profile._content(profile)


def test_other_error_of_the_browser_is_passed_on():
    def content():
        raise Error("Target closed")

    with pytest.raises(Error, match="Target closed"):
        Profile._content(SimpleNamespace(page=SimpleNamespace(content=content)))


def test_only_other_windows_are_closed():
    closed = []
    own, other = (SimpleNamespace(close=lambda name=name: closed.append(name)) for name in ("own", "other"))
    for page in (own, other):
        Profile._close_other(SimpleNamespace(page=own), page)
    assert closed == ["other"]


def test_answer_that_is_no_text_is_nothing_that_is_stored():
    def send(method, _=None):
        if method == "Page.getFrameTree":
            return {"frameTree": {"frame": {"id": "1"}}}
        return {"executionContextId": 1, "result": {"value": 7}}

    assert [*stored_by([SimpleNamespace(send=send)])] == []


def test_workers_beyond_the_limit_are_let_go_and_others_are_not_heard(monkeypatch):
    monkeypatch.setattr(workers, "_MAX_WORKERS", 0)
    sent, handlers = [], {}
    session = SimpleNamespace(
        on=handlers.setdefault,
        send=lambda method, params=None: sent.append((method, (params or {}).get("message", ""))),
    )
    workers.Workers(session, Recorder(lambda _: True), SimpleNamespace(), lambda name: name)
    handlers["Target.attachedToTarget"]({"sessionId": "1", "targetInfo": {"type": "service_worker"}})
    assert [json.loads(message)["method"] for _, message in sent if message] == ["Runtime.runIfWaitingForDebugger"]
    handlers["Target.receivedMessageFromTarget"]({"sessionId": "1", "message": "{}"})
    handlers["Target.detachedFromTarget"]({"sessionId": "1"})


def test_selector_of_the_operator_may_lead_anywhere():
    assert Clicker(SimpleNamespace(), BrowserSettings(withdraw_selector="a")).is_in_place(None)


def test_only_long_texts_of_a_json_value_are_secrets():
    assert [*_leaves_of('{"a": [1, "short", {"b": "a-very-long-token"}], "c": null}')] == ["a-very-long-token"]


def test_timeline_has_room_for_some_cookies(monkeypatch):
    monkeypatch.setattr(visit, "_MAX_COOKIE_STEPS", 1)
    lines = [
        SeenLine(line=f"{name}=x", setter=Setter.SCRIPT, where="http://shop.test/a.js", host="shop.test", page="",
                 is_https=False, at_s=12.0)
        for name in ("a", "b")
    ]  # fmt: skip
    own = SimpleNamespace(profile=SimpleNamespace(began_at=10.0), steps=[Step(1.0, "looked")])
    assert visit.Visit._timeline(own, lines) == (
        Step(1.0, "looked"),
        Step(2.0, "a was set by the script http://shop.test/a.js"),
    )


def test_progress_of_another_version_is_refused(tmp_path):
    path = tmp_path / "progress.json"
    path.write_text(
        json.dumps({"format": "cookiegate-audit-progress", "version": 2, "url": "", "pages": [], "phases": []})
    )
    with pytest.raises(Unreadable, match="not written by an audit"):
        ProgressFile(path, "http://shop.test/")


def test_deletion_by_a_line_is_no_row(make):
    line = SeenLine(line="gone=x; Max-Age=0", setter=Setter.RESPONSE, where="http://shop.test/", host="shop.test",
                    page="", is_https=False, at_s=1.0)  # fmt: skip
    assert cookie_rows(make.evidence(make.phase(lines=(line,)))) == []


def test_line_that_no_browser_keeps_has_no_place():
    assert place_of(b"a\x00=1", "/") == (None, b"", False)


MEASURED = {"name": "No", "width": 80, "height": 20.5, "font": 16, "text": [0, 0, 0], "ground": None, "around": None}


@pytest.mark.parametrize(
    "changed",
    [
        None, [], {"name": 1}, {"width": "80"}, {"height": float("nan")}, {"font": "x"}, {"text": [1, 2]},
        {"ground": "red"}, {"around": [1, 2, "3"]},
    ],
)  # fmt: skip
def test_measurement_that_the_page_has_changed_is_none(changed):
    element = SimpleNamespace(evaluate=lambda _: MEASURED | changed if isinstance(changed, dict) else changed)
    clicker = Clicker(SimpleNamespace(recorder=Recorder(lambda _: True)), BrowserSettings())
    found = clicker._measured(element, "reject", "its name")
    assert (found.role, found.name, found.width) == ("reject", "", 0)
    assert clicker._measured(SimpleNamespace(evaluate=lambda _: MEASURED), "reject", "its name").name == "No"
