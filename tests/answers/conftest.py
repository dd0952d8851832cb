"""Fixtures: the demo recordings, and a model whose deltas a test replaces."""

from __future__ import annotations

import pytest

from chat.answers import rag
from chat.llm import Delta
from chat.models import Recording
from chat.upkeep import demo

from ..support.answering import ScriptedModel


@pytest.fixture
def recordings(db: None) -> dict[str, Recording]:
    demo.load()
    return {recording.title: recording for recording in Recording.objects.all()}


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> ScriptedModel:
    """A model whose deltas a test replaces."""
    model = ScriptedModel(Delta("On 28 April [1]."), Delta("", "stop", {"output_tokens": 4}))

    async def loaded_model() -> ScriptedModel:
        return model

    monkeypatch.setattr(rag, "loaded_model", loaded_model)
    return model
