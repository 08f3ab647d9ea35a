"""Decisions in words and as JSON, for the command line: rules, reasons, and lines that are safe to print."""

from typing import TypedDict

from cookiegate.model import Action, Decision, Reason

__all__ = ["RULES", "DecisionRecord", "leaves", "printable", "reason_in_words", "record"]

RULES = {
    1: "Browsers would refuse the line, or readers would disagree about its name: it is dropped.",
    2: "The line deletes its cookie: the gate's own deletion goes out. An app may always delete.",
    3: "The registry classifies the name: exact, else the longest prefix, else a pattern.",
    4: "No rule of the registry knows the name: as the setting `unregistered` says.",
    5: "The visitor's consent does not cover the category: as the setting `refused` says.",
    6: "The category is granted, or necessary: attributes are made safe, nothing is weakened.",
    7: "A line that needs nothing leaves as it is; of any other the attributes are written anew.",
    8: "The value may be whatever browsers store, unless `strict_values` is set.",
}
"""The numbered rules of `cookiegate.policy`, one sentence each."""

_REASONS = {
    Reason.UNREADABLE: "The line can't be read.",
    Reason.CONTROL_OCTET: "It holds a control octet; browsers ignore such a line, or do not agree about it.",
    Reason.NAMELESS: "It has no name: a cookie without one can pass for any other.",
    Reason.AMBIGUOUS_NAME: "Its name is no RFC 9110 token, so browsers and servers would read different names.",
    Reason.TOO_LARGE: "It is too large: browsers do not store more than 4096 octets of name and value.",
    Reason.PREFIX_CONDITIONS: "Its name starts with a prefix whose conditions it does not meet, so browsers refuse it.",
    Reason.VALUE_NOT_STRICT: "Its value holds something that is no RFC 6265 cookie-octet, and `strict_values` is set.",
    Reason.DELETION: "It takes the cookie out of the browser.",
    Reason.UNREGISTERED: "The registry has no rule for this name; add one under [[cookie]].",
    Reason.NO_CONSENT: "The visitor has not chosen yet, and {category} cookies need consent.",
    Reason.NOT_GRANTED: "The visitor did not grant {category} cookies.",
    Reason.CONSENT_UNREADABLE: "The consent cookie can't be read, so it does not grant {category} cookies.",
    Reason.CONSENT_CONFLICT: "There are several consent cookies, and not all of them grant {category} cookies.",
    Reason.CONSENT_EXPIRED: "The consent is too old to count for {category} cookies.",
    Reason.CONSENT_OTHER_REVISION: "The consent was given to another version of the policy.",
    Reason.CONSENT_NOT_EXPLICIT: "The consent is not the visitor's own act, and only such a one counts here.",
    Reason.CONSENT_SOURCE_FAILED: "The consent could not be read: its source failed.",
    Reason.GLOBAL_PRIVACY_CONTROL: "The browser sends Sec-GPC: 1, which refuses {category} cookies.",
    Reason.DO_NOT_TRACK: "The browser sends DNT: 1, which refuses {category} cookies.",
    Reason.NECESSARY: "The cookie is necessary; it needs no consent.",
    Reason.GRANTED: "The visitor granted {category} cookies.",
}


class DecisionRecord(TypedDict):
    """A decision as JSON; `registered` is the name of the registry's rule, with its `*`."""

    cookie: str
    action: str
    reason: str
    rule: int
    category: str | None
    registered: str | None
    before: str
    after: str | None
    changes: list[str]


def reason_in_words(decision: Decision) -> str:
    """Say in a sentence why a decision was taken."""
    return _REASONS[decision.reason].format(category=decision.category)


def leaves(decision: Decision) -> bool:
    """Tell whether the app's line leaves, as it is or rewritten; a deletion in its place is another line."""
    return decision.action in (Action.KEEP, Action.REWRITE)


def printable(line: bytes) -> str:
    """Show a line so that nothing in it can move a terminal's cursor or break an encoding."""
    text = line.decode("utf-8", "backslashreplace")
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode("ascii") for char in text)


def shown(text: str) -> str:
    """Show a text that somebody else wrote, as `printable` shows a line."""
    return printable(text.encode("utf-8", "backslashreplace"))


def record(decision: Decision) -> DecisionRecord:
    """Put a decision into JSON's types. The lines in it hold the cookie's value."""
    return DecisionRecord(
        cookie=printable(decision.name.encode("utf-8")),
        action=decision.action.value,
        reason=decision.reason.value,
        rule=decision.number,
        category=None if decision.category is None else decision.category.value,
        registered=None if decision.rule is None else decision.rule.name,
        before=printable(decision.before),
        after=None if decision.after is None else printable(decision.after),
        changes=list(decision.changes),
    )
