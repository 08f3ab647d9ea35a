"""`cookiegate doctor`: apps as servers start them, what is wrong with them, and what can't be imported."""

import json
import os
import re
import sys
import tomllib
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from cookiegate.cli.app import app as cli_app
from cookiegate.cli.doctor import examining, loading
from cookiegate.surroundings.libraries import Returning

GATED = """
from starlette.applications import Starlette
from starlette.middleware.sessions import SessionMiddleware
from cookiegate import CookieGate
from cookiegate.asgi import CookieGateMiddleware

print("the app says something")

def make(session="session", **options):
    app = Starlette()
    app.add_middleware(SessionMiddleware, secret_key="x", session_cookie=session, **options)
    return app

def gated(session="session", **options):
    app = make(session, **options)
    app.add_middleware(CookieGateMiddleware, gate=CookieGate())
    return app

app = gated()
"""


@pytest.fixture
def site(tmp_path, monkeypatch):
    """Write files into a directory of their own, and examine what is in them; as a new process would import them."""
    before = set(sys.modules)
    for variable in ("DJANGO_SETTINGS_MODULE", "FLASK_APP", "FORWARDED_ALLOW_IPS"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.setattr(sys, "dont_write_bytecode", True)

    def examine(*arguments: str, **files: str) -> Result:
        for name, text in files.items():
            (tmp_path / f"{name}.py").write_text(text, encoding="utf-8")
        return CliRunner().invoke(cli_app, ["doctor", "--app-dir", str(tmp_path), *arguments])

    yield examine
    for name in set(sys.modules) - before:
        if str(getattr(sys.modules[name], "__file__", "")).startswith(str(tmp_path)):
            del sys.modules[name]
    sys.path_importer_cache.pop(str(tmp_path), None)


def found(result: Result) -> list[tuple[str, str]]:
    return [(each["code"], each["subject"]) for each in json.loads(result.stdout)["findings"]]


def test_doctor_of_a_sound_app_finds_nothing(site):
    result = site("shop:app", shop=GATED)
    assert result.exit_code == 0
    assert [line.split()[0] for line in result.stdout.splitlines() if line] == [
        "app", "framework", "gate", "layers", "proxy", "extras", "cookie", "no",
    ]  # fmt: skip
    assert "gate       layer 1 of 2; mode: enforce; " in result.stdout
    assert "layers     CookieGateMiddleware > SessionMiddleware" in result.stdout
    assert "the app says something" in result.stderr


def test_doctor_says_in_json_what_it_found(site):
    result = site("shop:app", "--json", shop=GATED)
    said = json.loads(result.stdout)
    assert (said["ok"], said["app"], said["framework"], said["findings"]) == (True, "shop:app", "Starlette", [])
    assert said["gate"]["layer"] == 0
    assert said["cookies"] == [
        {
            "name": "session", "where": "SessionMiddleware(session_cookie=)", "same_site": "Lax", "is_session": True,
            "category": "necessary",
        }
    ]  # fmt: skip


def test_doctor_says_what_to_do_about_a_renamed_session(site):
    result = site("shop:gated('sid2')", shop=GATED)
    assert result.exit_code == 1
    assert "not-registered: SessionMiddleware(session_cookie=): the cookie 'sid2' is not registered" in result.stdout
    assert '  [[cookie]]\n  name = "sid2"\n  category = "necessary"\n\n1 finding\n' in result.stdout


def test_doctor_says_how_to_wrap_an_app_without_a_gate(site):
    result = site("shop:make()", shop=GATED)
    assert result.exit_code == 1
    assert "gate       none" in result.stdout
    assert "add the gate last: app.add_middleware(CookieGateMiddleware, gate=gate)" in result.stdout
    assert json.loads(site("shop:make()", "--json", shop=GATED).stdout)["gate"] is None


def test_doctor_finds_two_gates_and_middleware_outside(site):
    more = """
from cookiegate.asgi import CookieGateMiddleware as Gate
class Outer:
    def __init__(self, app): self.app = app
    async def __call__(self, *_): pass
two = Outer(Gate(gated()))
"""
    assert found(site("shop:two", "--json", shop=GATED + more)) == [("not-outermost", "Outer"), ("two-gates", "gate")]


@pytest.mark.parametrize(
    ("call", "subject"),
    [
        ("gated(https_only=True)", "SessionMiddleware(https_only=True)"),
        ("redirecting()", "HTTPSRedirectMiddleware"),
        ("trusting()", None),
        ("secured()", None),
        ("flask(SESSION_COOKIE_SECURE=True)", "SESSION_COOKIE_SECURE"),
        ("flask(PREFERRED_URL_SCHEME='https')", "PREFERRED_URL_SCHEME"),
        ("flask()", None),
    ],
)
def test_doctor_asks_which_proxy_to_trust_where_https_is_expected(site, call, subject):
    more = """
from flask import Flask
from starlette.middleware.httpsredirect import HTTPSRedirectMiddleware
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware
from cookiegate.wsgi import CookieGateMiddleware as WsgiGate
def redirecting():
    app = make()
    app.add_middleware(HTTPSRedirectMiddleware)
    app.add_middleware(CookieGateMiddleware)
    return app
def trusting():
    return ProxyHeadersMiddleware(redirecting())
def secured():
    app = make(https_only=True)
    app.add_middleware(CookieGateMiddleware, gate=CookieGate(secure="always"))
    return app
def flask(**config):
    app = Flask("x")
    app.secret_key = "x"
    app.config |= config
    app.wsgi_app = WsgiGate(app.wsgi_app)
    return app
"""
    expected = [("proxy", subject)] if subject else []
    assert found(site(f"shop:{call}", "--json", shop=GATED + more)) == expected


def test_doctor_knows_the_servers_variable_for_proxies(site, monkeypatch):
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "*")
    result = site("shop:gated(https_only=True)", shop=GATED)
    assert (result.exit_code, "proxy      FORWARDED_ALLOW_IPS says which to trust" in result.stdout) == (0, True)


def test_doctor_names_installed_libraries_whose_returns_lose_the_login(site, monkeypatch):
    monkeypatch.setattr(examining, "RETURNING", (Returning("no_such", "pytest", "answers"),))
    flask = """
from flask import Flask
from cookiegate import CookieGate
from cookiegate.wsgi import CookieGateMiddleware
app = Flask("x")
app.secret_key = "x"
app.wsgi_app = CookieGateMiddleware(app.wsgi_app, CookieGate())
"""
    result = site("shop_flask:app", shop_flask=flask)
    assert (result.exit_code, "returns    pytest: answers\n" in result.stdout) == (1, True)
    assert "returns-lose-login: pytest: answers come from another site by POST" in result.stdout
    assert '  same_site = "keep"' in result.stdout
    result = site("shop:app", shop=GATED)
    assert (result.exit_code, "says SameSite=Lax, and does not come along\n" in result.stdout) == (0, True)


def test_doctor_leaves_out_what_djangosaml2_brings_along(monkeypatch):
    monkeypatch.setattr(examining, "_version", lambda name: "1")
    assert "djangosaml2" in {each.package for each in examining._returning()}
    assert "pysaml2" not in {each.package for each in examining._returning()}


def test_doctor_names_the_extra_that_the_gate_needs(site, monkeypatch):
    more = """
app = make()
app.add_middleware(CookieGateMiddleware, gate=CookieGate(settings_url="/cookies"))
"""
    monkeypatch.setattr(examining, "EXTRAS", {"settings": ("no_such_package",), "cli": ("typer",)})
    result = site("shop:app", shop=GATED + more)
    assert "extras     cli; not installed: settings (no_such_package)" in result.stdout
    assert "missing-extra: settings_url = '/cookies' needs no_such_package; pip install 'cookiegate[settings]'" in (
        result.stdout
    )


def test_doctor_of_an_app_of_no_framework(site):
    result = site("plain", plain="async def app(scope, receive, send):\n    pass\n")
    assert (result.exit_code, "framework  not recognised" in result.stdout) == (1, True)
    assert "wrap the app: app = CookieGateMiddleware(app, gate=gate)" in result.stdout


# How the app is found


@pytest.mark.parametrize(
    ("spec", "name"),
    [
        ("shop:app", "shop:app"),
        ("shop", "shop:app"),
        ("shop.py:app", "shop:app"),
        ("shop:gated()", "shop:gated()"),
        ("shop:gated('session', path='/')", "shop:gated('session', path='/')"),
        ("shop:gated", "shop:gated()"),
        ("shop:Nested.app", "shop:Nested.app"),
    ],
)
def test_doctor_imports_an_app_as_servers_do(site, spec, name):
    result = site(spec, "--json", shop=GATED + "\nclass Nested:\n    app = app\n")
    assert (json.loads(result.stdout)["app"], result.exit_code) == (name, 0)


@pytest.mark.parametrize("name", ["asgi", "main", "application"])
def test_doctor_looks_for_the_app(site, name):
    assert json.loads(site("--json", **{name: GATED}).stdout)["app"] == f"{name}:app"


def test_doctor_looks_for_the_app_of_flask(site, monkeypatch):
    monkeypatch.setenv("FLASK_APP", "shop:gated()")
    assert json.loads(site("--json", shop=GATED).stdout)["app"] == "shop:gated()"


@pytest.mark.parametrize(
    ("spec", "text", "said"),
    [
        ("none:app", "", "none: there is no module 'none'; run this where the server starts, or name"),
        ("shop:none", "", "shop: there is no 'none' in it; name the app as a server would, e.g. main:app or"),
        ("shop", "", "shop: there is none of app, application, create_app, make_app in it; name the app"),
        ("shop:app(", "", "shop:app( is neither a name nor a call with plain values; name the app"),
        ("shop:app(x)", "", "shop:app(x) is neither a name nor a call with plain values; name the app"),
        ("../shop:app", "", "'../shop:app' names no module; name the app"),
        (":app", "", "':app' names no module; name the app"),
        ("shop:app", "import no_such", "shop can't be imported: ModuleNotFoundError: No module named 'no_such'"),
        ("shop:app", "import os\nos.environ['NO']", "shop can't be imported: KeyError: 'NO', at <dir>/shop.py:2;"),
        ("shop:app", "x = (", "shop can't be imported: SyntaxError: '(' was never closed, at <dir>/shop.py:1; "),
        ("shop:app", "raise SystemExit", "shop can't be imported: SystemExit, at <dir>/shop.py:1; "),
        ("shop:make()", "def make(): raise OSError('no db')", "shop:make() can't be imported: OSError: no db, at"),
        ("shop:make(1)", "def make(): pass", "shop:make(1) can't be imported: TypeError: make() takes 0 positional"),
        (
            "shop:app", "from cookiegate import CookieGate\nCookieGate(mode='x', secure='y')",
            "CookieGate: mode: unknown value 'x'; use one of enforce, report-only\ncookiegate: CookieGate: secure:",
        ),
    ],
)  # fmt: skip
def test_doctor_of_what_can_not_be_imported_says_why_without_a_traceback(site, tmp_path, spec, text, said):
    result = site(spec, shop=text)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("cookiegate: " + said.replace("<dir>", str(tmp_path)))
    assert "Traceback" not in result.stderr


def test_doctor_of_an_empty_directory_says_what_to_name(site, tmp_path):
    result = site()
    assert result.exit_code == 2
    assert (
        "no app is named, and there is no asgi.py, wsgi.py, app.py, main.py, application.py or manage.py in"
        in result.stderr
    )
    result = CliRunner().invoke(cli_app, ["doctor", "--app-dir", str(tmp_path / "none")])
    assert (result.exit_code, "it is no directory; name the one in which the server starts" in result.stderr) == (
        2,
        True,
    )


def test_error_of_a_library_alone_has_no_place():
    assert loading._place_of(ValueError()) == ""


# Django, in a process of its own: it is set up once

DJANGO = """
SECRET_KEY = "x"
ROOT_URLCONF = "urls"
INSTALLED_APPS = ["cookiegate.django"]
MIDDLEWARE = [{middleware}"django.contrib.sessions.middleware.SessionMiddleware"]
{more}
"""
IN_MIDDLEWARE = '"cookiegate.django.CookieGateMiddleware", '
WRAPPED = """
from cookiegate.wsgi import CookieGateMiddleware
from django.core.wsgi import get_wsgi_application
application = CookieGateMiddleware(get_wsgi_application())
"""


@pytest.mark.parametrize(
    ("middleware", "more", "codes"),
    [
        (IN_MIDDLEWARE, "COOKIEGATE = {}", []),
        (IN_MIDDLEWARE, "", ["configuration"]),
        ("", "", ["no-gate"]),
        (IN_MIDDLEWARE, "COOKIEGATE = {}\nSESSION_COOKIE_NAME = 'sid2'", ["not-registered"]),
        (IN_MIDDLEWARE, "COOKIEGATE = {}\nSESSION_COOKIE_SECURE = True", ["proxy"]),
        (
            IN_MIDDLEWARE,
            "COOKIEGATE = {}\nSESSION_COOKIE_SECURE = True\nSECURE_PROXY_SSL_HEADER = ('HTTP_X', 'https')",
            [],
        ),
        ("", "WSGI_APPLICATION = 'site_wsgi.application'", []),
        (
            "",
            "WSGI_APPLICATION = 'site_wsgi.application'\nSECURE_SSL_REDIRECT = 1\nSECURE_PROXY_SSL_HEADER = 'A', 'b'",
            ["proxy"],
        ),
        ("", "WSGI_APPLICATION = 'site_wsgi.application'\nCOOKIEGATE = {}", []),
    ],
)
def test_doctor_of_a_django_project(cli, tmp_path, middleware, more, codes):
    (tmp_path / "manage.py").write_text('os.environ.setdefault("DJANGO_SETTINGS_MODULE", "site_settings")')
    (tmp_path / "site_settings.py").write_text(DJANGO.format(middleware=middleware, more=more))
    (tmp_path / "site_wsgi.py").write_text(WRAPPED)
    (tmp_path / "urls.py").write_text("urlpatterns = []")
    result = cli("doctor", "--json")
    assert result.stderr == ""
    said = json.loads(result.stdout)
    assert (said["framework"], said["app"]) == ("Django", "Django's application (site_settings)")
    assert [each["code"] for each in said["findings"]] == codes
    assert [each["help"].rpartition("#")[2] for each in said["findings"]] == [f"doctor-{code}" for code in codes]
    assert result.returncode == (1 if codes else 0)
    place = cli("doctor").stdout.splitlines()[2]
    assert place.startswith("gate       in MIDDLEWARE; mode: enforce; " if middleware else "gate       ")


def test_doctor_of_a_directory_whose_manage_py_names_no_settings(site, tmp_path):
    (tmp_path / "manage.py").write_text("print()", encoding="utf-8")
    assert json.loads(site("--json", main=GATED).stdout)["app"] == "main:app"
    assert "DJANGO_SETTINGS_MODULE" not in os.environ
    assert Path(tmp_path, "manage.py").exists()


def test_doctor_knows_each_extra_and_what_it_needs():
    extras = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"][
        "optional-dependencies"
    ]
    imported = {"markdown-it-py": "markdown_it", "python-docx": "docx", "opentelemetry-api": "opentelemetry"}
    needed = {}
    for extra in extras.keys() - {"demo", "docs", "bench", "test"}:  # for looking at cookiegate, and for its developers
        names = [re.match(r"[\w-]+", each)[0] for each in extras[extra]]
        needed[extra] = {imported.get(name, name) for name in names if name != "cookiegate"}
    assert {extra: set(packages) & needed[extra] for extra, packages in examining.EXTRAS.items()} == needed
