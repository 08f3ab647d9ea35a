"""Every table and line fits the terminal, from 60 columns on, and no word is lost; with colours and without."""

import asyncio
import json
import re
from io import StringIO

import pytest
from rich.cells import cell_len
from rich.console import Console
from rich.text import Text
from typer.testing import CliRunner

from cookiegate import CookieGate, CookieRule, Registry
from cookiegate.asgi import CookieGateMiddleware
from cookiegate.audit import auditing
from cookiegate.cli.app import app
from cookiegate.cli.fitting import fitted
from cookiegate.cli.inventory_toml import readable_lifetime
from cookiegate.receipts import Receipts
from cookiegate.report import Inventory

LONG = "a_cookie_name_that_a_tool_makes_up_and_nobody_would_write_0123456789_abcdef"
NAMES = {
    "sessionid": 1209600, "ia_statistics_pageviews_of_everything": 34560000, "_ga": 63072000, LONG: 5430,
    "theme": 31536000, "_ga_AB12CD34EF": 100, "x": 1,
}  # fmt: skip
ROUTE = "/shop/<slug:collection>/products/<slug:product>/reviews/<int:number>"
WIDE = "日本語のページのクッキーの目的を説明する文章です"
TOML = f"""
[[cookie]]
name = "ia_*"
category = "statistics"
lifetime = "13 months"
purpose = "{WIDE} and words of usual length beside it, so that the line must be wrapped somewhere."
[[cookie]]
name = "theme"
category = "preferences"
[[cookie]]
name = "{LONG}x"
category = "marketing"
lifetime = "2 years"
purpose = "Long."
"""
ESCAPES = re.compile(r"\x1b\[[0-9;]*m|\x1b\]8;[^\x1b]*\x1b\\")
"""Colours and links."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """What the commands read: an inventory, a recording, receipts, a registry, an app."""
    folder = tmp_path_factory.mktemp("fitting")
    (folder / "cookies.toml").write_text(TOML, encoding="utf-8")
    (folder / "bad.toml").write_text(TOML.replace("marketing", "analytics").replace("13 months", "some time"))
    record(folder)
    headers = [{"name": "Set-Cookie", "value": f"{name}=1; Max-Age={age}"} for name, age in NAMES.items()]
    answer = {"status": 200, "headers": headers, "content": {"mimeType": "text/html"}}
    asked = {"method": "GET", "url": "https://shop.example/", "headers": []}
    entry = {"startedDateTime": "2026-01-01T00:00:00Z", "request": asked, "response": answer}
    (folder / "a.har").write_text(json.dumps({"log": {"entries": [entry]}}))
    (folder / "the_app.py").write_text("def app(environ, start_response):\n    return []\n")
    gate = CookieGate.from_toml(folder / "cookies.toml")
    receipts = Receipts(f"sqlite:///{folder}/receipts.db", registry=gate.registry)
    try:
        for number, how in enumerate(("reject-all", "own-choice", "accept-all")):
            granted = ("statistics",) if number else ()
            receipts.record(id=f"visitor{number}", granted=granted, how=how, where="page", language="en")
    finally:
        receipts.close()
    return folder


def record(folder):
    inventory = Inventory(folder / "seen")
    registry = Registry.known() | Registry([CookieRule(name="ia_*", category="statistics")])
    gate = CookieGate(registry=registry, recorders=[inventory], mode="report-only")

    async def site(scope, receive, send):
        headers = [(b"set-cookie", f"{name}=1; Path=/; Max-Age={age}".encode()) for name, age in NAMES.items()]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b""})

    async def visit():
        async def receive():
            raise AssertionError

        async def send(_):
            pass

        scope = {"type": "http", "method": "GET", "path": "/x", "scheme": "https", "headers": [], "query_string": b""}
        await CookieGateMiddleware(site, gate=gate)({**scope, "cookiegate.route": ROUTE}, receive, send)

    asyncio.run(visit())
    inventory.close()


COMMANDS = [
    "inventory seen", "inventory seen -r cookies.toml", "audit a.har -r cookies.toml", "audit a.har", "check",
    "check bad.toml", "registry lint", "registry lint bad.toml", "consent CookieConsent={statistics:true}",
    f"explain {LONG}=some_long_value;Path=/;Max-Age=123456789 -r cookies.toml",
    "explain ia_x=1 -r cookies.toml -g Statistics",
    "doctor the_app:app", "receipts stats -s sqlite:///receipts.db", "receipts verify -s sqlite:///receipts.db",
    "init a.har --yes -o new.toml",
]  # fmt: skip


SHORTER = {"yet", "month"}
"""Of headings: an audit's "No choice yet" is "no choice" where there is less room, and a list has no first heading."""


TO_COPY = ("store ", "head ", "codes: ", "help ")
"""What people copy is not folded, however long it is."""


def words(text):
    """The words of an output, without the lines of tables."""
    return [word for word in ESCAPES.sub("", text).replace("─", " ").split() if word]


@pytest.mark.parametrize("colour", [False, True], ids=["plain", "colour"])
@pytest.mark.parametrize("columns", [60, 80, 100])
@pytest.mark.parametrize("command", COMMANDS)
def test_output_fits_and_no_word_is_lost(folder, monkeypatch, command, columns, colour):
    monkeypatch.chdir(folder)
    monkeypatch.syspath_prepend(str(folder))

    def shown(width):
        (folder / "new.toml").unlink(missing_ok=True)
        more = {"FORCE_COLOR": "1"} if colour else {"NO_COLOR": "1"}
        found = CliRunner().invoke(app, command.split(), env={"COLUMNS": str(width), "TERM": "xterm", **more})
        assert found.exit_code in (0, 1), found.output
        return found.stdout

    wide, narrow = shown(300), shown(columns)
    lines = [ESCAPES.sub("", line) for line in narrow.splitlines()]
    assert [line for line in lines if cell_len(line) > columns and not line.startswith(TO_COPY)] == []
    assert ("\x1b[" in narrow) is (colour and "\x1b[" in wide)
    there = "".join(words(narrow))
    missing = [
        word
        for word in words(wide)
        if word not in words(narrow)
        and word not in SHORTER
        and not (cell_len(word) > 24 and is_folded(word, narrow))
        and word not in there
    ]
    assert not missing


def is_folded(word, text):
    """Tell whether a long word is in the text with line breaks and indents inside of it; in a table, folded once."""
    if len(word) > 40 and any(word[:at] in text and word[at:] in text for at in range(40, len(word))):
        return True
    pieces = "".join(re.escape(char) + r"\s*" for char in word)
    return re.search(pieces, ESCAPES.sub("", text)) is not None


def test_inventory_says_everything_that_was_cut_at_80_columns(folder, monkeypatch):
    monkeypatch.chdir(folder)
    for columns in ("60", "80"):
        found = CliRunner().invoke(app, ["inventory", "seen"], env={"COLUMNS": columns}).stdout
        lines = [line.strip() for line in found.splitlines()]
        assert any("kept: 14 days" in line for line in lines)
        assert sum("no HttpOnly: all" in line for line in lines) == len(NAMES)
        assert sum("no SameSite: all" in line for line in lines) == len(NAMES)


def test_lines_are_not_wrapped_where_no_width_is_known(folder, cli):
    found = cli("registry", "lint", str(folder / "bad.toml"))
    assert max(map(len, found.stdout.splitlines())) > 120
    assert all(line.startswith("bad.toml") for line in found.stdout.splitlines()[:-1])


def test_table_is_a_list_where_its_words_do_not_fit():
    rows = [Text("group"), [Text("name"), Text("one two"), Text("")], [Text("other"), Text("three"), Text("f" * 20)]]

    def lines(width):
        console = Console(width=width, record=True, file=StringIO())
        console.print(fitted(console, ("what", "first", "second"), rows))
        return [line.rstrip() for line in console.export_text().splitlines()]

    assert lines(40)[0] == "what   first    second"
    assert lines(30) == [
        "group", "name", "  first  one two", "other", "  first  three", "  second ffffffffffffffffffff",
    ]  # fmt: skip
    assert lines(20)[-2:] == ["  second ffffffffff", "         ffffffffff"]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, "session"), (1, "1 second"), (100, "1 minute 40 seconds"), (5400, "1 hour 30 minutes"),
        (5430, "1 hour 31 minutes"), (86399, "1 day"), (34560000, "400 days"), (31536000, "1 year"),
        (31535990, "1 year"),
        (63072000, "2 years"), (90061, "1 day 1 hour"),
    ],
)  # fmt: skip
def test_lifetime_is_in_units_of_people(seconds, words):
    assert readable_lifetime(seconds) == words


def test_audit_is_a_list_where_its_table_is_too_wide(folder, monkeypatch):
    monkeypatch.chdir(folder)
    runs = [
        CliRunner().invoke(app, ["audit", "a.har", *more], env={"COLUMNS": "34", "NO_COLOR": "1"}).stdout
        for more in ([], ["-r", "cookies.toml"])
    ]
    for printed in runs:
        assert [line for line in printed.splitlines() if cell_len(line) > 34] == []
        assert set(NAMES) <= {*words(printed), *(name for name in NAMES if is_folded(name, printed))}


def test_explain_proposes_the_rule_of_a_known_tracker_in_json(folder, monkeypatch):
    monkeypatch.chdir(folder)
    found = CliRunner().invoke(app, ["explain", "_fbp=1", "--json"], env={"NO_COLOR": "1"})
    assert json.loads(found.stdout)["proposal"]["category"] == "marketing"


def test_init_takes_what_a_browser_saw(folder, monkeypatch):
    seen = []

    def look(url, promise, hosts, registry, options):
        seen.append((url, options["clicks_by_name"]))
        return auditing.audit_har(folder / "a.har", promise, hosts, lambda _: None)

    monkeypatch.setattr("cookiegate.cli.init.evidence.look_with_browser", look)
    new = folder / "by-browser.toml"
    words = ["init", "https://shop.example/", "--browser", "--yes", "-o", str(new)]
    found = CliRunner().invoke(app, words, env={"NO_COLOR": "1"})
    assert (found.exit_code in (0, 1), seen) == (True, [("https://shop.example/", True)]), found.output
    assert all(f'"{name}"' in new.read_text(encoding="utf-8") for name in list(NAMES)[:1])
