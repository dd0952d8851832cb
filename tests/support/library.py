"""Recordings for the tests of retrieval."""

from __future__ import annotations

import asyncio
from uuid import uuid4

from chat.models import Recording, Segment
from chat.passages import Passage
from chat.retrieval import index, retriever


def record(title: str, *lines: str) -> Recording:
    """A recording whose segments are lines like ``Name: text``, indexed."""
    recording = Recording.objects.create(title=title, digest=uuid4().hex)
    said = [line.rpartition(": ") for line in lines]
    Segment.objects.bulk_create(
        Segment(
            recording=recording, number=number, speaker=speaker, text=text, start=number * 10.0, end=number * 10.0 + 9
        )
        for number, (speaker, _, text) in enumerate(said, 1)
    )
    index([recording])
    return recording


def search(query: str, *filtered: Recording, limit: int = 8) -> list[Passage]:
    """Retrieve with the site's retriever; without an event loop of one's own."""
    recordings = [recording.uuid for recording in filtered]
    return asyncio.run(retriever().retrieve(query, recordings=recordings, limit=limit))


def filler(count: int) -> list[str]:
    """Segments of about 300 characters that share no word with any question here."""
    return [f"Pat: {' '.join(f'filler{number}word{place}' for place in range(18))}" for number in range(count)]
