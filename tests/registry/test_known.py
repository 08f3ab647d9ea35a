"""The cookies that frameworks and platforms set by themselves: complete rows, honest categories."""

import re
from dataclasses import fields
from importlib.resources import files
from pathlib import Path

import pytest

from cookiegate import ConfigError, CookieRule, Registry
from cookiegate.registry import product_for, products_for
from cookiegate.registry.products import product_names, product_rules
from cookiegate.registry.toml import parse_cookies_toml

# Every consent cookie that consent-formats.md names, with an example for each family of names.
CONSENT_COOKIES = """
    CookieConsent CookieConsentBulkTicket CookieConsentBulkSetting-abc OptanonConsent OptanonAlertBoxClosed
    eupubconsent-v2 OTGPPConsent cookieyes-consent cookielawinfo-checkbox-analytics viewed_cookie_policy
    CookieLawInfoConsent cc_cookie klaro cmplz_functional cmplz_preferences cmplz_statistics cmplz_marketing
    cmplz_banner-status cmplz_policy_id cmplz_consented_services cmplz_statistics-anonymous cmplz_consent_status
    cmplz_rt_marketing tarteaucitron CookieScriptConsent cookiefirst-consent CookieInformationConsent axeptio_cookies
    axeptio_authorized_vendors _iub_cs-1234567 _iub_cs-s1234567 usprivacy CookieControl didomi_token euconsent-v2
    didomi_dcs c15t fides_consent cf_consent cmplz_consent_mode cmplz_rt_policy_id cookielawinfo-checkbox-others
    pl_euconsent-v2 __hs_cookie_cat_pref cmapi_cookie_privacy notice_gdpr_prefs notice_preferences notice_behavior
    _tracking_consent _cmp_a consent-policy moove_gdpr_popup borlabs-cookie CONSENTMGR
    ppms_privacy_0a0b0c0d-1111-2222-3333-444455556666 cookieconsent_status .AspNet.Consent cookie_consent
    osano_consentmanager __cmpconsent12345 __cmpconsentx12345 __cmpccc12345 __gpp __cmpiuid truendo_cmp
    __tlbcpv __tluid __tltpl_12
    FCCDCF FCNEC zaraz-consent cookieyes-analytics cky-action mtm_consent mtm_consent_removed cookie-consent-io
    cookie-consent-io-timestamp1 kndctr_0A1B_AdobeOrg_consent xf_consent
""".split()  # noqa: SIM905

NECESSARY = """
    sessionid csrftoken messages session session-0 remember_token access_token_cookie csrf_access_token
    fastapi-csrf-token fastapiusersauth AIOHTTP_SESSION _xsrf beaker.session.id auth_tkt rack.session
    PHPSESSID XSRF-TOKEN laravel_session JSESSIONID ASP.NET_SessionId .AspNetCore.Session connect.sid
    AWSALB AWSALBCORS AWSALBTG AWSALBTGCORS AWSELB AWSELBCORS GCLB GAESA __cf_bm __cflb cf_clearance _cfuvid
    ARRAffinity ApplicationGatewayAffinity SERVERID
    session_ access-token sso_state pkce_code_verifier lti1p3-state-1 saml_session owui-session oui-session
    oauth_session_id X-Chainlit-Session-id starlette_admin_flash JWT-refresh-token AIOHTTP_SECURITY kcToken
    pga4_session pretix_session __Host-pretix_session pretix_csrftoken wagtail_sidebar_collapsed
    sFrontToken st-access-token st-refresh-token wos-session app.at fusionauth.sso stytch_session_jwt logto_0a1b hanko
    privy-token ory_kratos_session ory_kratos_continuity ory_session_project ory_hydra_login_csrf_624229327
    __Host-ory_hydra_session __clerk_db_jwt __clerk_db_jwt_0a1b2c3d __client_uat __client_uat_0a1b2c3d authentik_mfa
    CognitoIdentityServiceProvider.0a1b.ada.accessToken com.amplify.server_auth.state okta-token-storage_accessToken
    x-ms-cpim-csrf x-ms-cpim-sso:tenant_0 auth0.0a1b.is.authenticated a0.spajs.txs.0a1b KEYCLOAK_IDENTITY_LEGACY
    better-auth.two_factor __Secure-better-auth.trust_device authjs.challenge JSESSIONID.1e061871 grafana_session
    CraftSessionId CRAFT_CSRF_TOKEN fe_typo_user xf_session pmaAuth-1 X-Magento-Vary __Host-psifi.x-csrf-token
    cf_chl_rc_ni cf_chl_2 AKA_A2 citrix_ns_id _vercel_sso_nonce gradio_workflow_write_token_7860
""".split()  # noqa: SIM905

LANGUAGE_PICKERS = """
    django_language _LOCALE_ I18N_LANGUAGE frontend_lang .AspNetCore.Culture NEXT_LOCALE i18n_redirected i18next
    wp_lang KEYCLOAK_LOCALE pretix_language PGADMIN_LANGUAGE xf_language_id pma_lang fusionauth.locale
    hs_langswitcher_choice
""".split()  # noqa: SIM905

TRACKERS = """
    _ga _ga_ABC123 _gid _gat _gcl_au _fbp _fbc __utma __utmz _hjSessionUser_1 _hjid _pk_id.1.abcd IDE NID fr MUID
    _uetsid _clck ajs_anonymous_id mp_abc_mixpanel hubspotutk __hstc li_at bcookie _ttp __qca optimizelyEndUserId
    _parsely_session _rd_wa_first_session _sp_wa_first_session _clarity_session session_id_tracker access_token_x
    username-x session_data_x _token JWT _t route
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


CHUNKS = """
    session-0 session-4 session-99 appSession.0 __session__0 mod_auth_openidc_session_0 better-auth.session_data.0
    authjs.session-token.0 __Secure-authjs.session-token.3 next-auth.session-token.1 sb-abc-auth-token.0 _oauth2_proxy_1
    access_token_2 sb-abc-auth-token.12 _a0_session_1 __FC_0 better-auth.account_data.1
""".split()  # noqa: SIM905


@pytest.mark.parametrize("name", CHUNKS)
def test_known_part_of_a_large_login_shares_the_rule_of_the_whole(name):
    assert Registry.known().find(name).category == "necessary"
    assert Registry.known().find(name).chunks


@pytest.mark.parametrize(
    "name", ["session-100", "session-x", "appSession-0", "__session_x", "mod_auth_openidc_session_x"]
)
def test_known_parts_are_numbered(name):
    assert Registry.known().find(name) is None


FORM_POST = """
    saml_session lti1p3-x mod_auth_openidc_state_x _shibstate_x sso_state pkce_code_verifier apple-login-session
    auth_verification __txn_x authjs.state authjs.nonce next-auth.state .AspNetCore.Correlation.x
    .AspNetCore.OpenIdConnect.Nonce.x fastapiusersoauthcsrf oui-session panel-oauth-state _a0_tx a0.spajs.txs.x
    com.amplify.server_auth.pkce wos-auth-verifier ac-state-key ory_kratos_continuity ory_hydra_consent_csrf_1
    x-ms-cpim-trans KEYCLOAK_SESSION_LEGACY better-auth.oauth_state
""".split()  # noqa: SIM905


@pytest.mark.parametrize("name", FORM_POST)
def test_known_cookie_of_a_return_from_another_site_keeps_what_the_app_says_of_same_site(name):
    assert Registry.known().find(name).same_site == "keep"


# What is necessary leaves without consent, so a wildcard must not cover names that anybody may choose. Each is here
# with the product that the fixed part belongs to; the known rule's own source says where that can be read.
WILDCARDS = {
    "remember-cookie_*": "django-two-factor-auth",
    "lti1p3-*": "PyLTI1p3",
    "_streamlit_user_*": "Streamlit",
    "jupyterhub-user-*": "JupyterHub",
    "remember_web_*": "Laravel",
    "SSESS*": "Drupal",
    "wordpress_logged_in_*": "WordPress",
    "wordpress_sec_*": "WordPress",
    "wp-postpass_*": "WordPress",
    "wp_woocommerce_session_*": "WooCommerce",
    "ASPSESSIONID*": "Classic ASP",
    "__RequestVerificationToken*": "ASP.NET MVC",
    ".AspNetCore.Antiforgery.*": "ASP.NET Core",
    ".AspNetCore.Correlation.*": "ASP.NET Core",
    ".AspNetCore.OpenIdConnect.Nonce.*": "ASP.NET Core",
    "__txn_*": "Auth0",
    "sb-*-auth-token": "Supabase",
    "sb-*-auth-token-code-verifier": "Supabase",
    "_oauth2_proxy_csrf*": "OAuth2 Proxy",
    "_forward_auth_csrf*": "traefik-forward-auth",
    "authentik_proxy_*": "authentik",
    "mod_auth_openidc_state_*": "mod_auth_openidc",
    "_shibsession_*": "Shibboleth",
    "_shibstate_*": "Shibboleth",
    "AWSALBAPP-*": "Elastic Load Balancing",
    "AWSELBAuthSessionCookie*": "Elastic Load Balancing",
    "AWSALBAuthNonce*": "Elastic Load Balancing",
    "GCP_IAP_*": "Google Identity-Aware Proxy",
    "GCP_IAAP_*": "Google Identity-Aware Proxy",
    "AppServiceAuthSession*": "Azure App Service",
    "__cfwaitingroom*": "Cloudflare",
    "NSC_*": "NetScaler",
    "BIGipServer*": "F5 BIG-IP",
    "TS01*": "F5 BIG-IP",
    "akavpau_*": "Akamai",
    "visid_incap_*": "Imperva",
    "incap_ses_*": "Imperva",
    "nlbi_*": "Imperva",
    "_fs_ch_st_*": "Fastly",
    "_fs_ch_cp_*": "Fastly",
    "sucuri_cloudproxy_uuid_*": "Sucuri",
    "QueueITAccepted-SDFrts345E-V3_*": "Queue-it",
    "CookieConsentBulkSetting-*": "Cookiebot",
    "_iub_cs-*": "iubenda",
    "ppms_privacy_*": "Piwik PRO",
    "cookieconsent_status_*": "Beautiful Cookie Banner",
    "__cmpconsent*": "consentmanager",
    "__cmpccc*": "consentmanager",
    "__cmpcvc*": "consentmanager",
    "__cmpcpc*": "consentmanager",
    "__cmpiab*": "consentmanager",
    "__cmpwel*": "consentmanager",
    "__cmpccpausps*": "consentmanager",
    "real_cookie_banner*": "Real Cookie Banner",
    "_sp_v1_*": "Sourcepoint",
    "gradio_workflow_write_token*": "Gradio",
    "pmaAuth-*": "phpMyAdmin",
    "pmaUser-*": "phpMyAdmin",
    "JSESSIONID.*": "Jenkins",
    "__clerk_*": "Clerk",
    "__client_uat_*": "Clerk",
    "auth0.*.is.authenticated": "Auth0 (auth0-spa-js)",
    "auth0.*.organization_hint": "Auth0 (auth0-spa-js)",
    "a0.spajs.txs.*": "Auth0 (auth0-spa-js)",
    "_legacy_a0.spajs.txs.*": "Auth0 (auth0-spa-js)",
    "_legacy_auth0.*": "Auth0 (auth0-spa-js)",
    "CognitoIdentityServiceProvider.*": "Amazon Cognito",
    "com.amplify.server_auth.*": "AWS Amplify",
    "okta-*-storage*": "Okta",
    "x-ms-cpim-*": "Azure AD B2C",
    "fusionauth.*": "FusionAuth",
    "logto_*": "Logto",
    "ory_session_*": "Ory Network",
    "ory_hydra_*": "Ory Hydra",
    "cf_chl_*": "Cloudflare",
    "citrix_ns_id*": "NetScaler",
    "__tltpl_*": "Termly",
    "kndctr_*_consent": "Adobe Experience Platform",
    "kndctr_*_consent_check": "Adobe Experience Platform",
    "cookie-consent-io-timestamp*": "CookieConsent.io",
}
GENERAL = set("session sessions sess sid id user username auth login access token csrf xsrf data state nonce x".split())  # noqa: SIM905


def test_known_necessary_wildcards_belong_to_one_product_each():
    found = {rule.name: rule.provider for rule in Registry.known() if "*" in rule.name and rule.category == "necessary"}
    assert found == WILDCARDS


@pytest.mark.parametrize("name", WILDCARDS)
def test_known_necessary_wildcard_has_more_than_general_words(name):
    words = set(re.findall(r"[a-z0-9]+", name.lower()))
    assert words - GENERAL


@pytest.mark.parametrize("name", product_names())
def test_product_rules_are_complete_and_without_mistakes(name):
    text = files("cookiegate.registry").joinpath("products", f"{name}.toml").read_text(encoding="utf-8")
    assert parse_cookies_toml(text).problems == ()
    for rule in product_rules(name):
        assert rule.purpose.endswith(".")
        assert rule.provider
        assert rule.source.startswith("https://")
        assert rule.lifetime is not None


def test_guide_lists_the_products():
    guide = Path(__file__).resolve().parents[2] / "docs" / "registry.md"
    if not guide.is_file():
        pytest.skip("docs/ is not in the wheel")
    listed = guide.read_text(encoding="utf-8").partition("The products: ")[2].partition("\n\n")[0]
    assert tuple(re.findall(r"`([^`]+)`", listed)) == product_names()


def test_guide_lists_the_keys_of_a_rule():
    guide = Path(__file__).resolve().parents[2] / "docs" / "registry.md"
    if not guide.is_file():
        pytest.skip("docs/ is not in the wheel")
    table = guide.read_text(encoding="utf-8").partition("## What a rule may say")[2].partition("\n\n`attributes")[0]
    rows = re.findall(r"^\| (`.*?) \|", table, re.MULTILINE)
    listed = {key for row in rows for key in re.findall(r"`([a-z_]+)`", row)}
    assert listed == {field.name for field in fields(CookieRule)}


def test_general_name_is_known_by_its_product_alone():
    assert Registry.known().find("_token") is None
    assert Registry.known("airflow").find("_token").category == "necessary"
    assert Registry.known("airflow").find("sessionid") is not None
    assert Registry.known("airflow").find("JWT") is None
    assert Registry.known("airflow", "django-graphql-jwt").find("JWT").category == "necessary"


def test_known_products_are_read_once_in_any_order():
    assert Registry.known("gradio", "airflow") is Registry.known("airflow", "gradio", "airflow")


def test_unknown_product_is_an_error_that_names_the_nearest():
    with pytest.raises(ConfigError) as caught:
        Registry.known("airflow", "Airflw", 3, ["panel"])
    assert [problem.partition("; ")[::2] for problem in caught.value.problems] == [
        ("Registry.known: products: 'Airflw': not known", "did you mean 'airflow'?"),
        ("Registry.known: products: 3: not known", f"known are {', '.join(product_names())}"),
        ("Registry.known: products: ['panel']: not known", f"known are {', '.join(product_names())}"),
    ]


@pytest.mark.parametrize(
    ("name", "product"),
    [
        ("_token", "airflow"),
        ("JWT", "django-graphql-jwt"),
        ("_t", "discourse"),
        ("wizard_order", "django-formtools"),
        ("csrf_token_8f3a0c", "ory-kratos"),
        ("__session_0a1b2c3d", "clerk"),
        ("csrf_token_P5000", "octoprint"),
        ("DSR", "descope"),
        ("__Host-_token", "airflow"),
        ("_ga", None),
        ("sessionid", None),
        ("", None),
    ],
)
def test_product_is_proposed_for_a_name(name, product):
    assert product_for(name) == product


def test_name_of_several_products_proposes_each():
    assert products_for("user") == ("flower", "kinde", "panel")


def test_known_is_read_once():
    assert Registry.known() is Registry.known()
