"""Files of audio that no recording names."""

from __future__ import annotations

import os
import time
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from pytest_django import Settings

from chat.storage import StorageAway
from chat.storage.disk import Disk
from chat.upkeep.orphans import sweep

from ..support.asked import recorded

pytestmark = pytest.mark.django_db(transaction=True)

NAMED, ORPHAN, FRESH = ("audio/" + letter * 64 + ".mp3" for letter in "abc")
HALF = f"audio/.{'d' * 64}.mp3.{'e' * 32}"
FOREIGN = "audio/holiday.mp3"


@pytest.fixture
def media(settings: Settings, tmp_path: Path) -> Path:
    """The folder of the audio: all files but one are two days old."""
    settings.MEDIA_ROOT = tmp_path
    (tmp_path / "audio").mkdir()
    for name in (NAMED, ORPHAN, FRESH, HALF, FOREIGN):
        (tmp_path / name).write_bytes(b"sound")
        then = time.time() - (0 if name == FRESH else 2 * 86_400)
        os.utime(tmp_path / name, (then, then))
    return tmp_path


def purged(*arguments: str) -> str:
    out = StringIO()
    call_command("purge", *arguments, stdout=out)
    return out.getvalue()


def left(media: Path) -> set[str]:
    return {path.relative_to(media).as_posix() for path in (media / "audio").iterdir()}


def test_the_purge_sweeps_old_files_of_ours_that_no_recording_names(media: Path) -> None:
    recorded("Planning", audio=NAMED)

    assert "2 files of audio that no recording names" in purged("--dry-run")
    assert len(left(media)) == 5
    assert "2 files of audio that no recording names" in purged()
    assert left(media) == {NAMED, FRESH, FOREIGN}


def test_a_file_that_is_stored_anew_meanwhile_is_not_swept(media: Path) -> None:
    recorded("Planning", audio=NAMED)

    def import_again() -> None:
        (media / ORPHAN).write_bytes(b"sound")

    assert sweep(import_again) == 1

    assert left(media) == {NAMED, ORPHAN, FRESH, FOREIGN}


def test_suspiciously_many_files_are_swept_by_hand_alone(media: Path, caplog: pytest.LogCaptureFixture) -> None:
    recorded("Planning", audio=NAMED)
    for number in range(10):
        file = media / f"audio/{number:064x}.mp3"
        file.write_bytes(b"sound")
        os.utime(file, (0, 0))

    assert sweep() == 0
    assert "12 files of audio are named by no recording" in caplog.text
    assert len(left(media)) == 15
    assert "12 files of audio that no recording names" in purged()


def test_nothing_is_swept_by_a_database_that_names_no_audio(media: Path) -> None:
    recorded("Planning")

    purged()

    assert len(left(media)) == 5


def test_a_storage_that_is_away_does_not_keep_the_purge_from_the_rest(
    media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise StorageAway("no route")

    recorded("Planning", audio=NAMED)
    monkeypatch.setattr(Disk, "files", away)

    assert "no files of audio, because their storage does not answer" in purged()
