"""How the site connects to its database: what each kind needs besides its URL."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def with_options(database: dict[str, Any], pool: int, data_folder: Path) -> dict[str, Any]:
    """Return Django's settings of a database with the options that this site needs."""
    return _sqlite(database, data_folder) if database["ENGINE"].endswith(".sqlite3") else _postgresql(database, pool)


def _sqlite(database: dict[str, Any], data_folder: Path) -> dict[str, Any]:
    return database | {
        "ENGINE": "chatsite.sqlite",
        "CONN_MAX_AGE": None,  # connections stay: to open one takes a millisecond
        # Without IMMEDIATE and WAL, simultaneous writers fail with "database is locked" whatever the timeout is.
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 5,
            # Caches of each connection, and each thread has one: 32 statements, about 15 KB each, and 512 KiB of pages.
            "cached_statements": 32,
            "init_command": (
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"
                # Overwrite deleted content, instead of only marking it as free.
                " PRAGMA secure_delete=ON;"
                " PRAGMA cache_size=-512;"
            ),
        },
        # Tests use several connections at once, which an in-memory database cannot serve.
        "TEST": {"NAME": data_folder / "test.sqlite3"},
    }


def _postgresql(database: dict[str, Any], pool: int) -> dict[str, Any]:
    return database | {
        "ENGINE": "chatsite.postgresql",
        # A pool keeps the connections, and not the threads: there may be a thread for each request.
        "OPTIONS": {
            # By default the pool waits ever longer between its attempts, up to minutes after the server is back.
            "pool": {"min_size": min(2, pool), "max_size": pool, "timeout": 5, "reconnect_timeout": 2},
            # How often a statement that comes again is carried out before the server keeps its plan.
            "prepare_threshold": 2,
            # Detect a server that has vanished without closing the connection. Seconds; tcp_user_timeout in ms.
            "connect_timeout": 5,
            "tcp_user_timeout": 8000,
            "keepalives_idle": 10,
            "keepalives_interval": 3,
            "keepalives_count": 3,
            **database.get("OPTIONS", {}),  # options in the URL, such as sslmode
        },
        "CONN_HEALTH_CHECKS": True,
    }
