"""A consent cookie in the response counts for its other lines only as far as the browser will send it back here."""

import asyncio
import sys

import pytest

from cookiegate import CookieRule, Registry
from cookiegate.asgi import CookieGateMiddleware as AsgiGate
from cookiegate.consent import OwnConsent
from cookiegate.wsgi import CookieGateMiddleware as WsgiGate

GRANT = "cookiegate_consent=v=1&c=marketing&t=1768204800"
REFUSAL = "cookiegate_consent=v=1&c=&t=1768204800"
GONE = "cookiegate_consent=; Max-Age=0"
MKT = "mkt_a=1; Path=/; Secure; SameSite=Lax"

# The site is https://shop.example.com/shop/cart.

NOT_SENT_BACK = [
    "; Path=/elsewhere",
    "; Path=/shop/cart/more",
    "; Path=/shop/car",
    "; Path=/SHOP",
    "; Path=/shop/cart/",
    "; Domain=evil.example",
    "; Domain=www.example.com",
    "; Domain=com",
    "; Domain=a.shop.example.com",
    "; Domain=xample.com",
    "; Domain=hop.example.com",
    "; Domain=..example.com",
    "; Domain=example.com.",
    "; Domain=shop.example.com:443",
    "; Path=/; Path=/elsewhere",
    "; Domain=example.com; Domain=evil.example",
    "; Max-Age=0",
    "; Expires=1/1/1970",  # stored by Chromium, deleted by Firefox: the gate writes a deletion
    "; Path=/\tx",
    "\x01",
    "; Path=/; x=\x7f",
]
SENT_BACK = [
    "",
    "; Path=/",
    "; Path=/shop",
    "; Path=/shop/",
    "; Path=/shop/cart",
    "; Path=",
    "; Path=elsewhere",  # no path: the default one
    "; Domain=example.com",
    "; Domain=.EXAMPLE.com",
    "; Domain=shop.example.com",
    "; Domain=",
    "; Path=/elsewhere; Path=/shop",
    "; Max-Age=+60",
    "; Secure; HttpOnly; SameSite=Strict; Partitioned",
    "; SameSite=None",
]


@pytest.mark.parametrize("place", NOT_SENT_BACK)
def test_grant_that_the_browser_would_not_send_back_does_not_count(exchange, make_gate, place):
    for lines in ([GRANT + place, MKT], [MKT, GRANT + place]):
        found = exchange(make_gate(), lines)
        assert MKT not in found.lines
        assert not found.handle.allows("marketing")


@pytest.mark.parametrize("place", SENT_BACK)
def test_grant_that_the_browser_sends_back_counts(exchange, make_gate, place):
    for lines in ([GRANT + place, MKT], [MKT, GRANT + place]):
        assert MKT in exchange(make_gate(), lines).lines


@pytest.mark.parametrize("place", [*NOT_SENT_BACK[:-7], "\x01"])
def test_refusal_that_is_not_sent_back_leaves_the_grant(exchange, make_gate, place):
    assert MKT in exchange(make_gate(), [REFUSAL + place, MKT], cookie=GRANT).lines


@pytest.mark.parametrize("place", SENT_BACK)
def test_refusal_that_is_sent_back_replaces_the_grant(exchange, make_gate, place):
    assert MKT not in exchange(make_gate(), [REFUSAL + place, MKT], cookie=GRANT).lines


def test_secure_consent_cookie_on_http_does_not_count(exchange, make_gate):
    mkt = "mkt_a=1; Path=/; SameSite=Lax"
    assert mkt not in exchange(make_gate(), [f"{GRANT}; Path=/; Secure", mkt], scheme="http").lines
    assert mkt in exchange(make_gate(), [f"{GRANT}; Path=/", mkt], scheme="http").lines
    assert mkt not in exchange(make_gate(secure="always"), [f"{GRANT}; Path=/", mkt], scheme="http").lines


@pytest.mark.parametrize("name", ["__Host-choice", "__Secure-choice", "__Http-choice"])
def test_consent_cookie_whose_prefix_is_not_met_does_not_count(exchange, make_gate, name):
    gate = make_gate(consent=OwnConsent(name))
    grant = GRANT.replace("cookiegate_consent", name)
    assert exchange(gate, [f"{grant}; Path=/x", MKT]).lines[-1:] != [MKT]
    assert MKT in exchange(gate, [f"{grant}; Path=/; HttpOnly", MKT]).lines
    assert exchange(gate, [f"{grant}; Path=/; HttpOnly", "mkt_a=1"], scheme="http").lines == []


@pytest.mark.parametrize(
    ("host", "domain", "counts"),
    [
        ("127.0.0.1:8000", "127.0.0.1", True),
        ("127.0.0.1", "0.0.1", False),
        ("shop.example.com:8443", "example.com", True),
        ("SHOP.Example.com", "example.com", True),
        ("localhost", "localhost", True),
        ("[::1]:8000", "evil.example", False),
        ("", "example.com", False),
    ],
)
def test_domain_is_held_against_the_host_that_was_asked(exchange, make_gate, host, domain, counts):
    found = exchange(make_gate(), [f"{GRANT}; Domain={domain}; Path=/", MKT], host=host)
    assert (MKT in found.lines) is counts


def test_path_of_the_root_is_the_default_path_there(exchange, make_gate):
    assert MKT in exchange(make_gate(), [f"{GRANT}; Path=/", MKT], path="/").lines
    assert MKT not in exchange(make_gate(), [f"{GRANT}; Path=/shop", MKT], path="/").lines


# One consent cookie in the request, and several


def test_one_cookie_of_the_request_is_replaced(exchange, make_gate):
    assert MKT in exchange(make_gate(), [f"{GRANT}; Path=/", MKT], cookie=REFUSAL).lines
    assert MKT not in exchange(make_gate(), [f"{REFUSAL}; Path=/", MKT], cookie=GRANT).lines
    assert MKT not in exchange(make_gate(), [f"{GONE}; Path=/", MKT], cookie=GRANT).lines


@pytest.mark.parametrize(
    "cookies", [f"{REFUSAL}; {GRANT}", f"{GRANT}; {REFUSAL}", f"{GRANT}; x=1; {GRANT}", f"{GRANT}; {GRANT}; {REFUSAL}"]
)
def test_of_several_in_the_request_the_stricter_of_all_counts(exchange, make_gate, cookies):
    has_refusal = REFUSAL in cookies
    assert (MKT in exchange(make_gate(), [f"{GRANT}; Path=/", MKT], cookie=cookies).lines) is not has_refusal
    assert MKT not in exchange(make_gate(), [f"{REFUSAL}; Path=/", MKT], cookie=cookies).lines
    assert MKT not in exchange(make_gate(), [f"{GONE}; Path=/", MKT], cookie=cookies).lines


def test_two_lines_at_different_places_are_both_sent_back(exchange, make_gate):
    """The browser keeps both; which one it sends first, no reader should depend on."""
    for lines in ([f"{REFUSAL}; Path=/", f"{GRANT}; Path=/shop"], [f"{GRANT}; Path=/shop", f"{REFUSAL}; Path=/"]):
        assert MKT not in exchange(make_gate(), [*lines, MKT]).lines


def test_last_of_two_lines_at_one_place_counts(exchange, make_gate):
    assert MKT in exchange(make_gate(), [f"{REFUSAL}; Path=/", f"{GRANT}; Path=/", MKT]).lines
    assert MKT not in exchange(make_gate(), [f"{GRANT}; Path=/", f"{REFUSAL}; Path=/", MKT]).lines
    assert MKT not in exchange(make_gate(), [f"{GRANT}; Path=/", f"{GONE}; Path=/", MKT]).lines


def test_deletion_at_a_place_where_it_is_not_leaves_the_grant_to_the_stricter_reading(exchange, make_gate):
    assert MKT not in exchange(make_gate(), [f"{GONE}; Path=/", MKT], cookie=GRANT).lines
    assert MKT in exchange(make_gate(), [f"{GONE}; Path=/elsewhere", MKT], cookie=GRANT).lines


def test_signal_narrows_a_grant_of_the_response_too(exchange, make_gate):
    assert MKT not in exchange(make_gate(), [f"{GRANT}; Path=/", MKT], request=[("Sec-GPC", "1")]).lines


# What the app says through its handle


@pytest.mark.parametrize("cookies", [REFUSAL, f"{REFUSAL}; {GRANT}", f"{GRANT}; {GRANT}", "cookiegate_consent=junk"])
def test_grant_replaces_all_and_deletes_the_other_forms(exchange, make_gate, cookies):
    found = exchange(make_gate(), [MKT], cookie=cookies, app=lambda handle: handle.choose({"marketing"}))
    assert MKT in found.lines
    deleted = [line for line in found.lines if line.startswith("cookiegate_consent=;")]
    domains = ["", "; Domain=shop.example.com", "; Domain=example.com"] if "; " in cookies else []
    assert [line.partition("Max-Age=0")[2] for line in deleted] == [f"{one}; Path=/; Secure" for one in domains[1:]]
    written = [line for line in found.lines if line.startswith("cookiegate_consent=v=1&c=marketing&t=1768204800")]
    assert len(written) == 1
    assert found.lines.index(written[0]) > max(map(found.lines.index, deleted), default=-1)


def test_consent_cookie_for_a_domain_deletes_the_host_only_form(exchange, make_gate):
    gate = make_gate(consent=OwnConsent(domain="example.com"))
    found = exchange(gate, [], cookie=GRANT, app=lambda handle: handle.withdraw())
    assert found.lines[0].startswith("cookiegate_consent=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0; Path=/")
    assert "; Domain=example.com" in found.lines[1]
    assert len(found.lines) == 2


DELETED = "=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0"


@pytest.mark.parametrize(
    ("settings", "cookie", "deleted"),
    [
        ({}, "", []),
        ({}, GRANT, []),
        ({"domain": "example.com"}, "", ["cookiegate_consent=<gone>; Path=/; Secure"]),
        (
            {"domain": "shop.example.com", "former_domains": ["example.com", ".Shop.example.com", "evil.example"]},
            "",
            [
                "cookiegate_consent=<gone>; Path=/; Secure",
                "cookiegate_consent=<gone>; Domain=example.com; Path=/; Secure",
            ],
        ),
        ({"former_domains": ["example.com"]}, "", ["cookiegate_consent=<gone>; Domain=example.com; Path=/; Secure"]),
        (
            {"domain": "example.com", "former_names": ["__Host-consent", "old", "cookiegate_consent"]},
            "",
            [
                "cookiegate_consent=<gone>; Path=/; Secure",
                "__Host-consent=<gone>; Path=/; Secure",
                "old=<gone>; Path=/; Secure",
                "old=<gone>; Domain=example.com; Path=/; Secure",
            ],
        ),
        (
            {"former_partitioned": True},
            "",
            ["cookiegate_consent=<gone>; Path=/; Secure; SameSite=None; Partitioned"],
        ),
    ],
)
def test_consent_cookie_that_was_moved_is_deleted_at_its_former_places(exchange, make_gate, settings, cookie, deleted):
    gate = make_gate(consent=OwnConsent(**settings))
    found = exchange(gate, [], cookie=cookie, app=lambda handle: handle.choose({"marketing"}))
    assert found.lines[:-1] == [line.replace("=<gone>", DELETED) for line in deleted]
    assert found.lines[-1].startswith("cookiegate_consent=v=1&c=marketing&")


def test_partitioned_form_of_the_consent_cookie_is_left_alone_on_http(exchange, make_gate):
    gate = make_gate(consent=OwnConsent(former_partitioned=True))
    found = exchange(gate, [], app=lambda handle: handle.choose({"marketing"}), scheme="http")
    assert len(found.lines) == 1


def test_unpartitioned_form_is_deleted_from_another_sites_page_too(exchange, make_gate):
    rule = CookieRule(name="cookiegate_consent", category="necessary", same_site="none", add_partitioned=True)
    gate = make_gate(consent=OwnConsent(), registry=Registry([rule]))
    found = exchange(gate, [], cookie=GRANT, app=lambda handle: handle.withdraw())
    assert found.lines[0] == f"cookiegate_consent{DELETED}; Path=/; Secure; SameSite=None"
    assert found.lines[1].endswith("; Secure; SameSite=None; Partitioned")


@pytest.mark.parametrize("verb", ["grant", "choose"])
def test_withdrawal_of_the_app_counts_before_a_grant_in_its_lines(exchange, make_gate, verb):
    found = exchange(make_gate(), [f"{GRANT}; Path=/", MKT], cookie=GRANT, app=lambda handle: handle.withdraw())
    assert MKT not in found.lines
    found = exchange(make_gate(), [f"{REFUSAL}; Path=/", MKT], app=lambda handle: getattr(handle, verb)({"marketing"}))
    assert MKT in found.lines


# A Cookie header that was joined by commas

JOINED = [
    f"a=1, {REFUSAL}; {GRANT}",
    f"a=1,{REFUSAL}; {GRANT}",
    f"a=1 , {GRANT}",
    f"a=1,\t{GRANT}; b=2",
    f"a=1, b=2, {GRANT}",
    f"{GRANT}; a=1, {REFUSAL}",
    f"{GRANT}, {REFUSAL}",
    "a=1, cookiegate_consent =v=1&c=marketing&t=1768204800",
]


@pytest.mark.parametrize("cookie", JOINED)
def test_consent_cookie_behind_a_comma_is_a_conflict(exchange, make_gate, cookie):
    found = exchange(make_gate(), [MKT], cookie=cookie)
    assert found.lines == []
    assert ("mkt_a", "drop", "consent-conflict") in found.told


@pytest.mark.parametrize("cookie", JOINED)
def test_joined_header_is_a_conflict_with_any_source(exchange, make_gate, cookie):
    def source(head):
        return OwnConsent()(head)

    source.cookie_names = ("cookiegate_consent",)
    assert exchange(make_gate(consent=source), [MKT], cookie=cookie).lines == []


@pytest.mark.parametrize(
    "cookie",
    [
        f"a=1, b=2; {GRANT}",
        f"a=cookiegate_consent, x; {GRANT}",
        f"{GRANT}; a=1, xcookiegate_consent=1",
        f"{GRANT}; a=1, cookiegate_consent",
        f"{GRANT}; a=1, COOKIEGATE_CONSENT=1",
    ],
)
def test_comma_before_something_else_is_no_conflict(exchange, make_gate, cookie):
    assert exchange(make_gate(), [MKT], cookie=cookie).lines == [MKT]


def test_several_cookie_fields_read_as_they_came(exchange, make_gate):
    """ASGI keeps the fields apart; what WSGI servers join by a comma can't be told from an attack."""
    found = exchange(make_gate(), [MKT], cookie=["a=1", GRANT])
    assert found.lines == ([MKT] if "asgi" in exchange.__name__ else [])


def test_consent_cookie_of_a_prefix_source_behind_a_comma_is_a_conflict(exchange, make_gate):
    def source(head):
        return OwnConsent()(head)

    source.cookie_names = ("cookiegate_consent", "more_*")
    found = exchange(make_gate(consent=source), [MKT], cookie=f"{GRANT}; a=1, more_x=1")
    assert found.told[0] == ("mkt_a", "drop", "consent-conflict")


def test_grant_in_a_head_that_is_replaced_does_not_count(make_gate):
    """The first head never reaches the browser (PEP 3333)."""

    def app(environ, start_response):
        start_response("200 OK", [("Set-Cookie", f"{GRANT}; Path=/")])
        try:
            raise RuntimeError
        except RuntimeError:
            start_response("500 Failed", [("Set-Cookie", MKT)], sys.exc_info())
        return []

    heads = []
    WsgiGate(app, make_gate())(
        {"wsgi.url_scheme": "https"}, lambda status, headers, exc_info=None: heads.append(headers)
    )
    assert len(heads) == 2
    assert heads[1] == []


def test_grant_in_a_message_besides_the_head_does_not_count_for_the_response(make_gate):
    async def app(scope, receive, send):
        await send({"type": "http.response.push", "path": "/", "headers": [(b"set-cookie", GRANT.encode())]})
        await send({"type": "http.response.start", "status": 200, "headers": [(b"set-cookie", MKT.encode())]})

    sent = []

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "scheme": "https", "method": "GET", "path": "/", "headers": []}
    asyncio.run(AsgiGate(app, make_gate())(scope, None, send))
    assert sent[1]["headers"] == []
