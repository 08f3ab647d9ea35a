"""Sources are taken out of a policy's directives, and nothing else changes."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cookiegate.wire.source_list import (
    SOURCE_PATTERN,
    ignored_hosts,
    overruled,
    remove_sources,
    source_key,
    source_problem,
)

GTM = b"https://www.googletagmanager.com"
REFUSED = {GTM, b"https://cdn.example/Stat.js", b"data:", b"*.ads.example:443", b"'sha256-Abc='", b"'unsafe-eval'"}


def without(policy: bytes) -> bytes:
    return remove_sources(policy, REFUSED, REFUSED)[0]


SAME = [
    b"",
    b";;, ;",
    b"default-src 'self'",
    b"script-src 'self' https://www.googletagmanager.com/gtag.js",  # another source: its path
    b"script-src https://www.googletagmanager.com:80 https://www.googletagmanager.com:443/a",
    b"script-src https://googletagmanager.com http://www.googletagmanager.com www.googletagmanager.com",
    b"script-src https://cdn.example/stat.js",
    b"script-src 'SHA256-abc='",
    b"script-src https:",
    # No source lists
    b"report-uri https://www.googletagmanager.com",
    b"report-to https://www.googletagmanager.com",
    b"sandbox https://www.googletagmanager.com",
    b"trusted-types https://www.googletagmanager.com; require-trusted-types-for https://www.googletagmanager.com",
    b"plugin-types https://www.googletagmanager.com",
    b"src https://www.googletagmanager.com",
    b"script-src-x https://www.googletagmanager.com",
    b"https://www.googletagmanager.com script-src",
    b"upgrade-insecure-requests; block-all-mixed-content",
    b"script-src\xa0https://www.googletagmanager.com",  # no white space to a browser
    b"script-src 'https://www.googletagmanager.com'",
]


@pytest.mark.parametrize("policy", SAME)
def test_policy_without_refused_sources_is_the_same_octets(policy):
    assert remove_sources(policy, REFUSED, REFUSED) == (policy, (), False)


@pytest.mark.parametrize(
    ("policy", "left"),
    [
        (b"script-src 'self' https://www.googletagmanager.com", b"script-src 'self'"),
        (b"script-src https://www.googletagmanager.com 'self'", b"script-src 'self'"),
        (b"script-src 'self' HTTPS://WWW.GoogleTagManager.com 'nonce-X'", b"script-src 'self' 'nonce-X'"),
        (b"SCRIPT-SRC https://www.googletagmanager.com a.b", b"SCRIPT-SRC a.b"),
        (b"script-src https://www.googletagmanager.com", b"script-src 'none'"),
        (b"\tscript-src \t https://www.googletagmanager.com \x0b\x0c ;", b"\tscript-src \t 'none' \x0b\x0c ;"),
        (b"img-src data: data:\tDATA:", b"img-src 'none'"),
        (b"img-src data:\t \tx.y\t\tdata: z.y  ", b"img-src\t \tx.y z.y  "),
        (b"script-src https://cdn.example/Stat.js https://CDN.example/Stat.js a", b"script-src a"),
        (b"frame-src *.ADS.example:443;x", b"frame-src 'none';x"),
        (b"script-src 'self' 'UNSAFE-eval'", b"script-src 'self'"),
        (b"script-src 'none' 'unsafe-eval'", b"script-src 'none'"),
        (b"script-src 'report-sample' 'unsafe-eval'", b"script-src 'report-sample'"),
        # Several directives, the same one twice, several policies
        (b"img-src data:;script-src data: a;img-src b data:", b"img-src 'none';script-src a;img-src b"),
        (b"img-src data:, img-src data: a , ,default-src data:", b"img-src 'none', img-src a , ,default-src 'none'"),
        (b";;img-src data:;;,;", b";;img-src 'none';;,;"),
        # Nothing is allowed by it that was not allowed before
        (b"script-src 'unsafe-inline' 'sha256-Abc='", b"script-src 'none'"),
        (b"script-src 'unsafe-INLINE' 'SHA256-Abc=' x", b"script-src x"),
        (b"script-src 'unsafe-inline' 'sha256-Abc=' 'sha512-x'", b"script-src 'unsafe-inline' 'sha512-x'"),
        (b"script-src 'unsafe-inline' 'sha256-Abc=' 'Nonce-x'", b"script-src 'unsafe-inline' 'Nonce-x'"),
        (b"script-src 'unsafe-inline' 'sha256-Abc=' 'strict-dynamic'", b"script-src 'unsafe-inline' 'strict-dynamic'"),
        (b"script-src 'unsafe-inline' data:", b"script-src 'unsafe-inline'"),
    ],
)
def test_refused_sources_go_and_the_rest_stays_to_the_octet(policy, left):
    assert without(policy) == left


DIRECTIVES = [
    "default-src", "script-src", "script-src-elem", "script-src-attr", "style-src", "style-src-elem", "style-src-attr",
    "img-src", "font-src", "connect-src", "media-src", "object-src", "frame-src", "child-src", "worker-src",
    "manifest-src", "prefetch-src", "fenced-frame-src", "form-action", "base-uri", "frame-ancestors", "navigate-to",
]  # fmt: skip


@pytest.mark.parametrize("directive", DIRECTIVES)
def test_directive_that_holds_sources_is_seen(directive):
    assert without(f"{directive} data: a.b".encode()) == f"{directive} a.b".encode()


def test_what_was_taken_away_is_told_once_for_each_directive():
    policy = b"Img-Src data: DATA:; script-src https://www.googletagmanager.com"
    _, removed, is_known = remove_sources(policy, REFUSED, REFUSED)
    assert removed == ((b"img-src", b"data:"), (b"script-src", GTM))
    assert is_known


def test_granted_source_is_known_and_stays():
    assert remove_sources(b"img-src data:", (), REFUSED) == (b"img-src data:", (), True)


@pytest.mark.parametrize(
    ("token", "key"),
    [
        (b"HTTPS://A.b/C", b"https://a.b/C"),
        (b"A.B:443/C/D", b"a.b:443/C/D"),
        (b"HTTPS:", b"https:"),
        (b"HTTPS://A.b:443", b"https://a.b"),
        (b"https://a.b:443/", b"https://a.b"),
        (b"https://*.a.b/", b"https://*.a.b"),
        (b"wss://a.b:443/C", b"wss://a.b/C"),
        (b"http://a.b:80/", b"http://a.b"),
        (b"http://a.b:443", b"http://a.b:443"),
        (b"https://a.b:80", b"https://a.b:80"),
        (b"https://a.b:*", b"https://a.b:*"),
        (b"a.b/", b"a.b"),
        (b"https:/", b"https:/"),
        (b"https://", b"https://"),
        (b"https:///", b"https:///"),
        (b"/", b"/"),
        (b"*.A.b", b"*.a.b"),
        (b"/A", b"/A"),
        (b"'SELF'", b"'self'"),
        (b"'SHA384-AbC='", b"'sha384-AbC='"),
        (b"", b""),
    ],
)
def test_two_spellings_of_one_source_have_one_key(token, key):
    assert source_key(token) == key


# Properties

SPACES = st.sampled_from([b" ", b"\t", b"  ", b" \t ", b"\x0c"])
TOKENS = st.sampled_from(
    [
        *REFUSED, *(token.upper() for token in REFUSED), b"'self'", b"'unsafe-inline'", b"'none'", b"'nonce-a'",
        b"'strict-dynamic'", b"https:", b"*", b"a.b/c", b"'sha512-x'", b"\xff", b"'", b"https://",
    ]
) | st.binary(min_size=1, max_size=6)  # fmt: skip
NAMES = st.sampled_from([*(name.encode() for name in DIRECTIVES), b"Script-Src", b"report-uri", b"sandbox", b"x"])


@st.composite
def directives(draw):
    parts = [draw(SPACES | st.just(b"")), draw(NAMES)]
    for token in draw(st.lists(TOKENS, max_size=6)):
        parts += [draw(SPACES), token]
    return b"".join([*parts, draw(SPACES | st.just(b""))])


POLICIES = st.lists(directives(), max_size=5).flatmap(
    lambda each: st.lists(
        st.sampled_from([b";", b",", b";;", b"; ", b", "]), min_size=len(each), max_size=len(each)
    ).map(lambda ends: b"".join(part + end for part, end in zip(each, ends, strict=True)))
)


@given(POLICIES)
def test_taking_away_twice_changes_nothing_more(policy):
    left = without(policy)
    assert without(left) == left


@given(POLICIES)
def test_no_token_is_added_but_none(policy):
    before, after = (
        [re.findall(rb"[^ \t\n\x0b\x0c\r]+", part) for part in re.split(rb"[;,]", text)]
        for text in (policy, without(policy))
    )
    assert len(before) == len(after)
    for had, has in zip(before, after, strict=True):
        rest = iter(had)
        assert has[1:] == [b"'none'"] or all(token in rest for token in has)  # the same order
        assert has[:1] == had[:1]


@given(POLICIES)
def test_refused_source_is_left_in_no_source_list(policy):
    for part in re.split(rb"[;,]", without(policy)):
        name, *tokens = re.findall(rb"[^ \t\n\x0b\x0c\r]+", part) or [b""]
        if name.lower() in [each.encode() for each in DIRECTIVES]:
            assert not REFUSED & {source_key(token) for token in tokens}


@given(POLICIES | st.binary(max_size=40))
def test_with_nothing_refused_the_octets_are_the_same(policy):
    left, removed, _ = remove_sources(policy, (), REFUSED)
    assert left is policy
    assert removed == ()


# What can be named

SOURCES = [
    "https://www.googletagmanager.com", "www.example.com", "*.example.com", "https://*.example.com:443/a/B%20c", "*",
    "https:", "data:", "wss://a.b", "localhost:*", "a.b:8443/x/", "a_b.c", "https://a.b/~x!$&'()*+=:@", "'self'",
    "'Unsafe-Eval'", "'sha256-AbC+/_-=='", "none.example", "nonce.example",
]  # fmt: skip
NO_SOURCES = {
    "": "white space",
    "a b": "white space",
    " a": "white space",
    "a;b": "semicolon",
    "a,b": "comma",
    "a\u3000b": "white space",
    "'strict-dynamic'": "allows more without it",
    "'None'": "allows nothing",
    "'report-sample'": "allows nothing",
    "'report-sha256'": "allows nothing",
    "'nonce-abc'": "the URL of the script",
    "self": "\"'self'\"",
    "none": "\"'none'\"",
    "sha256-abc=": "\"'sha256-abc='\"",
    "nonce-abc": "\"'nonce-abc'\"",
    "https://münchen.example": "xn--",
    "https://a.b?c": "no query",
    "https://a.b/#c": "no fragment",
    "https://": "write one like",
    "//a.b": "write one like",
    "/a": "write one like",
    "a..b": "write one like",
    "*.*.b": "write one like",
    "a.b:x": "write one like",
    "'sha256-'": "write one like",
    "'unsafe'": "write one like",
    "https://a.b/%2": "write one like",
}


@pytest.mark.parametrize("text", SOURCES)
def test_source_of_the_grammar_is_taken(text):
    assert source_problem(text) is None
    assert source_key(text.encode())


@pytest.mark.parametrize(("text", "problem"), NO_SOURCES.items())
def test_no_source_is_refused_with_its_mend(text, problem):
    assert problem in source_problem(text)


@given(st.text(max_size=20) | st.text("aA*.:/'-% 1", max_size=8))
def test_pattern_for_editors_is_the_same_grammar(text):
    if "\n" not in text:
        assert (re.search(SOURCE_PATTERN, text) is not None) == (source_problem(text) is None)


# What a policy allows all the same


@pytest.mark.parametrize(
    "directive",
    [
        b"script-src *", b"img-src https:", b"script-src *.googletagmanager.com", b"img-src www.googletagmanager.com",
        b"SCRIPT-SRC https://www.googletagmanager.com:443", b"frame-src https://www.googletagmanager.com/a/",
        b"connect-src https://www.googletagmanager.com/a/b", b"font-src www.googletagmanager.com:*",
        b"script-src https://*.GoogleTagManager.com/",
    ],
)  # fmt: skip
def test_refused_source_that_another_expression_allows_is_found(directive):
    [(name, source)] = overruled(directive, [GTM])
    assert (name, source) == (directive.partition(b" ")[0].lower(), GTM)


@pytest.mark.parametrize(
    "policy",
    [
        b"", b"script-src 'self' 'none' googletagmanager.com http://www.googletagmanager.com", b"report-uri *",
        b"img-src http: data:", b"script-src https://www.googletagmanager.com:8443/x".replace(b":8443", b".x:8443"),
        b"frame-ancestors *; form-action https:; base-uri *; sandbox *",
    ],
)  # fmt: skip
def test_refused_source_that_nothing_else_allows_is_not_found(policy):
    assert overruled(policy, [GTM, b"'self'", b"data:"]) == ()


@pytest.mark.parametrize(
    ("source", "other", "overlap"),
    [
        (b"https://a.b/x", b"https://a.b/y", False),
        (b"https://a.b/x/", b"https://a.b/x/y", True),
        (b"https://a.b/x", b"https://a.b/x/y", False),
        (b"https://a.b:1", b"https://a.b:2", False),
        (b"https://a.b:1", b"https://a.b:*", True),
        (b"*.b", b"a.b", True),
        (b"*.b", b"b", False),
        (b"a.b", b"*.c", False),
    ],
)
def test_two_sources_overlap_where_a_url_matches_both(source, other, overlap):
    assert bool(overruled(b"img-src " + other, [source])) is overlap
    assert bool(overruled(b"img-src " + source, [other])) is overlap


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        (b"script-src 'strict-dynamic' https://a.example", [(b"script-src", b"https://a.example")]),
        (b"SCRIPT-SRC-ELEM HTTPS://A.example 'STRICT-dynamic'", [(b"script-src-elem", b"https://a.example")]),
        (b"default-src https: 'strict-dynamic', default-src https:", [(b"default-src", b"https:")]),
        (b"script-src https://a.example; default-src 'strict-dynamic'", []),
        (b"img-src 'strict-dynamic' https://a.example", []),
        (b"script-src 'strict-dynamic' 'sha256-Abc=' https://other.example", []),
        (b" ; ,", []),
    ],
)
def test_hosts_beside_strict_dynamic_are_found(policy, expected):
    assert list(ignored_hosts(policy, {b"https://a.example", b"https:", b"'sha256-Abc='"})) == expected
