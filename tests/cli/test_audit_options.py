"""`cookiegate audit`: options that mean nothing for a source, and outputs that can't be written."""

import json
import os

import pytest
from typer.testing import CliRunner

from cookiegate.cli import writable
from cookiegate.cli.app import app


@pytest.fixture
def har(tmp_path):
    """A recording of one page that sets a cookie."""
    headers = [{"name": "Set-Cookie", "value": "sid=x; HttpOnly; SameSite=Lax"}]
    request = {"url": "http://shop.example/", "headers": []}
    path = tmp_path / "shop.har"
    path.write_text(json.dumps({"log": {"entries": [{"request": request, "response": {"headers": headers}}]}}))
    return path


@pytest.fixture
def never(monkeypatch):
    """No audit may begin."""

    def fail(*_, **__):
        raise AssertionError("an audit began")

    for name in ("audit_har", "audit_site", "audit_inventory"):
        monkeypatch.setattr(f"cookiegate.audit.auditing.{name}", fail)


def run(*arguments):
    done = CliRunner().invoke(app, ["audit", *map(str, arguments)])
    return done.exit_code, done.stdout, done.stderr


OF_BROWSER = (
    ("--click-by-name",), ("--accept-selector", "a"), ("--reject-selector", "a"), ("--withdraw-selector", "a"),
    ("--wait", "1"), ("--delay", "1"), ("--minutes", "1"), ("--megabytes", "1"), ("--ignore-robots",),
    ("--policy-page", "/p"), ("--storage-state", "s"), ("--resume", "r"), ("--allow-private", "h"), ("--no-sandbox",),
    ("--browser-path", "b"),
)  # fmt: skip


@pytest.mark.parametrize("option", OF_BROWSER, ids=lambda option: option[0])
def test_what_is_for_a_browser_alone_is_refused(never, har, option):
    for source in ("http://127.0.0.1:1/", har):
        code, out, err = run(source, *option)
        assert (code, out) == (2, "")
        assert err.startswith(f"cookiegate: {option[0]}: only for an audit with --browser")


@pytest.mark.parametrize(
    "option", [("--granted", "none"), ("--consent-cookie", "a=b"), ("--pages", "5"), ("--seconds", "20")]
)
def test_what_is_for_a_site_is_refused_for_a_file(never, har, option):
    assert run(har, *option) == (2, "", f"cookiegate: {option[0]}: only for a site's address; leave it out\n")


def test_a_host_is_refused_for_an_inventory(never, tmp_path):
    assert run(tmp_path, "--host", "a")[2] == "cookiegate: --host: an inventory is of the site itself; leave it out\n"


def test_what_prints_a_pdf_may_name_its_browser(har, tmp_path):
    for more in ((), ("--format", "pdf")):
        code, out, err = run(har, "-o", tmp_path / "a.pdf", "--browser-path", "/nowhere", *more)
        assert code == 2
        assert "promised" in out
        assert "no program is there" in err


@pytest.mark.parametrize("option", ["-o", "--write-baseline"])
def test_an_output_that_can_t_be_written_is_told_before_the_audit(never, har, tmp_path, option, monkeypatch):
    (tmp_path / "folder.json").mkdir()
    (tmp_path / "read-only.json").touch()
    for name, words in (
        ("nope/x.json", "there is no directory"), ("shop.har/x.json", "is no directory"),
        ("folder.json", "it is a directory"), ("x" * 300 + ".json", "File name too long"),
    ):  # fmt: skip
        for source in (har, "http://127.0.0.1:1/"):
            code, out, err = run(source, option, tmp_path / name)
            assert (code, out) == (2, "")
            assert err.startswith(f"cookiegate: {option} ")
            assert words in err
    monkeypatch.setattr(os, "access", lambda _path, mode: not mode & os.W_OK)
    assert "the file is read-only" in run(har, option, tmp_path / "read-only.json")[2]
    assert "one may not write in" in run(har, option, tmp_path / "new.json")[2]


def test_a_pdf_without_its_packages_is_told_before_the_audit(never, har, tmp_path, monkeypatch):
    monkeypatch.setattr("cookiegate.cli.audit_browser.find_spec", lambda _: None)
    assert "needs playwright" in run(har, "-o", tmp_path / "a.pdf")[2]


@pytest.mark.parametrize("option", ["-o", "--write-baseline"])
def test_the_result_is_printed_where_writing_fails_all_the_same(har, tmp_path, option, monkeypatch):
    monkeypatch.setattr(writable, "_why_not", lambda _: "")
    code, out, err = run(har, "-o", tmp_path / "first.html", option, tmp_path / "nope/x.json")
    assert code == 2
    assert "kept" in out
    assert "promised" in out
    assert "No such file or directory; check the path" in err
    assert (tmp_path / "first.html").exists()
