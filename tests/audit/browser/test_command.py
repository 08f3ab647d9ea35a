"""`cookiegate audit --browser` and its like from the command line, against a site on a loopback address."""

import json
import os
import stat
import tomllib

import pytest
from typer.testing import CliRunner

from cookiegate.audit.browser.launching import find_browser, needs_no_sandbox
from cookiegate.audit.observation import Unreadable
from cookiegate.cli.app import app

PAGE = (
    "<!doctype html><title>Shop</title><a href=/cookies>Cookies</a><div id=t></div><script>"
    "document.cookie = 'stats=secret; Max-Age=60; SameSite=Lax';"
    "document.getElementById('t').innerHTML = '<table><tr><th>Cookie<th>Category<th>Purpose<th>Duration"
    "<tr><td>stats<td>Statistics<td>Counts pages<td>30 days</table>'</script>"
)


def run(*arguments):
    return CliRunner().invoke(app, [str(each) for each in arguments])


@pytest.fixture
def shop(site, serve, chromium_path):
    """Serve a site whose script sets a cookie and draws a table; its address."""
    site.page("/", PAGE, host="127.0.0.1")
    site.page("/cookies", PAGE, host="127.0.0.1")
    with serve(site) as port:
        yield f"http://127.0.0.1:{port}/"


QUICK = ("--wait", "0.05", "--delay", "0", "--pages", "1")


def test_every_format_is_written_from_one_run(shop, registry, tmp_path):
    names = ("a.html", "a.json", "a.sarif", "a.xml", "a.txt", "a.pdf")
    outputs = [word for name in names for word in ("-o", tmp_path / name)]
    done = run(
        "audit", "--browser", shop, "-r", registry, *QUICK, *outputs, "--write-baseline", tmp_path / "known.json"
    )
    assert done.exit_code == 0, done.output
    html = (tmp_path / "a.html").read_text()
    for text in (
        "Before any choice",
        "With GPC",
        "SHA-256 of the registry",
        "data:image/png;base64,",
        "Timeline and pictures",
    ):
        assert text in html
    assert (tmp_path / "a.pdf").read_bytes().startswith(b"%PDF-")
    for name in names[:-1]:
        assert "secret" not in (tmp_path / name).read_text()
    document = json.loads((tmp_path / "a.json").read_text())
    assert {"script-before-consent"} <= {each["code"] for each in document["findings"]}
    cookie = next(each for each in document["browser"]["cookies"] if each["name"] == "stats")
    assert cookie["party"] == "first"
    assert cookie["set_by"][0]["kind"] == "script"
    assert cookie["set_by"][0]["url"] == shop
    assert cookie["attributes"] == ["Path=/", "SameSite=Lax"]
    again = run(
        "audit", "--browser", shop, "-r", registry, *QUICK, "--baseline", tmp_path / "known.json", "-f", "junit"
    )
    assert again.exit_code == 0
    assert 'failures="0"' in again.stdout


def test_a_pdf_is_printed_to_standard_output(shop, registry):
    done = run("audit", shop, "-r", registry, "--pages", "1", "-f", "pdf")
    assert done.stdout_bytes.startswith(b"%PDF-")


def test_a_page_that_a_script_draws_is_imported_and_proposed(shop, tmp_path):
    without = run("registry", "import", shop)
    assert without.exit_code == 2
    done = run("registry", "import", shop, "--browser")
    assert done.exit_code == 0, done.output
    assert 'name = "stats"' in done.stdout
    done = run("init", shop, "--browser", "--pages", "1", "--yes", "-o", tmp_path / "made.toml", "--policy", shop)
    assert "stats" in (tmp_path / "made.toml").read_text(), done.output


def test_what_scripts_store_is_proposed_once(site, serve, chromium_path, tmp_path):
    stores = (
        "localStorage.setItem('persist:root', 'secret'); sessionStorage.setItem('tab', 'secret');"
        "indexedDB.open('my data'); document.cookie = 'seen=1'"
    )
    site.page("/", f"<!doctype html><title>Shop</title><script>{stores}</script>", host="127.0.0.1")
    made = tmp_path / "made.toml"
    with serve(site) as port:
        command = ("init", f"http://127.0.0.1:{port}/", "--browser", "--pages", "1", "--yes", "-o", made)
        first = run(*command)
        again = run(*command)
    text = made.read_text()
    rules = {rule["name"]: rule.get("storage") for rule in tomllib.loads(text)["cookie"]}
    assert rules == {"seen": None, "persist:root": "local", "tab": "session", "my data": "indexeddb"}, first.output
    assert "secret" not in text
    assert "4 rules added" in first.output
    assert "0 rules added, 4 rules found again" in again.output


@pytest.mark.parametrize("command", [("init", "-o", "-"), ("registry", "import")])
def test_init_and_import_start_the_browser_that_they_are_given(command, shop, tmp_path, monkeypatch):
    path = find_browser(None)
    monkeypatch.setenv("PATH", str(tmp_path))
    sources = (shop, "--policy", shop, "--pages", "1") if command[0] == "init" else (shop,)
    done = run(*command, *sources, "--browser")
    assert done.exit_code == 2
    assert "name a browser with --browser-path" in done.stderr
    done = run(*command, *sources, "--browser", "--browser-path", path, "--no-sandbox")
    assert 'name = "stats"' in done.stdout, done.output
    for option in (("--browser-path", path), ("--no-sandbox",)):
        done = run(*command, *sources, *option)
        assert done.exit_code == 2
        assert f"{option[0]}: means something with --browser only" in done.stderr


def test_a_page_that_can_t_be_rendered_is_told(shop):
    for address, words in (
        (shop + "none", "answers 404 Not Found"), ("http://127.0.0.1:x/", "write it like https://example.com/"),
    ):  # fmt: skip
        done = run("registry", "import", address, "--browser")
        assert done.exit_code == 2
        assert words in done.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("x.har",), "only a site's address can be looked at"),
        (("--cookie", "a=b"), "--cookie: a browser makes its choices itself"),
        (("--header", "A: b"), "--header: a browser makes its choices"),
        (("--consent-cookie", "a=b"), "--consent-cookie: a browser makes"),
        (("--granted", "everything"), "--granted: a browser makes its choices"),
        (("-o", "none/a.html"), "-o none/a.html: can't be written"),
        (("--write-baseline", "none/a.json"), "--write-baseline none/a.json: can't be written"),
        (("--allow-private", "a/b"), "write HOST or HOST:PORT"),
        (("--browser-path", "/nowhere"), "no program is there"),
        (("--storage-state", "none.json"), "No such file"), (("--resume", "."), "can't be read"),
    ],
)  # fmt: skip
def test_what_can_t_be_used_is_told(arguments, words, registry):
    url = () if arguments == ("x.har",) else ("http://127.0.0.1:9/",)
    done = run("audit", "--browser", "-r", registry, *url, *arguments)
    assert done.exit_code == 2
    assert words in done.stderr


def test_a_site_that_does_not_answer_is_told(registry, chromium_path):
    done = run("audit", "--browser", "http://127.0.0.1:9/", "-r", registry, "--ignore-robots", *QUICK)
    assert done.exit_code == 2
    assert "can't be reached" in done.stderr
    done = run("audit", "--browser", "http://127.0.0.1:9/", "-r", registry, *QUICK)
    assert "can't be reached; start the site, or check the address" in done.stderr


def test_robots_txt_is_heeded(shop, site, registry):
    site.page("/robots.txt", "User-agent: *\nDisallow: /\n", host="127.0.0.1", kind="text/plain")
    done = run("audit", "--browser", shop, "-r", registry, *QUICK)
    assert done.exit_code == 2
    assert "its robots.txt excludes it; audit your own site with --ignore-robots" in done.stderr
    assert run("audit", "--browser", shop, "-r", registry, *QUICK, "--ignore-robots").exit_code == 1
    site.pages["127.0.0.1", "/robots.txt"] = ("500 Internal Server Error", [("Content-Type", "text/plain")], "")
    done = run("audit", "--browser", shop, "-r", registry, *QUICK)
    assert "its robots.txt can't be read, so nothing may be fetched" in done.stderr


def test_missing_packages_are_named(monkeypatch):
    monkeypatch.setattr("cookiegate.cli.audit_browser.find_spec", lambda name: None)
    done = run("audit", "--browser", "http://127.0.0.1:9/")
    assert "--browser needs playwright and protego; pip install 'cookiegate[browser]'" in done.stderr


def programs(tmp_path, monkeypatch, *names):
    for name in names:
        file = tmp_path / name
        file.write_text("#!/bin/sh\nexit 1\n")
        file.chmod(file.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", str(tmp_path))
    return str(tmp_path / names[0]) if names else ""


def test_the_first_browser_on_the_path_is_taken(tmp_path, monkeypatch):
    chrome = programs(tmp_path, monkeypatch, "google-chrome", "firefox")
    assert find_browser(None) == chrome
    assert find_browser(chrome) == chrome


def test_without_a_chromium_it_is_said_and_a_firefox_is_not_started(tmp_path, monkeypatch):
    programs(tmp_path, monkeypatch)
    with pytest.raises(Unreadable, match="install Chromium, or name a browser with --browser-path"):
        find_browser(None)
    firefox = programs(tmp_path, monkeypatch, "firefox")
    with pytest.raises(Unreadable, match="only firefox: Playwright does not start an installed Firefox"):
        find_browser(None)
    with pytest.raises(Unreadable, match="Playwright does not start an installed Firefox"):
        find_browser(firefox)
    (tmp_path / "browser").symlink_to(firefox)
    with pytest.raises(Unreadable, match="Playwright does not start an installed Firefox"):
        find_browser(str(tmp_path / "browser"))


@pytest.mark.parametrize("is_root", [True, False])
def test_a_browser_that_does_not_start_is_told(tmp_path, monkeypatch, registry, shop, is_root):
    monkeypatch.setattr("cookiegate.audit.browser.launching.needs_no_sandbox", lambda: is_root)
    path = os.environ["PATH"]
    broken = programs(tmp_path, monkeypatch, "chromium")
    monkeypatch.setenv("PATH", path)
    done = run("audit", "--browser", shop, "-r", registry, *QUICK, "--browser-path", broken)
    assert done.exit_code == 2
    assert "does not start" in done.stderr
    assert ("add --no-sandbox" in done.stderr) is not is_root


def test_root_runs_without_the_sandbox(monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert needs_no_sandbox()
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert not needs_no_sandbox()


def test_a_terminal_shows_progress(monkeypatch):
    from cookiegate.cli.audit_browser import _progress

    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    with _progress() as on_page:
        on_page(1, 5)
        on_page(7, 5)


@pytest.mark.parametrize(("least", "code"), [("error", 0), ("warning", 1)])
def test_the_least_that_fails_is_chosen(site, serve, registry, chromium_path, least, code):
    site.page("/", "<title>x</title>", "sid=1; HttpOnly; SameSite=Lax", host="127.0.0.1")
    with serve(site) as port:
        done = run("audit", "--browser", f"http://127.0.0.1:{port}/", "-r", registry, *QUICK, "--fail-on", least)
    assert done.exit_code == code, done.output
