"""Transcription by a server like OpenAI's, over its real wire: parts, times and languages."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from chat import transcription
from chat.transcription import TranscriptionFailed, media, transcriber

from ..support import beeps
from ..support.spoken_words import imported, transcribed, words_of
from ..support.transcription_server import KEY, Asked, TranscriptionServer, verbose


def assert_heard(found: list[tuple[str, float, float]], said: list[beeps.Beep]) -> None:
    assert [word for word, _, _ in found] == [beep.word for beep in said]
    assert max(abs(start - beep.start) for (_, start, _), beep in zip(found, said, strict=True)) < 0.1
    assert max(abs(end - beep.end) for (_, _, end), beep in zip(found, said, strict=True)) < 0.1


def test_a_short_recording_is_sent_whole_and_imported_with_the_times_of_its_words(
    server: TranscriptionServer, tmp_path: Path
) -> None:
    said = beeps.beeps(8, every=1.0)
    reports: list[float] = []

    spoken = transcribed(beeps.write(tmp_path / "talk.wav", said, seconds=9), reports)

    (asked,) = server.asked
    assert (asked.path, asked.key) == ("/v1/audio/transcriptions", KEY)
    assert asked.fields["model"] == ["whisper-1"]
    assert asked.fields["response_format"] == ["verbose_json"]
    assert asked.fields["timestamp_granularities[]"] == ["word", "segment"]
    assert len(asked.content) < 9 * 16_000
    assert (spoken.suffix, spoken.language, spoken.notes) == (".json", "en", ())
    transcript = imported(spoken, tmp_path)
    assert transcript.utterances[0].text == "w0, w1, w2,"
    assert_heard(words_of(transcript), said)
    assert reports == sorted(reports)
    assert 0 <= reports[0] <= reports[-1] <= 1


@pytest.mark.parametrize("hums", [False, True], ids=["with silences", "without a silence"])
def test_a_long_recording_is_sent_in_parts_and_every_word_comes_once_with_its_true_time(
    server: TranscriptionServer, tmp_path: Path, hums: bool
) -> None:
    said = beeps.beeps(90, every=1.7)

    spoken = transcribed(beeps.write(tmp_path / "talk.wav", said, seconds=154, hums=hums))

    assert len(server.asked) == 3
    assert json.loads(spoken.document)["duration"] == pytest.approx(154, abs=0.1)
    assert_heard(words_of(imported(spoken, tmp_path)), said)


def test_what_a_killed_process_has_left_is_deleted_after_two_days(
    server: TranscriptionServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    old, new, other = (tmp_path / "temporary" / name for name in ("chatsite-sound-1", "chatsite-sound-2", "other"))
    for folder in (old, new, other):
        folder.mkdir(parents=True)
    for folder in (old, other):
        os.utime(folder, (0, 0))

    transcribed(beeps.write(tmp_path / "a.wav", beeps.beeps(2, every=1.0), seconds=3))

    assert sorted((tmp_path / "temporary").iterdir()) == [new, other]


def test_a_quiet_recording_is_cut_at_its_silences_too(server: TranscriptionServer, tmp_path: Path) -> None:
    said = beeps.beeps(50, every=1.6)
    loud = beeps.write(tmp_path / "loud.wav", said, seconds=82)
    quieter = ["-af", "volume=-40dB", str(tmp_path / "quiet.wav")]
    subprocess.run(["ffmpeg", "-v", "error", "-i", str(loud), *quieter], check=True)

    sound = media.sound_of(tmp_path / "quiet.wav", tmp_path)

    assert len(sound.silences) == 51
    assert max(silence.length for silence in sound.silences[:-1]) < 1.5


def test_what_whisper_imagines_in_silence_is_left_out(server: TranscriptionServer, tmp_path: Path) -> None:
    said = {"start": 0, "end": 1, "text": "Good morning.", "no_speech_prob": 0.1, "avg_logprob": -0.3}
    imagined = {"start": 1, "end": 3, "text": "Thank you.", "no_speech_prob": 0.9, "avg_logprob": -1.4}
    server.plan = [{"segments": [said, imagined]}, {"text": "Thank you.", "segments": [imagined]}]
    audio = beeps.write(tmp_path / "a.wav", [], seconds=3)

    assert [each.text for each in imported(transcribed(audio), tmp_path).utterances] == ["Good morning."]
    with pytest.raises(TranscriptionFailed, match="No speech was found"):
        transcribed(audio)


def test_the_language_of_a_recording_is_that_of_its_first_words(server: TranscriptionServer, tmp_path: Path) -> None:
    def german_first(asked: Asked) -> dict[str, Any]:
        return verbose(asked) | {"language": "german" if len(server.asked) == 1 else "english"}

    server.answer = german_first

    spoken = transcribed(beeps.write(tmp_path / "talk.wav", beeps.beeps(60, every=1.5), seconds=92))

    assert [asked.fields.get("language") for asked in server.asked] == [None, ["de"]]
    assert (spoken.language, json.loads(spoken.document)["language"]) == ("de", "de")


def test_a_video_is_sent_as_sound_alone(server: TranscriptionServer, tmp_path: Path) -> None:
    sound = beeps.write(tmp_path / "sound.wav", beeps.beeps(3, every=1.0), seconds=4)
    media.convert(sound, tmp_path / "talk.m4a")

    spoken = transcribed((tmp_path / "talk.m4a").rename(tmp_path / "talk.mov"))

    assert server.asked[0].name == "recording.mp3"
    assert len(words_of(imported(spoken, tmp_path))) == 3


@pytest.mark.parametrize(
    "answer",
    [
        {"text": "w0 w1", "words": [{"word": "w0", "start": 0.5, "end": 0.8}, {"word": "w1", "start": 1.5, "end": 2}]},
        {"segments": [{"start": 0.5, "end": 0.8, "text": " w0"}, {"start": 1.5, "end": 2, "text": " w1"}]},
        {
            "segments": [
                {
                    "start": 0.5,
                    "end": 2,
                    "text": " w0 w1",
                    "words": [{"word": " w0", "start": 0.5, "end": 0.8}, {"word": " w1", "start": 1.5, "end": 2.0}],
                }
            ]
        },
    ],
    ids=["words alone", "segments alone", "words in segments"],
)
def test_answers_of_other_servers_are_read(server: TranscriptionServer, tmp_path: Path, answer: object) -> None:
    server.plan = [answer]

    transcript = imported(transcribed(beeps.write(tmp_path / "a.wav", [], seconds=3)), tmp_path)

    assert " ".join(utterance.text for utterance in transcript.utterances) == "w0 w1"
    assert (transcript.utterances[0].start, transcript.utterances[-1].end) == (0.5, 2.0)


@pytest.mark.parametrize("model", ["gpt-4o-transcribe", "gpt-4o-mini-transcribe", "gpt-4o-mini-transcribe-2025-12-15"])
def test_a_model_that_gives_no_times_is_refused_by_its_name(settings: Settings, model: str) -> None:
    settings.TRANSCRIBER = f"openai:{model}"

    with pytest.raises(ImproperlyConfigured, match="text without times"):
        transcriber()


def test_a_model_that_turns_out_to_give_no_times_is_refused(server: TranscriptionServer, tmp_path: Path) -> None:
    server.plan = [{"text": "Good morning."}]

    with pytest.raises(TranscriptionFailed, match="sent text without times") as failed:
        transcribed(beeps.write(tmp_path / "a.wav", [], seconds=3))

    assert not failed.value.again


def test_silence_is_no_transcript(server: TranscriptionServer, tmp_path: Path) -> None:
    with pytest.raises(TranscriptionFailed, match="No speech was found in this recording") as failed:
        transcribed(beeps.write(tmp_path / "a.wav", [], seconds=3))

    assert not failed.value.again


def test_nothing_transcribes_until_a_transcriber_is_set(settings: Settings) -> None:
    settings.TRANSCRIBER = ""

    assert transcriber() is None


def test_the_key_of_openai_does_not_go_to_another_server(
    server: TranscriptionServer, settings: Settings, tmp_path: Path
) -> None:
    settings.OPENAI_API_KEY, settings.TRANSCRIBER_API_KEY = "sk-of-openai", ""
    transcription.forget()

    transcribed(beeps.write(tmp_path / "a.wav", beeps.beeps(2, every=1), seconds=3))

    assert server.asked[0].key == "none"
