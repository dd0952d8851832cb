"""What ffmpeg finds in files and makes of them, and what becomes of hostile ones."""

from __future__ import annotations

import logging
import subprocess
import time
from pathlib import Path

import pytest

from chat.transcription import media, programs
from chat.transcription.media import NotInstalled, Unplayable

from ..support import beeps
from ..support.processes import ROOT

DEMO = next((ROOT / "chat/upkeep/demo").glob("*retrospective.mp3"))


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    return beeps.write(tmp_path / "talk.wav", beeps.beeps(3, every=1.0), seconds=4)


def test_what_browsers_play_is_told_from_what_must_be_converted(sound: Path, tmp_path: Path) -> None:
    assert media.probe(DEMO).plays
    assert media.probe(DEMO).duration == pytest.approx(82.7, abs=0.1)
    assert not media.probe(sound).plays

    for suffix in (".m4a", ".opus", ".mp3"):
        media.convert(sound, tmp_path / f"made{suffix}")
        made = media.probe(tmp_path / f"made{suffix}")
        assert (made.plays, made.has_video) == (True, False)
        assert made.duration == pytest.approx(4, abs=0.2)


def test_a_video_is_found_and_its_sound_is_written_alone(sound: Path, tmp_path: Path) -> None:
    video = tmp_path / "talk.mkv"
    pictures = ["-f", "lavfi", "-i", "color=size=16x16:rate=5:duration=4", "-c:v", "mpeg4"]
    described = ["-metadata", "title=Canary", "-metadata", "location=+52.5+013.4"]
    command = ["ffmpeg", "-v", "error", "-i", str(sound), *pictures, "-c:a", "libopus", *described, str(video)]
    subprocess.run(command, check=True)
    assert (media.probe(video).has_video, media.probe(video).plays) == (True, False)

    media.convert(video, tmp_path / "talk.m4a")

    assert media.probe(tmp_path / "talk.m4a").has_video is False
    assert b"Canary" not in (tmp_path / "talk.m4a").read_bytes()


def test_a_video_without_sound_is_refused(tmp_path: Path) -> None:
    pictures = ["-f", "lavfi", "-i", "color=size=16x16:rate=5:duration=1"]
    subprocess.run(["ffmpeg", "-v", "error", *pictures, str(tmp_path / "still.mp4")], check=True)

    assert not media.probe(tmp_path / "still.mp4").has_audio
    with pytest.raises(Unplayable, match="no sound in this file"):
        media.convert(tmp_path / "still.mp4", tmp_path / "still.m4a")


SECRET = "canary-of-the-disk-5519"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\0" * 100_000,
        b"not a recording",
        b"ID3" + b"\xff" * 5_000,
        DEMO.read_bytes()[:200],
        b"#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:0\n#EXTINF:1,\nfile://{secret}\n#EXT-X-ENDLIST\n",
        b"#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:9/x.mp3\n",
        b"ffconcat version 1.0\nfile {secret}\n",
        b"RIFF\xff\xff\xff\xffWAVEfmt \x10\0\0\0\x01\0\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xffdata",
    ],
    ids=["empty", "zeros", "text", "header alone", "cut", "playlist", "playlist of addresses", "list", "wild numbers"],
)
def test_a_file_that_is_no_recording_ends_in_a_sentence(
    tmp_path: Path, sound: Path, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    secret = tmp_path / "secret.wav"
    secret.write_bytes(sound.read_bytes())
    file = tmp_path / "hostile.mp3"
    file.write_bytes(content.replace(b"{secret}", str(secret).encode()))

    with caplog.at_level(logging.INFO, "chat"), pytest.raises(Unplayable) as refused:
        media.convert(file, tmp_path / "out.mp3")

    assert str(refused.value).endswith(".")
    assert str(tmp_path) not in str(refused.value)
    assert not (tmp_path / "out.mp3").exists()


def test_a_name_that_looks_like_an_option_or_an_address_is_a_name(
    sound: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("-i.wav", "concat:a|b.wav", "50%d.wav"):
        sound.rename(tmp_path / name)
        assert media.probe(Path(name)).has_audio
        media.convert(Path(name), Path("out.mp3"))
        (tmp_path / name).rename(sound)


def test_a_program_that_takes_too_long_is_ended() -> None:
    before = time.monotonic()

    with pytest.raises(programs.Overdue):
        programs.run(["sleep", "60"], seconds=0.1)

    assert time.monotonic() - before < 30


def test_a_program_gets_no_credentials_and_little_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "canary")

    ended = programs.run(["sh", "-c", "env; sleep 0.2; ulimit -v"], seconds=20)

    assert "canary" not in ended.output
    assert ended.output.splitlines()[-1] == str(programs.MEMORY // 1024)


def test_half_a_conversion_is_not_left_behind(sound: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs, "TICK_SECONDS", 0)

    def cancel(_: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        media.convert(sound, tmp_path / "out.m4a", cancel)

    assert not (tmp_path / "out.m4a").exists()


def test_without_ffmpeg_a_sentence_says_so(sound: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")

    assert not media.is_installed()
    with pytest.raises(NotInstalled, match="ffmpeg is not installed on this server"):
        media.probe(sound)
