"""The page as a cookies.toml alone configures it: what it lists, offers, and marks as not enforced."""

import asyncio
import dataclasses
import json

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from cookiegate import ConfigError, CookieGate
from cookiegate.asgi import CookieGateMiddleware as AsgiGate
from cookiegate.settings import PAGE_KEYS, PAGE_KEYS_IN_GATE
from cookiegate.settings_page import SettingsPage
from cookiegate.settings_page.page import page_problems
from cookiegate.wsgi import CookieGateMiddleware as WsgiGate

RULES = """
[[cookie]]
name = "sid"
category = "necessary"
purpose = "Login."

[[cookie]]
name = "visits"
category = "statistics"
purpose = "Counts visits."
"""
SAME = {"Sec-Fetch-Site": "same-origin"}
LANGUAGE = "django_language=de; Path=/"


class AsgiTransport(httpx.BaseTransport):
    """Asks an ASGI app from code that is not async."""

    def __init__(self, app):
        self._inner = httpx.ASGITransport(app)

    def handle_request(self, request):
        async def ask():
            asked = httpx.Request(request.method, request.url, headers=request.headers, content=request.read())
            response = await self._inner.handle_async_request(asked)
            return response, await response.aread()

        response, body = asyncio.run(ask())
        return httpx.Response(response.status_code, headers=response.headers, content=body)


@pytest.fixture
def write(tmp_path):
    def gate_of(head="", rules=RULES):
        path = tmp_path / "cookies.toml"
        path.write_text(f"{head}\n{rules}", encoding="utf-8")
        return path

    return gate_of


@pytest.fixture(params=["asgi", "wsgi"])
def browse(request, write):
    """Make a client of a site that sets a language, a session and a count of visits; its file says all the rest."""

    def client(head):
        gate = CookieGate.from_toml(write(head))
        lines = [LANGUAGE, "sessionid=1; Path=/", "visits=1; Path=/"]
        if request.param == "asgi":

            def show(_):
                response = PlainTextResponse("site")
                response.raw_headers += [(b"set-cookie", line.encode()) for line in lines]
                return response

            app = Starlette(routes=[Route("/", show)])
            app.add_middleware(AsgiGate, gate=gate)
            return httpx.Client(transport=AsgiTransport(app), base_url="https://site.example")

        def site(environ, start_response):
            start_response("200 OK", [("Content-Type", "text/plain"), *[("Set-Cookie", line) for line in lines]])
            return [b"site"]

        transport = httpx.WSGITransport(app=WsgiGate(site, gate=gate))
        return httpx.Client(transport=transport, base_url="https://site.example")

    return client


PAGE = '[gate]\nsettings_url = "/cookie-settings"\n'


def test_accept_all_grants_exactly_what_was_offered(browse):
    client = browse(f"{PAGE}")
    answer = client.post("/cookie-settings/api", json={"choice": "accept-all"}, headers=SAME)
    assert answer.json()["choice"]["granted"] == ["statistics"]
    client.get("/")
    assert {*client.cookies} == {"cookiegate_consent", "sessionid", "visits"}


def test_accept_all_grants_what_uses_adds(browse):
    client = browse(f'{PAGE}uses = ["django_language"]\n')
    document = client.get("/cookie-settings/api").json()
    names = {one["category"]: [cookie["name"] for cookie in one["cookies"]] for one in document["registry"]}
    assert names["preferences"] == ["django_language"]
    answer = client.post("/cookie-settings/api", json={"choice": "accept-all"}, headers=SAME)
    assert answer.json()["choice"]["granted"] == ["preferences", "statistics"]
    client.get("/")
    assert {*client.cookies} == {"cookiegate_consent", "sessionid", "visits", "django_language"}


def test_necessary_cookies_that_are_used_are_counted_on_the_page(browse):
    assert "3 cookies" in browse(f'{PAGE}uses = ["sessionid"]\n').get("/cookie-settings/").text
    assert "sessionid" not in browse(PAGE).get("/cookie-settings/").text


def test_category_that_is_not_offered_is_refused_with_the_line_to_paste(browse):
    client = browse(PAGE)
    wanted = {"granted": ["preferences"]}
    answer = client.post("/cookie-settings/api", json=wanted, headers=SAME)
    assert answer.status_code == 400
    assert answer.json()["message"] == (
        "there is no category 'preferences' to choose here; known are statistics; declare a cookie of it under "
        "[[cookie]], or name a known one in [gate] uses"
    )
    client.get("/")
    assert client.post("/cookie-settings/api", json=wanted, headers=SAME).json()["message"] == (
        "there is no category 'preferences' to choose here; known are statistics; known cookies of it are held back; "
        'to offer it write [gate] uses = ["django_language"]'
    )
    answer = client.post("/cookie-settings/api", json={"granted": ["other"]}, headers=SAME)
    assert answer.json()["message"] == "there is no category 'other' to choose here; known are statistics"


def test_page_that_offers_more_of_its_own_is_no_reason_to_warn(browse, caplog):
    client = browse('[settings_page]\ncategories = ["preferences", "statistics"]\nknown = true\n')
    client.get("/")
    assert [record.getMessage() for record in caplog.records if "uses" in record.getMessage()] == []


# What is not enforced


def test_page_marks_what_is_not_enforced(browse):
    client = browse(f'{PAGE}report_only = ["vis*"]\n')
    page = client.get("/cookie-settings/").text
    assert page.count("Not enforced yet: your choice does not stop this cookie.") == 1
    assert "Not all of it is enforced yet" in page
    [marked] = client.get("/cookie-settings/api").json()["registry"][1]["cookies"]
    assert (marked["name"], marked["is_enforced"]) == ("visits", False)
    assert "is_enforced" not in json.dumps(browse(PAGE).get("/cookie-settings/api").json())
    assert "enforced" not in browse(PAGE).get("/cookie-settings/").text


def test_page_of_a_gate_in_report_only_marks_every_optional_cookie(browse):
    page = browse(f'{PAGE}mode = "report-only"\nuses = ["django_language"]\n').get("/cookie-settings/").text
    assert page.count("Not enforced yet") == 2


def test_page_is_another_one_when_a_cookie_is_enforced(write):
    digests = {SettingsPage(CookieGate.from_toml(write(head))).shown.digest for head in ("", PAGE)}
    assert len(digests) == 1
    digests.add(SettingsPage(CookieGate.from_toml(write('[gate]\nreport_only = ["visits"]\n'))).shown.digest)
    assert len(digests) == 2


# What a file may say of the page


@pytest.mark.parametrize("head", ['[settings_page]\nurl = "/privacy"\n{}', '[gate]\nsettings_url = "/privacy"\n{}'])
def test_file_configures_the_page(browse, tmp_path, head):
    store = tmp_path / "receipts.db"
    said = f'receipts = "sqlite:///{store}"\npolicy_url = "/cookie-policy"\nhome_url = ""\ndefault_language = "de"\n'
    client = browse(head.format(said))
    page = client.get("/privacy/").text
    assert 'lang="de"' in page
    assert 'href="/cookie-policy"' in page
    assert 'href="/"' not in page
    assert client.post("/privacy/api", json={"choice": "reject-all"}, headers=SAME).status_code == 200
    assert store.exists()


def test_section_alone_serves_the_page(browse):
    assert browse('[settings_page]\npolicy_url = "/p"\n').get("/cookie-settings/").status_code == 200
    assert "<form" not in browse("").get("/cookie-settings/").text


def test_path_in_code_comes_before_the_files(write):
    gate = CookieGate.from_toml(write('[settings_page]\nurl = "/privacy"\npolicy_url = "/p"\n'))
    page = SettingsPage.of(gate, url="/elsewhere", policy_url="/q")
    assert (page.url, page.policy_url) == ("/elsewhere", "/q")
    assert SettingsPage.of(gate).url == "/privacy"
    assert (gate.settings_url, SettingsPage(gate).policy_url) == ("/privacy", None)


def test_every_argument_of_the_page_can_be_written():
    fields = [
        field.name for field in dataclasses.fields(SettingsPage) if field.init and field.name not in ("gate", "_")
    ]
    assert {*fields} == {*PAGE_KEYS}
    assert {*PAGE_KEYS_IN_GATE} < {*PAGE_KEYS}


@pytest.mark.parametrize(
    ("head", "problem"),
    [
        ('[settings_page]\npolcy_url = "/p"', "settings_page: unknown key 'polcy_url'; did you mean 'policy_url'?"),
        ("[settings_page]\nconsent_mode = 1", "settings_page: consent_mode: is 1; use true or false"),
        ("[gate]\nreceipts = 1", "settings_page: receipts: is 1; use text in quotes"),
        (
            '[settings_page]\ncategories = ["stats"]',
            (
                "settings_page: categories: unknown category 'stats'; use one of preferences, statistics, marketing "
                "(did you mean 'statistics'?)"
            ),
        ),
        (
            '[settings_page]\ncategories = ""',
            "settings_page: categories: is ''; write a list of texts",
        ),
        (
            "[settings_page]\nlanguages = [1]",
            "settings_page: languages: 1 is among them; write a tag or a file's path",
        ),
        ('[settings_page]\nurl = "x"', "settings_page: is 'x'; write a path like '/cookie-settings'"),
        (
            '[gate]\nsettings_url = "/a"\n[settings_page]\nurl = "/b"',
            "settings_page: url is '/b', but settings_url is '/a'; write one of them",
        ),
        (
            '[gate]\npolicy_url = "/a"\n[settings_page]\npolicy_url = "/b"',
            "policy_url: is there twice, in settings_page too; write it once",
        ),
        ("settings_page = 3", "settings_page is 3; write it as a section [settings_page]"),
        ("[[settings_page]]", "settings_page is [{}]; write it as a section [settings_page]"),
    ],
)
def test_mistake_in_the_file_is_told_when_the_gate_is_built(write, head, problem):
    with pytest.raises(ConfigError) as caught:
        CookieGate.from_toml(write(head))
    assert [*caught.value.problems] == [f"cookies.toml: {problem}"]


def test_what_is_no_mapping_is_a_mistake():
    with pytest.raises(ConfigError) as caught:
        CookieGate(settings_page=3)
    assert [*caught.value.problems] == [
        "CookieGate: settings_page: is 3; write a section [settings_page], or a dict",
    ]


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ({"known": "yes"}, "known: is 'yes'; use true or false"),
        ({"policy_url": 7}, "policy_url: is 7; write a path, or a URL with https://"),
        ({"registry_language": 7}, "registry_language: is 7; use text in quotes"),
        ({"registry": 7}, 'registry: is 7; use a Registry, e.g. Registry.from_toml("cookies.toml")'),
        ({"receipts": 7}, "receipts: is 7; write the address of a store like 'sqlite:///receipts.db'"),
        ({"categories": 7}, "categories: is 7; write a list with some of preferences, statistics, marketing"),
        ({"categories": ["x"]}, "categories: unknown category 'x'; use one of preferences, statistics, marketing"),
        ({"languages": ""}, "languages: is ''; write a list of tags and of paths of TOML files"),
        ({"languages": [7]}, "languages: 7 is among them; write a list of tags and of paths of TOML files"),
        ({"templates": 7}, "templates: is 7; write the path of a directory"),
    ],
)  # fmt: skip
def test_page_checks_each_argument(arguments, problem):
    with pytest.raises(ConfigError) as caught:
        SettingsPage(CookieGate(), **arguments)
    assert [*caught.value.problems] == [f"SettingsPage: {problem}"]


def test_check_of_a_page_opens_no_store(write, tmp_path):
    store = tmp_path / "receipts.db"
    gate = CookieGate.from_toml(write(f'[settings_page]\nreceipts = "{store}"\ntemplates = "no-such"\n'))
    assert page_problems(gate) == ["SettingsPage: templates: 'no-such' is no directory; check the path"]
    assert not store.exists()
    gate = CookieGate.from_toml(write('[settings_page]\nreceipts = "mysql://x/y"\n'))
    assert page_problems(gate) == [
        "receipts: store is 'mysql://x/y'; only sqlite:///FILE and postgresql://... are supported"
    ]
