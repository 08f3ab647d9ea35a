"""Which cookies the gate takes for a platform's: those that the platform uses, none that only begins alike."""

from typing import Any

import pytest

from cookiegate import CookieGate, Registry
from cookiegate.consent import Complianz, CookieYes, Detect, Iubenda, PiwikPro, first_of
from cookiegate.consent.source import is_cookie_name_of
from cookiegate.errors import ConfigError
from cookiegate.wsgi import CookieGateMiddleware

APP = "00000000-1111-4222-8333-444444444444"
COMPLIANZ = (
    "cmplz_marketing",
    "cmplz_rt_marketing",
    "cmplz_banner-status",
    "cmplz_policy_id",
    "cmplz_consented_services",
)
COOKIEYES = (
    "cookieyes-consent",
    "viewed_cookie_policy",
    "CookieLawInfoConsent",
    "cookielawinfo-checkbox-non-necessary",
)
IUBENDA = ("_iub_cs-1234567", "_iub_cs-s1234567", "_iub_cs-1234567-granular", "_iub_cs-1234567-uspr")
PIWIK = (f"ppms_privacy_{APP}",)
OTHERS = ("cmplz_", "cmplz_tracker", "cmplz_rt_tracker", "cmplz_rt_", "cmplz_marketing2", "xcmplz_marketing", "a",
          "cookielawinfo-checkbox-", "cookielawinfo-checkbox-tracker", "_iub_cs-", "_iub_cs-tracker", "_iub_cs-1x",
          "_iub_cs-1-tracker", "ppms_privacy_", "ppms_privacy_tracker", f"ppms_privacy_{APP}x")  # fmt: skip


def leaving(source: Any, name: str) -> bool:
    """Tell whether the gate lets a response set an unregistered cookie of this name."""
    sent: list[tuple[str, str]] = []

    def app(environ: Any, start_response: Any) -> list[bytes]:
        start_response("200 OK", [("Set-Cookie", f"{name}=1; Path=/; SameSite=Lax")])
        return [b""]

    gate = CookieGate(registry=Registry([]), consent=source)
    environ = {"wsgi.url_scheme": "http", "REQUEST_METHOD": "GET", "PATH_INFO": "/"}
    CookieGateMiddleware(app, gate)(environ, lambda status, headers: sent.extend(headers))
    return any(field.lower() == "set-cookie" for field, _ in sent)


@pytest.mark.parametrize(
    ("source", "names"),
    [(Complianz(), COMPLIANZ), (CookieYes(), COOKIEYES), (Iubenda(), IUBENDA), (PiwikPro(), PIWIK)],
    ids=lambda each: type(each).__name__,
)
def test_platform_owns_the_names_that_it_uses(source: Any, names: tuple[str, ...]) -> None:
    for several in (source, first_of(source), Detect()):
        assert [name for name in names if not is_cookie_name_of(several, name)] == []
        assert [name for name in OTHERS if is_cookie_name_of(several, name)] == []


@pytest.mark.parametrize(
    ("source", "names"),
    [
        (Complianz(), COMPLIANZ),
        (CookieYes(), COOKIEYES),
        (Iubenda(site_id=1234567), IUBENDA[:2]),
        (PiwikPro(app_id=APP), PIWIK),
    ],
    ids=lambda each: type(each).__name__,
)
def test_gate_lets_the_platforms_names_pass_and_no_other(source: Any, names: tuple[str, ...]) -> None:
    assert [name for name in names if not leaving(source, name)] == []
    assert [name for name in OTHERS if leaving(source, name)] == []


def test_detect_owns_no_name_that_only_begins_as_one_of_complianz_or_cookieyes() -> None:
    assert [name for name in OTHERS if name.startswith(("cmplz", "cookielawinfo")) and leaving(Detect(), name)] == []
    assert all(leaving(Detect(), name) for name in (*COMPLIANZ, *COOKIEYES, *IUBENDA[:2], *PIWIK))


@pytest.mark.parametrize(
    ("source", "name"),
    [
        (Complianz(more_cookie_names=["cmplz_saved_categories"]), "cmplz_saved_categories"),
        (Complianz(more_cookie_names="cmplz_saved_categories"), "cmplz_saved_categories"),
        (Complianz(prefix="shop_"), "shop_marketing"),
        (CookieYes(more_cookie_names=("cookielawinfo-checkbox-maps",)), "cookielawinfo-checkbox-maps"),
        (CookieYes(categories={"maps": "preferences"}), "cookielawinfo-checkbox-maps"),
        (Iubenda(site_id=["s7", 8]), "_iub_cs-s8"),
        (PiwikPro(app_id=[APP, APP.replace("0", "9")]), f"ppms_privacy_{APP.replace('0', '9')}"),
    ],
)
def test_site_adds_its_own_names(source: Any, name: str) -> None:
    assert leaving(source, name)
    assert is_cookie_name_of(source, name)


def test_cookieyes_without_its_old_cookies_owns_none_of_them() -> None:
    assert CookieYes(legacy=False).cookie_names == ("cookieyes-consent",)


def test_cookieyes_category_that_makes_no_cookie_name_adds_none() -> None:
    assert "cookielawinfo-checkbox-a b" not in CookieYes(categories={"a b": "marketing"}).cookie_names


@pytest.mark.parametrize("reader", [Complianz, CookieYes])
def test_wrong_name_is_refused(reader: Any) -> None:
    with pytest.raises(ConfigError, match="more_cookie_names 'a b': no cookie name"):
        reader(more_cookie_names=["a b"])


def test_wrong_ids_are_refused() -> None:
    with pytest.raises(ConfigError, match="site_id"):
        Iubenda(site_id=[7, "x"])
    with pytest.raises(ConfigError, match="app_id"):
        PiwikPro(app_id=[APP, "x"])


def test_plain_function_owns_no_name() -> None:
    assert not is_cookie_name_of(lambda head: None, "a")
