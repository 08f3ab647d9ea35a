"""The numbered rules, one line at a time: action, reason, number, and the octets that leave."""

import pytest

from cookiegate import Category, Consent, CookieRule, Reason, Registry, SameSite, parse_lifetime
from cookiegate.malformed import MAX_LINE_OCTETS
from cookiegate.policy import Policy

NECESSARY, PREFERENCES, STATISTICS, MARKETING = Category
NOW = 1768204800  # Mon, 12 Jan 2026 08:00:00 GMT
PAST = b"Thu, 01 Jan 1970 00:00:00 GMT"
IN_A_MINUTE = b"Mon, 12 Jan 2026 08:01:00 GMT"
IN_TEN_YEARS = b"Thu, 10 Jan 2036 08:00:00 GMT"
GONE = b"; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0"

REGISTRY = Registry(
    [
        CookieRule(name="sid", category=NECESSARY),
        CookieRule(name="week", category=NECESSARY, lifetime=parse_lifetime("7 days")),
        CookieRule(name="short", category=NECESSARY, lifetime=parse_lifetime("session")),
        CookieRule(name="free", category=NECESSARY, lifetime=parse_lifetime("varies")),
        CookieRule(name="hidden", category=NECESSARY, http_only=True),
        CookieRule(name="sealed", category=NECESSARY, secure=True),
        CookieRule(name="plain", category=NECESSARY, secure=False),
        CookieRule(name="strict", category=NECESSARY, same_site=SameSite.STRICT),
        CookieRule(name="embedded", category=NECESSARY, same_site=SameSite.NONE),
        CookieRule(name="local", category=NECESSARY, host_only=True),
        CookieRule(name="parted", category=NECESSARY, partitioned=True),
        CookieRule(name="ia_*", category=PREFERENCES),
        CookieRule(name="ia_stats_*", category=STATISTICS),
        CookieRule(name="ia_mkt_*", category=MARKETING, lifetime=parse_lifetime("90 days")),
        CookieRule(name="Ad", category=MARKETING),
    ]
)
NOTHING = Consent(())
EVERYTHING = Consent(["preferences", "statistics", "marketing"])


@pytest.fixture
def decide():
    """Judge a line with the registry above; other keyword arguments are settings of the policy."""

    def judge(line, consent=NOTHING, *, is_https=False, now=NOW, registry=REGISTRY, **settings):
        policy = Policy(registry=registry, **settings)
        return policy.decide(line, consent, is_https=is_https, now=now)

    return judge


@pytest.fixture
def after(decide):
    """Return the line that leaves."""
    return lambda *args, **more: decide(*args, **more).after


# Rule 1


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"", "nameless"),
        (b";", "nameless"),
        (b"; Path=/", "nameless"),
        (b"=", "nameless"),
        (b" \t", "nameless"),
        (b"=ia_mkt_source=x", "nameless"),
        (b"==ia_mkt_source=x", "nameless"),
        (b" =ia_mkt_source=x", "nameless"),
        (b"=\tia_mkt_source=x", "nameless"),
        (b"ia_mkt_source", "nameless"),
        (b"sid", "nameless"),
        (b"sid; sid=1", "nameless"),
        (b"\xa0ia_mkt_source=x", "ambiguous-name"),
        (b"ia_mkt_source\x85=x", "ambiguous-name"),
        (b"\xe2\x80\x80ia_mkt_source=x", "ambiguous-name"),
        (b"\xef\xbb\xbfsid=x", "ambiguous-name"),
        (b"x ia_mkt_source=v", "ambiguous-name"),
        (b'"ia_mkt_source"=x', "ambiguous-name"),
        (b"sid, ia_mkt_source=x", "ambiguous-name"),
        (b"a[1]=x", "ambiguous-name"),
        (b"si\xc3\xa9=x", "ambiguous-name"),
        (b"$Version=1", "ambiguous-name"),
        (b"$ia_mkt_source=x", "ambiguous-name"),
        (b"sid=a\x00b", "control-octet"),
        (b"sid=a\x01b", "control-octet"),
        (b"sid=a\nSet-Cookie: ia_mkt_source=x", "control-octet"),
        (b"sid=a\rb", "control-octet"),
        (b"sid=a\x7f", "control-octet"),
        (b"sid=a; Path=/\x0b", "control-octet"),
        (b"\x1csid=a", "control-octet"),
        (b"s\tid=a", "control-octet"),
        (b"sid=a\tb", "control-octet"),
        (b"sid=a; Pa\tth=/", "control-octet"),
        (b"sid=a; Path=/a\tb", "control-octet"),
        (b"sid=" + b"a" * 4094, "too-large"),
        (b"s" * 4097 + b"=", "too-large"),
        (b"sid=a; " + b"x" * MAX_LINE_OCTETS, "too-large"),
        (b"sid=" + b"a" * 20000 + b"\x00", "too-large"),
        (b"sid=a" + b" " * MAX_LINE_OCTETS, "too-large"),
    ],
)
def test_rule_1_drops(decide, line, reason):
    decision = decide(line, EVERYTHING, is_https=True, unregistered="keep")
    assert (decision.action, decision.reason, decision.policy_rule) == ("drop", reason, 1)
    assert (decision.after, decision.before, decision.registry_rule) == (None, line, None)


@pytest.mark.parametrize(
    "line",
    [
        b"sid=" + b"a" * 4093 + b"; SameSite=Lax",
        b"sid=a; SameSite=Lax" + b" " * 12000,
    ],
)
def test_rule_1_keeps_what_browsers_store(after, line):
    assert after(line) == line


@pytest.mark.parametrize("name", [b" sid", b"\tsid\t", b"sid  "])
def test_rule_1_trims_a_name_as_browsers_do(after, name):
    assert after(name + b"=x; SameSite=Lax") == b"sid=x; SameSite=Lax"


@pytest.mark.parametrize("name", [b" ia_mkt_source ", b"\t ia_mkt_source\t"])
def test_rule_1_trims_a_name_before_it_is_classified(decide, name):
    assert decide(name + b"=x").reason == "not-granted"


def test_rule_1_names_the_cookie_as_it_was_written(decide):
    assert decide(b" \xa0x =1").name == "\xa0x"


@pytest.mark.parametrize(
    ("line", "is_https"),
    [
        (b"__Host-sid=x; Path=/", False),
        (b"__Host-sid=x; Secure", True),
        (b"__Host-sid=x; Secure; Path=/shop", True),
        (b"__Host-sid=x; Secure; Path=x", True),
        (b"__Host-sid=x; Secure; Path=/; Domain=example.com", True),
        (b"__HOST-SID=x; Secure", True),
        (b"__Secure-sid=x; Path=/", False),
        (b"__Http-sid=x; Secure", True),
        (b"__Host-Http-sid=x; Secure; Path=/", True),
        (b"__Host-Http-sid=x; Secure; HttpOnly", True),
        (b"__secure-x=x", False),
    ],
)
def test_rule_1_drops_a_prefix_whose_conditions_are_not_met(decide, line, is_https):
    decision = decide(line, is_https=is_https, unregistered="keep")
    assert (decision.action, decision.reason, decision.policy_rule) == ("drop", "prefix-conditions", 1)


@pytest.mark.parametrize(
    ("line", "settings", "leaves"),
    [
        (b"__Host-sid=x; Path=/", {}, b"__Host-sid=x; Path=/; Secure; SameSite=Lax"),
        (b"__Secure-sid=x", {}, b"__Secure-sid=x; Secure; SameSite=Lax"),
        (b"__Http-hidden=x", {}, b"__Http-hidden=x; Secure; HttpOnly; SameSite=Lax"),
        (b"__Host-Http-hidden=x; Path=/", {}, b"__Host-Http-hidden=x; Path=/; Secure; HttpOnly; SameSite=Lax"),
        (b"__Host-sid=x; Path=/; Domain=", {}, b"__Host-sid=x; Path=/; Secure; SameSite=Lax"),
        (b"__Host-local=x; Path=/; Domain=a.example", {}, b"__Host-local=x; Path=/; Secure; SameSite=Lax"),
        (b"__Host-sid=x; Path=/; Domain=a.example", {"host_only": True}, b"__Host-sid=x; Path=/; Secure; SameSite=Lax"),
    ],
)
def test_rule_1_keeps_a_prefix_whose_conditions_rule_6_meets(after, line, settings, leaves):
    assert after(line, is_https=True, **settings) == leaves


# Rule 2


@pytest.mark.parametrize(
    ("line", "leaves"),
    [
        (b"sid=; Max-Age=0", b"sid=" + GONE),
        (b"sid=payload; Max-Age=0", b"sid=" + GONE),
        (b"sid=x; Max-Age=-1", b"sid=" + GONE),
        (b"sid=x; Max-Age=-0", b"sid=" + GONE),
        (b"sid=x; Max-Age=00", b"sid=" + GONE),
        (b"sid=x; Max-Age= 0", b"sid=" + GONE),
        (b"sid=x; Max-Age=-99999999999999999999999", b"sid=" + GONE),
        (b"sid=x; Max-Age=99; Max-Age=0", b"sid=" + GONE),
        (b"sid=x; Max-Age=0; Expires=" + IN_TEN_YEARS, b"sid=" + GONE),
        (b"sid=x; Expires=" + PAST, b"sid=" + GONE),
        (b"sid=x; Expires=Thu, 01-Jan-1970 00:00:01 GMT", b"sid=" + GONE),
        (b"sid=x; Expires=Thursday, 01-Jan-1970 00:00:01 GMT", b"sid=" + GONE),
        (b"sid=x; Expires=Mon, 12 Jan 2026 08:00:00 GMT", b"sid=" + GONE),
        (b"sid=x; Expires=junk; Expires=" + PAST, b"sid=" + GONE),
        (b" sid =x; Max-Age=0", b"sid=" + GONE),
        (
            b"sid=x; Path=/shop; Domain=.Example.com; Secure; HttpOnly; Partitioned; Max-Age=0",
            b"sid=" + GONE + b"; Domain=example.com; Path=/shop; Secure; HttpOnly; Partitioned",
        ),
        (b"sid=x; Max-Age=0; Partitioned", b"sid=" + GONE + b"; Secure; Partitioned"),
        (b"sid=x; Max-Age=0; SameSite=None; Secure", b"sid=" + GONE + b"; Secure; SameSite=None"),
        (b"sid=x; Max-Age=0; SameSite=None", b"sid=" + GONE),
        (b"sid=x; Max-Age=0; SameSite=Strict; Priority=High", b"sid=" + GONE + b"; SameSite=Strict"),
        (b"sid=x; Max-Age=0; SameSite=Lax", b"sid=" + GONE + b"; SameSite=Lax"),
        (b"sid=x; Max-Age=0; SameSite=x", b"sid=" + GONE),
        (b"strict=x; Max-Age=0", b"strict=" + GONE + b"; SameSite=Strict"),
        (b"parted=x; Max-Age=0", b"parted=" + GONE + b"; Secure; Partitioned"),
        (b"sid=x; Max-Age=0; junk=1", b"sid=" + GONE),
        (b"unknown=x; Max-Age=0", b"unknown=" + GONE),
        (b"ia_mkt_source=x; Max-Age=0", b"ia_mkt_source=" + GONE),
        (b"local=x; Max-Age=0; Domain=a.example; Path=/", b"local=" + GONE + b"; Path=/"),
        (b"embedded=x; Max-Age=0; Secure", b"embedded=" + GONE + b"; Secure; SameSite=None"),
        (b"embedded=x; Max-Age=0", b"embedded=" + GONE),
        (b"embedded=x; Max-Age=0; SameSite=Lax; Secure", b"embedded=" + GONE + b"; Secure; SameSite=None"),
        (b"__Host-sid=x; Max-Age=0", b"__Host-sid=" + GONE + b"; Path=/; Secure"),
        (b"__Host-sid=x; Max-Age=0; Domain=a.example; Path=/x", b"__Host-sid=" + GONE + b"; Path=/; Secure"),
        (b"__Secure-sid=x; Max-Age=0; Path=/x", b"__Secure-sid=" + GONE + b"; Path=/x; Secure"),
        (b"__http-sid=x; Max-Age=0", b"__http-sid=" + GONE + b"; Secure; HttpOnly"),
        (b"__Host-Http-sid=x; Max-Age=0", b"__Host-Http-sid=" + GONE + b"; Path=/; Secure; HttpOnly"),
    ],
)
def test_rule_2_sends_the_gates_own_deletion(decide, line, leaves):
    decision = decide(line)
    assert (decision.action, decision.reason, decision.policy_rule) == ("rewrite", "deletion", 2)
    assert decision.after == leaves
    assert decision.changes == ("deletion rewritten",)


@pytest.mark.parametrize("line", [b"sid=" + GONE, b"sid=" + GONE + b"; Path=/; Secure", b"mkt=" + GONE + b"; Path=/"])
def test_rule_2_keeps_its_own_deletion(decide, line):
    decision = decide(line)
    assert (decision.action, decision.reason, decision.after, decision.changes) == ("keep", "deletion", line, ())


def test_rule_2_deletion_on_https_is_secure(after):
    assert after(b"sid=; Max-Age=0", is_https=True) == b"sid=" + GONE + b"; Secure"


def test_rule_2_deletion_is_host_only_where_all_cookies_are(after):
    assert after(b"sid=; Max-Age=0; Domain=a.example", host_only=True) == b"sid=" + GONE


def test_rule_2_deletion_of_an_optional_cookie_needs_no_consent(decide):
    decision = decide(b"ia_mkt_source=x; Max-Age=0", NOTHING)
    assert (decision.category, decision.registry_rule.name) == ("marketing", "ia_mkt_*")


@pytest.mark.parametrize("refused", ["drop", "session", "expire"])
@pytest.mark.parametrize("unregistered", ["drop", "keep", MARKETING])
def test_rule_2_holds_for_all_settings(after, refused, unregistered):
    assert after(b"unknown=x; Max-Age=0", refused=refused, unregistered=unregistered) == b"unknown=" + GONE


UNSURE = [
    b"; Max-Age=0; Max-Age=x",
    b"; Max-Age=0; Max-Age=",
    b"; Max-Age=0; Max-Age=+5",
    b"; Expires=" + PAST + b"; Max-Age=+0",
    b"; Expires=" + PAST + b"; Expires=foo",
    b"; Expires=" + PAST + b"; Max-Age=" + b"9" * 1025,
    b"; Expires=Thu, 1st Jan 1970 00:00:00 GMT",
    b"; Expires=Thu, 1 Jan 1970 00:00:00 GMT",
    b"; Expires=Thu, 01 Jan 1970 00:00:00 +0900",
    b"; Expires=Thu, 01 Jan 1970 00:00:00",
    b"; Expires=01 Jan 70 00:00:00 GMT",
    b"; Expires=Mon, 12 Jan 2026 08:01:00 +0900",
    b"; Max-Age=+0",
    b"; Max-Age=-0; Max-Age=",
    b"; Expires=1 Jan 1600 00:00:00",
    b"; Expires=Thu, 01 Jan 1970",  # only in Firefox, like the next one
    b"; Expires=1 Jan 1970 24:00:00",
]
NO_DELETION = [
    b"",
    b"; Expires=" + PAST + b"; Max-Age=3600",
    b"; Max-Age=0; Max-Age=3600",
    b'; Max-Age="0"',
    b"; Max-Age=0x",
    b"; Max-Age=0.5",
    b"; Max-Age=1_0",
    b"; Max-Age=\xb2",
    b"; Max-Age:0",
    b"; Max_Age=0",
    b"; Max-Age=" + b"0" * 1025,
    b"; Expires=0",
    b"; Expires=-1",
    b"; Expires=" + IN_A_MINUTE,
]


@pytest.mark.parametrize("tail", NO_DELETION)
@pytest.mark.parametrize(("name", "reason"), [(b"ia_mkt_source", "not-granted"), (b"unknown", "unregistered")])
def test_rule_2_lets_no_value_through_that_only_looks_deleted(decide, name, reason, tail):
    decision = decide(name + b"=payload" + tail)
    assert (decision.action, decision.reason) == ("drop", reason)


@pytest.mark.parametrize("name", [b"sid", b"week", b"short", b"ia_mkt_source", b"IA_MKT_SOURCE", b"unknown"])
@pytest.mark.parametrize("tail", UNSURE)
def test_rule_2_makes_a_deletion_of_some_browsers_one_of_all(decide, name, tail):
    decision = decide(name + b"=payload" + tail)
    assert (decision.action, decision.reason, decision.policy_rule) == ("rewrite", "deletion", 2)
    assert decision.after == name + b"=" + GONE


@pytest.mark.parametrize("tail", UNSURE)
def test_rule_2_makes_a_refused_deletion_of_some_browsers_no_session_cookie(after, tail):
    assert after(b"ia_mkt_source=payload" + tail, refused="session") == b"ia_mkt_source=" + GONE


@pytest.mark.parametrize("tail", NO_DELETION)
def test_rule_2_leaves_the_value_of_what_no_browser_deletes(after, tail):
    assert after(b"sid=payload" + tail).startswith(b"sid=payload; ")


# Rules 3 to 5


@pytest.mark.parametrize(
    ("name", "granted", "action", "reason", "number"),
    [
        ("sid", (), "rewrite", "necessary", 6),
        ("__Secure-sid", (), "rewrite", "necessary", 6),
        ("sidC1", (), "rewrite", "necessary", 6),
        ("ia_theme", ("preferences",), "rewrite", "granted", 6),
        ("ia_theme", ("statistics", "marketing"), "drop", "not-granted", 5),
        ("ia_stats_x", ("statistics",), "rewrite", "granted", 6),
        ("ia_stats_x", ("preferences", "marketing"), "drop", "not-granted", 5),
        ("ia_mkt_x", ("marketing",), "rewrite", "granted", 6),
        ("ia_mkt_x", ("preferences", "statistics"), "drop", "not-granted", 5),
        ("ia_mkt_x", (), "drop", "not-granted", 5),
        ("__Secure-ia_mkt_x", (), "drop", "not-granted", 5),
        ("__Http-ia_mkt_x", (), "drop", "not-granted", 5),
        ("__host-http-ia_mkt_x", (), "drop", "not-granted", 5),
        ("AdC2", (), "drop", "not-granted", 5),
        ("ad", (), "drop", "not-granted", 5),
        ("ad", ("marketing",), "drop", "unregistered", 4),
        ("IA_MKT_X", (), "drop", "not-granted", 5),
        ("IA_MKT_X", ("marketing",), "drop", "unregistered", 4),
        ("ia_MKT_x", ("preferences",), "drop", "not-granted", 5),
        ("ia_MKT_x", ("marketing",), "drop", "not-granted", 5),
        ("ia_MKT_x", ("preferences", "marketing"), "rewrite", "granted", 6),
        ("SID", (), "drop", "unregistered", 4),
        ("unknown", ("preferences", "statistics", "marketing"), "drop", "unregistered", 4),
        ("ia%5Fmkt_source", (), "drop", "unregistered", 4),
        ("ia.mkt_source", (), "drop", "unregistered", 4),
        ("_ga_1", (), "drop", "unregistered", 4),
        ("Path", (), "drop", "unregistered", 4),
        ("__Host-Host-sid", (), "drop", "unregistered", 4),
    ],
)
def test_rules_3_to_5_decide(decide, name, granted, action, reason, number):
    decision = decide(name.encode() + b"=x; Path=/", Consent(granted), is_https=True)
    assert (decision.action, decision.reason, decision.policy_rule, decision.name) == (action, reason, number, name)


def test_rule_3_quotes_the_rule_and_its_category(decide):
    decision = decide(b"ia_mkt_source=x")
    assert (decision.registry_rule.name, decision.category) == ("ia_mkt_*", "marketing")


def test_rule_3_takes_a_match_that_is_known_already():
    match = REGISTRY.match("sid")
    judgement = Policy(registry=Registry()).judge(b"other=x", frozenset(), is_https=False, now=NOW, match=match)
    assert (judgement.rule.name, judgement.write(b"other=x")) == ("sid", b"other=x; SameSite=Lax")


@pytest.mark.parametrize(
    ("unregistered", "granted", "action", "reason", "number", "category"),
    [
        ("drop", EVERYTHING, "drop", "unregistered", 4, None),
        ("keep", NOTHING, "rewrite", "unregistered", 4, None),
        (NECESSARY, NOTHING, "rewrite", "necessary", 6, "necessary"),
        (STATISTICS, NOTHING, "drop", "not-granted", 5, "statistics"),
        (STATISTICS, Consent(["marketing"]), "drop", "not-granted", 5, "statistics"),
        (STATISTICS, Consent(["statistics"]), "rewrite", "granted", 6, "statistics"),
    ],
)
def test_rule_4_unregistered(decide, unregistered, granted, action, reason, number, category):
    decision = decide(b"unknown=x", granted, unregistered=unregistered)
    assert (decision.action, decision.reason, decision.policy_rule) == (action, reason, number)
    assert (decision.category, decision.registry_rule) == (category, None)


@pytest.mark.parametrize("unregistered", ["drop", "keep", NECESSARY, PREFERENCES, STATISTICS, MARKETING])
def test_rule_4_lets_no_refused_name_through_in_another_case(decide, unregistered):
    consent = Consent(["preferences", "statistics"])
    decision = decide(b"IA_MKT_SOURCE=x", consent, unregistered=unregistered)
    assert (decision.action, decision.after) == ("drop", None)


@pytest.mark.parametrize(
    ("refused", "line"), [("expire", b"VISITOR=1; Path=/"), ("session", b"VISITOR=1; Max-Age=0; Max-Age=x; Path=/")]
)
@pytest.mark.parametrize("rule", [{"secure": False}, {"host_only": True}, {"same_site": SameSite.NONE}])
def test_rule_5_deletion_in_another_case_judged_again_changes_nothing(decide, refused, line, rule):
    registry = Registry([CookieRule(name="Visitor", category=STATISTICS, **rule)])
    settings = {"registry": registry, "unregistered": "necessary", "refused": refused, "is_https": True}
    line += b"; Domain=a.example; SameSite=Lax"
    left = decide(line, **settings).after
    assert decide(left, **settings).after == left


def test_rule_4_keep_enforces_attributes(after):
    line = b"unknown=x; SameSite=None; Max-Age=99999999"
    kept = b"unknown=x; Max-Age=100; Secure; SameSite=None"
    assert after(line, is_https=True, unregistered="keep", max_lifetime_s=100) == kept


@pytest.mark.parametrize("reason", [Reason.NO_CONSENT, Reason.CONSENT_EXPIRED, Reason.GLOBAL_PRIVACY_CONTROL])
def test_rule_5_quotes_why_the_category_is_refused(decide, reason):
    assert decide(b"ia_mkt_source=x", Consent.none(reason)).reason == reason


def test_rule_5_drop_sends_nothing(decide):
    decision = decide(b"ia_mkt_source=x; Path=/")
    assert (decision.action, decision.after, decision.changes) == ("drop", None, ())


@pytest.mark.parametrize("tail", [b"", b"; Max-Age=60", b"; Expires=" + IN_TEN_YEARS, b"; Max-Age=60; Expires=" + PAST])
def test_rule_5_session_keeps_until_the_browser_closes(decide, tail):
    decision = decide(b"ia_mkt_source=x; Path=/; SameSite=Lax" + tail, refused="session")
    assert decision.after == b"ia_mkt_source=x; Path=/; SameSite=Lax"
    assert (decision.reason, decision.policy_rule) == ("not-granted", 5)


def test_rule_5_session_of_a_name_in_another_case_is_unregistered(decide):
    decision = decide(b"IA_MKT_SOURCE=x", refused="session")
    assert (decision.action, decision.reason, decision.policy_rule) == ("drop", "unregistered", 4)


def test_rule_5_expire_sends_a_deletion_instead(decide):
    decision = decide(b"ia_mkt_source=x; Path=/shop; Domain=a.example; Max-Age=60", refused="expire")
    assert (decision.action, decision.reason, decision.policy_rule) == ("expire", "not-granted", 5)
    assert decision.after == b"ia_mkt_source=" + GONE + b"; Domain=a.example; Path=/shop"


def test_rule_5_expire_of_a_prefixed_name_can_reach_it(after):
    assert after(b"__Host-ia_mkt_x=x; Path=/x", refused="expire") == b"__Host-ia_mkt_x=" + GONE + b"; Path=/; Secure"


# Rule 6


@pytest.mark.parametrize(
    ("name", "secure", "is_https", "tail", "has_secure"),
    [
        (b"sid", "https", True, b"", True),
        (b"sid", "https", False, b"", False),
        (b"sid", "always", False, b"", True),
        (b"sid", "keep", True, b"", False),
        (b"sid", "keep", False, b"; Secure", True),
        (b"sid", "https", False, b"; Secure", True),
        (b"sid", "keep", False, b"; Secure=false", True),
        (b"sid", "keep", False, b"; SECURE", True),
        (b"sid", "keep", False, b"; Secure junk", False),
        (b"sid", "keep", False, b'; "Secure"', False),
        (b"sid", "keep", False, b"; =Secure", False),
        (b"sid", "keep", False, b"; \xa0Secure", False),
        (b"sid", "keep", False, b"; \xc5\xbfecure", False),
        (b"sid", "keep", False, b"; Partitioned", True),
        (b"sid", "keep", False, b"; Partitioned=no", True),
        (b"sealed", "keep", False, b"", True),
        (b"plain", "always", True, b"", False),
        (b"plain", "https", True, b"; Secure", True),
    ],
)
def test_rule_6_secure(after, name, secure, is_https, tail, has_secure):
    leaves = after(name + b"=x" + tail, is_https=is_https, secure=secure)
    assert leaves.startswith(name + (b"=x; Secure; SameSite=Lax" if has_secure else b"=x; SameSite=Lax"))


@pytest.mark.parametrize(
    ("name", "minimum", "is_https", "tail", "same_site"),
    [
        (b"sid", "None", True, b"", b"Lax"),
        (b"sid", "None", True, b"; SameSite", b"Lax"),
        (b"sid", "None", True, b"; SameSite=bogus", b"Lax"),
        (b"sid", "None", True, b'; SameSite="Strict"', b"Lax"),
        (b"sid", "None", True, b"; SameSite=Strict\xa0", b"Lax"),
        (b"sid", "None", True, b"; SameSite=None; SameSite=bogus", b"Lax"),
        (b"sid", "None", True, b"; SameSite=Strict; SameSite=None", b"None"),
        (b"sid", "None", True, b"; SameSite=none", b"None"),
        (b"sid", "None", False, b"; SameSite=None", b"Lax"),
        (b"sid", "None", True, b"; samesite=STRICT", b"Strict"),
        (b"sid", "Lax", True, b"; SameSite=None", b"Lax"),
        (b"sid", "Lax", True, b"; SameSite=Strict", b"Strict"),
        (b"sid", "Strict", True, b"", b"Strict"),
        (b"sid", "Strict", True, b"; SameSite=None", b"Strict"),
        (b"strict", "None", True, b"; SameSite=None", b"Strict"),
        (b"embedded", "None", True, b"; SameSite=Strict", b"None"),
        (b"embedded", "Strict", True, b"", b"None"),
        (b"embedded", "None", False, b"", b"Lax"),
    ],
)
def test_rule_6_same_site(after, name, minimum, is_https, tail, same_site):
    leaves = after(name + b"=x" + tail, is_https=is_https, same_site_minimum=SameSite(minimum))
    assert leaves.endswith(b"; SameSite=" + same_site)


@pytest.mark.parametrize(
    ("line", "leaves"),
    [
        (b"hidden=x; SameSite=Lax", b"hidden=x; HttpOnly; SameSite=Lax"),
        (b"hidden=x; httponly=0; SameSite=Lax", b"hidden=x; HttpOnly; SameSite=Lax"),
        (b"hidden=x; HttpOnly; SameSite=Lax", b"hidden=x; HttpOnly; SameSite=Lax"),
        (b"sid=x; SameSite=Lax", b"sid=x; SameSite=Lax"),
        (b"sid=x; HttpOnly; SameSite=Lax", b"sid=x; HttpOnly; SameSite=Lax"),
    ],
)
def test_rule_6_http_only(after, line, leaves):
    assert after(line) == leaves


@pytest.mark.parametrize(
    ("line", "settings", "leaves"),
    [
        (b"sid=x; Domain=a.example; SameSite=Lax", {}, b"sid=x; Domain=a.example; SameSite=Lax"),
        (b"sid=x; Domain=a.example; SameSite=Lax", {"host_only": True}, b"sid=x; SameSite=Lax"),
        (b"local=x; Domain=a.example; SameSite=Lax", {}, b"local=x; SameSite=Lax"),
        (b"local=x; Domain=; SameSite=Lax", {}, b"local=x; SameSite=Lax"),
        (b"sid=x; Domain=a.example; Domain=; SameSite=Lax", {}, b"sid=x; SameSite=Lax"),
        (b"sid=x; Domain=..a.example; SameSite=Lax", {}, b"sid=x; Domain=..a.example; SameSite=Lax"),
    ],
)
def test_rule_6_domain(after, line, settings, leaves):
    assert after(line, **settings) == leaves


@pytest.mark.parametrize(
    ("line", "leaves"),
    [
        # the rule's 7 days
        (b"week=x", b"week=x"),
        (b"week=x; Max-Age=604800", b"week=x; Max-Age=604800"),
        (b"week=x; Max-Age=604801", b"week=x; Max-Age=604800"),
        (b"week=x; Expires=" + IN_TEN_YEARS, b"week=x; Expires=Mon, 19 Jan 2026 08:00:00 GMT"),
        (b"week=x; Expires=Mon, 19 Jan 2026 08:00:00 GMT", b"week=x; Expires=Mon, 19 Jan 2026 08:00:00 GMT"),
        (
            b"week=x; Max-Age=9999999; Expires=" + IN_TEN_YEARS,
            b"week=x; Expires=Mon, 19 Jan 2026 08:00:00 GMT; Max-Age=604800",
        ),
        (
            b"week=x; Expires=" + IN_TEN_YEARS + b"; Max-Age=60",
            b"week=x; Expires=Mon, 19 Jan 2026 08:00:00 GMT; Max-Age=60",
        ),
        # the gate's 400 days
        (b"sid=x; Max-Age=34560000", b"sid=x; Max-Age=34560000"),
        (b"sid=x; Max-Age=34560001", b"sid=x; Max-Age=34560000"),
        (b"sid=x; Max-Age=99999999999999999999", b"sid=x; Max-Age=34560000"),
        (b"sid=x; Max-Age=" + b"9" * 1024, b"sid=x; Max-Age=34560000"),
        (b"sid=x; Expires=" + IN_TEN_YEARS, b"sid=x; Expires=Tue, 16 Feb 2027 08:00:00 GMT"),
        (b"free=x; Max-Age=99999999", b"free=x; Max-Age=34560000"),
        # values that browsers read differently
        (b"sid=x; Max-Age=+31536000", b"sid=x"),
        (b"sid=x; Max-Age=60; Max-Age=99999999", b"sid=x; Max-Age=34560000"),
        (b"sid=x; Max-Age=60; Max-Age=" + b"0" * 1025, b"sid=x; Max-Age=60"),
        (b"sid=x; Expires=1 Jan 12345 00:00:00 GMT", b"sid=x"),
        (b"sid=x; Expires=Mon, 12 Jan 2026 08:01:00 -0900", b"sid=x; Expires=" + IN_A_MINUTE),
        (b"sid=x; Expires=Tue, 13 Jan 2026 08:00:00 +0900", b"sid=x; Expires=Mon, 12 Jan 2026 23:00:00 GMT"),
        (b"sid=x; Max-Age=+5; Expires=" + IN_A_MINUTE, b"sid=x; Max-Age=5"),
        (b"sid=x; Max-Age=+99; Expires=" + IN_A_MINUTE, b"sid=x; Expires=" + IN_A_MINUTE),
        (b"sid=x; Expires=" + IN_A_MINUTE + b"; Expires=junk", b"sid=x"),
        # the browser session
        (b"short=x; Max-Age=60", b"short=x"),
        (b"short=x; Expires=" + IN_TEN_YEARS, b"short=x"),
        (b"short=x; Expires=" + IN_TEN_YEARS + b"; Max-Age=60", b"short=x"),
        (b"short=x; Max-Age=+60", b"short=x"),
        (b"short=x", b"short=x"),
    ],
)
def test_rule_6_lifetime(after, line, leaves):
    assert after(line + b"; SameSite=Lax", max_lifetime_s=34560000) == leaves + b"; SameSite=Lax"


def test_rule_6_the_shorter_of_two_limits_holds(after):
    assert after(b"week=x; Max-Age=999999; SameSite=Lax", max_lifetime_s=60) == b"week=x; Max-Age=60; SameSite=Lax"


def test_rule_6_without_a_limit_any_lifetime_leaves(after):
    line = b"sid=x; Max-Age=999999999999; Expires=" + IN_TEN_YEARS + b"; SameSite=Lax"
    assert after(line) == line


@pytest.mark.parametrize(
    ("line", "leaves"),
    [
        (b"sid=x; Partitioned", b"sid=x; Secure; SameSite=Lax; Partitioned"),
        (b"sid=x; Partitioned; SameSite=None", b"sid=x; Secure; SameSite=None; Partitioned"),
        (b"plain=x; Partitioned", b"plain=x; Secure; SameSite=Lax; Partitioned"),
    ],
)
def test_rule_6_partitioned_needs_secure(after, line, leaves):
    assert after(line, secure="keep") == leaves


def test_rule_6_says_what_was_changed_and_no_value(decide):
    decision = decide(b"week=s3cret; Max-Age=9999999; Domain=a.example", is_https=True, host_only=True)
    assert decision.changes == ("Secure added", "SameSite=Lax added", "Domain removed", "lifetime cut to 7 days")


@pytest.mark.parametrize(
    ("line", "settings", "change"),
    [
        (b"sid=x; SameSite=None", {}, "SameSite=Lax set"),
        (b"short=x; Max-Age=5; SameSite=Lax", {}, "lifetime cut to the browser session"),
        (b"hidden=x; SameSite=Lax", {}, "HttpOnly added"),
        (b"sid=x; SameSite=Lax; SameSite=Lax", {}, "ambiguous attributes rewritten"),
    ],
)
def test_rule_6_change(decide, line, settings, change):
    assert decide(line, **settings).changes == (change,)


# Rule 7


@pytest.mark.parametrize(
    "line",
    [
        b"sid=x; SameSite=Lax",
        b"sid=; SameSite=Lax",
        b"sid=x;SameSite=lax",
        b"sid=x ; path=/ ;SAMESITE=Strict;",
        b"sid=  x  ; SameSite=Lax; HttpOnly",
        b"sid=x; SameSite=None; Secure; Partitioned; Priority=high",
        b"sid=x; Domain=.A.Example; Path=/a b; SameSite=Lax",
        b"sid=x; Expires=" + IN_TEN_YEARS + b"; Max-Age=60; SameSite=Lax",
        b"sid=x; Expires=Monday, 12-Jan-2026 08:01:00 GMT; SameSite=Lax",
    ],
)
def test_rule_7_keeps_the_octets(decide, line):
    decision = decide(line)
    assert (decision.action, decision.after, decision.changes) == ("keep", line, ())


@pytest.mark.parametrize(
    ("line", "leaves"),
    [
        (b"sid=x; Path=/; Path=x; SameSite=Lax", b"sid=x; SameSite=Lax"),
        (b"sid=x; Path=other; SameSite=Lax", b"sid=x; SameSite=Lax"),
        (b"sid=x; Path=/; Path=/b; SameSite=Lax", b"sid=x; Path=/b; SameSite=Lax"),
        (b"sid=x; HttpOnly=0; SameSite=Lax", b"sid=x; HttpOnly; SameSite=Lax"),
        (b"sid=x; junk; SameSite=Lax", b"sid=x; SameSite=Lax"),
        (b"sid=x; =y; SameSite=Lax", b"sid=x; SameSite=Lax"),
        (b"sid=x; Priority=urgent; SameSite=Lax", b"sid=x; SameSite=Lax"),
        (b"sid=x; Path=" + b"/" * 1025 + b"; SameSite=Lax", b"sid=x; SameSite=Lax"),
        (b"sid=x; SameSite=Lax; Secure; HttpOnly; Secure", b"sid=x; Secure; HttpOnly; SameSite=Lax"),
        (b"sid= x ; SameSite=Lax; junk", b"sid= x ; SameSite=Lax"),
        (b" sid= x ; SameSite=Lax", b"sid=x; SameSite=Lax"),
        (b"sid=a=b=c; junk; SameSite=Lax", b"sid=a=b=c; SameSite=Lax"),
        (b"sid=x" + b" " * 16000 + b"; SameSite=Lax; junk", b"sid=x; SameSite=Lax"),
    ],
)
def test_rule_7_writes_attributes_once_and_in_order(decide, line, leaves):
    decision = decide(line)
    assert (decision.action, decision.after) == ("rewrite", leaves)


def test_rule_7_order_of_attributes(after):
    line = (
        b"sid=x; Priority=Low; Partitioned; SameSite=strict; HttpOnly; Secure; Path=/p; Domain=a.example; Max-Age=60; "
        b"Expires=" + IN_A_MINUTE + b"; junk"
    )
    assert after(line) == (
        b"sid=x; Expires=" + IN_A_MINUTE + b"; Max-Age=60; Domain=a.example; Path=/p; Secure; HttpOnly; "
        b"SameSite=Strict; Partitioned; Priority=Low"
    )


def test_rule_7_rewritten_line_that_comes_out_the_same_is_kept(decide):
    line = b"sid=x; Domain=-; SameSite=Lax"  # browsers read this host differently, but it can't be rewritten
    decision = decide(line)
    assert (decision.action, decision.after) == ("keep", line)


@pytest.mark.parametrize("padding", range(MAX_LINE_OCTETS - 20, MAX_LINE_OCTETS - 5))
def test_rule_7_grows_no_line_past_what_rule_1_allows(after, padding):
    leaves = after(b"sid=x" + b" " * padding, is_https=True)
    assert after(leaves, is_https=True) == leaves == b"sid=x; Secure; SameSite=Lax"


# Rule 8

REAL_VALUES = [
    b'{"a": 1, "b": [2]}',
    b"a, b",
    b"a b",
    b'"quoted, with space"',
    b"a\\054b",
    b"\xc3\xa9",
    b'"x',
    b'x"y',
    b'"',
]


@pytest.mark.parametrize("value", REAL_VALUES)
def test_rule_8_leaves_what_browsers_store(after, value):
    assert after(b"sid=" + value + b"; SameSite=Lax") == b"sid=" + value + b"; SameSite=Lax"


@pytest.mark.parametrize("value", REAL_VALUES)
def test_rule_8_strict_drops(decide, value):
    decision = decide(b"sid=" + value, strict_values=True)
    assert (decision.action, decision.reason, decision.policy_rule) == ("drop", "value-not-strict", 8)
    assert (decision.after, decision.name) == (None, "sid")


@pytest.mark.parametrize("value", [b"", b"abc", b'"abc"', b'""', b"a=b", b"!#$%&'()*+-./:<=>?@[]^_`{|}~", b" a "])
def test_rule_8_strict_leaves_cookie_octets(after, value):
    assert after(b"sid=" + value + b"; SameSite=Lax", strict_values=True) == b"sid=" + value + b"; SameSite=Lax"


def test_rule_8_strict_lets_a_deletion_through(after):
    assert after(b"sid=a b; Max-Age=0", strict_values=True) == b"sid=" + GONE


# Values are never in changes


def test_decision_repr_holds_no_value(decide):
    assert "s3cret" not in repr(decide(b"sid=s3cret"))


def test_policy_reads_a_line_like_all_browsers_comma_included(after):
    assert after(b"sid=1, ia_mkt_source=x; SameSite=Lax") == b"sid=1, ia_mkt_source=x; SameSite=Lax"  # one cookie: sid
