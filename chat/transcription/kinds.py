"""What ``TRANSCRIBER`` says: the kind of transcriber and its name, and what is wrong with it."""

from __future__ import annotations

import re

from ..storage.where import VOLUME
from ..storage.where import kind_of as storage_kind

OPENAI, WHISPER, SERVING, SQL = "openai", "faster-whisper", "databricks", "databricks-sql"
MODULES = {OPENAI: "openai", WHISPER: "whisper", SERVING: "serving", SQL: "sql"}
"""By the kind: the module here that has ``provide(name)``."""
PACKAGES = {
    OPENAI: ("httpx", "transcription"),
    WHISPER: ("faster_whisper", "whisper"),
    SERVING: ("databricks.sdk", "transcription"),
    SQL: ("databricks.sdk", "transcription"),
}
"""By the kind: the package that it needs, and the extra of the lock that installs it."""
FORMS = "openai:<model>, faster-whisper:<size or folder>, databricks:<endpoint>, databricks-sql:<warehouse>"

_WITHOUT_TIMES = re.compile(r"(^|/)(gpt-4o(-mini)?-transcribe(-\d{4}-\d\d-\d\d)?|gpt-transcribe|gpt-realtime.*)$")
_DIARIZES = re.compile(r"-diarize\b")


def kind_and_name(value: str) -> tuple[str, str]:
    """Return the kind that a value of ``TRANSCRIBER`` names, and what follows it."""
    kind, _, name = value.partition(":")
    return kind, name


def problem(value: str, storage: str) -> str:
    """Return what is wrong with a value of ``TRANSCRIBER``, as the end of a sentence; empty if nothing is."""
    kind, name = kind_and_name(value)
    if kind not in MODULES:
        return "which is unknown"
    if not name:
        return "which names no model"
    if kind == OPENAI and gives_no_times(name):
        return "a model that gives text without times, so nobody could listen to what an answer quotes"
    if kind == SQL and storage_kind(storage) != VOLUME:
        return "which reads audio from a volume, but STORAGE is none"
    return ""


def gives_no_times(model: str) -> bool:
    """Return whether a model is known to answer with text alone."""
    return bool(_WITHOUT_TIMES.search(model))


def diarizes(model: str) -> bool:
    """Return whether a model names the speakers, and so answers in ``diarized_json``."""
    return bool(_DIARIZES.search(model))
