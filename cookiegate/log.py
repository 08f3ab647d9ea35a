"""What the `cookiegate` logger says: a line for each name and reason, not for each request; never a cookie's value."""

import logging
from collections.abc import Hashable, Iterable

from cookiegate.memo import Once
from cookiegate.model import Action, Decision, Reason

__all__ = ["Log"]

_logger = logging.getLogger("cookiegate")
_SHOWN_NAME = 100
_REMEMBERED_REASONS = 64
_REMEMBERED_NAMES = 1024


class Log:
    """One gate's log: remembers, in bounded memory, what it has said."""

    __slots__ = ("_failed", "_said", "_told", "proxy_checks")

    def __init__(self) -> None:
        self._said = Once(limit=2048)
        self._failed = Once(limit=64)
        self._told: dict[Hashable, set[bytes]] = {}
        self.proxy_checks = 0

    def news(self, reason: Hashable, names: Iterable[bytes]) -> list[bytes]:
        """Return those of the names that were not asked for before with this reason."""
        told = self._told.get(reason)
        if told is None:
            if len(self._told) >= _REMEMBERED_REASONS:
                return []
            told = self._told.setdefault(reason, set())
        if told.issuperset(names) or len(told) >= _REMEMBERED_NAMES:
            return []
        new = [name for name in names if name not in told]
        told.update(name[:_SHOWN_NAME] for name in new)
        return new

    def decision(self, decision: Decision) -> None:
        """Tell of a line that did not leave as the app meant it; the first time for its name and reason."""
        if decision.rule is None and decision.number in {4, 5, 6}:
            self.unregistered(decision.name)
        if decision.reason is Reason.UNREGISTERED or decision.action in {Action.KEEP, Action.REWRITE}:
            return
        # A cookie of the request is counted by its rule: what clients make up must not use the memory up.
        subject = decision.name[:_SHOWN_NAME] if decision.before or decision.rule is None else decision.rule
        if not self._said.is_first((subject, decision.reason)):
            return
        if decision.number in {1, 8}:
            _logger.warning(
                "Set-Cookie %s dropped: %s (rule %d)", _shown(decision.name), decision.reason, decision.number
            )
        else:
            _logger.info(
                "cookie %s (%s) %s: %s (rule %d)",
                _shown(decision.name), decision.category, _PAST[decision.action], decision.reason, decision.number,
            )  # fmt: skip

    def unregistered(self, name: str) -> None:
        """Tell of a name that no rule knows, with the lines that would register it; the first time for this name."""
        if self._said.is_first((name[:_SHOWN_NAME], Reason.UNREGISTERED)):
            _logger.warning(
                "cookie %s is not in the registry; to register it, choose its category and add:\n"
                '[[cookie]]\nname = "%s"\ncategory = "necessary"  # or preferences, statistics, marketing',
                _shown(name),
                name[:_SHOWN_NAME],
            )

    def source_failed(self, error: Exception) -> None:
        """Tell that a consent source raised; the first time for this kind of error."""
        if self._failed.is_first(("source", type(error))):
            _logger.error("the consent source raised; requests count as without consent", exc_info=error)

    def observer_failed(self, error: Exception) -> None:
        """Tell that an observer raised; the first time for this kind of error."""
        if self._failed.is_first(("observer", type(error))):
            _logger.error("the observer raised; decisions stand as they are", exc_info=error)

    def recorder_failed(self, error: Exception) -> None:
        """Tell that a recorder raised; the first time for this kind of error."""
        if self._failed.is_first(("recorder", type(error))):
            _logger.error(
                "a recorder raised; decisions stand as they are, the response was not recorded", exc_info=error
            )

    def untrusted_proxy(self) -> None:
        """Tell once that the server does not believe its proxy, so that Secure is missing."""
        if self._failed.is_first("proxy"):
            _logger.warning(
                "requests arrive as http with X-Forwarded-Proto: https, so cookies are not made Secure: let the server "
                "trust its proxy (uvicorn --forwarded-allow-ips, gunicorn --forwarded-allow-ips, werkzeug ProxyFix), "
                'or set secure = "always"'
            )

    def invalid_field(self, name: bytes, what: str) -> None:
        """Tell of a response header field that no server should send; the first time for this name."""
        if self._said.is_first(("field", name[:_SHOWN_NAME])):
            _logger.warning("response header field %s: %s", _shown(name.decode("latin-1")), what)


_PAST = {Action.DROP: "dropped", Action.EXPIRE: "expired"}


def _shown(name: str) -> str:
    """Show a name so that nothing in it can forge a log line."""
    return ascii(name[:_SHOWN_NAME])
