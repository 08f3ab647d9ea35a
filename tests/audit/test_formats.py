"""What leaves: JSON, SARIF, JUnit XML, baselines; readable by machines whatever the names are."""

import json
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from cookiegate.audit.as_json import write_json
from cookiegate.audit.baseline import read_baseline, write_baseline
from cookiegate.audit.finding import Code, Severity
from cookiegate.audit.junit import write_junit
from cookiegate.audit.observation import Unreadable
from cookiegate.audit.sarif import write_sarif
from cookiegate.audit.text import duration, shown, shown_octets, shown_url
from cookiegate.documentation import url_of_code

HOSTILE = ["<script>alert(1)</script>=x", "a\x00b=x", "c\ud800d=x", "e\u202ef=x", "g\ufffeh=x", "]]>=x", "&amp;'\"=x"]


@pytest.fixture
def found(audited, make, choice):
    return audited(
        make("https://www.shop.example/a", "stats=x; Secure; SameSite=Lax", "x=1", "keep=x; Secure", *HOSTILE),
        make("https://ads.test/", "IDE=x"),
        make(
            "https://www.shop.example/b", "sid=x; Path=/; Secure; HttpOnly; SameSite=Lax", cookie=choice("statistics")
        ),
    )


def test_json_has_everything_but_values(found):
    document = json.loads(write_json(found, version="9"))
    assert (document["format"], document["version"], document["cookiegate"]) == ("cookiegate-audit", 1, "9")
    assert document["counts"] == {"errors": 2, "warnings": 8, "notes": 3, "accepted": 0}
    assert document["summary"].startswith("2 of 12 cookies break the policy's promise")
    (cookie,) = [cookie for cookie in document["cookies"] if cookie["name"] == "stats"]
    assert cookie == {
        "name": "stats", "category": "statistics", "rule": "stats", "declared_lifetime": "30 days", "longest_s": None,
        "count": 1, "marks": {"No choice yet": "broken"}, "places": ["https://www.shop.example/a (entry 1)"],
    }  # fmt: skip
    assert document["findings"][0] == {
        "code": "before-consent", "severity": "error", "cookie": "stats", "category": "statistics",
        "detail": "statistics needs consent", "promise": "stats: statistics, 30 days",
        "remedy": Code.BEFORE_CONSENT.remedy, "help": url_of_code("audit", "before-consent"),
        "places": ["https://www.shop.example/a (entry 1)"],
        "moments": ["No choice yet"], "count": 1, "accepted": False,
    }  # fmt: skip
    assert document["other_parties"] == [{"host": "ads.test", "cookies": ["IDE"], "count": 1, "before_consent": 1}]
    assert document["never_seen"] == ["ads", "track"]


def test_sarif_points_at_the_rule(found, toml, monkeypatch):
    monkeypatch.chdir(toml.parent.parent)
    document = json.loads(write_sarif(found, version="9.1.0", registry=toml))
    (run,) = document["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert document["version"] == "2.1.0"
    assert len({rule["id"] for rule in rules}) == len(rules)
    assert all(rule["helpUri"] == url_of_code("audit", rule["id"]) for rule in rules)
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in ("error", "warning", "note")
        (location,) = result["locations"]
        place = location["physicalLocation"]
        assert place["artifactLocation"]["uri"] == f"{toml.parent.name}/cookies.toml"
        assert place["region"]["startLine"] >= 1
        assert result["message"]["text"]
    (first,) = [result for result in run["results"] if result["ruleId"] == "before-consent"]
    line = first["locations"][0]["physicalLocation"]["region"]["startLine"]
    assert toml.read_text().splitlines()[line - 1] == 'name = "stats"'
    prints = [result["partialFingerprints"]["cookiegateFinding/v1"] for result in run["results"]]
    assert len(set(prints)) == len(prints)


def test_sarif_without_registry_points_at_the_file(found):
    run = json.loads(write_sarif(found, version="9"))["runs"][0]
    uris = {each["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for each in run["results"]}
    assert uris == {"shop.har"}


def test_accepted_findings_are_suppressed_and_skipped(found):
    accepted = found.accept(frozenset({("before-consent", "stats"), ("unregistered", "x"), ("weak-same-site", "keep")}))
    results = json.loads(write_sarif(accepted, version="9"))["runs"][0]["results"]
    assert {result["ruleId"] for result in results if "suppressions" in result} == {
        "before-consent", "unregistered", "weak-same-site",
    }  # fmt: skip
    root = ElementTree.fromstring(write_junit(accepted, threshold=Severity.WARNING))
    case = root.find(".//testcase[@name='stats']")
    assert case.find("skipped").get("message").startswith("accepted by the baseline: Set before consent")
    assert case.find("failure") is None
    assert accepted.summary == "2 of 12 cookies break the policy's promise, as the baseline accepts."


def test_junit_has_a_case_for_each_cookie(found):
    root = ElementTree.fromstring(write_junit(found, threshold=Severity.WARNING))
    (suite,) = root
    cases = suite.findall("testcase")
    assert [suite.get(name) for name in ("tests", "failures", "errors", "skipped")] == ["12", "10", "0", "0"]
    assert [case.get("name") for case in cases][:4] == ["cookiegate_consent", "keep", "sid", "stats"]
    failure = suite.find("testcase[@name='stats']/failure")
    assert failure.get("message") == "Set before consent: statistics needs consent"
    assert "what to do: Wrap the site" in failure.text
    assert "at https://www.shop.example/a (entry 1)" in failure.text
    assert suite.find("testcase[@name='sid']/failure") is None
    assert "never seen: ads" in suite.find("system-out").text
    assert "other party: ads.test" in suite.find("system-out").text


def test_junit_tells_what_did_not_fail(audited, make):
    both = audited(make("https://shop.example/", "stats=x; Secure"))
    root = ElementTree.fromstring(write_junit(both, threshold=Severity.ERROR))
    assert root.find(".//testcase/system-out").text == "SameSite missing or weak: SameSite is missing"


def test_junit_has_nothing_to_add_where_there_is_nothing(found):
    root = ElementTree.fromstring(
        write_junit(replace(found, notes=(), never_seen=(), parties=()), threshold=Severity.NOTE)
    )
    assert root.find("testsuite/system-out") is None


def test_no_format_holds_what_xml_or_a_terminal_forbids(found):
    for text in (
        write_json(found, version="9"),
        write_sarif(found, version="9"),
        write_junit(found, threshold=Severity.NOTE),
    ):
        assert not [char for char in text if not char.isprintable() and char != "\n"]
        assert text.encode("utf-8")


def test_baseline_accepts_what_it_was_written_for(found, tmp_path):
    path = tmp_path / "baseline.json"
    path.write_text(write_baseline(found), encoding="utf-8")
    assert found.fails(Severity.NOTE)
    assert not found.accept(read_baseline(path)).fails(Severity.NOTE)
    assert ("other-party", "ads.test") in read_baseline(path)
    assert {code for code, _ in read_baseline(path)} == {each.code.value for each in found.findings}


def test_baseline_without_notes_is_read_as_before(found, tmp_path):
    path = tmp_path / "baseline.json"
    accepted = [
        {"code": each.code, "cookie": each.cookie} for each in found.findings if each.severity is not Severity.NOTE
    ]
    path.write_text(json.dumps({"format": "cookiegate-audit-baseline", "version": 1, "accepted": accepted}))
    assert not found.accept(read_baseline(path)).fails(Severity.WARNING)
    assert found.accept(read_baseline(path)).fails(Severity.NOTE)


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"format": "x", "version": 1, "accepted": []}', "\xff",
     '{"format": "cookiegate-audit-baseline", "version": 2, "accepted": []}',
     '{"format": "cookiegate-audit-baseline", "version": 1, "accepted": [{"code": 1, "cookie": "a"}]}',
     '{"format": "cookiegate-audit-baseline", "version": 1, "accepted": [{"code": "a"}]}',
     '{"format": "cookiegate-audit-baseline", "version": 1, "accepted": ["a"]}',
     '{"format": "cookiegate-audit-baseline", "version": 1, "accepted": {}}'],
)  # fmt: skip
def test_what_is_no_baseline_is_told(tmp_path, text):
    path = tmp_path / "b.json"
    path.write_text(text, encoding="latin-1")
    with pytest.raises(Unreadable, match=r"b\.json: no baseline; write one with --write-baseline"):
        read_baseline(path)


def test_missing_baseline_is_told(tmp_path):
    with pytest.raises(Unreadable, match="can't be read: No such file or directory"):
        read_baseline(tmp_path / "none.json")


@pytest.mark.parametrize("code", Code)
def test_each_code_has_its_words(code):
    assert code.headline
    assert code.meaning.endswith(".")
    assert code.remedy.endswith(".")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, "session"),
        (0, "0 seconds"),
        (1, "1 second"),
        (90, "1 minute"),
        (7200, "2 hours"),
        (86400 * 1000, "1,000 days"),
        (86400 * 400 - 60, "400 days"),  # an Expires date, written up to a minute ago
        (86400 * 400 - 3600, "399 days"),
        (86400 * 365, "1 year"),
        (86400 * 366 - 60, "1 year"),
        (86400 * 367, "367 days"),
        (86400 * 731, "2 years"),
        (86400 * 3650, "10 years"),
        (86400 * 3653 - 1, "10 years"),
        (86400 * 3651, "3,651 days"),
        (3599, "1 hour"),
        (59, "1 minute"),
        (580, "9 minutes"),
    ],
)
def test_durations_are_words(seconds, words):
    assert duration(seconds) == words


def test_texts_are_cut_and_made_safe():
    assert shown("a\x1b[31m") == "a\\x1b[31m"
    assert shown("x" * 5, 3) == "xxx... (5 characters)"
    assert shown_octets(b"\xff" * 3, 2) == "\\xff\\xff... (3 octets)"
    assert shown_url("https://u:p@[::1]:8/a?q#f") == "https://[::1]:8/a"
    assert shown_url("http://[x") == "(a URL that can't be read)"


def test_baseline_beyond_the_bounds_is_told(tmp_path):
    path = tmp_path / "baseline.json"
    path.write_text('{"format": "cookiegate-audit-baseline", "version": ' + "1" * 401 + "}")
    with pytest.raises(Unreadable) as error:
        read_baseline(path)
    assert str(error.value) == (
        "baseline.json: line 1: a number of more than 400 characters; shorten it, or write a baseline with "
        "--write-baseline"
    )
