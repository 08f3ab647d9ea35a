"""OneTrust's cookie list, as page and as the JSON that its script loads."""

import json

import pytest

from cookiegate.errors import ConfigError

PAGE = """<h4 class="ot-sdk-cookie-policy-group">Performance Cookies</h4><p>They count.</p>
<table><tr><th class="ot-host">Cookie Subgroup</th><th>Cookies</th><th>Cookies used</th><th>Lifespan</th></tr>
<tr><td class="ot-host-td">example.com<td><a>_gid</a>, <a>_gat_UA-</a>, <a>_gd####</a><td>First Party
<td>1 Day, A few seconds, 90 Days</tr><tr><td>other.example<td>JSESSIONID<td>Third Party<td>Session</table>"""
GROUPS = [
    {
        "GroupName": "Targeting Cookies",
        "FirstPartyCookies": [
            {"Name": "A_##", "Host": ".example.com", "IsSession": False, "Length": "365", "description": "Ads."},
            {"Name": "s", "IsSession": True, "Length": "0"},
            {"Name": "d", "Length": 1},
            {"Name": "n"},
            "no cookie",
        ],
        "Hosts": [{"HostName": "x.example", "Cookies": [{"Name": "z", "Host": "x.example", "Length": "0"}]}],
    },
    "no group",
    {"GroupName": "Strictly Necessary Cookies", "FirstPartyCookies": [], "Hosts": None},
]


def test_page_lists_cookies_and_lifetimes_side_by_side(read):
    found = read(PAGE, "page.html")
    assert found.short() == [
        ("_gid", "statistics", "1 Day"),
        ("_gat_UA-", "statistics", ""),
        ("_gd*", "statistics", "90 Days"),
        ("JSESSIONID", "statistics", "Session"),
    ]
    assert found.missed == [
        (
            "line 3: '_gat_UA-': lifetime 'A few seconds' is not understood and left out; "
            "add one like '7 days' or 'session'"
        )
    ]


def test_domain_of_a_third_party_is_not_the_sites(read):
    rules = read(PAGE, "page.html").rules
    assert (rules["_gid"].domains, rules["JSESSIONID"].domains) == (("example.com",), ())


def test_groups_of_the_json_are_categories(read):
    found = read(json.dumps({"DomainData": {"Groups": GROUPS}}), "en.json")
    assert found.short() == [
        ("A_*", "marketing", "365 days"),
        ("s", "marketing", "session"),
        ("d", "marketing", "1 day"),
        ("n", "marketing", ""),
        ("z", "marketing", ""),
    ]
    assert found.rules["A_*"].domains == (".example.com",)
    assert (found.rules["z"].provider, found.rules["z"].domains) == ("x.example", ())


def test_lifetime_of_no_days_is_listed_with_its_place(read):
    found = read(json.dumps({"Groups": GROUPS}), "en.json")
    assert found.missed[-1].startswith("Groups[1].Hosts[1].Cookies[1]: 'z': lifetime '0 days' is not understood")


def test_item_that_is_no_object_is_listed_with_its_place(read):
    found = read(json.dumps({"Groups": GROUPS}), "en.json")
    assert [text.partition(": no object")[0] for text in found.missed if ": no object" in text] == [
        'Groups[1].FirstPartyCookies[5]: "no cookie"',
        'Groups[2]: "no group"',
    ]


@pytest.mark.parametrize("content", [[], {}, {"Groups": 1}, {"DomainData": {}}])
def test_json_without_groups_is_an_error(read, content):
    with pytest.raises(ConfigError, match=r"^en.json: DomainData.Groups: not there"):
        read(json.dumps(content), "en.json", format="onetrust")
