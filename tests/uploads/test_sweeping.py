"""The purge of uploads: it ends what nobody will finish, finishes what a crash has left, and touches nothing else."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from pytest_django import Settings

from chat.models import Collection, Job, JobState, Upload, UploadBatch
from chat.storage.disk import Disk
from chat.storage.stored import StorageFailed
from chat.upkeep.purge import preview, purge
from chat.uploads import completing
from chat.uploads.removing import remove
from chat.uploads.sweeping import sweep

from ..support.asked import recorded
from .conftest import MP3, VTT, Sender

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.any_database]


@pytest.fixture
def incoming(settings: Settings) -> Path:
    folder = Path(settings.MEDIA_ROOT) / "incoming"
    folder.mkdir(parents=True)
    return folder


def age(file: Path, days: float) -> Path:
    """Let a file be so old."""
    at = (timezone.now() - timedelta(days=days)).timestamp()
    os.utime(file, (at, at))
    return file


def begun(sender: Sender, sales: Collection, *names: str) -> Iterator[str]:
    batch = sender.begin({name: VTT if name.endswith("vtt") else MP3 for name in names}, collection=sales.uuid)
    return (file["uuid"] for file in batch["files"])


def test_what_was_abandoned_goes_and_the_other_file_of_the_recording_goes_on(
    sender: Sender, sales: Collection, incoming: Path
) -> None:
    audio, transcript = begun(sender, sales, "talk.mp3", "talk.vtt")
    sender.send(transcript, VTT)
    sender.put(audio, 0, MP3[:1000])
    Upload.objects.update(touched_at=timezone.now() - timedelta(days=8))
    assert preview().uploads == 1

    tally = purge()

    assert "1 files that were not sent to their end" in str(tally)
    assert [job.transcript for job in Job.objects.all()] == [f"incoming/{transcript}.vtt"]
    assert [file.name for file in incoming.iterdir()] == [f"{transcript}.vtt"]


def test_what_goes_on_stays(sender: Sender, sales: Collection, incoming: Path) -> None:
    [audio] = begun(sender, sales, "talk.mp3")
    sender.put(audio, 0, MP3[:1000])
    age(incoming / f"{audio}.mp3.part", 30)

    assert sweep() == 0
    assert sender.send(audio, MP3, start=1000)["state"] == "begun"
    age(incoming / f"{audio}.mp3", 30)
    sweep()

    assert [file.name for file in incoming.iterdir()] == [f"{audio}.mp3"]  # which the job needs


def test_files_that_nothing_names_go_when_they_are_old(sender: Sender, sales: Collection, incoming: Path) -> None:
    old, young, foreign = (incoming / f"{uuid4()}.mp3.part", incoming / f"{uuid4()}.mp3", incoming / "notes.txt")
    for file, days in ((old, 9), (young, 7), (foreign, 99)):
        file.write_bytes(b"x")
        age(file, days)

    sweep()

    assert sorted(incoming.iterdir()) == sorted([young, foreign])


def test_a_whole_file_whose_sender_never_came_back_is_completed(
    sender: Sender, sales: Collection, incoming: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    [audio] = begun(sender, sales, "talk.mp3")

    def away(*_: object) -> None:
        raise StorageFailed("away")

    with monkeypatch.context() as patch:
        patch.setattr(Disk, "finish", away)
        for offset in range(0, len(MP3), 1000):
            sender.put(audio, offset, MP3[offset : offset + 1000])
    assert Upload.objects.get().state == "open"

    sweep()

    assert Upload.objects.get().state == "begun"
    assert Job.objects.get().audio == f"incoming/{audio}.mp3"


@pytest.mark.parametrize("goes_on", ["at the last piece again", "at the purge"])
def test_a_file_whose_process_was_killed_before_its_job_began_goes_on(
    sender: Sender, sales: Collection, monkeypatch: pytest.MonkeyPatch, goes_on: str
) -> None:
    [audio] = begun(sender, sales, "talk.mp3")
    with monkeypatch.context() as patch:
        patch.setattr(completing, "hand_on", lambda *_: None)
        assert sender.send(audio, MP3)["state"] == "stored"

    if goes_on == "at the purge":
        sweep()
    else:
        sender.put(audio, 2000, MP3[2000:])

    assert sender.state(audio)["state"] == "begun"
    assert Job.objects.get().audio == f"incoming/{audio}.mp3"


def test_a_whole_file_that_was_lost_holds_up_no_other_and_is_refused_at_last(
    sender: Sender, sales: Collection, incoming: Path
) -> None:
    lost, other = begun(sender, sales, "lost.mp3", "other.mp3")
    Upload.objects.filter(uuid=lost).update(received=len(MP3))
    sender.put(other, 0, MP3[:1000])
    (incoming / f"{other}.mp3.part").write_bytes(MP3)
    Upload.objects.filter(uuid=other).update(received=len(MP3))

    sweep()
    assert [sender.state(uuid)["state"] for uuid in (lost, other)] == ["open", "begun"]
    Upload.objects.filter(uuid=lost).update(touched_at=timezone.now() - timedelta(days=8))
    sweep()

    assert sender.state(lost)["state"] == "refused"


def test_what_is_removed_leaves_the_file_to_a_job_that_has_just_begun(
    sender: Sender, sales: Collection, incoming: Path
) -> None:
    [audio] = begun(sender, sales, "talk.mp3")
    read_before = Upload.objects.select_related("batch").get()
    sender.send(audio, MP3)

    remove(read_before)

    assert [file.name for file in incoming.iterdir()] == [Path(Job.objects.get().audio).name]


def test_a_sender_who_comes_back_during_the_purge_loses_nothing(
    sender: Sender, sales: Collection, incoming: Path
) -> None:
    [audio] = begun(sender, sales, "talk.mp3")
    sender.put(audio, 0, MP3[:1000])
    Upload.objects.update(touched_at=timezone.now() - timedelta(days=8))

    assert sweep(rest=lambda: sender.put(audio, 1000, MP3[1000:2000])) == 0
    assert sender.send(audio, MP3, start=2000)["state"] == "begun"


def test_a_file_whose_other_one_was_given_up_goes_on_alone(sender: Sender, sales: Collection) -> None:
    audio, transcript = begun(sender, sales, "talk.mp3", "talk.vtt")
    sender.send(transcript, VTT)
    sender.client.delete(f"/recordings/upload/{audio}")

    sweep()

    assert [job.transcript for job in Job.objects.all()] == [f"incoming/{transcript}.vtt"]


def test_what_a_file_has_become_is_known_when_its_job_is_gone(
    sender: Sender, sales: Collection, incoming: Path, alice: User
) -> None:
    [audio] = begun(sender, sales, "talk.mp3")
    sender.send(audio, MP3)
    recording = recorded("Pipeline", collection=sales)
    long_ago = timezone.now() - timedelta(days=30)
    Job.objects.update(recording=recording, state=JobState.READY, ended_at=long_ago)
    Upload.objects.update(touched_at=long_ago)

    purge()

    assert not Job.objects.exists()
    assert Upload.objects.get().recording == recording
    recording.delete()
    purge()
    assert not Upload.objects.exists()
    assert not UploadBatch.objects.exists()
