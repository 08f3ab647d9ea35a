"""`audit diff`: two reports in JSON."""

import json

import pytest
from typer.testing import CliRunner

from cookiegate.audit.as_json import write_json
from cookiegate.cli.app import app


@pytest.fixture
def reports(audited, make, tmp_path):
    """Write a report for each list of lines."""

    def write(*several):
        paths = []
        for number, lines in enumerate(several):
            path = tmp_path / f"{number}.json"
            path.write_text(write_json(audited(make("https://www.shop.example/", *lines)), version="1"))
            paths.append(str(path))
        return paths

    return write


def run(*arguments):
    return CliRunner().invoke(app, ["audit", "diff", *arguments])


BAD = "ads=x; Max-Age=60; Secure; SameSite=Lax"
GOOD = "sid=x; Secure; HttpOnly; SameSite=Lax"


def test_what_is_new_fails_and_what_is_gone_does_not(reports):
    clean, broken = reports([GOOD], [GOOD, BAD])
    done = run(clean, broken)
    assert done.exit_code == 1
    assert "0.json -> 1.json: 1 new, 1 gone, 3 still there" in done.stdout
    assert "  error [before-consent] ads: marketing needs consent" in done.stdout
    assert "Cookies that came (1 cookie):\n  ads" in done.stdout
    done = run(broken, clean)
    assert done.exit_code == 0
    assert "Cookies that went (1 cookie):\n  ads" in done.stdout
    assert run(broken, broken).exit_code == 0


def test_the_difference_as_json(reports):
    clean, broken = reports([GOOD], [BAD])
    found = json.loads(run(clean, broken, "--format", "json").stdout)
    assert found["format"] == "cookiegate-audit-difference"
    assert found["appeared"][0] == {
        "code": "before-consent", "cookie": "ads", "severity": "error", "detail": "marketing needs consent",
    }  # fmt: skip
    assert found["cookies"] == {"new": ["ads"], "gone": ["sid"], "changed": []}
    assert found["complete"] is True


def test_a_cookie_that_is_marked_otherwise_and_an_incomplete_report_are_told(reports, tmp_path):
    good, longer = reports([GOOD], [GOOD + "; Max-Age=60"])
    assert "Cookies that are set otherwise (1 cookie):\n  sid" in run(good, longer).stdout
    document = json.loads((tmp_path / "0.json").read_text()) | {"complete": False}
    (tmp_path / "2.json").write_text(json.dumps(document))
    assert "One of the audits could not see everything" in run(good, str(tmp_path / "2.json")).stdout


def test_a_phase_that_the_new_audit_did_not_see_is_no_difference(reports, tmp_path):
    (old,) = reports([GOOD, BAD])
    document = json.loads((tmp_path / "0.json").read_text())
    document["findings"] = [each for each in document["findings"] if not each["moments"]]
    document["cookies"] = [each for each in document["cookies"] if each["name"] != "ads"]
    for each in document["cookies"]:
        each["marks"] = {}
    (tmp_path / "2.json").write_text(json.dumps(document | {"unseen_moments": document["moments"], "complete": False}))
    done = run(old, str(tmp_path / "2.json"))
    assert done.exit_code == 0
    assert "0 gone" in done.stdout
    assert (
        "Not looked at again, since the new audit did not see the phase:\n  error [before-consent] ads" in done.stdout
    )
    assert "Cookies" not in done.stdout
    found = json.loads(run(old, str(tmp_path / "2.json"), "--format", "json").stdout)
    assert "before-consent" in {each["code"] for each in found["not_looked_at"]}
    assert (found["gone"], found["cookies"]) == ([], {"new": [], "gone": [], "changed": []})


@pytest.mark.parametrize("moments", [None, "before", [1]])
def test_a_report_without_its_phases_is_refused(reports, tmp_path, moments):
    (old,) = reports([GOOD])
    document = json.loads((tmp_path / "0.json").read_text()) | {"moments": moments}
    (tmp_path / "2.json").write_text(json.dumps(document))
    assert run(old, str(tmp_path / "2.json")).exit_code == 2


def test_many_cookies_are_cut_short(reports):
    few, many = reports([GOOD], [GOOD, *(f"c{number}=x" for number in range(50))])
    assert "and 10 more" in run(few, many).stdout


@pytest.mark.parametrize(
    "text",
    [
        "", "[]", "{}", '{"format": "cookiegate-audit", "version": 1, "findings": [{}]}',
        '{"format": "x", "version": 1}', '{"format": "x", "version": 1, "complete": true}',
        '{"format": "cookiegate-audit", "version": 1, "complete": true, "findings": [], "cookies": [{"name": "a"}]}',
    ],
)  # fmt: skip
def test_what_is_no_report_is_refused(reports, tmp_path, text):
    path = tmp_path / "bad.json"
    path.write_text(text)
    done = run(str(path), *reports([GOOD]))
    assert done.exit_code == 2
    assert "bad.json: no report of an audit; write one with `cookiegate audit -o report.json`" in done.stderr


def test_a_missing_and_a_huge_report_are_refused(reports, tmp_path, monkeypatch):
    assert run(str(tmp_path / "none.json"), *reports([GOOD])).exit_code == 2
    monkeypatch.setattr("cookiegate.audit.difference._MAX_OCTETS", 10)
    assert "is too large for a report" in run(*reports([GOOD], [GOOD])).stderr


def test_two_sources_are_refused():
    done = CliRunner().invoke(app, ["audit", "a.har", "b.har"])
    assert done.exit_code == 2
    assert "one source at a time; to compare two reports: audit diff OLD NEW" in done.stderr


def test_a_difference_needs_two_reports(reports):
    for few in ((), reports([GOOD]), reports([GOOD], [GOOD], [GOOD])):
        done = run(*few)
        assert done.exit_code == 2
        assert done.stderr.startswith("cookiegate: audit diff: needs two reports in JSON: audit diff OLD NEW; ")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--format", "sarif"), "--format sarif: audit diff is printed as table and json alone"),
        (("--format", "html"), "--format html: audit diff is printed"),
        (("-o", "a.html"), "--output: means nothing to audit diff"), (("--pages", "5"), "--pages: means nothing to"),
        (("--write-baseline", "b.json"), "--write-baseline: means nothing to audit diff"),
        (("--browser",), "--browser: means nothing to audit diff"),
    ],
)  # fmt: skip
def test_what_a_difference_does_not_have_is_refused(reports, options, words):
    done = run(*reports([GOOD], [GOOD]), *options)
    assert (done.exit_code, done.stdout) == (2, "")
    assert words in done.stderr
    assert run(*reports([GOOD], [GOOD]), "--format", "table", "--fail-on", "note").exit_code == 0
    assert run(*reports([GOOD], [GOOD]), "--json").exit_code == 0
