"""HTML whose ids and names hide what scripts read of the document, of a form or of the window: the scripts go on."""

from typing import Any

import pytest

from cookiegate.consent import OwnConsent

LOG = """<script nonce="{nonce}">window.errors = []; window.heard = []; window.ran = [];
addEventListener("error", (event) => errors.push(event.message));
addEventListener("unhandledrejection", (event) => errors.push(`${event.reason}`));
document.addEventListener("cookiegate:change", (event) => heard.push(event.detail.granted));</script>"""
SCRIPT = '<script type="text/plain" data-cookiegate="%s" nonce="{nonce}">ran.push("%s");</script>'
FRAME = '<iframe data-cookiegate="marketing" data-src="{third}/v.html" title="A film" width=400 height=300></iframe>'
OF_DOCUMENTS = [
    "querySelector", "querySelectorAll", "createElement", "createComment", "addEventListener", "dispatchEvent",
    "documentElement", "activeElement", "readyState", "baseURI", "cookie", "currentScript", "body", "defaultView",
]  # fmt: skip
OF_ELEMENTS = [
    "getAttribute", "tagName", "localName", "namespaceURI", "dataset", "matches", "querySelector", "attributes",
    "isConnected", "nodeType", "type", "call", "apply",
]  # fmt: skip
IMAGES = "".join(f"<img name={name} alt=''>" for name in OF_DOCUMENTS)
FIELDS = "".join(f"<input name={name}>" for name in OF_ELEMENTS)
FORM = f"<form data-cookiegate=%s>{FIELDS}%s</form>"
FIND = "Document.prototype.querySelectorAll.call(document, '%s')"
PRESS = "() => { [...%s].at(%d).click(); }"
BUTTONS = FIND % "button"
API_NAMES = [
    "<img id=cookiegate alt=''>",
    "<form id=cookiegate><input name=choose></form>",
    "<form name=cookiegate><object name=choose></object></form>",
    "<object id=cookiegate></object>",
    "<embed name=cookiegate>",
    "<p id=cookiegate></p><p id=cookiegate></p><p id=choose></p>",
    "<a id=cookiegate></a><a id=cookiegate name=choose></a>",
    "<iframe name=cookiegate srcdoc='<p id=choose>'></iframe>",
    "<iframe name=cookiegate src='{third}/v.html'></iframe>",
]


@pytest.fixture
def opened(tab: Any, make_site: Any, third: Any) -> Any:
    third[1]["/v.html"] = "<title>Film</title>"

    def open_(body: str, *fails: str, **settings: Any) -> Any:
        site = make_site(**settings)
        site.fails.update(fails)
        site.policy = "script-src 'self' 'nonce-{nonce}'"
        site.pages["/"] = f"<head><title>Page</title>{LOG}{{guard}}</head><body><h1>Page</h1>{body}</body>"
        tab.open(site.origin + "/")
        return site

    yield open_
    assert tab.do("() => errors") == []


@pytest.mark.firefox
@pytest.mark.parametrize(
    "before",
    [
        IMAGES,
        FORM % ("statistics", ""),
        FORM % ("necessary", ""),
        FORM % ("unheard", ""),
        "<svg><constructor data-cookiegate=necessary /><toString data-cookiegate=necessary /></svg>",
        "<svg><script data-cookiegate=necessary type=text/plain></script></svg><math><mi data-cookiegate=necessary>",
        "".join(f"<p id={name}></p><p name={name}></p>" for name in ("cookiegate", "CookieStore", "fetch", "location")),
    ],
)
def test_what_waits_starts_behind_any_html(tab, opened, parts, before):
    opened(f"{before}</math>{SCRIPT % ('necessary', 'now')}{SCRIPT % ('statistics', 'later')}{FRAME}")
    parts.until(tab, "() => ran.length")
    parts.until(tab, f"() => {BUTTONS}.length === 2")
    assert tab.do("() => ran") == ["now"]
    tab.do(PRESS % (BUTTONS, 0))
    parts.until(tab, f"() => [...{FIND % 'iframe'}].some((one) => one.src)")
    assert tab.do("() => ran") == ["now"]


def test_element_that_throws_keeps_no_other_waiting(tab, opened, parts):
    opened("<p>Nothing waits yet</p>")
    tab.do(
        """() => { const nonce = document.querySelector("script[nonce]").nonce;
        const make = (text) => { const made = document.createElement("script"); made.type = "text/plain";
            made.nonce = nonce; made.dataset.cookiegate = "necessary"; made.text = text; return made; };
        const broken = make("ran.push('broken')");
        broken.replaceWith = () => { throw Error("no"); };
        const image = document.createElement("img"); image.dataset.cookiegate = "necessary";
        image.dataset.src = "/a.png"; image.getAttribute = () => { throw Error("no"); };
        const frame = document.createElement("iframe"); frame.dataset.cookiegate = "marketing";
        frame.dataset.src = "/v.html"; frame.before = () => { throw Error("no"); };
        document.body.append(broken, image, frame, make("ran.push('next')")); }"""
    )
    parts.until(tab, "() => ran.includes('next')")
    assert tab.do("() => ran") == ["next"]


def test_guard_sees_what_waits_in_a_form_that_hides_its_functions(tab, opened, parts):
    opened("<p>Nothing waits yet</p>")
    tab.do(
        f"""() => {{ const box = document.createElement("div"); box.innerHTML = `<form>{FIELDS}</form>`;
        const script = document.createElement("script"); script.type = "text/plain"; script.text = "ran.push('form')";
        script.nonce = document.querySelector("script[nonce]").nonce; script.dataset.cookiegate = "necessary";
        const form = box.firstChild; HTMLElement.prototype.append.call(form, script);
        document.body.append("text", form); }}"""
    )
    parts.until(tab, "() => ran.length")


@pytest.mark.firefox
def test_guard_takes_its_state_and_its_place_from_its_own_tag(tab, opened, parts):
    image = "<img name=currentScript src='{third}/x.png' data-state='statistics marketing' alt=''>"
    opened(f"{image}{{guard}}{SCRIPT % ('statistics', 'no')}{SCRIPT % ('necessary', 'yes')}")
    parts.until(tab, "() => ran.length")
    tab.do("() => { document.cookie = '_ga=1'; document.cookie = 'cart=1'; }")
    assert tab.do("() => [ran, document.cookie]") == [["yes"], "cart=1"]


def test_first_guard_below_an_image_of_that_name_grants_nothing(tab, make_site, parts, third):
    site = make_site()
    site.policy = "script-src 'self' 'nonce-{nonce}' {third}"
    image = "<img name=currentScript src='{third}/x.png' data-state='statistics marketing' alt=''>"
    site.pages["/"] = f"<head><title>Page</title>{LOG}</head><body>{image}{{guard}}{SCRIPT % ('necessary', 'yes')}"
    tab.open(site.origin + "/")
    parts.until(tab, "() => ran.length")
    tab.do("() => { document.cookie = '_ga=1'; document.cookie = 'cart=1'; }")
    assert tab.do("() => document.cookie") == "cart=1"
    assert [path for path in third[2] if path != "/x.png"] == []


@pytest.mark.parametrize("name", API_NAMES)
def test_element_named_as_the_api_is_none(tab, opened, parts, name):
    opened(f"{name}{FRAME}{SCRIPT % ('marketing', 'run')}", consent=OwnConsent())
    parts.until(tab, f"() => {BUTTONS}.length === 2")
    tab.do(PRESS % (BUTTONS, 1))  # always
    parts.until(tab, "() => ran.length && heard.length")
    assert tab.do("() => [ran, heard]") == [["run"], [["marketing"]]]


def test_choice_goes_through_the_api_where_it_is_there(tab, opened, parts):
    api = '<script nonce="{nonce}">window.chosen = []; window.cookiegate = {choose: async (all) => chosen.push(all)};'
    opened(f"<img id=cookiegate alt=''>{api}</script>{FRAME}")
    parts.until(tab, f"() => {BUTTONS}.length === 2")
    tab.do(PRESS % (BUTTONS, 1))
    assert tab.do("() => chosen") == [["marketing"]]


def test_words_that_could_not_be_fetched_are_asked_for_by_the_next_frame(tab, opened, parts):
    site = opened(FRAME, "/words")
    parts.until(tab, "() => document.querySelectorAll('[role=group]').length === 1")
    tab.do("() => fetch('/cookie-settings/words').then(() => null)")  # the page's own has its answer
    site.fails.clear()
    tab.do("() => { document.querySelector('h1').after(document.querySelector('iframe').cloneNode()); }")
    parts.until(tab, "() => document.querySelectorAll('[role=group] button').length === 4")
    assert tab.do("() => document.querySelectorAll('[role=group]').length") == 2


@pytest.mark.parametrize("answer", ["reject", "no words"])
def test_words_are_asked_for_again_when_the_choice_changes(tab, opened, parts, answer):
    opened(
        """<script nonce="{nonce}">window.real = window.fetch; window.asked = 0;
        window.fetch = async (url, ...more) => { if (!url.includes("/words")) return real(url, ...more);
        asked++;
        if (ANSWER) throw Error("no");
        return new Response("{}"); };</script>""".replace("ANSWER", str(answer == "reject").lower())
        + FRAME
    )
    parts.until(tab, "() => asked === 1 && document.querySelector('[role=group]')")
    tab.do("() => { for (let at = 0; at < 9; at++) document.body.append(document.createElement('p')); }")
    tab.do("() => new Promise((resolve) => setTimeout(resolve, 100))")
    assert tab.do("() => asked") == 1  # what changes in the page alone asks for nothing
    tab.do(
        """() => { window.fetch = real; return fetch("/cookie-settings/api", {method: "POST",
        body: '{"granted": ["statistics"]}', headers: {"Content-Type": "application/json"}}).then(() => {
        document.dispatchEvent(new CustomEvent("cookiegate:change", {detail: {granted: ["statistics"]}})); }); }"""
    )
    parts.until(tab, f"() => {BUTTONS}.length === 2")
