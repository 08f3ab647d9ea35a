"""The `cookiegate` logger: a line for each name and reason, never a cookie's value."""

import logging
from contextlib import suppress

import pytest

from cookiegate import Action, Category, CookieGate, CookieRule, Decision, Reason, Registry
from cookiegate.asgi import CookieGateMiddleware
from cookiegate.notify import Notify

RULE = CookieRule(name="ia_mkt_*", category=Category.MARKETING)


@pytest.fixture
def logged_lines(caplog):
    caplog.set_level(logging.DEBUG, logger="cookiegate")
    return lambda: [(record.levelname, record.getMessage()) for record in caplog.records]


@pytest.fixture
def log():
    """Pass decisions to the log of a new gate."""
    notify = Notify()

    def tell(*decisions):
        notify.log((), [b"x"], decisions)

    tell.notify = notify
    return tell


def decision(action=Action.DROP, reason=Reason.NOT_GRANTED, policy_rule=5, name="ia_mkt_source", rule=RULE, **more):
    line = name.encode("latin-1", "replace") + b"=s3cret"
    given = {
        "category": rule.category if rule else None, "registry_rule": rule, "before": line,
        "after": None if action is Action.DROP else line,
    }  # fmt: skip
    return Decision(action=action, reason=reason, policy_rule=policy_rule, name=name, **given | more)


@pytest.mark.parametrize(
    ("logged_decision", "line"),
    [
        (decision(), ("INFO", "cookie 'ia_mkt_source' (marketing) dropped: not-granted (rule 5)")),
        (
            decision(Action.EXPIRE, Reason.GLOBAL_PRIVACY_CONTROL),
            ("INFO", "cookie 'ia_mkt_source' (marketing) expired: global-privacy-control (rule 5)"),
        ),
        (
            decision(reason=Reason.NAMELESS, policy_rule=1, name="", rule=None),
            ("WARNING", "Set-Cookie '' dropped: nameless (rule 1)"),
        ),
        (
            decision(reason=Reason.VALUE_NOT_STRICT, policy_rule=8, name="sid", rule=None),
            ("WARNING", "Set-Cookie 'sid' dropped: value-not-strict (rule 8)"),
        ),
        (
            decision(is_enforced=False),
            ("INFO", "cookie 'ia_mkt_source' (marketing) would be dropped: not-granted (rule 5)"),
        ),
        (
            decision(reason=Reason.NAMELESS, policy_rule=1, name="", rule=None, is_enforced=False),
            ("WARNING", "Set-Cookie '' would be dropped: nameless (rule 1)"),
        ),
    ],
)
def test_log_tells_once(log, logged_lines, logged_decision, line):
    for _ in range(3):
        log(logged_decision)
    assert logged_lines() == [line]


def test_log_tells_of_the_requests_cookies_once_for_a_rule(log, logged_lines):
    for number in range(5000):
        log(decision(Action.EXPIRE, name=f"ia_mkt_{number}", before=b""))
    log.notify.unregistered("ia_new")
    assert [line.partition("\n")[0] for _, line in logged_lines()] == [
        "cookie 'ia_mkt_0' (marketing) expired: not-granted (rule 5)",
        "cookie 'ia_new' is not in the registry; to register it, choose its category and add:",
    ]


def test_log_tells_each_reason_of_a_name(log, logged_lines):
    log(decision())
    log(decision(reason=Reason.CONSENT_EXPIRED))
    assert len(logged_lines()) == 2


@pytest.mark.parametrize("action", [Action.KEEP, Action.REWRITE])
def test_log_says_nothing_of_what_leaves(log, logged_lines, action):
    log(decision(action, Reason.GRANTED, 6))
    assert logged_lines() == []


def test_log_says_nothing_twice_of_an_unregistered_line(log, logged_lines):
    """The name was logged when it was met first."""
    log(decision(reason=Reason.UNREGISTERED, policy_rule=4, name="x", rule=None))
    assert logged_lines() == []


def test_log_warns_of_an_unregistered_name_once(log, logged_lines):
    for _ in range(3):
        log.notify.unregistered("ia_new")
    assert logged_lines() == [
        (
            "WARNING",
            (
                "cookie 'ia_new' is not in the registry; to register it, choose its category and add:\n"
                '[[cookie]]\nname = "ia_new"\ncategory = ""  # necessary, preferences, statistics or marketing'
            ),
        )
    ]


def test_log_proposes_what_cookiegate_knows_of_a_name(log, logged_lines, tmp_path):
    for name in ("_ga_RZTK1", "_ga_RZTK1", "csrftoken"):
        log.notify.unregistered(name)
    (warning, other) = [line for _, line in logged_lines()]
    assert warning.startswith(
        "cookie '_ga_RZTK1' is not in the registry; cookiegate knows it. To register it, check these lines and add "
        'them:\n[[cookie]]\nname = "_ga_*"\ncategory = "statistics"\npurpose = "Remembers the state of a visit'
    )
    path = tmp_path / "cookies.toml"
    path.write_text(warning.partition("\n")[2], encoding="utf-8")
    rule = Registry.from_toml(path).find("_ga_RZTK1")
    assert (rule.category, rule.lifetime.text, rule.provider) == ("statistics", "2 years", "Google Analytics")
    assert 'name = "csrftoken"\ncategory = "necessary"' in other


def test_log_unregistered_lines_register_the_name_with_a_category(log, logged_lines, tmp_path):
    log.notify.unregistered("ia_new")
    path = tmp_path / "cookies.toml"
    lines = logged_lines()[0][1].partition("\n")[2]
    path.write_text(lines.replace('category = ""', 'category = "statistics"'), encoding="utf-8")
    assert Registry.from_toml(path).find("ia_new").category == "statistics"


@pytest.mark.parametrize("name", ["a\nERROR forged", "\x1b[31m", "\xa0", "é" * 10, "x" * 5000])
def test_log_shows_a_name_so_that_nothing_is_forged(log, logged_lines, name):
    log(decision(reason=Reason.AMBIGUOUS_NAME, policy_rule=1, name=name, rule=None))
    ((_, message),) = logged_lines()
    assert message.isascii()
    assert message.isprintable()
    assert len(message) < 500


def test_log_tells_no_value(log, logged_lines, caplog):
    log(decision())
    log.notify.unregistered("x")
    log(decision(reason=Reason.CONTROL_OCTET, policy_rule=1))
    assert "s3cret" not in caplog.text


def failing(error):
    def fail():
        raise error

    return fail


def test_foreign_code_that_raises_is_told_of_once_for_each_kind_of_error(log, logged_lines):
    for error in (ValueError("a"), ValueError("b"), KeyError("c")):
        assert log.notify.shield("the source raised", "instead", failing(error)) == "instead"
    assert logged_lines() == [("ERROR", "the source raised")] * 2


def test_foreign_code_that_raises_is_shown_with_its_error(log, caplog):
    error = ValueError("broken")
    log.notify.shield("the source raised", None, failing(error))
    assert caplog.records[0].exc_info[1] is error


def test_foreign_code_that_returns_is_handed_its_arguments(log, logged_lines):
    assert log.notify.shield("the source raised", None, max, 1, 2) == 2
    assert logged_lines() == []


def test_bug_of_the_gates_own_is_told_of_once_for_each_kind_and_place(log, logged_lines, caplog):
    for number in range(3):
        for error in (ValueError, LookupError):
            with pytest.raises(error) as caught:
                raise error(number)
            log.notify.engine_failed(caught.value)
    assert [level for level, _ in logged_lines()] == ["ERROR"] * 2
    assert [record.exc_info[0] for record in caplog.records] == [ValueError, LookupError]


def test_log_tells_of_an_untrusted_proxy_once(log, logged_lines):
    log.notify.untrusted_proxy()
    log.notify.untrusted_proxy()
    ((level, message),) = logged_lines()
    assert level == "WARNING"
    assert message.startswith("requests arrive as http with X-Forwarded-Proto: https, so cookies are not made Secure")


def test_log_tells_of_a_field_that_was_cut_once_for_each_name(log, logged_lines):
    for name in (b"x y", b"x y", b"a\r\nb"):
        log.notify.cut_field(name, "left out")
    assert logged_lines() == [
        ("ERROR", "response header field 'x y': left out"),
        ("ERROR", "response header field 'a\\r\\nb': left out"),
    ]


def test_log_remembers_names_of_a_bounded_number_of_reasons(log):
    for number in range(64):
        assert log.notify.is_unlogged(("reason", number), [b"a"])
        log.notify.log(("reason", number), [b"a"], [])
    assert not log.notify.is_unlogged("another reason", [b"a"])
    assert log.notify.is_unlogged(("reason", 0), [b"a", b"b"])


def test_log_remembers_a_bounded_number_of_names(log):
    log.notify.log("r", [b"n%d" % number for number in range(1024)], [])
    assert not log.notify.is_unlogged("r", [b"another"])


def test_log_knows_what_was_logged_for_a_reason(log):
    assert log.notify.is_unlogged("r", [b"a"])
    log.notify.log("r", [b"a", b"x" * 101], [])
    assert not log.notify.is_unlogged("r", [b"a"])
    assert log.notify.is_unlogged("r", [b"b", b"a"])
    assert log.notify.is_unlogged("r", [b"x" * 101])  # too long to be cached


def test_log_remembers_in_bounded_memory(log, logged_lines):
    for number in range(5000):
        log.notify.unregistered(f"name{number}")
    assert len(logged_lines()) == 2048


# The log of a gate: one line for each name and reason


def serve(gate, lines, cookie=b""):
    async def app(scope, receive, send):
        await send({"type": "http.response.start", "headers": [(b"set-cookie", line) for line in lines]})

    async def send(message):
        """Ignore it."""

    scope = {"type": "http", "scheme": "https", "headers": [(b"cookie", cookie)] if cookie else []}
    with suppress(StopIteration):
        CookieGateMiddleware(app, gate)(scope, None, send).send(None)


def gate(**settings):
    rules = [
        CookieRule(name="ok", category=Category.NECESSARY),
        CookieRule(name="ia_stats_*", category=Category.STATISTICS),
    ]
    return CookieGate(registry=Registry([*rules, RULE]), clock=lambda: 1768204800.0, **settings)


def test_dropped_line_is_logged_once_for_its_name_and_reason(logged_lines):
    one = gate()
    for value in (b"1", b"2", b"3"):
        serve(one, [b"ia_mkt_a=" + value, b"ia_stats_a=" + value])
    assert logged_lines() == [
        ("INFO", "cookie 'ia_mkt_a' (marketing) dropped: no-consent (rule 5)"),
        ("INFO", "cookie 'ia_stats_a' (statistics) dropped: no-consent (rule 5)"),
    ]


def test_dropped_line_is_logged_again_for_another_reason(logged_lines):
    one = gate()
    for cookie in (b"", b"cookiegate_consent=junk", b"cookiegate_consent=v=1&c=&t=1768204800", b""):
        serve(one, [b"ia_mkt_a=1"], cookie)
    assert [line for _, line in logged_lines()] == [
        "cookie 'ia_mkt_a' (marketing) dropped: no-consent (rule 5)",
        "cookie 'ia_mkt_a' (marketing) dropped: consent-unreadable (rule 5)",
        "cookie 'ia_mkt_a' (marketing) dropped: not-granted (rule 5)",
    ]


def test_line_of_one_name_is_logged_for_each_reason_of_the_line(logged_lines):
    one = gate()
    for _ in range(2):
        serve(one, [b"ok=a\tb", b"ok=1; Path=/\x00", b"ok" + b"=x" * 4096])
    assert [line for _, line in logged_lines()] == [
        "Set-Cookie 'ok' dropped: control-octet (rule 1)",
        "Set-Cookie 'ok' dropped: too-large (rule 1)",
    ]


def test_unregistered_name_is_logged_once_with_the_lines_that_register_it(logged_lines):
    one = gate()
    for _ in range(3):
        serve(one, [b"other=secret", b"other=secret; Path=/a"])
    assert [line.partition("\n")[0] for _, line in logged_lines()] == [
        "cookie 'other' is not in the registry; to register it, choose its category and add:"
    ]


def test_malformed_line_is_logged_once_and_can_forge_no_log_line(logged_lines):
    one = gate()
    for _ in range(2):
        serve(one, [b"a\r\nb=secret", b"=secret"])
    assert logged_lines() == [
        ("WARNING", "Set-Cookie 'a\\r\\nb' dropped: control-octet (rule 1)"),
        ("WARNING", "Set-Cookie '' dropped: nameless (rule 1)"),
    ]


def test_value_is_never_logged(logged_lines, caplog):
    lines = [b"secret", b"=secret", b"ok=secret", b"ia_mkt_a=secret", b"x=secret", b"ok=secret\x00", b"ok=secret\t"]
    for settings in ({}, {"observer": lambda decision: None}, {"mode": "report-only"}, {"strict_values": True}):
        serve(gate(**settings), lines, b"ia_stats_a=secret")
    assert logged_lines()
    assert "secret" not in caplog.text


def test_observer_that_raises_is_logged_once(logged_lines):
    one = gate(observer=lambda decision: 1 / 0)
    for _ in range(3):
        serve(one, [b"ia_mkt_a=1"])
    assert [level for level, _ in logged_lines()] == ["INFO", "ERROR"]


def test_rewritten_cookie_beside_a_device_bound_session_is_warned_of_once(logged_lines):
    one = gate()

    async def app(scope, receive, send):
        fields = [(b"Secure-Session-Registration", b"x"), (b"set-cookie", b"ok=1"), (b"set-cookie", b"ia_mkt_a=1")]
        await send({"type": "http.response.start", "headers": fields})

    async def send(message):
        """Ignore it."""

    for _ in range(2):
        with suppress(StopIteration):
            CookieGateMiddleware(app, one)({"type": "http", "headers": []}, None, send).send(None)
    warnings = [line for level, line in logged_lines() if level == "WARNING"]
    assert len(warnings) == 1
    assert warnings[0].startswith("cookie 'ok' was rewritten beside the field 'Secure-Session-Registration': ")


# In development


FRAME = "=" * 72


@pytest.fixture
def send(logged_lines):
    """Let a site set cookies, once, behind a gate in development."""

    def run(*lines, **settings):
        async def site(scope, receive, send):
            await send(
                {"type": "http.response.start", "status": 200, "headers": [(b"set-cookie", line) for line in lines]}
            )

        sent = []

        async def collect(message):
            sent.append(dict(message["headers"]))

        scope = {"type": "http", "scheme": "https", "method": "GET", "path": "/", "headers": []}
        with suppress(StopIteration):
            CookieGateMiddleware(site, CookieGate(**settings))(scope, None, collect).send(None)
        return sent[0]

    return run


def test_dropped_line_in_development_is_a_warning_that_nobody_overlooks(send, logged_lines):
    fields = send(b"shop=1", b"shop=2", debug=True)
    [(level, text)] = logged_lines()
    assert level == "WARNING"
    assert text.splitlines() == [
        "",
        FRAME,
        "cookie 'shop' is not in the registry; to register it, choose its category and add:",
        "[[cookie]]",
        'name = "shop"',
        'category = ""  # necessary, preferences, statistics or marketing',
        (
            "Until then it is dropped, unless `unregistered` or the report-only mode allows it. Logins and forms "
            "that need it fail."
        ),
        FRAME,
    ]
    assert fields[b"cookiegate"].startswith(
        b'"shop";action=drop;reason=unregistered;rule=4;add="[[cookie]] name = \\"shop\\" category = \\"\\"  #'
    )


def test_refused_line_in_development_is_a_warning_once_for_its_name(send, logged_lines):
    registry = Registry([RULE])
    fields = send(b"ia_mkt_a=1", b"ia_mkt_a=2; Max-Age=5", debug=True, registry=registry)
    [(level, text), *others] = logged_lines()
    assert (level, others) == ("WARNING", [("INFO", "cookie 'ia_mkt_a' (marketing) dropped: no-consent (rule 5)")])
    assert "cookie 'ia_mkt_a' is dropped: it is marketing by the rule 'ia_mkt_*', and this visitor has not" in text
    assert '[[cookie]]\nname = "ia_mkt_a"\ncategory = ""  # now marketing; necessary, ' in text
    assert b";add=" not in fields[b"cookiegate"]


def test_refused_line_in_development_and_report_only_would_be_dropped(send, logged_lines):
    rule = CookieRule(name="exact", category=Category.MARKETING)
    send(b"exact=1", debug=True, mode="report-only", registry=Registry([rule]))
    assert "cookie 'exact' would be dropped: it is marketing, and this visitor" in logged_lines()[0][1]


def test_name_of_a_product_is_proposed_with_its_category_in_development(send, logged_lines):
    send(b"JWT=1", debug=True)
    assert 'name = "JWT"\ncategory = "necessary"  # if it is the cookie of django-graphql-jwt' in logged_lines()[0][1]


def test_name_can_end_no_quotes_in_the_rule_to_paste(log, logged_lines):
    log.notify.is_development = True
    log.notify.unregistered('a"\\\n')
    assert 'name = "a???"\n' in logged_lines()[0][1]


def test_warnings_of_development_are_remembered_in_bounded_memory(log):
    log.notify.is_development = True
    for number in range(100):
        log.notify.unregistered(f"n{number}")
    assert len(log.notify.dropped) == 64


def test_without_development_a_response_has_no_field_of_it(send, monkeypatch):
    monkeypatch.setattr("sys.argv", ["uvicorn"])
    assert b"cookiegate" not in send(b"shop=1")
    monkeypatch.setattr("sys.argv", ["uvicorn", "--reload"])
    assert b"shop" in send(b"shop=1")[b"cookiegate"]
    assert b"cookiegate" not in send(b"sessionid=1")
