"""`cookiegate explain`: each numbered rule, the exit codes, both output formats."""

import json

import pytest
from typer.testing import CliRunner

from cookiegate.cli.app import app
from cookiegate.documentation import url_of_code

DEFAULTS = ("ia_mkt_source=x; Path=/", "--granted", "statistics")


def explain(*arguments):
    result = CliRunner().invoke(app, ["explain", *arguments])
    return result.exit_code, result.stdout, result.stderr


def explain_json(*arguments):
    code, out, err = explain(*arguments, "--json")
    assert err == ""
    return code, json.loads(out)


def test_refused_line_is_told_in_words(cli, cookies_toml):
    result = cli("explain", *DEFAULTS, "--registry", cookies_toml)
    assert result.returncode == 1
    assert result.stderr == ""
    assert result.stdout.splitlines() == [
        "cookie    ia_mkt_source",
        "decision  drop: not-granted",
        "rule 5    The visitor's consent does not cover the category: the setting `refused` applies.",
        "why       The visitor did not grant marketing cookies.",
        "registry  ia_mkt_source: marketing, lifetime 30 days. Remembers which site or link led here.",
        "before    ia_mkt_source=x; Path=/",
        "after     (nothing leaves)",
        "changes   none",
        f"help      {url_of_code('reason', 'not-granted')}",
    ]


def test_granted_line_is_told_as_json(cli, cookies_toml):
    result = cli(
        "explain", "refreshToken=x; Path=/; Max-Age=99999999", "--registry", cookies_toml, "--https", "--json"
    )  # fmt: skip
    assert result.returncode == 0
    assert json.loads(result.stdout) == {
        "cookie": "refreshToken",
        "action": "rewrite",
        "reason": "necessary",
        "rule": 6,
        "category": "necessary",
        "registered": "refreshToken",
        "before": "refreshToken=x; Path=/; Max-Age=99999999",
        "after": "refreshToken=x; Max-Age=604800; Path=/; Secure; HttpOnly; SameSite=Lax",
        "changes": ["Secure added", "SameSite=Lax added", "HttpOnly added", "lifetime cut to 7 days"],
        "leaves": True,
        "mode": "enforce",
        "rule_text": "The category is granted or necessary: attributes are made safe, none becomes weaker.",
        "reason_text": "The cookie is necessary; it needs no consent.",
        "help": url_of_code("reason", "necessary"),
    }


@pytest.mark.parametrize(
    ("line", "granted", "code", "action", "reason", "rule", "after"),
    [
        ("=x", (), 1, "drop", "nameless", 1, None),
        ("a b=x", (), 1, "drop", "ambiguous-name", 1, None),
        ("token=a\x01b", (), 1, "drop", "control-octet", 1, None),
        ("token=" + "a" * 4097, (), 1, "drop", "too-large", 1, None),
        ("__Host-token=x", (), 1, "drop", "prefix-conditions", 1, None),
        (
            "token=x; Max-Age=0; Path=/", (), 0, "rewrite", "deletion", 2,
            "token=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0; Path=/",
        ),
        ("colleague=x; Path=/", (), 1, "drop", "unregistered", 4, None),
        ("ia_mkt_source=x", (), 1, "drop", "no-consent", 5, None),
        ("ia_mkt_source=x", ("necessary",), 1, "drop", "not-granted", 5, None),
        ("ia_mkt_source=x", ("statistics", "marketing"), 0, "rewrite", "granted", 6, "ia_mkt_source=x; SameSite=Lax"),
        ("currency=EUR; SameSite=Lax", (), 0, "keep", "necessary", 6, "currency=EUR; SameSite=Lax"),
    ],
)  # fmt: skip
def test_rule_decides(cookies_toml, line, granted, code, action, reason, rule, after):
    options = [word for category in granted for word in ("--granted", category)]
    exit_code, data = explain_json(line, "--registry", cookies_toml, *options)
    assert (exit_code, data["action"], data["reason"], data["rule"]) == (code, action, reason, rule)
    assert (data["after"], data["leaves"]) == (after, code == 0)


def test_rule_3_finds_the_prefix(cookies_toml):
    _, data = explain_json("ia_mkt_pixel=x", "--registry", cookies_toml)
    assert (data["registered"], data["category"]) == ("ia_mkt_*", "marketing")


def test_rule_8_demands_strict_values(tmp_path):
    file = tmp_path / "cookies.toml"
    file.write_text('[gate]\nstrict_values = true\n[[cookie]]\nname = "a"\ncategory = "necessary"\n')
    code, data = explain_json('a={"b": 1}', "--registry", str(file))
    assert (code, data["reason"], data["rule"]) == (1, "value-not-strict", 8)
    assert data["rule_text"] == "The value may be whatever browsers store, unless `strict_values` is set."


def test_deletion_in_place_of_the_line_does_not_count_as_leaving(tmp_path):
    file = tmp_path / "cookies.toml"
    file.write_text('[gate]\nrefused = "expire"\n[[cookie]]\nname = "a"\ncategory = "marketing"\n')
    code, data = explain_json("a=b", "--registry", str(file))
    assert (code, data["action"], data["leaves"]) == (1, "expire", False)
    assert data["after"] == "a=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0"


def test_default_consent_of_the_file_counts_without_a_choice(tmp_path):
    file = tmp_path / "cookies.toml"
    file.write_text('[gate]\ndefault_consent = ["marketing"]\n[[cookie]]\nname = "a"\ncategory = "marketing"\n')
    assert explain_json("a=b", "--registry", str(file))[1]["reason"] == "granted"
    assert explain_json("a=b", "--registry", str(file), "--granted", "necessary")[1]["reason"] == "not-granted"


def test_without_a_registry_the_known_cookies_count():
    code, data = explain_json("csrftoken=x")
    assert (code, data["registered"], data["category"]) == (0, "csrftoken", "necessary")


def test_header_name_before_the_line_is_left_out(cookies_toml):
    _, data = explain_json("set-cookie: token=x", "--registry", cookies_toml)
    assert (data["cookie"], data["before"]) == ("token", "token=x")


def test_report_only_is_said(tmp_path):
    file = tmp_path / "cookies.toml"
    file.write_text('[gate]\nmode = "report-only"\n')
    code, out, _ = explain("a=b", "--registry", str(file))
    assert code == 1
    assert "mode      report-only: the decision is not enforced, the line leaves unchanged" in out
    assert "registry  no rule\n" in out
    assert "decision  would drop: unregistered\n" in out
    assert "after     (nothing would leave)\n" in out
    assert json.loads(explain("a=b", "--registry", str(file), "--json")[1])["leaves"] is True


@pytest.mark.parametrize("line", ["_ga_RZTK1=x", "__Secure-_ga_RZTK1=x"])
def test_tracker_that_no_rule_names_is_proposed(tmp_path, line):
    file = tmp_path / "cookies.toml"
    file.write_text("")
    code, out, _ = explain(line, "--registry", str(file))
    assert code == 1
    beginning = "proposed  _ga_*: statistics, lifetime 2 years. Remembers the state of a visit"
    assert [row.endswith(" (Google Analytics)") for row in out.splitlines() if row.startswith(beginning)] == [True]
    _, found = explain_json(line, "--registry", str(file))
    assert (found["proposal"]["name"], found["proposal"]["category"]) == ("_ga_*", "statistics")
    assert "proposal" not in explain_json("somebodys=x", "--registry", str(file))[1]


def test_nameless_line_and_rule_without_lifetime_are_told(tmp_path):
    file = tmp_path / "cookies.toml"
    file.write_text('[[cookie]]\nname = "a"\ncategory = "necessary"\n')
    assert "cookie    (no name)\n" in explain("=b", "--registry", str(file))[1]
    assert "registry  a: necessary.\n" in explain("a=b", "--registry", str(file))[1]


def test_control_octets_do_not_reach_the_terminal():
    _, out, _ = explain("a=\x1b[31mred")
    assert "before    a=\\x1b[31mred\n" in out
    assert "\x1b" not in out


def test_octets_that_are_no_text_are_shown(cli):
    result = cli("explain", "a=\udcff", "--json")
    assert json.loads(result.stdout)["before"] == "a=\\xff"


def test_unknown_category_is_bad_input(cli):
    result = cli("explain", "a=b", "--granted", "stats", columns=200)
    assert result.returncode == 2
    assert (
        "unknown category 'stats'; use one of necessary, preferences, statistics, marketing (did you mean"
        in result.stderr
    )


def test_missing_line_is_bad_input(cli):
    assert cli("explain").returncode == 2


def test_missing_registry_is_bad_input(cli):
    result = cli("explain", "a=b", "--registry", "nowhere.toml")
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr == (
        "cookiegate: nowhere.toml: can't be read: No such file or directory; check the path\n"
    )  # fmt: skip


def test_registry_with_mistakes_is_bad_input(tmp_path):
    file = tmp_path / "cookies.toml"
    file.write_text('[gate]\nmode = "on"\n[[cookie]]\nname = "a"\n')
    code, _, err = explain("a=b", "--registry", str(file))
    assert code == 2
    assert err.splitlines() == [
        "cookiegate: cookies.toml:2: gate: mode: unknown value 'on'; use one of enforce, report-only",
        "cookiegate: cookies.toml:3: cookie[1] 'a': category is missing; add category = \"...\"",
    ]
