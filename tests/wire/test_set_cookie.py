"""One Set-Cookie line: what is understood, what every browser reads alike, and what is written."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cookiegate.model import SameSite, SetCookie
from cookiegate.wire.set_cookie import (
    MAX_ATTRIBUTE_OCTETS,
    MAX_PAIR_OCTETS,
    delete,
    deletion,
    parse_set_cookie,
    split_pair,
    tail,
    write_set_cookie,
)

EPOCH = b"Thu, 01 Jan 1970 00:00:00 GMT"
FUTURE = b"Thu, 01 Jan 2099 00:00:00 GMT"
FUTURE_S = 4070908800


def read(line):
    cookie = parse_set_cookie(line)
    assert cookie is not None
    return cookie


def pair(line):
    cookie = read(line)
    return cookie.name, cookie.value


def is_unambiguous(line):
    return read(line).is_unambiguous


# Split


def test_split_cuts_at_the_first_equals_sign_and_the_first_semicolon():
    assert split_pair(b" a = b=c ; d=e; f") == (b" a ", b"=", b" b=c ", b"; d=e; f")


def test_split_without_equals_sign_has_no_name():
    assert split_pair(b"token; Path=/") == (b"", b"", b"token", b"; Path=/")


def test_split_takes_no_equals_sign_from_the_attributes():
    assert split_pair(b"a;b=c") == (b"", b"", b"a", b";b=c")


@given(st.binary())
def test_split_joined_again_is_the_line(line):
    assert b"".join(split_pair(line)) == line


# Name and value


def test_parse_reads_name_and_value():
    assert read(b"ia=x") == SetCookie(b"ia", b"x")


@pytest.mark.parametrize("line", [b" ia = x", b"\tia\t=\tx\t", b"ia=x ; Path=/"])
def test_parse_trims_space_and_tab(line):
    assert pair(line) == (b"ia", b"x")


@pytest.mark.parametrize("octet", [b"\xa0", b"\x85", b"\xe2\x80\x80", b"\xef\xbb\xbf"])
def test_parse_trims_nothing_else(octet):
    assert pair(octet + b"ia" + octet + b"=" + octet) == (octet + b"ia" + octet, octet)


def test_parse_takes_a_pair_without_equals_sign_for_the_value():
    assert pair(b"ia") == (b"", b"ia")


def test_parse_takes_what_follows_a_leading_equals_sign_for_the_value():
    assert pair(b"=ia=x") == (b"", b"ia=x")


def test_parse_takes_a_second_leading_equals_sign_into_the_value():
    assert pair(b"==ia=x") == (b"", b"=ia=x")


def test_parse_ends_a_nameless_value_at_the_semicolon():
    assert pair(b"=x; ia=y") == (b"", b"x")


def test_parse_splits_no_line_at_a_comma():
    assert pair(b"ok=1, ia=x") == (b"ok", b"1, ia=x")


@pytest.mark.parametrize("name", [b'"ia"', b"ia%5Fx", b"IA", b"$ia", b"a b"])
def test_parse_keeps_the_name_as_it_is(name):
    assert pair(name + b"=x") == (name, b"x")


def test_parse_unquotes_nothing():
    assert pair(b'a="\\073b"') == (b"a", b'"\\073b"')


def test_parse_ends_a_quoted_value_at_the_semicolon():
    assert pair(b'a="b;c"') == (b"a", b'"b')


def test_parse_returns_a_line_without_name_and_value():
    assert pair(b" = ; Path=/") == (b"", b"")


def test_parse_returns_an_empty_line():
    assert read(b"") == SetCookie(b"", b"")


@pytest.mark.parametrize("octet", [*range(0x09), *range(0x0A, 0x20), 0x7F])
@pytest.mark.parametrize("line", [b"a%cb=x", b"a=x%cy", b"a=x; Path=/%c", b"a=x; Sec%cure", b"a=x%c", b"%ca=x"])
def test_parse_ignores_a_line_with_a_control_octet(line, octet):
    assert parse_set_cookie(line % octet) is None


def test_parse_keeps_an_inner_tab_as_the_standard_does():
    assert pair(b"a\tb=c\td") == (b"a\tb", b"c\td")


def test_parse_reads_a_pair_of_4096_octets():
    assert pair(b" a = %b " % (b"x" * (MAX_PAIR_OCTETS - 1))) == (b"a", b"x" * 4095)


def test_parse_ignores_a_pair_of_4097_octets():
    assert parse_set_cookie(b"a=" + b"x" * MAX_PAIR_OCTETS) is None


def test_parse_ignores_a_nameless_value_of_4097_octets():
    assert parse_set_cookie(b"x" * (MAX_PAIR_OCTETS + 1)) is None


# Attributes: what is understood


@pytest.mark.parametrize("text", [b"0", b"00", b"-0", b" 0", b"-0000"])
def test_max_age_of_zero_is_zero(text):
    assert read(b"a=; Max-Age=" + text).max_age_s == 0


@pytest.mark.parametrize(("text", "seconds"), [(b"60", 60), (b"007", 7), (b"-1", -1), (b"-020", -20)])
def test_max_age_is_the_number(text, seconds):
    assert read(b"a=; max-AGE=" + text).max_age_s == seconds


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"-",
        b"--1",
        b"-x",  # Firefox takes it as expired
        b"+0",  # Chromium takes it as a number
        b"+31536000",
        b'"0"',
        b'"60"',
        b"0x",
        b"0x0",
        b"0.5",
        b"1 0",
        b"1\t0",
        b"50,399",
        b"1_0",  # int() reads ten
        b"\xb2",  # str.isdigit() is true
        "٣".encode(),
        b"1e3",
        b"\xa01",
    ],
)
def test_max_age_is_ignored_and_ambiguous(text):
    cookie = read(b"a=; Max-Age=" + text)
    assert (cookie.max_age_s, cookie.is_unambiguous) == (None, False)


def test_max_age_of_a_thousand_digits_is_longer_than_any_limit():
    assert read(b"a=; Max-Age=" + b"9" * MAX_ATTRIBUTE_OCTETS).max_age_s == 10**18 - 1


def test_max_age_of_a_thousand_digits_below_zero_deletes():
    assert read(b"a=; Max-Age=-" + b"9" * (MAX_ATTRIBUTE_OCTETS - 1)).max_age_s == 1 - 10**18


def test_max_age_of_a_thousand_zeros_and_a_digit_is_the_digit():
    assert read(b"a=; Max-Age=" + b"0" * (MAX_ATTRIBUTE_OCTETS - 1) + b"7").max_age_s == 7


def test_max_age_of_1025_octets_is_skipped():
    assert read(b"a=; Max-Age=60; Max-Age=" + b"0" * (MAX_ATTRIBUTE_OCTETS + 1)).max_age_s == 60


def test_max_age_is_the_last_that_is_a_number():
    assert read(b"a=; Max-Age=1; Max-Age=2; Max-Age=x").max_age_s == 2


@pytest.mark.parametrize(
    "line",
    [
        b"t=x; Max-Age=0; Max-Age=x",  # Chromium and Firefox store it
        b"t=x; Max-Age=0; Max-Age=99999",
        b"t=x; Max-Age=99999; Max-Age=0",
        b"t=x; Expires=%b; Expires=junk" % EPOCH,  # Chromium and Firefox store it
        b"t=x; Expires=%b; Expires=%b" % (EPOCH, EPOCH),
        b"t=x; Path=/; Path=x",
        b"t=x; Path=/; path=/",
        b"t=x; Domain=a.example; Domain=",
        b"t=x; Secure; Secure",
        b"t=x; HttpOnly; httponly",
        b"t=x; Partitioned; Partitioned",
        b"t=x; SameSite=Strict; SameSite=None",
        b"t=x; SameSite=None; SameSite=bogus",
        b"t=x; Priority=Low; Priority=High",
    ],
)
def test_repeated_attribute_is_ambiguous(line):
    assert not is_unambiguous(line)


def test_expires_is_the_date():
    assert read(b"a=; EXPIRES=" + FUTURE).expires_s == FUTURE_S


@pytest.mark.parametrize("text", [b"", b"0", b"-1", b"junk", b"1 Jan 1970 24:00:00", b"Thu, 01 Jan 1970"])
def test_expires_that_is_no_date_is_ignored_and_ambiguous(text):
    cookie = read(b"a=; Expires=" + text)
    assert (cookie.expires_s, cookie.is_unambiguous) == (None, False)


@pytest.mark.parametrize(
    "text",
    [
        b"Thu, 1st Jan 1970 00:00:00 GMT",  # Chromium: a session cookie
        b"Thu, 01 Jan 1970 00:00:00 +0900",  # Firefox honours the zone
        b"Thu, 01 Jan 0070 00:00:00 GMT",
        b"Thu Jan  1 00:00:00 1970",
        b"1 Jan 1970 00:00:00",
        b'"Thu, 01 Jan 1970 00:00:00 GMT"',
    ],
)
def test_expires_that_is_not_plain_is_read_and_ambiguous(text):
    cookie = read(b"a=; Expires=" + text)
    assert (cookie.expires_s, cookie.is_unambiguous) == (0, False)


@pytest.mark.parametrize("text", [b"Thu, 12-Aug-31841 20:49:07 GMT", b"Sat, 01 Jan 1600 00:00:00 GMT"])
def test_expires_that_only_chromium_reads_is_ambiguous(text):
    cookie = read(b"a=; Expires=" + text)
    assert (cookie.expires_s, cookie.is_unambiguous) == (None, False)


def test_expires_plain_but_of_no_such_day_is_ignored_and_ambiguous():
    cookie = read(b"a=; Expires=Sat, 30 Feb 2030 00:00:00 GMT")
    assert (cookie.expires_s, cookie.is_unambiguous) == (None, False)


def test_expires_is_the_last_that_is_a_date():
    assert read(b"a=; Expires=%b; Expires=%b; Expires=junk" % (EPOCH, FUTURE)).expires_s == FUTURE_S


def test_expires_of_1025_octets_is_skipped():
    assert read(b"a=; Expires=%b; Expires=%b" % (EPOCH, b"x" * (MAX_ATTRIBUTE_OCTETS + 1))).expires_s == 0


@pytest.mark.parametrize("line", [b"a=; Expires=%b; Max-Age=1000", b"a=; Max-Age=1000; Expires=%b"])
def test_expires_and_max_age_are_read_in_any_order(line):
    cookie = read(line % EPOCH)
    assert (cookie.expires_s, cookie.max_age_s, cookie.is_unambiguous) == (0, 1000, True)


@pytest.mark.parametrize(
    ("text", "domain"),
    [
        (b"example.com", b"example.com"),
        (b".Example.COM", b"example.com"),
        (b"..x", b".x"),
        (b". x", b" x"),
        (b"x.", b"x."),
        (b"", b""),
        (b".", b""),
        (b"\xc3\x84.example", b"\xc3\x84.example"),
    ],
)
def test_domain_is_lower_case_without_one_leading_dot(text, domain):
    assert read(b"a=; Domain=" + text).domain == domain


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b".",
        b"..x",
        b". x",
        b"x.",
        b"a b",
        b'"x"',
        b"x:80",
        b"x/",
        b"\xc3\x84.example",
        b"%61.example",
        b"-",
        b"a_b",
    ],
)
def test_domain_that_is_no_plain_host_is_ambiguous(text):
    assert not is_unambiguous(b"a=; Domain=" + text)


@pytest.mark.parametrize("text", [b"example.com", b".example.com", b"a", b"xn--4ca.example", b"127.0.0.1"])
def test_domain_that_is_a_plain_host_is_unambiguous(text):
    assert is_unambiguous(b"a=; Domain=" + text)


def test_domain_is_the_last():
    assert read(b"a=; Domain=a.example; Domain=").domain == b""


def test_path_is_taken_as_it_is():
    assert read(b"a=; PATH= /A%20b?c#d ").path == b"/A%20b?c#d"


@pytest.mark.parametrize("text", [b"", b"other", b'"/"', b"\\"])
def test_path_that_does_not_start_with_a_slash_is_the_default_path_and_ambiguous(text):
    cookie = read(b"a=; Path=" + text)
    assert (cookie.path, cookie.is_unambiguous) == (b"", False)


def test_path_is_the_last_even_if_it_is_the_default_path():
    assert read(b"a=; Path=/; Path=x").path == b""


def test_path_of_1024_octets_is_read():
    assert read(b"a=; Path=/" + b"x" * 1023).path == b"/" + b"x" * 1023


def test_path_of_1025_octets_is_skipped_and_ambiguous():
    cookie = read(b"a=; Path=/x; Path=/" + b"x" * MAX_ATTRIBUTE_OCTETS)
    assert (cookie.path, cookie.is_unambiguous) == (b"/x", False)


def test_path_of_1025_octets_alone_is_ambiguous():
    assert not is_unambiguous(b"a=; Path=/" + b"x" * MAX_ATTRIBUTE_OCTETS)


def test_path_with_an_inner_tab_is_ambiguous():
    assert not is_unambiguous(b"a=; Path=/b\tc")


@pytest.mark.parametrize(
    "text", [b"Secure", b"secure", b"SECURE", b"\tSecure ", b"Secure=", b"Secure=false", b"Secure =0"]
)
def test_secure_is_its_name_alone(text):
    assert read(b"a=; " + text).secure


@pytest.mark.parametrize(
    "text",
    [
        b'"Secure"',
        b"Secure junk",
        b"=Secure",
        b"\xa0Secure",
        b"Sec\ture",
        b"\xc5\xbfecure",  # U+017F: casefold() makes it `secure`
        b"Secure:",
        b"__Secure",
    ],
)
def test_secure_is_no_other_name(text):
    cookie = read(b"a=; " + text)
    assert (cookie.secure, cookie.is_unambiguous) == (False, False)


@pytest.mark.parametrize("text", [b"HttpOnly", b"httponly=0"])
def test_http_only_is_its_name_alone(text):
    assert read(b"a=; " + text).http_only


@pytest.mark.parametrize("text", [b"Partitioned", b"PARTITIONED=no"])
def test_partitioned_is_its_name_alone(text):
    assert read(b"a=; " + text).partitioned


@pytest.mark.parametrize("text", [b"Secure", b"HttpOnly", b"Partitioned", b"SECURE="])
def test_flag_without_value_is_unambiguous(text):
    assert is_unambiguous(b"a=; " + text)


@pytest.mark.parametrize("text", [b"Secure=false", b"HttpOnly=0", b"Partitioned=no", b"Secure=Secure"])
def test_flag_with_a_value_is_ambiguous(text):
    assert not is_unambiguous(b"a=; " + text)


@pytest.mark.parametrize(
    ("text", "same_site"),
    [(b"Strict", SameSite.STRICT), (b"lAX", SameSite.LAX), (b"none", SameSite.NONE), (b" None ", SameSite.NONE)],
)
def test_same_site_is_one_of_three(text, same_site):
    cookie = read(b"a=; SameSite=" + text)
    assert (cookie.same_site, cookie.is_unambiguous) == (same_site, True)


@pytest.mark.parametrize("text", [b"", b"bogus", b'"Strict"', b"Strict\xa0", b"No\tne", "\u212a".encode()])
def test_same_site_that_is_none_of_three_is_no_value_and_ambiguous(text):
    cookie = read(b"a=; SameSite=" + text)
    assert (cookie.same_site, cookie.is_unambiguous) == (None, False)


def test_same_site_that_is_bogus_takes_the_one_before_away():
    assert read(b"a=; SameSite=Strict; SameSite=bogus").same_site is None


def test_same_site_is_the_last():
    assert read(b"a=; SameSite=Strict; SameSite=None").same_site is SameSite.NONE


def test_same_site_of_1025_octets_is_skipped():
    assert read(b"a=; SameSite=Lax; SameSite=" + b"x" * (MAX_ATTRIBUTE_OCTETS + 1)).same_site is SameSite.LAX


@pytest.mark.parametrize(("text", "priority"), [(b"low", b"Low"), (b"MEDIUM", b"Medium"), (b"High", b"High")])
def test_priority_is_one_of_three(text, priority):
    cookie = read(b"a=; Priority=" + text)
    assert (cookie.priority, cookie.is_unambiguous) == (priority, True)


@pytest.mark.parametrize("text", [b"", b"urgent"])
def test_priority_that_is_none_of_three_is_no_value_and_ambiguous(text):
    cookie = read(b"a=; Priority=" + text)
    assert (cookie.priority, cookie.is_unambiguous) == (None, False)


@pytest.mark.parametrize("text", [b"Version=1", b"Comment=x", b"MaxAge=10", b"Max_Age=0", b"Max-Age:0", b"foo", b"=x"])
def test_attribute_that_is_unknown_is_ambiguous(text):
    assert not is_unambiguous(b"a=; " + text)


def test_attribute_of_1025_octets_is_ambiguous():
    assert not is_unambiguous(b"a=; Secure=" + b"x" * (MAX_ATTRIBUTE_OCTETS + 1))


def test_flag_with_a_value_of_1025_octets_is_skipped():
    assert not read(b"a=; Secure=" + b"x" * (MAX_ATTRIBUTE_OCTETS + 1)).secure


def test_attributes_are_listed_as_they_came():
    line = b"a=; PATH = /x ;; Foo ; =b; max-age=" + b"1" * 1025
    assert read(line).attributes == ((b"path", b"/x"), (b"foo", b""), (b"", b"b"), (b"max-age", b"1" * 1025))


@pytest.mark.parametrize("line", [b"a=;", b"a=;;; ;\t;=", b"a="])
def test_attributes_that_are_empty_mean_nothing(line):
    assert read(line) == SetCookie(b"a", b"")


def test_attributes_behind_two_thousand_semicolons_are_read():
    assert read(b"a=" + b";" * 2000 + b"Secure").secure


@pytest.mark.parametrize("line", [b" a=x", b"a =x; Path=/", b"\ta=x", b" =x"])
def test_name_with_white_space_around_is_ambiguous(line):
    assert not is_unambiguous(line)


@pytest.mark.parametrize("line", [b"a= x ", b"a=x ; Path=/", b'a="b c, d"', b"a=\xc3\xa9"])
def test_value_makes_nothing_ambiguous(line):
    assert is_unambiguous(line)


def test_line_with_each_attribute_once_is_unambiguous():
    line = (
        b"a=b; Expires=%b; Max-Age=60; Domain=example.com; Path=/; Secure; HttpOnly; SameSite=Lax; Partitioned; "
        b"Priority=High"
    ) % FUTURE
    assert is_unambiguous(line)


# Write


def test_write_writes_each_attribute_in_one_order():
    cookie = SetCookie(
        b"a", b"b", FUTURE_S, 60, b"example.com", b"/x", True, True, SameSite.NONE, partitioned=True, priority=b"Low"
    )
    assert write_set_cookie(cookie) == (
        b"a=b; Expires=Thu, 01 Jan 2099 00:00:00 GMT; Max-Age=60; Domain=example.com; Path=/x; Secure; HttpOnly; "
        b"SameSite=None; Partitioned; Priority=Low"
    )


def test_write_writes_what_was_understood():
    line = b" a = b ; samesite=lax; MAX-AGE=007; Max-Age=x; secure=no; foo; path=/"
    assert write_set_cookie(read(line)) == b"a=b; Max-Age=7; Path=/; Secure; SameSite=Lax"


def test_write_writes_a_date_before_the_epoch():
    assert write_set_cookie(SetCookie(b"a", b"", -1)) == b"a=; Expires=Wed, 31 Dec 1969 23:59:59 GMT"


def test_write_writes_no_attributes_where_there_are_none():
    assert write_set_cookie(SetCookie(b"a", b"b")) == b"a=b"


def test_write_writes_a_nameless_cookie_nameless():
    assert write_set_cookie(read(b"a")) == b"=a"


@pytest.mark.parametrize("line", [b"a=; Domain=", b"a=; Path=", b"a=; Path=x"])
def test_write_leaves_out_an_empty_domain_and_an_empty_path(line):
    assert write_set_cookie(read(line)) == b"a="


@pytest.mark.parametrize("text", [b"..example.com", b". example.com", b".\texample.com", b"...example.com"])
def test_write_widens_no_domain_that_browsers_refuse(text):
    assert write_set_cookie(read(b"a=; Domain=" + text)) == b"a=; Domain=" + text


def test_tail_starts_with_a_semicolon():
    assert tail(SetCookie(b"a", b"b", path=b"/", secure=True)) == b"; Path=/; Secure"


def test_tail_of_no_attributes_is_empty():
    assert tail(SetCookie(b"a", b"b")) == b""


# Delete


def test_delete_blanks_the_value_and_expires_by_both_clocks():
    assert write_set_cookie(delete(read(b"a=secret; Max-Age=60"))) == b"a=; Expires=%b; Max-Age=0" % EPOCH


def test_delete_stays_in_the_same_place():
    line = b"a=x; Domain=example.com; Path=/x; Secure; HttpOnly; Partitioned"
    assert tail(delete(read(line))) == (
        b"; Expires=%b; Max-Age=0; Domain=example.com; Path=/x; Secure; HttpOnly; Partitioned" % EPOCH
    )


def test_delete_keeps_same_site_none_with_secure():
    assert delete(read(b"a=x; SameSite=None; Secure")).same_site is SameSite.NONE


@pytest.mark.parametrize(
    ("text", "same_site"),
    [
        (b"SameSite=None", None),
        (b"SameSite=Lax; Secure", SameSite.LAX),
        (b"SameSite=Strict", SameSite.STRICT),
        (b"SameSite=x", None),
    ],
)
def test_delete_keeps_the_same_site_that_reaches_the_cookie(text, same_site):
    assert delete(read(b"a=x; " + text)).same_site is same_site


def test_delete_takes_the_priority_away():
    assert delete(read(b"a=x; Priority=High")).priority is None


def test_delete_is_unambiguous_whatever_the_line_was():
    cookie = delete(read(b"a=x; foo; Secure=no"))
    assert (cookie.is_unambiguous, cookie.attributes) == (True, ())


@pytest.mark.parametrize("line", [b"a=x", b"a=x; Path=/; Secure", b"a=x; Max-Age=5", b"a=x; Domain=www.example.com"])
def test_delete_reaches_the_cookie(line, new_jar):
    jar = new_jar()
    jar.store(line, "https://www.example.com/", 0)
    jar.store(write_set_cookie(delete(read(line))), "https://www.example.com/", 0)
    assert jar.kept == {}


def test_deletion_is_the_whole_line():
    line = deletion(b"ia", domain=None, path=b"/", secure=False, partitioned=False)
    assert line == b"ia=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0; Path=/"


def test_deletion_says_the_place():
    line = deletion(b"ia", domain=b"example.com", path=b"/x", secure=True, partitioned=True)
    assert line == b"ia=; Expires=%b; Max-Age=0; Domain=example.com; Path=/x; Secure; Partitioned" % EPOCH


def test_deletion_takes_a_domain_as_people_write_it():
    line = deletion(b"ia", domain=b".Example.com", path=b"/", secure=False, partitioned=False)
    assert line == b"ia=; Expires=%b; Max-Age=0; Domain=example.com; Path=/" % EPOCH


@pytest.mark.parametrize("name", [b"__Http-ia", b"__HTTP-ia", b"__Host-Http-ia", b"__host-http-ia"])
def test_deletion_of_an_http_name_is_http_only(name):
    assert read(deletion(name, domain=None, path=b"/", secure=True, partitioned=False)).http_only


@pytest.mark.parametrize("name", [b"__Host-ia", b"__Secure-ia", b"__Httpia", b"ia"])
def test_deletion_of_another_name_is_not_http_only(name):
    assert not read(deletion(name, domain=None, path=b"/", secure=True, partitioned=False)).http_only


# Any octets

ATTRIBUTES = st.sampled_from(
    b"""Max-Age=0|Max-Age=-5|Max-Age=x|max-age=60|Expires=Thu, 01 Jan 1970 00:00:00 GMT|expires=1|Expires=1 Feb 69 1:2:3
    |Expires=Thu, 01-Jan-2099 00:00:00 GMT|Domain=|Domain=..a.b|Domain=. a|domain=.A.b|Path|Path=/|Path=x|path=/a b
    |Secure|secure=0|HttpOnly|SameSite=None|SameSite=LAX|samesite=x|Partitioned|Priority=low|Priority=x|foo=bar|=|""".replace(
        b"\n", b""
    ).split(b"|")
) | st.sampled_from([b"path=/a\tb", b"Path=/" + b"x" * MAX_ATTRIBUTE_OCTETS])
PAIRS = st.sampled_from([b"a=b", b" a\t= b ", b"", b"=", b"a", b"=a=b", b'a="b c"', b"__Host-a=b", b"\xa0a=\xff"])
LINES = st.builds(lambda pair, *rest: b";".join([pair, *rest]), PAIRS, *[ATTRIBUTES] * 4) | st.binary()


def meaning(cookie):
    """What a browser that follows the standard acts on: an empty Domain is none, an empty Path the default path."""
    return (
        cookie.name, cookie.value, cookie.expires_s, cookie.max_age_s, cookie.domain or None, cookie.path or None,
        cookie.secure, cookie.http_only, cookie.same_site, cookie.partitioned, cookie.priority,
    )  # fmt: skip


@given(LINES)
def test_any_line_is_read_or_ignored(line):
    cookie = parse_set_cookie(line)
    assert cookie is None or len(cookie.name) + len(cookie.value) <= MAX_PAIR_OCTETS


@given(LINES)
def test_any_line_reads_back_as_what_was_understood(line):
    cookie = parse_set_cookie(line)
    assert cookie is None or meaning(read(write_set_cookie(cookie))) == meaning(cookie)


@given(LINES)
def test_any_line_written_twice_is_written_the_same(line):
    cookie = parse_set_cookie(line)
    if cookie is not None:
        once = write_set_cookie(cookie)
        assert write_set_cookie(read(once)) == once


@given(LINES)
def test_any_line_that_was_unambiguous_is_so_when_written(line):
    cookie = parse_set_cookie(line)
    if cookie is not None and cookie.is_unambiguous:
        assert is_unambiguous(write_set_cookie(cookie))


@given(LINES)
def test_any_line_written_without_domain_and_path_is_unambiguous(line):
    cookie = parse_set_cookie(line)
    assert cookie is None or is_unambiguous(write_set_cookie(replace(cookie, domain=None, path=None)))


@given(LINES)
def test_any_line_that_is_unambiguous_names_each_attribute_once(line):
    cookie = parse_set_cookie(line)
    if cookie is not None and cookie.is_unambiguous:
        assert len(dict(cookie.attributes)) == len(cookie.attributes)


@given(LINES)
def test_any_line_is_deleted_by_a_line_without_its_value(line):
    cookie = parse_set_cookie(line)
    if cookie is not None and cookie.name:
        gone = read(write_set_cookie(delete(cookie)))
        assert (gone.name, gone.value, gone.max_age_s, gone.expires_s) == (cookie.name, b"", 0, 0)


@given(st.sampled_from([b";", b"; ", b"=;", b"a=b;", b" ;\t", b"a;", b"=", b" ", b"Max-Age=1;", b"0"]))
def test_any_line_of_64_kilobytes_is_read(piece):
    cookie = read(b"a=b;" + piece * (65536 // len(piece)))
    assert (cookie.name, cookie.value) == (b"a", b"b")
