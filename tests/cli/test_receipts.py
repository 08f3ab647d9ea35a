"""`cookiegate receipts`: verify, show, export, stats, purge, with output for people and for programs."""

import csv
import json
import os
import pty
import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from xml.etree import ElementTree

import pytest
import typer
from typer.testing import CliRunner

from cookiegate import Category, CookieRule, Registry, parse_lifetime
from cookiegate.cli.app import app
from cookiegate.cli.receipts import open_store
from cookiegate.cli.receipts.export import export
from cookiegate.receipts import Receipts

JANUARY = 1768204800.0  # Mon, 12 Jan 2026 08:00:00 GMT
DAY = 86400
REGISTRY = Registry(
    [
        CookieRule(name="session", category=Category.NECESSARY, purpose="Keeps the cart."),
        CookieRule(
            name="_ga*", category=Category.STATISTICS, purpose="Counts visits.", provider="Google",
            lifetime=parse_lifetime("400 days"),
        ),
        CookieRule(name="pixel", category=Category.MARKETING, purpose="\x1b[2JShows adverts."),
    ]
)  # fmt: skip
CHOICES = [
    (0, "ann", {"statistics"}, "own-choice", "page", "de"),
    (1, "bob", (), "reject-all", "banner", "en"),
    (40, "ann", ("preferences", "statistics", "marketing"), "accept-all", "page", "de"),
    (90, "-cid", (), "withdrawn", "api", None),
    (91, "dan", ("statistics",), "gpc", "app", "en"),
]


@pytest.fixture
def file(tmp_path):
    """A store with five choices, from January to April 2026."""
    days = iter([choice[0] for choice in CHOICES])
    receipts = Receipts(
        tmp_path / "receipts.db", registry=REGISTRY, revision="2026-01", validity="6 months",
        clock=lambda: JANUARY + DAY * next(days), patience_s=300,
    )  # fmt: skip
    for _, visitor, granted, how, where, language in CHOICES:
        receipts.record(id=visitor, granted=granted, how=how, where=where, language=language)
    receipts.close()
    return tmp_path / "receipts.db"


@pytest.fixture
def run(file, tmp_path, monkeypatch):
    """Run a command on the store; returns exit code, standard output and standard error."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")

    def invoke(*arguments, store=file, **more):
        given = [*arguments] if store is None else [*arguments, "--store", str(store)]
        result = CliRunner(env={"COOKIEGATE_RECEIPTS": None}).invoke(app, ["receipts", *given], **more)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result.exit_code, result.stdout, result.stderr

    return invoke


@pytest.fixture
def execute(file):
    """Change the store directly in the database."""

    def change(*statements):
        with closing(sqlite3.connect(file)) as connection:
            for statement in statements:
                connection.execute(statement)
            connection.commit()

    return change


def test_verify_prints_the_head_to_be_noted(run, file):
    code, out, err = run("verify")
    head = re.search(r"^head {6}(5:[0-9a-f]{64})$", out, re.MULTILINE)[1]
    assert (code, err) == (0, "")
    assert out.splitlines()[:2] == [f"store     {file}", "receipts  5"]
    assert out.splitlines()[3] == "every record is as it was written; note the head to prove it later"
    code, out, _ = run("verify", "--head", head)
    assert (code, out.splitlines()[3]) == (0, "every record is as it was written, and the noted head is in the chain")


@pytest.mark.parametrize(
    ("statement", "finding"),
    [
        ("UPDATE cookiegate_receipts SET purposes = 'marketing' WHERE sequence = 2", "record 2: it was changed after"),
        ("DELETE FROM cookiegate_receipts WHERE sequence = 2", "record 2: it is missing, and no purge says so"),
        ("DELETE FROM cookiegate_receipts WHERE sequence > 3", "record 4: it and those up to 5 are missing"),
        ("UPDATE cookiegate_registries SET snapshot = '{}'", ": it was changed after it was written"),
        ("UPDATE cookiegate_registries SET snapshot = NULL", "NOT NULL"),
        ("DELETE FROM cookiegate_registries", ": it is missing, and receipts refer to it"),
        ("UPDATE cookiegate_chain SET hash = x'1b5b324a'", "record 5: the store's head has another hash"),
    ],
)
def test_verify_tells_of_tampering(run, execute, statement, finding):
    if finding == "NOT NULL":
        with pytest.raises(sqlite3.IntegrityError, match=finding):
            execute(statement)
        return
    execute(statement)
    code, out, _ = run("verify")
    assert code == 1
    assert finding in out
    assert out.splitlines()[-1] == "NOT as written: 1 finding"
    assert "\x1b" not in out


def test_verify_as_json(run, execute):
    code, out, _ = run("verify", "--json")
    result = json.loads(out)
    assert (code, result["ok"], result["receipts"], result["findings"]) == (0, True, 5, [])
    execute("UPDATE cookiegate_receipts SET how = 'x'")
    code, out, _ = run("verify", "--json")
    assert (code, json.loads(out)["ok"], len(json.loads(out)["findings"])) == (1, False, 5)


def test_verify_lists_a_hundred_findings_and_says_so(run, execute):
    numbers = ", ".join(f"('d{n}', 'x')" for n in range(150))
    execute(f"INSERT INTO cookiegate_registries VALUES {numbers}")
    code, out, _ = run("verify")
    assert (code, out.splitlines()[-1]) == (1, "NOT as written: 100 findings; no more than 100 are listed")


def test_verify_refuses_what_is_no_head(run):
    code, out, err = run("verify", "--head", "x")
    assert (code, out) == (2, "")
    assert err.startswith("cookiegate: receipts: --head: it is no head; give it as `receipts verify` printed it")


def test_show_says_what_was_chosen_and_what_the_policy_said(run):
    code, out, _ = run("show", "ann")
    assert code == 0
    assert out.startswith("2 choices on record for ann\n\ntime     2026-01-12 08:00:00 UTC\ngranted  statistics\n")
    assert "how      own-choice (given)\nwhere    page, language de\npolicy   revision 2026-01, registry " in out
    assert "valid    P184D\n" in out
    assert "granted  preferences, statistics, marketing\n" in out
    assert "  necessary: always, 1 cookie\n  preferences: granted, 0 cookies\n  statistics: granted, 1 cookie\n" in out
    assert "    _ga*: 400 days; Google; Counts visits.\n" in out
    assert "    pixel: \\x1b[2JShows adverts.\n" in out
    assert "session" not in out


def test_show_all_lists_necessary_cookies_too(run):
    assert "    session: Keeps the cart.\n" in run("show", "ann", "--all")[1]


def test_show_of_a_record_shows_that_one(run, file):
    record_id = json.loads(run("export")[1].splitlines()[1])["record_id"]
    code, out, _ = run("show", record_id)
    assert code == 0
    assert out.startswith(f"1 choice on record for {record_id}\n")
    assert "granted  nothing optional\nhow      reject-all (refused)\n" in out
    assert "  statistics: not granted, 1 cookie\n" in out


def test_show_takes_an_id_that_begins_with_a_hyphen(run):
    code, out, _ = run("show", "-cid")
    assert (code, out.splitlines()[0]) == (0, "1 choice on record for -cid")
    assert run("show", "--AqMfuRTiR4P36U973w4y")[:2] == (1, "no receipt for --AqMfuRTiR4P36U973w4y\n")


def test_show_as_json_holds_the_registry(run):
    shown = json.loads(run("show", "ann", "--json")[1])
    assert [receipt["purposes"] for receipt in shown["receipts"]] == [
        ["statistics"],
        ["preferences", "statistics", "marketing"],
    ]
    [cookies] = shown["registries"].values()
    assert [cookie["name"] for cookie in cookies] == ["_ga*", "pixel", "session"]
    assert all(receipt["is_intact"] for receipt in shown["receipts"])


def test_show_tells_what_is_not_as_written(run, execute):
    execute(
        "UPDATE cookiegate_receipts SET language = 'fr' WHERE sequence = 1",
        "UPDATE cookiegate_receipts SET how = x'1b' WHERE sequence = 3",
        "UPDATE cookiegate_registries SET snapshot = '{}'",
    )
    out = run("show", "ann")[1]
    assert ", NOT as written\n" in out
    assert "record 3 can't be read: it was changed after it was written\n" in out
    assert "  it is missing, or was changed after it was written\n" in out


def test_show_of_nobody_finds_nothing(run):
    assert run("show", "\x1b[2J") == (1, "no receipt for \\x1b[2J\n", "")


def test_export_is_json_lines(run):
    code, out, err = run("export")
    records = [json.loads(line) for line in out.splitlines()]
    assert (code, err, [record["pii_principal_id"] for record in records]) == (0, "", [choice[1] for choice in CHOICES])
    assert [record["event_state"] for record in records] == ["given", "refused", "given", "withdrawn", "given"]
    assert records[0].keys() >= {"sequence", "record_id", "event_time", "purposes", "previous_hash", "hash"}


def test_export_to_a_csv_file_is_safe_for_spreadsheets(run, tmp_path):
    code, out, err = run("export", "-o", "out.csv")
    rows = list(csv.DictReader(StringIO((tmp_path / "out.csv").read_text(encoding="utf-8"), newline="")))
    assert (code, out, err) == (0, "", "5 receipts in out.csv\n")
    assert [row["pii_principal_id"] for row in rows] == ["ann", "bob", "ann", "'-cid", "dan"]
    assert rows[2]["purposes"] == "preferences statistics marketing"
    assert [path.name for path in tmp_path.glob("*.part")] == []


def test_export_of_some_days(run):
    out = run("export", "--since", "2026-01-13", "--until", "2026-04-12")[1]
    assert [json.loads(line)["sequence"] for line in out.splitlines()] == [2, 3]


def test_export_says_its_format_wins_over_the_name(run, tmp_path):
    assert run("export", "-o", "out.txt", "-f", "csv")[2] == "5 receipts in out.txt\n"
    assert (tmp_path / "out.txt").read_text().startswith("sequence,record_id,")
    assert run("export", "-o", "out.csv", "-f", "jsonl", "--since", "2026-04-13")[2] == "1 receipt in out.csv\n"
    assert (tmp_path / "out.csv").read_text().startswith("{")


def test_export_holds_records_that_can_not_be_read(run, execute):
    execute("UPDATE cookiegate_receipts SET how = 'x', hash = '=1+1' WHERE sequence = 1")
    assert json.loads(run("export")[1].splitlines()[0])["hash"] == "=1+1"
    assert run("export", "-f", "csv")[1].splitlines()[1].endswith(",'=1+1")


@pytest.mark.parametrize("name", ["nowhere/out.csv", "."])
def test_export_to_a_file_that_can_not_be_written(run, name):
    code, _, err = run("export", "-o", name)
    assert code == 2
    assert err.startswith("cookiegate: receipts: ")
    assert err.endswith("; name another file\n")


@pytest.mark.parametrize("command", ["export", "stats"])
def test_day_that_is_none_is_refused(run, command):
    code, _, err = run(command, "--since", "yesterday")
    assert (code, err) == (2, "cookiegate: receipts: --since 'yesterday' is not a day; write it like 2026-01-12\n")


def on_a_terminal(*arguments):
    """Run the command line with a terminal as its output; return what was written to it."""
    leader, follower = pty.openpty()
    environment = {**os.environ, "COLUMNS": "80", "TERM": "xterm"}
    with subprocess.Popen(
        [sys.executable, "-m", "cookiegate", "receipts", *arguments],
        stdin=follower, stdout=follower, stderr=follower, env=environment,
    ) as process:  # fmt: skip
        os.close(follower)
        octets = b""
        try:
            while part := os.read(leader, 65536):
                octets += part
        except OSError:  # the end, on Linux
            pass
        os.close(leader)
    return process.returncode, octets.decode()


def test_export_on_a_terminal_shows_its_progress_and_moves_no_cursor(file, execute):
    execute("UPDATE cookiegate_receipts SET hash = '\x1b]0;owned\x07' WHERE sequence = 1")
    code, out = on_a_terminal("export", "--format", "csv", "--store", str(file))
    assert code == 0
    assert "\\x1b]0;owned\\x07" in out
    assert "\x1b]0;owned" not in out
    assert "exporting" in out


@pytest.fixture
def exported_to(file, monkeypatch, capsys):
    """Export with a file as standard output; return the exit code and standard error."""

    def run(output):
        monkeypatch.setattr(sys, "stdout", output)
        with pytest.raises(typer.Exit) as ended:
            export(str(file))
        monkeypatch.undo()
        output.close()
        return ended.value.exit_code, capsys.readouterr().err

    return run


def test_export_to_a_reader_that_has_enough_ends_quietly(exported_to):
    reader, writer = os.pipe()
    os.close(reader)
    assert exported_to(os.fdopen(writer, "w")) == (0, "")


def test_export_to_a_full_disk_is_told(exported_to):
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("no /dev/full on this system")
    message = "cookiegate: receipts: standard output: No space left on device; use --output\n"
    assert exported_to(full.open("w")) == (2, message)


def test_purge_on_a_terminal_asks(file):
    leader, follower = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "cookiegate", "receipts", "purge", "--older-than", "1 day", "--store", str(file)],
        stdin=follower, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        os.write(leader, b"n\n")
        out, err = process.communicate(timeout=300)
    os.close(leader)
    os.close(follower)
    assert process.returncode == 1
    assert "Delete 5 receipts from before" in out + err


def test_progress_moves_every_so_often(monkeypatch):
    monkeypatch.setattr(sys, "stderr", Terminal())
    assert sum(1 for _ in open_store.with_progress(range(1200), 1200, "counting")) == 1200
    assert "counting" in sys.stderr.getvalue()


class Terminal(StringIO):
    def isatty(self):
        return True


def test_stats_is_a_table_by_month(run):
    code, out, _ = run("stats")
    assert code == 0
    assert [line.split() for line in out.splitlines() if line.startswith(("month", "2026"))] == [
        ["month", "choices", "preferences", "statistics", "marketing", "all", "none", "own", "withdrawn", "gpc"],
        ["2026-01", "2", "0%", "50%", "0%", "0", "1", "1", "0", "0"],
        ["2026-02", "1", "100%", "100%", "100%", "1", "0", "0", "0", "0"],
        ["2026-03", "0", "-", "-", "-", "0", "0", "0", "0", "0"],
        ["2026-04", "2", "0%", "50%", "0%", "0", "0", "0", "1", "1"],
    ]
    assert max(map(len, out.splitlines())) <= 80


def test_stats_by_week_and_day(run):
    weeks = json.loads(run("stats", "--by", "week", "--json", "--until", "2026-01-20")[1])
    assert [(each["period"], each["choices"]) for each in weeks["periods"]] == [("2026-W03", 2)]
    days = json.loads(run("stats", "--by", "day", "--json", "--until", "2026-01-20")[1])
    assert [(each["period"], each["granted"]["statistics"]) for each in days["periods"]] == [
        ("2026-01-12", 1),
        ("2026-01-13", 0),
    ]
    assert days["periods"][0]["share"] == {"preferences": 0.0, "statistics": 1.0, "marketing": 0.0}
    assert days["periods"][1]["how"]["reject-all"] == 1


def test_stats_of_no_time_at_all(run):
    assert run("stats", "--since", "2030-01-01") == (0, "no receipts are in the store for this time\n", "")


def test_stats_leaves_out_what_can_not_be_read(run, execute):
    execute(
        "UPDATE cookiegate_receipts SET event_time = 'x' WHERE sequence = 1",
        "UPDATE cookiegate_receipts SET purposes = 'x' WHERE sequence = 2",
        "UPDATE cookiegate_receipts SET event_time = x'00' WHERE sequence = 3",
        "UPDATE cookiegate_receipts SET event_time = '0001-01-01' WHERE sequence = 4",
    )
    code, out = run("stats")[:2]
    assert "3 receipts can't be read and are left out; see cookiegate receipts verify\n" in out
    assert code == 1
    assert [line[:7] for line in out.splitlines() if line[:1] in "02"] == ["0001-01", "2026-04"]
    assert json.loads(run("stats", "--json")[1])["unread"] == 3
    assert run("stats", "--json")[0] == 1


def test_stats_speaks_of_one_receipt(run, execute):
    execute("UPDATE cookiegate_receipts SET purposes = 'x' WHERE sequence = 2")
    out = run("stats")[1]
    assert "1 receipt can't be read and is left out; see cookiegate receipts verify\n" in out


def test_stats_draws_an_svg_without_scripts(run, tmp_path):
    code, _, err = run("stats", "--plot", "plot.svg")
    svg = (tmp_path / "plot.svg").read_text()
    assert (code, err) == (0, "plot in plot.svg\n")
    assert all(word in svg for word in ("preferences", "statistics", "marketing", "2026-01", "choices"))
    assert "<script" not in svg
    picture = ElementTree.fromstring(svg)
    title, description = (picture.find(f"{{http://www.w3.org/2000/svg}}{name}").text for name in ("title", "desc"))
    assert (picture.get("role"), picture.get("aria-label")) == ("img", title)
    assert title == "Share of choices that granted each category, by month"
    shares = json.loads(run("stats", "--json")[1])["periods"]
    assert [text.partition(":")[0] for text in description.split("; ")] == [each["period"] for each in shares]
    for each, text in zip(shares, description.split("; "), strict=True):
        assert re.search(rf" of {each['choices']} choices?$", text)


def test_stats_draws_other_forms_and_many_periods(run, tmp_path):
    assert run("stats", "--by", "day", "--plot", "plot.PNG")[0] == 0
    assert (tmp_path / "plot.PNG").read_bytes().startswith(b"\x89PNG")
    assert run("stats", "--since", "2030-01-01", "--plot", "empty.pdf")[0] == 0


def test_stats_refuses_a_plot_that_it_can_not_draw(run):
    code, _, err = run("stats", "--plot", "plot.html")
    assert (code, err) == (2, "cookiegate: receipts: --plot plot.html: name a file that ends with .svg, .png, .pdf\n")


def test_stats_tells_of_a_plot_that_can_not_be_written(run):
    code, _, err = run("stats", "--plot", "nowhere/plot.svg")
    assert (code, err.endswith("; name another file\n")) == (2, True)


def test_stats_without_matplotlib_names_the_extra(run, monkeypatch):
    monkeypatch.delitem(sys.modules, "cookiegate.cli.receipts.plot", raising=False)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    code, _, err = run("stats", "--plot", "plot.svg")
    assert (code, err) == (2, "cookiegate: receipts: the plot needs matplotlib; pip install 'cookiegate[plot]'\n")


def test_purge_deletes_and_the_chain_goes_on(run, file):
    code, out, _ = run("purge", "--older-than", "1 day", "--yes")
    assert (code, out.splitlines()[0]) == (0, "5 receipts deleted; the chain continues")
    assert re.fullmatch(r"head 6:[0-9a-f]{64}; note it, and discard older ones", out.splitlines()[1])
    code, out, _ = run("verify")
    assert (code, out.splitlines()[1]) == (0, "receipts  0, and 5 purged")
    assert run("purge", "--older-than", "1 day", "--yes")[1].endswith("UTC: nothing to delete\n")


def test_purge_keeps_what_is_young_enough(run):
    years = (datetime.now(UTC).year - 2026) + 2
    assert run("purge", "--older-than", f"{years} years", "--yes")[1].startswith("0 receipts from before ")


def test_dry_purge_deletes_nothing(run):
    code, out, _ = run("purge", "--older-than", "1 day", "--dry-run")
    assert (code, out.startswith("5 receipts from before "), out.endswith(" UTC would be deleted\n")) == (0, True, True)
    assert run("verify")[1].splitlines()[1] == "receipts  5"


def test_purge_without_a_terminal_needs_a_yes(run):
    code, _, err = run("purge", "--older-than", "1 day")
    assert (code, err.endswith("UTC would be deleted; confirm with --yes\n")) == (2, True)


def test_purge_that_is_confirmed_is_done(run, monkeypatch):
    monkeypatch.setattr("cookiegate.cli.receipts.purge.sys", type("System", (), {"stdin": Terminal()}))
    assert "5 receipts deleted" in run("purge", "--older-than", "1 day", input="y\n")[1]


@pytest.mark.parametrize("age", ["soon", "session", "varies", "999999999 years", ""])
def test_purge_refuses_an_age_that_is_none(run, age):
    code, _, err = run("purge", "--older-than", age, "--yes")
    assert code == 2
    assert err.startswith("cookiegate: receipts: --older-than: ")


@pytest.mark.parametrize(
    ("store", "problem"),
    [
        (None, "receipts: --store is missing; give a SQLite file or a URL, or set COOKIEGATE_RECEIPTS"),
        ("nowhere.db", "there is no such file; name the store that the site uses"),
        ("mysql://x", "only sqlite:///FILE and postgresql://... are supported"),
        ("postgresql://site:hunter2@127.0.0.1:1/x", "is it there, and may it be written?"),
    ],
)
def test_store_that_can_not_be_read_is_told_in_one_line(run, store, problem):
    code, out, err = run("verify", store=store)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert problem in err
    assert "hunter2" not in err


def test_file_that_is_no_store_is_told(run, tmp_path):
    (tmp_path / "text.db").write_text("hello " * 1000)
    assert run("verify", store=tmp_path / "text.db")[2].endswith(
        "file is not a database; is it there, and may it be written?\n"
    )


def test_store_may_come_from_the_environment(run, file):
    assert run("verify", store=None, env={"COOKIEGATE_RECEIPTS": str(file)})[0] == 0


def test_missing_sqlalchemy_is_told_with_its_extra(run, monkeypatch):
    for name in [name for name in sys.modules if name.partition(".")[0] == "sqlalchemy"]:
        monkeypatch.setitem(sys.modules, name, None)
    code, _, err = run("verify")
    assert (code, err) == (2, "cookiegate: receipts: sqlalchemy is missing; pip install 'cookiegate[receipts]'\n")


def test_commands_are_named_in_the_help(run):
    code, out, _ = run("--help", store=None)
    assert code == 0
    assert all(f"│ {word}" in out for word in ("verify", "show", "export", "stats", "purge"))
