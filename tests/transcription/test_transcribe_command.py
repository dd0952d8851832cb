"""``manage.py transcribe``: from a file of sound to a recording that can be asked and heard."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from chat import transcription
from chat.models import Recording
from chat.models.word_times import unpack
from chat.storage import exists, storage

from ..support import beeps, small_recogniser
from ..support.processes import ROOT
from ..support.transcription_server import TranscriptionServer

DEMO = ROOT / "chat/upkeep/demo/2026-02-03_Heron_launch_planning.mp3"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _media(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


def test_the_speech_of_the_demo_becomes_a_recording_with_words_and_sound(
    server: TranscriptionServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A test of the pipe, with a real recogniser: it hears badly, so no word is compared, only where words are."""
    server.answer = small_recogniser.verbose
    talk = tmp_path / "2026-02-03 Launch.mp3"
    clip = ["-ss", "12.2", "-t", "9.8", "-c", "copy"]  # from "Then 14 April is too tight" on
    subprocess.run(["ffmpeg", "-v", "error", "-i", str(DEMO), *clip, str(talk)], check=True)

    call_command("transcribe", str(talk))

    assert "1 imported, 0 unchanged, 0 failed" in capsys.readouterr().out
    recording = Recording.objects.get()
    assert (recording.title, str(recording.recorded_on)) == ("Launch", "2026-02-03")
    assert exists(storage(), recording.audio)
    words = [word for segment in recording.segments.all() if segment.words for word in unpack(bytes(segment.words))]
    assert len(words) >= 10, "of 30 that are said"
    assert all(0 <= word.start <= word.end <= 9.9 for word in words)
    assert max(word.end for word in words) > 7


def test_a_file_with_a_transcript_is_not_sent_again(
    server: TranscriptionServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    talk = beeps.write(tmp_path / "Talk.wav", beeps.beeps(4, every=1.0), seconds=5)

    call_command("transcribe", str(talk))
    call_command("transcribe", str(talk))

    assert len(server.asked) == 1
    assert "0 imported, 1 unchanged" in capsys.readouterr().out
    assert (tmp_path / "Talk.json").exists()
    assert Recording.objects.count() == 1


def test_a_video_gets_a_file_of_its_sound(server: TranscriptionServer, tmp_path: Path) -> None:
    sound = beeps.write(tmp_path / "sound.wav", beeps.beeps(4, every=1.0), seconds=5)
    pictures = ["-f", "lavfi", "-i", "color=size=16x16:rate=5:duration=5", "-c:v", "mpeg4"]
    subprocess.run(["ffmpeg", "-v", "error", "-i", str(sound), *pictures, str(tmp_path / "Talk.mkv")], check=True)

    call_command("transcribe", str(tmp_path / "Talk.mkv"))

    assert Recording.objects.get().audio.endswith(".m4a")


def test_what_cannot_be_transcribed_is_said_and_the_rest_is_imported(
    server: TranscriptionServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = beeps.write(tmp_path / "Good.wav", beeps.beeps(4, every=1.0), seconds=5)
    silent = beeps.write(tmp_path / "Silent.wav", [], seconds=2)
    (tmp_path / "Text.mp3").write_text("no sound")

    with pytest.raises(SystemExit) as ended:
        call_command("transcribe", str(silent), str(tmp_path / "Text.mp3"), str(tmp_path / "None.mp3"), str(good))

    assert ended.value.code == 1
    written = capsys.readouterr()
    assert "Silent.wav: No speech was found in this recording." in written.err
    assert "Text.mp3: This is no audio or video file" in written.err
    assert "None.mp3: There is no such file." in written.err
    assert "1 imported" in written.out
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == [
        "Good.json", "Good.wav", "Silent.wav", "Text.mp3",
    ]  # fmt: skip


def test_without_a_transcriber_it_says_so(settings: Settings, tmp_path: Path) -> None:
    settings.TRANSCRIBER = ""

    with pytest.raises(CommandError, match="Set TRANSCRIBER"):
        call_command("transcribe", str(DEMO))


def test_without_ffmpeg_small_files_are_sent_as_they_are(
    server: TranscriptionServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    talk = beeps.write(tmp_path / "Talk.wav", beeps.beeps(4, every=1.0), seconds=5)
    shutil.copyfile(talk, tmp_path / "Film.mkv")
    monkeypatch.setattr("chat.transcription.preparing.is_installed", lambda: False)
    transcription.forget()

    with pytest.raises(SystemExit):
        call_command("transcribe", str(talk), str(tmp_path / "Film.mkv"))

    assert "Film.mkv: A file like this (.mkv) must be converted, and ffmpeg is not" in capsys.readouterr().err
    assert server.asked[0].content == talk.read_bytes()
    words = [word for segment in Recording.objects.get().segments.all() for word in unpack(bytes(segment.words or b""))]
    assert [round(word.start, 1) for word in words] == [0.5, 1.5, 2.5, 3.5]
