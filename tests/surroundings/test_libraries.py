"""Libraries whose visitors come back by a POST from another site, Authlib's clients among them."""

import sys
from types import ModuleType

import pytest

from cookiegate.surroundings.libraries import form_post_clients, returning_libraries


@pytest.fixture
def authlib(monkeypatch):
    """Objects of classes that look like Authlib's."""
    monkeypatch.setitem(sys.modules, "authlib", ModuleType("authlib"))
    kind = type("OAuth", (), {"__module__": "authlib.integrations.flask_client"})

    def make(**attributes):
        found = kind()
        vars(found).update(attributes)
        return found

    return make


@pytest.mark.parametrize(
    ("attributes", "names"),
    [
        ({"name": "azure", "authorize_params": {"response_mode": "form_post"}}, ["azure"]),
        ({"name": "azure", "authorize_params": {"response_mode": "query"}}, []),
        ({"name": "azure", "authorize_params": None}, []),
        ({"_registry": {"apple": (False, {"authorize_params": {"response_mode": "form_post"}})}}, ["apple"]),
        ({"_registry": {"apple": (False, {"client_kwargs": {"response_mode": "form_post"}})}}, ["apple"]),
        ({"_registry": {"apple": (False, {"client_kwargs": {"scope": "openid"}})}}, []),
        ({"_registry": {"apple": (False, None)}}, []),
        ({"_registry": {"apple": None}}, []),
    ],
)
def test_authlib_clients_that_ask_for_form_post(authlib, attributes, names):
    client = authlib(**attributes)
    assert list(form_post_clients()) == names
    assert [each.what for each in returning_libraries() if each.package == "Authlib"] == [
        f"OpenID Connect answers by form_post ({name})" for name in names
    ]
    del client


def test_without_authlib_nothing_is_looked_for():
    assert "authlib" not in sys.modules
    assert list(form_post_clients()) == []


def test_object_without_attributes_of_its_own_is_passed_over(monkeypatch):
    monkeypatch.setitem(sys.modules, "authlib", ModuleType("authlib"))
    kind = type("Slotted", (), {"__module__": "authlib.client", "__slots__": ("kept",)})
    found = kind()
    found.kept = [found]  # the collector sees what can be in a circle
    assert list(form_post_clients()) == []
