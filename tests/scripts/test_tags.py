"""One choice for every tag: a stand-in of each vendor's call, in the page of a real browser, under a strict policy.

A stand-in has what the vendor documents: the snippet of its own that a page has, and the script that comes later and
takes over what was queued. Both put each call into `calls`.
"""

from typing import Any

import pytest

from cookiegate.settings import TAGS

LOG = """<script nonce="{nonce}">window.calls = []; window.errors = []; window.warned = [];
addEventListener("error", (event) => errors.push(event.message));
addEventListener("unhandledrejection", (event) => errors.push(`${event.reason}`));
document.addEventListener("securitypolicyviolation", (event) => errors.push(event.violatedDirective));
console.warn = (...parts) => warned.push(parts.map(String).join(" "));</script>"""
BANNER = '<script src="/cookie-settings/cookiegate.js" nonce="{nonce}" defer></script>'
ALIAS = '<script src="/cookie-settings/cookiegate.js" nonce="{nonce}" data-tags="%s" defer></script>'
FETCHED = "performance.getEntriesByType('resource').map((one) => new URL(one.name).pathname)"
TOLD = "() => Boolean(window.cookiegate) && cookiegate.ready.then(() => %s)"
SNIPPETS = {
    "clarity": """window.clarity = window.clarity || function () { (clarity.q = clarity.q || []).push(arguments); };
        clarity("set", "page", "home");""",
    "uet": 'window.uetq = window.uetq || []; uetq.push("event", "page_view", {});',
    "meta": """(() => {
            if (window.fbq) return;
            const fbq = window.fbq = (...call) => fbq.callMethod ? fbq.callMethod(...call) : fbq.queue.push(call);
            window._fbq ||= fbq;
            fbq.queue = [];
        })();
        fbq("init", "1");""",
    "matomo": 'window._paq = window._paq || []; _paq.push(["trackPageView"]);',
    "matomo-cookies": 'window._paq = window._paq || []; _paq.push(["trackPageView"]);',
    "segment": """window.analytics = window.analytics || [];
        for (const name of ["page", "addSourceMiddleware"])
          analytics[name] = (...call) => analytics.push([name, ...call]);
        analytics.page("home");""",
}
LIBRARIES = {
    "clarity": """const queue = clarity.q; window.clarity = (...call) => { calls.push(call); };
        queue.forEach((call) => clarity(...call));""",
    "uet": """const queue = uetq; window.uetq = { push: (...call) => { calls.push(call); } };
        while (queue.length) uetq.push(...queue.splice(0, 3));""",
    "meta": "fbq.callMethod = (...call) => { calls.push(call); }; fbq.queue.splice(0).forEach((call) => fbq(...call));",
    "matomo": "const queue = _paq; window._paq = { push: (...made) => { calls.push(...made); } }; _paq.push(...queue);",
    "segment": """const queue = analytics, middlewares = [];
        const send = (name) => {
          const payload = { obj: { context: {} } };
          let isSent = !middlewares.length;
          for (const middleware of middlewares) middleware({ payload, next: () => { isSent = true; } });
          if (isSent) calls.push([name, payload.obj.context.consent]);
        };
        window.analytics = { page: send, addSourceMiddleware: (middleware) => { middlewares.push(middleware); } };
        queue.forEach(([name, given]) => analytics[name](given));""",
}
LIBRARIES["matomo-cookies"] = LIBRARIES["matomo"]


def clarity(ads: str, analytics: str) -> list[Any]:
    return ["consentv2", {"ad_Storage": ads, "analytics_Storage": analytics}]


def uet(word: str, storage: str) -> list[Any]:
    return ["consent", word, {"ad_storage": storage}]


CALLS: dict[str, dict[str, list[Any]]] = {
    # What a vendor hears first, what the page says to it, and what it hears after each choice.
    "clarity": {
        "before": [clarity("denied", "denied")],
        "page": [["set", "page", "home"]],
        "none": [clarity("denied", "denied")],
        "statistics": [clarity("denied", "granted")],
        "all": [clarity("granted", "granted")],
    },
    "uet": {
        "before": [uet("default", "denied")],
        "page": [["event", "page_view", {}]],
        "none": [uet("update", "denied")],
        "statistics": [uet("update", "denied")],
        "all": [uet("update", "granted")],
    },
    "meta": {
        "before": [["consent", "revoke"]],
        "page": [["init", "1"]],
        "none": [["consent", "revoke"]],
        "statistics": [["consent", "revoke"]],
        "all": [["consent", "grant"]],
    },
    "matomo": {
        "before": [["requireConsent"]],
        "page": [["trackPageView"]],
        "none": [],
        "statistics": [["setConsentGiven"]],
        "all": [],
        "withdrawn": [["forgetConsentGiven"]],
    },
    "matomo-cookies": {
        "before": [["requireCookieConsent"]],
        "page": [["trackPageView"]],
        "none": [],
        "statistics": [["setCookieConsentGiven"]],
        "all": [],
        "withdrawn": [["forgetCookieConsentGiven"]],
    },
}


@pytest.fixture
def opened(tab, make_site) -> Any:
    def open_(head: str, body: str = "", **settings: Any) -> Any:
        site = make_site(**settings)
        # What the banner needs without the fragment; the tags need nothing but `script-src`.
        policy = site.policy.replace("trusted-types 'none'", "trusted-types cookiegate; form-action 'self'")
        site.policy = policy.replace("style-src {third}", "style-src 'self'")
        site.pages["/"] = (
            f"<head><meta charset=utf-8><title>Page</title>{LOG}{head}</head><body><h1>Page</h1>{body}</body>"
        )
        tab.open(site.origin + "/")
        return site

    yield open_
    assert tab.do("() => errors") == []


def tags(*names: str) -> str:
    return f'<script src="/cookie-settings/tags.js" nonce="{{nonce}}" data-tags="{",".join(names)}"></script>'


def inline(text: str) -> str:
    return f'<script nonce="{{nonce}}">{text}</script>'


def choose(tab: Any, *granted: str) -> None:
    tab.do(f"() => cookiegate.choose({list(granted)}).then(() => null)")


def wait_for_calls(tab: Any, parts: Any, expected: list[Any]) -> None:
    """Wait for as many calls, and see that they are these."""
    parts.until(tab, f"() => calls.length >= {len(expected)}")
    assert tab.do("() => calls") == expected


@pytest.mark.firefox
@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("arrives", ["at once", "late"])
def test_vendor_hears_refused_first_and_then_each_choice(tab, opened, parts, name, arrives):
    said = CALLS[name]
    library = f"{{ {LIBRARIES[name]} }}"
    page = SNIPPETS[name] + (library if arrives == "at once" else "")
    site = opened(tags(name) + inline(page) + BANNER)
    if arrives == "late":
        parts.until(tab, TOLD % "true")
        tab.do(f"() => {library}")
    expected = said["before"] + said["page"] + said["none"]
    wait_for_calls(tab, parts, expected)

    choose(tab, "statistics")
    wait_for_calls(tab, parts, expected := expected + said["statistics"])
    choose(tab, "statistics", "marketing")
    wait_for_calls(tab, parts, expected := expected + said["all"])
    tab.do("() => cookiegate.withdraw().then(() => null)")
    wait_for_calls(tab, parts, expected + said.get("withdrawn", said["none"]))

    choose(tab, "statistics")  # on the next page, the choice that is kept counts
    tab.open(site.origin + "/")
    if arrives == "late":
        parts.until(tab, TOLD % "true")
        tab.do(f"() => {library}")
    wait_for_calls(tab, parts, said["before"] + said["page"] + said["statistics"])


NOTHING: dict[str, bool] = {}
FIRST_PARTY = {"preferences": False, "statistics": True, "marketing": False}


@pytest.mark.parametrize("arrives", ["at once", "late"])
def test_segment_stamps_each_event_with_what_is_granted(tab, opened, parts, arrives):
    library = LIBRARIES["segment"]
    opened(tags("segment") + inline(SNIPPETS["segment"] + (library if arrives == "at once" else "")) + BANNER)
    parts.until(tab, TOLD % "true")
    if arrives == "late":
        tab.do(f"() => {{ {library} }}")
    assert tab.do("() => calls[0]")[0] == "home"
    assert True not in tab.do("() => calls[0]")[1]["categoryPreferences"].values()
    choose(tab, "statistics")
    parts.until(tab, "() => { analytics.page('next'); return calls.at(-1)[1].categoryPreferences.statistics; }")
    assert tab.do("() => calls.at(-1)") == ["next", {"categoryPreferences": FIRST_PARTY}]


def test_segment_refuses_all_until_the_choice_is_known(tab, opened):
    opened(tags("segment") + inline(SNIPPETS["segment"] + LIBRARIES["segment"]))
    assert tab.do("() => calls") == [["home", {"categoryPreferences": NOTHING}]]


def test_segment_drops_an_event_that_it_cannot_stamp(tab, opened):
    opened(tags("segment") + inline(SNIPPETS["segment"]))
    broken = "analytics[0][1]({ payload: {}, next: () => calls.push('sent') })"
    assert tab.do(f"() => {{ {broken}; return [calls, warned.length]; }}") == [[], 1]


def test_segment_that_is_loaded_already_is_given_the_middleware(tab, opened, parts):
    loaded = "window.analytics = { addSourceMiddleware: (middleware) => { calls.push(typeof middleware); } };"
    opened(inline(loaded) + tags("segment"))
    assert tab.do("() => [calls, warned]") == [["function"], []]


PIWIK = """
window.ppms = window.ppms || {};
ppms.cm = ppms.cm || {};
ppms.cm.api = (...call) => { (ppms.cm.waiting ||= []).push(call); };
"""
PIWIK_LIBRARY = """
const queue = ppms.cm.waiting ?? [];
const known = { consents: {} };
ppms.cm.api = (command, ...parts) => {
  const done = parts.find((part) => typeof part === "function");
  if (command === "getComplianceTypes") done([
    "analytics", "remarketing", "ab_testing_and_personalization", "custom_consent",
  ]);
  if (command === "getComplianceSettings") done(known);
  if (command === "setComplianceSettings") {
    calls.push(parts[0]);
    Object.assign(known.consents, parts[0].consents);
    done();
  }
};
queue.forEach((call) => ppms.cm.api(...call));
"""


@pytest.mark.parametrize("arrives", ["at once", "late"])
def test_piwik_pro_hears_only_what_differs_and_nothing_before_the_choice(tab, opened, parts, arrives):
    opened(tags("piwikpro") + inline(PIWIK + (PIWIK_LIBRARY if arrives == "at once" else "")) + BANNER)
    parts.until(tab, TOLD % "true")
    if arrives == "late":
        tab.do(f"() => {{ {PIWIK_LIBRARY} }}")

    def status(**consents: int) -> dict[str, Any]:
        return {"consents": {name: {"status": number} for name, number in consents.items()}}

    first = status(analytics=1, remarketing=0, ab_testing_and_personalization=0)
    choose(tab, "statistics")
    wait_for_calls(tab, parts, [first])
    choose(tab, "statistics", "preferences")
    wait_for_calls(tab, parts, [first, status(ab_testing_and_personalization=1)])
    tab.do("() => cookiegate.withdraw().then(() => null)")
    wait_for_calls(
        tab,
        parts,
        [first, status(ab_testing_and_personalization=1), status(analytics=0, ab_testing_and_personalization=0)],
    )


def test_piwik_pro_that_comes_after_the_choice_hears_it(tab, opened, parts):
    opened(tags("piwikpro") + BANNER)
    parts.until(tab, TOLD % "true")
    choose(tab, "marketing")
    tab.do(f"() => {{ {PIWIK}{PIWIK_LIBRARY} }}")
    wait_for_calls(
        tab, parts, [{"consents": {name: {"status": int(name == "remarketing")} for name in
                                   ("analytics", "remarketing", "ab_testing_and_personalization")}}]
    )  # fmt: skip


def test_piwik_pro_answers_that_fail_are_warnings(tab, opened, parts):
    answer = (
        "ppms.cm.api = (command, ...parts) => { calls.push(command); parts[0](7); parts[0](null); parts[1]?.('no'); };"
    )
    opened(tags("piwikpro") + inline(PIWIK + answer) + BANNER)
    parts.until(tab, TOLD % "true")
    choose(tab)
    parts.until(tab, "() => warned.length === 7")
    assert all(text.startswith("cookiegate: piwikpro:") for text in tab.do("() => warned"))


POSTHOG = """window.posthog = window.posthog || [];
posthog.init = () => { for (const name of ["opt_in_capturing", "has_opted_out_capturing"])
  posthog[name] = (...call) => { posthog.push([name, ...call]); }; };
posthog.init("key", { opt_out_capturing_by_default: true });"""
POSTHOG_LIBRARY = """let isOut = true;
window.posthog = {
  has_opted_out_capturing: () => isOut,
  opt_in_capturing: () => { isOut = false; calls.push("in"); },
  opt_out_capturing: () => { isOut = true; calls.push("out"); },
};"""


@pytest.mark.parametrize("arrives", ["at once", "late"])
def test_posthog_is_opted_in_once_and_out(tab, opened, parts, arrives):
    opened(tags("posthog") + inline(POSTHOG + (POSTHOG_LIBRARY if arrives == "at once" else "")) + BANNER)
    parts.until(tab, TOLD % "true")
    if arrives == "late":
        tab.do(f"() => {{ {POSTHOG_LIBRARY} }}")
    choose(tab, "statistics")
    wait_for_calls(tab, parts, ["in"])
    choose(tab, "statistics", "marketing")
    choose(tab, "marketing")
    wait_for_calls(tab, parts, ["in", "out"])


def test_posthog_that_comes_after_the_choice_hears_it(tab, opened, parts):
    opened(tags("posthog") + inline(POSTHOG) + BANNER)
    parts.until(tab, TOLD % "true")
    choose(tab, "statistics")
    tab.do(f"() => {{ {POSTHOG_LIBRARY} }}")
    wait_for_calls(tab, parts, ["in"])


def test_no_trusted_types_policy_is_needed(tab, make_site, parts):
    site = make_site()
    assert site.policy.endswith("require-trusted-types-for 'script'; trusted-types 'none'")
    state = "{&quot;asks&quot;: false, &quot;granted&quot;: [&quot;marketing&quot;], &quot;consent_mode&quot;: {}}"
    banner = BANNER.replace("defer", f'defer data-state="{state}"')
    site.pages["/"] = f"<head><title>Page</title>{LOG}{tags('uet')}{banner}</head><body><h1>Page</h1></body>"
    tab.open(site.origin + "/")
    parts.until(tab, "() => uetq.length === 6")
    assert tab.do("() => [uetq[5], errors, warned]") == [{"ad_storage": "granted"}, [], []]


# With the guard


def test_tag_that_waits_hears_the_grant_before_it_starts(tab, opened, parts):
    waiting = f'<script type="text/plain" data-cookiegate="marketing" nonce="{{nonce}}">{SNIPPETS["meta"]}</script>'
    opened("{guard}" + ALIAS % "meta,uet" + waiting)
    parts.until(tab, TOLD % "true")
    parts.until(tab, "() => window.uetq?.length > 3")
    assert tab.do("() => window.fbq === undefined")
    choose(tab, "marketing")
    parts.until(tab, "() => Boolean(window.fbq)")
    assert tab.do("() => fbq.queue") == [["consent", "revoke"], ["consent", "grant"], ["init", "1"]]
    tab.do("() => cookiegate.withdraw().then(() => null)")
    parts.until(tab, "() => fbq.queue.length === 4")
    assert tab.do("() => fbq.queue.at(-1)") == ["consent", "revoke"]


# Whatever a page or a vendor does


def test_names_in_one_element_or_several_are_heard_once(tab, opened, parts):
    opened(tags("clarity", "clarity", "", "uet") + tags("uet") + ALIAS % "clarity uet")
    parts.until(tab, TOLD % "true")
    parts.until(tab, "() => uetq.length === 6 && clarity.q.length === 2")
    parts.until(tab, f"() => {FETCHED}.includes('/cookie-settings/tags/start.js')")
    assert tab.do("() => [uetq.length, clarity.q.length]") == [6, 2]


@pytest.mark.parametrize("name", ["clarty", "__proto__", "constructor", "../api"])
def test_unknown_name_is_a_warning_that_lists_the_known_ones(tab, opened, parts, name):
    opened(tags(name, name, "uet") + BANNER)
    parts.until(tab, "() => window.uetq?.length === 6")
    [warning] = tab.do("() => warned")
    assert warning == f'cookiegate: data-tags: "{name}" is not known; use some of {", ".join(TAGS)}'


def test_vendor_that_throws_is_a_warning_and_the_others_hear(tab, opened, parts):
    broken = 'window.clarity = () => { throw Error("broken"); };'
    opened(inline(broken) + tags("clarity", "uet") + BANNER)
    parts.until(tab, "() => window.uetq?.length === 6")
    parts.until(tab, "() => warned.length === 2")
    assert set(tab.do("() => warned")) == {"cookiegate: clarity: Error: broken"}


@pytest.mark.parametrize("value", ["5", "{}", "null", "() => {}", "Object.freeze([])"])
def test_variable_that_is_something_else_breaks_nothing(tab, opened, parts, value):
    variables = ", ".join(["clarity", "fbq", "_paq", "ppms", "posthog", "analytics", "uetq"])
    put = "".join(f"window.{variable} = {value};" for variable in variables.split(", "))
    opened(inline(put) + tags(*TAGS) + inline(f"[{variables}];") + BANNER)
    parts.until(tab, TOLD % "true")
    choose(tab, "statistics", "marketing")
    tab.do("() => cookiegate.withdraw().then(() => null)")


def test_vendor_that_is_taken_away_breaks_nothing(tab, opened, parts):
    opened(
        tags("clarity", "uet", "meta", "matomo")
        + inline("".join(map(SNIPPETS.get, ["clarity", "uet", "meta"])))
        + BANNER
    )
    parts.until(tab, TOLD % "true")
    tab.do("() => { for (const name of ['clarity', 'uetq', 'fbq', '_paq']) delete window[name]; }")
    choose(tab, "marketing")
    tab.do("() => { window.fbq = (...call) => { calls.push(call); }; }")
    choose(tab)
    wait_for_calls(tab, parts, [["consent", "revoke"]])


def test_elements_named_like_variables_are_not_taken_for_them(tab, opened, parts):
    names = ["clarity", "uetq", "fbq", "_paq", "ppms", "posthog", "analytics", "currentScript", "cookiegate"]
    trap = "".join(f'<form id="{name}" name="{name}"><input name="push"><img name="{name}"></form>' for name in names)
    opened("", trap + tags(*sorted(TAGS)) + inline(SNIPPETS["uet"] + SNIPPETS["meta"]) + BANNER)
    parts.until(tab, "() => Array.isArray(window.uetq) && uetq.length === 9 && fbq.queue.length === 3")
    assert tab.do("() => [uetq.slice(0, 3), _paq[0], fbq.queue[0], warned]") == [
        uet("default", "denied"), ["requireCookieConsent"], ["consent", "revoke"], [],
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["meta", "uet", "matomo"])
def test_script_that_ran_first_is_a_warning_with_what_to_do(tab, opened, name):
    opened(inline(SNIPPETS[name] + f"{{ {LIBRARIES[name]} }}") + tags(name))
    [warning] = tab.do("() => warned")
    assert warning == f"cookiegate: {name}: its script ran first; write tags.js before it, without defer"
    assert tab.do("() => calls.at(-1)") == CALLS[name]["before"][0]


def test_variable_that_cannot_be_watched_is_looked_at_when_the_page_is_loaded(tab, opened, parts):
    fixed = "Object.defineProperty(window, 'fbq', { writable: true, value: undefined });"
    opened(inline(fixed) + tags("meta") + inline(SNIPPETS["meta"]) + BANNER)
    parts.until(tab, TOLD % "true")
    tab.do("() => { window.fbq = undefined; }")
    choose(tab, "marketing")
    tab.do("() => { window.fbq = (...call) => { calls.push(call); }; dispatchEvent(new Event('load')); }")
    assert tab.do("() => calls") == [["consent", "grant"]]


def test_same_choice_again_is_not_said_again(tab, opened, parts):
    opened(tags("uet") + BANNER)
    parts.until(tab, "() => uetq.length === 6")
    detail = "{ detail: { granted: [], isChosen: false } }"
    tab.do(f"() => {{ document.dispatchEvent(new CustomEvent('cookiegate:state', {detail})); }}")
    assert tab.do("() => uetq.length") == 6


@pytest.mark.parametrize("name", ["uet", "matomo", "matomo-cookies", "meta"])
def test_queue_that_was_there_first_begins_with_refused(tab, opened, name):
    opened(inline(SNIPPETS[name]) + tags(name) + inline(LIBRARIES[name]))
    assert tab.do("() => [calls, warned]") == [CALLS[name]["before"] + CALLS[name]["page"], []]


def test_meta_function_without_a_queue_yet_is_waited_for(tab, opened):
    snippet = """window.fbq = (...call) => { window.fbq.queue?.push(call); };
        window._fbq = window.fbq;
        fbq.queue = [];
        fbq("init", "1");"""
    opened(tags("meta") + inline(snippet))
    assert tab.do("() => fbq.queue") == [["consent", "revoke"], ["init", "1"]]


@pytest.mark.parametrize(
    "detail", ["undefined", "{}", "{ granted: 5 }", "{ granted: ['marketing'], get isChosen() { throw 1; } }"]
)
def test_event_that_says_nothing_changes_nothing(tab, opened, parts, detail):
    opened(tags("uet") + BANNER)
    parts.until(tab, "() => uetq.length === 6")
    tab.do(f"() => {{ document.dispatchEvent(new CustomEvent('cookiegate:state', {{ detail: {detail} }})); }}")
    assert tab.do("() => [uetq.length, warned.length]") == [6, 1]


def test_file_that_does_not_come_leaves_the_vendor_refused(tab, opened, parts):
    site = opened("")
    site.pages["/"] = site.pages["/"].replace(
        "</head>", tags("uet", "meta") + inline(SNIPPETS["meta"]) + BANNER + "</head>"
    )
    site.fails.add("/tags/uet.js")
    tab.open(site.origin + "/")
    parts.until(tab, "() => warned.length === 1 && fbq.queue.length === 3")
    choose(tab, "marketing")
    parts.until(tab, "() => fbq.queue.length === 4")
    assert tab.do("() => uetq") == uet("default", "denied")


def test_nothing_is_fetched_that_the_page_does_not_ask_for(tab, opened, parts):
    fetched = f"() => {FETCHED}.filter((path) => path.includes('/tags'))"
    site = opened(BANNER)
    parts.until(tab, TOLD % "true")
    assert tab.do(fetched) == []
    site.pages["/"] = site.pages["/"].replace("</head>", tags("uet") + "</head>")
    tab.open(site.origin + "/")
    parts.until(tab, "() => window.uetq?.length === 6")
    assert tab.do(fetched) == ["/cookie-settings/tags.js", "/cookie-settings/tags/uet.js"]
