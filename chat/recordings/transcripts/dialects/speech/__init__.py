"""JSON of speech recognisers and meeting services: one module for each of them, with all its variants."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Protocol  # any JSON that a file contains

from ...draft import Draft
from ...source import JSON_SUFFIXES, Source
from ...transcript import Transcript, Unreadable
from ..heading import recorded_on_in, title_in
from . import (
    amazon,
    assemblyai,
    azure,
    crispasr,
    deepgram,
    elevenlabs,
    fireflies,
    google,
    granola,
    hugging_face,
    meet,
    mistral,
    nemo,
    podcast,
    pyannote,
    recall,
    rev,
    soniox,
    speechmatics,
    vosk,
    watson,
    whisper,
    whisper_cpp,
    word_list,
)

_WRAPPERS = ("data", "result", "results", "response", "output", "transcript", "transcription", "body", "payload")
"""Keys under which programs that call a service store its answer."""
_DEEPEST = 4
_LANGUAGE = ("language", "language_code", "lang")


class Form(Protocol):
    """The interface of a module for one service."""

    NAME: str

    def recognises(self, value: Any) -> bool:
        """Return whether the JSON is that of the service, whether or not it holds what ``add`` needs."""

    def add(self, draft: Draft, value: Any) -> None:
        """Add what was said. Raise ``Unreadable`` if that is missing."""


FORMS: tuple[Form, ...] = (
    amazon,
    deepgram,
    elevenlabs,
    azure,
    speechmatics,
    watson,
    google,
    vosk,
    rev,
    pyannote,
    whisper_cpp,
    crispasr,
    podcast,
    nemo,
    hugging_face,
    fireflies,
    granola,
    meet,
    recall,
    soniox,
    mistral,
    assemblyai,
    whisper,
    word_list,
)
"""In the order in which they are tried: first those whose keys no other service has."""
_STREAMS = (recall, soniox, vosk)
"""Those that can send a talk in parts, each of which looks like a talk."""


def recognises(source: Source) -> bool:
    """Return whether the JSON is that of a known service."""
    return source.suffix in JSON_SUFFIXES and _found(source.json) is not None


def is_part(source: Source) -> bool:
    """Return whether the JSON is only a part of a talk, so that all lines of its file are one."""
    return source.suffix in JSON_SUFFIXES and any(form.is_part(source.json) for form in _STREAMS)


def read(source: Source) -> Transcript:
    """Read the JSON of a service, or refuse it if what it says is missing or spelt in an unknown way."""
    found = _found(source.json)
    if found is None:
        raise Unreadable("JSON of no known service")
    form, value = found
    draft = Draft()
    try:
        form.add(draft, value)
    except Unreadable as error:
        raise Unreadable(f"JSON of {form.NAME}: {error.reason}", line=error.line) from None
    return replace(draft.finish(title_in(source), recorded_on_in(source)), language=_language_in(source.json, value))


def _language_in(*values: Any) -> str:
    """Return what a file calls its language; most services name the one that they were told or have recognised."""
    named = (value.get(key) for value in values if isinstance(value, dict) for key in _LANGUAGE)
    return next((name for name in named if isinstance(name, str)), "")


def _found(value: Any) -> tuple[Form, Any] | None:
    return next(((form, inner) for inner in _unwrapped(value, 0) for form in FORMS if form.recognises(inner)), None)


def _unwrapped(value: Any, depth: int) -> Iterator[Any]:
    """Yield the value, and then what is inside of it under one of the usual keys."""
    yield value
    if isinstance(value, list) and len(value) == 1 and isinstance(value[0], dict):
        yield from _unwrapped(value[0], depth)
    elif isinstance(value, dict) and depth < _DEEPEST:
        for key in _WRAPPERS:
            if isinstance(value.get(key), dict | list):
                yield from _unwrapped(value[key], depth + 1)
