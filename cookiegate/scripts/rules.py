"""What the guard is sent: the rules as short rows, and how the gate is configured; plain values for JSON.

Law: no rule with `http_only` goes to the page, since no script may set such a cookie; nor does a name for which a
prefix in the registry already gives the same answer.

A row is `[name, category, lifetime, flags, chunks]`, without what is as in the row `usual` at its end. `lifetime`: the
longest, in seconds; 0 for the browser session, -1 for no limit. `flags`: a sum of numbers that `source/rows.js` names.
`chunks`: a list of what may be between the name and the number of a part.
"""

from collections.abc import Callable, Iterable, Mapping

from cookiegate.consent.own import OwnConsent
from cookiegate.consent.source import cookie_names_of
from cookiegate.gate import CookieGate, compiled
from cookiegate.model import OPTIONAL, Category, CookieRule, SameSite
from cookiegate.policy import Policy
from cookiegate.registry.chunks import separators_of
from cookiegate.registry.registry import Registry
from cookiegate.registry.report_only import ReportOnly

__all__ = ["rules_of", "shown_rules"]

CATEGORIES = tuple(Category)
"""A category is sent as its place here; 0 is necessary."""
_SAME_SITE = {SameSite.NONE: 1, SameSite.LAX: 2, SameSite.STRICT: 3}
_AT_LEAST = 3
_SECURE, _SECURE_ON_HTTPS, _HOST_ONLY, _PARTITIONED, _AS_SENT, _REPORT_ONLY = 8, 16, 32, 64, 128, 256
_NAME_PREFIXES = ("", "__Host-", "__Secure-", "__Http-", "__Host-Http-")
_USUAL = CookieRule(name="usual", category="necessary")

Row = list[object]


def rules_of(gate: CookieGate) -> dict[str, object]:
    """Return everything that the guard is sent, in JSON's types."""
    policy = compiled(gate).policy
    registry = policy.registry
    left_alone = ReportOnly(gate.report_only)

    def row(rule: CookieRule) -> Row:
        is_left = rule.storage is None and left_alone.covers(rule.name)
        return _row(left_alone.in_report_only(rule) if is_left else rule, policy)

    usual = _row(_USUAL, policy)
    databases = registry.stored("indexeddb")
    listed = {
        "cookies": shown_rules(registry, lambda rule: row(rule)[1:]),
        "local": registry.stored("local"),
        "session": registry.stored("session"),
    }
    return {
        "flags": _gate_flags(gate),
        "consent": _consent(gate),
        "consentNames": [name[:-1] for name in cookie_names_of(gate.consent) if name.endswith("*")],
        "byDefault": _default(gate),
        "usual": usual,
        **{kind: [_short(row(rule), usual) for rule in rules] for kind, rules in listed.items()},
        **({"indexeddb": [_short(row(rule), usual) for rule in databases]} if databases else {}),
        "alone": [[name] for name in left_alone.names],
    }


def shown_rules(registry: Registry, says: Callable[[CookieRule], object]) -> list[CookieRule]:
    """Return the rules about cookies that go to the page. `says`: what a rule does, apart from its name."""
    whole = Registry(rule for rule in registry if rule.storage is None and not rule.http_only)
    needed = {rule.name for rule in whole if rule.chunks or not _is_covered(rule, whole)}
    while True:
        kept = Registry(rule for rule in whole if rule.name in needed)
        missed = {rule.name for rule in whole if rule.name not in needed and not _is_same(rule.name, whole, kept, says)}
        if not missed:
            return list(kept)
        needed |= missed


def _is_covered(rule: CookieRule, registry: Registry) -> bool:
    """Tell whether a prefix stands for the rule too."""
    return "*" not in rule.name and registry.covering(f"{rule.name}*") is not None


def _is_same(name: str, whole: Registry, kept: Registry, says: Callable[[CookieRule], object]) -> bool:
    """Tell whether a name gets the same answer from fewer rules, in each form in which it may come."""
    for prefix in _NAME_PREFIXES:
        for form in (name, name.lower(), name.upper()):
            found = [(match.rule, match.refusing) for match in (whole.match(prefix + form), kept.match(prefix + form))]
            before, after = [[rule and says(rule) for rule in pair] for pair in found]
            if before != after:
                return False
    return True


def _row(rule: CookieRule, policy: Policy) -> Row:
    limit_s = policy.limit_s(rule)
    is_session = rule.lifetime is not None and rule.lifetime.is_session
    lifetime_s = 0 if is_session else -1 if limit_s is None else limit_s
    return [rule.name, CATEGORIES.index(rule.category), lifetime_s, _flags(rule, policy), list(separators_of(rule))]


def _short(row: Row, usual: Row) -> Row:
    while len(row) > 1 and row[-1] == usual[len(row) - 1]:
        row.pop()
    return row


def _flags(rule: CookieRule, policy: Policy) -> int:
    minimum = policy.same_site_minimum
    if isinstance(rule.same_site, SameSite):
        same_site = _SAME_SITE[rule.same_site]
    elif rule.same_site == "keep" or not isinstance(minimum, SameSite):
        same_site = 0
    else:
        same_site = _AT_LEAST + _SAME_SITE[minimum]
    secure = 0
    if rule.secure or (rule.secure is None and policy.secure == "always"):
        secure = _SECURE
    elif rule.secure is None and policy.secure == "https":
        secure = _SECURE_ON_HTTPS
    return (
        same_site
        + secure
        + _HOST_ONLY * (rule.host_only or policy.host_only)
        + _PARTITIONED * rule.add_partitioned
        + _AS_SENT * (rule.attributes == "as-sent")
        + _REPORT_ONLY * (rule.mode == "report-only")
    )


def _gate_flags(gate: CookieGate) -> int:
    """Return the sum of what applies; `source/rows.js` names each number."""
    flags = (
        gate.mode == "report-only",
        gate.debug,
        gate.expire_refused and gate.mode == "enforce",
        gate.unregistered_scripts == "drop",
        gate.refused == "session",
        gate.global_privacy_control,
        gate.do_not_track,
    )
    return sum(2**place for place, applies in enumerate(flags) if applies)


def _consent(gate: CookieGate) -> Mapping[str, object] | None:
    """Describe the consent cookie that a script can read as the server does; `None` where it can't."""
    source = gate.consent
    if type(source) is not OwnConsent or (lifetime_s := source.script_lifetime_s) is None:
        return None
    limit_s = compiled(gate).terms.max_age_s
    return {
        "name": source.cookie_names[0],
        "lifetime": lifetime_s if limit_s is None else min(lifetime_s, limit_s),
        "revision": gate.revision,
    }


def _default(gate: CookieGate) -> list[str] | None:
    """Return what is granted without a choice; `None` where the site's own function says it."""
    if callable(gate.default_consent):
        return None
    granted: Iterable[str] = gate.default_consent or ()
    return [category.value for category in Category if category in OPTIONAL.intersection(map(Category, granted))]
