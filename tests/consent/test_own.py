"""cookiegate's own consent cookie, read and written, signed and not."""

import sys
from datetime import UTC, datetime
from urllib.parse import parse_qs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cookiegate import Category, ConfigError, Consent, Reason, RequestHead
from cookiegate.consent import OwnConsent

AT = datetime(2026, 1, 12, 8, tzinfo=UTC)
HALF_A_YEAR_S = 15897600
SECRET, NEWER = "correct horse battery", "staple correct horse"
FULL = Consent(["statistics", "preferences"], given_at=AT, revision="2026-01-12", id="3q2-7wEjRWeJq83v")
UNREADABLE = Consent.none(Reason.CONSENT_UNREADABLE, source="cookiegate_consent")


def written_value(source, consent=FULL):
    return source.write(consent, is_https=True).split(b";")[0].partition(b"=")[2]


@pytest.fixture
def read():
    def read_cookie(cookie, **settings):
        return OwnConsent(**settings)(RequestHead(cookie=cookie))

    return read_cookie


def test_own_writes_one_line():
    assert OwnConsent().write(FULL, is_https=True) == (
        b"cookiegate_consent=v=1&c=preferences.statistics&t=1768204800&r=2026-01-12&id=3q2-7wEjRWeJq83v; "
        b"Max-Age=15897600; Path=/; Secure; SameSite=Lax"
    )


def test_own_writes_no_secure_on_http():
    assert b"Secure" not in OwnConsent().write(FULL, is_https=False)


@pytest.mark.parametrize("domain", ["example.com", ".example.com", "Example.COM"])
def test_own_writes_its_domain_without_a_dot(domain):
    assert b"; Domain=example.com; Path=/" in OwnConsent(domain=domain).write(FULL, is_https=True)


@pytest.mark.parametrize(
    ("name", "end"),
    [
        ("__Host-consent", b"; Path=/; Secure; SameSite=Lax"),
        ("__Secure-consent", b"; Path=/; Secure; SameSite=Lax"),
        ("__Http-consent", b"; Path=/; Secure; HttpOnly; SameSite=Lax"),
        ("__Host-Http-consent", b"; Path=/; Secure; HttpOnly; SameSite=Lax"),
    ],
)
def test_own_writes_what_its_names_prefix_demands(name, end):
    assert OwnConsent(name).write(FULL, is_https=False).endswith(end)


def test_own_writes_a_refusal_with_its_empty_list():
    assert written_value(OwnConsent(), Consent((), given_at=AT)) == b"v=1&c=&t=1768204800"


def test_own_writes_a_consent_without_a_time_as_long_over():
    assert written_value(OwnConsent(), Consent(["statistics"])) == b"v=1&c=statistics&t=0"


def test_own_writes_its_lifetime():
    assert b"; Max-Age=2592000;" in OwnConsent(lifetime="30 days").write(FULL, is_https=True)


@pytest.mark.parametrize("secret", [None, SECRET, [SECRET, NEWER]])
def test_own_reads_what_it_writes(read, secret):
    value = written_value(OwnConsent(secret=secret))
    consent = read(b"a=1; cookiegate_consent=" + value, secret=secret)
    assert consent.granted == FULL.granted
    assert (consent.given_at, consent.revision, consent.id) == (AT, "2026-01-12", "3q2-7wEjRWeJq83v")
    assert (consent.source, consent.explicit, consent.max_age_s) == ("cookiegate_consent", True, HALF_A_YEAR_S)


@given(
    granted=st.sets(st.sampled_from(["preferences", "statistics", "marketing"])),
    seconds=st.integers(0, 253402300799),
    revision=st.text(max_size=20),
    id=st.text(max_size=20),
    secret=st.sampled_from([None, SECRET]),
)
def test_own_reads_whatever_it_writes(granted, seconds, revision, id, secret):
    source = OwnConsent(secret=secret)
    given_at = datetime.fromtimestamp(seconds, UTC)
    try:
        value = written_value(source, Consent(granted, given_at=given_at, revision=revision, id=id))
    except UnicodeEncodeError:  # a lone surrogate is no text
        return
    consent = source.parse(value)
    assert (consent.granted, consent.given_at) == (granted, given_at)
    assert (consent.revision, consent.id or "") == (revision, id)


def test_own_value_is_what_a_browsers_search_params_read():
    value = written_value(OwnConsent(), Consent(["marketing"], given_at=AT, revision="a b&c=d", id="é"))
    assert value == b"v=1&c=marketing&t=1768204800&r=a+b%26c%3Dd&id=%C3%A9"
    assert parse_qs(value.decode())["r"] == ["a b&c=d"]


@pytest.mark.parametrize(
    ("value", "granted"),
    [
        (b"v=1&c=statistics&t=1768204800", {"statistics"}),
        (b"t=1768204800&c=statistics&v=1", {"statistics"}),
        (b"v=1&c=&t=1768204800", set()),
        (b"v=1&c=statistics.marketing.preferences&t=0", {"preferences", "statistics", "marketing"}),
        (b"v=1&c=statistics.unknown.necessary&t=0", {"statistics"}),
        (b"v=1&c=Statistics&t=0", set()),
        (b"v=1&c=statistics%2Emarketing&t=0", {"statistics", "marketing"}),
        (b"v=1&c=statistics&t=0&later=addition", {"statistics"}),
    ],
)
def test_own_reads(value, granted):
    assert OwnConsent().parse(value).granted == granted


@pytest.mark.parametrize(
    "value",
    [
        b"", b"1", b"true", b"v=1", b"v=1&c=statistics", b"v=1&t=0", b"c=statistics&t=0", b"v=2&c=statistics&t=0",
        b"v=01&c=statistics&t=0", b"v=1&c=statistics&t=", b"v=1&c=statistics&t=-1", b"v=1&c=statistics&t=1.5",
        b"v=1&c=statistics&t=+1", b"v=1&c=statistics&t=%201", b"v=1&c=statistics&t=1_0", b"v=1&c=statistics&t=%D9%A1",
        b"v=1&c=statistics&t=1000000000000000", b"v=1&c=statistics&c=marketing&t=0", b"v=1&v=1&c=statistics&t=0",
        b"v=1&c=statistics&t=0&", b"v=1&&c=statistics&t=0", b"v=1;c=statistics;t=0", b"v=1&c=statistics&t=0&id=%FF",
        b'"v=1&c=statistics&t=0"', b"v=1&c=statistics&t=0, x=1", b"v=1&c=statistics&t=0 ", b"v=1&c=statistics&t=0\n",
        b"v=1&c=statistics&t=0&id=\xc3\xa9", b"v=1&c=statistics&t=0&id=" + b"x" * 1024,
        b"v=1&c=statistics&t=0" + b"&x=1" * 16 + b"", b"&".join(b"x%d=1" % n for n in range(17)), b"=&=", b"&",
    ],
)  # fmt: skip
def test_own_broken_value_grants_nothing(value):
    assert OwnConsent().parse(value) == UNREADABLE


def test_own_far_time_is_the_last_that_there_is():
    assert OwnConsent().parse(b"v=1&c=statistics&t=999999999999").given_at.year == 9999


@given(value=st.one_of(st.binary(max_size=60), st.text("v=1&ct0s.%+", max_size=40).map(str.encode)))
def test_own_raises_nothing(value):
    assert OwnConsent().parse(value).granted <= set(Category)
    assert OwnConsent(secret=SECRET).parse(value) == UNREADABLE


def test_own_revision_that_is_missing_is_another_one():
    assert OwnConsent().parse(b"v=1&c=statistics&t=0").revision == ""


@pytest.mark.parametrize("cookie", [b"", b"a=1", b"Cookiegate_consent=v=1&c=statistics&t=0"])
def test_own_without_its_cookie_is_no_signal(read, cookie):
    assert read(cookie) is None


def test_own_of_two_that_differ_the_stricter_counts(read):
    consent = read(b"cookiegate_consent=v=1&c=statistics.marketing&t=9; cookiegate_consent=v=1&c=statistics&t=5")
    assert consent.granted == {"statistics"}
    assert consent.refusal(Category.MARKETING) is Reason.CONSENT_CONFLICT


def test_own_beside_a_broken_one_grants_nothing(read):
    assert not read(b"cookiegate_consent=v=1&c=statistics&t=9; cookiegate_consent=x").granted


def test_own_may_have_another_name(read):
    assert read(b"choice=v=1&c=statistics&t=0", name="choice").granted == {"statistics"}
    assert OwnConsent("choice").cookie_names == ("choice",)


# Signed


def test_own_signed_value_ends_with_its_signature():
    value, _, signature = written_value(OwnConsent(secret=SECRET)).rpartition(b"&s=")
    assert value == written_value(OwnConsent())
    assert len(signature) == 43


def test_own_signed_reads_no_unsigned_value():
    assert OwnConsent(secret=SECRET).parse(written_value(OwnConsent())) == UNREADABLE


def test_own_signed_reads_no_value_of_another_secret():
    assert OwnConsent(secret=SECRET).parse(written_value(OwnConsent(secret=NEWER))) == UNREADABLE


def test_own_unsigned_reads_a_signed_value():
    assert OwnConsent().parse(written_value(OwnConsent(secret=SECRET))).granted == FULL.granted


def test_own_secrets_can_be_rotated():
    old, both, new = OwnConsent(secret=SECRET), OwnConsent(secret=[SECRET, NEWER]), OwnConsent(secret=NEWER)
    assert both.parse(written_value(old)).granted == FULL.granted
    assert new.parse(written_value(both)).granted == FULL.granted
    assert old.parse(written_value(both)) == UNREADABLE


def test_own_signed_tampering_with_any_octet_changes_nothing_that_counts():
    source = OwnConsent(secret=SECRET)
    value = written_value(source)
    for at in range(len(value)):
        for octet in b"a1&=.%~":
            tampered = value[:at] + bytes([octet]) + value[at + 1 :]
            # The last octet of the signature has two bits that mean nothing.
            assert source.parse(tampered) in (UNREADABLE, source.parse(value))
            assert at >= len(value) - 43 or tampered == value or source.parse(tampered) == UNREADABLE


@pytest.mark.parametrize("more", [b"&c=marketing", b"&s=", b"&s=x", b"x"])
def test_own_signed_reads_nothing_that_was_added(more):
    source = OwnConsent(secret=SECRET)
    assert source.parse(written_value(source) + more) == UNREADABLE


def test_own_signed_without_itsdangerous_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "itsdangerous", None)
    with pytest.raises(ConfigError) as caught:
        OwnConsent(secret=SECRET)
    assert caught.value.problems == ("OwnConsent: secret needs itsdangerous; pip install 'cookiegate[signed]'",)


# Configuration


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ({"name": "a b"}, "OwnConsent: name 'a b' is no cookie name; use letters, digits, '-' and '_'"),
        ({"name": ""}, "OwnConsent: name '' is no cookie name; use letters, digits, '-' and '_'"),
        ({"name": "é"}, "OwnConsent: name 'é' is no cookie name; use letters, digits, '-' and '_'"),
        ({"name": "$c"}, "OwnConsent: name '$c' is no cookie name; use letters, digits, '-' and '_'"),
        (
            {"lifetime": "session"},
            "OwnConsent: lifetime 'session' names no number; write one like '400 days', or leave it out",
        ),
        (
            {"lifetime": "soon"},
            ("OwnConsent: lifetime 'soon' is not understood; write a number and a unit like '7 days' or '6 months'"),
        ),
        (
            {"name": "__host-c", "domain": "example.com"},
            "OwnConsent: a __Host- cookie has no domain; take domain away or change the name",
        ),
        ({"domain": "a;b"}, "OwnConsent: domain 'a;b' is no host name; write it like 'example.com'"),
        ({"domain": ""}, "OwnConsent: domain '' is no host name; write it like 'example.com'"),
        ({"domain": "exämple.com"}, "OwnConsent: domain 'exämple.com' is no host name; write it like 'example.com'"),
        ({"secret": "short"}, "OwnConsent: secret is too short, or no text; use at least 16 random characters"),
        ({"secret": ""}, "OwnConsent: secret is too short, or no text; use at least 16 random characters"),
        ({"secret": []}, "OwnConsent: secret is too short, or no text; use at least 16 random characters"),
        ({"secret": [SECRET, "x"]}, "OwnConsent: secret is too short, or no text; use at least 16 random characters"),
        ({"name": 5}, "OwnConsent: name 5 is no cookie name; use letters, digits, '-' and '_'"),
        ({"lifetime": 0}, "OwnConsent: lifetime is 0; use a length from 1 second to 36,500 days"),
        ({"domain": 5}, "OwnConsent: domain 5 is no host name; write it like 'example.com'"),
        ({"secret": 5}, "OwnConsent: secret is too short, or no text; use at least 16 random characters"),
        (
            {"former_domains": "example.com"},
            "OwnConsent: former_domains is 'example.com'; use a list like ['example.com']",
        ),
        (
            {"former_domains": ["a b"]},
            "OwnConsent: former_domains: 'a b' is no host name; write it like 'example.com'",
        ),
        ({"former_names": 5}, "OwnConsent: former_names is 5; use a list like ['__Host-consent']"),
        (
            {"former_names": ["a;b"]},
            "OwnConsent: former_names: 'a;b' is no cookie name; write it like '__Host-consent'",
        ),
        ({"former_partitioned": "yes"}, "OwnConsent: former_partitioned is 'yes'; use true or false"),
        ({"secret": b"x" * 32}, "OwnConsent: secret is too short, or no text; use at least 16 random characters"),
    ],
)
def test_own_complains(settings, complaint):
    with pytest.raises(ConfigError) as caught:
        OwnConsent(**settings)
    assert caught.value.problems == (complaint,)


def test_own_complains_of_everything_at_once():
    with pytest.raises(ConfigError) as caught:
        OwnConsent("a b", lifetime="x", secret="x", domain="-")
    assert len(caught.value.problems) == 4
