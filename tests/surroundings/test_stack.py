"""Taking an app apart, and the cookies that its layers set."""

import sys
from functools import partial
from types import ModuleType, SimpleNamespace

import pytest
from flask import Flask
from starlette.applications import Starlette
from starlette.middleware.sessions import SessionMiddleware

from cookiegate.asgi import CookieGateMiddleware as AsgiGate
from cookiegate.settings_page.asgi import SettingsFirst
from cookiegate.surroundings.cookies import cookies_of, django_cookies
from cookiegate.surroundings.stack import framework_name, stack_of


def app(*_):
    return None


class Slotted:
    __slots__ = ("app",)

    def __init__(self, app):
        self.app = app

    def __call__(self):
        return None


class Moody:
    """An object whose attributes raise."""

    __slots__ = ("there",)

    @property
    def __dict__(self):
        raise RuntimeError

    def __call__(self):
        return None


class Bound:
    def __init__(self, inner):
        self.app = inner

    def serve(self):
        return None

    def __call__(self):
        return None


def names(found):
    return [layer.name for layer in stack_of(found).layers]


def test_stack_goes_through_slots_bound_methods_and_wrappers():
    assert names(Slotted(Bound(app))) == ["Slotted", "Bound"]
    assert names(Slotted(Bound(app).serve)) == ["Slotted", "Bound"]


def test_stack_ends_in_what_wraps_nothing():
    assert names(app) == names(partial(app)) == names(Moody()) == []


def test_stack_of_a_circle_ends():
    first = Bound(None)
    first.app = Slotted(first)
    assert names(first) == ["Bound", "Slotted"]


def test_stack_leaves_the_settings_page_out():
    gate = AsgiGate(app, settings="/cookies")
    assert isinstance(gate.app, SettingsFirst)
    assert names(gate) == ["CookieGateMiddleware"]


def test_stack_knows_where_the_framework_begins():
    inner = Starlette()
    inner.add_middleware(SessionMiddleware, secret_key="x")
    found = stack_of(Slotted(inner))
    assert (found.framework, found.lists_from, found.gates) == (inner, 1, [])
    assert framework_name(inner) == "Starlette"
    assert framework_name(app) is None


def test_middleware_whose_call_is_wrong_has_the_options_that_it_was_given():
    inner = Starlette()
    inner.add_middleware(SessionMiddleware, no_such_option=1)
    assert stack_of(inner).layers[0].options == {"no_such_option": 1}


def test_middleware_of_unnamed_options_has_them_by_name():
    class Loose:
        def __init__(self, app, **options):
            self.app = app

    inner = Starlette()
    inner.add_middleware(Loose, session_cookie="sid", cookie_samesite="strict", cookie_path="/", cookie_domain=None)
    [cookie] = cookies_of(stack_of(inner))
    assert (cookie.name, cookie.where, cookie.same_site, cookie.is_session) == (
        "sid", "Loose(session_cookie=)", "Strict", True,
    )  # fmt: skip


def test_cookies_of_flask_extensions_are_those_of_their_settings():
    shop = Flask("shop")
    shop.secret_key = "x"
    shop.login_manager = object()
    shop.config |= {
        "JWT_ACCESS_COOKIE_NAME": "jwt", "JWT_TOKEN_LOCATION": ["cookies"], "CSRF_COOKIE_NAME": "tok",
        "X_COOKIE_NAME": 5,
    }  # fmt: skip
    assert {cookie.name for cookie in cookies_of(stack_of(shop))} == {"session", "remember_token", "jwt", "tok"}
    shop.config["JWT_TOKEN_LOCATION"] = ["headers"]
    assert "jwt" not in {cookie.name for cookie in cookies_of(stack_of(shop))}


def test_cookies_of_login_transports_are_found_wherever_they_are(monkeypatch):
    monkeypatch.setitem(sys.modules, "fastapi_users", ModuleType("fastapi_users"))
    kind = type("CookieTransport", (), {"__module__": "fastapi_users.authentication.transport.cookie"})
    transport, other = kind(), kind()
    transport.cookie_name, transport.cookie_samesite = "shopauth", "lax"
    other.cookie_name = None
    [cookie] = cookies_of(stack_of(Starlette()))
    assert (cookie.name, cookie.where, cookie.same_site) == ("shopauth", "CookieTransport(cookie_name=)", "Lax")


def test_cookies_of_classes_that_hold_a_name(monkeypatch):
    monkeypatch.setitem(sys.modules, "fastapi_csrf_protect", ModuleType("fastapi_csrf_protect"))
    kind = type("CsrfProtect", (), {"__module__": "fastapi_csrf_protect.flexible", "_cookie_key": "csrf-x"})
    [cookie] = cookies_of(stack_of(Starlette()))
    assert (cookie.name, cookie.where) == ("csrf-x", f"{kind.__name__}(cookie_key=)")


@pytest.mark.parametrize(
    ("middleware", "more", "expected"),
    [
        ([], {}, set()),
        (["django.contrib.sessions.middleware.SessionMiddleware"], {}, {"sessionid"}),
        (["django.middleware.csrf.CsrfViewMiddleware"], {}, {"csrftoken"}),
        (["django.middleware.csrf.CsrfViewMiddleware"], {"CSRF_USE_SESSIONS": True}, set()),
        (["django.middleware.locale.LocaleMiddleware"], {"JWT_COOKIE_NAME": "JWT"}, {"JWT"}),
        ([], {"EMPTY_COOKIE_NAME": ""}, set()),
    ],
)
def test_cookies_of_django_are_those_of_its_settings(middleware, more, expected):
    settings = SimpleNamespace(
        MIDDLEWARE=middleware, SESSION_COOKIE_NAME="sessionid", CSRF_COOKIE_NAME="csrftoken",
        LANGUAGE_COOKIE_NAME="django_language", SESSION_COOKIE_SAMESITE="Lax",
        **{"CSRF_USE_SESSIONS": False, **more},
    )  # fmt: skip
    found = django_cookies(settings)
    assert {cookie.name for cookie in found} == expected
    assert [cookie.same_site for cookie in found if cookie.is_session] == ["Lax"] * ("sessionid" in expected)


def test_stack_of_a_framework_inside_of_another_is_the_outer_ones():
    outer, inner = Flask("outer"), Flask("inner")
    outer.wsgi_app = Slotted(inner)
    assert stack_of(outer).framework is outer
    assert names(outer) == ["Slotted"]
