"""From what a browser saw to observations, findings and gaps. Pure: no browser, no file.

Law: the gate's own policy judges each cookie, as in every audit; this adds what only phases can show.
"""

from collections.abc import Callable, Iterable, Iterator

from cookiegate.audit.browser.evidence import (
    BrowserEvidence,
    Control,
    JarCookie,
    PhaseEvidence,
    SeenLine,
    Setter,
    StoredKey,
)  # fmt: skip
from cookiegate.audit.browser.phase import MOMENTS, Phase
from cookiegate.audit.finding import Code, Finding
from cookiegate.audit.gap import Gap
from cookiegate.audit.observation import Observation, Place, Way
from cookiegate.audit.text import listed
from cookiegate.cookie_rule import STORAGES
from cookiegate.model import OPTIONAL, Consent, CookieRule
from cookiegate.registry.names import Names
from cookiegate.registry.registry import Registry
from cookiegate.wire.set_cookie import parse_set_cookie

__all__ = ["Consents", "banner_findings", "gaps_of", "needs_banner", "observations", "stored_findings"]

Consents = dict[Phase, Consent]
"""What counts as the visitor's consent in each phase."""
_LEAST_RATIO = 0.75
"""A button to refuse whose height or text is smaller than this part of the other's is less prominent."""
_READABLE_CONTRAST = 4.5
"""WCAG 2.2, 1.4.3, level AA."""
_VISIBLE_CONTRAST = 3.0
"""WCAG 2.2, 1.4.11: what marks a button is this much lighter or darker than what is around it."""
_FLAT_CONTRAST = 1.5


def observations(
    evidence: BrowserEvidence, consents: Consents, is_own: Callable[[str], bool], registry: Registry,
    is_choice: Callable[[str], bool],
) -> Iterator[Observation]:  # fmt: skip
    """Yield what each phase shows of each cookie: set lines, what a script wrote, what is in the browser.

    `is_choice`: whether a cookie holds the visitor's choice, which may stay after a withdrawal.
    """
    before = evidence.of(Phase.BEFORE)
    at_first = frozenset(() if before is None else (cookie.name for cookie in before.jar))
    for phase in evidence.phases:
        own = _Phase(phase, consents[phase.phase], is_own, registry)
        names = {cookie.name for cookie in phase.jar} | {cookie.name for cookie in phase.sent}
        for line in phase.lines:
            if line.setter is not Setter.SCRIPT or _is_stored(line, names):
                yield own.of_line(line)
        lines = {_name_of(line) for line in phase.lines}
        for cookie in phase.jar:
            if phase.phase is Phase.WITHDRAW and not is_choice(cookie.name):
                yield from own.left_over(cookie, at_first)
            elif cookie.name in phase.held and cookie.name not in lines:
                yield own.of_jar(cookie, Way.CARRIED)
            elif cookie.name not in lines:
                yield own.of_jar(cookie, Way.SET)


def _is_stored(line: SeenLine, names: set[str]) -> bool:
    """Return whether the browser had what a script wrote, or has sent it; what it refused is nothing."""
    cookie = parse_set_cookie(line.line.encode("latin-1"))
    is_deletion = cookie is not None and cookie.max_age_s is not None and cookie.max_age_s <= 0
    return is_deletion or _name_of(line) in names


def _name_of(line: SeenLine) -> str:
    cookie = parse_set_cookie(line.line.encode("latin-1"))
    return "" if cookie is None else cookie.name.decode("latin-1")


class _Phase:
    """Makes the observations of one phase."""

    def __init__(
        self, phase: PhaseEvidence, consent: Consent, is_own: Callable[[str], bool], registry: Registry
    ) -> None:
        self._phase = phase
        self._consent = consent
        self._is_own = is_own
        self._registry = registry

    def of_line(self, line: SeenLine) -> Observation:
        way = Way.SCRIPT if line.setter is Setter.SCRIPT else Way.SET
        return Observation(
            line=line.line.encode("latin-1"), way=way, place=Place(line.where), host=line.host,
            moment=MOMENTS[self._phase.phase], consent=self._consent, is_https=line.is_https, at_s=line.at_s,
            is_own=self._is_own(line.host), count=line.count,
        )  # fmt: skip

    def of_jar(self, cookie: JarCookie, way: Way, note: str = "", *, is_own: bool | None = None) -> Observation:
        """Make a line of what the browser has: nobody was seen setting it, or it is older than the choice."""
        host = cookie.domain.lstrip(".")
        name = cookie.name.encode("latin-1", "replace")
        line = _line_of(cookie) if way is Way.SET else name + b"="
        place = Place(f"the browser's cookies of {host}{'; nobody was seen setting it' if way is Way.SET else ''}")
        return Observation(
            line=line, way=way, place=place, host=host, moment=MOMENTS[self._phase.phase], consent=self._consent,
            is_https=cookie.secure, at_s=0.0, is_own=self._is_own(host) if is_own is None else is_own, note=note,
        )  # fmt: skip

    def left_over(self, cookie: JarCookie, at_first: frozenset[str]) -> Iterator[Observation]:
        """Yield a cookie that is still there although the consent to it was withdrawn.

        One that no rule names counts if it had come with the consent.
        """
        rule = self._registry.find(cookie.name)
        is_own = self._is_own(cookie.domain.lstrip("."))
        needs_consent = rule.category in OPTIONAL if rule is not None else is_own and cookie.name not in at_first
        if not needs_consent or cookie.name not in self._phase.held:
            if cookie.name not in {_name_of(line) for line in self._phase.lines}:
                yield self.of_jar(cookie, Way.SET if cookie.name not in self._phase.held else Way.CARRIED)
            return
        hosts = sorted({sent.host for sent in self._phase.sent if sent.name == cookie.name})
        ways = [f"still sent to {hosts[0]}"] if hosts else []
        ways += ["still readable by scripts"] if cookie.is_readable else []
        note = " and ".join(ways) or "still in the browser"
        yield self.of_jar(cookie, Way.LEFT_OVER, note, is_own=is_own or rule is not None)


def _line_of(cookie: JarCookie) -> bytes:
    parts = [f"{cookie.name}=", f"Path={cookie.path}"]
    parts += [f"Max-Age={int(cookie.lifetime_s)}"] if cookie.lifetime_s is not None else []
    parts += [f"Domain={cookie.domain}"] if cookie.domain.startswith(".") else []
    parts += ["Secure"] if cookie.secure else []
    parts += ["HttpOnly"] if cookie.http_only else []
    parts += [f"SameSite={cookie.same_site}"] if cookie.same_site else []
    parts += ["Partitioned"] if cookie.is_partitioned else []
    return "; ".join(parts).encode("latin-1", "replace")


def stored_findings(evidence: BrowserEvidence, rules: Iterable[CookieRule], *, has_policy: bool) -> Iterator[Finding]:
    """Yield what is wrong with entries of storage: no consent to them, or no rule that names them."""
    rules = tuple(rules)
    of_areas: dict[str, Names[CookieRule]] = {
        area: Names({rule.name: rule for rule in rules if rule.storage == area}) for area in STORAGES
    }
    seen: dict[StoredKey, list[Phase]] = {}
    for phase in evidence.phases:
        for key in phase.keys:
            seen.setdefault(key, []).append(phase.phase)
    for key, phases in seen.items():
        rule = of_areas[key.area].find(key.name) if key.area in of_areas else None
        subject = f"{key.area}:{key.name}"
        if rule is not None:
            wrong = [phase for phase in phases if phase.is_without_consent] if rule.category in OPTIONAL else []
            code, detail = Code.STORED_BEFORE_CONSENT, f"{rule.category} needs consent"
        else:
            wrong = phases if has_policy else []
            code, detail = Code.STORED_UNREGISTERED, f"stored by scripts of {key.origin}"
        if wrong:
            when = listed([f"{phase.label[0].lower()}{phase.label[1:]}" for phase in wrong])
            yield Finding(
                code=code, cookie=subject, detail=f"{detail}; it is there {when}", rule=rule,
                category=None if rule is None else rule.category,
                moments=tuple(sorted(MOMENTS[phase] for phase in wrong)), count=len(wrong), has_policy=has_policy,
            )  # fmt: skip


def banner_findings(evidence: BrowserEvidence) -> Iterator[Finding]:
    """Yield what was measured of the banner: whether refusing is as easy, and whether there is a way back."""
    refusal = evidence.of(Phase.REJECT)
    controls = {control.role: control for control in refusal.controls} if refusal is not None else {}
    accept, reject = controls.get("accept"), controls.get("reject")
    if accept is not None and reject is None and not accept.found_by.startswith("--"):
        detail = f"accepting takes 1 click on {accept.name!r}; no button to refuse was found in two layers"
        yield _of_banner(Code.REJECT_HARDER, accept, detail)
    elif accept is not None and reject is not None:
        if reject.clicks > accept.clicks:
            detail = f"{reject.name!r} takes {reject.clicks} clicks, {accept.name!r} takes {accept.clicks}"
            yield _of_banner(Code.REJECT_HARDER, accept, detail)
        if facts := list(_less_prominent(accept, reject)):
            yield _of_banner(Code.REJECT_LESS_PROMINENT, accept, "; ".join(facts))
    acceptance = evidence.of(Phase.ACCEPT)
    if acceptance is not None and acceptance.has_way_back is False:
        page = acceptance.pages[0] if acceptance.pages else "the page"
        detail = "no button or link that opens the choice again was found after accepting"
        yield Finding(code=Code.NO_WAY_BACK, cookie=page, detail=detail, count=1)


def _of_banner(code: Code, accept: Control, detail: str) -> Finding:
    return Finding(code=code, cookie=f"the banner (found by {accept.found_by})", detail=detail, count=1)


def _less_prominent(accept: Control, reject: Control) -> Iterator[str]:
    """Yield each way in which the button to refuse was measured less prominent than the one to accept."""
    if reject.height < _LEAST_RATIO * accept.height or _is_narrow(accept, reject):
        sizes = [f"{control.width:g} by {control.height:g} pixels" for control in (reject, accept)]
        yield f"{reject.name!r} measures {sizes[0]}, {accept.name!r} {sizes[1]}"
    fonts = accept.font_size, reject.font_size
    if fonts[0] is not None and fonts[1] is not None and fonts[1] < _LEAST_RATIO * fonts[0]:
        yield f"the text of {reject.name!r} is {fonts[1]:g} pixels high, that of {accept.name!r} {fonts[0]:g}"
    texts = accept.text_contrast, reject.text_contrast
    if texts[0] is not None and texts[1] is not None and texts[1] < _READABLE_CONTRAST <= texts[0]:
        yield f"the text of {reject.name!r} has a contrast of {texts[1]:g}:1, that of {accept.name!r} {texts[0]:g}:1"
    fills = accept.fill_contrast, reject.fill_contrast
    if fills[0] is not None and fills[1] is not None and fills[0] >= _VISIBLE_CONTRAST and fills[1] < _FLAT_CONTRAST:
        yield (
            f"the ground of {accept.name!r} stands out from the banner with {fills[0]:g}:1, that of {reject.name!r} "
            f"with {fills[1]:g}:1"
        )


def _is_narrow(accept: Control, reject: Control) -> bool:
    """Return whether the button to refuse is narrower than its shorter label explains: for each character too."""
    widths = accept.width, reject.width
    of_each = [control.width / max(len(control.name), 1) for control in (accept, reject)]
    return widths[1] < _LEAST_RATIO * widths[0] and of_each[1] < _LEAST_RATIO * of_each[0]


def needs_banner(
    evidence: BrowserEvidence, declared: Iterable[CookieRule], registry: Registry, is_choice: Callable[[str], bool]
) -> bool:
    """Return whether a visitor must be asked: something optional is declared, or something else was seen.

    `registry` names what is known besides.
    """
    if any(rule.category in OPTIONAL for rule in declared):
        return True
    names = {cookie.name for phase in evidence.phases for cookie in phase.jar}
    rules = [registry.find(name) for name in names if not is_choice(name)]
    return any(rule is None or rule.category in OPTIONAL for rule in rules)


def gaps_of(evidence: BrowserEvidence, *, is_banner_needed: bool) -> Iterator[Gap]:
    """Yield what was not seen in each phase; a button that nobody needs is no gap."""
    for phase in evidence.phases:
        for missed in phase.missed:
            if is_banner_needed or not missed.subject.startswith("the button"):
                yield Gap(missed.subject, missed.what, MOMENTS[phase.phase], is_whole=missed.is_whole)
