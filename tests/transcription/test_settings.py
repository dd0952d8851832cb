"""What the settings of transcription say, and what the system checks find wrong with them."""

from __future__ import annotations

from typing import Any

import pytest
from pytest_django import Settings

from chat.transcription import checks
from chat.transcription.checks import check_transcription
from chat.transcription.kinds import diarizes, gives_no_times
from chat.transcription.languages import language_code

KEY = {"TRANSCRIBER_API_KEY": "canary"}
WORKSPACE = {"DATABRICKS_HOST": "https://w.example.com", "DATABRICKS_TOKEN": "canary"}
VOLUME = {"STORAGE": "volume:/Volumes/a/b/c"}


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, ""),
        ({"TRANSCRIBER": "openai:whisper-1"} | KEY, ""),
        ({"TRANSCRIBER": "openai:m", "TRANSCRIBER_BASE_URL": "http://gpu.lan/v1"}, ""),
        ({"TRANSCRIBER": "openai:m", "OPENAI_API_KEY": "canary"}, ""),
        ({"TRANSCRIBER": "databricks:whisper"} | WORKSPACE, ""),
        ({"TRANSCRIBER": "databricks-sql:1f"} | WORKSPACE | VOLUME, ""),
        ({"TRANSCRIBER": "whisper"}, "chat.E050 which is unknown. Known: openai:<model>, faster-whisper:"),
        ({"TRANSCRIBER": "openai:"} | KEY, "chat.E050 which names no model"),
        ({"TRANSCRIBER": "openai:gpt-4o-transcribe"} | KEY, "chat.E050 a model that gives text without times"),
        ({"TRANSCRIBER": "databricks-sql:1f"} | WORKSPACE, "chat.E050 which reads audio from a volume"),
        ({"TRANSCRIBER": "faster-whisper:small"}, "chat.E051 but faster_whisper is not installed. --extra whisper"),
        ({"TRANSCRIBER": "openai:whisper-1"}, "chat.E052 no credentials Set TRANSCRIBER_API_KEY"),
        ({"TRANSCRIBER": "databricks:whisper"}, "chat.E052 no credentials Set DATABRICKS_HOST"),
        ({"TRANSCRIBER_BASE_URL": "http://gpu.lan/v1"}, "chat.W053 but nothing is transcribed. Set TRANSCRIBER=openai"),
    ],
)
def test_what_cannot_work_is_reported_with_its_remedy(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, changed: dict[str, Any], expected: str
) -> None:
    monkeypatch.setattr("chat.upstream.credentials._has_other_source", lambda _: False)
    for name, value in changed.items():
        setattr(settings, name, value)

    found = [f"{message.id} {message.msg} {message.hint}" for message in check_transcription()]

    assert len(found) == bool(expected)
    assert all(part in found[0] for part in expected.split(" ") if found)


def test_a_site_without_ffmpeg_is_warned(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "is_installed", lambda: False)
    settings.TRANSCRIBER, settings.TRANSCRIBER_BASE_URL = "openai:m", "http://gpu.lan/v1"

    assert [message.id for message in check_transcription()] == ["chat.W054"]


@pytest.mark.parametrize(
    ("model", "times", "speakers"),
    [
        ("whisper-1", True, False),
        ("gpt-4o-transcribe-diarize", True, True),
        ("openai/gpt-4o-mini-transcribe", False, False),
        ("gpt-4o-transcribe", False, False),
        ("Systran/faster-whisper-small", True, False),
    ],
)
def test_models_are_told_apart_by_their_names(model: str, times: bool, speakers: bool) -> None:
    assert (not gives_no_times(model), diarizes(model)) == (times, speakers)


@pytest.mark.parametrize(
    ("value", "code"),
    [("english", "en"), ("German", "de"), ("en-US", "en"), ("pt_BR", "pt"), ("jw", "jv"), ("haitian creole", "ht"),
     ("yue", ""), ("", ""), (None, ""), (7, "")],
)  # fmt: skip
def test_a_language_is_a_code_however_a_service_names_it(value: object, code: str) -> None:
    assert language_code(value) == code
