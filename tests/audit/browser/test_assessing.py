"""From evidence to findings, without a browser: each finding once found and once not."""

import pytest

from cookiegate.audit.as_json import write_json
from cookiegate.audit.auditing import Promise, platform
from cookiegate.audit.browser.assessing import banner_findings, gaps_of, needs_banner, observations, stored_findings
from cookiegate.audit.browser.evidence import Control, Missed, SentCookie, Setter, StoredKey
from cookiegate.audit.browser.phase import Phase
from cookiegate.audit.report import write_html
from cookiegate.audit.result import Source
from cookiegate.cli.audit_table import written_table
from cookiegate.cookie_rule import CookieRule
from cookiegate.model import NO_CONSENT, OPTIONAL, Consent
from cookiegate.registry.registry import Registry

CONSENTS = {
    Phase.BEFORE: NO_CONSENT, Phase.GPC: NO_CONSENT, Phase.REJECT: Consent(()), Phase.ACCEPT: Consent(OPTIONAL),
    Phase.WITHDRAW: Consent(()),
}  # fmt: skip


@pytest.fixture
def judged(registry):
    """Return code, cookie and detail of what evidence shows, weak attributes left out."""
    promise = Promise.of(registry, platform(None))

    def judge(evidence):
        collector = promise.collector()
        found = observations(
            evidence, CONSENTS, lambda host: host == "shop.test", promise.gate.registry, lambda name: name == "choice"
        )
        for observation in found:
            collector.add(observation)
        audit = collector.close(Source(kind="browser", name="x", looked_at="", registry="c"), promise.declared)
        return {(each.code.value, each.cookie, each.detail) for each in audit.findings if each.severity == "error"}

    return judge


def test_a_script_before_consent_is_found_and_after_accepting_it_is_not(make, judged):
    line, jar = make.line(), (make.cookie(),)
    assert judged(make.evidence(make.phase(lines=(line,), jar=jar))) == {
        ("script-before-consent", "ads", "marketing needs consent")
    }
    assert judged(make.evidence(make.phase(Phase.ACCEPT, lines=(line,), jar=jar))) == set()
    assert judged(make.evidence(make.phase(Phase.REJECT, lines=(line,), jar=jar))) == {
        ("against-choice", "ads", "marketing needs consent")
    }


def test_a_response_before_consent_keeps_its_own_code(make, judged):
    line = make.line(setter=Setter.RESPONSE)
    assert judged(make.evidence(make.phase(lines=(line,)))) == {("before-consent", "ads", "marketing needs consent")}


def test_what_a_script_wrote_and_the_browser_does_not_have_is_nothing(make, judged):
    assert judged(make.evidence(make.phase(lines=(make.line(),)))) == set()
    deleted = make.line("ads=; Max-Age=0")
    assert judged(make.evidence(make.phase(lines=(deleted, make.line("nameless", host="shop.test"))))) == set()


def test_gpc_that_is_ignored_is_found_for_marketing_alone(make, judged):
    def seen(name):
        return make.phase(Phase.GPC, lines=(make.line(f"{name}=x"),), jar=(make.cookie(name),))

    assert judged(make.evidence(seen("ads"))) == {("gpc-ignored", "ads", "marketing was refused by Sec-GPC: 1")}
    assert judged(make.evidence(seen("stats"))) == {("script-before-consent", "stats", "statistics needs consent")}
    assert judged(make.evidence(seen("sid"))) == set()


def test_a_tracker_that_no_rule_names_ignores_gpc_too(make, judged):
    found = judged(make.evidence(make.phase(Phase.GPC, lines=(make.line("_fbp=x"),), jar=(make.cookie("_fbp"),))))
    assert {code for code, _, _ in found} == {"unregistered", "gpc-ignored"}
    found = judged(make.evidence(make.phase(Phase.GPC, lines=(make.line("own=x"),), jar=(make.cookie("own"),))))
    assert {code for code, _, _ in found} == {"unregistered"}


@pytest.mark.parametrize(
    ("sent", "is_readable", "detail"),
    [
        ((SentCookie("ads", "shop.test"),), True, "still sent to shop.test and still readable by scripts"),
        ((SentCookie("ads", "shop.test"),), False, "still sent to shop.test"),
        ((SentCookie("sid", "shop.test"),), True, "still readable by scripts"), ((), False, "still in the browser"),
    ],
)  # fmt: skip
def test_what_is_left_after_a_withdrawal_is_found(make, judged, sent, is_readable, detail):
    phase = make.phase(Phase.WITHDRAW, jar=(make.cookie(is_readable=is_readable),), sent=sent, held=("ads",))
    assert judged(make.evidence(phase)) == {("kept-after-withdrawal", "ads", detail)}


def test_what_is_needed_and_the_choice_itself_may_be_left(make, judged):
    jar = make.cookie("sid"), make.cookie("choice")
    phase = make.phase(Phase.WITHDRAW, jar=jar, held=("sid", "choice"))
    assert {each[:2] for each in judged(make.evidence(phase))} == {("unregistered", "choice")}
    assert judged(make.evidence(make.phase(Phase.WITHDRAW, held=("ads",)))) == set()


def test_a_cookie_that_no_rule_names_is_left_over_if_it_came_with_the_consent(make, judged):
    after = make.phase(Phase.WITHDRAW, jar=(make.cookie("odd"),), held=("odd",))
    assert judged(make.evidence(after)) == {("kept-after-withdrawal", "odd", "still readable by scripts")}
    before = make.phase(jar=(make.cookie("odd"),), lines=(make.line("odd=x"),))
    assert {each[0] for each in judged(make.evidence(before, after))} == {"unregistered"}
    other = make.phase(Phase.WITHDRAW, jar=(make.cookie("odd", domain="other.test"),), held=("odd",))
    assert judged(make.evidence(other)) == set()


def test_a_cookie_that_comes_after_the_withdrawal_is_set_against_the_choice(make, judged):
    phase = make.phase(Phase.WITHDRAW, jar=(make.cookie(),), held=())
    assert judged(make.evidence(phase)) == {("against-choice", "ads", "marketing needs consent")}
    phase = make.phase(Phase.WITHDRAW, jar=(make.cookie(),), lines=(make.line(),), held=())
    assert judged(make.evidence(phase)) == {("against-choice", "ads", "marketing needs consent")}


def test_a_cookie_that_nobody_was_seen_setting_is_judged_by_what_the_browser_has(make, registry):
    cookie = make.cookie(
        lifetime_s=400 * 86400.0, domain=".shop.test", secure=True, http_only=True, is_partitioned=True
    )
    promise = Promise.of(registry, platform(None))
    first, *_ = observations(
        make.evidence(make.phase(jar=(cookie, make.cookie("s", lifetime_s=None, same_site="")))), CONSENTS,
        lambda _: True, promise.gate.registry, lambda _: False,
    )  # fmt: skip
    assert first.line == (
        b"ads=; Path=/; Max-Age=34560000; Domain=.shop.test; Secure; HttpOnly; SameSite=Lax; Partitioned"
    )
    assert str(first.place) == "the browser's cookies of shop.test; nobody was seen setting it"


def test_a_cookie_that_is_older_than_the_refusal_is_carried(make, registry):
    promise = Promise.of(registry, platform(None))
    evidence = make.evidence(make.phase(Phase.REJECT, jar=(make.cookie(),), held=("ads",)))
    found = [*observations(evidence, CONSENTS, lambda _: True, promise.gate.registry, lambda _: False)]
    assert [(each.way.value, each.line) for each in found] == [("carried", b"ads=")]


RULES = (
    CookieRule(name="theme", storage="local", category="preferences"),
    CookieRule(name="needed*", storage="session", category="necessary"),
    CookieRule(name="visits", storage="indexeddb", category="statistics"),
)


def stored(make, area, name, phase=Phase.BEFORE, has_policy=True):
    evidence = make.evidence(make.phase(phase, keys=(StoredKey(area, "http://shop.test", name),)))
    return [(each.code.value, each.cookie) for each in stored_findings(evidence, RULES, has_policy=has_policy)]


def test_entries_of_storage_need_consent_and_a_rule(make):
    assert stored(make, "local", "theme") == [("stored-before-consent", "local:theme")]
    assert stored(make, "local", "theme", Phase.WITHDRAW) == [("stored-before-consent", "local:theme")]
    assert stored(make, "local", "theme", Phase.ACCEPT) == []
    assert stored(make, "session", "needed1") == []
    assert stored(make, "session", "theme") == [("stored-unregistered", "session:theme")]
    assert stored(make, "indexeddb", "theme") == [("stored-unregistered", "indexeddb:theme")]
    assert stored(make, "indexeddb", "visits") == [("stored-before-consent", "indexeddb:visits")]
    assert stored(make, "indexeddb", "visits", Phase.ACCEPT) == []
    assert stored(make, "local", "other", has_policy=False) == []


def headline(make, registry, *keys, jar=(), **phase):
    """Return the summary of an audit that saw these entries of storage before any choice and after the withdrawal."""
    promise = Promise.of(registry, platform(None))
    seen = {"keys": tuple(StoredKey("local", "http://shop.test", name) for name in keys), "jar": jar, **phase}
    evidence = make.evidence(make.phase(**seen), make.phase(Phase.WITHDRAW, **seen, held=("sid",)))
    collector = promise.collector()
    for each in observations(evidence, CONSENTS, lambda _: True, promise.gate.registry, lambda _: False):
        collector.add(each)
    findings = [*stored_findings(evidence, promise.gate.registry, has_policy=True)]
    source = Source(kind="browser", name="x", looked_at="", registry="c")
    return collector.close(source, promise.declared, further=findings, browser=evidence)


def test_the_headline_counts_entries_of_storage(make, registry):
    sid = (make.cookie("sid", lifetime_s=None, http_only=True),)
    one = headline(make, registry, "theme", jar=sid)
    assert one.summary == "1 stored entry breaks the policy's promise: 1 is stored without consent."
    assert headline(make, registry, jar=sid).summary == "The one cookie keeps the policy's promise."
    both = headline(make, registry, "theme", jar=(make.cookie("odd"),), lines=(make.line("odd=x"),))
    assert both.headline == "1 of 1 cookie and 1 stored entry break the policy's promise"
    assert headline(make, registry, "theme").headline == "1 stored entry breaks the policy's promise"
    unknown = headline(make, registry, "a", "b", jar=sid)
    assert unknown.summary == (
        "2 stored entries may break the policy's promise: 2 are stored and not in the policy."
    )  # fmt: skip
    accepted = one.accept(frozenset({("stored-before-consent", "local:theme")}))
    assert accepted.summary == "1 stored entry breaks the policy's promise, as the baseline accepts."


def test_the_phases_of_a_stored_entry_are_told_in_each_report(make, registry):
    audit = headline(make, registry, "theme")
    detail = "preferences needs consent; it is there before any choice and after withdrawal"
    for text in (written_table(audit), write_html(audit, version="1", made_at="now"), write_json(audit, version="1")):
        assert detail in " ".join(text.split())


def banner(make, *controls, **more):
    return [
        (each.code.value, each.detail)
        for each in banner_findings(make.evidence(make.phase(Phase.REJECT, controls=controls), **more))
    ]


def button(role, **more):
    given = {
        "name": role.title(), "found_by": "OneTrust", "width": 100, "height": 40, "text_contrast": 7.0,
        "fill_contrast": 4.0, "clicks": 1, "font_size": 16.0, **more,
    }  # fmt: skip
    return Control(role=role, **given)


def test_buttons_that_are_alike_are_fine(make):
    assert banner(make, button("accept"), button("reject")) == []
    assert banner(make, button("accept"), button("reject", width=80)) == []
    assert banner(make) == []
    assert [*banner_findings(make.evidence())] == []


@pytest.mark.parametrize(
    ("accept", "reject"), [(("Accept All", 82.2), ("Deny", 50.8)), (("Allow all cookies", 150), ("No", 30))]
)
def test_a_width_that_follows_from_the_label_is_not_less_prominent(make, accept, reject):
    buttons = [
        button(role, name=name, width=width, height=21)
        for role, (name, width) in (("accept", accept), ("reject", reject))
    ]
    assert banner(make, *buttons) == []


def test_refusing_that_takes_more_clicks_is_found(make):
    assert banner(make, button("accept"), button("reject", clicks=2)) == [
        ("reject-harder", "'Reject' takes 2 clicks, 'Accept' takes 1")
    ]
    assert banner(make, button("accept")) == [
        ("reject-harder", "accepting takes 1 click on 'Accept'; no button to refuse was found in two layers")
    ]
    assert banner(make, button("accept", found_by="--accept-selector")) == []


@pytest.mark.parametrize(
    ("more", "detail"),
    [
        ({"width": 50, "height": 20}, "'Reject' measures 50 by 20 pixels, 'Accept' 100 by 40 pixels"),
        ({"height": 20}, "'Reject' measures 100 by 20 pixels, 'Accept' 100 by 40 pixels"),
        ({"width": 50}, "'Reject' measures 50 by 40 pixels, 'Accept' 100 by 40 pixels"),
        (
            {"width": 50, "name": "Reject everything"},
            "'Reject everything' measures 50 by 40 pixels, 'Accept' 100 by 40 pixels",
        ),
        ({"font_size": 10.0}, "the text of 'Reject' is 10 pixels high, that of 'Accept' 16"),
        ({"font_size": None}, None),
        ({"text_contrast": 2.0}, "the text of 'Reject' has a contrast of 2:1, that of 'Accept' 7:1"),
        (
            {"fill_contrast": 1.1},
            "the ground of 'Accept' stands out from the banner with 4:1, that of 'Reject' with 1.1:1",
        ),
        ({"text_contrast": None, "fill_contrast": None}, None),
    ],
)
def test_a_button_that_is_less_prominent_is_measured(make, more, detail):
    expected = [] if detail is None else [("reject-less-prominent", detail)]
    assert banner(make, button("accept"), button("reject", **more)) == expected


def test_a_page_without_a_way_back_is_found(make):
    def way(has, **more):
        return [
            each.code.value
            for each in banner_findings(make.evidence(make.phase(Phase.ACCEPT, has_way_back=has, **more)))
        ]

    assert way(False) == ["no-way-back"]
    assert way(False, pages=()) == ["no-way-back"]
    assert way(True) == way(None) == []


def test_a_banner_is_needed_where_something_optional_is_declared_or_seen(make):
    known = Registry([CookieRule(name="sid", category="necessary"), CookieRule(name="ads", category="marketing")])
    empty, needed = make.evidence(), make.evidence(make.phase(jar=(make.cookie("sid"), make.cookie("choice"))))

    def needs(evidence, *declared):
        return needs_banner(evidence, declared, known, lambda name: name == "choice")

    assert not needs(empty)
    assert not needs(needed, known.find("sid"))
    assert needs(empty, known.find("ads"))
    assert needs(make.evidence(make.phase(jar=(make.cookie("ads"),))))
    assert needs(make.evidence(make.phase(jar=(make.cookie("unknown"),))))


def test_a_button_that_nobody_needs_is_no_gap(make):
    missed = Missed("the button to reject", "none"), Missed("http://shop.test/a", "answers 500", True)
    evidence = make.evidence(make.phase(Phase.REJECT, missed=missed))
    assert [gap.subject for gap in gaps_of(evidence, is_banner_needed=False)] == ["http://shop.test/a"]
    gaps = [*gaps_of(evidence, is_banner_needed=True)]
    assert [(gap.subject, gap.is_whole, gap.moment.label) for gap in gaps] == [
        ("the button to reject", False, "After reject"), ("http://shop.test/a", True, "After reject"),
    ]  # fmt: skip
