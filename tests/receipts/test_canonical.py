"""Canonical JSON and the registry in it."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cookiegate import Category, CookieRule, Registry, SameSite, parse_lifetime
from cookiegate.receipts.canonical import canonical_json, digest_of, registry_snapshot


def test_canonical_json_is_what_rfc_8785_says():
    value = {"b": [True, None, -7], "a": 'é\u2028"\\/\b\f\n\r\t\x0f\x7f'}
    assert canonical_json(value) == '{"a":"é\u2028\\"\\\\/\\b\\f\\n\\r\\t\\u000f\x7f","b":[true,null,-7]}'


def test_lone_surrogate_is_refused():
    with pytest.raises(ValueError, match="surrogates"):
        canonical_json({"a": "\ud800"})


def test_digest_is_the_sha_256_of_utf_8():
    assert digest_of("ä") == hashlib.sha256(b"\xc3\xa4").hexdigest()
    assert digest_of("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_snapshot_holds_what_a_rule_says_and_nothing_else():
    rule = CookieRule(
        name="_ga*", category=Category.STATISTICS, lifetime=parse_lifetime("7 days"), http_only=True,
        same_site=SameSite.LAX, domains=("example.com",), secure=False,
    )  # fmt: skip
    assert registry_snapshot(Registry([CookieRule(name="z", category=Category.NECESSARY), rule])) == (
        '{"cookies":[{"category":"statistics","domains":["example.com"],"http_only":true,"lifetime":"7 days",'
        '"name":"_ga*","same_site":"Lax","secure":false},{"category":"necessary","name":"z"}],'
        '"schema_version":"cookiegate-registry/1"}'
    )


@given(st.permutations(["a", "b", "c*", "d"]))
def test_order_of_the_rules_does_not_matter(names):
    rules = [CookieRule(name=name, category=Category.MARKETING) for name in names]
    assert registry_snapshot(Registry(rules)) == registry_snapshot(Registry(sorted(rules, key=lambda each: each.name)))


def test_every_field_of_a_rule_counts():
    plain = CookieRule(name="a", category=Category.NECESSARY)
    others = [
        CookieRule(name="a", category=Category.MARKETING),
        CookieRule(name="a", category=Category.NECESSARY, purpose="x"),
        CookieRule(name="a", category=Category.NECESSARY, provider="x"),
        CookieRule(name="a", category=Category.NECESSARY, secure=True),
        CookieRule(name="a", category=Category.NECESSARY, paths=("/x",)),
    ]
    assert len({registry_snapshot([rule]) for rule in [plain, *others]}) == 6
