"""The same transcript brought again: by somebody who hears it, by somebody who does not, after an erasure."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from chat.models import (
    REMOVED,
    Collection,
    ErasedSpeaker,
    InvalidRequest,
    Job,
    JobState,
    Recording,
    make_collection,
    move,
)
from chat.processing.indexing import AUDIO_LEFT_OUT
from chat.storage import storage

from ..support.importing import VTT, run
from .bringing import SOUND, brought, files, put, work

pytestmark = pytest.mark.django_db(transaction=True)


def test_what_its_uploader_hears_is_not_there_twice(alice: User, folder: Path) -> None:
    sales = make_collection(alice, "Sales")
    brought(alice)
    brought(alice, collection=sales, audio=SOUND)

    work(folder)

    assert Recording.objects.count() == 1
    assert [job.notes for job in Job.objects.order_by("pk")] == [[], ["This transcript was here already."]]


def test_what_its_uploader_does_not_hear_is_taken_in(alice: User, bob: User, folder: Path) -> None:
    secret, sales = make_collection(bob, "Secret"), make_collection(alice, "Sales")
    brought(bob, collection=secret, audio=SOUND)
    brought(alice, collection=sales, audio=SOUND + SOUND[2000:4000])

    work(folder)

    first, second = Recording.objects.order_by("pk")
    assert (first.collection, second.collection, first.digest) == (secret, sales, second.digest)
    assert first.audio != second.audio
    assert storage().stored(first.audio).size != storage().stored(second.audio).size
    assert [(job.state, job.notes) for job in Job.objects.all()] == [(JobState.READY, [])] * 2


def test_who_may_only_listen_adds_nothing_to_what_is_there(alice: User, bob: User, folder: Path) -> None:
    brought(bob)  # into the collection that everybody hears, and nobody of these manages
    sales = make_collection(alice, "Sales")
    work(folder)

    brought(alice, collection=sales, audio=SOUND)
    work(folder)

    assert Recording.objects.get().audio == ""
    assert files() == {"incoming": 0, "audio": 0}


def test_the_schema_has_a_transcript_once_in_a_collection(alice: User, folder: Path) -> None:
    brought(alice)
    work(folder)
    recording = Recording.objects.get()

    with pytest.raises(IntegrityError), transaction.atomic():
        Recording.objects.create(title="Twin", digest=recording.digest, collection=recording.collection)


def test_a_recording_is_not_moved_to_its_twin(alice: User, bob: User, folder: Path) -> None:
    one, two = make_collection(alice, "One"), make_collection(bob, "Two")
    brought(alice, collection=one)
    brought(bob, collection=two)
    work(folder)
    superuser = User.objects.create_superuser("root")

    with pytest.raises(InvalidRequest, match="“Two” has a recording of the same transcript already"):
        move(Recording.objects.get(collection=one), two, superuser)

    assert Recording.objects.filter(collection=two).count() == 1


def test_an_import_finds_the_one_in_its_collection(alice: User, bob: User, folder: Path, tmp_path: Path) -> None:
    for user, name in ((alice, "One"), (bob, "Two")):
        brought(user, collection=make_collection(user, name))
    work(folder)
    (tmp_path / "pump.vtt").write_text(VTT)

    done = run(tmp_path / "pump.vtt", collection="Two")

    assert "0 imported, 1 unchanged" in done.out
    assert Recording.objects.count() == 2


def test_an_erased_speaker_does_not_come_back_with_it_into_another_collection(
    alice: User, bob: User, folder: Path
) -> None:
    brought(bob, collection=make_collection(bob, "Secret"))
    work(folder)
    ErasedSpeaker.remember(list(Recording.objects.all()), "Ana", replaces_name=False)

    brought(alice, collection=Collection.objects.default())
    work(folder)

    later = Recording.objects.latest("pk")
    assert list(later.segments.values_list("text", flat=True)) == [REMOVED, "Who signed?"]


def test_what_the_schema_refuses_again_and_again_ends_the_attempt(
    alice: User, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = []

    def refused(*_: object, **__: object) -> None:
        calls.append(1)
        raise IntegrityError

    monkeypatch.setattr("chat.processing.indexing.library.take_in", refused)
    brought(alice)

    work(folder)

    assert len(calls) == 2
    assert Job.objects.get().reason == "Something went wrong on our side. The site tries again."


def test_audio_beside_several_recordings_is_left_out_and_the_job_says_so(alice: User, folder: Path) -> None:
    lines = [json.dumps({"segments": [{"start": 0, "end": 1, "text": text}]}) for text in ("One.", "Two.")]
    job = brought(alice, audio=SOUND)
    Job.objects.update(transcript=put("\n".join(lines), ".jsonl"))
    storage().delete(job.transcript)

    work(folder)

    assert Recording.objects.filter(audio="").count() == 2
    assert Job.objects.get().notes == [AUDIO_LEFT_OUT]
    assert files() == {"incoming": 0, "audio": 0}
