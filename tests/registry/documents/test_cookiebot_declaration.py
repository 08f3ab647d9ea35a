"""Cookiebot's declaration, as page and as JSON of its data API."""

import json

PAGE = """<p class="CookieDeclarationTypeHeader">Statistics (2) </p>
<p class="CookieDeclarationTypeDescription">They count.</p>
<table class="CookieDeclarationTable"><thead><tr><th scope="col">Name</th><th>Provider</th><th>Purpose</th>
<th>Maximum Storage Duration</th><th>Type</th></tr></thead><tbody>
<tr><td>_ga_# [x2] </td><td>a.example<br>b.example</td><td>Counts.</td><td>2 years</td><td>HTTP Cookie</td></tr>
<tr><td>_store</td><td>b.example</td><td>Keeps.</td><td>Persistent</td><td>HTML Local Storage</td></tr></tbody></table>
<p class="CookieDeclarationTypeHeader">Unclassified (1) </p><table class="CookieDeclarationTable">
<tr><th>Name<th>Provider<th>Purpose<th>Maximum Storage Duration<th>Type
<tr><td>#<td>x<td>y<td>Session<td>HTTP Cookie<tr><td>new_#<td>z<td>Pending<td>Session<td>HTTP Cookie</table>"""
ITEM = {
    "Name": "sid_#",
    "NamePattern": "",
    "Provider": "www.example.com",
    "Path": "/shop",
    "Value": "secret",
    "HTTPOnly": "1",
    "Secure": "0",
    "ThirdParty": "0",
    "Persistent": "1",
    "ExpireSeconds": "15897668",
    "ExpireDays": "184",
    "ExpireDescription": "6 months",
    "TrackerTypeID": "1",
    "TrackerTypeName": "HTTP Cookie",
    "Category": "1",
    "PurposeDescription": "Keeps the session.",
}


def test_page_is_read_with_its_headers_as_categories(read):
    found = read(PAGE, "page.html")
    assert found.short() == [("_ga_*", "statistics", "2 years")]
    assert found.only().provider == "a.example, b.example"


def test_storage_that_is_no_cookie_is_left_out_and_remarked_on(read):
    (note,) = read(PAGE, "page.html").notes
    assert note == (
        "line 6: _store: local storage, no cookie: no Set-Cookie line sets it; left out; for the guard, write a rule "
        'with storage = "local"'
    )


def test_unclassified_cookies_are_listed(read):
    unnamed, unclassified = read(PAGE, "page.html").missed
    assert unnamed.startswith("line 9: '#': no cookie name")
    assert unclassified.startswith("line 9: 'new_*': no category; the headings above are 'Unclassified (1)'")
    assert read(PAGE, "page.html", categories={"unclassified": "marketing"}).rules["new_*"].category == "marketing"


def test_api_json_is_read_without_the_values(read):
    found = read(json.dumps({"domain": "www.example.com", "cookies": [ITEM]}), "cookies.json")
    rule = found.only()
    assert (rule.name, rule.category, str(rule.lifetime), rule.purpose, rule.provider, rule.paths, rule.http_only) == (
        "sid_*",
        "necessary",
        "6 months",
        "Keeps the session.",
        "www.example.com",
        ("/shop",),
        True,
    )
    assert rule.secure is None
    assert "secret" not in repr(found.declaration)


def test_category_without_a_number_is_a_word(read):
    found = read(
        json.dumps({"cookies": [ITEM | {"Category": "5"}, ITEM | {"Category": "Marketing", "Name": "b"}]}), "c.json"
    )
    assert found.short() == [("b", "marketing", "6 months")]
    assert "category 'unclassified' is not known" in found.missed[0]
