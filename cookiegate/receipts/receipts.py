"""Receipts as the site uses them: one object for a process and its forks, called for each choice of a visitor.

Law: a choice waits no longer than the patience and one write to the disk, and no failure of the store stops it.
"""

import atexit
import logging
import os
import weakref
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from time import time
from types import UnionType

from cookiegate.errors import ConfigError, ReceiptStoreError, ReceiptStoreTooNew
from cookiegate.model import CookieRule
from cookiegate.receipts.allowance import PER_MINUTE, REPEAT_S, Allowance
from cookiegate.receipts.canonical import digest_of, registry_snapshot
from cookiegate.receipts.receipt import (
    MAX_REVISION,
    How,
    Receipt,
    Where,
    categories_of,
    is_consent_id,
    is_revision,
    language_tag,
    new_id,
)
from cookiegate.settings import Checked

__all__ = ["ENVIRONMENT_VARIABLE", "Receipts"]

_logger = logging.getLogger("cookiegate")
ENVIRONMENT_VARIABLE = "COOKIEGATE_RECEIPTS"
"""Names the store where the code does not."""
_LONGEST_REPEAT_S = 86400
_alive: "weakref.WeakSet[Receipts]" = weakref.WeakSet()


class Receipts:
    """Keeps a receipt of each choice.

    `store`: a database URL or the path of a SQLite file; without it, what the environment variable
    `COOKIEGATE_RECEIPTS` says. `registry` and `revision`: the policy that visitors are shown, as the gate has it.
    Without a revision, the registry's digest names the policy. `validity`: for how long a choice counts, like `"6
    months"`. `spool`: the directory in which receipts wait while the store is down; without it, a directory beside the
    SQLite file, or `cookiegate-receipts.spool`. `patience_s`: how long `record` waits for the store. `retry_s`: the
    first and the longest pause before the store is tried again. `limit_per_minute`: how many receipts a process writes
    in a minute, `None` for no limit. `repeat_s`: for how many seconds the same choice of the same visitor at the same
    place needs no second receipt, 0 for none.

    The store is opened, and its schema brought up to date, when this is made; a store that can't be reached is no
    error then. Threads share one object, and it may be made before a server forks.

    Raises: `ConfigError`; `ReceiptStoreTooNew` for a store that a newer cookiegate has written.
    """

    def __init__(
        self,
        store: str | os.PathLike[str] | None = None,
        *,
        registry: Iterable[CookieRule],
        revision: str | None = None,
        validity: str | None = None,
        spool: str | os.PathLike[str] | None = None,
        patience_s: float = 1.0,
        retry_s: tuple[float, float] = (1.0, 60.0),
        limit_per_minute: int | None = PER_MINUTE,
        repeat_s: float = REPEAT_S,
        clock: Callable[[], float] = time,
    ) -> None:
        store = os.environ.get(ENVIRONMENT_VARIABLE) if store is None else store
        checked = Checked("Receipts")
        _check_limits(checked, revision, limit_per_minute, repeat_s)
        validity_s = checked.seconds("validity", validity)
        snapshot = _snapshot(checked, registry)
        if not store:
            checked.add_problem(
                "store", f"is missing; give a URL like 'sqlite:///receipts.db' or set {ENVIRONMENT_VARIABLE}"
            )
        if checked.problems or not store:
            raise ConfigError(checked.problems)
        from cookiegate.receipts.engine import read_url

        read_url(store)  # says what is missing before the store's own modules are imported
        from cookiegate.receipts.spool import Spool
        from cookiegate.receipts.store import Store
        from cookiegate.receipts.writer import Writer

        self.store: Store = Store(store)
        self.revision = revision
        self.registry_digest: str = digest_of(snapshot)
        """The SHA-256 that names the registry in receipts."""
        if revision is None:
            _logger.warning(
                "receipts: no revision is given, so receipts name the policy that was shown by the registry's digest, "
                'sha256 %s; give the gate a revision, like revision = "2026-01-12" in [gate]',
                self.registry_digest,
            )
        self._validity_duration = None if validity_s is None else _duration(validity_s)
        self._clock = clock
        self._limit_per_minute = limit_per_minute
        self._allowance = Allowance(limit_per_minute, repeat_s, self._log_excess)
        beside = self.store.file
        if beside is not None and not beside.parent.is_dir():
            raise ConfigError([f"Receipts: store: the directory {beside.parent} is not there; create it"])
        directory = Path(spool or (f"{beside}.spool" if beside is not None else "cookiegate-receipts.spool"))
        self._writer = Writer(
            self.store,
            Spool(directory.absolute(), snapshot, on_damage=_log_damage),
            {self.registry_digest: snapshot},
            patience_s=patience_s,
            retry_s=retry_s,
        )
        self._has_logged_id = False
        self._open()
        _alive.add(self)

    def _open(self) -> None:
        """Try the store; where it can't be reached, the writer's thread goes on trying."""
        failure = None
        try:
            self.store.open()
        except ReceiptStoreTooNew:
            raise
        except ReceiptStoreError as error:
            failure = error
        finally:
            self.store.close()  # so that no connection is open when a server forks
        self._writer.begin(failure)

    def record(
        self,
        *,
        id: str | None,
        granted: Iterable[str],
        how: str,
        where: str,
        language: str | None = None,
    ) -> Receipt | None:
        """Keep a receipt of a choice, and return it. It is then on disk: in the store, or in the spool.

        A choice that only repeats the visitor's last one, within `repeat_s`, has its receipt already: that is returned.
        Beyond `limit_per_minute` nothing is kept and `None` is returned: the choice counts, the log counts it.

        `id` and `language` may come from the visitor: invalid values are replaced, by a random id and `und`; the
        receipt has what was kept. `granted`: what is granted from then on. Blocks for some milliseconds, and no longer
        than the patience and one write to the disk: from a coroutine call it in a thread.

        Raises: `ValueError` for what only code can get wrong: an unknown category, `how` or `where`, or
        `how="reject-all"` that grants something.
        """
        now_s = self._clock()
        now_ms = int(now_s * 1000)
        receipt = Receipt(
            record_id=new_id(),
            pii_principal_id=id if id is not None and is_consent_id(id) else self._fresh_id(id),
            event_time=datetime.fromtimestamp(now_ms // 1000, UTC).replace(microsecond=now_ms % 1000 * 1000),
            privacy_notice=self.registry_digest if self.revision is None else self.revision,
            registry_digest=self.registry_digest,
            purposes=categories_of(granted),
            how=How(how),
            where=Where(where),
            language=language_tag(language),
            validity_duration=self._validity_duration,
        )
        admitted = self._allowance.admit(receipt, now_s)
        if admitted is receipt:
            self._writer.give(receipt)
        return admitted

    def flush(self, timeout_s: float = 5.0) -> bool:
        """Try now to store the receipts that wait; return whether none of this process is left."""
        return self._writer.flush(timeout_s)

    def close(self) -> None:
        """Store what waits, if that can be done at once, and close the connections. What waits on disk stays there."""
        self._allowance.end()
        self._writer.close()
        self.store.close()

    def after_fork(self) -> None:
        """Start again in a child process; Python calls this after `os.fork`."""
        self._allowance.after_fork()
        self._writer.after_fork()

    def _log_excess(self, count: int) -> None:
        """Log once a minute that the limit is reached, and afterwards how many choices were beyond it."""
        if count:
            _logger.warning("receipts: %d choices of a minute count and have no receipt, beyond the limit", count)
        else:
            _logger.warning(
                "receipts: the limit of %d receipts a minute is reached: choices count, and have none until the minute "
                "is over; find out who chooses so often; limit requests, or set limit_per_minute",
                self._limit_per_minute,
            )

    def _fresh_id(self, id: object) -> str:
        if id is not None and not self._has_logged_id:
            self._has_logged_id = True
            _logger.warning(
                "receipts: a consent id is invalid (use 1 to 128 letters, digits and ._~-); a random one is used"
            )
        return new_id()


def _check_limits(checked: Checked, revision: object, limit_per_minute: int | None, repeat_s: float) -> None:
    """Collect what is wrong with arguments that depend on nothing else."""
    if revision is not None and not is_revision(revision):
        checked.add_problem("revision", f"is no text of at most {MAX_REVISION} printable characters; use a shorter one")
    if limit_per_minute is not None and not (_is_number(limit_per_minute, int) and limit_per_minute > 0):
        checked.add_problem("limit_per_minute", f"is {limit_per_minute!r}; use a number above 0, or None for no limit")
    if not (_is_number(repeat_s, int | float) and 0 <= repeat_s <= _LONGEST_REPEAT_S):
        checked.add_problem("repeat_s", f"is {repeat_s!r}; use seconds, up to {_LONGEST_REPEAT_S}")
    if find_spec("fcntl") is None:  # pragma: no cover  # where there are no such locks
        checked.add_problem("spool", "needs the file locks of a POSIX system; run the site on one")


def _snapshot(checked: Checked, registry: Iterable[CookieRule]) -> str:
    """Return the registry as canonical JSON; empty with a collected problem if that fails."""
    try:
        return registry_snapshot(registry)
    except ValueError as error:
        checked.add_problem("registry", f"has text that is not Unicode ({error}); correct it")
        return ""


def _is_number(value: object, kind: type | UnionType) -> bool:
    return isinstance(value, kind) and not isinstance(value, bool)


def _duration(seconds: int) -> str:
    """Write an ISO 8601 duration."""
    return f"PT{seconds}S" if seconds % 86400 else f"P{seconds // 86400}D"


def _log_damage(path: Path, count: int) -> None:
    _logger.error("receipts: %d lines of the spool can't be read; the file is kept as %s", count, path)


def _after_fork() -> None:
    for receipts in list(_alive):
        receipts.after_fork()


def _at_exit() -> None:
    for receipts in list(_alive):
        receipts.close()


if hasattr(os, "register_at_fork"):  # pragma: no branch
    os.register_at_fork(after_in_child=_after_fork)
atexit.register(_at_exit)
