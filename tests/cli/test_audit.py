"""`cookiegate audit` as a user runs it: on files, and on the demo's site without and with the gate."""

import json
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner

from cookiegate.cli import audit as command
from cookiegate.cli.app import app
from cookiegate.cli.demo.servers import listen, serve_asgi, serve_wsgi

FACES = pytest.mark.parametrize("serve", [serve_asgi, serve_wsgi], ids=["asgi", "wsgi"])


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")


@pytest.fixture
def har(tmp_path):
    """A recording of one page that sets these lines."""

    def write(*lines, cookie=""):
        headers = [{"name": "Set-Cookie", "value": line} for line in lines]
        request = {"url": "http://shop.example/?q=geheim", "headers": [{"name": "Cookie", "value": cookie}]}
        path = tmp_path / "shop.har"
        path.write_text(json.dumps({"log": {"entries": [{"request": request, "response": {"headers": headers}}]}}))
        return str(path)

    return write


def run(*arguments):
    result = CliRunner().invoke(app, ["audit", *arguments])
    return result.exit_code, result.stdout, result.stderr


@FACES
def test_demo_without_its_gate_breaks_the_promise(cli, cookies_toml, serve):
    with listen() as listener, serve(listener, is_gated=False) as server:
        result = cli("audit", server.url, "--registry", cookies_toml)
    assert (result.returncode, result.stderr) == (1, "")
    output = " ".join(result.stdout.split())
    assert output.startswith(
        "18 of 25 cookies break the policy's promise: 15 are set before consent, 15 are set against the visitor's "
        "choice, 1 is not in the policy and 8 stay longer than declared."
    )
    assert "newsletter_popup: kept for 1 year" in output
    assert "Every visitor got the same cookies" in output


@FACES
def test_demo_behind_its_gate_keeps_the_promise(cli, cookies_toml, serve):
    with listen() as listener, serve(listener) as server:
        result = cli("audit", server.url, "--registry", cookies_toml)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.startswith("All 24 cookies keep the policy's promise.\n")
    assert re.search(r"^ ia_stats_perf +- +- +ok +- +ok +7 days +7 days *$", result.stdout, re.MULTILINE)
    assert result.stdout.endswith("\n0 errors, 0 warnings, 3 notes\n")


@pytest.mark.parametrize("columns", [80, 120])
def test_table_fits_the_width(cli, har, cookies_toml, columns):
    lines = [f"name_of_a_cookie_that_is_long_{at}=x; Max-Age=99999999" for at in range(250)]
    result = cli("audit", har("ia_stats_perf=x", "token=x", *lines), "-r", cookies_toml, columns=columns)
    assert result.returncode == 1
    assert max(map(len, result.stdout.splitlines())) <= columns
    assert "... and 52 more; all are in --format json and html" in result.stdout


def test_each_format_is_written_at_once(cli, har, cookies_toml, tmp_path):
    files = ["a.html", "a.json", "a.sarif", "a.xml", "a.txt"]
    result = cli("audit", har("x=1"), "-r", cookies_toml, *(word for name in files for word in ("-o", name)))
    assert result.returncode == 1
    assert result.stdout.splitlines()[0] == "1 of 1 cookie breaks the policy's promise: 1 is not in the policy."
    assert result.stdout.splitlines()[-5:] == [f"Written: {name}" for name in files]
    texts = {name: (tmp_path / name).read_text(encoding="utf-8") for name in files}
    assert texts["a.html"].startswith("<!doctype html>")
    assert json.loads(texts["a.json"])["counts"]["errors"] == 1
    assert json.loads(texts["a.sarif"])["version"] == "2.1.0"
    assert ElementTree.fromstring(texts["a.xml"]).tag == "testsuites"
    assert texts["a.txt"].startswith("1 of 1 cookie breaks")
    assert not [name for name, text in texts.items() if "geheim" in text]


@pytest.mark.parametrize(
    ("form", "start"),
    [("json", "{"), ("sarif", "{"), ("junit", "<?xml"), ("html", "<!doctype"), ("table", "The one cookie keeps")],
)
def test_format_goes_to_standard_output(har, cookies_toml, form, start):
    code, out, err = run(har("token=x; HttpOnly; SameSite=Lax"), "-r", cookies_toml, "--format", form)
    assert (code, err) == (0, "")
    assert out.startswith(start)


def test_site_is_audited_in_process_too(cookies_toml):
    with listen() as listener, serve_asgi(listener) as server:
        assert run(server.url, "-r", cookies_toml, "-g", "none", "-g", "everything")[0] == 0
        assert run(server.url, "-r", "none.toml")[0] == 2


def test_text_goes_to_a_file(har, tmp_path):
    assert run(har("x=1"), "-o", str(tmp_path / "a.txt"), "--write-baseline", str(tmp_path / "b.json"))[0] == 0
    assert (
        (tmp_path / "a.txt")
        .read_text()
        .startswith("No policy was given, so no promise was checked; by what cookiegate ")
    )
    assert run(har("x=1"), "--baseline", str(tmp_path / "b.json"))[0] == 0


def test_inventory_that_is_none_is_told(tmp_path):
    assert run(str(tmp_path))[0] == 2
    assert run(str(tmp_path / "nowhere"))[0] == 2


def test_missing_package_is_told_in_process_too(har, monkeypatch):
    monkeypatch.setattr(command, "find_spec", lambda name: None if name == "ijson" else name)
    assert run(har("x=1"))[2] == "cookiegate: the audit needs ijson; pip install 'cookiegate[audit]'\n"


def test_many_cookies_and_cases_are_cut(har):
    lines = [f"n{at}=x; Max-Age={at + 1}" for at in range(250)]
    out = run(har(*lines))[1]
    assert "... and 50 more; all are in --format json and html" in out
    assert "more like these" in out


def test_recording_without_own_cookies_has_no_picture(tmp_path):
    entries = [
        {"request": {"url": "http://shop.example/", "headers": []}, "response": {"headers": []}},
        {"request": {"url": "http://ads.test/", "headers": []},
         "response": {"headers": [{"name": "Set-Cookie", "value": "b=1"}]}},
    ]  # fmt: skip
    (tmp_path / "x.har").write_text(json.dumps({"log": {"entries": entries}}))
    code, out, _ = run(str(tmp_path / "x.har"), "--fail-on", "error")
    assert code == 0
    assert out.startswith("No cookie of the site was seen.\n")
    assert "cookie  " not in out


@pytest.mark.parametrize("is_wsgi", [False, True])
def test_demo_serves_on_without_its_gate(monkeypatch, is_wsgi):
    from cookiegate.cli.demo import command as demo

    monkeypatch.setattr(demo, "_serve_on", lambda server: None)
    result = CliRunner().invoke(app, ["demo", "--ungated", *["--wsgi"] * is_wsgi])
    assert result.exit_code == 0
    assert "cookiegate audit http://127.0.0.1:" in result.stdout


def test_format_decides_where_a_name_does_not_tell(har, tmp_path):
    path = tmp_path / "report"
    assert "Written: " in run(har("csrftoken=x; SameSite=Lax"), "-o", str(path), "-f", "json")[1]
    assert json.loads(path.read_text())["format"] == "cookiegate-audit"
    code, _, err = run(har("x=1"), "-o", str(path))
    assert (code, err) == (2, f"cookiegate: -o {path}: no format that its name tells; give --format\n")


@pytest.mark.parametrize(("threshold", "code"), [("error", 0), ("warning", 1), ("note", 1)])
def test_threshold_decides_the_exit_code(har, cookies_toml, threshold, code):
    assert run(har("token=x; HttpOnly"), "-r", cookies_toml, "--fail-on", threshold)[0] == code


def test_name_of_a_file_decides_and_the_format_is_printed(har, cookies_toml, tmp_path):
    path = tmp_path / "x.html"
    out = run(har("x=1"), "-r", cookies_toml, "-o", str(path), "-f", "table")[1]
    assert path.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert "What to do: Find out what sets them." in " ".join(out.split())
    out = run(har("x=1"), "-r", cookies_toml, "-o", str(path), "-f", "json")[1]
    assert path.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert json.loads(out)["complete"] is True


def test_audit_without_a_policy_fails(cli, har):
    found = cli("audit", har("sessionid=x; HttpOnly; SameSite=Lax"))
    assert found.returncode == 1
    output = " ".join(found.stdout.split())
    assert output.startswith(
        "No policy was given, so no promise was checked; cookiegate knows the one cookie, and nothing "
    )
    assert "warning No policy was given [no-policy]: 1 registry" in output
    assert "ok nothing wrong" in output
    found = cli("audit", har("x=1"))
    assert "error Unknown [unregistered]: 1 cookie" in found.stdout
    assert "not in the policy" not in found.stdout


def test_server_that_answers_errors_alone_fails(tmp_path):
    from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
    from threading import Thread

    class Broken(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(404 if self.headers.get("Cookie") else 500)
            self.end_headers()

        def log_message(self, *_):
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Broken) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        url = f"http://127.0.0.1:{server.server_port}/"
        code, out, _ = run(url, "--fail-on", "error", "-g", "none", "-g", "everything", "--header", "X-Key: g3heim")
        written = run(url, "--write-baseline", str(tmp_path / "b.json"))[0]
        server.shutdown()
        thread.join()
    assert (code, written) == (1, 1)
    output = " ".join(out.split())
    assert output.startswith("Nothing of the site was seen, so nothing is proved.")
    assert "0 of 1 page as 2 visitors, with the given login" in output
    assert "repair it first (as: No choice yet)" in output
    assert "check the address (as: Everything allowed)" in output
    assert "g3heim" not in out


@pytest.mark.parametrize("option", ["--cookie", "--header"])
def test_login_is_for_a_site_alone(har, option):
    code, _, err = run(har("x=1"), option, "a=geheim" if option == "--cookie" else "a: geheim")
    assert (code, err) == (2, f"cookiegate: {option}: only a site's address can be asked with a login; leave it out\n")


def test_registry_in_the_place_of_a_recording_is_told(cookies_toml):
    code, _, err = run(cookies_toml)
    assert code == 2
    assert err.startswith(
        "cookiegate: cookies.toml: no HAR file and no inventory, since it does not begin with a brace"
    )


def test_mistake_in_the_registry_has_its_line(har, tmp_path):
    (tmp_path / "c.toml").write_text("\n[[cookie]]\nname = 'a'\ncategory = 'b'\n")
    code, _, err = run(har("x=1"), "-r", str(tmp_path / "c.toml"))
    assert (code, err.partition("; ")[0]) == (2, "cookiegate: c.toml:2: cookie[1] 'a': unknown category 'b'")


def test_baseline_accepts_known_findings_and_no_new_ones(cli, har, tmp_path):
    assert cli("audit", har("x=1"), "--write-baseline", "known.json").returncode == 0
    accepted = cli("audit", har("x=1"), "--baseline", "known.json")
    assert accepted.returncode == 0
    assert accepted.stdout.endswith("0 errors, 0 warnings, 0 notes; 2 accepted by the baseline\n")
    assert cli("audit", har("x=1", "y=1"), "--baseline", "known.json").returncode == 1


def test_platform_can_be_named(har):
    path = har("ads=x", cookie="CookieConsent={stamp:'x',marketing:true,necessary:true,utc:1768204800000}")
    assert run(path, "--consent", "cookiebot")[0] == 1
    code, _, err = run(path, "--consent", "Nonsense")
    assert code == 2
    assert err.startswith("cookiegate: --consent 'Nonsense': no consent platform that can be read without")


@pytest.mark.parametrize("name", ["first_of", "ConsentSource", "FirstOf", "ConsentTerms"])
def test_what_is_no_platform_is_refused(har, name):
    assert run(har("x=1"), "--consent", name)[0] == 2


@pytest.mark.parametrize(
    ("arguments", "output"),
    [
        (
            ["www.shop.example"],
            "cookiegate: www.shop.example: No such file or directory; check the path, or write the ",
        ),
        (
            ["a.har", "-r", "none.toml"],
            "cookiegate: none.toml: can't be read: No such file or directory; check the path\n",
        ),
        (["a.har", "--baseline", "none.json"], "cookiegate: none.json: can't be read: No such file or directory"),
        (["http://127.0.0.1:1/", "--seconds", "5"], "cookiegate: http://127.0.0.1:1/: can't be reached"),
        (["http://127.0.0.1:1/", "--consent-cookie", "a=b"], "cookiegate: --consent-cookie 1: no consent of a known"),
        (["a.har"], "cookiegate: a.har: broken JSON after entry 0"),
        (["broken.toml.har", "-r", "broken.toml"], "cookiegate: broken.toml: not TOML"),
        (["b.har", "-o", "no/such/a.json"], "cookiegate: -o no/such/a.json: can't be written: there is no directory"),
    ],
)
def test_bad_input_is_told(cli, tmp_path, har, arguments, output):
    (tmp_path / "a.har").write_text("no json")
    (tmp_path / "broken.toml").write_text("[")
    Path(har("x=1")).replace(tmp_path / "b.har")
    result = cli("audit", *arguments)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith(output)
    assert "Traceback" not in result.stderr


def test_hostile_names_do_not_reach_the_terminal(cli, har):
    result = cli("audit", har("\x1b[31mred=x", "[bold]x[/bold]=x", cookie="\x1b]0;title=x"))
    assert "\x1b" not in result.stdout
    assert "\\x1b[31mred" in result.stdout
    assert "[bold]x[/bold]" in result.stdout


@pytest.mark.parametrize("missing", ["httpx", "ijson", "jinja2", "publicsuffixlist"])
def test_missing_package_is_told(tmp_path, missing):
    code = (
        "import sys, importlib.util as u; real = u.find_spec\n"
        f"sys.modules[{missing!r}] = None\n"
        f"u.find_spec = lambda name, *rest: None if name == {missing!r} else real(name, *rest)\n"
        "from cookiegate.cli import main; sys.argv = ['cookiegate', 'audit', 'x.har']; main()"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, check=False)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr == f"cookiegate: the audit needs {missing}; pip install 'cookiegate[audit]'\n"


def test_inventory_is_audited(cli, cookies_toml, tmp_path):
    code = (
        "from cookiegate import CookieGate, Registry\n"
        "from cookiegate.decision import Exchange\n"
        "from cookiegate.gate import compiled\n"
        "from cookiegate.model import Consent\n"
        "from cookiegate.report.inventory import Inventory\n"
        f"gate = CookieGate.from_toml({cookies_toml!r})\n"
        "decision = compiled(gate).policy.decide(b'ia_mkt_source=x', Consent(()), is_https=False, now=0)\n"
        "seen = Inventory('seen')\n"
        "seen(Exchange(method='GET', path='/', route='/', status=200, at_s=0, is_https=False, granted=frozenset(), "
        "decisions=(decision,), is_enforced=False))\n"
        "seen.flush()"
    )
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True)
    result = cli("audit", "seen", "-r", cookies_toml)
    assert result.returncode == 1
    assert result.stdout.startswith("1 of 1 cookie breaks the policy's promise: 1 is set before consent.")


def test_progress_is_shown_on_a_terminal(har, monkeypatch):
    monkeypatch.setattr(command.sys.stderr, "isatty", lambda: True, raising=False)
    with command.progress_of_octets(command.Path(har("x=1"))) as tell:
        tell(10)
    with command.progress_of_requests("looking") as step:
        step()


def test_other_party_and_carried_cookies_are_in_the_table(cli, tmp_path):
    entries = [
        {"request": {"url": "http://shop.example/", "headers": [{"name": "Cookie", "value": "a=1"}]},
         "response": {"headers": []}},
        {"request": {"url": "http://ads.test/", "headers": []},
         "response": {"headers": [{"name": "Set-Cookie", "value": "b=1"}]}},
    ]  # fmt: skip
    (tmp_path / "x.har").write_text(json.dumps({"log": {"entries": entries}}))
    out = cli("audit", "x.har").stdout
    assert "ads.test: sets b; 1 of 1 line before consent" in out
    assert "[other-party]: 1 host" in out


@pytest.mark.parametrize("face", [(), ("--wsgi",)], ids=["asgi", "wsgi"])
def test_demo_can_be_served_without_its_gate(cli, face):
    result = cli("demo", "--ungated", "--exit", *face)
    assert result.returncode == 0
    assert "Without the gate: every response sets 25 cookies, whatever the visitor chose." in result.stdout
    assert re.search(
        r"^cookiegate audit http://127\.0\.0\.1:\d+/ --registry .*cookies\.toml$", result.stdout, re.MULTILINE
    )


@FACES
def test_ungated_demo_answers_as_a_site_would(serve):
    import httpx

    with listen() as listener, serve(listener, is_gated=False) as server:
        client = httpx.Client(base_url=server.url, timeout=300, trust_env=False)
        page = client.get("/", headers={"Cookie": "mine=1"})
        chosen = client.post("/choice", data={"choice": "reject"})
        output = client.get("/decisions")
        client.close()
    assert "There is no gate: every cookie is set." in page.text
    assert '<th scope="row">mine</th><td>unknown</td><td>yes</td><td>untouched</td>' in page.text
    assert len(page.headers.get_list("set-cookie")) == 25
    assert (chosen.status_code, chosen.headers.get("set-cookie")) == (303, None)
    assert output.json() == []
