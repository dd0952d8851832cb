"""Connections to PostgreSQL that keep the plans of statements that come again and again.

PostgreSQL takes longer to plan most of what an answer needs than to carry it out: who hears what is a join of many
small tables. Django's cursors put the parameters into the text, so that the server plans each statement anew.
"""

from __future__ import annotations

from time import monotonic
from typing import Any

from django.db.backends.postgresql import base, operations
from django.db.backends.utils import CursorWrapper
from psycopg import OperationalError
from psycopg.errors import FeatureNotSupported
from psycopg.pq import TransactionStatus
from psycopg_pool import ConnectionPool

UNUSED_SECONDS = 1.0
"""How long a connection is trusted after its last use; after that, the server is asked before it is used again."""
_KEEP_PLANS = "SET plan_cache_mode TO force_generic_plan"
"""Else the server makes a new plan whenever it believes that it knows a better one for these very parameters."""


_Cursor: Any = base.ServerBindingCursor  # of which the stubs know little


class PreparedCursor(_Cursor):  # type: ignore[misc]
    """A cursor whose parameters the server gets apart from the statement, which casts those whose type is not clear."""

    def execute(self, query: Any, params: Any = None, **options: Any) -> Any:
        """Carry out a statement. If a newer version has changed its columns meanwhile, this connection plans anew."""
        try:
            return super().execute(query, params, **options)
        except FeatureNotSupported as error:  # "cached plan must not change result type"
            self.connection.prepare_threshold = None
            if self.connection.info.transaction_status != TransactionStatus.IDLE:
                raise OperationalError("the columns of a table have changed") from error  # the same work succeeds later
            return super().execute(query, params, **options)


class DatabaseOperations(operations.DatabaseOperations):
    """What Django needs to know of PostgreSQL."""

    def last_executed_query(self, cursor: Any, sql: str, params: Any) -> str:
        """Return the statement for the log, without its values if it is prepared: psycopg does not keep these."""
        return super().last_executed_query(cursor, sql, params) or sql


class DatabaseWrapper(base.DatabaseWrapper):
    """The connection of one thread, from the pool of the process."""

    ops_class = DatabaseOperations

    def prepared_cursor(self) -> CursorWrapper:
        """Return a cursor for statements that are carried out again and again with parameters of the same types."""
        self.ensure_connection()
        with self.wrap_database_errors:
            cursor = PreparedCursor(self.connection)
        return self._prepare_cursor(cursor)  # type: ignore[attr-defined,no-any-return]  # as Django's own cursors

    @property
    def pool(self) -> Any:
        """The pool as Django makes it, but for the check: to ask at each use costs more than most statements."""
        options = self.settings_dict["OPTIONS"].get("pool")
        pools: dict[str, Any] = self._connection_pools  # type: ignore[attr-defined]
        if options and self.settings_dict["NAME"] and self.alias not in pools:
            own: Any = {"kwargs": self.get_connection_params() | {"autocommit": True}, "open": False}
            made: Any = ConnectionPool(configure=self._configure_connection, check=_check, **own, **options)
            pools.setdefault(self.alias, made)
        return super().pool

    def _configure_connection(self, connection: Any) -> Any:
        super()._configure_connection(connection)  # type: ignore[misc]  # not in the stubs, nor the others
        with connection.cursor() as cursor:
            cursor.execute(_KEEP_PLANS)
        return True

    def _close(self) -> None:
        if self.connection is not None:
            self.connection.used_at = monotonic()
        super()._close()  # type: ignore[misc]


def _check(connection: Any) -> None:
    """Raise an error of psycopg if a connection that nobody has used for a while is lost."""
    if monotonic() - getattr(connection, "used_at", float("-inf")) > UNUSED_SECONDS:
        ConnectionPool.check_connection(connection)
