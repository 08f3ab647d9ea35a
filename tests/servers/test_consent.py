"""What a browser says of consent, as each real server hands it to the gate."""

import time

import pytest

CHOSEN_AT = int(time.time()) - 60
GRANTED = f"cookiegate_consent=v=1&c=marketing&t={CHOSEN_AT}"
REFUSED = f"cookiegate_consent=v=1&c=&t={CHOSEN_AT}"
COOKIE = b"set-cookie: ia_mkt_source=x; Path=/; SameSite=Lax"
GONE = b"set-cookie: ia_mkt_source=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0; Path=/"
WAYS = ["gated", "strict"]


@pytest.mark.parametrize("way", WAYS)
def test_consent_lets_the_cookie_out_and_keeps_it_from_shared_caches(row, way, wire, body, necessary, promise):
    promise("Servers: responses", row.name, "with consent", "the cookie arrives")
    answer = row.ask(f"/{way}/exchange/plain", ("cookie", f"a=1; {GRANTED}; b=2"))
    assert (answer.status, answer.body) == (200, body)
    assert wire.set_cookie_texts(answer.octets) == [necessary, COOKIE]
    assert answer.field("cache-control") == ["private"]


@pytest.mark.parametrize(
    "fields",
    [
        [f"{GRANTED}; {REFUSED}"],
        [f"{REFUSED}; {GRANTED}"],
        [GRANTED, REFUSED],
        [REFUSED, GRANTED],
        [f'x="; {GRANTED}; y="; {REFUSED}'],
        [f"a=1; \xa0{GRANTED}"],  # at the very beginning wsgiref strips it, before the gate sees anything
        [f"x=1, {GRANTED}"],
        [GRANTED.replace("marketing", '"\\155arketing"')],
    ],
    ids=["one-field-strict-last", "one-field-strict-first", "strict-last", "strict-first", "sandwich", "nbsp", "comma",
         "octal"],
)  # fmt: skip
@pytest.mark.parametrize("way", WAYS)
def test_consent_that_is_in_doubt_is_none(row, way, fields, wire, necessary, promise):
    promise("Servers: responses", row.name, "two consent cookies, a disguised one", "no consent")
    answer = row.ask(f"/{way}/exchange/plain", *(("cookie", field) for field in fields))
    assert {*wire.set_cookie_texts(answer.octets)} <= {necessary}
    assert answer.status in (200, 400)


@pytest.mark.parametrize("way", WAYS)
def test_consent_in_a_cookie_field_of_its_own_counts_over_http2(http2_row, way, wire, necessary, promise):
    promise("Servers: responses", http2_row.name, "with consent", "the cookie arrives")
    answer = http2_row.ask(f"/{way}/exchange/plain", ("cookie", "a=1"), ("cookie", GRANTED), ("cookie", "b=2"))
    assert wire.set_cookie_texts(answer.octets) == [necessary, COOKIE]


@pytest.mark.parametrize("way", WAYS)
def test_global_privacy_control_narrows_the_consent(row, way, wire, necessary, promise):
    promise("Servers: responses", row.name, "Sec-GPC: 1", "narrows the consent")
    answer = row.ask(f"/{way}/exchange/plain", ("cookie", GRANTED), ("sec-gpc", "1"))
    assert wire.set_cookie_texts(answer.octets) == [necessary]


@pytest.mark.parametrize("way", WAYS)
def test_refused_cookie_of_the_request_is_hidden_and_deleted(row, way, wire, necessary, promise):
    promise("Servers: responses", row.name, "refused cookie in the request", "hidden, and deleted")
    bare = row.ask("/bare/exchange/cookie", ("cookie", "a=1; ia_mkt_old=1; b=2"))
    assert bare.body == b"a=1; ia_mkt_old=1; b=2"
    answer = row.ask(f"/{way}/exchange/cookie", ("cookie", "a=1; ia_mkt_source=1; b=2"))
    assert answer.body == b"a=1; b=2"
    assert wire.set_cookie_texts(answer.octets) == [necessary, GONE]
