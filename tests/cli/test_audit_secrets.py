"""`cookiegate audit` hides secrets in addresses from arguments, from the environment, and from files."""

import json

import pytest
from typer.testing import CliRunner

from cookiegate.cli.app import app


def audit(*arguments):
    result = CliRunner().invoke(app, ["audit", *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout, result.stderr


@pytest.mark.parametrize(
    "address",
    [
        "http://site:hunter2@127.0.0.1:1/?token=hunter2",
        "http://site:hunter2/x@127.0.0.1:1/",
        "http://site:hunter2@[::1/",
        "http://hunter2@127.0.0.1:1/\x01",
        "ftp://site:hunter2@127.0.0.1/",
        "postgresql://127.0.0.1/x?password=hunter2",
    ],
)
def test_secret_of_an_address_is_in_no_error(monkeypatch, address):
    monkeypatch.setenv("NO_PROXY", "*")
    code, out, err = audit(address)
    assert (code, err.startswith("cookiegate: ")) == (2, True)
    assert "hunter2" not in out + err


@pytest.mark.parametrize("proxy", ["http://site:hunter2/x@127.0.0.1:1", "odd://site:hunter2@127.0.0.1:1"])
def test_secret_of_a_proxy_is_in_no_error(monkeypatch, proxy):
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HTTP_PROXY", proxy)
    monkeypatch.setenv("http_proxy", proxy)
    code, out, err = audit("http://127.0.0.1:1/")
    assert (code, "the environment's proxy or certificates can't be used" in err) == (2, True)
    assert "hunter2" not in out + err


@pytest.mark.parametrize("form", ["table", "json", "sarif", "junit", "html"])
def test_secret_of_a_recorded_address_is_in_no_report(tmp_path, form):
    headers = [{"name": "Set-Cookie", "value": "a=b"}]
    request = {"url": "http://site:hunter2@shop.example/?key=hunter2#hunter2"}
    har = {"log": {"entries": [{"request": request, "response": {"headers": headers}}]}}
    (tmp_path / "shop.har").write_text(json.dumps(har))
    code, out, err = audit(str(tmp_path / "shop.har"), "--format", form)
    assert (code, err) == (1, "")
    assert "hunter2" not in out


def test_secret_of_a_host_that_is_named_is_in_no_error(tmp_path):
    headers = [{"name": "Set-Cookie", "value": "a=b"}]
    har = {"log": {"entries": [{"request": {"url": "http://shop.example/"}, "response": {"headers": headers}}]}}
    (tmp_path / "shop.har").write_text(json.dumps(har))
    code, _, err = audit(str(tmp_path / "shop.har"), "--host", "https://site:hunter2@other.example")
    assert (code, "https://***@other.example" in err, "hunter2" in err) == (2, True, False)
