"""A talk in the form of each service: what is said, written as the service writes it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import clouds, meetings, models, recognisers
from .talk import Talk

WORDS_TIMED: tuple[Callable[[Talk], Any], ...] = (
    clouds.amazon,
    clouds.amazon_old,
    clouds.amazon_segments,
    clouds.azure,
    clouds.google,
    clouds.google_plain,
    clouds.watson,
    meetings.recall,
    models.crispasr,
    models.hugging_face_words,
    models.insanely_fast_whisper,
    models.nemo,
    models.openai,
    models.openai_words,
    models.whisper,
    models.whisper_cpp,
    recognisers.assemblyai,
    recognisers.assemblyai_words,
    recognisers.deepgram,
    recognisers.deepgram_utterances,
    recognisers.elevenlabs,
    recognisers.gladia,
    recognisers.pyannote,
    recognisers.rev,
    recognisers.soniox,
    recognisers.speechmatics,
    recognisers.vosk,
    recognisers.word_list,
)
"""Forms that have the times of words."""
_TURNS_TIMED = (
    meetings.fireflies,
    meetings.granola,
    meetings.meet,
    meetings.podcast,
    meetings.turns,
    models.hugging_face,
)
FORMS = (*WORDS_TIMED, *_TURNS_TIMED)
