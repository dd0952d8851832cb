"""Recordings for the tests of retrieval."""

from __future__ import annotations

import asyncio
from uuid import uuid4

from chat.models import Collection, Recording, Segment
from chat.passages import Passage
from chat.retrieval import index, retriever

from .hearing import scope_of


def record(title: str, *lines: str, collection: Collection | None = None) -> Recording:
    """Create and index a recording whose segments are lines like ``Name: text``."""
    recording = Recording.objects.create(
        title=title, digest=uuid4().hex, collection=collection or Collection.objects.default()
    )
    parted = [line.rpartition(": ") for line in lines]
    Segment.objects.bulk_create(
        Segment(
            recording=recording, number=number, speaker=speaker, text=text, start=number * 10.0, end=number * 10.0 + 9
        )
        for number, (speaker, _, text) in enumerate(parted, 1)
    )
    index([recording])
    return recording


def search(query: str, *filtered: Recording, limit: int = 8) -> list[Passage]:
    """Retrieve passages with the site's retriever, from code without an event loop."""
    scope = scope_of(*(recording.uuid for recording in filtered))
    return asyncio.run(retriever().retrieve(query, scope=scope, limit=limit))


def filler(count: int) -> list[str]:
    """Return segments of about 300 characters that share no word with any question of the tests."""
    return [f"Pat: {' '.join(f'filler{number}word{place}' for place in range(18))}" for number in range(count)]
