"""Export of traces, of reviewers' labels and of owners' thumbs, in a background thread that nothing waits for.

Export rows are created from finished turns, so a crash or a broken connection loses none: any process sends them later.
The id of a trace derives from the turn's, so a trace that is sent twice is stored once.
"""

from __future__ import annotations

import logging
import os
import threading
from time import monotonic

from django.conf import settings
from django.db import close_old_connections

from ..database.outage import UNAVAILABLE
from ..models import Feedback, ReviewLabel, TraceExport
from ..upstream.failures import line
from .trace import assessment_of, trace_of

logger = logging.getLogger(__name__)

LOOK_SECONDS = 2.0
"""Polling interval for finished turns."""
BATCH = 500
"""Maximum of export rows created in one transaction."""
LOG_SECONDS = 600.0
"""Minimum interval between log lines about failures, for example of an unavailable tracking server."""
CLIENT = {
    "MLFLOW_CONFIGURE_LOGGING": "false",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "0",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "20",
    "MLFLOW_ASYNC_TRACE_LOGGING_RETRY_TIMEOUT": "20",
}
"""Environment variables for MLflow's client, unless they are set already. Its own retries would last for minutes."""
CREDENTIALS = ("DATABRICKS_HOST", "DATABRICKS_TOKEN", "DATABRICKS_CLIENT_ID", "DATABRICKS_CLIENT_SECRET")
"""Settings that MLflow's client reads from the environment, although the site may read them from files."""


class Exporter:
    """An exporter of traces and judgements in a daemon thread, which can die at any time without losing an export."""

    def __init__(self) -> None:
        self._thread: threading.Thread | None = None
        self._logged_at = float("-inf")

    def start(self) -> None:
        """Start the thread, if ``MLFLOW_EXPERIMENT`` is set and it has not been started yet."""
        if settings.MLFLOW_EXPERIMENT and self._thread is None:
            self._thread = threading.Thread(target=self._export_forever, name="traces", daemon=True)
            self._thread.start()

    def export(self) -> int:
        """Send all waiting traces, labels and thumbs; return how many were sent. Log a failure and stop there."""
        sent = 0
        try:
            while TraceExport.schedule(BATCH) == BATCH:
                pass
            while export := TraceExport.claim():
                self._send(export)
                sent += 1
            while judgement := ReviewLabel.claim() or Feedback.claim():
                self._send_judgement(judgement)
                sent += 1
        except UNAVAILABLE:
            pass  # other parts of the site log it
        except Exception as error:  # whatever the client raises, the site tries again later
            self._log(error)
        finally:
            close_old_connections()
        return sent

    def _export_forever(self) -> None:
        pause = threading.Event()
        while not pause.wait(LOOK_SECONDS):
            self.export()

    def _send(self, export: TraceExport) -> None:
        _set_up_client()
        from .tracking import send

        send(trace_of(export.turn, with_texts=settings.MLFLOW_TEXTS))
        export.mark_sent()

    def _send_judgement(self, judgement: ReviewLabel | Feedback) -> None:
        _set_up_client()
        from .tracking import send_assessment

        send_assessment(assessment_of(judgement, with_texts=settings.MLFLOW_TEXTS))
        judgement.mark_sent()

    def _log(self, error: Exception) -> None:
        if monotonic() - self._logged_at > LOG_SECONDS:
            self._logged_at = monotonic()
            logger.warning("Could not send traces; the site will try again: %s", line(error))


def _set_up_client() -> None:
    for name, value in {**CLIENT, **{name: str(getattr(settings, name)) for name in CREDENTIALS}}.items():
        if value:
            os.environ.setdefault(name, value)


exporter = Exporter()
"""The exporter of this process."""
