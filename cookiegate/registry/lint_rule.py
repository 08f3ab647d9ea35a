"""Lint one rule by itself: missing or excessive lifetimes, weak attributes, keys without effect.

`lint.py` compares rules with each other.
Sources: CNIL, guidelines on cookies of 17 September 2020, §48 (13 months); RFC 6265bis §5.5 (400 days).
"""

import re
from collections.abc import Iterator

from cookiegate.model import Category, CookieRule, SameSite
from cookiegate.registry.finding import Code, Finding
from cookiegate.registry.overlap import is_wide

__all__ = ["SESSION", "about_rule"]

SESSION = re.compile(r"sess|(?:\b|_|^)sid(?:\b|_|$)|token|auth|login|logged", re.IGNORECASE)
"""Matches the name or purpose of a session or login cookie."""
_DAY_S = 86400
_MONTHS_13_S = 397 * _DAY_S
_DAYS_400_S = 400 * _DAY_S


def about_rule(rule: CookieRule, limit_s: int | None) -> Iterator[Finding]:
    """Yield the findings about one rule. `limit_s`: the gate's limit on lifetimes, in seconds."""
    if not rule.purpose.strip():
        yield Finding(Code.NO_PURPOSE, rule.name, "no purpose is given", "write in a sentence what the cookie is for")
    yield from _about_lifetime(rule, limit_s)
    yield from _about_attributes(rule)
    yield from _about_name(rule)
    for what, fix in _idle_keys(rule):
        yield Finding(Code.IDLE_KEY, rule.name, what, fix)
    if rule.mode == "report-only":
        yield Finding(
            Code.RULE_REPORTS_ONLY, rule.name, 'mode = "report-only" changes no cookie: no promise is enforced yet',
            "remove it when nothing is reported any more",
        )  # fmt: skip


def _about_lifetime(rule: CookieRule, limit_s: int | None) -> Iterator[Finding]:
    name, lifetime, is_optional = rule.name, rule.lifetime, rule.category is not Category.NECESSARY
    if lifetime is None:
        yield Finding(Code.NO_LIFETIME, name, "no lifetime is given", "give the time for which it may be kept")
    elif lifetime.max_age_s is None and not lifetime.is_session and is_optional:
        yield Finding(
            Code.OPEN_LIFETIME, name, f"the lifetime {lifetime.text!r} has no number",
            "give one: visitors who are asked for consent must learn how long the cookie is kept",
        )  # fmt: skip
    elif lifetime.max_age_s is not None:
        if lifetime.max_age_s > _DAYS_400_S:
            yield Finding(
                Code.OVER_400_DAYS, name, f"{lifetime.text!r} is longer than the 400 days of browsers",
                'write "13 months" or less, as regulators allow for' if is_optional else 'write "400 days" or less',
            )  # fmt: skip
        elif is_optional and lifetime.max_age_s > _MONTHS_13_S:
            yield Finding(
                Code.OVER_13_MONTHS, name, f"{lifetime.text!r} is longer than the 13 months that regulators allow for",
                'write "13 months" or less',
            )  # fmt: skip
        if limit_s is not None and lifetime.max_age_s > limit_s:
            yield Finding(
                Code.OVER_GATE_LIMIT, name, f"{lifetime.text!r} is longer than the gate's max_lifetime, which applies",
                "declare the shorter one",
            )  # fmt: skip


def _about_attributes(rule: CookieRule) -> Iterator[Finding]:
    name = rule.name
    if rule.secure is False:
        yield Finding(
            Code.NOT_SECURE, name, "secure = false sends it over connections that others can read",
            "remove it; on https the gate adds Secure",
        )  # fmt: skip
    if rule.same_site is SameSite.NONE:
        yield Finding(
            Code.SAME_SITE_NONE, name, 'same_site = "none" sends it with requests from other sites',
            'use "lax" unless the site is embedded in others',
        )  # fmt: skip


def _about_name(rule: CookieRule) -> Iterator[Finding]:
    name = rule.name
    head = name.partition("*")[0].lower()
    if "*" in name and rule.domains and len(head) < 7 and "__host-".startswith(head):
        yield Finding(
            Code.HOST_PREFIX, name, "covers __Host- names, which have no domain, and has domains",
            "write the names without their prefix, or remove domains",
        )  # fmt: skip
    if rule.category is Category.NECESSARY and is_wide(name):
        yield Finding(
            Code.WIDE_NECESSARY, name, "allows any name that begins or ends like this, without consent",
            "list the names, or use a longer prefix",
        )  # fmt: skip


def _idle_keys(rule: CookieRule) -> Iterator[tuple[str, str]]:
    """Yield keys without effect, or in contradiction to others, each with a fix."""
    is_optional = rule.category is not Category.NECESSARY
    if rule.chunks and rule.name.endswith("*"):
        yield "chunks has no effect: the prefix covers every part", "remove chunks"
    if rule.shared and is_optional:
        yield (
            "shared has no effect on a cookie that needs consent: visitors who refused must not get it",
            "remove it",
        )
    elif rule.shared and SESSION.search(f"{rule.name} {rule.purpose}"):
        yield "shared declares the same value for all visitors, but this looks like a session or login", "remove shared"
    if rule.stricter is not None and not is_optional:
        yield "stricter has no effect on a necessary cookie", "remove it"
    if rule.exempt is not None and is_optional:
        yield "exempt has no effect on a cookie that needs consent", "remove it"
    if rule.add_partitioned and isinstance(rule.same_site, SameSite) and rule.same_site is not SameSite.NONE:
        what = f'add_partitioned has no effect with same_site = "{rule.same_site.lower()}": it is not sent there'
        yield what, 'write same_site = "none", or remove add_partitioned'
