"""`manage.py check`: each mistake in the settings has its number and its hint."""

import io

import pytest

from cookiegate import Category, CookieGate, CookieRule, Registry
from cookiegate.documentation import url_of_code
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
        return [(message.id.removeprefix("cookiegate."), message.msg, hint_of(message)) for message in found]

    return run


def hint_of(message):
    """A hint without the URL at its end, which is that of the check."""
    hint, _, url = message.hint.rpartition("See ")
    assert url == url_of_code("django", message.id)
    return hint.rstrip() or None


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
            "Use one of necessary, preferences, statistics, marketing (did you mean 'statistics'?).",
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
    assert (number, text.partition("; ")[2]) == ("W001", "it is there more than once.")


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
    assert check(MIDDLEWARE=[TWIN, SESSIONS], SESSION_COOKIE_NAME="__Host-sessionid", SESSION_COOKIE_SECURE=True) == []


def test_csrf_cookie_of_another_category_is_warned_of(check):
    gate = CookieGate(registry=Registry([CookieRule(name="csrftoken", category=Category.STATISTICS)]))
    ((number, text, _),) = check(MIDDLEWARE=[TWIN, CSRF], COOKIEGATE=gate)
    assert (number, text) == ("W005", "CSRF_COOKIE_NAME: the cookie 'csrftoken' is one of statistics.")
    assert check(MIDDLEWARE=[TWIN, CSRF], COOKIEGATE=gate, CSRF_USE_SESSIONS=True) == []


@pytest.mark.parametrize("unregistered", ["keep", "necessary"])
def test_gate_that_keeps_unknown_cookies_needs_no_rule(check, unregistered):
    gate = CookieGate(registry=Registry(), unregistered=unregistered)
    assert check(MIDDLEWARE=[TWIN, SESSIONS, CSRF], COOKIEGATE=gate) == []


def test_rule_that_is_stricter_than_known_is_warned_of(check):
    rule = CookieRule(name="remember_token", category="marketing")
    ((number, text, hint),) = check(COOKIEGATE=CookieGate(registry=Registry.known() | Registry([rule])))
    assert (number, text) == (
        "W006",
        (
            "'remember_token' asks for consent to marketing, but cookiegate knows it as necessary (Flask-Login): "
            "features that need it fail without consent."
        ),
    )
    assert hint == ('Make the rule necessary, remove it, or give the reason in it: stricter = "...".')
    meant = CookieRule(name="remember_token", category="marketing", stricter="Nobody is remembered here.")
    assert check(COOKIEGATE=CookieGate(registry=Registry.known() | Registry([meant]))) == []


LOCALE = "django.middleware.locale.LocaleMiddleware"
HOST = {"SESSION_COOKIE_NAME": "__Host-sessionid", "SESSION_COOKIE_SECURE": True}


@pytest.mark.parametrize(
    ("settings", "found"),
    [
        (HOST, []),
        (HOST | {"SESSION_COOKIE_DOMAIN": "a.example"}, [("E002", "SESSION_COOKIE_DOMAIN is 'a.example'")]),
        (
            HOST | {"SESSION_COOKIE_DOMAIN": "a.example", "SESSION_COOKIE_PATH": "/app"},
            [("E002", "SESSION_COOKIE_DOMAIN is 'a.example' and SESSION_COOKIE_PATH is '/app'")],
        ),
        (HOST | {"SESSION_COOKIE_SECURE": False}, [("W007", "SESSION_COOKIE_SECURE is False")]),
        (
            {"SESSION_COOKIE_NAME": "__Secure-sessionid", "SESSION_COOKIE_DOMAIN": "a.example"},
            [("W007", "SESSION_COOKIE_SECURE is False")],
        ),
        (
            {"CSRF_COOKIE_NAME": "__Host-csrftoken", "CSRF_COOKIE_SECURE": True, "CSRF_COOKIE_DOMAIN": "a.example"},
            [("E002", "CSRF_COOKIE_DOMAIN is 'a.example'")],
        ),
        ({"CSRF_COOKIE_NAME": "__Host-csrftoken", "CSRF_COOKIE_PATH": "/a", "CSRF_USE_SESSIONS": True}, []),
        (
            {"CSRF_COOKIE_NAME": "__Http-csrftoken", "CSRF_COOKIE_SECURE": True},
            [("E002", "CSRF_COOKIE_HTTPONLY is False")],
        ),
        ({"CSRF_COOKIE_NAME": "__Http-csrftoken", "CSRF_COOKIE_SECURE": True, "CSRF_COOKIE_HTTPONLY": True}, []),
        (
            {"LANGUAGE_COOKIE_NAME": "__Host-django_language", "LANGUAGE_COOKIE_PATH": "/x"},
            [("E002", "LANGUAGE_COOKIE_PATH is '/x'"), ("W007", "LANGUAGE_COOKIE_SECURE is False")],
        ),
    ],
)
def test_name_whose_prefix_contradicts_other_settings_is_told(check, settings, found):
    messages = check(MIDDLEWARE=[TWIN, SESSIONS, CSRF, LOCALE], **settings)
    assert [(number, text.partition(", but ")[2].partition(":")[0]) for number, text, _ in messages] == found


def test_prefix_counts_in_any_case_as_browsers_see_it(check):
    given = HOST | {"SESSION_COOKIE_NAME": "__host-sessionid", "SESSION_COOKIE_PATH": "/app"}
    assert [text for number, text, _ in check(MIDDLEWARE=[TWIN, SESSIONS], **given) if number == "E002"] == [
        "SESSION_COOKIE_NAME is '__host-sessionid', but SESSION_COOKIE_PATH is '/app': no browser stores such a cookie."
    ]


def test_prefix_that_is_not_in_use_is_not_told(check):
    assert check(MIDDLEWARE=[TWIN], **HOST, SESSION_COOKIE_DOMAIN="example.com") == []


@pytest.mark.parametrize(
    ("rule", "gate", "settings"),
    [
        ({"host_only": True}, {}, {"SESSION_COOKIE_DOMAIN": "example.com"}),
        ({}, {"host_only": True}, {"SESSION_COOKIE_DOMAIN": "example.com"}),
        ({"secure": True}, {}, {"SESSION_COOKIE_SECURE": False}),
        ({}, {"secure": "always"}, {"SESSION_COOKIE_SECURE": False}),
        (
            {"http_only": True},
            {},
            {"SESSION_COOKIE_NAME": "__Host-Http-sessionid", "SESSION_COOKIE_HTTPONLY": False},
        ),
    ],
)
def test_prefix_whose_demands_the_gate_meets_is_fine(check, rule, gate, settings):
    registry = Registry([CookieRule(name="sessionid", category="necessary", **rule)])
    assert (
        check(MIDDLEWARE=[TWIN, SESSIONS], COOKIEGATE=CookieGate(registry=registry, **gate), **(HOST | settings)) == []
    )


def test_prefix_has_a_hint(check):
    ((_, _, hint),) = check(MIDDLEWARE=[TWIN, SESSIONS], **HOST, SESSION_COOKIE_PATH="/app")
    assert hint == (
        'Names with __Host- need Secure, the path "/" and no domain; change these settings, or take the prefix off.'
    )
    ((_, _, hint),) = check(MIDDLEWARE=[TWIN, SESSIONS], **(HOST | {"SESSION_COOKIE_SECURE": False}))
    assert hint == ("Set SESSION_COOKIE_SECURE = True, or take the prefix off where the site runs without https.")


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
