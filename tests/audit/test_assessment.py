"""What is found: one cookie, one promise, one thing that is wrong."""

import pytest

from cookiegate.audit.auditing import Promise, audit_har, platform
from cookiegate.audit.finding import Code, Severity


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("sid=x; Path=/; Secure; HttpOnly; SameSite=Lax", []),
        ("sid=x; Path=/; Secure; HttpOnly; SameSite=Strict", []),
        ("sid=x; Path=/; HttpOnly; SameSite=Lax", [("no-secure", "sid", "Secure is missing")]),
        ("sid=x; Path=/; Secure; SameSite=Lax", [("no-http-only", "sid", "HttpOnly is missing")]),
        ("sid=x; Path=/; Secure; HttpOnly", [("weak-same-site", "sid", "SameSite is missing")]),
        (
            "sid=x; Domain=shop.example; Path=/; Secure; HttpOnly; SameSite=Lax",
            [("wide-domain", "sid", "Domain is shop.example")],
        ),
        (
            "sid=x; Max-Age=3600; Path=/; Secure; HttpOnly; SameSite=Lax",
            [("kept-longer", "sid", "kept for 1 hour, declared for the session")],
        ),
        ("stats=x; Max-Age=2592000; Secure; SameSite=Lax", [("before-consent", "stats", "statistics needs consent")]),
        (
            "ads=x; Max-Age=2678400; Secure; SameSite=Lax",
            [
                ("before-consent", "ads", "marketing needs consent"),
                ("kept-longer", "ads", "kept for 31 days, declared for 30 days"),
            ],
        ),
        (
            "keep=x; Expires=Thu, 01 Jan 2037 00:00:00 GMT; Secure; SameSite=Lax",
            [("kept-too-long", "keep", "kept for 4,006 days, browsers cut that to 400 days")],
        ),
        ("keep=x; Max-Age=34560000; Secure; SameSite=Lax", []),
        (
            "track=x; Max-Age=34560000; Secure; SameSite=Lax",
            [
                ("before-consent", "track", "marketing needs consent"),
                ("kept-too-long", "track", "kept for 400 days, and marketing should end after 13 months"),
            ],
        ),
        ("keep=x; Secure; Secure; SameSite=Lax", [("read-differently", "keep", "secure is there twice")]),
        ("keep=x; Secure; SameSite=Lax; Foo", [("read-differently", "keep", "an attribute is unknown or not valid")]),
        ("other=x; Max-Age=60", [("unregistered", "other", "kept for 1 minute")]),
        ("other=x", [("unregistered", "other", "kept for the session")]),
        ("=x", [("refused-line", "(no name)", "it has no name")]),
        ("a\x01=x", [("refused-line", "a\\x01", "it holds a control octet")]),
        (
            "a b=x",
            [("refused-line", "a b", "its name is not a token: browsers and servers read different names")],
        ),
        (
            "__Host-sid=x; Secure; HttpOnly; SameSite=Lax",
            [("refused-line", "__Host-sid", "it does not meet the conditions of its name's prefix")],
        ),
        ("sid=; Max-Age=0", []),
        (
            "__Host-stats=x; Domain=shop.example",
            [("refused-line", "__Host-stats", "it does not meet the conditions of its name's prefix")],
        ),
    ],
)
def test_line_is_judged(audited, make, failures, line, expected):
    assert sorted(failures(audited(make("https://www.shop.example/", line)))) == sorted(expected)


def test_http_needs_no_secure(audited, make, failures):
    assert failures(audited(make("http://www.shop.example/", "sid=x; Path=/; HttpOnly; SameSite=Lax"))) == []


def test_same_site_none_on_http_is_insecure(audited, make, failures):
    found = failures(audited(make("http://www.shop.example/", "keep=x; SameSite=None")))
    assert found == [("weak-same-site", "keep", "SameSite is None without Secure")]


def test_granted_category_is_fine(audited, make, choice, failures):
    found = audited(make("https://shop.example/", "stats=x; Secure; SameSite=Lax", cookie=choice("statistics")))
    assert failures(found) == []
    assert [moment.label for moment in found.moments] == ["Only statistics"]


def test_other_category_is_against_the_choice(audited, make, choice, failures):
    found = audited(make("https://shop.example/", "ads=x; Secure; SameSite=Lax", cookie=choice("statistics")))
    assert failures(found) == [("against-choice", "ads", "marketing needs consent")]


def test_consent_to_another_revision_does_not_count(audited, make, failures):
    cookie = "cookiegate_consent=v=1&c=marketing&t=1768204800&r=0"
    found = audited(make("https://shop.example/", "ads=x; Secure; SameSite=Lax", cookie=cookie))
    assert [code for code, _, _ in failures(found)] == ["against-choice"]


def test_settings_that_let_strangers_pass_do_not_hide_them(har, make, toml, failures):
    toml.write_text(
        '[gate]\nunregistered = "keep"\nrefused = "session"\n[[cookie]]\nname = "a"\ncategory = "marketing"\n'
    )
    path = har(make("https://shop.example/", "b=x; Secure; SameSite=Lax", "a=x; Secure; SameSite=Lax"))
    found = audit_har(path, Promise.of(toml, platform(None)), (), lambda _: None)
    assert [(code, cookie) for code, cookie, _ in failures(found)] == [("before-consent", "a"), ("unregistered", "b")]


def test_consent_cookies_of_platforms_are_necessary(audited, make, failures):
    assert failures(audited(make("https://shop.example/", "CookieConsent=x; Path=/; Secure; SameSite=Lax"))) == []


def test_without_a_registry_the_known_cookies_are_promised(har, make, failures):
    path = har(make("http://shop.example/", "csrftoken=x; SameSite=Lax", "mine=x"))
    found = audit_har(path, Promise.of(None, platform(None)), (), lambda _: None)
    assert [(code, cookie) for code, cookie, _ in failures(found)] == [
        ("unregistered", "mine"), ("no-policy", "the site's registry"),
    ]  # fmt: skip
    assert found.never_seen == ()


def test_declared_cookies_that_were_not_seen_are_noted(audited, make):
    found = audited(make("https://shop.example/", "sid=x"))
    never = [finding.cookie for finding in found.findings if finding.code is Code.NEVER_SEEN]
    assert never == ["keep", "stats", "ads", "track"]


def test_summary_says_it_in_plain_words(audited, make, safe):
    both = audited(make("https://shop.example/", f"stats=x{safe}", f"sid=x{safe}", f"x=1{safe}"))
    assert both.summary == (
        "2 of 3 cookies break the policy's promise: 1 is set before consent and 1 is not in the policy."
    )
    assert audited(make("https://shop.example/", f"sid=x{safe}")).summary == (
        "The one cookie keeps the policy's promise."
    )
    assert audited(make("https://shop.example/", f"sid=x{safe}", f"keep=x{safe}")).summary == (
        "All 2 cookies keep the policy's promise."
    )
    assert audited(make("https://shop.example/", "x=1")).summary.startswith("1 of 1 cookie breaks the policy's promise")


def test_own_cookies_without_any_are_told(audited, make):
    found = audited(make("https://shop.example/"), make("https://other.example/", "a=1"))
    assert found.summary == "No cookie of the site was seen."


def test_values_are_nowhere(audited, make):
    found = audited(make("https://shop.example/?token=geheim", "stats=geheim", "x=geheim", cookie="y=geheim"))
    assert "geheim" not in repr(found)


def test_threshold_decides_what_fails(audited, make, safe):
    weak = audited(make("https://shop.example/", "keep=x; Secure"))
    assert (weak.fails(Severity.ERROR), weak.fails(Severity.WARNING)) == (False, True)
    fine = audited(make("https://shop.example/", f"keep=x{safe}"))
    assert (fine.fails(Severity.WARNING), fine.fails(Severity.NOTE)) == (False, True)


def test_thousands_of_names_stay_in_bounds(audited, make):
    found = audited(*(make("https://shop.example/", *(f"n{at}_{of}=x" for at in range(1000))) for of in range(6)))
    assert len(found.cookies) == 5000
    assert "1,000 lines left out" in next(each.detail for each in found.findings if each.code is Code.NOT_SEEN)


def test_hundreds_of_parties_stay_in_bounds(audited, make):
    found = audited(make("https://shop.example/"), *(make(f"https://p{at}.test/", "a=1") for at in range(510)))
    assert len(found.parties) == 500
    assert "10 lines left out" in next(each.detail for each in found.findings if each.code is Code.NOT_SEEN)


def test_strict_values_of_the_settings_count(har, make, toml, failures):
    toml.write_text('[gate]\nstrict_values = true\n[[cookie]]\nname = "a"\ncategory = "necessary"\n')
    found = audit_har(
        har(make("http://shop.example/", "a={b c}")), Promise.of(toml, platform(None)), (), lambda _: None
    )
    assert failures(found)[0][0] == "refused-line"


def test_line_that_some_browsers_take_for_a_deletion_is_one(audited, make, failures):
    assert failures(audited(make("https://shop.example/", "keep=x; Max-Age=5; Max-Age=-5"))) == []
