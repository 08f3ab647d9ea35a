"""Every Set-Cookie line that browsers, their test suites and other libraries are tested with.

The expectation is the data file's own model of RFC 6265bis. Its fields, all strings octets read as Latin-1:
`parse_ok` false: ignored while it is read, a line with neither name nor value included (we return that one: it is
refused in storage). `attrs`: what was understood; `path` null is the default path, also where we have an empty Path;
`samesite` "Default" is our `None`; `expiry_from` names what the lifetime is taken from; `av_list` leaves out values of
more than 1024 octets, which our `attributes` keep, and has `("", "")` for empty pieces, which we leave out.
`stored` and `deletion`: what a fresh store at `url` does with it in 2026, and `reject` why it does neither.
"""

import pytest

from cookiegate.wire.set_cookie import MAX_ATTRIBUTE_OCTETS, parse_set_cookie

NOW = 1767225600  # 2026-01-01

OURS = {
    "wpt-0603": {"max_age": 111111111111111111},  # int() of a thousand digits: we read 18, longer than any limit
    "wpt-0605": {"max_age": -111111111111111111},  # the same below zero
}
"""Where our reading is another than the model's."""


@pytest.fixture(scope="module")
def vectors(shared_json):
    return shared_json("set-cookie-vectors.json")


def octets(text):
    return None if text is None else text.encode("latin-1")


def readings(vectors):
    for vector in vectors:
        (line,) = vector["set_cookie"]
        yield vector, parse_set_cookie(octets(line))


def attributes_read(vectors):
    for vector, cookie in readings(vectors):
        if vector["parse_ok"]:
            yield vector["id"], vector["attrs"] | OURS.get(vector["id"], {}), cookie


def test_vectors_are_all_there(vectors):
    assert len({vector["id"] for vector in vectors}) == len(vectors) == 1198


def test_vectors_that_are_read_are_660(vectors):
    assert len(list(attributes_read(vectors))) == 660


def test_vectors_in_conflict_with_their_source_are_30(vectors):
    assert sum("conflict_reason" in vector for vector in vectors) == 30


def test_vectors_that_we_read_otherwise_differ_from_the_model(vectors):
    given = {vector["id"]: vector["attrs"] for vector in vectors}
    assert all(given[ref][key] != value for ref, ours in OURS.items() for key, value in ours.items())


def test_vectors_are_ignored_where_the_model_ignores_them(vectors):
    ignored = [
        vector["id"] for vector, cookie in readings(vectors) if cookie is None or not (cookie.name or cookie.value)
    ]
    assert ignored == [vector["id"] for vector in vectors if not vector["parse_ok"]]


def test_vectors_without_name_and_value_are_read_and_refused_in_storage(vectors):
    assert all(
        cookie is not None for vector, cookie in readings(vectors) if vector.get("reject") == "empty-name-and-value"
    )


def test_vectors_have_the_name(vectors):
    found = {vector["id"]: cookie.name for vector, cookie in readings(vectors) if vector["parse_ok"]}
    assert found == {v["id"]: octets(v.get("expect_name", "")) for v in vectors if v["parse_ok"]}


def test_vectors_have_the_value(vectors):
    found = {vector["id"]: cookie.value for vector, cookie in readings(vectors) if vector["parse_ok"]}
    assert found == {v["id"]: octets(v.get("expect_value", "")) for v in vectors if v["parse_ok"]}


@pytest.mark.parametrize(
    ("key", "field"), [("secure", "secure"), ("httponly", "http_only"), ("partitioned", "partitioned")]
)
def test_vectors_have_the_flag(vectors, key, field):
    assert [ref for ref, given, cookie in attributes_read(vectors) if getattr(cookie, field) is not given[key]] == []


@pytest.mark.parametrize(("key", "field"), [("max_age", "max_age_s"), ("expires", "expires_s")])
def test_vectors_have_the_time(vectors, key, field):
    assert [ref for ref, given, cookie in attributes_read(vectors) if getattr(cookie, field) != given[key]] == []


def test_vectors_take_their_lifetime_from_the_same_attribute(vectors):
    def source(cookie):
        if cookie.max_age_s is not None:
            return "max-age"
        return "session" if cookie.expires_s is None else "expires"

    assert [ref for ref, given, cookie in attributes_read(vectors) if source(cookie) != given["expiry_from"]] == []


def test_vectors_have_the_same_site(vectors):
    assert [
        ref for ref, given, cookie in attributes_read(vectors) if (cookie.same_site or "Default") != given["samesite"]
    ] == []


def test_vectors_have_a_same_site_attribute_where_the_model_sees_one(vectors):
    found = [(ref, b"samesite" in dict(cookie.attributes)) for ref, _, cookie in attributes_read(vectors)]
    assert found == [(ref, given["samesite_attr_present"]) for ref, given, _ in attributes_read(vectors)]


def test_vectors_have_the_domain(vectors):
    assert [ref for ref, given, cookie in attributes_read(vectors) if cookie.domain != octets(given["domain"])] == []


def test_vectors_have_the_path(vectors):
    assert [
        ref for ref, given, cookie in attributes_read(vectors) if (cookie.path or None) != octets(given["path"])
    ] == []


def test_vectors_have_the_attributes_in_order(vectors):
    found = {
        ref: [(name, text) for name, text in cookie.attributes if len(text) <= MAX_ATTRIBUTE_OCTETS]
        for ref, _, cookie in attributes_read(vectors)
    }
    assert found == {
        ref: [(octets(name), octets(text)) for name, text in given["av_list"] if name or text]
        for ref, given, _ in attributes_read(vectors)
    }


def test_vectors_are_stored_deleted_or_refused_as_in_the_model(vectors, new_jar):
    given = {"control-character": "unreadable", "name+value>4096": "unreadable"}
    outcomes, expected = {}, {}
    for vector in vectors:
        outcomes[vector["id"]] = new_jar().store(octets(vector["set_cookie"][0]), vector["url"], NOW)
        outcome = "stored" if vector["stored"] else "deletion" if vector["deletion"] else vector["reject"]
        expected[vector["id"]] = given.get(outcome, outcome)
    assert outcomes == expected


def test_vectors_that_browsers_read_otherwise_are_ambiguous_or_hold_a_tab(vectors):
    # what differs for Max-Age=-20 (Firefox takes any "-" as expired) is the number alone: both delete
    kept = [
        vector["id"]
        for vector, cookie in readings(vectors)
        if "browser_departs_model" in vector and cookie.is_unambiguous and not (cookie.max_age_s or 0) < 0
    ]
    assert kept == ["wpt-0525", "wpt-0627", "chromium-tab-inner-name", "chromium-tab-inner-value"]
