"""What a visitor does on a site, on every framework's own facilities, with the gate around."""

import pytest

pytestmark = pytest.mark.filterwarnings("ignore:datetime.datetime.utcnow:DeprecationWarning")  # WebOb's


def test_session_counts_without_consent(browser, note):
    note("session")
    assert [browser.get("/count") for _ in range(3)] == ["1", "2", "3"]


def test_flash_message_is_shown_once(browser, note):
    note("flash message")
    browser.post("/notice", text="Saved, thanks; really!")
    assert browser.get("/notices").strip() == "Saved, thanks; really!"
    assert browser.get("/notices").strip() == ""


def test_form_is_taken_with_its_token(browser, note):
    note("CSRF form")
    assert browser.post("/form", text="hello").text == "saved: hello"


def test_form_is_refused_without_its_token(browser, note):
    note("CSRF form")
    browser.get("/form")
    assert browser.request("POST", "/form", data={"text": "hello"}).status_code in {400, 403}


def test_login_lasts_until_logout(browser, note):
    note("login and logout")
    assert browser.get("/me") == "nobody"
    browser.post("/login", name="anna")
    assert [browser.get("/me") for _ in range(2)] == ["anna", "anna"]
    browser.post("/logout")
    assert browser.get("/me") == "nobody"


def test_login_survives_granting_and_withdrawing(browser, note):
    note("login and logout")
    browser.post("/login", name="anna")
    browser.choose("marketing")
    assert browser.get("/me") == "anna"
    browser.withdraw()
    assert browser.get("/me") == "anna"


def test_language_waits_for_consent_to_preferences(browser, note):
    note("language choice")
    browser.post("/language", language="de")
    assert browser.get("/hello") == "Hello"
    assert browser.choose("preferences") == "preferences"
    browser.post("/language", language="de")
    assert browser.get("/hello") == "Hallo"
    browser.withdraw()
    assert browser.get("/hello") == "Hello"


@pytest.mark.parametrize("granted", [("statistics",), ("marketing",), ("marketing", "statistics")], ids=", ".join)
def test_optional_cookies_wait_come_and_go(browser, note, granted):
    note("optional cookies")
    names = {"statistics": "ia_stat_id", "marketing": "ia_mkt_source"}
    browser.get("/offer")
    assert browser.cookies().isdisjoint(names.values())
    assert browser.choose(*granted) == ",".join(granted)
    browser.get("/offer")
    assert browser.cookies() & {*names.values()} == {names[category] for category in granted}
    browser.withdraw()
    assert browser.cookies().isdisjoint(names.values())
    browser.get("/offer")
    assert browser.cookies().isdisjoint(names.values())


def test_optional_cookies_are_set_at_once_where_no_gate_is(ungated_browser):
    ungated_browser.get("/offer")
    assert {"ia_stat_id", "ia_mkt_source"} <= ungated_browser.cookies()


def test_refused_cookie_is_hidden_and_deleted(browser, note):
    note("refused cookie of the request")
    browser.client.cookies.set("ia_mkt_source", "old", domain="site.example", path="/")
    assert "ia_mkt_source" not in browser.get("/seen").split(",")
    assert "ia_mkt_source" not in browser.cookies()


def test_refused_cookie_is_seen_where_no_gate_is(ungated_browser):
    ungated_browser.client.cookies.set("ia_mkt_source", "old", domain="site.example", path="/")
    assert ungated_browser.get("/seen") == "ia_mkt_source"


def test_granted_cookie_is_seen(browser, note):
    note("refused cookie of the request")
    browser.choose("marketing")
    browser.get("/offer")
    assert "ia_mkt_source" in browser.get("/seen").split(",")
