"""The 222 cases of the historic http-state suite, against the standard of today.

`sent` is what the suite expected in 2010; `model_6265bis` is the expectation here.
"""

from urllib.parse import urljoin

import pytest

NOW = 1262304000  # 2010-01-01, as each case says in `as_of`

NAMELESS = "a line without a name was ignored; now it is stored nameless, and sent as its bare value"
TRUNCATED = "the line was cut at NUL, CR or LF; now a control octet makes the whole line ignored"

CHANGED = {
    "0004": NAMELESS,
    "0021": NAMELESS,
    "0023": f"{NAMELESS}; the empty line after it is ignored",
    "0024": f"{NAMELESS}; the `=` after it has neither name nor value and is ignored",
    "0025": f"{NAMELESS}; the `; bar` after it has neither name nor value and is ignored",
    "0026": f"{NAMELESS}; the blank line after it has neither name nor value and is ignored",
    "0027": f"{NAMELESS}; the second replaces the first, both have the empty name",
    "0028": f"{NAMELESS}; the tab after it has neither name nor value and is ignored",
    "chromium0009": NAMELESS,
    "chromium0010": f"{NAMELESS}, quotes and backslash included",
    "chromium0012": NAMELESS,
    "disabled-chromium0022": TRUNCATED,
    "disabled-chromium0023": TRUNCATED,
    "disabled-path0029": "switched off by its authors: `%6F` in a path was to match `o`; nothing is decoded",
    "mozilla0012": f"{NAMELESS}; its Max-Age=2.63, is no number, which makes it a session cookie",
    "mozilla0014": NAMELESS,
    "mozilla0015": f"{NAMELESS}; the second replaces the first",
    "mozilla0016": f"{NAMELESS}; the third replaces the others, the space before its `=` is trimmed away",
    "mozilla0017": f"{NAMELESS}; it keeps its place before the named one, since replacing keeps the time of creation",
    "name0017": f"{NAMELESS}: `=a=bar` is sent as `a=bar`, the octets of a cookie named `a`",
    "name0023": NAMELESS,
    "name0025": f"{NAMELESS}: the first `=` alone ends the empty name",
    "name0028": NAMELESS,
    "name0031": f"{NAMELESS}: quotes protect no `;`, so the `=` behind it is not the pair's",
    "name0032": f"{NAMELESS}: a backslash protects nothing either",
    "name0033": f"{NAMELESS}; `aaa` replaces `foo=bar`, both have the empty name",
    "optional-domain0042": "an empty last Domain was ignored, the foreign one before it refused; now it is host-only",
}
"""The cases whose historic expectation no longer holds, each with what changed."""


@pytest.fixture(scope="module")
def cases(shared_json):
    return shared_json("http-state.json")


def test_http_state_cases_are_all_there(cases):
    assert len({case["test"] for case in cases}) == len(cases) == 222


def test_http_state_cases_are_all_of_2010(cases):
    assert {case["as_of"] for case in cases} == {"2010-01-01"}


def test_http_state_expectations_that_changed_are_27_and_explained(cases):
    changed = {case["test"] for case in cases if case["sent"] != case["model_6265bis"]}
    assert len(changed) == 27
    assert changed == set(CHANGED)


def test_http_state_cookies_are_sent_back_as_the_standard_says(cases, new_jar):
    sent, expected = {}, {}
    for case in cases:
        jar = new_jar()
        for line in case["received"]:
            jar.store(line.encode("latin-1"), case["set_url"], NOW)
        sent[case["test"]] = jar.send(urljoin(case["set_url"], case["sent_to"]), NOW).decode("latin-1")
        expected[case["test"]] = case["model_6265bis"]
    assert sent == expected
