"""Equal files of one batch."""

from __future__ import annotations

import pytest

from chat.models import Collection, Job

from .conftest import MP3, VTT, Sender

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("static_files")]


@pytest.mark.parametrize(("name", "content"), [("talk.vtt", VTT), ("talk.mp3", MP3)], ids=["transcript", "audio"])
def test_of_two_equal_files_of_a_batch_one_becomes_a_recording(
    sender: Sender, sales: Collection, name: str, content: bytes
) -> None:
    batch = sender.begin({name: content, f"copy of {name}": content}, collection=sales.uuid)

    one, other = (sender.send(file["uuid"], content) for file in batch["files"])

    assert (one["state"], other["state"]) == ("begun", "duplicate")
    assert Job.objects.count() == 1


def test_the_same_audio_with_two_transcripts_becomes_two_recordings(sender: Sender, sales: Collection) -> None:
    files = {"a.vtt": VTT, "a.mp3": MP3, "b.vtt": VTT.replace(b"March", b"May"), "b.mp3": MP3}
    batch = sender.begin(files, collection=sales.uuid)

    for file, content in zip(batch["files"], files.values(), strict=True):
        sender.send(file["uuid"], content)

    assert [job.audio_name for job in Job.objects.order_by("pk")] == ["a.mp3", "b.mp3"]
