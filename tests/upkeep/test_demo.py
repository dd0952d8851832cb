"""The demo: what it loads, and whether the times of its subtitles are those of its audio."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.contrib.auth.models import User
from django.core.management import call_command

from chat.models import Recording, Segment
from chat.recordings.transcripts import Transcript, Utterance, open_sources, read
from chat.upkeep import demo
from chat.upkeep.demo import make

FOLDER = Path(demo.__file__).parent
SOUNDS = sorted(FOLDER.glob("*.mp3"))
FRAME = 576
"""Samples in a frame of MPEG-2 layer III."""
RATES = [0, 8, 16, 24, 32, 40, 48, 56, 64]
"""Kilobits per second, by their index in a frame's header."""

each_sound = pytest.mark.parametrize("sound", SOUNDS, ids=lambda sound: sound.stem)


def transcript(sound: Path, suffix: str = ".vtt") -> Transcript:
    (source,) = open_sources(sound.with_suffix(suffix))
    return read(source)


@dataclass(frozen=True)
class MP3:
    """What the headers of an MP3 say, without decoding it."""

    padding: int
    has_sound: list[bool]
    """For each frame of 576 samples."""

    @classmethod
    def of(cls, file: Path) -> MP3:
        info, *frames = cls._frames(file.read_bytes())
        tag = info.index(b"Info") + 141  # where the encoder notes what it added before and after
        before, after = divmod(int.from_bytes(info[tag : tag + 3], "big"), 1 << 12)
        return cls(before + after, [_data_length(frame) > 0 for frame in frames])

    @staticmethod
    def _frames(data: bytes) -> Iterator[bytes]:
        while data:
            assert data[:2] == b"\xff\xf3"  # MPEG-2 layer III without checksum
            assert data[2] & 0x0C == 0  # 22,050 Hz
            length = 72_000 * RATES[data[2] >> 4] // make.RATE + (data[2] >> 1 & 1)
            yield data[:length]
            data = data[length:]

    @property
    def samples(self) -> int:
        """The number of samples that are played."""
        return len(self.has_sound) * FRAME - self.padding

    @staticmethod
    def frame_at(seconds: float) -> float:
        """Return the frame that a decoder plays at this time: its output is 1,105 samples late."""
        return (seconds * make.RATE + 1105) / FRAME


def _data_length(frame: bytes) -> int:
    """Return the bits of audio in the frame, a number that follows nine other bits of its side information."""
    return int.from_bytes(frame[4:8], "big") >> 11 & 0xFFF


def test_there_are_three_recordings_of_two_speakers_each() -> None:
    assert len(SOUNDS) == 3
    for sound in SOUNDS:
        assert len({utterance.speaker for utterance in transcript(sound).utterances}) == 2
        assert 60 < (transcript(sound).duration or 0) < 110
        assert sound.stat().st_size < 400_000


@each_sound
def test_the_sound_is_as_long_as_its_subtitles_say(sound: Path) -> None:
    mp3, end = MP3.of(sound), transcript(sound).duration or 0

    expected = end * make.RATE + make.PAUSE
    assert 0 <= mp3.samples - expected < 0.05 * make.RATE


@each_sound
def test_every_segment_begins_with_the_first_frame_that_has_sound_after_a_pause(sound: Path) -> None:
    mp3, utterances = MP3.of(sound), transcript(sound).utterances
    ends = [0.0, *(utterance.end or 0 for utterance in utterances)]

    for previous_end, utterance in zip(ends, utterances, strict=False):
        # A sound is in the two frames before its own as well: their windows overlap, and the filter looks ahead.
        first = round(mp3.frame_at(utterance.start or 0)) - 2
        assert mp3.has_sound[first]
        assert not any(mp3.has_sound[math.ceil(mp3.frame_at(previous_end)) : first])


@each_sound
def test_every_segment_ends_with_the_last_frame_that_has_sound(sound: Path) -> None:
    mp3 = MP3.of(sound)

    for utterance in transcript(sound).utterances:
        last = int(mp3.frame_at(utterance.end or 0))
        assert any(mp3.has_sound[last - 2 : last + 1])


@each_sound
def test_the_subtitles_match_the_text(sound: Path) -> None:
    spoken, written = transcript(sound), transcript(sound, ".txt")

    assert [(u.speaker, u.text) for u in spoken.utterances] == [(u.speaker, u.text) for u in written.utterances]
    assert {u.speaker for u in written.utterances} <= make.VOICES.keys()


def test_times_are_counted_in_whole_samples() -> None:
    sound = array("h", [0] * 100 + [9000] * 500 + [0] * 100)
    lines = [make.Spoken(Utterance("Ana", text), make.trim(sound)) for text in ("One.", "Two.")]

    assert len(lines[0].samples) == 2 * make.TICK  # 500 samples, padded
    assert len(make.samples_of(lines)) == (3 * 20 + 2 * 2) * make.TICK
    assert make.subtitles(lines) == (
        "WEBVTT\n\n00:00:00.400 --> 00:00:00.440\n<v Ana>One.</v>\n\n00:00:00.840 --> 00:00:00.880\n<v Ana>Two.</v>\n"
    )


@pytest.mark.django_db(transaction=True)
def test_the_demo_is_loaded_once_with_sound_and_a_user(tmp_path: Path, settings: LazySettings) -> None:
    settings.MEDIA_ROOT = tmp_path

    call_command("load_demo", verbosity=0)
    call_command("load_demo", verbosity=0)

    user = User.objects.get()
    assert (user.username, user.first_name, user.has_usable_password()) == ("demo", "Demo", False)
    assert [recording.title for recording in Recording.objects.order_by("recorded_on")] == [
        "Heron launch planning",
        "Call with Brightmoor Water",
        "Heron launch retrospective",
    ]
    assert all((tmp_path / recording.audio).is_file() for recording in Recording.objects.all())
    assert Segment.objects.count() == sum(len(transcript(sound).utterances) for sound in SOUNDS)


@pytest.mark.django_db(transaction=True)
def test_an_existing_user_named_demo_is_not_changed(tmp_path: Path, settings: LazySettings) -> None:
    settings.MEDIA_ROOT = tmp_path
    User.objects.create_user("demo", password="demo-secret-words")

    assert demo.load().check_password("demo-secret-words")
