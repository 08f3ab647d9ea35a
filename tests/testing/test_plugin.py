"""The plugin as a test suite runs it: what it tells, when the run fails, and that it leaves everyone else alone."""

import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

import cookiegate.pytest_plugin
import cookiegate.testing.recorder

COOKIES = """
[[cookie]]
name = "sid"
category = "necessary"
purpose = "Finds the session."
lifetime = "7 days"
http_only = true

[[cookie]]
name = "_ga"
category = "statistics"
"""
APP = """
import pytest
from werkzeug.test import Client
from werkzeug.wrappers import Response

SECRET = "hush-hush"

def visit(*lines, path="/"):
    def app(environ, start_response):
        response = Response("x")
        for line in lines:
            response.headers.add("Set-Cookie", line)
        return response(environ, start_response)
    return Client(app, use_cookies=False).get(path + "?q=hush-hush")

FINE = "sid=hush-hush; Max-Age=60; HttpOnly; SameSite=Lax; Path=/"
"""

QUICK = [
    word for name in ("cacheprovider", "cov", "anyio", "faker", "hypothesispytest") for word in ("-p", f"no:{name}")
]


@pytest.fixture
def suite(pytester):
    """Write a suite whose tests are given, and run it."""
    pytester.makefile(".toml", cookies=COOKIES)
    pytester.makeini("[pytest]\n")

    def run(tests, *arguments, file="cookies.toml"):
        pytester.makepyfile(APP + tests)
        given = [] if file is None else ["--cookiegate", file]
        return pytester.runpytest(*given, *QUICK, *arguments)

    return run


def shown_by(result):
    """The section of the summary, without the rule above it."""
    lines = result.outlines
    start = next(number for number, line in enumerate(lines) if line.strip("= ") == "cookiegate")
    end = next(number for number, line in enumerate(lines) if line.startswith("cookiegate: ") and number > start)
    return lines[start + 1 : end + 1]


UNREGISTERED = """
def test_one():
    visit("tracker=hush-hush; Max-Age=2592000", path="/login")

@pytest.mark.parametrize("n", range(4))
def test_more(n):
    visit("tracker=hush-hush; Max-Age=2592000", path="/shop")
"""


def test_plugin_fails_a_run_and_says_what_to_write(suite):
    result = suite(UNREGISTERED)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.assert_outcomes(passed=5)
    assert shown_by(result) == [
        "Not registered in cookies.toml; choose a category for each, and say what it is for:",
        "",
        "  [[cookie]]",
        '  name = "tracker"',
        '  category = ""  # necessary, preferences, statistics or marketing',
        '  purpose = ""',
        '  lifetime = "30 days"',
        "    set by GET /login (Werkzeug's test client), GET /shop (Werkzeug's test client)",
        "    in test_plugin_fails_a_run_and_says_what_to_write.py::test_one",
        "    in test_plugin_fails_a_run_and_says_what_to_write.py::test_more[0]",
        "    in test_plugin_fails_a_run_and_says_what_to_write.py::test_more[1]",
        "    and in 2 more",
        "",
        "cookiegate: 1 cookie breaks the promise of cookies.toml (5 Set-Cookie lines seen)",
    ]


def test_plugin_proposes_what_cookiegate_knows_of_a_tracker(suite):
    result = suite('def test_one(): visit("_fbp=1; Max-Age=2592000", path="/shop")\n')
    assert shown_by(result)[2:9] == [
        "  [[cookie]]",
        '  name = "_fbp"',
        '  category = "marketing"',
        '  purpose = "Tells visitors apart, to measure and choose advertising on Facebook and Instagram."',
        '  lifetime = "30 days"',
        '  provider = "Meta"',
        '  source = "https://github.com/jkwakman/Open-Cookie-Database"',
    ]


def test_plugin_tells_no_value_and_no_query(suite):
    result = suite(
        UNREGISTERED + '\ndef test_bad(): visit("no name=hush-hush", "sid=hush-hush; Max-Age=99999999")\n', "-v"
    )
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    assert "hush-hush" not in result.stdout.str() + result.stderr.str()


def test_plugin_lets_a_run_pass_whose_cookies_are_declared(suite):
    result = suite('def test_one(): visit(FINE, "_ga=1; SameSite=Lax", "old=; Max-Age=0")\n')
    assert result.ret == 0
    result.stdout.fnmatch_lines(
        ["cookiegate: cookies.toml, 2 rules", "cookiegate: 3 Set-Cookie lines seen, as cookies.toml promises"]
    )
    assert not [line for line in result.outlines if line.strip("= ") == "cookiegate"]


def test_plugin_says_when_it_saw_nothing(suite):
    result = suite("def test_one(): visit()\n")
    assert result.ret == 0
    result.stdout.fnmatch_lines(["cookiegate: no Set-Cookie line was seen by a test client that it knows"])


LOOSE = 'def test_one(): visit("sid=1; Max-Age=99999999", "sessionid=1", "csrftoken=1")\n'


def test_plugin_notes_what_is_not_as_declared(suite):
    result = suite(LOOSE)
    assert result.ret == 0
    assert shown_by(result) == [
        "Known to cookiegate itself, but not declared in cookies.toml:",
        "  csrftoken",
        "  sessionid",
        "",
        "Not as cookies.toml declares; this is what the gate changes:",
        "  sid: HttpOnly added, lifetime cut to 7 days",
        "",
        "What is listed in one line does not fail the run; with --cookiegate-strict it does.",
        "cookiegate: 3 Set-Cookie lines seen; 3 cookies are not as cookies.toml declares; see above",
    ]


@pytest.mark.parametrize("ini", ["", "[pytest]\ncookiegate_strict = true\n"])
def test_plugin_fails_for_it_where_it_is_strict(suite, pytester, ini):
    pytester.makeini(ini)
    result = suite(LOOSE, *([] if ini else ["--cookiegate-strict"]))
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    assert shown_by(result)[-1] == "cookiegate: 3 cookies break the promise of cookies.toml (3 Set-Cookie lines seen)"


def test_plugin_fails_for_lines_that_browsers_refuse(suite):
    result = suite('def test_one(): visit("no name=1", "=1", "__Host-sid=1; Path=/")\n')
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    found = shown_by(result)
    assert found[0] == "Refused by browsers, or read in different ways; correct the line:"
    assert [line for line in found if line.startswith("  ") and line[2] != " "] == [
        "  (no name): nameless",
        "  __Host-sid: prefix-conditions",
        "  no name: ambiguous-name",
    ]


def test_plugin_lets_no_name_or_path_write_to_the_terminal(suite):
    result = suite('def test_one(): visit("a\\x9b31m b=1", path="/\\x1b[31m")\n')
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    assert not {"\x1b", "\x9b"} & set("\n".join(shown_by(result)))
    assert any("a\\x9b31m b" in line for line in shown_by(result))


def test_plugin_shows_no_more_than_fifty(suite):
    result = suite('def test_one(): visit(*[f"x{n}=1" for n in range(60)])\n')
    found = shown_by(result)
    assert sum(line.startswith('  name = "') for line in found) == 50
    assert "  ... and 10 more" in found
    assert found[-1].startswith("cookiegate: 60 cookies break the promise")


def test_plugin_keeps_a_failing_run_failing(suite):
    result = suite("def test_one(): assert visit() is None\n")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.assert_outcomes(failed=1)


def test_plugin_names_what_a_fixture_of_the_session_and_a_module_set(suite):
    result = suite(
        'visit("early=1")\n@pytest.fixture(scope="session")\ndef made(): visit("made=1")\ndef test_one(made): pass\n'
    )
    assert [line.strip() for line in shown_by(result) if line.startswith("    in ")] == [
        "in (outside of any test)",
        "in test_plugin_names_what_a_fixture_of_the_session_and_a_module_set.py::test_one",
    ]


def test_plugin_sees_tests_in_the_style_of_unittest(suite):
    result = suite(
        'import unittest\nclass TestShop(unittest.TestCase):\n    def test_it(self): visit("tracker=1; Max-Age=90")\n'
    )
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    assert '  lifetime = "90 seconds"' in shown_by(result)
    assert any(line.endswith(".py::TestShop::test_it") for line in shown_by(result))


@pytest.mark.parametrize("mode", ["prepend", "append", "importlib"])
def test_plugin_works_in_every_import_mode(suite, mode):
    assert suite(UNREGISTERED, f"--import-mode={mode}").ret == pytest.ExitCode.TESTS_FAILED


def test_plugin_works_in_several_processes(suite):
    result = suite(UNREGISTERED + LOOSE.replace("one", "loose"), "-n", "2", "-W", "error")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    found = shown_by(result)
    assert '  name = "tracker"' in found
    assert "  sid: HttpOnly added, lifetime cut to 7 days" in found
    assert "    and in 2 more" in found
    assert found[-1] == "cookiegate: 1 cookie breaks the promise of cookies.toml (8 Set-Cookie lines seen)"


def test_plugin_does_without_a_worker_that_crashed(suite):
    result = suite("import os\ndef test_one(): visit(FINE); os._exit(3)\n", "-n", "1", "--max-worker-restart=0")
    result.stdout.fnmatch_lines(["cookiegate: no Set-Cookie line was seen *"])


def test_plugin_works_without_a_terminal(suite):
    assert suite(UNREGISTERED, "-p", "no:terminal").ret == pytest.ExitCode.TESTS_FAILED


# What is asked for, and how


def test_plugin_reads_the_ini_file_from_any_directory(pytester):
    pytester.makefile(".toml", cookies=COOKIES)
    pytester.makeini("[pytest]\ncookiegate = cookies.toml\n")
    below = pytester.mkdir("below")
    (below / "test_it.py").write_text(APP + UNREGISTERED, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(below)
        result = pytester.runpytest(*QUICK)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    assert shown_by(result)


def test_plugin_is_switched_off_by_an_empty_option(suite, pytester):
    pytester.makeini("[pytest]\ncookiegate = cookies.toml\n")
    result = suite(UNREGISTERED, file="")
    assert result.ret == 0
    result.stdout.no_fnmatch_line("*cookiegate: *")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (None, "*cookiegate: *other.toml: can't be read: No such file or directory; check the path"),
        ("x", "*cookiegate: other.toml: not TOML: *; fix the syntax there"),
        ('[gate]\nmode = "x"\n[other]\n', "cookiegate: other.toml: gate: mode: unknown value 'x'; use one of *"),
    ],
)
def test_plugin_refuses_a_file_it_cannot_use(suite, pytester, text, complaint):
    if text is not None:
        pytester.makefile(".toml", other=text)
    result = suite(UNREGISTERED, file="other.toml")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([complaint])


def test_plugin_refuses_a_client_it_cannot_watch(suite, monkeypatch):
    import werkzeug.test

    monkeypatch.delattr(werkzeug.test.Client, "run_wsgi_app")
    result = suite(UNREGISTERED)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*cookiegate can't watch this version of werkzeug.test: *; please report it"])


# What it leaves alone


def test_plugin_that_is_not_asked_for_does_nothing(suite):
    result = suite(UNREGISTERED, file=None)
    assert result.ret == 0
    result.stdout.no_fnmatch_line("*cookiegate: *")


def test_plugin_that_is_not_asked_for_loads_nothing_and_does_not_warn(pytester):
    pytester.makepyfile(
        "import sys\n"
        "def test_it():\n"
        "    loaded = {name for name in sys.modules if name.startswith('cookiegate')}\n"
        "    light = {'cookiegate', 'cookiegate.pytest_plugin'}\n"
        "    assert loaded == light\n"
    )
    result = pytester.runpytest_subprocess("-W", "error", *QUICK)
    result.assert_outcomes(passed=1)


def test_plugin_imports_nothing_but_pytest():
    code = (
        "import pytest, sys; before = set(sys.modules); import cookiegate.pytest_plugin; "
        "print(*sorted(set(sys.modules) - before))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=300, check=True)
    assert set(found.stdout.split()) == {"cookiegate", "cookiegate.pytest_plugin"}


def test_plugin_is_what_its_file_says():
    """It was imported before any measurement began, so it is read once more."""
    again = runpy.run_path(str(Path(cookiegate.pytest_plugin.__file__)), run_name="again")
    assert set(again["__all__"]) <= set(again)


def test_plugin_watches_django(pytester):
    pytester.makefile(".toml", cookies=COOKIES)
    pytester.makepyfile(
        """
        import asyncio
        from django.conf import settings
        from django.http import HttpResponse
        from django.urls import path

        settings.configure(ALLOWED_HOSTS=["*"], ROOT_URLCONF=__name__, SECRET_KEY="x" * 50)
        import django
        django.setup()

        def login(request):
            response = HttpResponse("x")
            response.set_cookie("tracker", "hush", max_age=3600)
            response.delete_cookie("old")
            return response

        urlpatterns = [path("login", login)]

        def test_sync():
            from django.test import Client
            Client().get("/login")

        def test_async(cookiegate):
            from django.test import AsyncClient
            response = asyncio.run(AsyncClient().get("/login"))
            assert cookiegate.names == {"tracker", "old"}
            assert cookiegate.decide(response)["old"].reason == "deletion"
        """
    )
    result = pytester.runpytest_subprocess("--cookiegate=cookies.toml", "-p", "no:django", *QUICK)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.assert_outcomes(passed=2)
    (place,) = [line for line in shown_by(result) if line.startswith("    set by ")]
    assert place == "    set by GET /login (Django's test client), GET /login (Django's asynchronous test client)"


# The fixture


def test_fixture_does_what_its_guide_shows(suite, pytester):
    guide = Path(__file__).resolve().parents[2] / "docs" / "pytest.md"
    if not guide.is_file():
        pytest.skip("docs/ is not in the wheel")
    (shown,) = re.findall(r"^```python\n(.*?)^```$", guide.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    pytester.makeconftest(
        """
        import flask, pytest

        app = flask.Flask("shop")

        @app.post("/login")
        def login():
            return "x", {"Set-Cookie": "sid=1; HttpOnly"}

        @app.get("/")
        def start():
            return "x", {"Set-Cookie": "_ga=1"}

        @pytest.fixture
        def client():
            return app.test_client()
        """
    )
    suite(shown).assert_outcomes(passed=2)


def test_fixture_holds_the_lines_of_the_running_test(suite):
    result = suite(
        """
def test_one(cookiegate):
    visit("tracker=1")
    assert cookiegate.names == {"tracker"}

def test_two(cookiegate):
    assert cookiegate.lines == ()
    visit(FINE, "_ga=1", path="/shop")
    sid, ga = cookiegate.lines
    assert (sid.name, sid.category, sid.request, sid.client) == (
        "sid", "necessary", "GET /shop", "Werkzeug's test client")
    assert ga.category == "statistics"
    assert sid.line == FINE.encode()
    assert SECRET not in repr(sid)
    assert len(list(cookiegate.gate.registry)) > 2
"""
    )
    result.assert_outcomes(passed=2)


def test_plugin_judges_a_line_that_comes_again_only_once(suite, monkeypatch):
    monkeypatch.setattr(cookiegate.testing.recorder, "_REMEMBERED_LINES", 2)
    result = suite('def test_one(): visit(*["_ga=1; SameSite=Lax", "a=1", "b=1", "c=1", "a=1"] * 3)\n')
    assert shown_by(result)[-1] == "cookiegate: 3 cookies break the promise of cookies.toml (15 Set-Cookie lines seen)"


def test_fixture_asserts_that_cookies_are_registered(suite):
    result = suite(
        """
def test_one(cookiegate):
    cookiegate.assert_registered()
    cookiegate.assert_registered(visit(FINE))
    cookiegate.assert_registered("sid=1")
    cookiegate.assert_registered()
    response = visit("tracker=hush-hush; Max-Age=7200", "b d=1", "=2", "tracker=hush-hush; Max-Age=7200", "sessionid=1")
    for given in ((), (response,)):
        with pytest.raises(AssertionError) as caught:
            cookiegate.assert_registered(*given)
        assert str(caught.value) == '''not registered in cookies.toml:

[[cookie]]
name = "tracker"
category = ""  # necessary, preferences, statistics or marketing
purpose = ""
lifetime = "2 hours"

b d: browsers refuse the line: ambiguous-name

a cookie without a name: browsers refuse the line: nameless'''
    with pytest.raises(TypeError, match="int is no response"):
        cookiegate.assert_registered(7)
"""
    )
    result.assert_outcomes(passed=1)


def test_fixture_decides_as_the_gate_would(suite):
    result = suite(
        """
def test_one(cookiegate):
    response = visit(FINE, "_ga=1; Path=/", "tracker=1")
    nothing_yet = cookiegate.decide(response)
    assert {name: str(found.action) for name, found in nothing_yet.items()} == {
        "sid": "rewrite", "_ga": "drop", "tracker": "drop"}
    assert (nothing_yet["_ga"].reason, nothing_yet["tracker"].reason) == ("no-consent", "unregistered")
    assert cookiegate.decide(response, granted=())["_ga"].reason == "not-granted"
    ga = cookiegate.decide(response, granted={"statistics"})["_ga"]
    assert (ga.action, ga.after) == ("rewrite", b"_ga=1; Path=/; Secure; SameSite=Lax")
    plain = cookiegate.decide("_ga=1; Path=/; SameSite=Lax", granted={"statistics"}, is_https=False)
    assert plain["_ga"].action == "keep"
    with pytest.raises(ValueError, match="stats"):
        cookiegate.decide(response, granted={"stats"})
"""
    )
    result.assert_outcomes(passed=1)


def test_fixture_without_a_registry_says_what_is_missing(suite):
    result = suite("def test_one(cookiegate): pass\n", file=None)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        "the cookiegate fixture needs a registry; run pytest --cookiegate cookies.toml, "
        "or write cookiegate = cookies.toml into the ini file"
    )
