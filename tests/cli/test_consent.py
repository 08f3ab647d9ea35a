"""`cookiegate consent`: recognised platforms, granted categories and reasons, from a header, a HAR file, or stdin."""

import json
import sys

import pytest
from typer.testing import CliRunner

from cookiegate.cli import consent as command
from cookiegate.cli.app import app

COOKIEBOT = (
    "CookieConsent={stamp:'secret',preferences:false,statistics:true,marketing:true,"
    "method:'explicit',ver:3,utc:1767225600000}"
)
IMPLIED = COOKIEBOT.replace("explicit", "implied")


def consent(*arguments, stdin=None):
    result = CliRunner().invoke(app, ["consent", *arguments], input=stdin, env={"COLUMNS": "80"})
    return result.exit_code, result.stdout, result.stderr


def consent_json(*arguments, stdin=None):
    code, out, err = consent(*arguments, "--json", stdin=stdin)
    assert err == ""
    return code, json.loads(out)


NOT_HAR = "the JSON is not a HAR file: log.entries[].request with url and headers is missing"


def har(*requests):
    entries = [
        {"request": {"url": url, "headers": [{"name": name, "value": value} for name, value in headers]}}
        for url, headers in requests
    ]
    return json.dumps({"log": {"entries": entries}})


@pytest.fixture
def har_file(tmp_path):
    file = tmp_path / "page=1.har"
    file.write_text(
        har(
            ("https://www.shop.example/", [("Cookie", COOKIEBOT), ("Sec-GPC", "1")]),
            ("https://www.shop.example/a", [("cookie", f"a=1; {COOKIEBOT}"), ("sec-gpc", "1")]),
            ("https://cdn.shop.example/b", [("cookie", "a=1"), ("cookie", COOKIEBOT), ("sec-gpc", "1")]),
            ("https://www.shop.example/c", [("cookie", "CookieConsent=0")]),
            ("https://other.example/", [("accept", "*/*")]),
        ),
        encoding="utf-8-sig",
    )
    return str(file)


def test_header_is_told_in_80_columns(cli):
    header = f"Cookie: a=1; {COOKIEBOT}; klaro={{; tarteaucitron=!x=wait; usprivacy=1YYN"
    result = cli("consent", header, columns=80)
    assert (result.returncode, result.stderr) == (0, "")
    assert [line.rstrip() for line in result.stdout.splitlines() if "─" not in line] == [
        "platform        says                   explicit  given at               revision",
        "Cookiebot       marketing, statistics  yes       2026-01-01 00:00:00    3",
        "CookieConsent                                    UTC",
        "Klaro           unreadable: no JSON",
        "klaro           object",
        "tarteaucitron   no answer",
        "tarteaucitron",
        "IAB US Privacy  marketing refused      yes",
        "usprivacy",
        "Detect() grants       why",
        "marketing        no   The visitor did not grant marketing cookies.",
        "preferences      no   The visitor did not grant preferences cookies.",
        "statistics       yes  The visitor granted statistics cookies.",
    ]
    assert max(map(len, result.stdout.splitlines())) <= 80


def test_header_is_told_as_json():
    code, data = consent_json(COOKIEBOT)
    assert code == 0
    assert data == {
        "requests": 1,
        "recognised": 1,
        "results": [
            {
                "requests": 1,
                "hosts": [],
                "platforms": [
                    {
                        "platform": "Cookiebot",
                        "reader": "Cookiebot",
                        "cookies": ["CookieConsent"],
                        "says": "choice",
                        "granted": ["marketing", "statistics"],
                        "explicit": True,
                        "given_at": "2026-01-01T00:00:00+00:00",
                        "revision": "3",
                        "problem": None,
                    }
                ],
                "granted": ["marketing", "statistics"],
                "why": {
                    "marketing": "The visitor granted marketing cookies.",
                    "preferences": "The visitor did not grant preferences cookies.",
                    "statistics": "The visitor granted statistics cookies.",
                },
            }
        ],
    }


@pytest.mark.parametrize(
    ("cookie", "options", "granted", "category", "why"),
    [
        (COOKIEBOT, ("--gpc",), ["statistics"], "marketing", "The browser sends Sec-GPC: 1, which refuses marketing"),
        (COOKIEBOT, ("--dnt",), [], "statistics", "The browser sends DNT: 1, which refuses statistics cookies."),
        (COOKIEBOT, ("--max-age", "1"), [], "statistics", "The consent is too old to count for statistics cookies."),
        (COOKIEBOT, ("--max-age", "36500"), ["marketing", "statistics"], "statistics", "The visitor granted"),
        (COOKIEBOT, ("--revision", "4"), [], "statistics", "The consent was given to another version of the policy."),
        (COOKIEBOT, ("--revision", "3"), ["marketing", "statistics"], "statistics", "The visitor granted"),
        (IMPLIED, (), ["marketing", "statistics"], "statistics", "It is implied or a default: the visitor did not"),
        (IMPLIED, ("--require-explicit",), [], "statistics", "The consent is implied or a default"),
        ("CookieConsent=true", (), [], "statistics", "The consent cookie can't be read"),
        ("tarteaucitron=!x=wait", (), [], "statistics", "The visitor has not chosen yet"),
    ],
)  # fmt: skip
def test_what_would_be_granted_and_why(cookie, options, granted, category, why):
    code, data = consent_json(cookie, *options)
    [result] = data["results"]
    assert (code, result["granted"]) == (0, granted)
    assert result["why"][category].startswith(why)


def test_values_are_not_shown():
    _, out, _ = consent(f"{COOKIEBOT}; klaro=secret; OptanonConsent=groups=secret")
    assert "secret" not in out


def test_objection_that_is_not_made_is_said():
    assert "marketing not refused" in consent("usprivacy=1YNN")[1]


def test_refusal_of_all_is_said():
    assert "nothing granted" in consent("CookieConsent=0")[1]


def test_revision_can_not_move_the_cursor():
    _, out, _ = consent("cookiegate_consent=v=1&c=&t=1768204800&r=%1b%5B31m")
    assert "\\x1b[31m" in out
    assert "\x1b" not in out


def test_header_longer_than_any_path_is_a_header():
    assert consent(f"a={'x' * 5000}; {COOKIEBOT}")[0] == 0


def test_nothing_that_is_known_is_exit_code_1():
    code, out, _ = consent("a=1; b=2")
    assert (code, out) == (1, "No consent cookie of a known platform in 1 request.\n")
    assert consent_json("a=1") == (1, {"requests": 1, "recognised": 0, "results": []})


def test_text_on_stdin_may_be_a_whole_request():
    request = f"> GET / HTTP/2\r\n> Host: shop.example\r\n> cookie: a=1\r\n> Cookie: {COOKIEBOT}\r\n> sec-gpc: 1\r\n"
    _, data = consent_json("-", stdin=request)
    assert data["results"][0]["granted"] == ["statistics"]


def test_text_in_a_file_may_be_a_bare_header(tmp_path):
    file = tmp_path / "cookie.txt"
    file.write_text(f"{COOKIEBOT}\n")
    assert consent(str(file))[0] == 0


def test_har_file_is_read_by_different_consent_cookies(har_file):
    code, data = consent_json(har_file)
    assert (code, data["requests"], data["recognised"]) == (0, 5, 4)
    first, second = data["results"]
    assert (first["requests"], first["hosts"]) == (3, ["www.shop.example", "cdn.shop.example"])
    assert first["granted"] == ["statistics"]
    assert (second["requests"], second["granted"]) == (1, [])


def test_har_file_is_told_in_words(har_file):
    code, out, _ = consent(har_file)
    assert code == 0
    assert "www.shop.example, cdn.shop.example: 3 requests of 5\n" in out
    assert "www.shop.example: 1 request of 5\n" in out


def test_har_file_of_many_hosts_names_three():
    requests = [(f"https://h{number}.example/", [("cookie", COOKIEBOT)]) for number in range(5)]
    assert "h0.example, h1.example, h2.example, ...: 5 requests of 5\n" in consent("-", stdin=har(*requests))[1]


def test_har_file_without_consent_cookies_is_exit_code_1():
    code, out, _ = consent("-", stdin=har(("about:blank", [("cookie", "a=1")]), ("https://x.example/", [])))
    assert (code, out) == (1, "No consent cookie of a known platform in 2 requests.\n")


@pytest.mark.parametrize("url", ["about:blank", "https://[not-an-address]/"])
def test_har_request_without_a_host_is_named_by_its_number(url):
    _, found = consent_json("-", stdin=har((url, [("cookie", COOKIEBOT)])))
    assert found["results"][0]["hosts"] == ["entry 1"]


@pytest.mark.parametrize(
    "request_",
    [
        {"url": "https://x.example/"},
        {"headers": []},
        {"url": None, "headers": []},
        {"url": "https://x.example/", "headers": {}},
        {"url": "https://x.example/", "headers": ["cookie"]},
        {"url": "https://x.example/", "headers": [{"name": "cookie"}]},
        {"url": "https://x.example/", "headers": [{"name": 1, "value": "a=1"}]},
        None,
    ],
)
def test_har_request_that_lacks_a_member_is_bad_input(request_):
    code, out, err = consent("-", stdin=json.dumps({"log": {"entries": [{"request": request_}]}}))
    assert (code, out) == (2, "")
    assert err == f"cookiegate: {NOT_HAR}\n"


def test_har_header_with_a_lone_surrogate_is_read():
    text = har(("https://x.example/", [("x\udc80", "1"), ("cookie", COOKIEBOT)]))
    assert consent_json("-", stdin=text)[0] == 0


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "no cookie in the input; give a header like 'Cookie: name=value'"),
        ("Cookie: abc", "no cookie in the input; give a header like 'Cookie: name=value'"),
        ('{"log": {"entries": [', "broken JSON at line 1, column 22: Expecting value; save it again"),
        ("{}", NOT_HAR),
        (
            '{"log": {"entries": [1]}}',
            NOT_HAR,
        ),
        (
            '{"log": {"entries": 1}}',
            NOT_HAR,
        ),
        ('{"a":' * 100_000, "it nests more than 500 deep; take the inner parts out"),
        (b'{"a": "\xff"}', "the file is not UTF-8 (octet 7); save it again"),
    ],
)
def test_bad_input_on_stdin(text, problem):
    assert consent("-", stdin=text) == (2, "", f"cookiegate: {problem}\n")


def test_missing_file_is_bad_input(cli):
    result = cli("consent", "nowhere.har")
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr == (
        "cookiegate: nowhere.har: No such file or directory; give a Cookie header, a file, or -\n"
    )  # fmt: skip


def test_empty_argument_is_bad_input():
    problem = "cookiegate: the argument is empty; give a Cookie header, a file, or -\n"
    assert consent("") == (2, "", problem)


@pytest.mark.parametrize(
    ("reader", "cookie"),
    [("Klaro", 'klaro={"matomo":true}'), ("Axeptio", 'axeptio_cookies={"matomo":true,"$$completed":true}')],
)
def test_services_that_only_the_site_can_name_are_asked_for(reader, cookie):
    problem = f"only the site knows its services; give their categories: {reader}(services=...)"
    code, found = consent_json(cookie)
    assert (code, found["results"][0]["platforms"][0]["problem"]) == (0, problem)
    _, out, _ = consent(cookie)
    assert "nothing granted: only the site" in out


@pytest.mark.parametrize(
    ("platform", "cookie", "problem"),
    [
        (
            "Cloudflare Zaraz",
            'cf_consent={"jnaU":true}',
            "only the site knows its purposes; give their categories: Zaraz(purposes=...)",
        ),
        (
            "Didomi",
            "didomi_dcs=BGHWv4UYba5-dZnABdKu__D6iWHsD6iWHsCABFKVEACKUqgAAERY4AABEWMA",
            "it holds numbers of purposes; give their categories: Didomi(purpose_numbers=...)",
        ),
    ],
)
def test_ids_that_only_the_site_can_explain_are_asked_for(platform, cookie, problem):
    code, found = consent_json(cookie)
    reading = found["results"][0]["platforms"][0]
    assert (code, reading["platform"], reading["says"], reading["problem"]) == (0, platform, "unreadable", problem)


@pytest.mark.parametrize(
    ("platform", "cookie", "granted"),
    [
        ("c15t", "c15t=c.necessary:1,c.measurement:1,i.t:1767225600000,i.sid:sub_x", ["statistics"]),
        (
            "Fides",
            'fides_consent={"consent":{"marketing":true},"fides_meta":{"updatedAt":"2026-01-02T03:04:05Z"}}',
            ["marketing"],
        ),
        ("Cloudflare Zaraz", 'cf_consent={"jnaU":false}', []),
    ],
)
def test_newer_platforms_are_recognised(platform, cookie, granted):
    code, found = consent_json(cookie)
    reading = found["results"][0]["platforms"][0]
    assert (code, reading["platform"], reading["says"], reading["granted"]) == (0, platform, "choice", granted)


def test_folder_and_a_name_that_is_no_path_are_bad_input(tmp_path):
    code, _, err = consent(str(tmp_path))
    assert (code, "Is a directory; give a Cookie header, a file, or -" in err) == (2, True)
    code, _, err = consent("a\0b")
    assert (code, err) == (2, "cookiegate: a\\x00b: embedded null byte; give a Cookie header, a file, or -\n")


def test_input_without_end_is_read_up_to_a_limit(monkeypatch):
    monkeypatch.setattr(command, "_MAX_OCTETS", 1 << 20)
    code, _, err = consent("-", stdin="a=" + "x" * (1 << 20))
    assert (code, err) == (2, "cookiegate: standard input: more than 1 MiB; record fewer requests\n")


def test_table_without_rich_is_told_in_one_line(monkeypatch):
    monkeypatch.delitem(sys.modules, "cookiegate.cli.consent_table", raising=False)
    monkeypatch.setitem(sys.modules, "rich", None)
    code, out, err = consent(COOKIEBOT)
    assert (code, out) == (2, "")
    assert err == "cookiegate: the table needs rich; pip install 'cookiegate[cli]', or use --json\n"
    assert consent_json(COOKIEBOT)[0] == 0


def test_missing_argument_is_bad_input(cli):
    assert cli("consent").returncode == 2
