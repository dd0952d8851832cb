"""Connections to SQLite whose writers wait in a line, instead of asking again and again.

SQLite lets one connection write at a time. Whoever comes meanwhile sleeps and asks again, up to 100 ms later; threads
that write often are always there first, and one that writes now and then waits for a second where it needs a
millisecond. In one process we know who waits: each transaction, and each write outside of one, has its turn. Other
processes are met by SQLite's own waiting, within the same time-out.
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

from .line import Line

_IS_WRITE = re.compile(r"\s*(INSERT|UPDATE|DELETE|REPLACE)\b", re.IGNORECASE)
_WORTH_TELLING = 0.05
"""Seconds of waiting after which SQLite is told that less is left."""


class DatabaseWrapper(base.DatabaseWrapper):
    """One connection of one thread. Transactions begin IMMEDIATE, so every one of them is a writer."""

    _lines: ClassVar[defaultdict[str, Line]] = defaultdict(Line)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._has_turn = False
        self.execute_wrappers.append(self._in_line)

    def _start_transaction_under_autocommit(self) -> None:
        with self._turn():
            super()._start_transaction_under_autocommit()  # type: ignore[misc]  # not in the stubs
            self._has_turn = True

    def _commit(self) -> None:
        super()._commit()  # type: ignore[misc]  # not in the stubs
        self._end_turn()

    def _rollback(self) -> None:
        try:
            super()._rollback()  # type: ignore[misc]  # not in the stubs
        finally:
            self._end_turn()

    def _close(self) -> None:
        try:
            super()._close()  # type: ignore[misc]  # not in the stubs
        finally:
            self._end_turn()

    def _in_line(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        """Called around every statement."""
        if self._has_turn or not self.autocommit or not _IS_WRITE.match(sql):
            return execute(sql, params, many, context)
        with self._turn():
            return execute(sql, params, many, context)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Have one's turn for the block, and on after it if ``_has_turn`` is set. Raises ``OperationalError``."""
        line = self._lines[str(self.settings_dict["NAME"])]
        patience, begun = float(self.settings_dict["OPTIONS"].get("timeout", 5.0)), monotonic()
        if not line.enter(patience):
            raise OperationalError("database is locked")
        try:
            with self._rest_of(patience, monotonic() - begun):
                yield
        finally:
            if not self._has_turn:
                line.leave()

    @contextmanager
    def _rest_of(self, patience: float, waited: float) -> Iterator[None]:
        """SQLite's own waiting has what is left."""
        is_worth_telling = waited > _WORTH_TELLING and self.connection is not None
        if is_worth_telling:
            self.connection.execute(f"PRAGMA busy_timeout = {max(0, int((patience - waited) * 1000))}")
        yield
        if is_worth_telling:
            self.connection.execute(f"PRAGMA busy_timeout = {int(patience * 1000)}")

    def _end_turn(self) -> None:
        if self._has_turn:
            self._has_turn = False
            self._lines[str(self.settings_dict["NAME"])].leave()
