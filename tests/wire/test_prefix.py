"""Cookie name prefixes: recognised in any case, and what browsers demand of such a cookie."""

import pytest

from cookiegate.wire.prefix import meets_prefix, name_prefix
from cookiegate.wire.set_cookie import parse_set_cookie


@pytest.mark.parametrize(
    ("name", "prefix"),
    [
        (b"__Host-a", "__host-"),
        (b"__Secure-a", "__secure-"),
        (b"__Http-a", "__http-"),
        (b"__Host-Http-a", "__host-http-"),
        (b"__HOST-HTTP-a", "__host-http-"),
        (b"__sEcUrE-a", "__secure-"),
        (b"__Host-", "__host-"),
        (b"__Host-Http", "__host-"),
        (b"__Host", ""),
        (b"_Host-a", ""),
        (b"__a", ""),
        (b"__", ""),
        (b"", ""),
        (b"a__Host-", ""),
        (b" __Host-a", ""),
        (b"__\xc5\xbfecure-a", ""),
    ],
)
def test_prefix_is_recognised(name, prefix):
    assert name_prefix(name) == prefix


@pytest.mark.parametrize(
    ("line", "is_met"),
    [
        (b"a=1", True),
        (b"__a=1; Domain=x", True),
        (b"__Secure-a=1; Secure", True),
        (b"__Secure-a=1; Secure; Domain=x; Path=/x", True),
        (b"__Secure-a=1", False),
        (b"__Host-a=1; Secure; Path=/", True),
        (b"__Host-a=1; Secure; Path=/; Domain=", True),
        (b"__Host-a=1; Secure", False),
        (b"__Host-a=1; Secure; Path=", False),
        (b"__Host-a=1; Secure; Path=/x", False),
        (b"__Host-a=1; Secure; Path=/; Domain=x", False),
        (b"__Host-a=1; Path=/", False),
        (b"__HOST-a=1; Path=/", False),
        (b"__Http-a=1; Secure; HttpOnly", True),
        (b"__Http-a=1; Secure", False),
        (b"__Http-a=1; HttpOnly", False),
        (b"__Host-Http-a=1; Secure; HttpOnly; Path=/", True),
        (b"__Host-Http-a=1; Secure; HttpOnly", False),
        (b"__Host-Http-a=1; Secure; Path=/", False),
        (b"__Host-Http-a=1; HttpOnly; Path=/", False),
    ],
)
def test_conditions_are_held(line, is_met):
    assert meets_prefix(parse_set_cookie(line)) is is_met
