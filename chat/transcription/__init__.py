"""Transcription: what is said in an audio file, as text with times, by what ``TRANSCRIBER`` names.

It knows nothing of uploads or recordings. Each kind of transcriber has one module; ``media`` has what ffmpeg does.
"""

from __future__ import annotations

from threading import Lock

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from .interface import Report, Spoken, Transcriber, TranscriptionFailed
from .kinds import MODULES, PACKAGES, kind_and_name, problem

__all__ = ["Report", "Spoken", "Transcriber", "TranscriptionFailed", "forget", "transcriber"]

_made: dict[str, Transcriber] = {}
_lock = Lock()


def transcriber() -> Transcriber | None:
    """Return the transcriber that ``TRANSCRIBER`` names, always the same object; None if it is empty.

    It sends no request and loads no model; the first call may import a library, which takes a second. Raise
    ``ImproperlyConfigured`` for a value that the system checks refuse as well.
    """
    value = str(settings.TRANSCRIBER)
    if not value:
        return None
    with _lock:
        if value not in _made:
            _made[value] = _transcriber(value)
        return _made[value]


def forget() -> None:
    """Let the next call of ``transcriber`` make it anew."""
    with _lock:
        _made.clear()


def _transcriber(value: str) -> Transcriber:
    if wrong := problem(value, settings.STORAGE):
        raise ImproperlyConfigured(f"TRANSCRIBER is {value!r}, {wrong}")
    kind, name = kind_and_name(value)
    try:
        made: Transcriber = import_string(f"{__name__}.{MODULES[kind]}.provide")(name)
    except ImportError as error:
        extra = PACKAGES[kind][1]
        raise ImproperlyConfigured(f"TRANSCRIBER={value} needs the extra {extra}: {error}") from error
    return made
