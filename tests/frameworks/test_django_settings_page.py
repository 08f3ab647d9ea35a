"""The cookie settings page where Django's twin serves it: the gate's `settings_url`."""

import asyncio
import re

import pytest

CHOICE = "choice=own-choice&granted=marketing&where=page"
FORM = "application/x-www-form-urlencoded"
SAME = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture(params=[False, True], ids=["sync", "async"])
def ask(request, configured_django, gate_with):
    """Ask a site whose gate has a settings page, through either of Django's clients."""
    from django.test import AsyncClient, Client

    with gate_with(settings_url="/cookie-settings"):
        client = AsyncClient() if request.param else Client()

        def send(method, path, **arguments):
            found = getattr(client, method)(path, **arguments)
            return asyncio.run(found) if request.param else found

        send.cookies = client.cookies
        yield send


def test_page_is_served_and_not_stored(ask):
    response = ask("get", "/cookie-settings/")
    assert response.status_code == 200
    assert response["Content-Type"] == "text/html; charset=utf-8"
    assert response["Cache-Control"] == "no-store"
    assert b"ia_mkt_" in response.content


def test_choice_counts_and_is_remembered(ask):
    response = ask("post", "/cookie-settings/api", data=CHOICE, content_type=FORM, headers=SAME)
    assert response.status_code == 303
    assert "c=marketing" in ask.cookies["cookiegate_consent"].value
    assert ask("get", "/cookie-settings/api").json()["choice"]["granted"] == ["marketing"]


def test_withdrawing_deletes_what_is_refused_from_then_on(ask):
    ask("post", "/cookie-settings/api", data=CHOICE, content_type=FORM, headers=SAME)
    ask.cookies["ia_mkt_source"] = "x"
    response = ask("delete", "/cookie-settings/api", headers=SAME)
    assert response.status_code == 200
    assert response.cookies["ia_mkt_source"]["max-age"] == 0


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}])
def test_another_site_can_not_choose(ask, headers):
    assert ask("post", "/cookie-settings/api", data=CHOICE, content_type=FORM, headers=headers).status_code == 403
    assert "cookiegate_consent" not in ask.cookies


def test_body_that_is_too_long_is_refused(ask):
    data = f"{CHOICE}&x={'y' * 10_000}"
    assert ask("post", "/cookie-settings/api", data=data, content_type=FORM, headers=SAME).status_code == 413


@pytest.mark.parametrize("path", ["/", "/cookie-settingsx"])
def test_other_paths_are_the_sites(ask, path):
    assert b"ia_mkt_" not in ask("get", path).content


def test_page_of_a_mounted_site_links_below_its_root(configured_django, gate_with):
    from django.test import Client

    with gate_with(settings_url="/cookie-settings"):
        page = Client().get("/cookie-settings/", SCRIPT_NAME="/shop").content.decode()
    assert set(re.findall(r'action="([^"]*)"', page)) == {"/shop/cookie-settings/api"}


def test_body_that_never_came_is_no_choice(configured_django, gate_with):
    from django.test import RequestFactory

    from cookiegate.django import CookieGateMiddleware

    def broken(size):
        raise OSError("the client went away")

    with gate_with(settings_url="/cookie-settings"):
        request = RequestFactory().post("/cookie-settings/api", CHOICE, content_type=FORM, headers=SAME)
        request.read = broken
        response = CookieGateMiddleware(lambda request: None)(request)
    assert response.status_code == 400
