"""What becomes of files that have arrived: a job, a refusal in words, or nothing, because they are here already."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.contrib.auth.models import User

from chat.models import Collection, InvalidRequest, Job, Membership, RateLimited, Upload, holding
from chat.uploads.beginning import begin_batch
from chat.uploads.kinds import clean, wrong_content, wrong_name
from chat.uploads.own import end
from chat.uploads.pairs import pairs_of
from chat.uploads.removing import remove
from chat.uploads.wire import FILES_LIMIT, SaidBatch, SaidFile

from ..support.asked import recorded
from ..support.at_once import at_once
from .conftest import MP3, VTT, Sender

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("static_files")]

Send = Callable[[str, bytes], Any]


def incoming() -> list[str]:
    folder = Path(settings.MEDIA_ROOT) / "incoming"
    return sorted(path.suffix for path in folder.iterdir()) if folder.exists() else []


def test_a_transcript_and_audio_of_the_same_name_become_one_job(sender: Sender, sales: Collection) -> None:
    consent = {"told": "everybody", "told_on": "2026-03-04", "link": ""}
    files = {"talk.mp3": MP3, "talk.vtt": VTT}
    batch = sender.begin(files, collection=sales.uuid, title="Weekly", recorded_on="2026-03-04", consent=consent)
    audio, transcript = (file["uuid"] for file in batch["files"])

    assert sender.send(audio, MP3)["job"] is None
    said = sender.send(transcript, VTT)

    [job] = Job.objects.all()
    assert (said["state"], said["job"]["uuid"]) == ("begun", str(job.uuid))
    assert (job.title, str(job.recorded_on), job.told, job.collection) == ("Weekly", "2026-03-04", "everybody", sales)
    assert (job.audio, job.audio_name) == (f"incoming/{audio}.mp3", "talk.mp3")
    assert (job.transcript, job.transcript_name) == (f"incoming/{transcript}.vtt", "talk.vtt")
    assert sender.state(audio)["job"]["uuid"] == str(job.uuid)


def test_a_pair_that_is_begun_again_stays_one_recording(sender: Sender, sales: Collection) -> None:
    """The page sends no digest of a transcript that has audio; the answer to its request may be lost."""
    files = [{"name": "talk.vtt", "size": len(VTT)}]
    files.append({"name": "talk.mp3", "size": len(MP3), "sha256": hashlib.sha256(MP3).hexdigest()})
    body = {"files": files, "collection": str(sales.uuid)}

    first, again = (
        sender.client.post("/recordings/upload/", body, content_type="application/json").json() for _ in range(2)
    )
    transcript, audio = (file["uuid"] for file in again["files"])
    sender.send(transcript, VTT)
    sender.send(audio, MP3)

    assert again["files"] == first["files"]
    [job] = Job.objects.all()
    assert (job.transcript_name, job.audio_name) == ("talk.vtt", "talk.mp3")


def test_a_repeated_request_gets_each_file_in_its_place(alice: User, sales: Collection) -> None:
    files = [SaidFile(name="notes.pdf", size=3), SaidFile(name="a.mp3", size=9), SaidFile(name="b.mp3", size=9)]
    said = SaidBatch(files=tuple(files), collection=sales.uuid)
    key = uuid4()

    first, again = (begin_batch(alice, said, key) for _ in range(2))

    assert again == first
    [given_up, kept] = Upload.objects.order_by("pk")
    remove(given_up)
    assert [file.uuid for file in begin_batch(alice, said, key).files] == [None, None, kept.uuid]


def test_several_recordings_of_a_batch_share_the_title_and_keep_their_names(sender: Sender, sales: Collection) -> None:
    files = {"a.mp3": MP3, "b.mp3": MP3 + b"b"}
    for file, content in zip(
        sender.begin(files, collection=sales.uuid, title="Weekly")["files"], files.values(), strict=True
    ):
        sender.send(file["uuid"], content)

    assert sorted(Job.objects.values_list("title", flat=True)) == ["Weekly (a)", "Weekly (b)"]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("talk.mp3", b"%PDF-1.7 not audio", "the file is a PDF"),
        ("talk.m4a", b"#!/bin/sh\nrm -rf /", "no audio or video that the site knows"),
        ("talk.vtt", MP3, "the file is audio or video"),
        ("talk.json", b"\x00\x01\x02\xff" * 10, "cannot be read"),
        ("talk.json", b'{"a":\n oops}', "cannot be read (line 2): not JSON, or only a part of it."),
        ("talk.docx", b"plain text", "not a Word document"),
    ],
    ids=["a PDF", "a script", "audio", "JSON of nothing", "half of JSON", "no Word document"],
)
def test_a_file_that_is_not_what_its_name_says_is_refused_in_words(
    upload: Send, name: str, content: bytes, words: str
) -> None:
    said = upload(name, content)

    assert (said["state"], words in said["error"]) == ("refused", True), said["error"]
    assert incoming() == []
    assert not Job.objects.exists()


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [("talk.exe", b"MZ", "neither a transcript"), ("talk", b"x", "neither"), ("..", b"x", "neither"),
     ("talk.mp3", b"", "is empty"), (".mp3", MP3, "neither")],
)  # fmt: skip
def test_a_file_that_no_one_needs_to_send_is_refused_at_once(
    upload: Send, name: str, content: bytes, words: str
) -> None:
    said = upload(name, content)

    assert said["uuid"] is None
    assert words in said["error"]


def test_content_that_differs_from_what_was_announced_is_refused(sender: Sender, sales: Collection) -> None:
    body = {"files": [{"name": "a.mp3", "size": len(MP3), "sha256": "0" * 64}], "collection": str(sales.uuid)}
    [file] = sender.client.post("/recordings/upload/", body, content_type="application/json").json()["files"]

    said = sender.send(file["uuid"], MP3)

    assert (said["state"], "not what was announced" in said["error"]) == ("refused", True)
    assert incoming() == []


def test_what_the_sender_hears_already_is_not_taken_in_again(upload: Send, sales: Collection, sender: Sender) -> None:
    first = upload("talk.mp3", MP3)
    recording = recorded("Pipeline", collection=sales)
    Job.objects.update(recording=recording)

    again = upload("copy.mp3", MP3)

    assert (again["state"], again["duplicate"]) == (
        "duplicate", {"title": "Pipeline", "url": recording.get_absolute_url()}
    )  # fmt: skip
    assert first["uuid"] != again["uuid"]
    assert incoming() == [".mp3"]


def test_of_what_the_sender_does_not_hear_nobody_says_that_it_exists(
    upload: Send, sales: Collection, bob: User
) -> None:
    hidden = Collection.objects.create(name="Board")
    Membership.objects.create(collection=hidden, user=bob)
    upload("talk.mp3", MP3)
    Job.objects.update(recording=recorded("Secret plan", collection=hidden))

    again = upload("copy.mp3", MP3)

    assert (again["state"], again["duplicate"], again["error"]) == ("begun", None, None)
    assert "Secret" not in str(again)


def test_who_manages_no_more_adds_no_more(sender: Sender, sales: Collection) -> None:
    uuid = sender.begin({"talk.mp3": MP3}, collection=sales.uuid)["files"][0]["uuid"]
    sender.put(uuid, 0, MP3[:1000])
    sales.memberships.update(role="listen")

    said = sender.send(uuid, MP3, start=1000)

    assert (said["state"], said["error"]) == ("refused", "You may not add recordings to this collection any more.")
    assert incoming() == []


def test_who_manages_no_more_leaves_no_other_file_of_the_recording(sender: Sender, sales: Collection) -> None:
    batch = sender.begin({"talk.mp3": MP3, "talk.vtt": VTT}, collection=sales.uuid)
    audio, transcript = (file["uuid"] for file in batch["files"])
    sender.send(transcript, VTT)
    sales.memberships.update(role="listen")

    sender.put(audio, 0, MP3[:1000])

    assert [sender.state(uuid)["state"] for uuid in (audio, transcript)] == ["refused", "refused"]
    assert incoming() == []


@pytest.mark.parametrize("collection", ["Board", "default"])
def test_only_who_manages_a_collection_adds_to_it(sender: Sender, collection: str) -> None:
    board = Collection.objects.create(name="Board")
    said = {"collection": board.uuid} if collection == "Board" else {}

    assert "no such collection that you manage" in sender.begin({"a.mp3": MP3}, status=404, **said)["error"]


def test_files_that_are_too_many_or_have_no_room_are_refused(sender: Sender, sales: Collection, settings: Any) -> None:
    settings.UPLOAD_OPEN_PER_USER = 1
    assert "At most 1 files" in sender.begin({"a.mp3": MP3, "b.mp3": MP3}, status=429, collection=sales.uuid)["error"]
    settings.UPLOAD_FREE_BYTES = 2**62
    assert "no space" in sender.begin({"a.mp3": MP3}, status=507, collection=sales.uuid)["error"]
    settings.UPLOAD_MAX_BYTES = 100
    [file] = sender.begin({"a.mp3": MP3}, collection=sales.uuid)["files"]
    assert "at most 100" in file["error"]


@pytest.mark.any_database
def test_of_batches_that_begin_at_once_no_more_files_are_taken_than_may_be_open(
    alice: User, sales: Collection, settings: Any
) -> None:
    settings.UPLOAD_OPEN_PER_USER = 3

    def begin(name: str) -> None:
        files = tuple(SaidFile(name=f"{name} {part}.mp3", size=9) for part in "ab")
        begin_batch(alice, SaidBatch(files=files, collection=sales.uuid))

    assert sorted(at_once(begin, "one", "other", refusal=RateLimited)) == [False, True]
    assert Upload.objects.count() == 2


def test_a_batch_of_as_many_files_as_there_may_be_is_taken_by_default(alice: User, sales: Collection) -> None:
    files = tuple(SaidFile(name=f"{number}.mp3", size=9) for number in range(FILES_LIMIT))

    assert len(begin_batch(alice, SaidBatch(files=files, collection=sales.uuid)).files) == FILES_LIMIT
    with pytest.raises(RateLimited, match="At most 200 files"):
        begin_batch(alice, SaidBatch(files=(SaidFile(name="more.mp3", size=9),), collection=sales.uuid))


def test_a_user_or_collection_that_goes_takes_what_has_arrived_along(
    sender: Sender, sales: Collection, alice: User
) -> None:
    uuid = sender.begin({"talk.mp3": MP3}, collection=sales.uuid)["files"][0]["uuid"]
    sender.put(uuid, 0, MP3[:1000])
    assert incoming() == [".part"]

    alice.delete()

    assert incoming() == []
    assert not Upload.objects.exists()


def test_a_legal_hold_keeps_what_has_arrived_as_a_whole(sender: Sender, sales: Collection) -> None:
    batch = sender.begin({"talk.mp3": MP3, "talk.vtt": VTT}, collection=sales.uuid)
    sender.send(batch["files"][0]["uuid"], MP3)
    holding.place(sales, name="Case 12", reason="A claim", actor=None)

    with pytest.raises(InvalidRequest, match="Case 12"):
        end(Upload.objects.get(uuid=batch["files"][0]["uuid"]))


def test_files_belong_together_by_their_names() -> None:
    names = ["talk.mp3", "Talk.VTT", "b.wav.json", "b.wav", "c.de.srt", "c.mp4", "talk.json", "d.txt"]

    assert pairs_of(names) == [0, 0, 3, 3, 5, 5, 6, 7]


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd.vtt", "passwd.vtt"),
        ("C:\\calls\\a.mp3", "a.mp3"),
        ("a\u202e3pm.exe\x00\n.vtt", "a3pm.exe .vtt"),
        ("e\u0301.mp3", "é.mp3"),
        ("x" * 300 + ".webm", "x" * 195 + ".webm"),
    ],
)
def test_a_hostile_name_becomes_a_plain_one(name: str, kept: str) -> None:
    assert clean(name) == kept
    assert wrong_name(kept) == ""


@pytest.mark.parametrize(
    ("suffix", "head"),
    [
        ("mp3", b"\xff\xfb\x90\x00"), ("mp3", bytes(600) + b"\xff\xfb\x90\x00"), ("mp3", b"ID3\x04"),
        ("aac", b"\xff\xf1\x50\x80"), ("wav", b"RIFF\x24\x08\x00\x00WAVEfmt "),
        ("wav", b"RF64\xff\xff\xff\xffWAVEds64"),
        ("flac", b"fLaC\x00"), ("ogg", b"OggS\x00\x02"), ("opus", b"OggS\x00\x02"), ("webm", b"\x1a\x45\xdf\xa3"),
        ("m4a", b"\x00\x00\x00\x20ftypM4A "), ("mp4", b"\x00\x00\x00\x18ftypisom"),
        ("mov", b"\x00\x00\x00\x08wide\x00"),
    ],
)  # fmt: skip
def test_each_format_is_recognised_by_its_first_bytes(suffix: str, head: bytes) -> None:
    assert wrong_content(f"talk.{suffix}", head) == ""
    assert wrong_content("talk.vtt", head) != ""
