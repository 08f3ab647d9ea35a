"""The text of a cookies.toml: what it looks like, and that nothing gets out of its quotes."""

import tomllib

import pytest

from cookiegate.errors import ConfigError
from cookiegate.lifetime import parse_lifetime
from cookiegate.model import Category, CookieRule, SameSite
from cookiegate.registry import write_toml
from cookiegate.registry.toml_text import SCHEMA


def test_rules_are_written_as_tables_under_the_schema():
    rule = CookieRule(
        name="a*",
        category=Category.MARKETING,
        purpose='say "x"',
        lifetime=parse_lifetime("7 days"),
        secure=False,
        http_only=True,
        same_site=SameSite.LAX,
        domains=("a.example", "b.example"),
        paths=(),
    )
    assert (
        write_toml([rule], comments=["", "made of x"])
        == f"""#:schema {SCHEMA}
#
# made of x

[[cookie]]
name = "a*"
category = "marketing"
purpose = "say \\"x\\""
lifetime = "7 days"
secure = false
http_only = true
same_site = "lax"
domains = ["a.example", "b.example"]
paths = []
"""
    )


def test_every_field_is_written():
    rule = CookieRule(
        name="a", category="marketing", same_site="keep", mode="report-only", attributes="enforced", partitioned=True,
        add_partitioned=True, chunks=True, shared=True, stricter="Why.", exempt="Also why.",
    )  # fmt: skip
    assert write_toml([rule, CookieRule(name="b", category="marketing", attributes="as-sent", chunks="-")]).split(
        "[[cookie]]\n"
    )[1:] == [
        (
            'name = "a"\ncategory = "marketing"\nmode = "report-only"\nsame_site = "keep"\npartitioned = true\n'
            'add_partitioned = true\nchunks = true\nshared = true\nstricter = "Why."\nexempt = "Also why."\n\n'
        ),
        'name = "b"\ncategory = "marketing"\nattributes = "as-sent"\nchunks = "-"\n',
    ]


@pytest.mark.parametrize(
    "text", ['"""\n[gate]\n', "\\", "\x00\x1b[2J\x7f\x85", "\u202eabc\u2028", "\U000e0001", "a\r\n\tb", "é漢😀"]
)
def test_text_is_read_back_as_it_was(text):
    written = write_toml([CookieRule(name="a", category=Category.MARKETING, purpose=text)])
    assert tomllib.loads(written)["cookie"] == [{"name": "a", "category": "marketing", "purpose": text}]
    assert all(char.isprintable() or char == "\n" for char in written)


def test_comment_stays_in_its_line():
    written = write_toml([], comments=['x\n[gate]\r\x1b[2J\nrevision = "1"'])
    assert tomllib.loads(written) == {}
    assert "\x1b" not in written


def test_text_that_is_not_unicode_can_not_be_written():
    rules = [CookieRule(name="a", category=Category.MARKETING, purpose="\ud800", http_only=True, stricter="\udc00")]
    with pytest.raises(ConfigError) as caught:
        write_toml(rules)
    assert caught.value.problems == (
        "registry: 'a': purpose holds half a surrogate pair; take it out",
        "registry: 'a': stricter holds half a surrogate pair; take it out",
    )
