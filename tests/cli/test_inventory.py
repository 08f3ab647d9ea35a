"""`cookiegate inventory`: a table, JSON that is read back, and the rules that are missing."""

import json
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from cookiegate import Category, CookieGate, CookieRule, Registry
from cookiegate.cli.app import app
from cookiegate.cli.inventory_toml import lifetime_in_words
from cookiegate.model import NO_CONSENT, Action, Consent, Decision, Exchange, Reason
from cookiegate.report import Inventory, Limits, read_inventory

NOW = 1768204800.0  # Mon, 12 Jan 2026 08:00:00 GMT
STAT = CookieRule(name="stat_*", category=Category.STATISTICS)
GATE = CookieGate(registry=Registry([CookieRule(name="sid", category=Category.NECESSARY), STAT]), mode="report-only")


def exchange(*lines, route="/page", path="/", granted=(), status=200, minutes=0, expired=()):
    consent = Consent(granted) if granted else NO_CONSENT
    decisions = [GATE.policy.decide(line, consent, is_https=True, now=NOW) for line in lines]
    decisions += [
        Decision(
            action=Action.EXPIRE, reason=Reason.NO_CONSENT, number=5, name="stat_7", category=rule.category, rule=rule,
            after=b"x",
        )
        for rule in expired
    ]  # fmt: skip
    return Exchange(
        method="GET", path=path, route=route, status=status, at_s=NOW + 60 * minutes, is_https=True,
        granted=consent.granted, decisions=tuple(decisions), is_enforced=False,
    )  # fmt: skip


@pytest.fixture
def record(tmp_path):
    """Record exchanges as a worker does, and return the directory."""

    def run(*exchanges, limits=None):
        recorder = Inventory(tmp_path / "seen", limits=limits)
        for seen in exchanges:
            recorder(seen)
        recorder.close()
        return str(tmp_path / "seen")

    return run


@pytest.fixture
def run():
    """Run a command in this process: quicker than the `cli` that users run."""

    def invoke(*arguments, columns=120):
        result = CliRunner().invoke(app, arguments, env={"COLUMNS": str(columns), "NO_COLOR": "1"})
        return SimpleNamespace(returncode=result.exit_code, stdout=result.stdout, stderr=result.stderr)

    return invoke


@pytest.fixture
def site(record):
    return record(
        exchange(b"sid=secret; Secure; HttpOnly; SameSite=Lax; Path=/"),
        exchange(b"_ga=secret; Max-Age=7776000; Domain=.site.example", route="/shop/{item}", minutes=5),
        exchange(b"_ga=secret; Max-Age=60", b"_ga_AB12CD34=secret; HttpOnly", route=None, path="/old/7", minutes=9),
        exchange(b"stat_1=secret; Secure", granted=("statistics",), expired=(STAT,)),
        exchange(b"a b=secret", b"gone=; Max-Age=0"),
        exchange(),
    )


def test_table_shows_every_cookie(cli, site):
    result = cli("inventory", site, columns=120)
    assert (result.returncode, result.stderr) == (0, "")
    lines = [" ".join(line.split()) for line in result.stdout.splitlines()]
    assert lines[0] == "cookie seen (UTC) decided set by the app's lines"
    headings = ["necessary", "statistics", "not in the registry", "only deleted", "unusable lines"]
    assert [line for line in lines if line in headings] == headings
    assert "sid 1 time keep necessary: 1 GET /page 200: 1 kept: session" in lines
    assert "_ga 2 times drop unregistered: 2 GET /old/{number} 200: 1 kept: 90 days" in lines
    assert "2026-01-12 08:05 GET /shop/{item} 200: 1 no Secure (https): all" in lines
    assert "(sent by browsers) 2026-01-12 08:00" in lines
    assert lines[-2:] == [
        "7 cookies in 5 responses of 6, from 2026-01-12 08:00:00 to 2026-01-12 08:09:00 UTC; 1 file",
        "2 cookies not in the registry: --format toml prints the rules to fill in",
    ]
    assert "secret" not in result.stdout


def test_table_of_a_site_that_sets_no_cookie_is_a_line(run, record):
    result = run("inventory", record(exchange()))
    assert result.stdout == (
        "0 cookies in 0 responses of 1, from 2026-01-12 08:00:00 to 2026-01-12 08:00:00 UTC; 1 file\n"
    )


def test_table_tells_what_found_no_room(run, record):
    lines = [f"ia_{letter}=1".encode() for letter in "abc"]
    setters = [exchange(b"sid=1", route=f"/{letter}") for letter in "abcdef"]
    many = [exchange(f"stat_{number}=1".encode()) for number in range(3)]
    seen = record(exchange(*lines), *setters, *many, limits=Limits(unregistered=2, setters=5, family=1))
    result = run("inventory", seen, columns=120)
    shown = [" ".join(line.split()) for line in result.stdout.splitlines()]
    assert "1 decision about names that found no room are not in the table" in shown
    assert any("others: 3" in line for line in shown)
    assert any(line.startswith("(many more)") for line in shown)


def test_table_of_an_empty_recording_says_so(run, tmp_path):
    file = tmp_path / "empty.json"
    file.write_text(
        '{"format": "cookiegate-inventory", "version": 1, "parts": [], "responses": 0, "responses_with_cookies": 0,'
        '"first_at": null, "last_at": null, "unnamed": 0, "cookies": []}'
    )
    assert run("inventory", str(file)).stdout == "0 cookies in 0 responses of 0, none so far; 1 file\n"


def test_json_is_read_back_as_the_same_inventory(run, site, tmp_path):
    result = run("inventory", site, "--format", "json")
    assert result.returncode == 0
    merged = tmp_path / "merged.json"
    merged.write_text(result.stdout)
    assert read_inventory(merged).report == read_inventory(site).report
    assert json.loads(result.stdout)["responses"] == 6


def test_toml_is_refused_until_somebody_chose(cli, site, tmp_path):
    result = cli("inventory", site, "--format", "toml")
    assert result.stdout == (
        "# Cookies that were seen and are not in the registry yet.\n"
        "# For each: choose a category (necessary, preferences, statistics or marketing), and say what it is for.\n"
        "# An empty category is refused by `cookiegate check`, so that none is forgotten.\n"
        "\n"
        "# Seen 2 times from 2026-01-12 to 2026-01-12, set by GET /old/{number}, GET /shop/{item}.\n"
        "[[cookie]]\n"
        'name = "_ga"\n'
        'category = ""\n'
        'purpose = ""\n'
        'lifetime = "90 days"  # the longest that was sent\n'
        "\n"
        "# Seen once from 2026-01-12 to 2026-01-12, set by GET /old/{number}.\n"
        '# The end of the name looks like an id: perhaps name = "_ga_*"\n'
        "[[cookie]]\n"
        'name = "_ga_AB12CD34"\n'
        'category = ""\n'
        'purpose = ""\n'
        'lifetime = "session"  # the longest that was sent\n'
        "http_only = true\n"
    )
    file = tmp_path / "cookies.toml"
    file.write_text(result.stdout)
    checked = cli("check", str(file))
    assert checked.returncode == 1
    assert checked.stdout.splitlines()[0] == (
        "cookies.toml: cookie[1] '_ga': unknown category ''; use one of necessary, preferences, statistics, marketing"
    )
    file.write_text(result.stdout.replace('category = ""', 'category = "statistics"'))
    assert cli("check", str(file)).stdout.splitlines()[0] == "cookies.toml: no mistakes"


def test_toml_of_a_site_without_secrets_is_a_comment(run, record):
    result = run("inventory", record(exchange(b"sid=1")), "-f", "toml")
    assert result.stdout == "# Every cookie that was seen is in the registry.\n"


def test_toml_writes_a_family_as_one_rule(run, record):
    seen = record(*(exchange(f"_hj_{number}=1".encode()) for number in range(9)), limits=Limits(family=1))
    out = run("inventory", seen, "-f", "toml").stdout
    assert '# Stands for many names with this beginning.\n[[cookie]]\nname = "_hj_*"\n' in out


def test_toml_counts_names_that_look_alike_and_setters_that_are_not_shown(run, record):
    seen = record(*(exchange(b"_hj_1=1", b"_hj_2=1", route=f"/{letter}") for letter in "abcde"))
    out = run("inventory", seen, "-f", "toml").stdout
    assert '# The end of the name looks like an id, as of 2 cookies here: perhaps name = "_hj_*"' in out
    assert "set by GET /a, GET /b, GET /c and 2 more." in out


def test_toml_warns_of_a_star_in_a_name(run, record):
    out = run("inventory", record(exchange(b"a*b=1")), "-f", "toml").stdout
    assert "# The * is in the name itself; a rule takes it for any characters.\n" in out


def test_hostile_names_and_routes_are_harmless(run, record, tmp_path):
    hostile = '/x\n[[cookie]]\nname = "evil"\u202e\x1b[2J'
    seen = record(exchange(b"new=1", b"\x1b[31m<b>[red]\xe9=1", route=hostile))
    table = run("inventory", seen, columns=200)
    toml = run("inventory", seen, "-f", "toml")
    for text in (table.stdout, toml.stdout):
        assert "\x1b" not in text
        assert "\u202e" not in text
    assert r"\x1b[31m<b>[red]" in table.stdout
    assert toml.stdout.count("\n[[cookie]]") == 1
    assert toml.stdout.isascii()


def test_hostile_file_is_harmless(run, record, tmp_path):
    document = json.loads(run("inventory", record(exchange(b"new=1")), "-f", "json").stdout)
    document["cookies"][0]["name"] = 'x"\ncategory = "necessary'
    document["cookies"][0]["set_by"] = []
    file = tmp_path / "hostile.json"
    file.write_text(json.dumps(document))
    toml = run("inventory", str(file), "-f", "toml")
    assert "[[cookie]]" not in toml.stdout
    assert r"""# x"\ncategory = "necessary can't be the name of a cookie.""" in toml.stdout
    assert "set by pages that are not on record." in toml.stdout


def test_broken_file_is_named_and_the_rest_is_shown(run, site, tmp_path):
    broken = tmp_path / "seen" / "inventory-b\x1broken.json"
    broken.write_text('{"form')
    result = run("inventory", site)
    assert result.returncode == 1
    assert result.stdout.startswith("cookie")
    assert r"inventory-b\x1broken.json: skipped: not JSON: line 1, column 2" in result.stderr


def test_nothing_readable_is_exit_code_2(cli, tmp_path):
    result = cli("inventory", str(tmp_path), "nope.json")
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.splitlines() == [
        f"cookiegate: {tmp_path}: no inventory-*.json in it; has the app answered requests since it records?",
        "cookiegate: nope.json: can't be read: No such file or directory; check the path and its permissions",
    ]


def test_empty_directory_is_told(run, tmp_path):
    result = run("inventory", str(tmp_path))
    assert (result.returncode, result.stdout) == (2, "")
    assert "no inventory-*.json in it" in result.stderr


@pytest.mark.parametrize(
    ("longest_s", "words"),
    [
        (None, "session"), (1, "1 second"), (90, "90 seconds"), (120, "2 minutes"), (3600, "1 hour"),
        (86400, "1 day"), (7776000, "90 days"), (7775999, "90 days"), (3601, "61 minutes"), (10**12, "11574075 days"),
    ],
)  # fmt: skip
def test_lifetime_in_words_is_what_a_rule_may_say(longest_s, words):
    assert lifetime_in_words(longest_s) == words
