"""The page's bridge in a real browser: what a server then reads from the cookie that Chromium sends."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest

from cookiegate.consent import OwnConsent
from cookiegate.model import Consent, RequestHead

PLATFORMS = Path(__file__).parent / "platforms"
BRIDGES = {
    name: (files("cookiegate.consent") / "bridge" / f"{name}.js").read_bytes()
    for name in ("osano", "usercentrics-v3", "usercentrics-v2", "termly")
}
MONDAY = datetime(2026, 1, 12, 8, tzinfo=UTC)
TUESDAY = datetime(2026, 1, 13, 8, tzinfo=UTC)

OSANO_ALL = {"ESSENTIAL": "ACCEPT", "PERSONALIZATION": "ACCEPT", "ANALYTICS": "ACCEPT", "MARKETING": "ACCEPT"}
OSANO_SOME = OSANO_ALL | {"MARKETING": "DENY"}
OSANO_NONE = {"ESSENTIAL": "ACCEPT", "PERSONALIZATION": "DENY", "ANALYTICS": "DENY", "MARKETING": "DENY"}
GRANTED, DENIED = {"state": "ALL_ACCEPTED"}, {"state": "ALL_DENIED"}
TERMLY_ALL = dict.fromkeys(["essential", "performance", "analytics", "advertising", "social_networking"], True)
TERMLY_NONE = dict.fromkeys(TERMLY_ALL, False) | {"essential": True}
CHOICES = {
    "osano": (OSANO_ALL, OSANO_SOME, OSANO_NONE),
    "usercentrics-v3": (
        {"essential": GRANTED, "functional": GRANTED, "statistics": GRANTED, "marketing": GRANTED},
        {"essential": GRANTED, "functional": GRANTED, "statistics": GRANTED, "marketing": {"state": "SOME_ACCEPTED"}},
        {"essential": GRANTED, "functional": DENIED, "statistics": DENIED, "marketing": DENIED},
    ),
    "usercentrics-v2": (
        {"essential": True, "functional": True, "analytics": True, "marketing": True},
        {"essential": True, "functional": True, "analytics": True, "marketing": None},
        {"essential": True, "functional": False, "analytics": False, "marketing": False},
    ),
    "termly": (TERMLY_ALL, TERMLY_ALL | {"social_networking": False}, TERMLY_NONE),
}


class Site(BaseHTTPRequestHandler):
    """`/osano?revision=1`: a page with that platform and the bridge; `/echo`: the Cookie header that came."""

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        if url.path.startswith("/bridge/"):
            body, kind = BRIDGES[url.path.removeprefix("/bridge/")], "text/javascript"
        elif url.path.endswith(".js"):
            body, kind = (PLATFORMS / url.path[1:]).read_bytes(), "text/javascript"
        elif url.path == "/echo":
            body, kind = self.headers.get("Cookie", "").encode("latin-1"), "text/plain"
        else:
            data = "".join(f' data-{name}="{value}"' for name, value in parse_qsl(url.query, keep_blank_values=True))
            scripts = [f"<script src=/bridge{url.path}{data}></script>", f"<script src={url.path}.js></script>"]
            if url.path == "/osano":  # asks to be the very first script
                scripts.reverse()
            body, kind = f"<!doctype html><title>-</title>{''.join(scripts)}".encode(), "text/html; charset=utf-8"
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", "default-src 'none'; script-src 'self'; connect-src 'self'")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def origin() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


class Visitor:
    """One browser profile: opens pages, chooses, and says what cookie the server receives."""

    def __init__(self, context, origin: str) -> None:
        self.context = context
        self.origin = origin
        context.set_default_timeout(300_000)
        self.page = context.new_page()
        self.errors: list[str] = []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", lambda message: self.errors.append(message.text))
        self.at(MONDAY)

    def at(self, moment: datetime) -> None:
        self.page.clock.set_fixed_time(moment)

    def opens(self, platform: str, query: str = "") -> None:
        """Open a page, and let everything happen there that waits for a time: a platform that comes late, a retry."""
        self.page.goto(f"{self.origin}/{platform}?{query}")
        self.page.clock.run_for(2 * 60_000)

    def chooses(self, *choice: object) -> None:
        self.page.evaluate("choice => choose(...choice)", list(choice))

    def sends(self) -> bytes:
        return str(self.page.evaluate("fetch('/echo').then(answer => answer.text())")).encode("latin-1")

    def consent(self, name: str = "cookiegate_consent") -> Consent | None:
        return OwnConsent(name)(RequestHead(cookie=self.sends()))


@pytest.fixture
def visitor(chromium, origin: str) -> Iterator[Visitor]:
    context = chromium.new_context()
    visitor = Visitor(context, origin)
    yield visitor
    context.close()
    assert visitor.errors == []


def read(consent: Consent | None) -> tuple[set[str], datetime | None, str | None]:
    assert consent is not None
    assert consent.explicit
    return set(consent.granted), consent.given_at, consent.revision


every_platform = pytest.mark.parametrize("platform", CHOICES)


@every_platform
def test_before_a_choice_nothing_is_written(visitor: Visitor, platform: str) -> None:
    visitor.opens(platform)
    assert visitor.sends() == b""


@every_platform
def test_choices_changes_and_withdrawal_reach_the_server(visitor: Visitor, platform: str) -> None:
    everything, some, nothing = CHOICES[platform]
    visitor.opens(platform, "revision=2026-01-12")
    visitor.chooses(some)
    assert read(visitor.consent()) == ({"preferences", "statistics"}, MONDAY, "2026-01-12")
    first = visitor.consent()
    visitor.at(TUESDAY)
    visitor.chooses(everything)
    assert read(visitor.consent()) == ({"preferences", "statistics", "marketing"}, TUESDAY, "2026-01-12")
    visitor.chooses(nothing)
    last = visitor.consent()
    assert read(last) == (set(), TUESDAY, "2026-01-12")
    assert first is not None
    assert last is not None
    assert last.id == first.id
    assert len(first.id or "") > 12


@every_platform
def test_later_visit_keeps_time_and_revision_of_the_choice(visitor: Visitor, platform: str) -> None:
    visitor.opens(platform, "revision=1")
    visitor.chooses(CHOICES[platform][0])
    before = visitor.sends()
    visitor.at(TUESDAY)
    visitor.opens(platform, "revision=2")
    assert visitor.sends() == before
    visitor.chooses(CHOICES[platform][0])
    assert read(visitor.consent())[1:] == (TUESDAY, "2")


@pytest.mark.parametrize("platform", ["osano", "usercentrics-v3", "usercentrics-v2"])
def test_choice_that_the_platform_still_has_is_written_again(visitor: Visitor, platform: str) -> None:
    visitor.opens(platform)
    visitor.chooses(CHOICES[platform][1])
    visitor.context.clear_cookies()
    visitor.opens(platform)
    assert read(visitor.consent())[0] == {"preferences", "statistics"}


def test_termly_without_its_store_takes_nothing_for_a_choice(visitor: Visitor) -> None:
    visitor.opens("termly")
    visitor.chooses(CHOICES["termly"][1])
    visitor.page.evaluate("localStorage.clear()")  # its state is back at the default, which grants all
    visitor.opens("termly")
    assert read(visitor.consent())[0] == {"preferences", "statistics"}
    visitor.page.evaluate("state => localStorage.setItem('TERMLY_API_CACHE', JSON.stringify(state))", TERMLY_NONE)
    visitor.opens("termly")
    assert read(visitor.consent())[0] == set()


def test_osano_opt_out_refuses_marketing(visitor: Visitor) -> None:
    visitor.opens("osano")
    visitor.chooses(OSANO_ALL | {"OPT_OUT": "ACCEPT"})
    assert read(visitor.consent())[0] == {"preferences", "statistics"}
    visitor.chooses(OSANO_ALL | {"OPT_OUT": "DENY"})
    assert read(visitor.consent())[0] == {"preferences", "statistics", "marketing"}


def test_categories_can_be_mapped_anew(visitor: Visitor) -> None:
    query = "preferences=&statistics=functional,own&marketing=Marketing+Social"
    visitor.opens("usercentrics-v2", query)
    visitor.chooses({"essential": True, "functional": True, "own": True, "marketing": True, "social": False})
    assert read(visitor.consent())[0] == {"statistics"}
    visitor.chooses({"essential": True, "functional": True, "own": False, "marketing": True, "social": True})
    assert read(visitor.consent())[0] == {"marketing"}


def test_event_of_usercentrics_can_be_named(visitor: Visitor) -> None:
    visitor.opens("usercentrics-v2", "event=otherEvent")
    visitor.chooses(CHOICES["usercentrics-v2"][0])
    assert visitor.sends() == b""


def test_cookie_is_as_configured_and_lasts_180_days(visitor: Visitor) -> None:
    visitor.opens("osano", "cookie=my_consent&revision=a+b%26c=%C3%A9")
    visitor.chooses(OSANO_ALL)
    assert read(visitor.consent("my_consent"))[2] == "a b&c=é"
    [cookie] = visitor.context.cookies()
    assert (cookie["name"], cookie["path"], cookie["sameSite"], cookie["secure"]) == ("my_consent", "/", "Lax", False)
    assert cookie["httpOnly"] is False
    real_now = datetime.now(UTC).timestamp()
    assert 179 * 86400 < cookie["expires"] - real_now <= 181 * 86400


@pytest.mark.parametrize(("data", "domain"), [("", "www.shop.example"), ("data-domain=shop.example", ".shop.example")])
def test_cookie_is_secure_on_https_and_of_the_domain_that_is_named(visitor: Visitor, data: str, domain: str) -> None:
    def answer(route) -> None:
        path = urlsplit(route.request.url).path
        page = f"<!doctype html><script src=/osano.js></script><script src=/bridge/osano.js {data}></script>"
        script = BRIDGES["osano"] if path.startswith("/bridge/") else (PLATFORMS / "osano.js").read_bytes()
        is_script = path.endswith(".js")
        route.fulfill(body=script if is_script else page, content_type="text/javascript" if is_script else "text/html")

    visitor.context.route("https://www.shop.example/**", answer)
    visitor.page.goto("https://www.shop.example/page")
    visitor.chooses(OSANO_ALL)
    [cookie] = visitor.context.cookies()
    assert (cookie["secure"], cookie["domain"]) == (True, domain)


def test_cookie_that_is_not_ours_is_written_over(visitor: Visitor) -> None:
    visitor.opens("osano")
    visitor.page.evaluate("document.cookie = 'cookiegate_consent=v=2&c=marketing&id=x; Path=/'")
    visitor.chooses(OSANO_NONE)
    consent = visitor.consent()
    assert read(consent)[0] == set()
    assert consent is not None
    assert consent.id != "x"


@pytest.mark.parametrize("word", [b"eval(", b"Function(", b"innerHTML", b"import(", b"fetch("])
def test_script_needs_nothing_that_a_strict_policy_forbids(word: bytes) -> None:
    assert not [name for name, script in BRIDGES.items() if word in script]


@pytest.mark.parametrize("name", BRIDGES)
def test_script_is_small(name: str) -> None:
    assert len(BRIDGES[name]) < 3000


def test_scripts_share_their_first_part() -> None:
    end = b"// end of what the scripts share"
    shared = {script.partition(b"(() => {")[2].partition(end) for script in BRIDGES.values()}
    assert {mark for _, mark, _ in shared} == {end}
    assert len({before for before, _, _ in shared}) == 1


# The cookie itself, without any bridge


def test_cookie_that_the_server_writes_is_read_by_url_search_params(visitor: Visitor) -> None:
    consent = Consent({"statistics", "marketing"}, given_at=MONDAY, revision="2026-01-12 é&c=x", id="3q2-7wEj")
    line = OwnConsent(secret="a secret of a test").write(consent, is_https=False).decode("ascii")
    value = line.partition(";")[0].partition("=")[2]
    visitor.opens("termly")
    fields = visitor.page.evaluate("value => Object.fromEntries(new URLSearchParams(value))", value)
    signature = fields.pop("s")
    assert value.endswith(f"&s={signature}")
    assert fields == {
        "v": "1", "c": "statistics.marketing", "t": "1768204800", "r": "2026-01-12 é&c=x", "id": "3q2-7wEj",
    }  # fmt: skip


def test_cookie_that_a_page_writes_with_url_search_params_is_read_by_the_server(visitor: Visitor) -> None:
    visitor.opens("termly")
    visitor.page.evaluate(
        """fields => { document.cookie = `cookiegate_consent=${new URLSearchParams(fields)}; Path=/`; }""",
        {"v": 1, "c": "preferences.statistics", "t": 1768204800, "r": "2026-01-12 é", "id": "3q2-7wEj"},
    )
    consent = visitor.consent()
    assert read(consent) == ({"preferences", "statistics"}, MONDAY, "2026-01-12 é")
    assert consent.id == "3q2-7wEj"
