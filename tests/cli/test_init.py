"""`cookiegate init`: from a site, a policy and recordings to a cookies.toml that keeps a person's own edits."""

import json
import re
import tomllib
from types import SimpleNamespace

import pytest
import typer
from starlette.applications import Starlette

from cookiegate import CookieGate, Registry, parse_lifetime
from cookiegate.asgi import CookieGateMiddleware
from cookiegate.audit import auditing
from cookiegate.audit.finding import Code
from cookiegate.cli.demo import starlette_app
from cookiegate.cli.demo.servers import listen, serve_asgi
from cookiegate.cli.init import command
from cookiegate.cli.init.evidence import Evidence, read_recording, read_site
from cookiegate.cli.init.rows import Declared, Seen, make_plan, write_row
from cookiegate.model import Category, CookieRule
from cookiegate.report import Inventory, Limits

POLICY = """\
# Cookies

## Necessary

| Cookie | Purpose | Lifetime |
|---|---|---|
| refreshToken | Renews the session. | 7 days |

## Statistics

| Cookie | Purpose | Lifetime |
|---|---|---|
| ia_stats_* | Counts visits. | 90 days |
| _gid | | 24 hours |
"""


def tables(file):
    return {row["name"]: row for row in tomllib.loads(file.read_text(encoding="utf-8")).get("cookie", [])}


@pytest.fixture
def policy_page(tmp_path):
    file = tmp_path / "policy.md"
    file.write_text(POLICY, encoding="utf-8")
    return file


def test_ungated_site_becomes_a_registry_with_which_it_keeps_its_promise(cli, tmp_path, monkeypatch, policy):
    file = tmp_path / "cookies.toml"
    with listen() as listener, serve_asgi(listener, is_gated=False) as server:
        found = cli("init", server.url, "-o", str(file), "--yes")
    assert (found.returncode, found.stderr) == (1, "")
    assert set(policy) < set(tables(file))
    assert "search " in found.stdout
    # A person decides on the categories, and on nothing else.
    text = file.read_text(encoding="utf-8")
    for name in tables(file):
        category = policy[name]["category"] if name in policy else "marketing"
        text = re.sub(rf'(name = "{re.escape(name)}"\ncategory = )""', rf'\1"{category}"', text)
    file.write_text(text, encoding="utf-8")
    gate = CookieGate.from_toml(file)
    pages = Starlette(routes=starlette_app.app.routes)
    gated = CookieGateMiddleware(pages, gate=gate, settings="/cookie-settings")
    monkeypatch.setattr(starlette_app, "app", gated)
    with listen() as listener, serve_asgi(listener) as server:
        found = cli("audit", server.url, "--registry", str(file))
    assert (found.returncode, found.stderr) == (0, ""), found.stdout
    assert "All 25 cookies keep the policy's promise." in found.stdout


def test_policy_and_site_become_one_registry(cli, tmp_path, policy_page):
    file = tmp_path / "cookies.toml"
    with listen() as listener, serve_asgi(listener, is_gated=False) as server:
        cli("init", server.url, str(policy_page), "-o", str(file), "--yes")
    rows = tables(file)
    assert rows["refreshToken"]["lifetime"] == "7 days"
    assert (rows["ia_stats_*"]["category"], "ia_stats_perf" in rows) == ("statistics", False)
    assert rows["ia_mkt_source"]["category"] == ""
    assert rows["_gid"]["purpose"]  # as cookiegate knows it
    text = file.read_text(encoding="utf-8")
    assert "# From: declared in policy.md; not seen; purpose as cookiegate knows _gid." in text
    assert (
        "# Decide: the site keeps it for 30 days, the policy says 7 days: the gate cuts it; change the policy" in text
    )


def test_second_run_adds_and_changes_nothing_that_is_there(cli, tmp_path, policy_page):
    file = tmp_path / "cookies.toml"
    own = (
        '# mine\n[[cookie]]\nname = "ia_stats_*"\ncategory = ""\nlifetime = "1 day" # shorter\n\n[[cookie]]\nname="old"'
    )
    file.write_text(own, encoding="utf-8")
    found = cli("init", str(policy_page), "-o", str(file))
    text = file.read_text(encoding="utf-8")
    assert text.startswith(f"{own}\n")
    assert set(tables(file)) == {"ia_stats_*", "old", "refreshToken", "_gid"}
    assert "In your file, and not found this time (1):\n  old\n" in found.stderr
    assert "ia_stats_*: policy.md says lifetime '90 days', your file '1 day'; it stays" in found.stderr
    again = cli("init", str(policy_page), "-o", str(file))
    assert file.read_text(encoding="utf-8") == text
    assert "0 rules added, 3 rules found again" in again.stdout


def test_key_of_a_storage_is_no_cookie_that_disappeared(cli, tmp_path, policy_page):
    file = tmp_path / "cookies.toml"
    file.write_text('[[cookie]]\nname = "_gid"\ncategory = "statistics"\nstorage = "local"\n', encoding="utf-8")
    found = cli("init", str(policy_page), "-o", str(file))
    assert "not found this time" not in found.stderr
    assert "3 rules added" in found.stdout
    Registry.from_toml(file)


def test_har_file_and_inventory_are_sources(cli, tmp_path):
    headers = [{"name": "Set-Cookie", "value": "a_har=1; Max-Age=86400"}]
    response = {"status": 200, "headers": headers, "cookies": []}
    request = {"method": "GET", "url": "https://shop.example/", "headers": [], "cookies": []}
    entry = {"startedDateTime": "2026-01-12T10:00:00Z", "request": request, "response": response}
    (tmp_path / "seen.har").write_text(json.dumps({"log": {"version": "1.2", "entries": [entry]}}), encoding="utf-8")
    inventory = Inventory(tmp_path / "recorded")
    gate = CookieGate(mode="report-only", recorders=[inventory])
    send_cookies(gate, [b"a_recorded=1", *(b"run_%d=1; Max-Age=60" % number for number in range(100, 104)), b"x y=1"])
    inventory.flush()
    file = tmp_path / "cookies.toml"
    cli("init", str(tmp_path / "seen.har"), str(tmp_path / "recorded"), "-o", str(file))
    assert {name: row["lifetime"] for name, row in tables(file).items()} == {
        "a_har": "1 day", "a_recorded": "session", "run_*": "1 minute",
    }  # fmt: skip
    assert "for 4 names that differ in the number at their end" in file.read_text(encoding="utf-8")


def send_cookies(gate, lines):
    """Let one response with these lines pass a gate."""
    import asyncio

    async def app(scope, receive, send):
        headers = [(b"set-cookie", line) for line in lines]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b""})

    async def nothing(*_):
        return None

    scope = {"type": "http", "method": "GET", "path": "/", "headers": [], "scheme": "https", "query_string": b""}
    asyncio.run(CookieGateMiddleware(app, gate=gate)(scope, nothing, nothing))


@pytest.mark.parametrize(
    ("content", "arguments", "words"),
    [
        (None, ["missing.md"], "missing.md: No such file or directory; check the path, or write http:// or https://"),
        ("[[cookie]\n", ["policy.md"], "no TOML"),
        ("cookie = 3\n", ["policy.md"], None),
        ("[[cookie]]\ncategory = 'necessary'\n", ["policy.md"], "run `cookiegate check"),
        ("cookie = [3]\n", ["policy.md"], "run `cookiegate check"),
        ("[[cookie]]\nname = 'a'\nlifetime = 'soon'\n", ["policy.md"], "run `cookiegate check"),
        ("\udcff", ["policy.md"], "can't be read"),
        (None, ["http://127.0.0.1:1/"], None),
        (None, ["empty.md"], "no table of cookies"),
        (None, ["empty"], "no inventory in it"),
        (None, ["broken.har"], "broken.har"),
    ],
)
def test_what_cannot_be_read_is_said_and_nothing_is_written(cli, tmp_path, policy_page, content, arguments, words):
    file = tmp_path / "cookies.toml"
    (tmp_path / "empty.md").write_text("Nothing here.\n")
    (tmp_path / "broken.har").write_text("{")
    (tmp_path / "empty").mkdir()
    if content is not None:
        file.write_text(content, encoding="utf-8", errors="surrogateescape")
    before = file.read_bytes() if content is not None else None
    sources = [one if "://" in one else str(tmp_path / one) for one in arguments]
    found = cli("init", *sources, "-o", str(file))
    if words is None and before is not None:
        assert found.returncode in (0, 1)
        return
    assert found.returncode == 2
    assert found.stderr.startswith(("cookiegate: ", "Not read"))
    assert "Traceback" not in found.stderr
    assert words is None or words in found.stderr
    assert (file.read_bytes() if file.exists() else None) == before


def test_file_that_cannot_be_written_is_said(cli, tmp_path, policy_page):
    found = cli("init", str(policy_page), "-o", str(tmp_path / "no" / "cookies.toml"))
    assert (found.returncode, "can't be written" in found.stderr) == (2, True)


def test_package_that_is_missing_is_named(monkeypatch, capsys, policy_page):
    monkeypatch.setattr(command, "find_spec", lambda name: None if name == "ijson" else object())
    with pytest.raises(typer.Exit) as stopped:
        command.init([str(policy_page)])
    assert (stopped.value.exit_code, "init needs ijson; pip install" in capsys.readouterr().err) == (2, True)


def test_reader_that_is_missing_is_named(monkeypatch, capsys, policy_page, tmp_path):
    def fail(*_):
        raise ModuleNotFoundError(name="markdown_it")

    monkeypatch.setattr(command, "read_policy", fail)
    with pytest.raises(typer.Exit):
        command.init([str(policy_page)], output=tmp_path / "cookies.toml")
    assert "needs markdown_it; pip install 'cookiegate[import]'" in capsys.readouterr().err


def test_person_is_asked_for_each_category_that_nobody_says(monkeypatch, capsys, tmp_path):
    page = tmp_path / "page.md"
    page.write_text("| Cookie | Category |\n|---|---|\n| own | necessary |\n", encoding="utf-8")
    recorded = tmp_path / "recorded"
    inventory = Inventory(recorded)
    send_cookies(CookieGate(mode="report-only", recorders=[inventory]), [b"_ga=1", b"_gid=1", b"late=1", b"shop=1"])
    inventory.flush()
    answers = iter(["", "prefs", "p", "", "x", "n"])
    monkeypatch.setattr(command.sys, "stdin", type("Terminal", (), {"isatty": lambda self: True})())
    monkeypatch.setattr(command.typer, "prompt", lambda text, **_: next(answers))
    file = tmp_path / "cookies.toml"
    with pytest.raises(typer.Exit) as stopped:
        command.init([str(page), str(recorded)], output=file)
    rows = tables(file)
    categories = {name: row["category"] for name, row in rows.items()}
    assert categories == {
        "own": "necessary",
        "_ga": "statistics",
        "_gid": "preferences",
        "late": "",
        "shop": "necessary",
    }
    assert stopped.value.exit_code == 1
    assert "is none of them; the first letter is enough" in capsys.readouterr().out
    assert list(answers) == []


def test_nothing_left_to_decide_is_success(cli, tmp_path):
    (tmp_path / "page.md").write_text(
        "| Cookie | Category | Purpose | Lifetime |\n|---|---|---|---|\n| own | necessary | Keeps it. | 1 day |\n",
        encoding="utf-8",
    )
    found = cli("init", str(tmp_path / "page.md"), "-o", str(tmp_path / "cookies.toml"))
    assert (found.returncode, found.stderr) == (0, "")
    assert "  1. cookiegate check" in found.stdout


def test_known_cookie_is_written_whole():
    (row,) = make_plan([Seen("sessionid", "14 days", 1209600, "the site")], [], Registry()).rows
    assert (row.rule.category, row.decisions, str(row.rule.lifetime)) == (Category.NECESSARY, (), "14 days")
    assert row.rule.purpose


def test_tracker_is_proposed_and_not_decided():
    (row,) = make_plan([Seen("_ga_AB12CD34", "2 years", 63072000, "the site", "_ga_*")], [], Registry()).rows
    assert (row.rule.name, row.rule.category, row.is_proposed) == ("_ga_*", Category.STATISTICS, True)
    assert row.decisions == ("is it statistics? No policy says so",)


def test_policy_that_contradicts_what_is_known_is_to_be_decided():
    rules = [
        CookieRule(name="sessionid", category="marketing"),
        CookieRule(name="_ga", category="necessary", lifetime="session"),
    ]
    seen = [Seen("_ga", "1 day", 86400, "the site"), Seen("sessionid", "2 years", 63072000, "the site")]
    plan = make_plan(seen, [Declared(rule, "policy.md") for rule in rules], Registry())
    rows = {row.rule.name: row for row in plan.rows}
    assert rows["sessionid"].rule.category is Category.NECESSARY
    assert 'stricter = "why consent is meant"' in rows["sessionid"].decisions[0]
    assert "browsers keep none longer" in rows["sessionid"].decisions[1]
    assert 'exempt = "why it needs no consent"' in rows["_ga"].decisions[0]
    assert "the policy says session" in rows["_ga"].decisions[1]


def test_unknown_cookie_is_kept_no_longer_than_consent_may_last():
    (row,) = make_plan([Seen("x", "3650 days", 315360000, "the site")], [], Registry()).rows
    assert (str(row.rule.lifetime), row.is_open) == ("13 months", True)
    assert 'category = ""' in write_row(row)
    decided = row.decided(Category.NECESSARY)
    assert 'category = "necessary"' in write_row(decided)


def test_number_at_the_end_of_one_name_is_only_hinted_at():
    (row,) = make_plan([Seen("run_100", "session", None, "the site", "run_*")], [], Registry()).rows
    assert row.rule.name == "run_100"
    assert any('perhaps name = "run_*"' in text for text in row.decisions)


def test_rows_of_two_policies_name_both():
    rule = CookieRule(name="x", category="necessary", purpose="It.", lifetime="1 day")
    (row,) = make_plan([], [Declared(rule, "a.md"), Declared(rule, "b.md")], Registry()).rows
    assert row.origins[0] == "declared in a.md and b.md"


def test_table_fits_80_columns(cli, tmp_path, policy_page):
    found = cli("init", str(policy_page), "-o", str(tmp_path / "cookies.toml"), columns=80)
    head = found.stdout.split("\n\n", 1)[0].splitlines()
    assert head
    assert [line for line in head if len(line) > 80] == []


FILLING = "name,category,purpose,provider\nabc_seen,Analytics,Counts.,Acme\nabc_page,Marketing,Sells.,Acme\n"


def test_gaps_are_filled_from_a_list(cli, tmp_path):
    (tmp_path / "list.csv").write_text(FILLING, encoding="utf-8")
    (tmp_path / "page.md").write_text("| Cookie | Purpose |\n|-|-|\n| abc_page | |\n| abc_none | |\n", encoding="utf-8")
    inventory = Inventory(tmp_path / "recorded")
    send_cookies(CookieGate(mode="report-only", recorders=[inventory]), [b"abc_seen=1; Max-Age=60"])
    inventory.flush()
    sources = [str(tmp_path / "page.md"), str(tmp_path / "recorded")]
    found = cli("init", *sources, "-o", str(tmp_path / "cookies.toml"), "--fill", str(tmp_path / "list.csv"))
    rows = tables(tmp_path / "cookies.toml")
    assert {name: (row["category"], row["purpose"]) for name, row in rows.items()} == {
        "abc_seen": ("statistics", "Counts."), "abc_page": ("marketing", "Sells."),
    }  # fmt: skip
    text = (tmp_path / "cookies.toml").read_text(encoding="utf-8")
    assert "kept for 1 minute; the rest from list.csv." in text
    assert "category, from list.csv" in text
    assert "abc_none" in found.stderr


def test_list_that_cannot_be_read_is_named(cli, tmp_path, policy_page):
    found = cli("init", str(policy_page), "-o", str(tmp_path / "cookies.toml"), "--fill", str(tmp_path / "none.csv"))
    assert (found.returncode, "none.csv" in found.stderr) == (2, True)


def test_proposal_for_a_page_without_categories_is_to_be_confirmed(cli, tmp_path):
    (tmp_path / "page.md").write_text("| Cookie | Purpose |\n|-|-|\n| _gat_UA-26179049-1 | x |\n", encoding="utf-8")
    found = cli("init", str(tmp_path / "page.md"), "-o", str(tmp_path / "cookies.toml"))
    assert found.stderr == ""
    assert "# Decide: confirm: category, as cookiegate knows _gat_*." in (tmp_path / "cookies.toml").read_text("utf-8")


def test_policy_page_is_read_by_its_url(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(
        "cookiegate.audit.page_text.read_page_text",
        lambda url, agent: f"<h2>Necessary</h2><table><tr><th>Cookie<th>Purpose<tr><td>own<td>{agent[:10]}</table>",
    )
    with pytest.raises(typer.Exit):
        command.init([], policies=["https://shop.example/cookies"], output=tmp_path / "cookies.toml", is_yes=True)
    assert tables(tmp_path / "cookies.toml")["own"]["purpose"] == "cookiegate"
    assert "From: declared in https://shop.example/cookies" in (tmp_path / "cookies.toml").read_text("utf-8")
    assert "1 rule added" in capsys.readouterr().out


def test_without_a_source_there_is_nothing_to_begin_with(cli):
    found = cli("init")
    assert (found.returncode, "nothing to begin with" in found.stderr) == (2, True)


def test_site_that_shows_nothing_is_said(cli, tmp_path, policy_page):
    with listen() as listener, serve_asgi(listener, is_gated=False) as server:
        found = cli("init", f"{server.url}nowhere", str(policy_page), "-o", str(tmp_path / "cookies.toml"))
    assert found.returncode == 1
    assert "Not read completely" in found.stderr
    assert "nowhere" in found.stderr


def test_recording_without_a_cookie_writes_nothing(cli, tmp_path):
    inventory = Inventory(tmp_path / "recorded")
    send_cookies(CookieGate(mode="report-only", recorders=[inventory]), [])
    inventory.flush()
    found = cli("init", str(tmp_path / "recorded"), "-o", str(tmp_path / "cookies.toml"))
    assert (found.returncode, "no cookie was found in what was given" in found.stderr) == (2, True)
    assert not (tmp_path / "cookies.toml").exists()


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, "session"), (0.4, "1 second"), (45, "45 seconds"), (1799, "30 minutes"), (5399, "90 minutes"),
        (3590, "1 hour"), (86399, "1 day"), (2 * 86400 + 1, "3 days"), (10512001 * 60, "7301 days"), (1801, None),
    ],
)  # fmt: skip
def test_lifetime_is_written_as_people_say_it(seconds, words):
    evidence = Evidence()
    evidence.add("a", seconds, "the site")
    (seen,) = evidence.seen
    assert words is None or parse_lifetime(seen.lifetime) == parse_lifetime(words)
    assert seen.seconds is None or (parse_lifetime(seen.lifetime).max_age_s or 0) >= seen.seconds - 1


def test_name_that_no_browser_stores_is_a_problem():
    evidence = Evidence()
    evidence.add("a b", 1, "the site")
    assert (evidence.seen, evidence.problems) == ([], ["the site: 'a b' can't be the name of a cookie; left out"])


def test_families_and_unusable_lines_of_a_recording(tmp_path):
    limits = Limits(family=1)
    inventory = Inventory(tmp_path, limits=limits)
    lines = [b"run_%d=1; Max-Age=60" % number for number in range(100, 104)]
    send_cookies(CookieGate(mode="report-only", recorders=[inventory]), [*lines, b"x\x01=1"])
    inventory.flush()
    evidence = Evidence()
    read_recording(tmp_path, evidence)
    assert {seen.family for seen in evidence.seen} == {"run_*"}


def test_policies_without_a_lifetime_take_the_one_that_was_sent():
    rule = CookieRule(name="x", category="statistics", purpose="It.")
    seen = [Seen("x", "3650 days", 315360000, "the site")]
    (row,) = make_plan(seen, [Declared(rule, "policy.md")], Registry()).rows
    assert (str(row.rule.lifetime), "lifetime as sent" in row.origins) == ("13 months", True)
    assert "the site asks for 3650 days; 13 months is written" in row.decisions[0]
    (row,) = make_plan([], [Declared(rule, "policy.md")], Registry()).rows
    assert (row.rule.lifetime, row.decisions) == (None, ())


def test_what_an_audit_of_a_site_found_is_taken_up(monkeypatch):
    kinds = (("set", True, 60.0), ("sent", False, None))
    cookies = [SimpleNamespace(name=name, is_set=is_set, longest_s=length_s) for name, is_set, length_s in kinds]
    findings = [
        SimpleNamespace(code=code, cookie="https://shop.example/x") for code in (Code.NOT_SEEN, Code.UNREGISTERED)
    ]
    found = SimpleNamespace(source=SimpleNamespace(name="shop"), cookies=cookies, findings=findings)
    monkeypatch.setattr(auditing, "audit_site", lambda url, *_, **__: found)
    evidence = Evidence()
    read_site("https://shop.example/", evidence, pages=1, seconds=1, on_request=lambda: None)
    assert [(seen.name, seen.lifetime) for seen in evidence.seen] == [("set", "1 minute"), ("sent", "session")]
    assert evidence.problems == [f"shop: {Code.NOT_SEEN.headline}: https://shop.example/x"]
