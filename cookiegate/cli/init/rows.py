"""From evidence to the rows of a cookies.toml: what is seen, declared and known of each cookie becomes one row.

Pure; `evidence.py` reads the sources, `command.py` asks and writes. Law: every cookie that was seen or declared is in a
row or in the site's own file, and a row says where it is from and what a person still has to decide.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from cookiegate.lifetime import Lifetime
from cookiegate.model import Category, CookieRule
from cookiegate.registry.importing.merging import merged
from cookiegate.registry.knowledge import known_as_necessary, proposal_for
from cookiegate.registry.proposals import FILLED, PROPOSED, Filling
from cookiegate.registry.registry import Registry
from cookiegate.registry.toml_text import write_toml

__all__ = ["UNDECIDED", "Declared", "Plan", "Row", "Seen", "make_plan", "several_names", "without_purpose", "write_row"]

_MAX_NECESSARY = Lifetime("400 days")
_MAX_OPTIONAL = Lifetime("13 months")
UNDECIDED = "category: necessary, preferences, statistics or marketing"
"""What is to be decided about a row whose category is open."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One cookie name that a source saw."""

    name: str
    lifetime: str
    """The longest that was sent, as a cookies.toml says it."""
    seconds: int | None
    """The same in seconds; `None` for the browser session."""
    where: str
    family: str | None = None
    """The pattern of a name that ends in a number or id."""


@dataclass(frozen=True, slots=True)
class Declared:
    """One rule that a policy declares."""

    rule: CookieRule
    where: str
    comments: tuple[str, ...] = ()
    """What was filled in or is proposed, as `cookiegate.registry.proposals` writes it."""


@dataclass(frozen=True, slots=True)
class Row:
    """One rule to be written."""

    rule: CookieRule
    origins: tuple[str, ...]
    """Where each part of it is from, one sentence each."""
    decisions: tuple[str, ...] = ()
    """What a person still has to decide, one sentence each."""
    is_open: bool = False
    """Its category is not known: the rule's own is a stand-in."""
    is_proposed: bool = False
    """Its category is proposed by what cookiegate knows; neither the policy nor the site says it."""

    def decided(self, category: Category) -> "Row":
        """Return the row with the category that a person chose."""
        decisions = tuple(text for text in self.decisions if text != UNDECIDED)
        return replace(
            self, rule=replace(self.rule, category=category), decisions=decisions, is_open=False, is_proposed=False
        )


@dataclass(slots=True)
class Plan:
    """What `init` would add to a file, and what it found about the rows that are there."""

    rows: list[Row] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    """Names of the file's own rules that were found again."""
    gone: list[str] = field(default_factory=list)
    """Names of the file's own rules that no source named this time."""
    differences: list[str] = field(default_factory=list)
    """Where a policy says something else than the file's own rule, one sentence each."""

    def add(self, other: "Plan") -> None:
        """Add another plan for the same file."""
        self.rows += other.rows
        self.kept += other.kept
        self.gone += other.gone
        self.differences += other.differences


def make_plan(
    seen: Iterable[Seen], declared: Iterable[Declared], own: Registry, filling: Filling | None = None
) -> Plan:
    """Merge what was seen and declared with what cookiegate knows, and with a list.

    `own`: the rules that the file holds already.
    """
    plan = Plan()
    policy = _policy(declared)
    evidence = _by_rule(seen, own, policy, filling)
    found = {name for name in evidence if name in {rule.name for rule in own}}
    for name, each in policy.items():
        mine = own.covering(name)
        if mine is None:
            plan.rows.append(_declared_row(each, evidence.pop(name, [])))
        else:
            found.add(mine.name)
            plan.differences += _differences(mine, each.rule, each.where)
    names = {rule.name for rule in own}
    plan.rows += [_seen_row(name, each, filling) for name, each in evidence.items() if name not in names]
    plan.rows.sort(key=lambda row: (list(Category).index(row.rule.category), row.is_open, row.rule.name))
    plan.kept = [rule.name for rule in own if rule.name in found]
    plan.gone = [rule.name for rule in own if rule.name not in found]
    return plan


def _policy(declared: Iterable[Declared]) -> dict[str, Declared]:
    """Return one rule for each name that the policies declare; contradictions are decided for the visitor."""
    declared = list(declared)
    places: dict[str, list[str]] = {}
    comments: dict[str, list[str]] = {}
    for each in declared:
        places.setdefault(each.rule.name, []).append(each.where)
        comments.setdefault(each.rule.name, []).extend(each.comments)
    return {
        rule.name: Declared(
            rule, " and ".join(dict.fromkeys(places[rule.name])), tuple(dict.fromkeys(comments[rule.name]))
        )
        for rule in merged([(each.where, each.rule) for each in declared], [])
    }


def _by_rule(
    seen: Iterable[Seen], own: Registry, policy: Mapping[str, Declared], filling: Filling | None
) -> dict[str, list[Seen]]:
    """Sort what was seen by the name of its rule: the site's own, a declared, a known, or a new one."""
    seen = sorted(seen, key=lambda each: each.name)
    declared = Registry(each.rule for each in policy.values())
    families = Counter(each.family for each in {each.name: each for each in seen}.values())
    found: dict[str, list[Seen]] = {}
    for each in seen:
        rule = own.find(each.name) or declared.find(each.name) or _proposal(each.name, filling)[0]
        name = each.family if rule is None and each.family is not None and families[each.family] > 1 else each.name
        found.setdefault(name if rule is None else rule.name, []).append(each)
    return found


def _proposal(name: str, filling: Filling | None) -> tuple[CookieRule | None, str]:
    """Return the rule by which cookiegate or a list knows a cookie, and where it is from."""
    known = proposal_for(name)
    if known is not None:
        return known, f"as cookiegate knows it ({known.source or known.provider})"
    found = None if filling is None else filling.find(name)
    return found, "" if found is None or filling is None else f"from {filling.where}"


def _declared_row(declared: Declared, seen: list[Seen]) -> Row:
    """Make the row of a cookie that the policy declares."""
    rule = declared.rule
    origins = [f"declared in {declared.where}", *(_seen_at(seen) or ["not seen"])]
    origins += [text.removeprefix(FILLED) for text in declared.comments if text.startswith(FILLED)]
    decisions = [f"confirm: {text.removeprefix(PROPOSED)}" for text in declared.comments if text.startswith(PROPOSED)]
    known = known_as_necessary(rule.name)
    proposed = proposal_for(rule.name)
    if rule.category is not Category.NECESSARY and known is not None:
        decisions.append(
            f"the policy says {rule.category}, but cookiegate knows it as necessary ({known.provider}): correct the "
            f'policy, or write category = "{rule.category}" and stricter = "why consent is meant"'
        )
        rule = replace(rule, category=Category.NECESSARY)
    elif rule.category is Category.NECESSARY and proposed is not None and proposed.category is not Category.NECESSARY:
        decisions.append(
            f"the policy says necessary, but cookiegate knows it as {proposed.category} ({proposed.provider}): correct "
            'both, or write exempt = "why it needs no consent"'
        )
    longest = _longest(seen)
    if rule.lifetime is None and seen:
        rule, capped = _with_seen_lifetime(rule, seen)
        origins.append("lifetime as sent")
        decisions += capped
    elif longest is not None and rule.lifetime is not None and _is_longer(longest, rule.lifetime):
        decisions.append(
            f"the site keeps it for {longest.lifetime}, the policy says {rule.lifetime}: the gate cuts it; change the "
            "policy if that is not meant"
        )
    if proposed is not None and not rule.purpose:
        rule = replace(rule, purpose=proposed.purpose, provider=rule.provider or proposed.provider)
        origins.append(f"purpose as cookiegate knows {proposed.name}")
    return Row(rule, tuple(origins), (*decisions, *without_purpose(rule)))


def _seen_row(name: str, seen: list[Seen], filling: Filling | None) -> Row:
    """Make the row of a cookie that no policy declares."""
    proposed, where = _proposal(seen[0].name, filling)
    if proposed is not None and proposed.name == name:
        is_known = known_as_necessary(seen[0].name) is not None
        origins = (*_seen_at(seen), f"the rest {where}")
        decisions: tuple[str, ...] = () if is_known else (f"is it {proposed.category}? No policy says so",)
        if proposed.lifetime is None or (proposed.lifetime.max_age_s is None and not proposed.lifetime.is_session):
            proposed, capped = _with_seen_lifetime(proposed, seen)
            decisions = (*decisions, *capped)
        return Row(proposed, origins, decisions, is_proposed=not is_known)
    rule, capped = _with_seen_lifetime(CookieRule(name=name, category=Category.MARKETING), seen)
    origins = tuple(_seen_at(seen))
    if name != seen[0].name:
        origins = (*origins, several_names(len({each.name for each in seen})))
    pattern = seen[0].family
    decisions = (UNDECIDED, *capped)
    if pattern is not None and pattern != name:
        decisions = (*decisions, f'the end of the name looks like a number: perhaps name = "{pattern}"')
    return Row(rule, origins, (*decisions, *without_purpose(rule)), is_open=True)


def several_names(number: int) -> str:
    """Say that a row is for so many names that were seen."""
    return f"for {number} names that differ in the number at their end"


def without_purpose(rule: CookieRule) -> list[str]:
    """Return what is to be decided if the rule has no purpose."""
    return [] if rule.purpose else ["purpose: a sentence that says what it is for"]


def _seen_at(seen: list[Seen]) -> list[str]:
    """Say in a sentence where a cookie was seen, and how long it is kept at most."""
    longest = _longest(seen)
    if longest is None:
        return []
    places = " and ".join(dict.fromkeys(each.where for each in seen))
    kept = "for the session" if longest.seconds is None else f"for {longest.lifetime}"
    return [f"seen in {places}, kept {kept}"]


def _longest(seen: list[Seen]) -> Seen | None:
    return max(seen, key=_length, default=None)


def _length(seen: Seen) -> int:
    return -1 if seen.seconds is None else seen.seconds


def _with_seen_lifetime(rule: CookieRule, seen: list[Seen]) -> tuple[CookieRule, list[str]]:
    """Return the rule with the longest lifetime that was sent, cut to what is allowed, and what to decide then."""
    longest = max(seen, key=_length)
    limit = _MAX_NECESSARY if rule.category is Category.NECESSARY else _MAX_OPTIONAL
    lifetime = Lifetime(longest.lifetime)
    if not _is_longer(longest, limit):
        return replace(rule, lifetime=lifetime), []
    why = "browsers keep none longer" if limit is _MAX_NECESSARY else "regulators expect no more where consent is asked"
    return replace(rule, lifetime=limit), [f"the site asks for {lifetime}; {limit} is written, since {why}"]


def _is_longer(seen: Seen, limit: Lifetime) -> bool:
    if limit.is_session:
        return seen.seconds is not None
    return seen.seconds is not None and limit.max_age_s is not None and seen.seconds > limit.max_age_s


def _differences(mine: CookieRule, theirs: CookieRule, where: str) -> list[str]:
    """Say where a policy differs from the file's own rule, which stays."""
    found = []
    for key in ("category", "lifetime"):
        ours, other = getattr(mine, key), getattr(theirs, key)
        if other is not None and ours != other:
            found.append(f"{mine.name}: {where} says {key} {str(other)!r}, your file {str(ours)!r}; it stays")
    return found


def write_row(row: Row) -> str:
    """Write a row: where it is from and what is to be decided as comments, then its table."""
    comments = [f"From: {'; '.join(row.origins)}.", *(f"Decide: {text}." for text in row.decisions)]
    lines = write_toml([row.rule], comments=comments).splitlines()[1:]
    at = lines.index("[[cookie]]")
    head, body = [line for line in lines[:at] if line], lines[at:]
    if row.is_open:
        body = ['category = ""' if line.startswith("category = ") else line for line in body]
    if not row.rule.purpose:
        body.append('purpose = ""')
    return "\n".join([*head, *body]) + "\n"
