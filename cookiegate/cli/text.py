"""Texts for the command line: rules, reasons, decisions as JSON, and lines that are safe to print."""

from typing import TypedDict

from cookiegate.decision import Decision
from cookiegate.escaping import escaped
from cookiegate.model import Action, Reason

__all__ = ["REASONS", "RULES", "DecisionRecord", "decision_record", "explain_reason", "leaves", "printable"]

RULES = {
    1: "Browsers would refuse the line, or parsers would disagree about its name: it is dropped.",
    2: "The line deletes its cookie: the gate's own deletion is sent. An app may always delete.",
    3: "The registry classifies the name: exact, else the longest prefix, else a pattern.",
    4: "No registry rule matches the name: the setting `unregistered` applies.",
    5: "The visitor's consent does not cover the category: the setting `refused` applies.",
    6: "The category is granted or necessary: attributes are made safe, none becomes weaker.",
    7: "A line that needs no change leaves unchanged; the attributes of any other are rewritten.",
    8: "The value may be whatever browsers store, unless `strict_values` is set.",
}
"""The numbered rules of `cookiegate.policy`, in a sentence each."""

REASONS = {
    Reason.CONTROL_OCTET: "It has a control octet: browsers ignore such a line, or treat it differently.",
    Reason.NAMELESS: "It has no name, so it can pass for any other cookie.",
    Reason.AMBIGUOUS_NAME: "Its name is not an RFC 9110 token, so browsers and servers would read different names.",
    Reason.TOO_LARGE: "It is too large: browsers store at most 4096 octets of name and value.",
    Reason.PREFIX_CONDITIONS: "Its name starts with a prefix whose conditions it does not meet, so browsers refuse it.",
    Reason.VALUE_NOT_STRICT: "Its value has an octet that is not an RFC 6265 cookie-octet, and `strict_values` is set.",
    Reason.DELETION: "It deletes the cookie.",
    Reason.UNREGISTERED: "The registry has no rule for this name; add one under [[cookie]].",
    Reason.NO_CONSENT: "The visitor has not chosen yet, and {category} cookies need consent.",
    Reason.NOT_GRANTED: "The visitor did not grant {category} cookies.",
    Reason.CONSENT_UNREADABLE: "The consent cookie can't be read, so it does not grant {category} cookies.",
    Reason.CONSENT_CONFLICT: "There are several consent cookies, and not all of them grant {category} cookies.",
    Reason.CONSENT_EXPIRED: "The consent is too old to count for {category} cookies.",
    Reason.CONSENT_OTHER_REVISION: "The consent was given to another version of the policy.",
    Reason.CONSENT_NOT_EXPLICIT: "The consent is implied or a default, and only an explicit choice counts here.",
    Reason.CONSENT_SOURCE_FAILED: "The consent could not be read: its source failed.",
    Reason.GLOBAL_PRIVACY_CONTROL: "The browser sends Sec-GPC: 1, which refuses {category} cookies.",
    Reason.DO_NOT_TRACK: "The browser sends DNT: 1, which refuses {category} cookies.",
    Reason.NECESSARY: "The cookie is necessary; it needs no consent.",
    Reason.GRANTED: "The visitor granted {category} cookies.",
}
"""Each reason in a sentence, with a place for the category."""


class DecisionRecord(TypedDict):
    """A decision as JSON. `registered`: the `name` of the registry's rule."""

    cookie: str
    action: str
    reason: str
    rule: int
    category: str | None
    registered: str | None
    before: str
    after: str | None
    changes: list[str]


def explain_reason(decision: Decision) -> str:
    """Return the reason for a decision, as a sentence."""
    return REASONS[decision.reason].format(category=decision.category)


def leaves(decision: Decision) -> bool:
    """Return whether the app's line leaves, unchanged or rewritten. A deletion in its place is another line."""
    return decision.action in (Action.KEEP, Action.REWRITE)


def printable(line: bytes) -> str:
    """Return a line as text, with all characters escaped that could move a terminal's cursor or break an encoding."""
    return escaped(line.decode("utf-8", "backslashreplace"))


def shown(text: str) -> str:
    """Escape a text from outside, as `printable` does."""
    return escaped(text)


def decision_record(decision: Decision) -> DecisionRecord:
    """Return a decision as JSON types. The lines in it hold the cookie's value."""
    return DecisionRecord(
        cookie=printable(decision.name.encode("utf-8")),
        action=decision.action.value,
        reason=decision.reason.value,
        rule=decision.policy_rule,
        category=None if decision.category is None else decision.category.value,
        registered=None if decision.registry_rule is None else decision.registry_rule.name,
        before=printable(decision.before),
        after=None if decision.after is None else printable(decision.after),
        changes=list(decision.changes),
    )
