"""The database from the event loop: the threads that work on it, and what an outage means."""

from .threads import RETRY_SECONDS, STORAGE_SECONDS, close_connections, in_database, in_thread, persist

__all__ = ["RETRY_SECONDS", "STORAGE_SECONDS", "close_connections", "in_database", "in_thread", "persist"]
