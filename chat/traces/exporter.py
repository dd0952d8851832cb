"""Sends the traces of turns that have ended, and what reviewers said of them, in a thread that nothing waits for.

A turn in the database is the order for its trace, and the trace's id is made of the turn's: what a crash or a broken
connection leaves undone is done again, by any process, and what is done twice is there once.
"""

from __future__ import annotations

import logging
import os
import threading
from time import monotonic

from django.conf import settings
from django.db import close_old_connections

from ..database.outage import UNAVAILABLE
from ..models import ReviewLabel, TraceExport
from ..upstream.failures import line
from .trace import feedback_of, trace_of

logger = logging.getLogger(__name__)

LOOK_SECONDS = 2.0
"""How often one looks for turns that have ended."""
BATCH = 500
"""Traces that are ordered in one transaction."""
LOG_SECONDS = 600.0
"""A tracking server that is away is told of no more often."""
CLIENT = {
    "MLFLOW_CONFIGURE_LOGGING": "false",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "0",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "20",
    "MLFLOW_ASYNC_TRACE_LOGGING_RETRY_TIMEOUT": "20",
}
"""What MLflow's client is told by the environment, unless that says otherwise. Its own retries last for minutes."""
CREDENTIALS = ("DATABRICKS_HOST", "DATABRICKS_TOKEN", "DATABRICKS_CLIENT_ID", "DATABRICKS_CLIENT_SECRET")
"""Settings that it takes from the environment, though they may stand in files."""


class Exporter:
    """The exporter of this process. It ends with the process, whatever it is at: nothing is lost by that."""

    def __init__(self) -> None:
        self._thread: threading.Thread | None = None
        self._told_at = float("-inf")

    def start(self) -> None:
        """Begin, if the site wants traces; harmless when it was done before."""
        if settings.MLFLOW_EXPERIMENT and self._thread is None:
            self._thread = threading.Thread(target=self._export_always, name="traces", daemon=True)
            self._thread.start()

    def export(self) -> int:
        """Send what waits; returns how many traces and labels were sent. A failure is logged, and ends it."""
        sent = 0
        try:
            while TraceExport.order(BATCH) == BATCH:
                pass
            while export := TraceExport.claim():
                self._send(export)
                sent += 1
            while label := ReviewLabel.claim():
                self._send_label(label)
                sent += 1
        except UNAVAILABLE:
            pass  # the rest of the site tells of it
        except Exception as error:  # whatever the client raises, the next attempt comes
            self._tell(error)
        finally:
            close_old_connections()
        return sent

    def _export_always(self) -> None:
        pause = threading.Event()
        while not pause.wait(LOOK_SECONDS):
            self.export()

    def _send(self, export: TraceExport) -> None:
        _set_up_client()
        from .tracking import send

        send(trace_of(export.turn, with_texts=settings.MLFLOW_TEXTS))
        export.sent()

    def _send_label(self, label: ReviewLabel) -> None:
        _set_up_client()
        from .tracking import send_feedback

        send_feedback(feedback_of(label, with_texts=settings.MLFLOW_TEXTS))
        label.sent()

    def _tell(self, error: Exception) -> None:
        if monotonic() - self._told_at > LOG_SECONDS:
            self._told_at = monotonic()
            logger.warning("Traces could not be sent; they will be tried again: %s", line(error))


def _set_up_client() -> None:
    for name, value in {**CLIENT, **{name: str(getattr(settings, name)) for name in CREDENTIALS}}.items():
        if value:
            os.environ.setdefault(name, value)


exporter = Exporter()
"""The exporter of this process."""
