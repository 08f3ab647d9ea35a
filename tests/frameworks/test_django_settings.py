"""`settings.COOKIEGATE`: a path, the arguments of `CookieGate`, or a gate; every mistake at once."""

from dataclasses import fields
from time import time

import pytest

from cookiegate import Category, ConfigError, CookieGate, Registry, current
from cookiegate.consent import Cookiebot, OwnConsent
from cookiegate.settings import PAGE_KEYS_IN_GATE

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
        f"settings.COOKIEGATE: unknown key 1; known are toml, {', '.join([*arguments, *sorted(PAGE_KEYS_IN_GATE)])}",
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
    assert problem.startswith("settings.COOKIEGATE: consent: 'cookiegate.django.CookieGateMiddleware' can't be made: ")
    assert problem.endswith(
        "; if it needs arguments, write ('cookiegate.django.CookieGateMiddleware', argument, ...)"
    )  # fmt: skip


def test_recorder_is_made_with_its_arguments(build, tmp_path):
    from cookiegate.report import Inventory

    given = ("cookiegate.report.Inventory", tmp_path / "a", {"every_s": 1.0})
    first, second = build({"recorders": [given, "cookiegate.current"]}).recorders
    assert (type(first), second) == (Inventory, current)
    assert (tmp_path / "a").is_dir()
    (third,) = build({"recorders": (("cookiegate.report.Inventory", {"directory": tmp_path / "b"}),)}).recorders
    assert (tmp_path / "b").is_dir()
    first.close()
    third.close()


def test_consent_source_is_made_with_its_arguments(build):
    gate = build({"consent": ("cookiegate.consent.OwnConsent", "mine")})
    assert gate.consent.cookie_names == ("mine",)
    assert build({"default_consent": ("statistics", "marketing")}).default_consent == ("statistics", "marketing")


@pytest.mark.parametrize("said", ["cookiegate.report.Inventory", ("cookiegate.report.Inventory", "/seen")])
def test_recorder_that_is_no_list_is_told_with_what_to_write(build, said):
    assert problems_of(build, {"recorders": said}) == [
        (
            f'settings.COOKIEGATE: recorders: is {said!r}; use a list, e.g. [("cookiegate.report.Inventory", '
            '"/var/lib/shop/cookies")]: a dotted path, or a tuple of one and its arguments'
        )
    ]


def test_recorder_without_its_arguments_is_told_with_what_to_write(build, tmp_path):
    (problem,) = problems_of(build, {"recorders": ["cookiegate.report.Inventory"]})
    assert problem == (
        "settings.COOKIEGATE: recorders: 'cookiegate.report.Inventory' can't be made: Inventory.__init__() missing 1 "
        "required positional argument: 'directory'; if it needs arguments, write ('cookiegate.report.Inventory', "
        "argument, ...)"
    )
    (problem,) = problems_of(build, {"recorders": [("cookiegate.report.Inventory", tmp_path, 3, 4)]})
    assert problem.endswith("; check its arguments")
    (tmp_path / "file").write_text("")
    (problem,) = problems_of(build, {"recorders": [("cookiegate.report.Inventory", tmp_path / "file" / "x")]})
    assert problem.startswith("settings.COOKIEGATE: recorders: Inventory: directory ")


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
