"""The lifetime on which browsers can't disagree: the shortest that any of them reads."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cookiegate.wire.readings import with_shortest_lifetime
from cookiegate.wire.set_cookie import parse_set_cookie

NOW = 1768204800.0  # 2026-01-12 08:00:00
NEXT_YEAR = 1798761600  # 2027-01-01
FAR = b"Expires=Fri, 01 Jan 2027 00:00:00 GMT"
PAST = b"Expires=Thu, 01 Jan 1970 00:00:00 GMT"
SESSION, DELETED = (None, None), (0, None)


def lifetime(attributes):
    cookie = with_shortest_lifetime(parse_set_cookie(b"a=1; " + attributes), NOW)
    return cookie.max_age_s, cookie.expires_s


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        # what all read alike is left as it is
        (b"Path=/", SESSION),
        (b"Max-Age=60", (60, None)),
        (FAR, (None, NEXT_YEAR)),
        (b"Max-Age=60; " + FAR, (60, NEXT_YEAR)),
        (b"Max-Age=60; " + PAST, (60, 0)),
        (b"Max-Age=0; " + FAR, (0, NEXT_YEAR)),
        (b"Max-Age=60; x", (60, None)),
        (FAR + b"; x=y", (None, NEXT_YEAR)),
        (b"Max-Age=60; Max-Age=60", (60, None)),
        (b"Expires=01 Jan 2027 00:00:00", (None, NEXT_YEAR)),
        (b"Expires=junk", SESSION),
        (b"Max-Age=x", SESSION),
        # the shorter of two
        (b"Max-Age=+5; " + FAR, (5, None)),
        (b"Max-Age=+99999999; " + FAR, (None, NEXT_YEAR)),
        (b"Max-Age=90; Max-Age=60", (60, None)),
        (b"Expires=Fri, 01 Jan 2027 00:00:00 +0100", (None, NEXT_YEAR - 3600)),
        (b"Expires=Fri, 01 Jan 2027 00:00:00 -0100", (None, NEXT_YEAR)),
        # a session is shorter than any date
        (FAR + b"; Expires=foo", SESSION),
        (b"Max-Age=60; Max-Age=x", SESSION),
        (b"Max-Age=+60", SESSION),
        (b"Max-Age=99999999999999999999x; " + FAR, (None, NEXT_YEAR)),
        (b"Expires=12 Jan 10000 00:00:00", SESSION),
        (b"Expires=1/13/2027", SESSION),
        (b"Expires=Sun, 31 Feb 2027 00:00:00 GMT", SESSION),
        # a deletion for one is a deletion
        (b"Max-Age=+0; " + FAR, DELETED),
        (b"Max-Age=-x; " + FAR, DELETED),
        (b"Max-Age=0; Max-Age=x", DELETED),
        (b"Max-Age=x; Max-Age=0", DELETED),
        (PAST + b"; Expires=foo", DELETED),
        (FAR + b"; Expires=1/1/70", DELETED),
        (b"Expires=Thu, 01 Jan 1600 00:00:00 GMT", DELETED),
        (b"Expires=Mon, 12 Jan 2026 12:00:00 +0900", DELETED),
        (b"Expires=Mon, 12 Jan 2026 08:00 GMT", DELETED),
        # an attribute that is too long is skipped by all
        (b"Max-Age=60; Max-Age=" + b"0" * 1025, (60, None)),
        (FAR + b"; Expires=" + b"x" * 1025, (None, NEXT_YEAR)),
        (b"Max-Age=" + b"9" * 1000 + b"x", SESSION),
        (b"Max-Age=+" + b"9" * 1000 + b"; " + FAR, (None, NEXT_YEAR)),
    ],
)
def test_lifetime_is_the_shortest(attributes, expected):
    assert lifetime(attributes) == expected


def test_expires_that_is_expired_now_is_a_deletion_and_a_second_later_is_none():
    assert lifetime(b"Expires=12 Jan 2026 08:00:00 GMT+0000x") == (None, 1768204800)  # all agree; the policy sees it
    assert lifetime(b"Expires=Mon, 12 Jan 2026 09:00:00 +0100") == DELETED
    assert lifetime(b"Expires=Mon, 12 Jan 2026 09:00:01 +0100") == (None, 1768204801)


ATTRIBUTES = st.lists(
    st.sampled_from([b"Max-Age=", b"Expires="]).flatmap(
        lambda name: st.one_of(
            st.sampled_from(
                [b"0", b"+0", b"-x", b"60", b"+60", b"x", b"", FAR[8:], PAST[8:], b"1/1/1970", b"1/1/2030"]
            ),
            st.binary(max_size=12),
        ).map(name.__add__)
    ),
    max_size=4,
).map(b"; ".join)


@given(ATTRIBUTES)
@example(b"")
def test_answer_is_never_longer_and_is_the_same_when_it_is_asked_again(attributes):
    cookie = parse_set_cookie(b"a=1; " + attributes)
    if cookie is None:
        return
    found = with_shortest_lifetime(cookie, NOW)
    assert with_shortest_lifetime(found, NOW) == found
    left = [None if each == SESSION else each[0] if each[0] is not None else each[1] - NOW
            for each in ((cookie.max_age_s, cookie.expires_s), (found.max_age_s, found.expires_s))]  # fmt: skip
    assert left[1] is None or left[1] <= 0 or left[0] is None or left[1] <= left[0]
