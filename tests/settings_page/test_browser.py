"""End to end in Chromium, over real servers: banner, page, window.cookiegate, and what is in the browser's jar.

Nothing is looked at before it has come: a test waits for the element, the new page or the event itself.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

OPTIONAL = {"ia_pref_theme", "ia_stats_visits", "ia_mkt_source"}
BANNER = "#cookiegate-banner"
PATIENCE_MS = 300_000


class Person:
    """One browser profile on the site, and everything that its console said."""

    def __init__(self, browser: Any, serve: Callable[..., str], **context: Any) -> None:
        self.context = browser.new_context(**{"locale": "en-US", **context})
        self.context.set_default_timeout(PATIENCE_MS)
        self.page = self.context.new_page()
        self.serve = serve
        self.said: list[str] = []
        self.may_be_said = "nothing"
        """The browser's own word for what a test brings about; it comes when it comes."""
        self.page.route("**/favicon.ico", lambda route: route.fulfill(status=204))
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.asked: list[str] = []
        """The URLs that the browser asked for since it opened the page."""
        self.page.on("request", lambda request: self.asked.append(request.url))

    def opens(self, path: str, **environment: str) -> Any:
        self.asked.clear()
        return self.page.goto(self.serve(**environment) + path)

    def jar(self) -> set[str]:
        return {cookie["name"] for cookie in self.context.cookies()}

    def is_asked(self) -> None:
        """Wait for the banner."""
        self.page.locator(BANNER).wait_for()

    def is_left_alone(self) -> None:
        """Wait until the banner is gone."""
        self.page.locator(BANNER).wait_for(state="detached")

    def is_not_asked(self) -> None:
        """See that the page came without a banner, and that its script fetches none once it knows the choice."""
        self.page.evaluate("window.cookiegate && cookiegate.ready.then(() => null)")
        assert self.page.locator(BANNER).count() == 0
        assert [url for url in self.asked if "/banner" in url] == []

    def sees(self, text: str) -> None:
        self.page.get_by_text(text).wait_for()

    def presses(self, name: str) -> None:
        self.page.get_by_role("button", name=name).click()

    def sends(self, name: str) -> None:
        """Press a button of a form, and wait for the page that answers."""
        with self.page.expect_navigation():
            self.presses(name)

    def waits_for(self, condition: str) -> None:
        self.page.wait_for_function(condition)

    def allows(self, category: str) -> bool:
        return bool(
            self.page.evaluate("category => cookiegate.ready.then(() => cookiegate.allows(category))", category)
        )


@pytest.fixture(autouse=True)
def told(request: pytest.FixtureRequest, promise: Callable[..., None]) -> None:
    """Tell docs/trust.md of each test by its name: they are facts."""
    fact = request.node.originalname.removeprefix("test_").replace("_", " ")
    promise("Settings page in Chromium", fact, request.node.callspec.params["serve"])


@pytest.fixture
def meet(chromium: Any, serve: Callable[..., str]) -> Iterator[Callable[..., Person]]:
    people: list[Person] = []

    def make(**context: Any) -> Person:
        people.append(Person(chromium, serve, **context))
        return people[-1]

    yield make
    for person in people:
        person.context.close()
        assert [text for text in person.said if person.may_be_said not in text] == []


@pytest.fixture
def person(meet: Callable[..., Person]) -> Person:
    return meet()


@pytest.mark.parametrize("path", ["/", "/script"])
def test_first_visit_shows_the_banner_and_sets_nothing_optional(person, path):
    person.opens(path)
    person.is_asked()
    assert person.jar() == {"token"}
    assert [person.allows(one) for one in ("necessary", "statistics", "unheard-of")] == [True, False, False]


@pytest.mark.parametrize("path", ["/", "/script"])
def test_rejecting_is_one_step_and_is_not_asked_again(person, path):
    person.opens(path)
    person.presses("Reject all")
    person.is_left_alone()
    assert person.jar() == {"token", "cookiegate_consent"}
    person.opens(path)
    assert person.allows("statistics") is False
    person.is_not_asked()
    assert person.jar() == {"token", "cookiegate_consent"}


def test_accepting_tells_the_page_at_once_and_lets_the_cookies_through(person):
    person.opens("/")
    person.presses("Accept all")
    person.is_left_alone()
    person.waits_for("heard.length")
    assert person.page.evaluate("heard") == [["preferences", "statistics", "marketing"]]
    assert person.allows("statistics") is True
    person.opens("/")
    assert person.jar() == {"token", "cookiegate_consent"} | OPTIONAL
    person.is_not_asked()


def test_choice_is_changed_and_withdrawn_on_the_page(person):
    person.opens("/")
    person.presses("Accept all")
    person.is_left_alone()
    person.opens("/")
    assert person.jar() >= OPTIONAL
    person.opens("/cookie-settings/")
    person.page.get_by_role("switch", name="Marketing").uncheck()
    person.presses("Save choice")
    person.sees("Your choice is saved.")
    assert person.jar() == {"token", "cookiegate_consent", "ia_pref_theme", "ia_stats_visits"}
    person.presses("Withdraw consent")
    person.sees("You rejected all optional cookies.")
    assert person.jar() == {"token", "cookiegate_consent"}


@pytest.mark.parametrize("path", ["/", "/script"])
def test_console_shows_in_development_what_was_dropped_with_the_rule_to_paste(person, path):
    person.may_be_said = "cookiegate: cookie "
    with person.page.expect_console_message(
        lambda message: "cookie 'ia_mkt_source' is dropped" in message.text
    ) as said:
        person.opens(path, TEST_DEBUG="1")
    assert said.value.type == "warning"
    assert '[[cookie]]\nname = "ia_mkt_source"\ncategory = ""' in said.value.text


def test_other_revision_asks_again(person):
    person.opens("/")
    person.presses("Accept all")
    person.is_left_alone()
    person.opens("/", TEST_REVISION="2026-06-01")
    person.is_asked()
    person.opens("/cookie-settings/", TEST_REVISION="2026-06-01")
    person.sees("The cookie policy has changed since you chose.")


@pytest.mark.repeated(1, 20)
def test_without_javascript_the_banner_posts_and_leads_back(meet):
    person = meet(java_script_enabled=False)
    person.opens("/?language=en&from=here")
    person.sends("Reject all")
    assert person.page.url.endswith("/?language=en&from=here")
    assert person.page.locator(BANNER).count() == 0
    assert person.jar() == {"token", "cookiegate_consent"}


@pytest.mark.repeated(1, 20)
def test_without_javascript_the_page_does_everything(meet):
    person = meet(java_script_enabled=False)
    person.opens("/cookie-settings/")
    person.page.get_by_text("1 cookie").last.click()
    person.page.get_by_role("cell", name="How visitors found the site").wait_for()
    person.page.get_by_role("switch", name="Statistics").check()
    person.sends("Save choice")
    person.sees("You allowed: Statistics.")
    person.opens("/")
    assert person.jar() == {"token", "cookiegate_consent", "ia_stats_visits"}


def test_by_keyboard_the_banner_comes_first_and_enter_on_a_switch_only_saves(person):
    person.opens("/")
    person.page.keyboard.press("Tab")
    person.waits_for("document.activeElement.value === 'reject-all'")
    person.opens("/cookie-settings/")
    person.page.get_by_role("switch", name="Statistics").focus()
    person.page.keyboard.press("Space")
    person.page.keyboard.press("Enter")
    person.sees("You allowed: Statistics.")


def test_scripts_choose_and_withdraw(person):
    person.opens("/")
    person.page.evaluate("cookiegate.choose(['statistics'])")
    assert person.allows("statistics") is True
    person.is_left_alone()
    person.page.evaluate("cookiegate.withdraw()")
    assert person.allows("statistics") is False
    assert person.page.evaluate("heard") == [["statistics"], []]
    person.may_be_said = "status of 400"
    assert "no category 'x'" in person.page.evaluate("cookiegate.choose(['x']).catch(error => error.message)")


def test_google_tags_hear_the_default_and_the_choice(person):
    person.opens("/", TEST_CONSENT_MODE="1")
    person.presses("Accept all")
    person.is_left_alone()
    person.waits_for("dataLayer.length > 2")
    calls = person.page.evaluate("dataLayer.map(one => [...one])")
    assert [one[:2] for one in calls] == [["consent", "default"], ["consent", "update"], ["consent", "update"]]
    assert calls[0][2]["ad_storage"] == calls[1][2]["ad_storage"] == "denied"
    assert calls[0][2]["wait_for_update"] == 500
    assert set(calls[0][2]) - {"wait_for_update"} == set(calls[2][2])
    assert set(calls[2][2].values()) == {"granted"}


def test_google_tags_hear_the_options_after_the_default(person):
    person.opens("/", TEST_CONSENT_MODE="1", TEST_GOOGLE="1")
    calls = person.page.evaluate("dataLayer.map(one => [...one]).slice(0, 3)")
    assert calls[0][:2] == ["consent", "default"]
    assert calls[1:] == [["set", "url_passthrough", True], ["set", "ads_data_redaction", True]]


def test_fragment_tells_the_tags_of_the_configuration(person, wait_until):
    person.opens("/", TEST_TAGS="clarity uet")
    wait_until(lambda: person.page.evaluate("clarity.q.length + uetq.length") == 8, "the first choice")
    person.presses("Accept all")
    person.is_left_alone()
    assert person.page.evaluate("[clarity.q[2][1], uetq[8]]") == [
        {"ad_Storage": "granted", "analytics_Storage": "granted"},
        {"ad_storage": "granted"},
    ]


def test_without_consent_mode_google_tags_hear_nothing(person):
    person.opens("/")
    assert person.page.evaluate("cookiegate.ready.then(() => window.dataLayer === undefined)")


def test_banner_falls_back_to_its_form_if_the_api_cannot_be_reached(person):
    person.opens("/")
    person.may_be_said = "ERR_FAILED"
    person.page.route("**/api?part=choice", lambda route: route.abort())
    person.sends("Reject all")
    person.is_left_alone()
    assert "cookiegate_consent" in person.jar()


@pytest.mark.parametrize(
    "attack",
    [
        """api => {
            document.body.innerHTML = `<form method="post" action="${api}"><input name="choice" value="accept-all">`;
            document.forms[0].submit();
        }""",
        """api => void fetch(api, {method: "POST", mode: "no-cors", credentials: "include",
            headers: {"Content-Type": "application/x-www-form-urlencoded"}, body: "choice=accept-all"})""",
    ],
    ids=["form", "fetch"],
)
def test_another_site_cannot_choose(meet, attack):
    person = meet(bypass_csp=True)
    person.may_be_said = "status of 403"
    api = person.serve() + "/cookie-settings/api"
    person.page.goto(person.serve(TEST_REVISION="2026-06-01").replace("127.0.0.1", "localhost") + "/cookie-settings/")
    with (
        person.page.expect_console_message(lambda message: "403" in message.text),
        person.page.expect_response(lambda response: response.url == api) as answer,
    ):
        person.page.evaluate(attack, api)
    assert answer.value.status == 403
    assert "cookiegate_consent" not in person.jar()


def test_html_in_the_registry_does_nothing(person):
    person.opens("/cookie-settings/")
    assert person.page.title() == "Cookie settings"
    assert person.page.locator("td b, td script").count() == 0


def test_page_and_banner_are_german_for_germans(meet):
    person = meet(locale="de-DE")
    person.opens("/?language=de")
    person.page.get_by_role("button", name="Alle ablehnen").wait_for()
    person.opens("/cookie-settings/")
    person.page.get_by_role("heading", name="Cookie-Einstellungen").wait_for()


LOOKS = {
    "light": {},
    "dark": {"color_scheme": "dark"},
    "320 px": {"viewport": {"width": 320, "height": 640}},
    "400 %": {"viewport": {"width": 320, "height": 256}},
    "calm and with forced colours": {"reduced_motion": "reduce", "forced_colors": "active"},
}


@pytest.mark.parametrize("serve", ["starlette under uvicorn"], indirect=True)  # the other face sends the same octets
@pytest.mark.parametrize(
    ("path", "look"),
    [
        ("/", "light"),
        ("/", "dark"),
        ("/", "400 %"),
        ("/?language=ar", "320 px"),
        ("/cookie-settings/", "dark"),
        ("/cookie-settings/", "320 px"),
        ("/cookie-settings/", "calm and with forced colours"),
        ("/cookie-settings/?language=ar", "light"),
        ("/cookie-settings/nowhere", "light"),
    ],
)
def test_nothing_is_inaccessible_or_out_of_sight(meet, axe_source, path, look):
    person = meet(bypass_csp=True, **LOOKS[look])  # so that the checker's own script may run
    person.may_be_said = "status of 404"
    person.opens(path)
    person.page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    person.page.evaluate(axe_source)
    found = person.page.evaluate("axe.run()")
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found["violations"]] == []
    assert person.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("path", ["/", "/cookie-settings/"])
def test_accept_and_reject_look_alike(person, path):
    person.opens(path)
    looks = person.page.evaluate(
        """[...document.querySelectorAll("[value=reject-all], [value=accept-all]")].map(one => {
            const {backgroundColor, color, fontSize, fontWeight, borderColor, width, height} = getComputedStyle(one);
            return [backgroundColor, color, fontSize, fontWeight, borderColor, width, height];
        })"""
    )
    assert len(looks) == 2
    assert looks[0] == looks[1]


def test_dark_is_dark_and_right_to_left_is_mirrored(meet):
    person = meet(color_scheme="dark")
    person.opens("/cookie-settings/?language=ar")
    colour = person.page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert max(map(int, re.findall(r"\d+", colour))) < 40
    heading = person.page.locator(".cookiegate-category h2").first.bounding_box()
    mark = person.page.locator(".cookiegate-always").bounding_box()
    assert mark["x"] < heading["x"]
