"""Keeping a response with an optional cookie out of shared caches."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cookiegate.wire.cache_control import CacheAdvice, is_stored_by_shared_caches, make_private, vary_on

TYPE = (b"content-type", b"text/html")


def control(value):
    return [(b"cache-control", value)]


@pytest.mark.parametrize(
    "value", [b"private", b"no-store", b"Private, max-age=60", b"max-age=60,  NO-STORE", b",,private,"]
)
def test_stored_is_not_what_is_private_or_not_stored(value):
    assert not is_stored_by_shared_caches(control(value))


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"public",
        b"max-age=60",
        b"no-cache",
        b'private="set-cookie"',
        b'x=", private, "',
        b"not-private",
        b'x="private',
    ],
)
def test_stored_is_everything_else(value):
    assert is_stored_by_shared_caches(control(value))


def test_stored_is_a_response_without_cache_control():
    assert is_stored_by_shared_caches([TYPE])


def test_stored_looks_at_every_field():
    assert not is_stored_by_shared_caches([(b"Cache-Control", b"max-age=60"), TYPE, (b"cache-control", b"private")])


def test_private_is_said():
    assert make_private([TYPE]) == [TYPE, (b"cache-control", b"private")]


def test_private_keeps_what_is_said_to_browsers():
    assert make_private(control(b"public, Max-Age=60, s-maxage=9, no-cache, proxy-revalidate")) == control(
        b"private, Max-Age=60, no-cache"
    )


def test_private_joins_several_fields():
    assert make_private([*control(b"max-age=60"), TYPE, *control(b"immutable")]) == [
        TYPE,
        *control(b"private, max-age=60, immutable"),
    ]


def test_private_is_said_once():
    assert make_private(control(b"max-age=60, PRIVATE")) == control(b"private, max-age=60")


def test_private_leaves_no_store_as_it_is():
    assert make_private(control(b"no-store, max-age=0")) == control(b"no-store, max-age=0")


@pytest.mark.parametrize("name", [b"CDN-Cache-Control", b"Surrogate-Control", b"X-Accel-Expires"])
def test_private_takes_away_what_overrules_it(name):
    assert make_private([(name, b"max-age=60"), TYPE]) == [TYPE, (b"cache-control", b"private")]


def test_private_keeps_a_quoted_comma():
    assert make_private(control(b'x="a, public", max-age=60')) == control(b'private, x="a, public", max-age=60')


@given(st.binary())
def test_private_response_is_not_stored_whatever_it_said(value):
    assert not is_stored_by_shared_caches(make_private(control(value)))


def test_vary_is_added():
    assert vary_on([TYPE], b"Cookie") == [TYPE, (b"vary", b"Cookie")]


def test_vary_joins_what_is_there():
    assert vary_on([(b"Vary", b"Accept, "), TYPE, (b"vary", b"Origin")], b"Cookie", b"Sec-GPC") == [
        TYPE,
        (b"vary", b"Accept, Origin, Cookie, Sec-GPC"),
    ]


@pytest.mark.parametrize("value", [b"cookie", b"Accept,COOKIE", b"*", b"Accept, *"])
def test_vary_that_covers_it_is_left(value):
    assert vary_on([(b"Vary", value)], b"Cookie") == [(b"Vary", value)]


def test_vary_adds_only_the_missing_name():
    assert vary_on([(b"Vary", b"cookie")], b"Cookie", b"Sec-GPC") == [(b"vary", b"cookie, Sec-GPC")]


def test_vary_names_each_request_field_of_endless_ones():
    advice = CacheAdvice.of(((b"vary", b"Accept"),))
    for number in [*range(200), *range(200)]:
        replaced, field = advice.vary((f"X-{number}".encode(), b"Cookie"))
        assert (replaced, field) == (frozenset({b"vary"}), (b"vary", f"Accept, X-{number}, Cookie".encode()))
