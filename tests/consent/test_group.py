"""Several cookies read together."""

from hypothesis import given
from hypothesis import strategies as st

from cookiegate.consent.group import CookieGroup, Pairs, prefixed_pairs
from cookiegate.model import Consent, Reason, RequestHead
from cookiegate.wire.cookie import MAX_COOKIE_OCTETS, cookie_pairs


def test_prefixed_pairs_are_found_at_the_start_of_a_piece_only() -> None:
    header = b"ab=1; xa_b=2; a_b=3;a_c = 4 ; a_=5; a_d; z=a_e=6"
    assert prefixed_pairs(header, b"a_") == [b"a_b=3", b"a_c=4"]


def test_prefixed_pairs_leave_a_header_that_is_too_long_unread() -> None:
    assert prefixed_pairs(b"a_b=1;" + b"x" * MAX_COOKIE_OCTETS, b"a_") == []


@given(st.binary().map(lambda octets: octets.replace(b"x", b"a_")) | st.text("a_=; x").map(str.encode))
def test_prefixed_pairs_are_those_of_all_pairs(header: bytes) -> None:
    expected = [name + b"=" + value for name, value in cookie_pairs(header) if name.startswith(b"a_") and len(name) > 2]
    assert prefixed_pairs(header, b"a_") == expected


def test_group_reads_the_same_cookies_once() -> None:
    seen: list[Pairs] = []

    def parse(pairs: Pairs) -> Consent | None:
        seen.append(pairs)
        return None

    group = CookieGroup(["one", "two_*"], parse, source="test")
    for other in ("1", "2"):
        assert group(RequestHead(cookie=f"two_b=2; other={other}; one=1".encode())) is None
    assert seen == [[("one", b"1"), ("two_b", b"2")]]


def test_group_with_a_value_that_is_too_long_is_unreadable() -> None:
    group = CookieGroup(["one"], lambda pairs: Consent(()), source="test")
    unreadable = Consent.none(Reason.CONSENT_UNREADABLE, source="test")
    assert group(RequestHead(cookie=b"one=1; one=" + b"0" * 8193)) == unreadable


def test_group_says_in_words_why_it_can_not_be_read() -> None:
    def refuse_zero(pairs: Pairs) -> Consent | None:
        if ("one", b"0") in pairs:
            raise ValueError("a zero")
        return None

    group = CookieGroup(["one"], refuse_zero, source="test")
    assert group.problem(RequestHead(cookie=b"one=0")) == "a zero"
    assert group.problem(RequestHead(cookie=b"one=1")) is None
    assert group.problem(RequestHead(cookie=b"two=1")) is None
    assert group.problem(RequestHead(cookie=b"one=" + b"1" * 8193)) == "longer than 8192 octets"
