"""Database access from the event loop: its threads, their priority, its retries, and outages."""

from .priority import YieldingThreads, text_first
from .threads import (
    RETRY_SECONDS,
    STORAGE_SECONDS,
    FewThreads,
    close_connections,
    in_database,
    in_thread,
    persist,
)

__all__ = [
    "RETRY_SECONDS",
    "STORAGE_SECONDS",
    "FewThreads",
    "YieldingThreads",
    "close_connections",
    "in_database",
    "in_thread",
    "persist",
    "text_first",
]
