"""Properties of all lines, with any octets, consent, connection and settings."""

import re

from hypothesis import given
from hypothesis import strategies as st

from cookiegate import Action, Category, Consent, CookieRule, Reason, Registry, SameSite, parse_lifetime
from cookiegate.policy import Policy
from cookiegate.wire.dates import format_cookie_date
from cookiegate.wire.set_cookie import parse_set_cookie

NECESSARY, PREFERENCES, STATISTICS, MARKETING = Category
NOW = 1768204800
STRENGTH = {None: 0, SameSite.NONE: 0, SameSite.LAX: 1, SameSite.STRICT: 2}

# Names by category, without `*`, so that the naive code below need not repeat the registry's look-up.
NAMES = {
    "sid": NECESSARY,
    "short": NECESSARY,
    "theme": PREFERENCES,
    "Visitor": STATISTICS,
    "source": MARKETING,
    "pinned": MARKETING,
}
REGISTRY = Registry(
    [
        CookieRule(name="sid", category=NECESSARY, http_only=True, secure=True),
        CookieRule(name="short", category=NECESSARY, lifetime=parse_lifetime("session"), host_only=True),
        CookieRule(name="theme", category=PREFERENCES, secure=False),
        CookieRule(name="Visitor", category=STATISTICS, lifetime=parse_lifetime("7 days")),
        CookieRule(name="source", category=MARKETING),
        CookieRule(name="pinned", category=MARKETING, same_site=SameSite.NONE),
    ]
)

# Lines: arbitrary octets, and the parts of attacks.
_NAMES = st.sampled_from([*NAMES, "unknown", "sidC1", "sourceC2", "ia", ""])
_RECASED = st.builds(lambda name, recase: recase(name), _NAMES, st.sampled_from([str, str.lower, str.upper, str.title]))
_PREFIXES = st.sampled_from([b"", b"", b"", b"__Host-", b"__Secure-", b"__http-", b"__HOST-HTTP-", b"$", b"x ", b'"'])
_JUNK = st.sampled_from(
    [b"", b"", b"", b" ", b"\t", b"\xa0", b"\x85", b"\xc2\xa0", b"\xe2\x80\x80", b"\x1c", b"=", b'"', b","]
)
_NAME_OCTETS = st.builds(
    lambda before, prefix, name, behind: before + prefix + name.encode() + behind, _JUNK, _PREFIXES, _RECASED, _JUNK
)
_VALUES = st.one_of(
    st.sampled_from([b"", b"x", b" x ", b'"x y"', b'{"a": 1}', b"1, source=x", b'"x', b"a\\073b", b"x" * 4090]),
    st.binary(max_size=12),
)
_DATES = st.one_of(
    st.integers(-(10**10), 10**12).map(format_cookie_date),
    st.integers(NOW - 100, NOW + 50_000_000).map(format_cookie_date),
    st.sampled_from(
        [b"Thu, 1 Jan 1970 00:00:00 GMT", b"Thu, 1st Jan 1970 00:00:00 GMT", b"0", b"-1", b"junk", b"1 Jan 99 1:1:1"]
    ),
)
_AGES = st.one_of(
    st.integers(-10, 10**9).map(lambda age: b"%d" % age), st.sampled_from([b"+0", b"+9", b"x", b"", b"-"])
)
_ATTRIBUTES = st.one_of(
    _DATES.map(lambda date: b"Expires=" + date),
    _AGES.map(lambda age: b"Max-Age=" + age),
    st.sampled_from(
        [
            b"Path=/", b"path=/a b", b"Path=x", b"Path=", b"Domain=a.example", b"domain=.A.example", b"Domain=..a",
            b"Domain=. a", b"Domain=.", b"Domain=", b"Secure", b"SECURE=false", b"\xa0Secure", b"HttpOnly",
            b"httponly=0", b"SameSite=None", b"SameSite=lax", b"samesite=STRICT", b"SameSite=x", b"SameSite",
            b"Partitioned", b"Priority=low", b"Priority=x", b"", b"junk=1", b"=x", b"Path=/" + b"a" * 1030,
            b"Domain=." + b"a" * 1023, b"Expires=" + b"0" * 1030, b"Pa\tth=/",
        ]
    ),
    st.binary(max_size=12),
)  # fmt: skip
_PLAIN_NAMES = st.sampled_from([name.encode() for name in NAMES])
MADE_LINES = st.builds(
    lambda name, value, attributes, glue: name + b"=" + value + b"".join(glue + one for one in attributes),
    st.one_of(_PLAIN_NAMES, _PLAIN_NAMES, _NAME_OCTETS),
    _VALUES,
    st.lists(_ATTRIBUTES, max_size=6),
    st.sampled_from([b"; ", b";", b" ;\t", b";;"]),
)
LINES = st.one_of(MADE_LINES, MADE_LINES, _NAME_OCTETS, st.binary(max_size=64))
CONSENTS = st.sets(st.sampled_from([PREFERENCES, STATISTICS, MARKETING])).map(Consent)
POLICIES = st.builds(
    Policy,
    registry=st.just(REGISTRY),
    unregistered=st.sampled_from(["drop", "keep", *Category]),
    refused=st.sampled_from(["drop", "session", "expire"]),
    secure=st.sampled_from(["https", "always", "keep"]),
    same_site_minimum=st.sampled_from(SameSite),
    max_lifetime_s=st.sampled_from([None, 1, 60, 34560000]),
    host_only=st.booleans(),
    strict_values=st.booleans(),
)
NOWS = st.floats(NOW, NOW + 10, allow_nan=False)


def readings(line):
    """Return all names that some parser may read from a line: browsers, and Python's lenient cookie parsers."""
    pair = line.split(b";")[0]
    name, equals, value = pair.partition(b"=")
    raw = [name if equals else pair]
    if not name.strip(b" \t"):  # stored without a name, sent as its bare value
        raw += [value, value.partition(b"=")[0], value.lstrip(b"= \t").partition(b"=")[0]]
    texts = [one.decode(encoding, "replace") for one in raw for encoding in ("latin-1", "utf-8")]
    texts += [one.decode("utf-8", "ignore") for one in raw]
    found = set()
    for text in texts:
        found |= {text, text.strip(), text.strip(" \t"), text.strip(' \t"'), text.lstrip("$ \t")}
        found |= set(re.split(r"[\s\x00-\x1f\x7f\"]+", text))
        found |= set(re.findall(r"[\w!#$%&'*+.^`|~-]+", text, re.ASCII))
    return {name.lower() for name in found}


def naive_categories(line):
    """Return the optional categories of the names that some parser may read from a line."""
    categories = set()
    for name in readings(line):
        bare = re.sub(r"\A__(host-http|host|secure|http)-", "", name)
        for known, category in NAMES.items():
            if category is not NECESSARY and re.fullmatch(re.escape(known.lower()) + r"(c[1-9]\d?)?", bare):
                categories.add(category)
    return categories


def lifetime_s(cookie, now):
    """Return how long a browser keeps a cookie by the standard; infinity is the session."""
    if cookie.max_age_s is not None:
        return cookie.max_age_s
    return cookie.expires_s - now if cookie.expires_s is not None else float("inf")


@given(policy=POLICIES, line=LINES, consent=CONSENTS, is_https=st.booleans(), now=NOWS)
def test_policy_raises_nothing_and_decides(policy, line, consent, is_https, now):
    decision = policy.decide(line, consent, is_https=is_https, now=now)
    assert decision.before == line
    assert (decision.after is None) == (decision.action is Action.DROP)
    assert 1 <= decision.policy_rule <= 8


@given(policy=POLICIES, line=LINES, consent=CONSENTS, is_https=st.booleans(), now=NOWS)
def test_policy_judging_twice_changes_nothing(policy, line, consent, is_https, now):
    after = policy.decide(line, consent, is_https=is_https, now=now).after
    if after is None:
        return
    assert policy.decide(after, consent, is_https=is_https, now=now).after == after


@given(policy=POLICIES, line=LINES, consent=CONSENTS, is_https=st.booleans(), now=NOWS, later_s=st.floats(0, 120))
def test_policy_judging_again_later_changes_nothing_but_what_has_expired(policy, line, consent, is_https, now, later_s):
    after = policy.decide(line, consent, is_https=is_https, now=now).after
    if after is None:
        return
    again = policy.decide(after, consent, is_https=is_https, now=now + later_s)
    if again.reason is Reason.DELETION:
        cookie = parse_set_cookie(after)
        assert lifetime_s(cookie, now + later_s) <= 0
    else:
        assert again.after == after


@given(policy=POLICIES, line=LINES, consent=CONSENTS, is_https=st.booleans())
def test_policy_keep_means_the_same_octets(policy, line, consent, is_https):
    decision = policy.decide(line, consent, is_https=is_https, now=NOW)
    assert (decision.after == line) == (decision.action is Action.KEEP) or decision.action is Action.EXPIRE
    assert bool(decision.changes) == (decision.action in {Action.REWRITE, Action.EXPIRE})


@given(policy=POLICIES, line=LINES, consent=CONSENTS, is_https=st.booleans())
def test_policy_lets_no_value_of_a_refused_category_leave(policy, line, consent, is_https):
    if policy.refused == "session":
        return
    if naive_categories(line) <= consent.granted:
        return
    after = policy.decide(line, consent, is_https=is_https, now=NOW).after
    if after is not None:
        cookie = parse_set_cookie(after)
        assert (cookie.value, cookie.max_age_s, cookie.expires_s) == (b"", 0, 0)


@given(policy=POLICIES, line=LINES, consent=CONSENTS, is_https=st.booleans())
def test_policy_lets_a_refused_category_outlive_no_browser_session(policy, line, consent, is_https):
    if naive_categories(line) <= consent.granted:
        return
    after = policy.decide(line, consent, is_https=is_https, now=NOW).after
    if after is not None:
        cookie = parse_set_cookie(after)
        assert (cookie.max_age_s, cookie.expires_s) in {(None, None), (0, 0)}


@given(line=LINES, consent=CONSENTS, is_https=st.booleans(), unregistered=st.sampled_from(["drop", *Category]))
def test_policy_lets_only_names_leave_that_may(line, consent, is_https, unregistered):
    policy = Policy(registry=REGISTRY, unregistered=unregistered)
    decision = policy.decide(line, consent, is_https=is_https, now=NOW)
    if decision.after is not None and decision.reason is not Reason.DELETION:
        assert decision.category is not None
        assert consent.allows(decision.category)
        assert decision.registry_rule is not None or decision.category == unregistered


@given(
    name=st.sampled_from(["sid", "short", "sidC3"]),
    value=st.text(alphabet="abcXYZ019-._~!%+/=:", max_size=40),
    path=st.sampled_from(["", "; Path=/", "; Path=/shop"]),
    more=st.lists(
        st.sampled_from(["Secure", "HttpOnly", "SameSite=Lax", "Max-Age=3600", "Domain=a.example"]), unique=True
    ),
    policy=POLICIES,
    consent=CONSENTS,
    is_https=st.booleans(),
)
def test_policy_lets_necessary_cookies_of_ordinary_syntax_leave(name, value, path, more, policy, consent, is_https):
    line = f"{name}={value}{path}{''.join('; ' + one for one in more)}".encode()
    after = policy.decide(line, consent, is_https=is_https, now=NOW).after
    assert after.split(b";")[0] == f"{name}={value}".encode()


@given(policy=POLICIES, line=LINES, consent=CONSENTS, is_https=st.booleans(), now=NOWS)
def test_policy_weakens_no_attribute(policy, line, consent, is_https, now):
    decision = policy.decide(line, consent, is_https=is_https, now=now)
    if decision.after is None or decision.reason is Reason.DELETION:
        return
    if decision.action is Action.EXPIRE:
        return
    before, after = parse_set_cookie(line), parse_set_cookie(decision.after)
    assert (after.name, after.value) == (before.name, before.value)
    assert after.secure >= before.secure
    assert after.http_only >= before.http_only
    assert after.partitioned == before.partitioned
    assert lifetime_s(after, now) <= lifetime_s(before, now) or (after.max_age_s, after.expires_s) == (None, None)
    assert after.domain in {before.domain, None} or not before.domain
    assert (after.path or None) == (before.path or None)
    is_pinned = decision.registry_rule is not None and decision.registry_rule.same_site is not None
    assert after.same_site is not None
    assert is_pinned or STRENGTH[after.same_site] >= STRENGTH[before.same_site]
    assert is_pinned or STRENGTH[after.same_site] >= STRENGTH[policy.same_site_minimum]
    assert after.secure or (after.same_site is not SameSite.NONE and not after.partitioned)


@given(policy=POLICIES, line=LINES, consent=CONSENTS, is_https=st.booleans(), now=NOWS)
def test_policy_holds_every_promise_of_lifetime(policy, line, consent, is_https, now):
    decision = policy.decide(line, consent, is_https=is_https, now=now)
    if decision.after is None:
        return
    cookie = parse_set_cookie(decision.after)
    promised = decision.registry_rule.lifetime if decision.registry_rule is not None else None
    limits = [limit for limit in (policy.max_lifetime_s, promised and promised.max_age_s) if limit is not None]
    for limit_s in limits:
        assert cookie.max_age_s is None or cookie.max_age_s <= limit_s
        assert cookie.expires_s is None or cookie.expires_s <= now + limit_s
    if promised is not None and promised.is_session:
        assert (cookie.max_age_s, cookie.expires_s) in {(None, None), (0, 0)}


@given(policy=POLICIES, line=LINES, consent=CONSENTS, is_https=st.booleans())
def test_policy_leaves_only_lines_that_every_browser_reads_alike(policy, line, consent, is_https):
    after = policy.decide(line, consent, is_https=is_https, now=NOW).after
    if after is None:
        return
    cookie = parse_set_cookie(after)
    keys = [key for key, _ in cookie.attributes]
    assert len(keys) == len(set(keys))
    assert set(keys) <= {
        b"expires", b"max-age", b"domain", b"path", b"secure", b"httponly", b"samesite", b"partitioned", b"priority",
    }  # fmt: skip
    assert b"\t" not in after.strip(b"\t") or not re.search(rb"[^\s;=]\t+[^\s;=]", after)


@given(policy=POLICIES, line=LINES, consent=CONSENTS, is_https=st.booleans())
def test_policy_has_no_value_in_its_changes(policy, line, consent, is_https):
    decision = policy.decide(line, consent, is_https=is_https, now=NOW)
    words = (
        r"(Secure|HttpOnly|SameSite=(Strict|Lax|None)) (added|set)|Domain removed|lifetime cut to ([\d,]+ \w+( |$))+|"
        r"lifetime cut to the browser session|deletion rewritten|ambiguous attributes rewritten"
    )
    assert all(re.fullmatch(words, change) for change in decision.changes)
