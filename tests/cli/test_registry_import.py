"""`cookiegate registry import` as a user runs it: it writes a cookies.toml, and lists what it could not parse."""

import json
import subprocess
import sys
import threading
import tomllib
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from typer.testing import CliRunner

from cookiegate import Registry
from cookiegate.cli.app import app

POLICY = """## Functional cookies

| Cookie | Purpose | Duration |
| --- | --- | --- |
| `theme` (THEME) | Keeps the look | soon |
| a b | x | 1 day |
"""
LISTED = """\
Not understood (2):
  policy.md: line 5: 'theme': lifetime 'soon' is not understood and left out; add one like '7 days' or 'session'
  policy.md: line 6: 'a b': no cookie name: it has spaces; give the name that is sent
Read as (2):
  policy.md: line 5: 'theme': 'THEME' is read as an alias, not as a cookie; add a rule if the site sets it
  policy.md: category 'Functional cookies': read as preferences (1 row); --map 'functional=...' changes it
policy.md: 1 cookie: 0 necessary, 1 preferences, 0 statistics, 0 marketing
"""


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Run the command in a directory with this policy, in this process."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "policy.md").write_text(POLICY)
    return lambda *arguments, **options: CliRunner().invoke(app, ["registry", "import", *arguments], **options)


def test_published_policy_becomes_a_registry_that_has_no_mistakes(cli, tmp_path, shared_file):
    result = cli("registry", "import", str(shared_file("cookie-policy.md")), "-o", "cookies.toml", "--strict")
    assert (result.returncode, result.stdout) == (0, "")
    assert result.stderr.splitlines() == [
        "Read as (1):",
        (
            "  cookie-policy.md: line 47: 'token': 'BEARER_TOKEN' is read as an alias, not as a cookie; "
            "add a rule if the site sets it"
        ),
        "cookie-policy.md: 24 cookies: 9 necessary, 5 preferences, 5 statistics, 5 marketing",
    ]
    checked = cli("check", "cookies.toml")
    assert (checked.returncode, checked.stdout.splitlines()[0]) == (0, "cookies.toml: no mistakes")


def test_published_policy_agrees_with_the_registry_that_was_written_by_hand(cli, tmp_path, shared_file, cookies_toml):
    cli("registry", "import", str(shared_file("cookie-policy.md")), "-o", "cookies.toml")
    by_hand = Registry.from_toml(cookies_toml)
    for rule in Registry.from_toml(tmp_path / "cookies.toml"):
        same = by_hand.find(rule.name)
        assert (same.name, same.category, same.lifetime.max_age_s, same.lifetime.is_session) == (
            rule.name,
            rule.category,
            rule.lifetime.max_age_s,
            rule.lifetime.is_session,
        )


def test_open_cookie_database_becomes_a_registry(cli, tmp_path, shared_file):
    result = cli("registry", "import", str(shared_file("open-cookie-database.csv")), "-o", "all.toml")
    assert result.returncode == 0
    count = int(result.stderr.splitlines()[-1].split(": ")[1].split()[0])
    assert len(Registry.from_toml(tmp_path / "all.toml")) == count > 1200
    assert "'sessionid': cookiegate knows it as necessary (Django); left out" in result.stderr
    checked = cli("check", "all.toml", "--strict")
    assert (checked.returncode, checked.stdout.splitlines()[0]) == (0, "all.toml: no mistakes")


def test_known_necessary_cookies_that_a_policy_makes_optional_are_left_out_and_listed(run, tmp_path):
    (tmp_path / "x.csv").write_text("name,category\nsessionid,marketing\ncsrftoken,necessary\n_ga,statistics\n")
    result = run("x.csv", "--strict")
    assert result.exit_code == 1
    assert [rule["name"] for rule in tomllib.loads(result.stdout)["cookie"]] == ["csrftoken", "_ga"]
    line = (
        "'sessionid': marketing in the file, but cookiegate knows it as necessary (Django); left out. If consent is "
        'meant, add a rule that says why: stricter = "..."'
    )
    assert f"  x.csv: {line}\n" in result.stderr
    assert f"# {line}\n" in result.stdout


def test_rule_that_says_why_it_is_stricter_is_imported(run, tmp_path):
    rule = '{"name": "sessionid", "category": "marketing", "stricter": "No logins here."}'
    (tmp_path / "x.json").write_text(f'{{"cookies": [{rule}]}}')
    assert 'stricter = "No logins here."' in run("x.json").stdout


def test_registry_is_printed_without_an_output_file(cli, tmp_path):
    (tmp_path / "policy.md").write_text(POLICY)
    result = cli("registry", "import", "policy.md")
    assert result.returncode == 0
    assert result.stderr == LISTED
    assert tomllib.loads(result.stdout) == {
        "cookie": [{"name": "theme", "category": "preferences", "purpose": "Keeps the look"}]
    }
    assert result.stdout.startswith("#:schema ./cookies.schema.json\n")


def test_what_was_not_understood_stands_in_the_file_too(run):
    assert [line for line in run("policy.md").stdout.splitlines() if line.startswith("# line")] == [
        "# line 5: 'theme': lifetime 'soon' is not understood and left out; add one like '7 days' or 'session'",
        "# line 6: 'a b': no cookie name: it has spaces; give the name that is sent",
    ]


def test_strict_makes_what_was_not_understood_a_failure(run):
    assert (run("policy.md").exit_code, run("policy.md", "--strict").exit_code) == (0, 1)


def test_own_words_are_mapped(run):
    result = run("policy.md", "--map", "functional=necessary")
    assert 'category = "necessary"' in result.stdout
    assert "category 'Functional" not in result.stderr


def test_mapping_takes_a_list(run, tmp_path):
    (tmp_path / "two.csv").write_text("Cookie,Category\na,Foo\nb,Functional\n")
    arguments = (
        ["--map", "Foo=Marketing,Functional=necessary"],
        ["--map", "Foo=marketing", "--map", "Functional=necessary"],
    )
    one, two = (run("two.csv", "--strict", *each) for each in arguments)
    assert (one.exit_code, one.stdout, one.stderr) == (two.exit_code, two.stdout, two.stderr)
    assert (one.exit_code, one.stderr) == (
        0,
        "two.csv: 2 cookies: 1 necessary, 0 preferences, 0 statistics, 1 marketing\n",
    )


def test_mapping_of_a_word_that_the_file_lacks_is_not_understood(run, tmp_path):
    (tmp_path / "one.csv").write_text("Cookie,Category\na,Necessary\n")
    result = run("one.csv", "--map", "Fooo=marketing", "--strict")
    assert result.exit_code == 1
    assert "  one.csv: --map 'Fooo': no such category in the file; " in result.stderr


def test_unknown_category_is_a_failure_with_strict_whatever_the_purpose(run, tmp_path):
    (tmp_path / "q.csv").write_text("Cookie,Category,Purpose\nzz1,Third-party tracking,Required\nzz2,Statistics,x\n")
    result = run("q.csv", "--strict")
    assert (result.exit_code, "'zz1': category 'Third-party tracking' is not known" in result.stderr) == (1, True)


def test_wrong_mapping_is_an_error(run):
    result = run("policy.md", "--map", "functional=needed", "--map", "x")
    assert result.exit_code == 2
    assert [line.partition(";")[0] for line in result.stderr.splitlines()] == [
        "cookiegate: category mapping: 'functional=needed': unknown category 'needed'",
        "cookiegate: category mapping: 'x': there is no '=' in it",
    ]


def test_file_that_is_there_is_not_overwritten_unasked(run, tmp_path):
    (tmp_path / "cookies.toml").write_text("mine")
    result = run("policy.md", "-o", "cookies.toml")
    assert (result.exit_code, (tmp_path / "cookies.toml").read_text()) == (2, "mine")
    assert result.stderr == (
        "cookiegate: cookies.toml: exists already; choose another name, or overwrite it with --force\n"
    )
    assert run("policy.md", "-o", "cookies.toml", "--force").exit_code == 0
    assert len(Registry.from_toml(tmp_path / "cookies.toml")) == 1


def test_file_that_can_not_be_written_is_an_error(run):
    result = run("policy.md", "-o", "none/cookies.toml")
    assert result.exit_code == 2
    assert "none/cookies.toml: can't be written: No such file or directory; check the path" in result.stderr


def test_standard_input_is_told_by_its_content(run):
    result = run("-", input=POLICY)
    assert (result.exit_code, result.stderr) == (0, LISTED.replace("policy.md", "standard input"))


def test_standard_input_is_read(tmp_path):
    result = subprocess.run(
        [sys.executable, "-m", "cookiegate", "registry", "import", "-", "--from", "csv"],
        input=b"name,category\na,marketing\n",
        capture_output=True,
        cwd=tmp_path,
        timeout=300,
        check=False,
    )
    assert result.returncode == 0
    assert b"standard input: 1 cookie: " in result.stderr


@pytest.mark.parametrize(
    ("name", "content", "complaint"),
    [
        ("x.md", b"no table", "x.md: no table of cookies; give one with headings like Cookie, Purpose, Lifetime"),
        (
            "x.md",
            b"\xff\xfe\xfd",
            ("x.md: octet 2: not utf-16-le; save the file as UTF-8, or give its encoding, like windows-1252"),
        ),
        (
            "x.json",
            b'[{"name',
            "x.json: line 1: broken JSON at column 3: Unterminated string starting at; save the file again",
        ),
        (
            "x.csv",
            b'name,category\na,"x',
            "x.csv: line 2: no CSV from here on: unexpected end of data; fix the quotes there",
        ),
        (
            "x.xlsx",
            b"PK\x03\x04",
            "x.xlsx: a broken zip archive: File is not a zip file; save the file again",
        ),
    ],
)
def test_file_that_can_not_be_read_is_one_line_and_exit_code_2(run, tmp_path, name, content, complaint):
    (tmp_path / name).write_bytes(content)
    result = run(name)
    assert (result.exit_code, result.stdout, result.stderr) == (2, "", f"cookiegate: {complaint}\n")


def test_file_that_is_not_there_is_an_error(run):
    result = run("none.md")
    assert result.exit_code == 2
    assert result.stderr.endswith("none.md: can't be read: No such file or directory; check the path\n")


def test_no_cookie_understood_is_an_error_and_nothing_is_written(run, tmp_path):
    (tmp_path / "x.csv").write_text("name,category\na b,marketing\n")
    result = run("x.csv", "-o", "cookies.toml")
    assert result.exit_code == 2
    assert "x.csv: line 2: 'a b': no cookie name" in result.stderr
    assert result.stderr.endswith("cookiegate: x.csv: no cookie was understood; nothing is written\n")
    assert not (tmp_path / "cookies.toml").exists()


def test_text_that_no_toml_can_hold_is_an_error(run, tmp_path):
    (tmp_path / "x.json").write_text('[{"name": "a", "category": "marketing", "purpose": "\\ud800"}]')
    result = run("x.json")
    assert (result.exit_code, result.stderr) == (
        2,
        "cookiegate: registry: 'a': purpose holds half a surrogate pair; take it out\n",
    )


def test_nothing_in_the_file_moves_the_cursor(run, tmp_path):
    (tmp_path / "x.csv").write_text(
        "name,category,purpose,lifetime\na,marketing,\x1b[2J\u202ex,\x1b]0;x\x07\n\x1b[31m,marketing,x,\nb,\x9b31m,x,\n"
    )
    result = run("x.csv")
    assert result.exit_code == 0
    assert all(char.isprintable() or char == "\n" for char in result.stdout + result.stderr)


def test_missing_parser_is_told_in_one_line(run, monkeypatch):
    monkeypatch.setitem(sys.modules, "markdown_it", None)
    result = run("policy.md")
    assert result.exit_code == 2
    assert result.stderr == "cookiegate: reading this needs markdown_it; pip install 'cookiegate[import]'\n"


def check(toml, *options):
    return CliRunner().invoke(app, ["check", str(toml), *options]).stdout


@contextmanager
def served_page(html, status=200, **headers):
    """Serve one page on 127.0.0.1, and yield its URL."""

    class Site(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(status)
            for name, value in {"Content-Type": "text/html; charset=utf-8", **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(html.encode())

        def log_message(self, *_):
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def no_proxy(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


def test_category_that_the_page_does_not_name_is_proposed_and_marked(run, tmp_path):
    page = tmp_path / "policy.md"
    page.write_text("| Cookie | Purpose |\n|-|-|\n| sessionid | |\n| _gat_UA-26179049-1 | x |\n", encoding="utf-8")
    result = run(str(page), "--map", "*=statistics")
    assert "sessionid" in result.stdout
    result = run(str(page))
    assert result.stdout.count("# proposed: category, as cookiegate knows sessionid\n") == 1
    assert "# filled in: purpose, provider, as cookiegate knows sessionid\n[[cookie]]" in result.stdout
    assert "3 proposals to confirm: see '# proposed:' in the file" in result.stderr
    toml = tmp_path / "cookies.toml"
    toml.write_text(result.stdout, encoding="utf-8")
    assert "3 proposals to confirm: see '# proposed:' in the file" in check(toml)
    assert json.loads(check(toml, "--json"))["proposals"] == 3
    accepted = run(str(page), "--accept-proposals")
    assert "# proposed" not in accepted.stdout
    assert "# filled in: category, as cookiegate knows sessionid" in accepted.stdout


def test_gaps_are_filled_from_a_list(run, tmp_path):
    page, listed = tmp_path / "policy.md", tmp_path / "list.csv"
    page.write_text("| Cookie | Purpose |\n|-|-|\n| _fbp | |\n| _gat_1234 | x |\n", encoding="utf-8")
    listed.write_text(
        "name,category,purpose,provider,wildcard\n_fbp,Marketing,Ads,Meta,0\n_gat_,Analytics,Slow,Google,1\n",
        encoding="utf-8",
    )
    rules = tomllib.loads(run(str(page), "--fill", str(listed)).stdout)["cookie"]
    assert rules == [
        {"name": "_fbp", "category": "marketing", "purpose": "Ads", "provider": "Meta"},
        {"name": "_gat_*", "category": "statistics", "purpose": "x", "provider": "Google"},
    ]


def test_page_is_read_by_its_url(run, no_proxy):
    html = "<h2>Statistics</h2><table><tr><th>Cookie</th><th>Purpose</th></tr><tr><td>_ga</td><td>x</td></tr></table>"
    with served_page(html) as url:
        result = run(url)
    assert tomllib.loads(result.stdout)["cookie"] == [{"name": "_ga", "category": "statistics", "purpose": "x"}]


def test_page_that_can_not_be_had_is_one_line_and_exit_code_2(run, no_proxy):
    with served_page("", status=404) as url:
        result = run(url)
    assert (result.exit_code, result.stderr) == (2, f"cookiegate: {url}: answers 404 Not Found; check the address\n")


@pytest.mark.parametrize(
    ("headers", "status", "why"),
    [
        ({"Location": "/"}, 302, "more than 10 redirects; look with a browser where they lead"),
        ({"Location": "http://other.example/"}, 302, "redirects to another host, other.example;"),
        ({"Content-Type": "text/plain"}, 200, "is no HTML page; save the file, and import it from there"),
    ],
)
def test_page_is_read_with_the_guard_rails_of_the_audit(run, no_proxy, headers, status, why):
    with served_page("x", status=status, **headers) as url:
        result = run(url)
    assert result.exit_code == 2
    assert why in result.stderr


def test_pattern_is_proposed_for_a_name_with_a_number_of_one_site(run, tmp_path):
    page = tmp_path / "policy.md"
    rows = "| _gat_UA-26179049-1 | x |\n| _ga_RZTK1 | x |\n| _hjSession_1234 | x |\n| _fbp | x |\n"
    page.write_text(f"# Statistics\n\n| Cookie | Purpose |\n|-|-|\n{rows}", encoding="utf-8")
    proposed = run(str(page)).stdout
    assert '# proposed: name = "_gat_*", if the end of _gat_UA-26179049-1 is the number of one site\n' in proposed
    accepted = tomllib.loads(run(str(page), "--accept-proposals").stdout)["cookie"]
    assert [rule["name"] for rule in accepted] == ["_gat_*", "_ga_*", "_hjSession_*", "_fbp"]


def test_cookie_that_is_named_twice_has_one_proposal(run, tmp_path):
    page = tmp_path / "policy.md"
    page.write_text("| Cookie | Purpose |\n|-|-|\n| sessionid | |\n| sessionid | |\n", encoding="utf-8")
    assert run(str(page)).stdout.count("# proposed:") == 1
