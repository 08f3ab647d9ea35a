"""`manage.py check`: each mistake in the settings has its number and its hint."""

import io

import pytest

from cookiegate import Category, CookieGate, CookieRule, Registry
from cookiegate.wsgi import CookieGateMiddleware as WsgiGate

TWIN = "cookiegate.django.CookieGateMiddleware"
SESSIONS = "django.contrib.sessions.middleware.SessionMiddleware"
CSRF = "django.middleware.csrf.CsrfViewMiddleware"
wrapped_application = WsgiGate(lambda environ, start_response: [b""])


@pytest.fixture
def check(configured_django):
    """Run the checks under some settings; return number, message and hint of each."""
    from django.core.checks import run_checks
    from django.test import override_settings

    def run(*, deploy=False, **settings):
        given = {"MIDDLEWARE": [TWIN], "COOKIEGATE": CookieGate(), **settings}
        with override_settings(**given):
            found = run_checks(tags=["cookiegate"], include_deployment_checks=deploy)
        return [(message.id.removeprefix("cookiegate."), message.msg, message.hint) for message in found]

    return run


def test_good_settings_pass(check):
    assert check(deploy=True) == []
    assert check(MIDDLEWARE=[TWIN, SESSIONS, CSRF]) == []


def test_each_problem_is_an_error_with_a_hint(check, tmp_path):
    path = tmp_path / "cookies.toml"
    path.write_text('[[cookie]]\nname = "_ga"\ncategory = "stats"\n[gate]\nmode = "off"\n', encoding="utf-8")
    assert check(COOKIEGATE=path) == [
        (
            "E001",
            "cookies.toml: cookie[1] '_ga': unknown category 'stats'.",
            "Use one of necessary, preferences, statistics, marketing.",
        ),
        ("E001", "cookies.toml: gate: mode: unknown value 'off'.", "Use one of enforce, report-only."),
    ]


def test_problem_without_a_hint_is_told_too(check, monkeypatch):
    from cookiegate import ConfigError
    from cookiegate.django import checks

    def fail():
        raise ConfigError(["all is lost"])

    monkeypatch.setattr(checks, "gate_from_settings", fail)
    assert check() == [("E001", "all is lost.", None)]


def test_middleware_that_is_not_first_is_warned_of(check):
    assert check(MIDDLEWARE=[SESSIONS, TWIN]) == [
        (
            "W001",
            f"CookieGateMiddleware is not the first in MIDDLEWARE; outside of it: {SESSIONS}.",
            f"Put '{TWIN}' once, at the top: cookies that are set outside of it pass no gate.",
        )
    ]


def test_middleware_that_is_there_twice_is_warned_of(check):
    ((number, text, _),) = check(MIDDLEWARE=[TWIN, TWIN])
    assert (number, text.partition("; ")[2]) == ("W001", "it stands there more than once.")


def test_settings_without_a_registry_are_warned_of(check):
    assert check(COOKIEGATE=None) == [
        (
            "W002",
            "COOKIEGATE is not set: every cookie that no framework sets is dropped.",
            'Set it to the path of a cookies.toml, e.g. BASE_DIR / "cookies.toml".',
        )
    ]


def test_two_gates_are_warned_of_in_deployment(check):
    settings = {"WSGI_APPLICATION": f"{__name__}.wrapped_application", "MIDDLEWARE": [TWIN]}
    assert check(**settings) == []
    ((number, text, hint),) = check(**settings, deploy=True)
    assert (number, text) == ("W003", "The application is gated twice: by WSGI_APPLICATION and by MIDDLEWARE.")
    assert "settings.COOKIEGATE does not count" in hint


@pytest.mark.parametrize("application", [None, "nowhere.app", "cookiegate.django.gate_from_settings"])
def test_missing_gate_is_warned_of(check, application):
    assert [number for number, _, _ in check(MIDDLEWARE=["no.such.Thing"], WSGI_APPLICATION=application)] == ["W004"]


def test_gate_around_the_application_is_enough(check):
    assert check(MIDDLEWARE=[SESSIONS], WSGI_APPLICATION=f"{__name__}.wrapped_application") == []


def test_session_cookie_that_is_not_registered_is_warned_of(check):
    assert check(MIDDLEWARE=[TWIN, SESSIONS], SESSION_COOKIE_NAME="mine") == [
        (
            "W005",
            "SESSION_COOKIE_NAME: the cookie 'mine' is not registered.",
            "Register it as necessary; else it is held back from visitors who have not consented.",
        )
    ]
    assert check(MIDDLEWARE=[TWIN], SESSION_COOKIE_NAME="mine") == []
    assert check(MIDDLEWARE=[TWIN, SESSIONS], SESSION_COOKIE_NAME="__Host-sessionid") == []


def test_csrf_cookie_of_another_category_is_warned_of(check):
    gate = CookieGate(registry=Registry([CookieRule(name="csrftoken", category=Category.STATISTICS)]))
    ((number, text, _),) = check(MIDDLEWARE=[TWIN, CSRF], COOKIEGATE=gate)
    assert (number, text) == ("W005", "CSRF_COOKIE_NAME: the cookie 'csrftoken' is one of statistics.")
    assert check(MIDDLEWARE=[TWIN, CSRF], COOKIEGATE=gate, CSRF_USE_SESSIONS=True) == []


@pytest.mark.parametrize("unregistered", ["keep", "necessary"])
def test_gate_that_keeps_unknown_cookies_needs_no_rule(check, unregistered):
    gate = CookieGate(registry=Registry(), unregistered=unregistered)
    assert check(MIDDLEWARE=[TWIN, SESSIONS, CSRF], COOKIEGATE=gate) == []


def test_manage_py_shows_what_is_wrong(configured_django):
    from django.core.management import call_command
    from django.core.management.base import SystemCheckError
    from django.test import override_settings

    with (
        override_settings(MIDDLEWARE=[TWIN], COOKIEGATE={"mod": "enforce"}),
        pytest.raises(SystemCheckError, match=r"cookiegate\.E001") as caught,
    ):
        call_command("check", "--tag", "cookiegate", stderr=io.StringIO())
    assert "settings.COOKIEGATE: unknown key 'mod'." in str(caught.value)
    assert "HINT: Did you mean 'mode'?" in str(caught.value)
