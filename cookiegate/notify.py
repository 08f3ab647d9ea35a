"""Reports decisions to the `cookiegate` logger, the observer and the recorders; `debug_field` writes the header field.

Law: nothing raises, whatever foreign code does; a line for each name and reason, not for each request; names only,
never a cookie's value; bounded memory.
"""

import logging
from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import TypeVar

from cookiegate.decision import Decision, Exchange
from cookiegate.development import framed, why_refused, why_unregistered
from cookiegate.memo import Once
from cookiegate.model import Action, Reason
from cookiegate.offering import Offering
from cookiegate.registry import proposal_for, write_rule
from cookiegate.sources import Policies

__all__ = ["Notify"]

T = TypeVar("T")
Refusals = Hashable

_logger = logging.getLogger("cookiegate")
_SHOWN_NAME = 100
_REMEMBERED_REASONS = 64
_REMEMBERED_NAMES = 1024
_REMEMBERED_DROPS = 64
_PROXY_CHECKS = 1000
_PAST = {Action.DROP: "dropped", Action.EXPIRE: "expired"}


class Notify:
    """The reports of one gate. It remembers in bounded memory what it has reported."""

    __slots__ = (
        "_failed", "_logged", "_observer", "_proxy_checks", "_recorders", "_reported", "dropped", "is_debug",
        "is_development", "is_watched", "offering",
    )  # fmt: skip

    def __init__(
        self,
        observer: Callable[[Decision], object] | None = None,
        recorders: tuple[Callable[[Exchange], object], ...] = (),
        *,
        is_debug: bool = False,
        offering: Offering | None = None,
    ) -> None:
        self.offering: Offering | None = offering
        """The offer to visitors, and the warnings about known cookies that are not offered."""
        self._observer = observer
        self._recorders = recorders
        self._reported = Once(limit=2048)
        self._failed = Once(limit=64)
        self._logged: dict[Refusals, set[bytes]] = {}
        self._proxy_checks = 0
        self.is_debug: bool = is_debug
        self.is_development: bool = is_debug
        """The first dropped line of each name is a framed warning."""
        self.dropped: dict[str, str] = {}
        """By name, the warnings of development, for the browser's console."""
        self.is_watched: bool = observer is not None or is_debug
        """Whether each decision is needed."""

    @property
    def has_recorders(self) -> bool:
        """Whether there are recorders."""
        return bool(self._recorders)

    # Foreign code

    def shield(self, what: str, fallback: T, function: Callable[..., T], *arguments: object) -> T:
        """Call foreign code: whatever it raises is logged, the first time for its kind, and reaches no visitor."""
        try:
            return function(*arguments)
        except Exception as error:  # the one place where foreign code may fail
            if self._failed.is_first((what, type(error))):
                _logger.error("%s", what, exc_info=error)
            return fallback

    def record(self, exchange: Exchange) -> None:
        """Call the recorders with an exchange."""
        for recorder in self._recorders:
            self.shield(_RECORDER_RAISED, None, recorder, exchange)

    def observe(self, decisions: Iterable[Decision]) -> None:
        """Call the observer with decisions."""
        observer = self._observer
        left = iter(decisions)
        while observer is not None and self.shield(_OBSERVER_RAISED, True, _each, observer, left):
            pass  # it raised: go on with the next

    def engine_failed(self, error: Exception) -> None:
        """Log a bug of the gate's own; the first time for its kind and place."""
        place = error.__traceback__
        while place is not None and place.tb_next is not None:
            place = place.tb_next
        where = (place.tb_frame.f_code.co_filename, place.tb_lineno) if place is not None else None
        if self._failed.is_first(("engine", type(error), where)):
            _logger.error(
                "cookiegate failed, and Set-Cookie lines that were not judged do not leave; please report this bug",
                exc_info=error,
            )

    # The log

    def is_unlogged(self, refusals: Refusals, names: Iterable[bytes]) -> bool:
        """Return whether a line of one of these names was not logged yet with these refusals as the reason."""
        logged = self._logged.get(refusals)
        if logged is None:
            return len(self._logged) < _REMEMBERED_REASONS
        return len(logged) < _REMEMBERED_NAMES and not logged.issuperset(names)

    def log(self, refusals: Refusals, names: Iterable[bytes], decisions: Iterable[Decision]) -> None:
        """Log decisions, and remember that lines of these names were logged with these refusals as the reason."""
        self._logged.setdefault(refusals, set()).update(name for name in names if len(name) <= _SHOWN_NAME)
        for decision in decisions:
            self._log_decision(decision)

    def _log_decision(self, decision: Decision) -> None:
        """Log a line that was dropped or expired; the first time for its name and reason."""
        action, reason, rule = decision.action, decision.reason, decision.registry_rule
        if reason is Reason.UNREGISTERED or action in (Action.KEEP, Action.REWRITE):
            return
        if not decision.before and rule is not None and self.offering is not None:
            self.offering.deleted(rule, is_enforced=decision.is_enforced)
        # A cookie of the request is counted by its rule: names that clients make up must not fill the memory.
        subject = decision.name[:_SHOWN_NAME] if decision.before or rule is None else rule.name
        is_drop = self.is_development and bool(decision.before) and action is Action.DROP and not reason.is_malformed
        if is_drop and self._warn_loudly(decision.name, why_refused(decision)):
            return
        if not self._reported.is_first((subject, reason)):
            return
        would = "" if decision.is_enforced else "would be "
        if reason.is_malformed:
            _logger.warning(
                "Set-Cookie %s %sdropped: %s (rule %d)", _shown(decision.name), would, reason, decision.policy_rule
            )
        else:
            _logger.info(
                "cookie %s (%s) %s%s: %s (rule %d)",
                _shown(decision.name), decision.category, would, _PAST[action], reason, decision.policy_rule,
            )  # fmt: skip

    def unregistered(self, name: str) -> None:
        """Log a name that no rule knows, with the lines that would register it; the first time for this name."""
        if self.is_development:
            self._warn_loudly(name, why_unregistered(name))
            return
        if not self._reported.is_first((name[:_SHOWN_NAME], Reason.UNREGISTERED)):
            return
        rule = proposal_for(name)
        if rule is not None:
            _logger.warning(
                "cookie %s is not in the registry; cookiegate knows it. To register it, check these lines and add "
                "them:\n%s",
                _shown(name), write_rule(rule),
            )  # fmt: skip
        else:
            _logger.warning(
                "cookie %s is not in the registry; to register it, choose its category and add:\n"
                '[[cookie]]\nname = "%s"\ncategory = ""  # necessary, preferences, statistics or marketing',
                _shown(name),
                name[:_SHOWN_NAME],
            )

    def _warn_loudly(self, name: str, why: str) -> bool:
        """Warn, in development, about the first dropped line of a name; return whether it was the first."""
        key = name[:_SHOWN_NAME]
        is_first = self._reported.is_first(("development", key))
        if is_first:
            if len(self.dropped) < _REMEMBERED_DROPS:
                self.dropped[key] = why
            _logger.warning("%s", framed(why))
        return is_first

    def warn_once(self, text: str) -> None:
        """Log what is wrong around the gate; the first time for each text."""
        if self._reported.is_first(("around", text)):
            _logger.warning("%s", text)

    def checks_proxy(self) -> bool:
        """Return whether to look for a proxy that received https, for a request that came as http; only for a while."""
        self._proxy_checks += 1
        return self._proxy_checks <= _PROXY_CHECKS

    def untrusted_proxy(self) -> None:
        """Log once that the server does not trust its proxy, so that Secure is missing."""
        if self._failed.is_first("proxy"):
            _logger.warning(
                "requests arrive as http with X-Forwarded-Proto: https, so cookies are not made Secure: let the server "
                "trust its proxy (uvicorn --forwarded-allow-ips, gunicorn --forwarded-allow-ips, werkzeug ProxyFix), "
                'or set secure = "always"'
            )

    def cut_field(self, name: bytes, what: str) -> None:
        """Log a response header field that could carry a Set-Cookie past the gate; the first time for this name."""
        if self._reported.is_first(("field", name[:_SHOWN_NAME])):
            _logger.error("response header field %s: %s", _shown(name.decode("latin-1")), what)

    def false_date(self) -> None:
        """Log once that a Date field was left out."""
        if self._reported.is_first("date"):
            _logger.warning(
                "response header field 'date': not the present, so that browsers would keep cookies longer; left out"
            )

    def policies(self, found: Policies) -> None:
        """Log what was removed from policies, and where that is not enough; the first time for each."""
        for each in found.removed:
            if self._reported.is_first(("source", each.source, each.reason)):
                _logger.info(
                    "content-security-policy: %s (%s) %sremoved: %s",
                    _shown(each.source), each.category, "" if each.is_enforced else "would be ", each.reason,
                )  # fmt: skip
        for directive, source in found.overruled:
            if self._reported.is_first(("overruled", directive, source)):
                _logger.warning(
                    "content-security-policy: %s is refused, and %s allows it all the same by another expression; "
                    "write the sources of [csp] as the policy names them",
                    _shown(source.decode("latin-1")), directive.decode("latin-1"),
                )  # fmt: skip
        for directive, source in found.ignored:
            if self._reported.is_first(("ignored", directive, source)):
                _logger.warning(
                    "content-security-policy: browsers ignore %s for scripts, because %s has 'strict-dynamic': "
                    "taking it away stops no script; let its scripts wait in the page with data-cookiegate",
                    _shown(source.decode("latin-1")), directive.decode("latin-1"),
                )  # fmt: skip

    def device_bound(self, field: bytes, decisions: Iterable[Decision]) -> None:
        """Log cookies that were rewritten beside a Secure-Session-* field; the first time for each."""
        for decision in decisions:
            is_changed = decision.action is Action.REWRITE and decision.is_enforced
            if is_changed and self._reported.is_first(("device-bound", decision.name[:_SHOWN_NAME])):
                _logger.warning(
                    "cookie %s was rewritten beside the field %s: browsers compare the cookie of a device-bound "
                    "session with the attributes that this names, and may refresh it again and again; add "
                    'attributes = "as-sent" to its rule',
                    _shown(decision.name), _shown(field.decode("latin-1")),
                )  # fmt: skip


def _each(function: Callable[[Decision], object], decisions: Iterator[Decision]) -> bool:
    for decision in decisions:
        function(decision)
    return False


_OBSERVER_RAISED = "the observer raised; decisions are not affected"
_RECORDER_RAISED = "a recorder raised; decisions are not affected, the response was not recorded"


def _shown(name: str) -> str:
    """Return a name that can't forge a log line."""
    return ascii(name[:_SHOWN_NAME])
