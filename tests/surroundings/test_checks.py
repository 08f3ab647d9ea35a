"""What is wrong around a gate: which cookies of libraries would be held back from visitors without consent."""

import pytest

from cookiegate import CookieGate, CookieRule, Registry
from cookiegate.surroundings.checks import check_cookies
from cookiegate.surroundings.cookies import LibraryCookie

OPTIONAL = [CookieRule(name="renamed", category="preferences"), CookieRule(name="oscar_history", category="statistics")]


@pytest.mark.parametrize(
    ("cookie", "is_found"),
    [
        (LibraryCookie("oscar_history", "settings.OSCAR_RECENTLY_VIEWED_COOKIE_NAME"), False),
        (LibraryCookie("oscar_history", "settings.SESSION_COOKIE_NAME", is_session=True), True),
        (LibraryCookie("renamed", "settings.SHOP_COOKIE_NAME"), True),
        (LibraryCookie("csrftoken", "settings.CSRF_COOKIE_NAME"), False),
        (LibraryCookie("nobodys", "settings.SHOP_COOKIE_NAME"), True),
    ],
)
def test_cookie_without_which_something_fails_is_found(cookie, is_found):
    gate = CookieGate(registry=Registry.known() | Registry(OPTIONAL))
    assert bool([*check_cookies(gate, [cookie])]) is is_found


def test_known_comfort_is_found_where_no_visitor_gets_it():
    gate = CookieGate(registry=Registry())
    (found,) = check_cookies(gate, [LibraryCookie("oscar_history", "settings.OSCAR_RECENTLY_VIEWED_COOKIE_NAME")])
    assert "not registered" in found.what
