"""What Django's settings name is listed and offered; the settings page has all of its options there."""

import asyncio
import json

import pytest

from cookiegate import CookieGate, Registry
from cookiegate.gate import compiled

TWIN = "cookiegate.django.CookieGateMiddleware"
SESSIONS = "django.contrib.sessions.middleware.SessionMiddleware"
CSRF = "django.middleware.csrf.CsrfViewMiddleware"
LOCALE = "django.middleware.locale.LocaleMiddleware"
MESSAGES = "django.contrib.messages.middleware.MessageMiddleware"
SAME = {"Sec-Fetch-Site": "same-origin"}
RULES = '[[cookie]]\nname = "visits"\ncategory = "statistics"\npurpose = "Counts visits."\n'


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "cookies.toml"
    path.write_text(RULES, encoding="utf-8")
    return path


@pytest.fixture
def use(configured_django, path):
    """Return the names that the site's gate lists under some settings, without those of its file."""
    from django.test import override_settings

    from cookiegate.django import gate_from_settings

    def names(*middleware, **settings):
        with override_settings(MIDDLEWARE=[TWIN, *middleware], **{"COOKIEGATE": path, **settings}):
            gate = gate_from_settings()
        offer = compiled(gate).offering.offer
        return sorted(rule.name for rule in offer.rules if rule.name != "visits"), sorted(offer.categories)

    return names


def test_settings_name_what_is_used(use):
    assert use() == ([], ["statistics"])
    assert use(SESSIONS, CSRF) == (["csrftoken", "sessionid"], ["statistics"])
    assert use(LOCALE) == (["django_language"], ["preferences", "statistics"])
    assert use(MESSAGES, MESSAGE_STORAGE="django.contrib.messages.storage.fallback.FallbackStorage") == (
        ["messages"],
        ["statistics"],
    )


def test_settings_that_set_no_cookie_name_none(use):
    assert use(CSRF, CSRF_USE_SESSIONS=True) == ([], ["statistics"])
    assert use(MESSAGES, MESSAGE_STORAGE="django.contrib.messages.storage.session.SessionStorage")[0] == []


def test_renamed_cookie_is_not_guessed(use):
    assert use(SESSIONS, LOCALE, SESSION_COOKIE_NAME="shop_id_1", LANGUAGE_COOKIE_NAME="shop_lang") == (
        [],
        ["statistics"],
    )
    assert use(SESSIONS, SESSION_COOKIE_NAME="__Host-sessionid")[0] == ["sessionid"]


def test_apps_name_their_cookies(configured_django, monkeypatch):
    from django.conf import settings

    from cookiegate.django.names import known_names

    monkeypatch.setattr(settings, "MIDDLEWARE", [])
    monkeypatch.setattr(settings, "INSTALLED_APPS", ["wagtail.admin", "oscar.apps.OscarConfig", "oscarette"])
    assert [*known_names()] == ["wagtail_sidebar_collapsed", "oscar_open_basket", "oscar_history"]


def test_every_app_names_known_cookies(configured_django):
    from cookiegate.django.names import _OF_APPS

    known = {rule.name for rule in Registry.known()}
    assert {name for names in _OF_APPS.values() for name in names} <= known


def test_line_to_paste_repeats_no_name_that_the_settings_say(configured_django, path, caplog):
    from django.http import HttpResponse
    from django.test import RequestFactory, override_settings

    from cookiegate.django import CookieGateMiddleware

    def show(request):
        response = HttpResponse()
        response.set_cookie("JSESSIONID", "1")
        return response

    with override_settings(MIDDLEWARE=[TWIN, SESSIONS, LOCALE], COOKIEGATE=path):
        CookieGateMiddleware(show)(RequestFactory().get("/"))
    assert caplog.records[-1].getMessage().endswith('add:\n[gate]\nuses = ["JSESSIONID"]')


def test_own_rule_stays_and_nothing_is_added_to_it(use, path):
    path.write_text(f'{RULES}[[cookie]]\nname = "django_language"\ncategory = "necessary"\n', encoding="utf-8")
    assert use(LOCALE) == (["django_language"], ["statistics"])


def test_gate_that_lists_all_is_itself(configured_django):
    from django.test import override_settings

    from cookiegate.django import gate_from_settings

    gate = CookieGate(registry=Registry())
    with override_settings(MIDDLEWARE=[TWIN, SESSIONS, LOCALE], COOKIEGATE=gate):
        assert gate_from_settings() is gate


def test_stricter_rule_is_said_once_by_log_or_by_check(use, path, caplog):
    from django.core.checks import run_checks
    from django.test import override_settings

    path.write_text(f'{RULES}[[cookie]]\nname = "JSESSIONID"\ncategory = "marketing"\n', encoding="utf-8")
    use(LOCALE)
    assert sum("stricter-than-known" in record.getMessage() for record in caplog.records) == 1
    caplog.clear()
    with override_settings(MIDDLEWARE=[TWIN], COOKIEGATE=path):
        assert [one.id for one in run_checks(tags=["cookiegate"])] == ["cookiegate.W006"]
    assert caplog.records == []


@pytest.fixture(params=[False, True], ids=["sync", "async"])
def ask(request, configured_django, path):
    """Ask a site that is configured by its settings alone, through either of Django's clients."""
    from django.test import AsyncClient, Client, override_settings

    made = []

    def serve(**said):
        override = override_settings(
            MIDDLEWARE=[TWIN, *configured_django.SETTINGS["MIDDLEWARE"], LOCALE],
            COOKIEGATE={"toml": path, "clock": lambda: 4102444800, **said},
        )
        override.enable()
        made.append(override)
        client = AsyncClient() if request.param else Client()

        def send(method, place, **arguments):
            found = getattr(client, method)(place, **arguments)
            return asyncio.run(found) if request.param else found

        send.cookies = client.cookies
        return send

    yield serve
    for override in reversed(made):
        override.disable()


def choose(send, choice):
    data = json.dumps(choice)
    return send("post", "/cookie-settings/api", data=data, content_type="application/json", headers=SAME)


def test_accept_all_grants_the_language_where_the_locale_middleware_is_on(ask):
    send = ask(settings_url="/cookie-settings")
    assert b"django_language" in send("get", "/cookie-settings/").content
    assert choose(send, {"choice": "accept-all"}).json()["choice"]["granted"] == ["preferences", "statistics"]


@pytest.mark.parametrize("is_flat", [False, True])
def test_settings_take_all_that_the_page_takes(ask, tmp_path, is_flat):
    store = tmp_path / "receipts.db"
    options = {"receipts": f"sqlite:///{store}", "policy_url": "/cookie-policy"}
    send = ask(**options) if is_flat else ask(settings_page=options)
    assert b'href="/cookie-policy"' in send("get", "/cookie-settings/").content
    assert choose(send, {"choice": "reject-all"}).status_code == 200
    assert store.exists()
    assert b"Reference: " in send("get", "/cookie-settings/").content


def test_settings_come_before_the_files_options(ask, path):
    path.write_text(f'[settings_page]\nurl = "/a"\npolicy_url = "/p"\nhome_url = "/h"\n{RULES}', encoding="utf-8")
    send = ask(settings_page={"policy_url": "/q"})
    page = send("get", "/a/").content
    assert b'href="/q"' in page
    assert b'href="/h"' in page


def test_all_clients_share_one_store(ask, tmp_path):
    from cookiegate.django.settings_page import settings_from_settings

    ask(receipts=str(tmp_path / "receipts.db"))
    first = settings_from_settings()
    assert settings_from_settings() is first
    ask(receipts=str(tmp_path / "other.db"))
    assert settings_from_settings() is not first


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ({"receipts": 3}, "settings.COOKIEGATE: settings_page: receipts: is 3; use text in quotes"),
        (
            {"policy_url": "/a", "settings_page": {"policy_url": "/b"}},
            "settings.COOKIEGATE: policy_url: is there twice, in settings_page too; write it once",
        ),
        (
            {"settings_page": 3},
            "settings.COOKIEGATE: settings_page: is 3; write a section [settings_page], or a dict",
        ),
        ({"polcy_url": "/a"}, "settings.COOKIEGATE: unknown key 'polcy_url'; did you mean 'policy_url'?"),
    ],
)
def test_mistake_is_told(configured_django, said, problem):
    from cookiegate import ConfigError
    from cookiegate.django.configuration import build_gate

    with pytest.raises(ConfigError) as caught:
        build_gate(said)
    assert [*caught.value.problems] == [problem]


def test_check_tells_what_keeps_the_page_from_being_served(configured_django, path, tmp_path):
    from django.core.checks import run_checks
    from django.test import override_settings

    store = tmp_path / "receipts.db"
    said = {"toml": path, "templates": "no-such", "receipts": str(store)}
    with override_settings(MIDDLEWARE=[TWIN], COOKIEGATE=said):
        assert [(one.id, one.msg) for one in run_checks(tags=["cookiegate"])] == [
            ("cookiegate.E001", "SettingsPage: templates: 'no-such' is no directory.")
        ]
    assert not store.exists()
