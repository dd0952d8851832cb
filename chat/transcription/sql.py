"""``databricks-sql:<warehouse>``: the function ``ai_transcribe`` of Databricks SQL, over the volume of ``STORAGE``.

Its sound is put into the folder ``transcribing`` of the volume, read there by the warehouse, and deleted again. As of
https://docs.databricks.com/aws/en/sql/language-manual/functions/ai_transcribe (Beta) the function takes the bytes of a
file of at most 512 MB and an hour, and returns a VARIANT with ``error_message`` and, in ``response.segments``, texts
with ``start``, ``end`` and ``speaker_id``.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from uuid import uuid4

import msgspec
from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import NotFound, PermissionDenied, TooManyRequests, Unauthenticated
from databricks.sdk.errors.base import DatabricksError
from databricks.sdk.service.sql import (
    ExecuteStatementRequestOnWaitTimeout,
    StatementParameterListItem,
    StatementResponse,
    StatementState,
)
from django.conf import settings
from requests import RequestException

from ..storage import Storage, StorageFailed, storage
from ..storage.where import place_of
from ..upstream.credentials import SignInFailed
from ..upstream.failures import line, redacted
from ..upstream.workspace import workspace
from .answers import NOT_A_TRANSCRIPT
from .document import spoken
from .failures import AWAY, BROKEN, BUSY, NO_SIGN_IN, REFUSED, SILENT, UNKNOWN, UNREADABLE
from .heard import Heard, Said
from .interface import Report, Spoken, TranscriptionFailed
from .joining import joined
from .preparing import PREPARED, Limits, prepared
from .silences import Part
from .speakers import APART, Speakers
from .waiting import TICK_SECONDS, pause

STATEMENT = "SELECT to_json(ai_transcribe(content)) FROM read_files(:path, format => 'binaryFile')"
"""Everything that varies is a parameter."""
LIMITS = Limits(55 * 60.0, 500 * 10**6)
FOLDER = "transcribing"
CALL_SECONDS = 60
ROWS = "The warehouse did not find the sound in the volume."

logger = logging.getLogger(__name__)


class _Segment(msgspec.Struct):
    text: str
    start: float
    end: float
    speaker_id: str | int | None = None


class _Response(msgspec.Struct):
    segments: list[_Segment]


class _Result(msgspec.Struct):
    error_message: str | None = None
    response: _Response | None = None


_read = msgspec.json.Decoder(_Result, strict=False).decode


def provide(name: str) -> SqlTranscriber:
    """Return the transcriber of this warehouse. Raise ``ImproperlyConfigured`` without a workspace."""
    return SqlTranscriber(name)


class SqlTranscriber:
    """A warehouse that transcribes what is in the volume, in parts of less than an hour."""

    def __init__(self, warehouse: str) -> None:
        self.name = f"databricks-sql:{warehouse}"
        self._warehouse = warehouse

    def transcribe(self, audio: Path, report: Report) -> Spoken:
        """Return what is said in a file. Raise ``TranscriptionFailed``."""
        speakers = Speakers()
        parts: list[tuple[Part, Heard]] = []
        with prepared(audio, LIMITS, report) as recording:
            for at, part in enumerate(recording.parts):
                tick = partial(report, PREPARED + (1 - PREPARED) * at / len(recording.parts))
                tick()
                heard = self._heard(recording.send(at), tick)
                parts.append((part, speakers.named(heard, at + 1, compared=False)))
        notes = [APART] if speakers.apart else []
        return spoken(joined(parts), duration=recording.duration, language="", notes=notes)

    def _heard(self, file: Path, tick: Callable[[], None]) -> Heard:
        name = f"{FOLDER}/{uuid4().hex}{file.suffix}"
        try:
            volume = storage()
            _sweep(volume)
            volume.put(name, file)
            try:
                return _heard_in(self._asked(f"{place_of(settings.STORAGE)}/{name}", tick))
            finally:
                volume.delete(name)
        except StorageFailed as error:
            logger.warning("transcription: %s", line(error))
            raise TranscriptionFailed("The volume of recordings cannot be used.", again=True) from None
        except SignInFailed as error:
            logger.warning("transcription: %s", line(error))
            raise TranscriptionFailed(NO_SIGN_IN, again=True) from None

    def _asked(self, path: str, tick: Callable[[], None]) -> str:
        """Return what the function returns for a file, as JSON; cancel the statement if ``tick`` raises."""
        statements = WorkspaceClient(config=workspace()).statement_execution
        try:
            state = statements.execute_statement(
                STATEMENT,
                self._warehouse,
                parameters=[StatementParameterListItem(name="path", value=path)],
                wait_timeout="0s",
                on_wait_timeout=ExecuteStatementRequestOnWaitTimeout.CONTINUE,
            )
            left = settings.TRANSCRIBER_SECONDS
            while _is_under_way(state):
                try:
                    pause(TICK_SECONDS, tick)
                except BaseException:
                    statements.cancel_execution(str(state.statement_id))
                    raise
                left -= TICK_SECONDS
                if left <= 0:
                    statements.cancel_execution(str(state.statement_id))
                    raise TranscriptionFailed(SILENT, again=True)
                state = statements.get_statement(str(state.statement_id))
        except (DatabricksError, RequestException, OSError) as error:
            raise _failure(error) from None
        return _value(state)


def _sweep(volume: Storage) -> None:
    """Delete the sound that a crash has left a day ago or longer."""
    for file in list(volume.files(FOLDER)):
        if datetime.now(UTC) - file.modified > timedelta(days=1):
            volume.delete(file.name)


def _is_under_way(response: StatementResponse) -> bool:
    return bool(response.status and response.status.state in (StatementState.PENDING, StatementState.RUNNING))


def _value(response: StatementResponse) -> str:
    status = response.status
    if not status or status.state != StatementState.SUCCEEDED:
        error = status.error if status else None
        logger.warning("transcription: %s: %s", status and status.state, redacted(error.message or "" if error else ""))
        raise TranscriptionFailed(BROKEN, again=True)
    rows = response.result.data_array if response.result else None
    if not rows or not rows[0] or not rows[0][0]:
        raise TranscriptionFailed(ROWS)
    return rows[0][0]


def _heard_in(answer: str) -> Heard:
    try:
        result = _read(answer)
    except (msgspec.MsgspecError, RecursionError):
        raise TranscriptionFailed(NOT_A_TRANSCRIPT, again=True) from None
    if result.error_message:
        logger.warning("transcription: ai_transcribe: %s", redacted(result.error_message))
        raise TranscriptionFailed(UNREADABLE)
    if not result.response:
        raise TranscriptionFailed(NOT_A_TRANSCRIPT, again=True)
    return Heard(tuple(_said(segment) for segment in result.response.segments if 0 <= segment.start <= segment.end))


def _said(segment: _Segment) -> Said:
    speaker = "" if segment.speaker_id is None else str(segment.speaker_id)
    return Said(segment.text.strip(), segment.start, segment.end, speaker)


def _failure(error: Exception) -> TranscriptionFailed:
    logger.warning("transcription: %s", line(error))
    if isinstance(error, PermissionDenied | Unauthenticated):
        return TranscriptionFailed(REFUSED)
    if isinstance(error, NotFound):
        return TranscriptionFailed(UNKNOWN)
    if isinstance(error, TooManyRequests):
        return TranscriptionFailed(BUSY, again=True)
    return TranscriptionFailed(BROKEN if isinstance(error, DatabricksError) else AWAY, again=True)
