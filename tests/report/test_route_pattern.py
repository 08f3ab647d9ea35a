"""Routes that are regular expressions are shown as a person would write them."""

from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cookiegate.report.route_pattern import readable_route, readable_rule


@pytest.mark.parametrize(
    ("route", "shown"),
    [
        # Wagtail: its pages, documents, images, and its own admin
        (r"((?:[\w\-]+/)*)$", "<path>"),
        (r"^documents/(\d+)/(.*)$", "documents/<number>/<path>"),
        (r"images/^([^/]*)/(\d*)/([^/]*)/[^/]*$", "images/<text>/<number>/<text>/<text>"),
        (r"cms/^pages/(?P<page_id>\d+)/edit/$", "cms/pages/<page_id>/edit/"),
        # Django's own and what its documentation shows
        (r"^articles/(?P<year>[0-9]{4})/(?P<month>[0-9]{2})/$", "articles/<year>/<month>/"),
        (r"^articles/([0-9]{4})/([0-9]{2})/$", "articles/<number>/<number>/"),
        (r"^comments/(?:page-(?P<page_number>[0-9]+)/)?$", "comments/[page-<page_number>/]"),
        (r"^reset/(?P<uidb64>[0-9A-Za-z_\-]+)/(?P<token>[0-9A-Za-z]{1,13}-[0-9A-Za-z]{1,20})/\Z",
         "reset/<uidb64>/<token>/"),
        (r"^static/(?P<path>.*)$", "static/<path>"),
        (r"^feed\.xml/?$", "feed.xml/"),
        (r"^(en|de)/shop/", "(en|de)/shop/"),
        (r"^(?:en|de-at)/shop/", "(en|de-at)/shop/"),
        (r"\A(?i)Colou?r/\d+/\w+\.html\Z", "Colo[u]r/<number>/<text>.html"),
        (r"^(?!admin)(?P<rest>.*)$", "<rest>"),
        (r"^(?=a)(?<=b)(?<!c)(?#note)x/(?P=x)$", "x/"),
        (r"^a+b*c{2}/[a-z][a-z0-9]*/[^]x]+$", "a[b]c/<text>/<text>"),
        (r"^api/(?P<version>(v1|v2))/(?P<format>\.json)?$", "api/<version>/<format>"),
        (r"^((a|b)/)+$", "<path>"),
        (r"^.+/x$", "<path>/x"),
        (r"^(\w+)/\D\W\s\S$", "<text>/<text>"),
        (r"^((?:x)?\.[a]+)$", "<text>"),
        # no expressions
        ("u/<int:uid>/", "u/<int:uid>/"), ("", ""), ("v1.0/a+b/", "v1.0/a+b/"),
        ("shop/<slug:item>/buy", "shop/<slug:item>/buy"),
        # not to be read: as they are
        ("^(", "^("), ("^a)b", "^a)b"), ("^[a", "^[a"),
        ("(" * 30 + ")" * 30, "(" * 30 + ")" * 30), ("^" + "a" * 3000, "^" + "a" * 3000),
    ],
)  # fmt: skip
def test_route_is_readable(route, shown):
    assert readable_route(route) == shown


@pytest.mark.parametrize(
    ("rule", "shown"),
    [
        ("/u/<uid:re:[0-9]+>/x", "/u/<uid>/x"), ("/u/<:re:[a-z\\>]+>", "/u/<text>"), ("/u/<uid:int>", "/u/<uid:int>"),
        ("/<regex(\"[A-Z]{2}(a|b)\"):code>/", "/<regex:code>/"), ("/<regex('x>'):code>", "/<regex:code>"),
        ("/<any(a, b):x>/<int(min=1):n>", "/<any(a, b):x>/<int(min=1):n>"), ("/u/<name>", "/u/<name>"),
    ],
)  # fmt: skip
def test_rule_is_readable(rule, shown):
    assert readable_rule(rule) == shown


@given(st.text("^$()[]{}?P<>:|\\dw.*+/a0,-!=#", max_size=60))
def test_nothing_is_raised(text):
    assert isinstance(readable_route(text), str)
    assert isinstance(readable_rule(text), str)


@pytest.mark.parametrize(
    "part", ["(", "(?:", "[", "\\", "(?P<a>", "a{", "<", "<a:re:", '<a("', "(a)?", "[]", "(.*)", "+", "(+?"]
)
def test_time_is_bounded(part):
    before = process_time()
    for read in (readable_route, readable_rule):
        read(part * 5000)
        read((part * 1999)[:1999])
        read("^(" + (part * 1999)[:1990] + "x)")
    assert process_time() - before < 2
