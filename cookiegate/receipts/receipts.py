"""Receipts as the site uses them: one object for a process and its forks, called for each choice of a visitor."""

import atexit
import logging
import os
import weakref
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from time import time

from cookiegate.errors import ConfigError, ReceiptStoreError, ReceiptStoreTooNew
from cookiegate.model import CookieRule
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
_alive: "weakref.WeakSet[Receipts]" = weakref.WeakSet()


class Receipts:
    """Keeps a receipt of each choice.

    `store`: a database URL or the path of a SQLite file; without it, what the environment variable
    `COOKIEGATE_RECEIPTS` says. `registry` and `revision`: the policy that visitors are shown, as the gate has it.
    `validity`: for how long a choice counts, like `"6 months"`. `spool`: the directory in which receipts wait while
    the store is down; without it, a directory beside the SQLite file, or `cookiegate-receipts.spool`.
    `patience_s`: how long `record` waits for the store. `retry_s`: the first and the longest pause before the store is
    tried again.

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
        clock: Callable[[], float] = time,
    ) -> None:
        checked = Checked("Receipts")
        store = os.environ.get(ENVIRONMENT_VARIABLE) if store is None else store
        if not store:
            checked.complain(
                "store", f"is missing; give a URL like 'sqlite:///receipts.db' or set {ENVIRONMENT_VARIABLE}"
            )
        if revision is not None and not is_revision(revision):
            checked.complain(
                "revision", f"is no text of at most {MAX_REVISION} printable characters; use a shorter one"
            )
        validity_s = checked.seconds("validity", validity)
        try:
            snapshot = registry_snapshot(registry)
        except ValueError as error:
            checked.complain("registry", f"has text that is no Unicode ({error}); mend it")
        if find_spec("fcntl") is None:  # pragma: no cover  # where there are no such locks
            checked.complain("spool", "needs the file locks of a POSIX system; run the site on one")
        if checked.problems or not store:
            raise ConfigError(checked.problems)
        from cookiegate.receipts.engine import read_url

        read_url(store)  # says what is missing before the store's own modules are imported
        from cookiegate.receipts.spool import Spool
        from cookiegate.receipts.store import Store
        from cookiegate.receipts.writer import Writer

        self.store = Store(store)
        self.revision = revision
        self.registry_digest = digest_of(snapshot)
        """The SHA-256 that names the registry in receipts."""
        self._validity_duration = None if validity_s is None else _duration(validity_s)
        self._clock = clock
        beside = self.store.file
        if beside is not None and not beside.parent.is_dir():
            raise ConfigError([f"Receipts: store: the directory {beside.parent} is not there; create it"])
        directory = Path(spool or (f"{beside}.spool" if beside is not None else "cookiegate-receipts.spool"))
        self._writer = Writer(
            self.store,
            Spool(directory.absolute(), snapshot, on_damage=_tell_damage),
            {self.registry_digest: snapshot},
            patience_s=patience_s,
            retry_s=retry_s,
        )
        self._has_told_id = False
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
    ) -> Receipt:
        """Keep a receipt of a choice, and return it. It is on disk then: in the store, or in the spool.

        `id` and `language` may come from the visitor: what can't be one is replaced, by a random id and `und`; see the
        receipt for what was kept. `granted`: what is granted from then on. Blocks for some milliseconds, and no longer
        than the patience and one write to the disk: from a coroutine call it in a thread.

        Raises: `ValueError` for what only code can get wrong: an unknown category, `how` or `where`, or
        `how="reject-all"` that grants something.
        """
        now_ms = int(self._clock() * 1000)
        receipt = Receipt(
            record_id=new_id(),
            pii_principal_id=id if id is not None and is_consent_id(id) else self._fresh_id(id),
            event_time=datetime.fromtimestamp(now_ms // 1000, UTC).replace(microsecond=now_ms % 1000 * 1000),
            privacy_notice=self.revision,
            registry_digest=self.registry_digest,
            purposes=categories_of(granted),
            how=How(how),
            where=Where(where),
            language=language_tag(language),
            validity_duration=self._validity_duration,
        )
        self._writer.give(receipt)
        return receipt

    def flush(self, timeout_s: float = 5.0) -> bool:
        """Try now to store receipts that wait; tell whether none of this process waits any more."""
        return self._writer.flush(timeout_s)

    def close(self) -> None:
        """Store what waits, if that can be done at once, and close the connections. What waits on disk stays there."""
        self._writer.close()
        self.store.close()

    def after_fork(self) -> None:
        """Begin anew in a child process; Python calls this itself after `os.fork`."""
        self._writer.after_fork()

    def _fresh_id(self, id: object) -> str:
        if id is not None and not self._has_told_id:
            self._has_told_id = True
            _logger.warning("receipts: a consent id can't be one (1 to 128 letters, digits and ._~-): another is taken")
        return new_id()


def _duration(seconds: int) -> str:
    """Write an ISO 8601 duration."""
    return f"PT{seconds}S" if seconds % 86400 else f"P{seconds // 86400}D"


def _tell_damage(path: Path, count: int) -> None:
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
