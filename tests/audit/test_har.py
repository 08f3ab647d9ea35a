"""HAR files as browsers write them, and as they should not be."""

import json
import tracemalloc

import pytest

from cookiegate.audit.assessment import Mark
from cookiegate.audit.auditing import audit_har
from cookiegate.audit.finding import Code
from cookiegate.audit.observation import Unreadable

SHOP = "https://www.shop.example/"


def labels(found):
    return [moment.label for moment in found.moments]


def marks(found, name):
    (cookie,) = [cookie for cookie in found.cookies if cookie.name == name]
    return {moment.label: mark for moment, mark in cookie.marks.items()}


def test_consent_is_read_as_the_recording_goes_on(audited, make, choice):
    found = audited(
        make(SHOP, "stats=x"),
        make(SHOP, "stats=x", cookie=choice("statistics")),
        make(SHOP, "ads=x", cookie=choice("")),
    )
    assert labels(found) == ["No choice yet", "All refused", "Only statistics"]
    assert marks(found, "stats") == {"No choice yet": Mark.BROKEN, "Only statistics": Mark.WEAK}


def test_choice_that_a_response_stores_counts_for_it(audited, make, choice, failures, safe):
    found = audited(make(SHOP, f"{choice('statistics')}{safe}", f"stats=x{safe}"))
    assert failures(found) == []


def test_choice_that_a_response_deletes_is_gone(audited, make, choice):
    found = audited(make(SHOP, "cookiegate_consent=; Max-Age=0", "stats=x", cookie=f"{choice('statistics')}; sid=1"))
    assert labels(found) == ["No choice yet"]


def test_choice_holds_for_requests_that_carry_no_cookies(audited, make, choice):
    found = audited(
        make(SHOP, cookie=choice("statistics")), make("https://static.shop.example/", "stats=x"), make(SHOP, "stats=x")
    )
    assert labels(found) == ["Only statistics"]


@pytest.mark.parametrize(
    "request_of", [{"cookie": "sid=1"}, {"headers": [("Sec-Fetch-Mode", "navigate")]}], ids=["cookies", "navigation"]
)
def test_choice_that_was_taken_back_is_noticed(audited, make, choice, request_of):
    found = audited(make(SHOP, cookie=choice("statistics")), make(SHOP, "stats=x", **request_of))
    assert labels(found) == ["No choice yet", "Only statistics"]


def test_gpc_takes_marketing_away(audited, make, choice, failures):
    found = audited(make(SHOP, "ads=x; Secure; SameSite=Lax", cookie=choice("marketing"), headers=[("Sec-GPC", "1")]))
    assert [code for code, _, _ in failures(found)] == ["against-choice"]


def test_firefox_joins_lines_by_line_feeds(audited, make):
    found = audited(make(SHOP, "a=1; Path=/\nb=2\r\n\nc=3"))
    assert [cookie.name for cookie in found.cookies] == ["a", "b", "c"]


def test_safari_joins_lines_by_commas(audited, make):
    recorded = make(SHOP, "a=1, 2; Expires=Thu, 01 Jan 2037 00:00:00 GMT, b=2; Path=/, c=3")
    recorded["response"]["cookies"] = [{"name": name, "value": "x"} for name in "abcd"]
    assert [cookie.name for cookie in audited(recorded).cookies] == ["a", "b", "c"]


def test_cookies_arrays_serve_where_headers_are_missing(audited, make, choice):
    recorded = make(SHOP)
    name, _, value = choice("statistics").partition("=")
    recorded["request"]["cookies"] = [{"name": name, "value": value}]
    recorded["response"]["cookies"] = [
        {"name": "sid", "value": "x", "path": "/", "domain": "shop.example", "sameSite": "Lax", "secure": True},
        {"name": "keep", "value": "x", "httpOnly": True, "expires": "2037-01-01T00:00:00.000Z"},
        {"name": "stats", "value": "x", "expires": "Thu, 01 Jan 2037 00:00:00 GMT"},
        {"name": "ads", "value": "x", "expires": "soon"},
    ]
    found = audited(recorded)
    codes = {(finding.code.value, finding.cookie) for finding in found.findings}
    assert {("wide-domain", "sid"), ("no-http-only", "sid"), ("kept-too-long", "keep")} <= codes
    assert {("kept-longer", "stats"), ("against-choice", "ads"), ("no-secure", "keep")} <= codes


def test_expires_counts_from_the_servers_date(audited, make, failures):
    recorded = make(SHOP, "stats=x; Expires=Wed, 11 Feb 2026 08:00:00 GMT; Secure; SameSite=Lax")
    assert "kept-longer" not in [code for code, _, _ in failures(audited(recorded))]
    recorded["response"]["headers"].append({"name": "Date", "value": "Sun, 11 Jan 2026 08:00:00 GMT"})
    assert ("kept-longer", "stats", "kept for 31 days, declared for 30 days") in failures(audited(recorded))


@pytest.mark.parametrize("started", [None, "yesterday", 7])
def test_entry_without_a_time_is_taken(audited, make, started):
    assert len(audited(make(SHOP, "sid=x", startedDateTime=started)).cookies) == 1


def test_cookies_that_only_requests_carry_are_told(audited, make, failures):
    found = audited(make(SHOP, cookie="_ga=x; stats=y; sid=z; =nameless"), make(SHOP, cookie="_ga=x; stats=y; sid=z"))
    assert failures(found) == [
        ("unregistered", "_ga", "the browser carries it; no recorded response set it"),
        ("carried-without-consent", "stats", "statistics needs consent"),
    ]
    assert [finding.count for finding in found.findings if finding.severity != "note"] == [2, 2]


def test_cookie_that_is_known_to_be_set_is_not_told_as_carried_too(audited, make, failures, safe):
    found = audited(make(SHOP, f"stats=x{safe}"), make(SHOP, cookie="stats=x"))
    assert [code for code, _, _ in failures(found)] == ["before-consent"]


def test_other_parties_are_kept_apart(audited, make, choice, failures):
    found = audited(
        make(SHOP, "sid=x; Path=/; Secure; HttpOnly; SameSite=Lax"),
        make("https://ads.test/p?u=1", "IDE=x", "sid=x", "gone=; Max-Age=0"),
        make(SHOP, cookie=choice("")),
        make("https://ads.test/p", "IDE=x"),
    )
    assert failures(found) == []
    (party,) = found.parties
    many = audited(make(SHOP), make("https://ads.test/", *(f"n{at}=x" for at in range(20))))
    assert len(many.parties[0].names) == 12
    assert (party.host, party.names, party.count, party.count_before) == ("ads.test", ("IDE", "sid"), 3, 2)
    assert "other-party" in [finding.code.value for finding in found.findings]


def test_registered_cookie_that_another_party_sets_breaks_the_promise_too(audited, make, failures):
    found = audited(make(SHOP), make("https://ads.test/", "ads=x; Secure; SameSite=None"))
    assert failures(found)[0] == ("before-consent", "ads", "marketing needs consent")


def test_hosts_can_be_named(audited, make):
    found = audited(make("https://cdn.test/", "a=1"), make(SHOP, "sid=x"), hosts=("shop.example",))
    assert [cookie.name for cookie in found.cookies] == ["sid"]
    assert found.source.hosts == "shop.example"
    assert not any("Taken for" in note for note in found.notes)


def test_guess_of_the_host_is_told(audited, make):
    assert audited(make(SHOP, "sid=x")).notes[0] == (
        "Taken for the site's own: shop.example, after the first request. Name its hosts with --host."
    )


def test_missing_consent_cookie_is_told(audited, make, choice):
    assert any("No request carries the consent cookie" in note for note in audited(make(SHOP, "sid=x")).notes)
    assert not any("No request" in note for note in audited(make(SHOP, cookie=choice(""))).notes)


def test_host_that_is_not_there_is_told(audited, make):
    with pytest.raises(Unreadable, match=r"shop\.har: no request to other\.test is in it; name the site's host"):
        audited(make(SHOP, "sid=x"), hosts=("other.test",))


def test_places_have_no_query_and_no_user(audited, make):
    found = audited(make("https://me:geheim@www.shop.example:8443/a/b?q=geheim#geheim", "x=1"))
    assert [str(place) for place in found.cookies[0].places] == ["https://www.shop.example:8443/a/b (entry 1)"]


def test_addresses_that_are_none_are_counted(audited, make):
    found = audited(
        make(SHOP, "sid=x"), make("data:text/html,x"), make("https://[::x/", "a=1"), make("https://h:x/", "b=1")
    )
    (finding,) = [finding for finding in found.findings if finding.code is Code.NOT_SEEN]
    assert finding.cookie == "requests without an address"
    assert finding.detail == "the URL of 1 entry can't be read; record again"
    assert [cookie.name for cookie in found.cookies] == ["sid"]


def test_too_many_headers_are_counted(audited, make):
    found = audited(make(SHOP, *(f"n{at}=x" for at in range(5000))))
    assert len(found.cookies) == 4096
    (finding,) = [finding for finding in found.findings if finding.code is Code.NOT_SEEN]
    assert finding.detail == "904 headers left out: an audit reads 4,096 in each entry"


def test_strange_shapes_are_passed_by(audited, make):
    recorded = make(SHOP, "sid=x")
    recorded["request"]["headers"] += [{"name": 7, "value": "x"}, {"name": "Cookie", "value": {"a": [1]}}, "x", [[]]]
    recorded["deep"] = [[[[[[[[[["x"]]]]]]]]]]
    recorded["deeper"] = {"a": {"b": {"c": {"d": {"e": {"f": {"g": "x"}}}}}}}
    recorded["request"]["queryString"] = [{"name": "cookie", "value": "a=b"}]
    assert len(audited(recorded, {"request": [{"url": SHOP}]}, "text", [7]).cookies) == 1


def refused(har, promise):
    with pytest.raises(Unreadable) as caught:
        audit_har(har, promise, (), lambda _: None)
    return str(caught.value)


def test_sanitised_export_is_told(har, make, promise):
    failures = refused(har(make(SHOP), make(SHOP)), promise)
    assert failures.startswith(
        "shop.har: there is no cookie in any of its 2 requests, recorded by WebInspector: browsers"
    )
    assert "Export HAR (with sensitive data)" in failures


@pytest.mark.parametrize(
    ("octets", "failures"),
    [
        (b"", "it ends in the middle, after entry 0: it was cut off"),
        (b'{"log": {"entries": [{"request": {"url": "x', "it ends in the middle, after entry 0: it was cut"),
        (b'{"log": {"entries": [{"request": {}}, {"a" ', "it ends in the middle, after entry 1: it was cut"),
        (b"<html>", "broken JSON after entry 0, before octet 6: no UTF-8, or a mistake in the syntax"),
        (b'{"log": {"entries": [{"a": "\xff"}]}}', "broken JSON after entry 0"),
        ('{"log": {}}'.encode("utf-16"), "octet 0: UTF-16; save it as UTF-8"),
        (b'{"log": {"pages": []}}', "no HAR file: log.entries is missing"),
        (b"[]", "no HAR file"),
        (b"[" * 200000, "it nests more than 500 deep, after entry 0, before octet 200000; export it again"),
        (
            b'{"log": {"entries": [' + b"9" * 5000 + b"]}}",
            "it has a number of more than 400 characters, after entry 0, before octet 5024; export it again",
        ),
    ],
)
def test_what_is_no_har_file_is_told(tmp_path, promise, octets, failures):
    path = tmp_path / "shop.har"
    path.write_bytes(octets)
    assert refused(path, promise).startswith(f"shop.har: {failures}")


def test_missing_file_is_told(tmp_path, promise):
    assert refused(tmp_path / "x.har", promise) == "x.har: can't be read: No such file or directory; check the path"


def test_utf_8_mark_is_read(har, make, audited, promise):
    path = har(make(SHOP, "sid=x"))
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert len(audit_har(path, promise, (), lambda _: None).cookies) == 1


def test_large_file_is_read_in_bounded_memory(tmp_path, make, promise):
    path = tmp_path / "large.har"
    body = json.dumps(make(SHOP, "sid=x", response={"headers": [], "content": {"text": '<é>"\\' * 700_000}}))
    small = json.dumps(make(SHOP, "sid=x"))
    with path.open("w", encoding="utf-8") as file:
        file.write('{"log": {"entries": [' + small)
        for _ in range(8):
            file.write(f",{body},{small}")
        file.write("]}}")
    assert path.stat().st_size > 50_000_000
    read = []
    tracemalloc.start()
    found = audit_har(path, promise, (), read.append)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found.cookies[0].count == 9
    assert peak < 8_000_000
    assert read == sorted(read)
    assert read[-1] == path.stat().st_size


def test_megabyte_in_one_value_is_told_and_not_kept(audited, make):
    found = audited(make(SHOP, "sid=" + "x" * 1_000_000, "y" * 1_000_000 + "=x"))
    texts = [(finding.code.value, finding.detail) for finding in found.findings if finding.severity == "warning"]
    assert texts == [("refused-line", "it is too large: browsers store no more than 4,096 octets")] * 2
    assert max(len(cookie.name) for cookie in found.cookies) < 200
