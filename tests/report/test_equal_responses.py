"""Responses that differ only in the values of their cookies are counted together, as if each were counted alone."""

import gc
from types import FunctionType, ModuleType
from wsgiref.util import setup_testing_defaults

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cookiegate import Category, Consent, CookieGate, CookieRule, Registry
from cookiegate.decision import counting_key, without_values
from cookiegate.model import NO_CONSENT
from cookiegate.report import Limits
from cookiegate.report.tally import Tally
from cookiegate.wsgi import CookieGateMiddleware

NOW = 1768204800.0  # Mon, 12 Jan 2026 08:00:00 GMT
REGISTRY = Registry(
    [
        CookieRule(name="sid", category=Category.NECESSARY),
        CookieRule(name="stat", category=Category.STATISTICS, lifetime="1 day"),
        CookieRule(name="chat", category=Category.PREFERENCES, mode="report-only"),
        CookieRule(name="ia_mkt_*", category=Category.MARKETING),
    ]
)
NAMES = ["sid", " sid ", "stat", "chat", "ia_mkt_1", "ia_mkt_2", "new", "__Host-sid", "a b", "", "n" * 600]
TAILS = [
    "", ";", "; Path=/", "; Path=/orders/17; Domain=shop.example", "; Max-Age=99999999", "; Max-Age=0",
    "; Expires=Tue, 13 Jan 2026 08:00:00 GMT", "; Secure; HttpOnly; SameSite=None", "; Path=/; Secure; SameSite=Lax",
    "; x=" + "y" * 600,
]  # fmt: skip
USUAL = st.tuples(st.sampled_from(NAMES[:8]), st.sampled_from(["=1", "=2", "= 3 ", "="]), st.sampled_from(TAILS[:9]))
ODD = st.tuples(st.sampled_from(NAMES), st.sampled_from(["", "=", "=\x01", "=" + "v" * 5000]), st.sampled_from(TAILS))
LINES = st.one_of(*[USUAL] * 9, ODD).map("".join)
VISITS = st.fixed_dictionaries(
    {
        "lines": st.lists(LINES, max_size=4),
        "path": st.sampled_from(["/", "/orders/17", "/orders/18"]),
        "status": st.sampled_from(["200 OK", "404 Not Found"]),
        "consent": st.sampled_from(
            [NO_CONSENT, Consent(()), Consent({"statistics"}), Consent({"marketing", "preferences"})]
        ),
        "scheme": st.sampled_from(["https", "https", "http"]),
        "cookie": st.sampled_from(["", "ia_mkt_9=1; stat=2"]),
        "later_s": st.sampled_from([0, 1, 2, 60, 3600, -5, -9, float("nan")]),
    }
)
LIMITS = st.sampled_from([Limits(), Limits(registered=1, unregistered=1, malformed=1, family=1, places=1, setters=2)])


def exchanges_of(visits, mode):
    """Send the visits through a gate, and return what its recorder gets."""
    found = []
    visit = {}
    gate = CookieGate(
        registry=REGISTRY, mode=mode, recorders=[found.append], clock=lambda: NOW,
        consent=lambda head: visit["consent"],
    )  # fmt: skip

    def app(environ, start_response):
        start_response(visit["status"], [("Set-Cookie", line) for line in visit["lines"]])
        return []

    for visit in visits:
        environ = {"wsgi.url_scheme": visit["scheme"], "PATH_INFO": visit["path"], "HTTP_COOKIE": visit["cookie"]}
        setup_testing_defaults(environ)
        CookieGateMiddleware(app, gate)(environ, lambda *_: lambda octets: None)
    return [one._replace(at_s=one.at_s + visit["later_s"]) for one, visit in zip(found, visits, strict=True)]


def counted(exchanges, limits, *, together):
    """Count exchanges, each alone or equal ones together."""
    tally = Tally(limits)
    for exchange in exchanges:
        tally.add(exchange)
        if not together:
            tally.names()  # nothing is held then
    return tally.report()


def octets_of(root):
    """Return all octets that an object holds."""
    found, seen, left = [], set(), [root]
    while left:
        one = left.pop()
        if id(one) not in seen and not isinstance(one, type | ModuleType | FunctionType):
            seen.add(id(one))
            left += gc.get_referents(one)
            found += [one] if isinstance(one, bytes) else []
    return found


@st.composite
def likes(draw):
    """Visits that are alike but for one thing or two."""
    first = draw(VISITS)
    others = [VISITS.map(lambda visit, key=key: first | {key: visit[key]}) for key in first]
    lines = first["lines"]
    for place, line in enumerate(lines):
        another = st.one_of(
            st.sampled_from(TAILS).map(line.partition(";")[0].__add__),
            st.sampled_from(NAMES).map(lambda name, line=line: name + line[line.find("=") :]),
        )
        others.append(
            another.map(lambda other, place=place: first | {"lines": [*lines[:place], other, *lines[place + 1 :]]})
        )
    return [first, *draw(st.lists(st.one_of(*others, st.just(first)), min_size=1, max_size=6))]


@given(likes(), st.sampled_from(["enforce", "report-only"]), LIMITS)
def test_responses_counted_together_are_counted_as_if_each_were_alone(visits, mode, limits):
    found = exchanges_of(visits, mode)
    assert counted(found, limits, together=True) == counted(found, limits, together=False)


PLAIN = {
    "lines": ["stat=1; Path=/", "sid=1"], "path": "/", "status": "200 OK", "consent": NO_CONSENT, "scheme": "https",
    "cookie": "", "later_s": 0,
}  # fmt: skip


@pytest.mark.parametrize(
    "other",
    [
        {"lines": ["stat=1; Path=/x", "sid=1"]},
        {"lines": ["sid=1"]},
        {"lines": ["stat=1; Path=/", "sid=1", "sid=1"]},
        {"lines": ["ia_mkt_1=1; Path=/", "sid=1"]},
        {"lines": ["ia_mkt_2=1; Path=/", "sid=1"]},
        {"lines": ["new=1; Path=/", "sid=1"]},
        {"lines": ["newer=1; Path=/", "sid=1"]},
        {"lines": ["stat; Path=/", "sid=1"]},
        {"path": "/other"},
        {"status": "500 No"},
        {"consent": Consent(())},
        {"consent": Consent({"marketing"})},
        {"consent": Consent({"statistics"})},
        {"scheme": "http"},
        {"cookie": "ia_mkt_9=1"},
        {"later_s": 9},
        {"later_s": -9},
    ],
)
@pytest.mark.parametrize("mode", ["enforce", "report-only"])
@pytest.mark.parametrize("lines", [["stat=1; Path=/", "sid=1"], ["ia_mkt_3=1; Path=/"], ["newest=1; Path=/"]])
def test_responses_that_differ_are_counted_apart(other, mode, lines):
    one = PLAIN | {"lines": lines}
    found = exchanges_of([one, one | other, one, one | other], mode)
    assert counted(found, Limits(), together=True) == counted(found, Limits(), together=False)


@given(st.lists(LINES, max_size=4), st.sampled_from(["enforce", "report-only"]))
def test_decisions_without_values_say_the_same(lines, mode):
    (exchange,) = exchanges_of([PLAIN | {"lines": lines}], mode)
    key = counting_key(exchange.decisions)
    if key is None:
        return
    bare = without_values(exchange.decisions)
    assert counting_key(bare) == key
    for one, other in zip(exchange.decisions, bare, strict=True):
        parts = ("action", "reason", "policy_rule", "name", "category", "registry_rule", "changes", "is_enforced")
        assert [getattr(one, part) for part in parts] == [getattr(other, part) for part in parts]
        assert other.before.partition(b";")[0].partition(b"=")[2] == b""


def test_no_value_is_held():
    lines = ["sid=hidden-1; Path=/", "stat=hidden-2", "sid=hidden-3; Path=/; Secure; SameSite=Lax"]
    tally = Tally(Limits())
    for exchange in exchanges_of([PLAIN | {"lines": lines}], "enforce"):
        tally.add(exchange)
    held = octets_of(tally)
    assert any(one.startswith(b"sid=") for one in held)
    assert not [one for one in held if b"hidden" in one]
