import json

import pytest

from cookiegate.audit.browser.evidence import PhaseEvidence, SeenLine, merged, without_value
from cookiegate.audit.browser.phase import Phase
from cookiegate.audit.browser.progress_file import ProgressFile
from cookiegate.audit.observation import Unreadable


@pytest.mark.parametrize(
    ("line", "hidden"),
    [
        (b"a=secret; Path=/", "a=xxxxxx; Path=/"), (b"a=s e,c\x01; Secure", "a=x x,x\x01; Secure"), (b"a=", "a="),
        (b"nameless; Path=/", "xxxxxxxx; Path=/"), (b"=v", "=x"), ("a=ä".encode(), "a=\x80\x80"),
        (b'a="q=;"; b', 'a="xx;"; b'), (b"a=b=c", "a=xxx"),
    ],
)  # fmt: skip
def test_a_line_keeps_everything_but_the_characters_of_its_value(line, hidden):
    assert without_value(line) == hidden


def test_evidence_is_the_same_after_it_was_written_and_read(make):
    phase = make.full_phase()
    assert PhaseEvidence.from_json(json.loads(json.dumps(phase.to_json()))) == phase


def test_two_runs_of_a_phase_are_added_up(make):
    old, new = make.full_phase(), make.full_phase()
    both = merged(old, new)
    assert len(both.lines) == 2
    assert both.sent[0].count == 4
    assert len(both.jar) == len(both.keys) == len(both.controls) == 1
    assert [step.what for step in both.steps] == ["looked", "the audit was resumed", "looked"]


def test_requests_and_ways_back_are_added_up(make):
    from cookiegate.audit.browser.evidence import OtherRequests

    old = make.phase(requests=(OtherRequests("a.test", ("image",), 1),), has_way_back=True)
    new = make.phase(requests=(OtherRequests("a.test", ("script",), 2), OtherRequests("b.test", (), 1)))
    both = merged(old, new)
    assert both.requests == (OtherRequests("a.test", ("image", "script"), 3), OtherRequests("b.test", (), 1))
    assert both.has_way_back
    assert merged(new, old).has_way_back


def test_a_progress_file_keeps_phases_and_pages_and_is_removed(tmp_path, make):
    path = tmp_path / "progress.json"
    kept = ProgressFile(path, "http://shop.test/?secret=1")
    assert kept.phases == {}
    kept.keep(["http://shop.test/", "http://shop.test/a"], make.full_phase())
    assert "secret" not in path.read_text()
    again = ProgressFile(path, "http://shop.test/")
    assert again.phases == {Phase.REJECT: make.full_phase()}
    assert again.pages == ["http://shop.test/", "http://shop.test/a"]
    again.remove()
    assert [*tmp_path.iterdir()] == []


def test_without_a_path_nothing_is_written(make):
    kept = ProgressFile(None, "http://shop.test/")
    kept.keep([], make.phase())
    kept.remove()
    assert Phase.BEFORE in kept.phases


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"format": "other", "version": 1}', '{"format": "cookiegate-audit-progress", "version": 1}',
     '{"format": "cookiegate-audit-progress", "version": 1, "pages": [], "url": "", "phases": [{}]}',
     '{"format": "cookiegate-audit-progress", "version": 1, "pages": [], "url": "", "phases": {}}'],
)  # fmt: skip
def test_a_file_that_no_audit_wrote_is_refused(tmp_path, text):
    path = tmp_path / "x.json"
    path.write_text(text)
    with pytest.raises(Unreadable, match="not written by an audit"):
        ProgressFile(path, "http://shop.test/")


def test_a_file_of_another_site_one_too_large_and_a_directory_are_refused(tmp_path, make, monkeypatch):
    path = tmp_path / "x.json"
    ProgressFile(path, "http://shop.test/").keep([], make.phase())
    with pytest.raises(Unreadable, match=r"is of http://shop\.test/; name another file"):
        ProgressFile(path, "http://other.test/")
    monkeypatch.setattr("cookiegate.audit.browser.progress_file._MAX_OCTETS", 10)
    with pytest.raises(Unreadable, match="not written by an audit"):
        ProgressFile(path, "http://shop.test/")
    monkeypatch.undo()
    with pytest.raises(Unreadable, match="can't be read"):
        ProgressFile(tmp_path, "http://shop.test/")


def test_a_line_is_a_frozen_value(make):
    assert isinstance(make.line(), SeenLine)
    assert make.line() == make.line()
