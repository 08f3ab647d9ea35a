"""`cookiegate check`: each mistake with its place, a summary if there are none, exit codes for scripts."""

import json

import pytest
from typer.testing import CliRunner

from cookiegate.cli.app import app
from cookiegate.documentation import CODES_URL, url_of_code

CODES = f"codes: {CODES_URL}"
MISTAKES = """
[gate]
revison = "1"
[[cookie]]
name = "_ga"
category = "stats"
"""
COMPLAINTS = [
    "cookies.toml:3: gate: unknown key 'revison'; did you mean 'revision'?",
    (
        "cookies.toml:4: cookie[1] '_ga': unknown category 'stats'; use one of necessary, preferences, statistics, "
        "marketing (did you mean 'statistics'?)"
    ),
]


@pytest.fixture
def check(tmp_path):
    """Check a file with this text; without a text, a missing file."""

    def run(text, *arguments):
        file = tmp_path / "cookies.toml"
        if text is not None:
            file.write_text(text)
        result = CliRunner().invoke(app, ["check", str(file), *arguments])
        return result.exit_code, result.stdout, result.stderr

    return run


def test_example_has_no_mistakes(cli, cookies_toml):
    result = cli("check", cookies_toml)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.splitlines()[:3] == [
        "cookies.toml: no mistakes",
        "27 rules: 9 necessary, 6 preferences, 6 statistics, 6 marketing",
        "revision: 2026-01-12; mode: enforce; unregistered: drop",
    ]


def test_example_is_summed_up_as_json(cli, cookies_toml):
    result = cli("check", cookies_toml, "--json")
    assert result.returncode == 0
    found = json.loads(result.stdout)
    assert {finding["severity"] for finding in found.pop("findings")} == {"note"}
    assert found == {
        "ok": True,
        "rules": 27,
        "categories": {"necessary": 9, "preferences": 6, "statistics": 6, "marketing": 6},
        "revision": "2026-01-12",
        "mode": "enforce",
        "proposals": 0,
    }


STRICTER = '[[cookie]]\nname = "sessionid"\ncategory = "marketing"\n'
WARNING = (
    "cookies.toml:1: {} stricter-than-known: 'sessionid': asks for consent to marketing, but cookiegate knows it as "
    "necessary (Django): features that need it fail without consent; make the rule necessary, remove it, or "
    'give the reason in it: stricter = "..."'
)


@pytest.mark.parametrize(("arguments", "exit_code", "severity"), [((), 0, "warning"), (("--strict",), 1, "error")])
def test_rule_that_is_stricter_than_known_is_a_warning_and_strictly_a_failure(check, arguments, exit_code, severity):
    code, out, _ = check(STRICTER, *arguments)
    assert code == exit_code
    assert WARNING.format(severity) in out.splitlines()
    code, out, _ = check(STRICTER, "--json", *arguments)
    found = json.loads(out)
    assert (code, found["ok"]) == (exit_code, exit_code == 0)
    assert [each["severity"] for each in found["findings"] if each["code"] == "stricter-than-known"] == [severity]


def test_rule_that_says_why_it_is_stricter_is_no_mistake(check):
    code, out, _ = check(f'{STRICTER}stricter = "No logins here."\n', "--strict")
    assert code == 0
    assert "stricter-than-known" not in out


def test_every_mistake_is_printed_with_its_place(check):
    code, out, err = check(MISTAKES)
    assert (code, err) == (1, "")
    lines = out.splitlines()
    assert [line for line in lines if " note " not in line and " warning " not in line] == [
        *COMPLAINTS, "2 mistakes in cookies.toml, 1 warning, 3 notes", CODES,
    ]  # fmt: skip


def test_mistakes_are_told_as_json(check):
    code, out, _ = check(MISTAKES, "--json")
    assert code == 1
    found = json.loads(out)
    assert (found["ok"], found["problems"]) == (False, COMPLAINTS)
    assert found["findings"][0] == {
        "code": "mistake", "severity": "error", "line": 3, "subject": "", "what": "gate: unknown key 'revison'",
        "fix": "did you mean 'revision'?", "help": url_of_code("lint", "mistake"),
    }  # fmt: skip


def test_one_mistake_is_counted_as_one(check):
    code, out, _ = check('[gate]\nmode = "on"\n')
    assert code == 1
    assert out.splitlines()[0] == "cookies.toml:2: gate: mode: unknown value 'on'; use one of enforce, report-only"
    assert out.splitlines()[-2:] == ["1 mistake in cookies.toml, 2 notes", CODES]


def test_file_that_is_not_toml_has_a_mistake(check):
    code, out, _ = check("[gate")
    assert code == 1
    assert out.startswith("cookies.toml: not TOML: ")
    assert out.splitlines()[1:] == ["1 mistake in cookies.toml"]


def test_file_without_a_revision_says_so(check):
    code, out, _ = check("")
    assert code == 0
    assert out.splitlines()[1:3] == [
        "0 rules: 0 necessary, 0 preferences, 0 statistics, 0 marketing",
        "revision: none; mode: enforce; unregistered: drop",
    ]


def test_file_that_is_not_there_can_not_be_read(check):
    code, out, err = check(None)
    assert (code, out) == (2, "")
    assert err.endswith("cookies.toml: can't be read: No such file or directory; check the path\n")


def test_folder_can_not_be_read(cli, tmp_path):
    result = cli("check", str(tmp_path))
    assert (result.returncode, result.stdout) == (2, "")
    assert "can't be read" in result.stderr


def test_one_rule_is_counted_as_one(check):
    assert "1 rule: 1 necessary, 0 preferences" in check("[[cookie]]\nname = 'a'\ncategory = 'necessary'\n")[1]


LONG = '[[cookie]]\nname = "_ga"\ncategory = "statistics"\npurpose = "Counts."\nlifetime = "2 years"\n'


def test_doubts_are_listed_in_the_same_round_and_errors_fail_where_it_is_strict(check):
    code, out, _ = check(LONG)
    assert (code, out.splitlines()[-2:]) == (0, ["1 warning, 2 notes", CODES])
    assert out.splitlines()[3] == (
        "cookies.toml:1: warning over-400-days: '_ga': '2 years' is longer than the 400 days of browsers; write "
        '"13 months" or less, as regulators allow for'
    )
    shadowed = '[[cookie]]\nname = "a*"\ncategory = "necessary"\n[[cookie]]\nname = "a*b"\ncategory = "marketing"\n'
    assert check(shadowed)[0] == 0
    assert check(shadowed, "--strict")[0] == 1
    assert check(LONG, "--strict")[0] == 0


def test_rule_with_a_mistake_is_doubted_in_the_same_round(check):
    _, out, _ = check(LONG.replace("statistics", "statistic").replace('purpose = "Counts."', "secure = 1"))
    messages = [line.partition(": ")[2] for line in out.splitlines()]
    assert (
        "cookie[1] '_ga': unknown category 'statistic'; use one of necessary, preferences, statistics, marketing "
        "(did you mean 'statistics'?)" in messages
    )
    assert "cookie[1] '_ga': secure is 1; write true or false" in messages
    assert "warning no-purpose: '_ga': no purpose is given; write in a sentence what the cookie is for" in messages
    assert any("over-400-days" in line and '"13 months"' in line for line in messages)


def test_contradictions_beside_a_mistake_are_told_in_the_same_round(check):
    text = '[[cookie]]\nname = "a"\ncategory = "stats"\nsame_site = "none"\nsecure = false\n'
    assert "cookie[1] 'a': same_site = \"none\" needs Secure; remove secure = false" in check(text)[1]


def test_name_that_a_rule_with_a_mistake_shares_is_told(check):
    rule = '[[cookie]]\nname = "a"\ncategory = "{}"\n'
    _, out, _ = check(rule.format("stats") + rule.format("necessary") + rule.format("x"))
    assert "cookies.toml:1: cookie[1] 'a': the same name as cookie[2]; keep one of them" in out
    assert "cookies.toml:7: cookie[3] 'a': the same name as cookie[2]; keep one of them" in out
    _, out, _ = check(rule.format("necessary") * 2)
    assert out.count("the same name as") == 1


@pytest.mark.parametrize(
    ("text", "messages"),
    [
        ("[[cookie]]\ncategory = 'x'\n", "cookies.toml:1: cookie[1]: name is missing; add name = \"...\""),
        ("cookie = [{name = 'a', category = 'x'}]\n", "cookies.toml: cookie[1] 'a': unknown category 'x'; use one of"),
        ("cookie = [{name = 'a', category = 'x'}, {name = 'a', category = 'x'}]\n", "cookies.toml: cookie[2] 'a': "),
        ("cookie = 1\n", "cookies.toml: cookie is no list of tables; begin each rule with [[cookie]]"),
        ("gate = 1\n", "cookies.toml: gate is 1; write it as a section [gate]"),
        ("gate = {mode = 'x'}\n", "cookies.toml: gate: mode: unknown value 'x'; use one of enforce, report-only"),
        ("# x\n[ gate ]\n'mode'='x'\n", "cookies.toml:3: gate: mode: unknown value 'x'; use one of enforce"),
        ("[gate]\nrequire_explicit = true\ndefault_consent = ['statistics']\n", "cookies.toml:3: gate: default_con"),
        ("[other]\nmode = 1\n", "cookies.toml: unknown section 'other'; known are gate, settings_page, cookie, csp"),
    ],
)  # fmt: skip
def test_mistake_of_any_kind_has_its_line_where_it_has_one(check, text, messages):
    assert any(line.startswith(messages) for line in check(text)[1].splitlines())


def test_lint_lists_what_check_finds(cli, tmp_path):
    (tmp_path / "cookies.toml").write_text(MISTAKES)
    checked, linted = cli("check", "cookies.toml"), cli("registry", "lint", "cookies.toml")
    assert (checked.returncode, linted.returncode) == (1, 1)
    codes = [line.replace(" error mistake: ", " ") for line in linted.stdout.splitlines()[:-2]]
    assert codes == checked.stdout.splitlines()[:-2]
    assert linted.stdout.splitlines()[-2:] == ["cookies.toml: 2 errors, 1 warning, 3 notes", CODES]


def test_explain_and_render_name_the_line_too(cli, tmp_path):
    (tmp_path / "cookies.toml").write_text(MISTAKES)
    for arguments in (("explain", "a=1", "-r", "cookies.toml"), ("registry", "render", "cookies.toml")):
        found = cli(*arguments)
        assert found.returncode == 2
        assert found.stderr.splitlines() == [f"cookiegate: {complaint}" for complaint in COMPLAINTS]
    assert cli("explain", "a=1", "-r", "none.toml").stderr == (
        "cookiegate: none.toml: can't be read: No such file or directory; check the path\n"
    )


def test_file_without_any_doubt_has_nothing_behind_the_summary(check):
    rule = '[[cookie]]\nname = "{}"\ncategory = "necessary"\npurpose = "No forgery."\nlifetime = "session"\n'
    _, out, _ = check(rule.format("mysession") + rule.format("mycsrf"))
    assert out.splitlines() == [
        "cookies.toml: no mistakes",
        "2 rules: 2 necessary, 0 preferences, 0 statistics, 0 marketing",
        "revision: none; mode: enforce; unregistered: drop",
    ]


def test_file_that_can_not_be_read_is_said_by_explain_too(tmp_path):
    result = CliRunner().invoke(app, ["explain", "a=1", "-r", str(tmp_path / "none.toml")])
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.endswith("none.toml: can't be read: No such file or directory; check the path\n")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[gate]\nuses = ['x_y_z_1']\n", "cookies.toml:2: gate: uses: 'x_y_z_1' is no cookie that cookiegate knows; "),
        ("[gate]\n\nproducts = ['airflw']\n", "cookies.toml:3: gate: products: 'airflw': not known; did you mean"),
        ("[gate]\nreport_only = ['*']\n", "cookies.toml:2: gate: report_only: '*' would leave every cookie alone; "),
        (
            "[settings_page]\npolicy_url = 'x'\n",
            "cookies.toml:2: settings_page: policy_url: is 'x'; write a path, or a URL with https://",
        ),
        (
            "[settings_page]\nhome_url = '/'\npolcy_url = 'x'\n",
            "cookies.toml:3: settings_page: unknown key 'polcy_url'; did you mean 'policy_url'?",
        ),
        ("[settings_page]\ntemplates = 'no-such'\n", "cookies.toml:2: settings_page: templates: 'no-such' is no dir"),
    ],
)
def test_mistake_in_the_offer_and_the_page_has_its_line(check, text, message):
    code, out, _ = check(text)
    assert code == 1
    assert any(line.startswith(message) for line in out.splitlines()), out


def test_check_opens_no_store_and_says_nothing_in_the_log(check, tmp_path, caplog):
    store = tmp_path / "r.db"
    code, out, _ = check(
        f"[settings_page]\nreceipts = '{store}'\n[[cookie]]\nname = 'sessionid'\ncategory = 'marketing'\n"
    )
    assert code == 0
    assert "stricter-than-known" in out
    assert not store.exists()
    assert caplog.records == []
