"""A library of any size, stored at once: a million passages take ten minutes of processor time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from uuid import uuid4

from _bench_retrieval import Language  # sets Django up
from django.db import connection, transaction

from chat.models import Recording
from chat.retrieval import index
from chat.retrieval.results import execute, rows
from chat.retrieval.windows import STEP

MEETINGS_AT_ONCE = 50
_ADD = "INSERT INTO chat_segment (recording_id, number, speaker, text) VALUES (%s, %s, %s, %s)"


def fill(language: Language, passages: int) -> None:
    """Store meetings with this many passages: many in a transaction, and on SQLite with the full text at the end."""
    characters = number = 0
    with _indexed_at_the_end():
        while characters < passages * STEP * 1.01:
            with transaction.atomic():
                for _ in range(MEETINGS_AT_ONCE):
                    number, segments = number + 1, language.meeting()
                    _store(language, segments, number)
                    characters += sum(map(len, segments))


def _store(language: Language, segments: Sequence[str], number: int) -> None:
    recording = Recording.objects.create(title=f"Meeting {number}", digest=uuid4().hex)
    speaker = language.random.randint(1, 5)
    rows = [(recording.pk, place, f"Speaker {speaker + place % 5}", text) for place, text in enumerate(segments, 1)]
    with connection.cursor() as cursor:
        cursor.executemany(_ADD, rows)
    index([recording])


@contextmanager
def _indexed_at_the_end() -> Iterator[None]:
    """Build SQLite's full text after the block, and wait for the disk only there."""
    if connection.vendor != "sqlite":
        yield
        return
    [(trigger,)] = rows("SELECT sql FROM sqlite_master WHERE name = 'passage_added'", [])
    execute("PRAGMA synchronous = OFF")
    execute("DROP TRIGGER passage_added")
    yield
    execute("INSERT INTO chat_fulltext (chat_fulltext) VALUES ('rebuild')")
    execute(trigger)
