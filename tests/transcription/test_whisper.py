"""Transcription by faster-whisper, as a process of its own.

No package carries one of its models, so a stand-in for the package runs in that process; everything else is real.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from pytest_django import Settings

from chat.transcription import TranscriptionFailed, transcriber, whisper

from ..support import beeps
from ..support.processes import ROOT
from ..support.spoken_words import imported, transcribed, words_of

SECRET = "canary-of-the-site-8127"


@pytest.fixture(autouse=True)
def _stand_in(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).with_name("stand_in")))
    monkeypatch.setenv("HF_TEST_ROOT", str(ROOT))
    monkeypatch.setattr(whisper, "_PASSED", (*whisper._PASSED, "PYTHONPATH"))
    settings.TRANSCRIBER = "faster-whisper:small"


@pytest.fixture
def audio(tmp_path: Path) -> Path:
    return beeps.write(tmp_path / "talk.wav", beeps.beeps(8, every=1.0), seconds=9)


def test_a_recording_is_heard_with_the_times_of_its_words(audio: Path, tmp_path: Path) -> None:
    reports: list[float] = []

    spoken = transcribed(audio, reports)

    assert (spoken.suffix, spoken.language) == (".json", "en")
    transcript = imported(spoken, tmp_path)
    assert [word for word, _, _ in words_of(transcript)] == [f"w{number}" for number in range(8)]
    assert "made up" not in spoken.document
    assert reports == sorted(reports)
    assert 0.5 < reports[-1] <= 1


@pytest.mark.parametrize(
    ("model", "sentence", "again"),
    [("missing", "could not be loaded", False), ("crash", "perhaps for lack of memory", True)],
)
def test_a_process_that_fails_ends_in_a_sentence(
    settings: Settings, audio: Path, model: str, sentence: str, again: bool
) -> None:
    settings.TRANSCRIBER = f"faster-whisper:{model}"

    with pytest.raises(TranscriptionFailed, match=sentence) as failed:
        transcribed(audio)

    assert failed.value.again is again
    assert "canary" not in str(failed.value)


def test_without_the_package_a_sentence_says_so(audio: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", "")

    with pytest.raises(TranscriptionFailed, match="is not installed on this server"):
        transcribed(audio)


def cancel(done: float) -> None:
    if done > 0.2:
        raise KeyboardInterrupt


def test_a_process_that_is_silent_or_not_wanted_any_more_is_ended(
    settings: Settings, audio: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whisper, "TICK_SECONDS", 0.02)
    settings.TRANSCRIBER, settings.TRANSCRIBER_SECONDS = "faster-whisper:stall", 0.3

    with pytest.raises(TranscriptionFailed, match="did not answer in time"):
        transcribed(audio)

    settings.TRANSCRIBER_SECONDS = 60.0
    made = transcriber()
    assert made
    with pytest.raises(KeyboardInterrupt):
        made.transcribe(audio, cancel)
