"""`settings.COOKIEGATE`: a path, the arguments of `CookieGate`, or a gate; every mistake at once."""

from dataclasses import fields
from time import time

import pytest

from cookiegate import Category, ConfigError, CookieGate, Registry, current
from cookiegate.consent import Cookiebot, OwnConsent

TOML = '[gate]\nrevision = "1"\n[[cookie]]\nname = "mine"\ncategory = "necessary"\n'


@pytest.fixture
def build(configured_django):
    from cookiegate.django.configuration import build_gate

    return build_gate


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "cookies.toml"
    path.write_text(TOML, encoding="utf-8")
    return path


def problems_of(build, said):
    with pytest.raises(ConfigError) as caught:
        build(said)
    return [*caught.value.problems]


def test_gate_is_itself(build):
    gate = CookieGate()
    assert build(gate) is gate


@pytest.mark.parametrize("write", [str, lambda path: path], ids=["text", "path"])
def test_path_is_read(build, path, write):
    gate = build(write(path))
    assert gate.revision == "1"
    assert {"mine", "sessionid"} <= {rule.name for rule in gate.registry}


def test_nothing_is_the_gate_without_arguments(build):
    assert {rule.name for rule in build(None).registry} == {rule.name for rule in CookieGate().registry}


def test_dict_is_the_arguments(build):
    registry = Registry()
    gate = build({"registry": registry, "mode": "report-only"})
    assert (gate.mode, {*gate.registry} >= {*registry}) == ("report-only", True)


def test_dict_adds_to_its_toml(build, path):
    gate = build({"toml": path, "mode": "report-only", "revision": "2"})
    assert (gate.mode, gate.revision) == ("report-only", "2")
    assert gate.registry.match("mine").rule.category is Category.NECESSARY


def test_dotted_path_is_imported(build):
    gate = build({"consent": "cookiegate.consent.Cookiebot", "observer": "cookiegate.current", "clock": "time.time"})
    assert isinstance(gate.consent, Cookiebot)
    assert (gate.observer, gate.clock) == (current, time)


def test_object_stays_itself(build):
    consent = OwnConsent("mine")
    gate = build({"consent": consent, "recorders": [print, "cookiegate.current"]})
    assert gate.consent is consent
    assert len(gate.recorders) == 2


def test_wrong_kind_is_told(build):
    assert problems_of(build, 42) == [
        "settings.COOKIEGATE: is 42; use the path of a cookies.toml, a dict of CookieGate's arguments, or a CookieGate"
    ]


def test_every_mistake_is_told_at_once(build, tmp_path):
    path = tmp_path / "cookies.toml"
    path.write_text('[[cookie]]\nname = "a"\n', encoding="utf-8")
    arguments = [field.name for field in fields(CookieGate) if field.init]
    said = {"toml": path, "MODE": "enforce", "consent": "no.such.Source", "secure": "often", 1: 2}
    assert problems_of(build, said) == [
        "settings.COOKIEGATE: unknown key 'MODE'; did you mean 'mode'?",
        (
            "settings.COOKIEGATE: consent: 'no.such.Source' can't be imported: No module named 'no'; "
            "use a dotted path or the object"
        ),
        f"settings.COOKIEGATE: unknown key 1; known are toml, {', '.join(arguments)}",
        "cookies.toml: cookie[1] 'a': category is missing; add category = \"...\"",
        "settings.COOKIEGATE: secure: unknown value 'often'; use one of https, always, keep",
    ]


def test_toml_that_is_no_path_is_told(build):
    assert problems_of(build, {"toml": 3}) == ["settings.COOKIEGATE: toml: is 3; use the path of a cookies.toml"]


def test_recorder_that_can_not_be_imported_is_told(build):
    (problem,) = problems_of(build, {"recorders": ["cookiegate.nothing"]})
    assert problem.startswith("settings.COOKIEGATE: recorders: 'cookiegate.nothing' can't be imported: ")


def test_class_that_can_not_be_made_is_told(build):
    (problem,) = problems_of(build, {"consent": "cookiegate.django.CookieGateMiddleware"})
    assert "can't be imported" in problem


def test_gate_is_one_for_all_until_the_setting_changes(configured_django):
    from django.test import override_settings

    from cookiegate.django import CookieGateMiddleware, gate_from_settings

    with override_settings(COOKIEGATE={"mode": "report-only"}):
        assert gate_from_settings() is gate_from_settings()
        assert CookieGateMiddleware(lambda request: None).gate is gate_from_settings()
        with override_settings(COOKIEGATE={"mode": "enforce"}, USE_TZ=False):
            assert gate_from_settings().mode == "enforce"
        assert gate_from_settings().mode == "report-only"


def test_mistake_stops_the_server_when_it_starts(configured_django):
    from django.core.wsgi import get_wsgi_application
    from django.test import override_settings

    with (
        override_settings(MIDDLEWARE=["cookiegate.django.CookieGateMiddleware"], COOKIEGATE={"mode": "off"}),
        pytest.raises(ConfigError, match=r"settings\.COOKIEGATE: mode: unknown value 'off'"),
    ):
        get_wsgi_application()
