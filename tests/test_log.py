"""What the `cookiegate` logger says: a line for each name and reason, never a cookie's value."""

import logging
from dataclasses import replace

import pytest

from cookiegate import Action, Category, CookieGate, CookieRule, Decision, Reason, Registry
from cookiegate.log import Log

RULE = CookieRule(name="ia_mkt_*", category=Category.MARKETING)


@pytest.fixture
def said(caplog):
    caplog.set_level(logging.DEBUG, logger="cookiegate")
    return lambda: [(record.levelname, record.getMessage()) for record in caplog.records]


@pytest.fixture
def log():
    return Log()


def decision(action=Action.DROP, reason=Reason.NOT_GRANTED, number=5, name="ia_mkt_source", rule=RULE):
    category = rule.category if rule else None
    line = name.encode("latin-1", "replace") + b"=s3cret"
    after = None if action is Action.DROP else line
    return Decision(
        action=action, reason=reason, number=number, name=name, category=category, rule=rule, before=line, after=after
    )


def unregistered(name="x"):
    return decision(reason=Reason.UNREGISTERED, number=4, name=name, rule=None)


@pytest.mark.parametrize(
    ("told", "line"),
    [
        (decision(), ("INFO", "cookie 'ia_mkt_source' (marketing) dropped: not-granted (rule 5)")),
        (
            decision(Action.EXPIRE, Reason.GLOBAL_PRIVACY_CONTROL),
            ("INFO", "cookie 'ia_mkt_source' (marketing) expired: global-privacy-control (rule 5)"),
        ),
        (
            decision(reason=Reason.NAMELESS, number=1, name="", rule=None),
            ("WARNING", "Set-Cookie '' dropped: nameless (rule 1)"),
        ),
        (
            decision(reason=Reason.VALUE_NOT_STRICT, number=8, name="sid", rule=None),
            ("WARNING", "Set-Cookie 'sid' dropped: value-not-strict (rule 8)"),
        ),
        (
            unregistered("ia_new"),
            (
                "WARNING",
                (
                    "cookie 'ia_new' is not in the registry; to register it, choose its category and add:\n"
                    '[[cookie]]\nname = "ia_new"\ncategory = "necessary"  # or preferences, statistics, marketing'
                ),
            ),
        ),
    ],
)
def test_log_tells_once(log, said, told, line):
    for _ in range(3):
        log.decision(told)
    assert said() == [line]


def test_log_tells_of_the_requests_cookies_once_for_a_rule(log, said):
    for number in range(5000):
        log.decision(replace(decision(Action.EXPIRE, name=f"ia_mkt_{number}"), before=b""))
    log.decision(unregistered("ia_new"))
    assert [line.partition("\n")[0] for _, line in said()] == [
        "cookie 'ia_mkt_0' (marketing) expired: not-granted (rule 5)",
        "cookie 'ia_new' is not in the registry; to register it, choose its category and add:",
    ]


def test_log_tells_each_reason_of_a_name(log, said):
    log.decision(decision())
    log.decision(decision(reason=Reason.CONSENT_EXPIRED))
    assert len(said()) == 2


@pytest.mark.parametrize("action", [Action.KEEP, Action.REWRITE])
def test_log_says_nothing_of_what_leaves(log, said, action):
    log.decision(decision(action, Reason.GRANTED, 6))
    assert said() == []


def test_log_warns_of_an_unregistered_name_that_is_kept(log, said):
    log.decision(decision(Action.REWRITE, Reason.UNREGISTERED, 4, "x", None))
    assert [level for level, _ in said()] == ["WARNING"]


def test_log_warns_of_an_unregistered_name_that_is_treated_as_a_category(log, said):
    log.decision(decision(reason=Reason.NOT_GRANTED, name="x", rule=None))
    assert [level for level, _ in said()] == ["WARNING", "INFO"]


def test_log_unregistered_lines_register_the_name(log, said, tmp_path):
    log.unregistered("ia_new")
    path = tmp_path / "cookies.toml"
    path.write_text(said()[0][1].partition("\n")[2], encoding="utf-8")
    assert Registry.from_toml(path).find("ia_new").category == "necessary"


@pytest.mark.parametrize("name", ["a\nERROR forged", "\x1b[31m", "\xa0", "é" * 10, "x" * 5000])
def test_log_shows_a_name_so_that_nothing_is_forged(log, said, name):
    log.decision(decision(reason=Reason.AMBIGUOUS_NAME, number=1, name=name, rule=None))
    ((_, message),) = said()
    assert message.isascii()
    assert message.isprintable()
    assert len(message) < 500


def test_log_tells_no_value(log, said, caplog):
    log.decision(decision())
    log.decision(unregistered())
    log.decision(decision(reason=Reason.CONTROL_OCTET, number=1))
    assert "s3cret" not in caplog.text


def test_log_tells_a_failed_source_once_for_each_kind_of_error(log, said):
    for error in (ValueError("a"), ValueError("b"), KeyError("c")):
        log.source_failed(error)
    assert said() == [("ERROR", "the consent source raised; requests count as without consent")] * 2


def test_log_failed_source_shows_the_error(log, caplog):
    error = ValueError("broken")
    log.source_failed(error)
    assert caplog.records[0].exc_info[1] is error


def test_log_tells_a_failed_observer_once(log, said):
    log.observer_failed(ValueError("a"))
    log.observer_failed(ValueError("a"))
    assert said() == [("ERROR", "the observer raised; decisions stand as they are")]


def test_log_tells_of_an_untrusted_proxy_once(log, said):
    log.untrusted_proxy()
    log.untrusted_proxy()
    ((level, message),) = said()
    assert level == "WARNING"
    assert message.startswith("requests arrive as http with X-Forwarded-Proto: https, so cookies are not made Secure")


def test_log_tells_of_an_invalid_field_once_for_each_name(log, said):
    for name in (b"x y", b"x y", b"a\r\nb"):
        log.invalid_field(name, "left out")
    assert said() == [
        ("WARNING", "response header field 'x y': left out"),
        ("WARNING", "response header field 'a\\r\\nb': left out"),
    ]


def test_log_news_of_more_reasons_than_are_remembered_is_none(log):
    assert [log.news(("reason", number), [b"a"]) for number in range(65)] == [[b"a"]] * 64 + [[]]


def test_log_is_new_once(log):
    assert [log.news("r", [b"a"]), log.news("r", [b"a"]), log.news("r", [b"b", b"a"])] == [[b"a"], [], [b"b"]]


def test_log_remembers_in_bounded_memory(log, said):
    for number in range(5000):
        log.unregistered(f"name{number}")
    assert len(said()) == 2048


def test_gate_tells_every_decision_to_its_observer_and_the_log(said):
    seen = []
    gate = CookieGate(observer=seen.append)
    told = decision()
    gate.tell(told)
    gate.tell(told)
    assert seen == [told, told]
    assert len(said()) == 1


def test_gate_observer_that_raises_is_logged_once(said):
    gate = CookieGate(observer=lambda decision: 1 / 0)
    for _ in range(3):
        gate.tell(decision())
    assert [level for level, _ in said()] == ["INFO", "ERROR"]


def test_gate_without_an_observer_tells_the_log(said):
    CookieGate().tell(decision())
    assert len(said()) == 1
