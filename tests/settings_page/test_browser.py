"""End to end in Chromium, over real servers: banner, page, window.cookiegate, and what is in the browser's jar."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

OPTIONAL = {"ia_pref_theme", "ia_stats_visits", "ia_mkt_source"}
BANNER = "#cookiegate-banner"


class Person:
    """One browser profile on the site, and everything that its console said."""

    def __init__(self, browser: Any, serve: Callable[..., str], **context: Any) -> None:
        self.context = browser.new_context(**{"locale": "en-US", **context})
        self.page = self.context.new_page()
        self.serve = serve
        self.said: list[str] = []
        self.may_be_said = "nothing"
        """The browser's own word for what a test brings about; it comes when it comes."""
        self.page.route("**/favicon.ico", lambda route: route.fulfill(status=204))
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))

    def opens(self, path: str, **environment: str) -> Any:
        return self.page.goto(self.serve(**environment) + path)

    def jar(self) -> set[str]:
        return {cookie["name"] for cookie in self.context.cookies()}

    def is_asked(self) -> bool:
        return bool(self.page.locator(BANNER).count())

    def presses(self, name: str) -> None:
        self.page.get_by_role("button", name=name).click()

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


def gone(person: Person) -> None:
    person.page.locator(BANNER).wait_for(state="detached")


@pytest.mark.parametrize("path", ["/", "/script"])
def test_first_visit_shows_the_banner_and_sets_nothing_optional(person, path):
    person.opens(path)
    person.page.locator(BANNER).wait_for()
    assert person.jar() == {"token"}
    assert [person.allows(one) for one in ("necessary", "statistics", "unheard-of")] == [True, False, False]


@pytest.mark.parametrize("path", ["/", "/script"])
def test_rejecting_is_one_step_and_is_not_asked_again(person, path):
    person.opens(path)
    person.presses("Reject all")
    gone(person)
    assert person.jar() == {"token", "cookiegate_consent"}
    person.opens(path)
    assert person.allows("statistics") is False
    assert not person.is_asked()
    assert person.jar() == {"token", "cookiegate_consent"}


def test_accepting_tells_the_page_at_once_and_lets_the_cookies_through(person):
    person.opens("/")
    person.presses("Accept all")
    gone(person)
    assert person.page.evaluate("heard") == [["preferences", "statistics", "marketing"]]
    assert person.allows("statistics") is True
    person.opens("/")
    assert person.jar() == {"token", "cookiegate_consent"} | OPTIONAL
    assert not person.is_asked()


def test_choice_is_changed_and_withdrawn_on_the_page(person):
    person.opens("/")
    person.presses("Accept all")
    gone(person)
    person.opens("/")
    assert person.jar() >= OPTIONAL
    person.opens("/cookie-settings/")
    person.page.get_by_role("switch", name="Marketing").uncheck()
    person.presses("Save choice")
    person.page.get_by_text("Your choice is saved.").wait_for()
    assert person.jar() == {"token", "cookiegate_consent", "ia_pref_theme", "ia_stats_visits"}
    person.presses("Withdraw consent")
    person.page.get_by_text("You rejected all optional cookies.").wait_for()
    assert person.jar() == {"token", "cookiegate_consent"}


def test_other_revision_asks_again(person):
    person.opens("/")
    person.presses("Accept all")
    gone(person)
    person.opens("/", TEST_REVISION="2026-06-01")
    assert person.is_asked()
    person.opens("/cookie-settings/", TEST_REVISION="2026-06-01")
    assert person.page.get_by_text("The cookie policy has changed since you chose.").is_visible()


def test_without_javascript_the_banner_posts_and_leads_back(meet):
    person = meet(java_script_enabled=False)
    person.opens("/?language=en&from=here")
    person.presses("Reject all")
    assert person.page.url.endswith("/?language=en&from=here")
    assert not person.is_asked()
    assert person.jar() == {"token", "cookiegate_consent"}


def test_without_javascript_the_page_does_everything(meet):
    person = meet(java_script_enabled=False)
    person.opens("/cookie-settings/")
    person.page.get_by_text("1 cookie").last.click()
    assert person.page.get_by_role("cell", name="How visitors found the site").is_visible()
    person.page.get_by_role("switch", name="Statistics").check()
    person.presses("Save choice")
    assert person.page.get_by_text("You allowed: Statistics.").is_visible()
    person.opens("/")
    assert person.jar() == {"token", "cookiegate_consent", "ia_stats_visits"}


def test_by_keyboard_the_banner_comes_first_and_enter_on_a_switch_only_saves(person):
    person.opens("/")
    person.page.keyboard.press("Tab")
    assert person.page.evaluate("document.activeElement.value") == "reject-all"
    person.opens("/cookie-settings/")
    person.page.get_by_role("switch", name="Statistics").focus()
    person.page.keyboard.press("Space")
    person.page.keyboard.press("Enter")
    person.page.get_by_text("You allowed: Statistics.").wait_for()


def test_scripts_choose_and_withdraw(person):
    person.opens("/")
    person.page.evaluate("cookiegate.choose(['statistics'])")
    assert person.allows("statistics") is True
    assert not person.is_asked()
    person.page.evaluate("cookiegate.withdraw()")
    assert person.allows("statistics") is False
    assert person.page.evaluate("heard") == [["statistics"], []]
    person.may_be_said = "status of 400"
    assert "no category 'x'" in person.page.evaluate("cookiegate.choose(['x']).catch(error => error.message)")


def test_google_tags_hear_the_default_and_the_choice(person):
    person.opens("/", TEST_CONSENT_MODE="1")
    person.presses("Accept all")
    gone(person)
    told = person.page.evaluate("dataLayer.map(one => [...one])")
    assert [one[:2] for one in told] == [["consent", "default"], ["consent", "update"], ["consent", "update"]]
    assert told[0][2]["ad_storage"] == told[1][2]["ad_storage"] == "denied"
    assert told[0][2]["wait_for_update"] == 500
    assert set(told[0][2]) - {"wait_for_update"} == set(told[2][2])
    assert set(told[2][2].values()) == {"granted"}


def test_without_consent_mode_google_tags_hear_nothing(person):
    person.opens("/")
    assert person.page.evaluate("window.dataLayer === undefined")


def test_banner_falls_back_to_its_form_if_the_api_cannot_be_reached(person):
    person.opens("/")
    person.may_be_said = "ERR_FAILED"
    person.page.route("**/api?part=choice", lambda route: route.abort())
    person.presses("Reject all")
    gone(person)
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
    assert person.page.get_by_role("button", name="Alle ablehnen").is_visible()
    person.opens("/cookie-settings/")
    assert person.page.get_by_role("heading", name="Cookie-Einstellungen").is_visible()


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
    heading = person.page.locator(".category h2").first.bounding_box()
    mark = person.page.locator(".always").bounding_box()
    assert mark["x"] < heading["x"]
