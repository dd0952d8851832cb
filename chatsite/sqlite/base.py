"""Connections to SQLite whose writers wait in a fair queue, instead of polling.

SQLite lets one connection write at a time. Any other writer sleeps and tries again, up to 100 ms later: threads that
write often always get there first, and one that writes rarely waits for a second when it needs a millisecond. Within
one process, this queue gives each transaction, and each write outside of one, its turn. SQLite's own waiting handles
other processes, within the same timeout.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any, ClassVar

from django.db.backends.sqlite3 import base
from django.db.utils import OperationalError
from typing_extensions import override

from .cursor import Cursor
from .fair_lock import FairLock

_IS_WRITE = re.compile(r"\s*(INSERT|UPDATE|DELETE|REPLACE)\b", re.IGNORECASE)
_NOTABLE_WAIT = 0.05
"""Seconds of waiting in the queue from which on SQLite's own timeout is shortened."""


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection of one thread. Transactions begin IMMEDIATE, so every transaction is a writer."""

    _locks: ClassVar[defaultdict[str, FairLock]] = defaultdict(FairLock)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._holds_lock = False
        self.execute_wrappers.append(self._lock_writes)

    @override
    def create_cursor(self, name: str | None = None) -> Cursor:
        cursor: Cursor = self.connection.cursor(factory=Cursor)
        return cursor

    @override
    def is_usable(self) -> bool:
        """Return whether the next request may use this connection: not after an error, which may lie in it.

        A connection that was opened for reading only, for instance, stays so when the file can be written again.
        """
        return not self.errors_occurred

    def _start_transaction_under_autocommit(self) -> None:
        with self._write_lock():
            super()._start_transaction_under_autocommit()  # type: ignore[misc]  # not in the stubs
            self._holds_lock = True

    def _commit(self) -> None:
        super()._commit()  # type: ignore[misc]  # not in the stubs
        self._release_lock()

    def _rollback(self) -> None:
        try:
            super()._rollback()  # type: ignore[misc]  # not in the stubs
        finally:
            self._release_lock()

    def _close(self) -> None:
        try:
            super()._close()  # type: ignore[misc]  # not in the stubs
        finally:
            self._release_lock()

    def _lock_writes(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        """Run a statement, and hold the write lock for it if it writes outside of a transaction."""
        if self._holds_lock or not self.autocommit or not _IS_WRITE.match(sql):
            return execute(sql, params, many, context)
        with self._write_lock():
            return execute(sql, params, many, context)

    @contextmanager
    def _write_lock(self) -> Iterator[None]:
        """Hold the write lock for the block, and beyond it once ``_holds_lock`` is set. Raise ``OperationalError``."""
        lock = self._locks[str(self.settings_dict["NAME"])]
        timeout, begun = float(self.settings_dict["OPTIONS"].get("timeout", 5.0)), monotonic()
        if not lock.acquire(timeout):
            raise OperationalError("database is locked")
        try:
            with self._shortened(timeout, monotonic() - begun):
                yield
        finally:
            if not self._holds_lock:
                lock.release()

    @contextmanager
    def _shortened(self, timeout: float, waited: float) -> Iterator[None]:
        """Shorten SQLite's own timeout for the block by the time that was spent in the queue."""
        is_notable = waited > _NOTABLE_WAIT and self.connection is not None
        if is_notable:
            self.connection.execute(f"PRAGMA busy_timeout = {max(0, int((timeout - waited) * 1000))}")
        yield
        if is_notable:
            self.connection.execute(f"PRAGMA busy_timeout = {int(timeout * 1000)}")

    def _release_lock(self) -> None:
        if self._holds_lock:
            self._holds_lock = False
            self._locks[str(self.settings_dict["NAME"])].release()
