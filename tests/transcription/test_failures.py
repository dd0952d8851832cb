"""What goes wrong at a transcription service, in sentences; its own words and keys are in no sentence."""

from __future__ import annotations

import json
import logging
import threading
from pathlib import Path

import pytest
from pytest_django import Settings

from chat.transcription import TranscriptionFailed, transcriber

from ..support import beeps
from ..support.spoken_words import transcribed
from ..support.transcription_server import KEY, PROVIDER_TEXT, TranscriptionServer


@pytest.fixture
def audio(tmp_path: Path) -> Path:
    return beeps.write(tmp_path / "talk.wav", beeps.beeps(3, every=1.0), seconds=4)


@pytest.mark.parametrize(
    ("status", "sentence", "again", "requests"),
    [
        (400, "could not work with this recording", False, 1),
        (401, "does not accept the key of this site", False, 1),
        (403, "does not accept the key of this site", False, 1),
        (404, "does not know the model", False, 1),
        (413, "refused the recording as too large", False, 1),
        (429, "is busy", True, 3),
        (500, "failed", True, 3),
        (307, "failed", False, 1),
        (b"<html>Not JSON</html>", "is not a transcript", True, 3),
        (b"[]", "is not a transcript", True, 3),
        (b"[" * 200_000, "is not a transcript", True, 3),
        ({"text": 1, "segments": {}}, "is not a transcript", True, 3),
    ],
)
def test_a_service_that_fails_is_described(
    server: TranscriptionServer,
    audio: Path,
    caplog: pytest.LogCaptureFixture,
    status: object,
    sentence: str,
    again: bool,
    requests: int,
) -> None:
    server.plan = [status] * 3

    with pytest.raises(TranscriptionFailed) as failed, caplog.at_level(logging.DEBUG, "chat"):
        transcribed(audio)

    assert sentence in str(failed.value)
    assert failed.value.again is again
    assert PROVIDER_TEXT not in str(failed.value)
    assert KEY not in caplog.text
    if isinstance(status, int):
        assert len(server.asked) == requests
        assert PROVIDER_TEXT in caplog.text


def test_a_busy_service_is_asked_again_when_it_says(server: TranscriptionServer, audio: Path) -> None:
    server.plan = [(429, "0"), (503, "0")]

    assert transcribed(audio).document
    assert len(server.asked) == 3


def test_a_service_that_wants_a_long_pause_is_left_alone(server: TranscriptionServer, audio: Path) -> None:
    server.plan = [(429, "900")]

    with pytest.raises(TranscriptionFailed) as failed:
        transcribed(audio)

    assert (len(server.asked), failed.value.again, failed.value.retry_after) == (1, True, 900)


def test_an_account_without_credit_is_not_asked_again(server: TranscriptionServer, audio: Path) -> None:
    server.plan, server.code = [429], "insufficient_quota"

    with pytest.raises(TranscriptionFailed, match="is used up") as failed:
        transcribed(audio)

    assert (len(server.asked), failed.value.again) == (1, False)


def test_a_service_that_cannot_be_reached_may_be_asked_later(
    server: TranscriptionServer, settings: Settings, audio: Path
) -> None:
    from chat import transcription

    settings.TRANSCRIBER_BASE_URL = "http://127.0.0.1:9/v1"
    transcription.forget()

    with pytest.raises(TranscriptionFailed, match="cannot be reached") as failed:
        transcribed(audio)

    assert failed.value.again


def test_a_service_that_stays_silent_is_given_up(server: TranscriptionServer, settings: Settings, audio: Path) -> None:
    settings.TRANSCRIBER_SECONDS = 0.2
    server.plan = ["stall"] * 3

    with pytest.raises(TranscriptionFailed, match="did not answer in time") as failed:
        transcribed(audio)

    assert failed.value.again


def test_neither_a_key_nor_what_was_said_is_logged(
    server: TranscriptionServer, audio: Path, caplog: pytest.LogCaptureFixture
) -> None:
    said = "canary of what was said in the meeting"
    server.plan = [
        {"segments": [{"start": 0, "end": 1, "text": said}]},
        {"text": said},
        json.dumps({"text": [said]}).encode(),
        401,
    ]

    with caplog.at_level(logging.DEBUG):
        transcribed(audio)
        for _ in range(3):
            with pytest.raises(TranscriptionFailed):
                transcribed(audio)

    assert caplog.text
    assert KEY not in caplog.text
    assert said not in caplog.text


class Cancelled(Exception):
    pass


def test_whoever_reports_can_cancel_while_a_request_is_under_way(
    server: TranscriptionServer, audio: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from chat.transcription import waiting

    monkeypatch.setattr(waiting, "TICK_SECONDS", 0.02)
    server.plan = ["stall"]
    made = transcriber()
    reporters: set[threading.Thread] = set()

    def report(_: float) -> None:
        reporters.add(threading.current_thread())
        if server.stalling.is_set():
            raise Cancelled

    assert made
    with pytest.raises(Cancelled):
        made.transcribe(audio, report)

    assert server.gone.wait(10)
    assert reporters == {threading.current_thread()}


def test_after_many_failures_the_service_is_left_alone(server: TranscriptionServer, audio: Path) -> None:
    server.plan = [500] * 6

    for _ in range(3):
        with pytest.raises(TranscriptionFailed):
            transcribed(audio)

    assert len(server.asked) == 5
