"""Merge rules with the same name in a file; contradictions get a remark.

Law: of two categories the stricter one is used, of two lifetimes the shorter one.
"""

from collections.abc import Iterable
from dataclasses import replace

from cookiegate.model import Category, CookieRule, Lifetime
from cookiegate.registry.declaration import Remark, quoted

__all__ = ["merged"]

_STRICTEST = [Category.MARKETING, Category.STATISTICS, Category.PREFERENCES, Category.NECESSARY]


def merged(found: Iterable[tuple[str, CookieRule]], remarks: list[Remark]) -> list[CookieRule]:
    """Return one rule for each name, in the order of the file; each comes with its place."""
    rules: dict[str, tuple[str, CookieRule]] = {}
    for place, rule in found:
        if rule.key not in rules:
            rules[rule.key] = (place, rule)
            continue
        first_place, first = rules[rule.key]
        if first != rule:
            remarks += _contradictions(first, rule, place, first_place)
            rules[rule.key] = (first_place, _both(first, rule))
    return [rule for _, rule in rules.values()]


def _both(first: CookieRule, second: CookieRule) -> CookieRule:
    """Merge two rules for one name: the second fills the empty fields of the first."""
    paths = first.paths if second.paths == ("/",) else second.paths if first.paths == ("/",) else None
    return replace(
        first,
        category=min(first.category, second.category, key=_STRICTEST.index),
        lifetime=_shorter(first.lifetime, second.lifetime),
        purpose=first.purpose or second.purpose,
        provider=first.provider or second.provider,
        source=first.source or second.source,
        secure=first.secure if second.secure is None else second.secure if first.secure is None else True,
        http_only=first.http_only or second.http_only,
        same_site=first.same_site or second.same_site,
        mode=first.mode if first.mode == second.mode else "enforce",
        shared=first.shared and second.shared,
        chunks=first.chunks or second.chunks,
        stricter=first.stricter or second.stricter,
        exempt=first.exempt or second.exempt,
        domains=tuple(dict.fromkeys((*first.domains, *second.domains))),
        paths=tuple(dict.fromkeys((*first.paths, *second.paths))) if paths is None else paths,
    )


def _shorter(first: Lifetime | None, second: Lifetime | None) -> Lifetime | None:
    """Return the shorter lifetime; one without a number is the longest."""
    if first is None or second is None:
        return first or second
    return min(first, second, key=lambda one: -1 if one.is_session else one.max_age_s or float("inf"))


def _contradictions(first: CookieRule, second: CookieRule, place: str, first_place: str) -> list[Remark]:
    kept = _both(first, second)
    subject = quoted(first.name)
    remarks = []
    if first.category is not second.category:
        text = (
            f"{second.category} here, {first.category} at {first_place}; read as {kept.category}, correct one of them"
        )
        remarks.append(Remark(place, subject, text))
    if first.lifetime is not None and second.lifetime is not None and _seconds(first) != _seconds(second):
        text = (
            f"lifetime {second.lifetime} here, {first.lifetime} at {first_place}; read as the shorter, {kept.lifetime}"
        )
        remarks.append(Remark(place, subject, text, is_understood=True))
    if not remarks:
        remarks.append(
            Remark(
                place,
                subject,
                f"named at {first_place} already; one rule for both, with the texts of the first",
                is_understood=True,
            )
        )
    return remarks


def _seconds(rule: CookieRule) -> tuple[bool, int | None]:
    lifetime = rule.lifetime
    return (False, None) if lifetime is None else (lifetime.is_session, lifetime.max_age_s)
