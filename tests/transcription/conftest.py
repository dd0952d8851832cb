"""A transcription server on loopback, and the site that is set to use it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from chat import transcription
from chat.transcription import wire

from ..support.transcription_server import KEY, TranscriptionServer, serving


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "PAUSES", (0, 0))


@pytest.fixture
def server(settings: Settings) -> Iterator[TranscriptionServer]:
    """A server that the site is set to use."""
    with serving() as server:
        settings.TRANSCRIBER = "openai:whisper-1"
        settings.TRANSCRIBER_BASE_URL, settings.TRANSCRIBER_API_KEY = server.url, KEY
        settings.TRANSCRIBER_PART_MINUTES = 1
        transcription.forget()
        yield server
        transcription.forget()
