"""The cookies that scripts of third parties set: complete rows, none that is necessary, never by itself."""

import re
from importlib.resources import files
from pathlib import Path

import pytest

from cookiegate import Category, CookieGate, CookieRule, Registry
from cookiegate.registry import parse_declaration, proposal_for
from cookiegate.registry.knowledge import necessary_trackers
from cookiegate.registry.products import product_names
from cookiegate.registry.registry import is_built_in
from cookiegate.registry.toml import parse_cookies_toml

ROOT = Path(__file__).resolve().parents[2]
TEXT = files("cookiegate.registry").joinpath("trackers.toml").read_text(encoding="utf-8")

STATISTICS = """
    _ga _ga_RZTK1 _gid _gat _gat_UA-26179049-1
    _gat_gtag_UA_1 _dc_gtm_UA-1 __utma __utmz _pk_id.1.1fff _pk_ses.1.1fff
    _clck _clsk _hjSession_1234 _hjSessionUser_1234 _cs_id _cs_c s_cc s_vi _sp_id.1fff _ym_uid Hm_lvt_0a1b AMP_0a1b2c
    mp_0a1b_mixpanel ph_phc_0a1b_posthog ajs_anonymous_id rl_session _hp2_id.123 _ce.s _lo_uid __insp_uid dtCookie rxvt
    ai_user _dd_s _parsely_visitor _chartbeat2 _vwo_uuid_v2 _vis_opt_exp_1_combi optimizelyEndUserId
    kameleoonVisitorCode
    ABTasty vuid tk_ai _shopify_y pa_user _pcid
""".split()  # noqa: SIM905
MARKETING = """
    _gcl_au _gcl_aw _gac_UA-1-1 __gads __gpi IDE NID test_cookie _fbp _fbc fr _uetsid _uetvid MUID li_fat_id bcookie
    lidc
    _ttp _tt_enable_cookie _pin_unauth _epik _scid _rdt_uuid guest_id personalization_id cto_bundle t_gid obuid __qca
    uuid2 TDID __hstc hubspotutk __hssc __hssrc _mkto_trk visitor_id123 __kla_id _cioid AMCV_0A1B demdex mbox
    kndctr_0A1B_AdobeOrg_identity YSC VISITOR_INFO1_LIVE __stid _biz_uid
""".split()  # noqa: SIM905
PREFERENCES = """
    intercom-id-abc intercom-session-abc drift_aid crisp-client/session/0a1b __tawkuuid __lc_cid __zlcmid hblid
    messagesUtk wistia-video-progress-abc
""".split()  # noqa: SIM905
# Names that a site's own cookie may have: as a tracker's it would be hidden and deleted.
ANYBODYS = """
    id uid user userid sid session sessionid token lang language locale theme country currency cart ref referrer consent
    visitor visitor_token _s _y c i s d ab cf user_id test cookie_test A1 UID CONSENT data
""".split()  # noqa: SIM905


@pytest.mark.parametrize("rule", list(Registry.trackers()), ids=lambda rule: rule.name)
def test_tracker_row_is_complete(rule):
    assert rule.category is not Category.NECESSARY
    assert re.fullmatch(r"[A-Z][^.]*(?:\.[^ .][^.]*)*\.", rule.purpose)  # one sentence
    assert rule.provider
    assert rule.source.startswith("https://")
    assert rule.lifetime.is_session or rule.lifetime.max_age_s or rule.lifetime.text == "varies"


def test_trackers_are_a_file_without_mistakes_that_says_each_name_once():
    document = parse_cookies_toml(TEXT)
    assert document.problems == ()
    assert len(document.rules) == len(Registry.trackers()) == TEXT.count("[[cookie]]")


def test_trackers_are_sorted_by_name_in_each_section():
    for section in TEXT.split("# ---------- ")[1:]:
        names = re.findall(r'^name = "(.+)"$', section, re.MULTILINE)
        assert names == sorted(names, key=lambda name: (name.lower(), name))


@pytest.mark.parametrize(
    ("names", "category"), [(STATISTICS, "statistics"), (MARKETING, "marketing"), (PREFERENCES, "preferences")]
)
def test_tracker_has_its_category(names, category):
    found = {name: Registry.trackers().find(name) for name in names}
    assert {name: rule and rule.category.value for name, rule in found.items()} == dict.fromkeys(names, category)


@pytest.mark.parametrize("name", ANYBODYS)
def test_name_that_anybody_may_choose_is_no_trackers(name):
    match = Registry.trackers().match(name)
    assert (match.rule, match.refusing) == (None, None)


@pytest.mark.parametrize("products", [(), *((product,) for product in product_names())])
def test_trackers_and_known_cookies_have_no_name_in_common(products):
    known, trackers = Registry.known(*products), Registry.trackers()
    for one, other in ((known, trackers), (trackers, known)):
        for rule in one:
            match = other.match(rule.name.replace("*", "x1"))
            assert (rule.name, match.rule, match.refusing) == (rule.name, None, None)
            assert other.covering(rule.name) is None


def test_every_wildcard_of_a_tracker_has_a_telling_part():
    parts = {rule.name: rule.name.replace("*", "").strip("_-.") for rule in Registry.trackers() if "*" in rule.name}
    assert {name: part for name, part in parts.items() if len(part) < 2} == {}
    assert {part.lower() for part in parts.values()}.isdisjoint({"id", "uid", "ab", "user", "session", "sess", "sid"})


def test_trackers_are_read_once_and_never_by_themselves():
    assert Registry.trackers() is Registry.trackers()
    assert CookieGate().registry.find("_ga") is None
    assert Registry.known().find("_ga") is None


def test_rule_of_the_library_is_told_from_the_sites_own():
    tracker, known = Registry.trackers().find("_ga"), Registry.known().find("sessionid")
    assert is_built_in(tracker)
    assert is_built_in(known)
    assert not is_built_in(CookieRule(name="_ga", category="statistics"))


def test_what_cookiegate_proposes_for_a_name():
    assert proposal_for("_ga_X1").name == proposal_for("_ga_*").name == "_ga_*"
    assert proposal_for("sessionid").provider == "Django"
    assert proposal_for("_token") is None  # a product's
    assert proposal_for("somebodys") is None
    assert proposal_for("") is None


def test_necessary_prefix_around_trackers_is_found_once():
    (found,) = necessary_trackers([CookieRule(name="_hjS*", category="necessary")])
    assert found.subject == "_hjS*"
    assert found.what.startswith("allows '_hjSession_*', '_hjSessionRejected',")
    assert found.what.endswith("without consent, which cookiegate knows as statistics (Hotjar)")
    assert found.fix == (
        'give it its real category; if the law exempts it, give the reason in the rule: exempt = "..."'
    )


@pytest.mark.parametrize("strict", [False, True])
def test_necessary_tracker_fails_a_run_where_it_is_strict(strict):
    from dataclasses import replace

    (found,) = necessary_trackers([CookieRule(name="_ga", category="necessary")])
    found = replace(found, is_strict=strict)
    assert (found.severity.value, found.fails) == (("error", True) if strict else ("warning", False))
    assert str(found).partition(" ")[2].startswith("necessary-tracker: '_ga': allows it without consent")


# The Open Cookie Database


@pytest.fixture(scope="module")
def database(shared_file):
    """Name, and the database's categories for it."""
    import csv

    found = {}
    with shared_file("open-cookie-database.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            name = row["Cookie / Data Key name"].strip() + "*" * (row["Wildcard match"] == "1")
            found.setdefault(name, set()).add(row["Category"])
    return found


def test_trackers_that_name_the_database_are_in_it(database):
    names = {name.rstrip("*") for name in database}
    prefixes = tuple(name.rstrip("*") for name in database if name.endswith("*") and len(name) > 3)
    cited = [rule.name for rule in Registry.trackers() if rule.source.endswith("/Open-Cookie-Database")]
    assert len(cited) > 250
    for name in cited:
        head = name.rstrip("*")
        assert head in names or head.startswith(prefixes) or any(each.startswith(head) for each in names), name


def test_trackers_are_called_security_by_nobody(database):
    for rule in Registry.trackers():
        assert database.get(rule.name, set()).isdisjoint({"Security", "Necessary"}), rule.name


# Policies that are published


def test_trackers_fill_in_a_page_that_names_no_purpose():
    page = "## Analytics\n\n| Cookie | Duration |\n| --- | --- |\n| `_ga` | 2 years |\n| `_gid` | 24 hours |\n"
    for rule in parse_declaration(page).rules:
        proposed = proposal_for(rule.name)
        assert (proposed.category, proposed.lifetime.max_age_s) == (rule.category, rule.lifetime.max_age_s)


# Through the gate


def _asgi(gate, cookie):
    from cookiegate.asgi import CookieGateMiddleware

    seen, sent = [], []

    async def app(scope, receive, send):
        seen.extend(value for name, value in scope["headers"] if name == b"cookie")
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": "/", "scheme": "https", "headers": [(b"cookie", cookie)]}
    run = CookieGateMiddleware(app, gate)(scope, None, send)
    with pytest.raises(StopIteration):
        run.send(None)
    return b"; ".join(seen), [value for name, value in sent[0]["headers"] if name == b"set-cookie"]


def _wsgi(gate, cookie):
    from cookiegate.wsgi import CookieGateMiddleware

    seen, sent = [], []

    def app(environ, start_response):
        seen.append(environ.get("HTTP_COOKIE", "").encode())
        start_response("200 OK", [])
        return [b""]

    environ = {
        "REQUEST_METHOD": "GET", "PATH_INFO": "/", "wsgi.url_scheme": "https", "HTTP_COOKIE": cookie.decode(),
    }  # fmt: skip
    list(CookieGateMiddleware(app, gate)(environ, lambda status, headers, *more: sent.extend(headers)))
    return seen[0], [value.encode() for name, value in sent if name.lower() == "set-cookie"]


@pytest.mark.parametrize("through", [_asgi, _wsgi])
def test_tracker_that_a_script_set_before_consent_is_hidden_and_deleted(through):
    gate = CookieGate(registry=Registry.known() | Registry.trackers())
    seen, lines = through(gate, b"sessionid=1; _ga=GA1.1; _ga_RZTK1=GS1; intercom-id-x=2; csrftoken=3")
    assert seen == b"sessionid=1; csrftoken=3"
    deleted = {line.partition(b"=")[0] for line in lines}
    assert deleted == {b"_ga", b"_ga_RZTK1", b"intercom-id-x"}
    assert all(b"Max-Age=0" in line or b"1970" in line for line in lines)


@pytest.mark.parametrize("through", [_asgi, _wsgi])
def test_tracker_passes_where_trackers_are_not_merged(through):
    assert through(CookieGate(), b"sessionid=1; _ga=GA1.1") == (b"sessionid=1; _ga=GA1.1", [])


@pytest.mark.parametrize("through", [_asgi, _wsgi])
def test_site_decides_otherwise_by_a_rule_of_its_own(through):
    own = Registry([CookieRule(name="_ga", category="necessary", exempt="The regulator exempts our measurement.")])
    gate = CookieGate(registry=Registry.known() | Registry.trackers() | own)
    seen, lines = through(gate, b"_ga=1; _gid=2")
    assert (seen, [line.partition(b"=")[0] for line in lines]) == (b"_ga=1", [b"_gid"])


# The guide


def test_guide_counts_the_names():
    guide = ROOT / "docs" / "registry.md"
    if not guide.is_file():
        pytest.skip("docs/ is not in the wheel")
    text = guide.read_text(encoding="utf-8")
    counts = re.search(r"`Registry\.known\(\)` has (\d+) names, `Registry\.trackers\(\)` (\d+)", text)
    assert counts is not None
    assert tuple(map(int, counts.groups())) == (len(Registry.known()), len(Registry.trackers()))


def test_no_consent_cookie_is_a_trackers():
    from cookiegate.consent import Detect

    matches = {name: Registry.trackers().match(name.replace("*", "x")) for name in Detect().cookie_names}
    assert len(matches) > 30
    assert {name: match for name, match in matches.items() if match.rule or match.refusing} == {}


@pytest.mark.parametrize("code", ["mistake", "overlap", "shadowed-pattern", "differs-by-case"])
def test_trackers_do_not_hide_each_other(code):
    from cookiegate.registry.lint import lint

    assert [str(found) for found in lint(Registry.trackers()) if found.code.value == code] == []
