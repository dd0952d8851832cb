"""A recording of two people, and a folder for audio."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from chat.models import (
    Recording,
)
from chat.retrieval import index

from ..support.asked import recorded
from .erased import OTHER, SAID


@pytest.fixture
def media(tmp_path_factory: pytest.TempPathFactory, settings: Any) -> Path:
    settings.MEDIA_ROOT = tmp_path_factory.mktemp("media")
    return Path(settings.MEDIA_ROOT)


@pytest.fixture
def recording(db: None) -> Recording:
    """A recording in which Ana says the canary and Bob something else."""
    recording = recorded("Launch planning", SAID, OTHER)
    recording.segments.filter(number=2).update(speaker="Bob")
    index([recording])
    return recording
