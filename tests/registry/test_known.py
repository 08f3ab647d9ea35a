"""The cookies that frameworks and platforms set by themselves: complete rows, honest categories."""

import pytest

from cookiegate import Registry

# Every consent cookie that consent-formats.md names, with an example for each family of names.
CONSENT_COOKIES = """
    CookieConsent CookieConsentBulkTicket CookieConsentBulkSetting-abc OptanonConsent OptanonAlertBoxClosed
    eupubconsent-v2 OTGPPConsent cookieyes-consent cookielawinfo-checkbox-analytics viewed_cookie_policy
    CookieLawInfoConsent cc_cookie klaro cmplz_functional cmplz_preferences cmplz_statistics cmplz_marketing
    cmplz_banner-status cmplz_policy_id cmplz_consented_services cmplz_statistics-anonymous cmplz_consent_status
    cmplz_rt_marketing tarteaucitron CookieScriptConsent cookiefirst-consent CookieInformationConsent axeptio_cookies
    axeptio_authorized_vendors _iub_cs-1234567 _iub_cs-s1234567 usprivacy CookieControl didomi_token euconsent-v2
    pl_euconsent-v2 __hs_cookie_cat_pref cmapi_cookie_privacy notice_gdpr_prefs notice_preferences notice_behavior
    _tracking_consent _cmp_a consent-policy moove_gdpr_popup borlabs-cookie CONSENTMGR
    ppms_privacy_0a0b0c0d-1111-2222-3333-444455556666 cookieconsent_status .AspNet.Consent cookie_consent
    osano_consentmanager __cmpconsent12345 __cmpccc12345 __gpp
""".split()  # noqa: SIM905

NECESSARY = """
    sessionid csrftoken messages session session-0 remember_token access_token_cookie csrf_access_token
    fastapi-csrf-token fastapiusersauth AIOHTTP_SESSION _xsrf beaker.session.id auth_tkt _myapp_session rack.session
    PHPSESSID XSRF-TOKEN laravel_session JSESSIONID ASP.NET_SessionId .AspNetCore.Session connect.sid
    AWSALB AWSALBCORS AWSALBTG AWSALBTGCORS AWSELB AWSELBCORS GCLB GAESA __cf_bm __cflb cf_clearance _cfuvid
    ARRAffinity ApplicationGatewayAffinity SERVERID
""".split()  # noqa: SIM905

LANGUAGE_PICKERS = """
    django_language _LOCALE_ I18N_LANGUAGE frontend_lang .AspNetCore.Culture NEXT_LOCALE i18n_redirected i18next
    wp_lang KEYCLOAK_LOCALE
""".split()  # noqa: SIM905

TRACKERS = """
    _ga _ga_ABC123 _gid _gat _gcl_au _fbp _fbc __utma __utmz _hjSessionUser_1 _hjid _pk_id.1.abcd IDE NID fr MUID
    _uetsid _clck ajs_anonymous_id mp_abc_mixpanel hubspotutk __hstc li_at bcookie _ttp __qca optimizelyEndUserId
    _parsely_session _rd_wa_first_session _sp_wa_first_session
""".split()  # noqa: SIM905


@pytest.mark.parametrize("rule", list(Registry.known()), ids=lambda rule: rule.name)
def test_known_row_is_complete(rule):
    assert rule.purpose.endswith(".")
    assert rule.provider
    assert rule.source.startswith("https://")
    assert rule.lifetime is not None


@pytest.mark.parametrize("name", CONSENT_COOKIES)
def test_known_consent_cookie_is_necessary(name):
    assert Registry.known().find(name).category == "necessary"


@pytest.mark.parametrize("name", NECESSARY)
def test_known_session_csrf_or_balancer_cookie_is_necessary(name):
    assert Registry.known().find(name).category == "necessary"


@pytest.mark.parametrize("name", LANGUAGE_PICKERS)
def test_known_language_picker_is_a_preference(name):
    assert Registry.known().find(name).category == "preferences"


@pytest.mark.parametrize("name", TRACKERS)
def test_known_lets_no_tracker_through(name):
    rule = Registry.known().find(name)
    assert rule is None or rule.category in {"statistics", "marketing"}


def test_known_is_read_once():
    assert Registry.known() is Registry.known()
