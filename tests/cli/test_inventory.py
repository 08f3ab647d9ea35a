"""`cookiegate inventory`: a table, JSON that can be read again, and the missing rules."""

import json
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from cookiegate import Category, CookieGate, CookieRule, Registry
from cookiegate.cli.app import app
from cookiegate.cli.inventory_toml import format_lifetime
from cookiegate.decision import Decision, Exchange
from cookiegate.gate import compiled
from cookiegate.model import NO_CONSENT, Action, Consent, Reason
from cookiegate.report import Inventory, Limits, read_inventory

NOW = 1768204800.0  # Mon, 12 Jan 2026 08:00:00 GMT
STAT = CookieRule(name="stat_*", category=Category.STATISTICS)
GATE = CookieGate(registry=Registry([CookieRule(name="sid", category=Category.NECESSARY), STAT]), mode="report-only")


def exchange(*lines, route="/page", path="/", granted=(), status=200, minutes=0, expired=(), is_enforced=False):
    consent = Consent(granted) if granted else NO_CONSENT
    decisions = [compiled(GATE).policy.decide(line, consent, is_https=True, now=NOW) for line in lines]
    decisions += [
        Decision(
            action=Action.EXPIRE, reason=Reason.NO_CONSENT, policy_rule=5, name="stat_7", category=rule.category,
            registry_rule=rule, after=b"x",
        )
        for rule in expired
    ]  # fmt: skip
    return Exchange(
        method="GET", path=path, route=route, status=status, at_s=NOW + 60 * minutes, is_https=True,
        granted=consent.granted, decisions=tuple(decisions), is_enforced=is_enforced,
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
    """Run a command in this process, which is faster than the fixture `cli`."""

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
    assert " ".join(lines[:2]) == (
        "Report-only: every line left as the app sent it; 'would' is what enforcing would have done (6 responses, from "
        "2026-01-12 08:00:00 to 2026-01-12 08:09:00 UTC)"
    )
    assert lines[2] == "cookie seen (UTC) decided set by the app's lines"
    headings = ["necessary", "statistics", "not in the registry", "only deleted", "unusable lines"]
    assert [line for line in lines if line in headings] == headings
    assert "sid 1 time keep necessary: 1 GET /page 200: 1 kept: session" in lines
    assert "_ga 2 times would drop unregistered: 2 GET /old/{number} 200: 1 kept: 90 days" in lines
    assert "2026-01-12 08:05 GET /shop/{item} 200: 1 no Secure (https): all" in lines
    assert "(sent by browsers) 2026-01-12 08:00" in lines
    assert lines[-2:] == [
        "7 cookies in 5 responses of 6, from 2026-01-12 08:00:00 to 2026-01-12 08:09:00 UTC; 1 file",
        "2 cookies not in the registry: --format toml prints the rules to fill in",
    ]
    assert "secret" not in result.stdout


def test_table_of_a_site_that_sets_no_cookie_is_a_line(run, record):
    result = run("inventory", record(exchange()))
    assert result.stdout.endswith(
        "\n0 cookies in 0 responses of 1, from 2026-01-12 08:00:00 to 2026-01-12 08:00:00 UTC; 1 file\n"
    )


def test_table_tells_what_found_no_room(run, record):
    lines = [f"ia_{letter}=1".encode() for letter in "abc"]
    setters = [exchange(b"sid=1", route=f"/{letter}") for letter in "abcdef"]
    many = [exchange(f"stat_{number}=1".encode()) for number in range(3)]
    seen = record(exchange(*lines), *setters, *many, limits=Limits(unregistered=2, setters=5, family=1))
    result = run("inventory", seen, columns=120)
    shown = [" ".join(line.split()) for line in result.stdout.splitlines()]
    assert "Not in the table: 1 decision about further names, beyond the limit" in shown
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


@pytest.fixture
def strangers(record):
    return record(
        exchange(b"ia=secret; Max-Age=7776000; Domain=.site.example", route="/shop/{item}", minutes=5),
        exchange(b"ia=secret; Max-Age=60", b"ia_AB12CD34=secret; HttpOnly", route=None, path="/old/7", minutes=9),
    )


def test_toml_proposes_what_cookiegate_knows_of_trackers(cli, run, site, record, tmp_path):
    result = cli("inventory", site, "--format", "toml")
    ga = (
        'purpose = "Tells visitors apart, to count them and their visits."\n'
        'lifetime = "2 years"\nprovider = "Google Analytics"\n'
        'source = "https://support.google.com/analytics/answer/11397207"\n'
    )
    assert result.stdout.startswith(
        "# Cookies that were seen and are not in the registry yet, and that cookiegate knows.\n"
        "# Read each rule, correct what is different on your site, and add it.\n"
        "\n"
        "# Seen 2 times on 2026-01-12, set by GET /old/{number}, GET /shop/{item}.\n"
        '[[cookie]]\nname = "_ga"\ncategory = "statistics"\n' + ga + "\n"
        "# Seen once on 2026-01-12, set by GET /old/{number}.\n"
        '[[cookie]]\nname = "_ga_*"\ncategory = "statistics"\n'
    )
    file = tmp_path / "cookies.toml"
    file.write_text(result.stdout)
    assert cli("check", str(file)).returncode == 0


def test_toml_writes_a_proposal_for_several_names_once(run, record):
    lines = (b"_ga_A1=1", b"_ga_B2=1", b"YSC=1; Max-Age=60")
    seen = record(*(exchange(line, b"new=1", minutes=minutes) for minutes, line in enumerate(lines)))
    out = run("inventory", seen, "-f", "toml").stdout
    assert [rule.split('"')[1] for rule in out.split("[[cookie]]")[1:]] == ["new", "YSC", "_ga_*"]
    assert '# YSC was sent with a lifetime of 1 minute.\n[[cookie]]\nname = "YSC"' in out
    assert out.count("was sent with a lifetime of") == 1


@pytest.mark.parametrize(
    ("line", "is_told"),
    [
        (b"YSC=1", False),
        (b"YSC=1; Max-Age=60", True),  # declared for the session
        (b"_gid=1; Max-Age=86400", False),
        (b"_gid=1; Max-Age=86460", True),
        (b"vuid=1; Max-Age=99999999", False),  # varies
    ],
)
def test_toml_says_where_a_tracker_is_kept_longer_than_it_proposes(run, record, line, is_told):
    assert ("was sent with a lifetime of" in run("inventory", record(exchange(line)), "-f", "toml").stdout) == is_told


def test_toml_fills_gaps_from_a_list(cli, strangers, tmp_path):
    (tmp_path / "list.csv").write_text("name,category,purpose,provider\nia,Marketing,Sells.,Acme\n", encoding="utf-8")
    result = cli("inventory", strangers, "--format", "toml", "--fill", "list.csv")
    head, _, rest = result.stdout.partition("and that list.csv lists.")
    assert 'name = "ia_AB12CD34"\ncategory = ""' in head
    assert 'name = "ia"\ncategory = "marketing"\npurpose = "Sells."\n' in rest
    missing = cli("inventory", strangers, "--format", "toml", "--fill", "none.csv")
    assert (missing.returncode, "none.csv" in missing.stderr) == (2, True)


def test_toml_is_refused_until_somebody_chose(cli, strangers, tmp_path):
    result = cli("inventory", strangers, "--format", "toml")
    assert result.stdout == (
        "# Cookies that were seen and are not in the registry yet.\n"
        "# For each: choose a category (necessary, preferences, statistics or marketing), and write its purpose.\n"
        "# `cookiegate check` refuses an empty category.\n"
        "\n"
        "# Seen 2 times on 2026-01-12, set by GET /old/{number}, GET /shop/{item}.\n"
        "[[cookie]]\n"
        'name = "ia"\n'
        'category = ""\n'
        'purpose = ""\n'
        'lifetime = "90 days"  # the longest that was sent\n'
        "\n"
        "# Seen once on 2026-01-12, set by GET /old/{number}.\n"
        '# The end of the name looks like an id: perhaps name = "ia_*"\n'
        "[[cookie]]\n"
        'name = "ia_AB12CD34"\n'
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
        "cookies.toml:6: cookie[1] 'ia': unknown category ''; use one of necessary, preferences, statistics, marketing"
    )
    file.write_text(result.stdout.replace('category = ""', 'category = "statistics"'))
    assert "cookies.toml: no mistakes" in cli("check", str(file)).stdout


def test_toml_of_a_site_without_secrets_is_a_comment(run, record):
    result = run("inventory", record(exchange(b"sid=1")), "-f", "toml")
    assert result.stdout == "# Every cookie that was seen is in the registry.\n"


def test_toml_writes_a_family_as_one_rule(run, record):
    seen = record(*(exchange(f"_hj_{number}=1".encode()) for number in range(9)), limits=Limits(family=1))
    out = run("inventory", seen, "-f", "toml").stdout
    assert '# Stands for many names that start like this.\n[[cookie]]\nname = "_hj_*"\n' in out


def test_toml_counts_names_that_look_alike_and_setters_that_are_not_shown(run, record):
    seen = record(*(exchange(b"_hj_1=1", b"_hj_2=1", route=f"/{letter}") for letter in "abcde"))
    out = run("inventory", seen, "-f", "toml").stdout
    assert '# The end of the name looks like an id, as of 2 cookies here: perhaps name = "_hj_*"' in out
    assert "set by GET /a, GET /b, GET /c and 2 more." in out


def test_toml_warns_of_a_star_in_a_name(run, record):
    out = run("inventory", record(exchange(b"a*b=1")), "-f", "toml").stdout
    assert "# The * is part of the name; in a rule it matches any characters.\n" in out


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
    assert "set by unrecorded routes." in toml.stdout


def test_broken_file_is_named_and_the_rest_is_shown(run, site, tmp_path):
    broken = tmp_path / "seen" / "inventory-b\x1broken.json"
    broken.write_text('{"form')
    result = run("inventory", site)
    assert result.returncode == 1
    assert result.stdout.startswith("Report-only")
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
def test_format_lifetime_is_what_a_rule_may_say(longest_s, words):
    assert format_lifetime(longest_s) == words


def flat(text):
    return [" ".join(line.split()) for line in text.splitlines()]


def test_modes_have_tables_of_their_own(run, record):
    long = b"tracker=1; Max-Age=31536000; Secure; HttpOnly; SameSite=Lax"
    seen = record(
        *(exchange(long) for _ in range(10)), exchange(b"stat_1=1; Secure", expired=(STAT,)),
        *(exchange(long, minutes=90, is_enforced=True) for _ in range(3)),
    )  # fmt: skip
    result = run("inventory", seen, columns=160)
    shown = flat(result.stdout)
    (second,) = [
        at for at, line in enumerate(shown) if line.startswith("Enforced: what was decided was done (3 responses")
    ]
    before, after = shown[:second], shown[second:]
    assert before[0].startswith("Report-only: every line left as the app sent it")
    assert "tracker 10 times would drop unregistered: 10 GET /page 200: 10 kept: 1 year" in before
    assert any("would expire no-consent: 1" in line for line in before)
    assert "tracker 3 times drop unregistered: 3 GET /page 200: 3 asked for: 1 year" in after
    assert "3 cookies in 14 responses of 14, from 2026-01-12 08:00:00 to 2026-01-12 09:30:00 UTC; 1 file" in after
    assert after[-1] == "1 cookie not in the registry: --format toml prints the rule to fill in"
    assert run("inventory", seen, "-f", "toml").stdout.count("[[cookie]]") == 1


def test_file_without_modes_tells_what_left(run, record, tmp_path):
    seen = record(exchange(b"tracker=1"), exchange(b"tracker=1", is_enforced=True), exchange(b"sid=1"))
    document = json.loads(run("inventory", seen, "-f", "json").stdout)
    del document["phases"]
    for cookie in document["cookies"]:
        del cookie["mode"], cookie["is_known"]
    file = tmp_path / "inventory-old-0.json"
    file.write_text(json.dumps(document))
    shown = flat(run("inventory", str(file), columns=160).stdout)
    assert not [line for line in shown if line.startswith(("Report-only", "Enforced"))]
    assert "tracker 2 times drop unregistered: 1 GET /page 200: 2 kept: session" in shown
    assert any("would drop unregistered: 1" in line for line in shown)
    assert "sid 1 time rewrite necessary: 1 GET /page 200: 1 kept: session" in shown


TRACKERS_TOO = CookieGate(registry=Registry.known() | Registry.trackers())


def test_trackers_that_were_merged_and_are_not_in_the_file_are_written_whole(run, record, tmp_path):
    decisions = tuple(
        compiled(TRACKERS_TOO).policy.decide(line, NO_CONSENT, is_https=True, now=NOW)
        for line in (b"_ga=1", b"_ga_A1=1")
    )
    seen = record(
        Exchange(
            method="GET", path="/", route="/", status=200, at_s=NOW, is_https=True, granted=frozenset(),
            decisions=decisions,
        )
    )  # fmt: skip
    out = run("inventory", seen, "-f", "toml").stdout
    assert [rule.split('"')[1] for rule in out.split("[[cookie]]")[1:]] == ["_ga", "_ga_*"]
    assert "Your file does not declare them" in out
    file = tmp_path / "cookies.toml"
    file.write_text('[[cookie]]\nname = "_ga"\ncategory = "statistics"\n')
    out = run("inventory", seen, "-f", "toml", "-r", str(file)).stdout
    assert [rule.split('"')[1] for rule in out.split("[[cookie]]")[1:]] == ["_ga_*"]


KNOWN_TOO = CookieGate(registry=Registry.known() | Registry([CookieRule(name="sid", category=Category.NECESSARY)]))


@pytest.fixture
def known(record):
    """The inventory of a gate that includes cookiegate's own registry."""
    lines = (b"sessionid=1; Max-Age=60", b"django_language=1", b"csrftoken=; Max-Age=0", b"sid=1", b"new=1")
    decisions = tuple(compiled(KNOWN_TOO).policy.decide(line, NO_CONSENT, is_https=True, now=NOW) for line in lines)
    recorded_exchange = Exchange(
        method="GET", path="/", route="/", status=200, at_s=NOW, is_https=True, granted=frozenset(), decisions=decisions
    )
    return record(recorded_exchange)


def test_known_cookies_that_the_file_leaves_out_are_written_whole(cli, run, known, tmp_path):
    result = run("inventory", known, "-f", "toml")
    rules = result.stdout.split("[[cookie]]")
    assert [rule.split('"')[1] for rule in rules[1:]] == ["new", "sessionid", "django_language"]
    assert "Your file does not declare them, so a policy rendered" in result.stdout
    assert 'category = "necessary"' in rules[2]
    assert "# Visitors can grant preferences only if your file has such a rule.\n" in rules[2]
    file = tmp_path / "cookies.toml"
    file.write_text("[[cookie]]".join([rules[0], *rules[2:]]))
    assert cli("check", str(file)).returncode == 0
    shown = flat(run("inventory", known).stdout)
    assert shown[-1] == "2 cookies known to cookiegate and not in your file: --format toml prints the rules"
    assert sum(line.startswith("(not in your file)") for line in shown) == 2


def test_what_the_file_declares_by_now_is_not_missing(run, known, tmp_path):
    file = tmp_path / "cookies.toml"
    file.write_text(
        '[[cookie]]\nname = "sessionid"\ncategory = "necessary"\n[[cookie]]\nname = "new"\ncategory = "marketing"\n'
    )
    out = run("inventory", known, "-f", "toml", "-r", str(file)).stdout
    assert [part.split('"')[1] for part in out.split("[[cookie]]")[1:]] == ["django_language"]
    file.write_text("\n[[cookie]]\nname = 'a'\n")
    result = run("inventory", known, "-r", str(file))
    assert (result.returncode, result.stderr) == (
        2, "cookiegate: cookies.toml:2: cookie[1] 'a': category is missing; add category = \"...\"\n",
    )  # fmt: skip


def test_registry_in_the_place_of_an_inventory_is_not_to_be_deleted(cli, cookies_toml):
    result = cli("inventory", cookies_toml)
    assert result.returncode == 2
    assert "delete" not in result.stderr
    assert "name the directory to which an Inventory records" in result.stderr


def test_known_cookies_are_proposed_in_one_line_too(run, known):
    text = run("inventory", known, "-f", "toml").stdout
    assert '# [gate]\n# uses = ["sessionid", "django_language"]\n' in text


def test_known_cookies_that_the_file_uses_are_not_missing(run, known, tmp_path):
    file = tmp_path / "cookies.toml"
    file.write_text('[gate]\nuses = ["sessionid"]\n[[cookie]]\nname = "sid"\ncategory = "necessary"\n')
    text = run("inventory", known, "-r", str(file), "-f", "toml").stdout
    assert "sessionid" not in text
    assert '# uses = ["django_language"]\n' in text


def test_gate_that_uses_a_known_cookie_records_it_as_its_own(record, run):
    gate = CookieGate(uses=["sessionid"])
    decisions = tuple(
        compiled(gate).policy.decide(line, NO_CONSENT, is_https=True, now=NOW)
        for line in (b"sessionid=1", b"csrftoken=1")
    )
    said = Exchange(
        method="GET", path="/", route="/", status=200, at_s=NOW, is_https=True, granted=frozenset(), decisions=decisions
    )
    assert '# uses = ["csrftoken"]\n' in run("inventory", record(said), "-f", "toml").stdout


def test_table_says_what_nobody_can_allow_and_the_line_to_add(run, known):
    assert run("inventory", known, columns=200).stdout.splitlines()[-3:] == [
        "No visitor can allow preferences cookies unless your file lists one of them",
        'To list what cookiegate knows: [gate] uses = ["sessionid", "django_language"]',
        "2 cookies known to cookiegate and not in your file: --format toml prints the rules",
    ]
