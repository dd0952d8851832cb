"""``databricks:<endpoint>``: an endpoint of Databricks model serving that takes and gives records of a data frame.

It is sent ``{"dataframe_records": [{"audio_base64": …}]}`` and answers ``{"predictions": [{"dialog", "transcription",
"status", "error"}]}``: text, without times.
"""

from __future__ import annotations

import base64
import logging
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from urllib.parse import quote

import msgspec
from django.conf import settings

from ..upstream.failures import redacted
from .answers import NOT_A_TRANSCRIPT
from .document import text_alone
from .failures import UNREADABLE
from .interface import Report, Spoken, TranscriptionFailed
from .preparing import PREPARED, Limits, prepared
from .speakers import APART, in_part
from .wire import Wire
from .workspace import workspace_wire

LARGEST = 11 * 10**6
"""Bytes of sound in a request: model serving takes 16 MB, and base64 makes four bytes of three."""
NO_TIMES = "This text has no times, so nobody can listen to what an answer quotes."

_NAMED = re.compile(r"((?:speaker|spk|sprecher)[ _-]?\w{1,3}|[A-Z])(?=\s*:)", re.IGNORECASE)
"""What a service calls a speaker whose name it does not know, at the start of a line."""

logger = logging.getLogger(__name__)


class _Prediction(msgspec.Struct):
    dialog: str | None = None
    transcription: str | None = None
    status: str | int | None = None
    error: str | None = None


class _Answer(msgspec.Struct):
    predictions: list[_Prediction]


_read = msgspec.json.Decoder(_Answer).decode


def provide(name: str) -> ServingTranscriber:
    """Return the transcriber of this endpoint. Raise ``ImproperlyConfigured`` without a workspace."""
    return ServingTranscriber(name, workspace_wire("/serving-endpoints"))


class ServingTranscriber:
    """An endpoint that is sent a recording in parts, one after the other."""

    def __init__(self, endpoint: str, wire: Wire) -> None:
        self.name = f"databricks:{endpoint}"
        self._path = f"/{quote(endpoint, safe='')}/invocations"
        self._wire = wire

    def transcribe(self, audio: Path, report: Report) -> Spoken:
        """Return what is said in a file, as text. Raise ``TranscriptionFailed``."""
        limits = Limits(settings.TRANSCRIBER_PART_MINUTES * 60.0, LARGEST)
        texts: list[str] = []
        with prepared(audio, limits, report) as recording:
            for at in range(len(recording.parts)):
                done = PREPARED + (1 - PREPARED) * at / len(recording.parts)
                report(done)
                texts.append(self._text(recording.send(at), partial(report, done)))
        lines = [line for number, text in enumerate(texts, 1) for line in _lines(text, number)]
        is_apart = len(texts) > 1 and any(map(_NAMED.match, "\n".join(texts).splitlines()))
        return text_alone(lines, [NO_TIMES, *([APART] if is_apart else [])])

    def _text(self, file: Path, tick: Callable[[], None]) -> str:
        record = {"audio_base64": base64.b64encode(file.read_bytes()).decode()}
        return _text_of(self._wire.post(self._path, tick, json={"dataframe_records": [record]}))


def _text_of(answer: bytes) -> str:
    try:
        (prediction,) = _read(answer).predictions
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError):
        raise TranscriptionFailed(NOT_A_TRANSCRIPT, again=True) from None
    if prediction.error or str(prediction.status or "").lower() in ("error", "failed", "failure"):
        logger.warning("transcription: status %s: %s", prediction.status, redacted(prediction.error or ""))
        raise TranscriptionFailed(UNREADABLE)
    return prediction.dialog or prediction.transcription or ""


def _lines(text: str, number: int) -> list[str]:
    """Return the lines of a part's text; from the second part on, unknown speakers are called by their part."""
    lines = text.splitlines()
    return lines if number == 1 else [_NAMED.sub(lambda found: in_part(found[1], number), line, 1) for line in lines]
