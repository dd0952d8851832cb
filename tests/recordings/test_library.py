"""The library behind the imports: each meeting and its audio once, and nothing incomplete."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from chat.models import Recording, Segment
from chat.recordings import library

from ..support.importing import VTT, meetings, run
from ..support.library import search

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("media")]


def test_the_times_of_words_are_stored_beside_the_text(tmp_path: Path) -> None:
    file = tmp_path / "talk.json"
    words = [{"word": "The", "start": 0.5, "end": 0.7}, {"word": "pump.", "start": 0.8, "end": 1.1}]
    file.write_text(json.dumps({"segments": [{"start": 0.4, "end": 1.2, "text": "The pump.", "words": words}]}))

    run(file)

    segment = Segment.objects.get()
    assert segment.times_of(4, 8) == (0.8, 1.1)
    assert len(bytes(segment.words or b"")) in range(1, 13)


def test_an_imported_recording_can_be_searched(talk: Path) -> None:
    run(talk)

    (passage,) = search("When did the pump arrive?", limit=1)
    assert passage.recording.title == "Pump review"


def test_the_same_content_is_imported_once_under_any_name(talk: Path, tmp_path: Path) -> None:
    run(talk)
    copy = tmp_path / "copy.vtt"
    copy.write_text(VTT.replace("\n", "\r\n"))

    result = run(talk, copy)

    assert result.out.startswith("0 imported, 2 unchanged")
    assert Segment.objects.count() == 2


def test_existing_content_is_recognised_with_one_query_and_without_parsing_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = meetings(tmp_path / "many.jsonl", [f"Topic {number}" for number in range(50)])
    run(file)
    monkeypatch.delattr("chat.recordings.library.read")

    with CaptureQueriesContext(connection) as queries:
        additions = list(library.add(file))

    assert [addition.new for addition in additions] == [False] * 50
    assert len(queries) == 1


def test_only_the_new_meetings_of_a_grown_file_are_imported(tmp_path: Path) -> None:
    file = meetings(tmp_path / "many.jsonl", ["One", "Two"])
    run(file)

    assert run(meetings(file, ["One", "Two", "Three"])).out.startswith("1 imported, 2 unchanged")
    assert run(meetings(file, ["Four", "Four"])).out.startswith("1 imported, 1 unchanged")


def test_a_deleted_recording_comes_back_when_it_is_imported_again(talk: Path) -> None:
    run(talk)
    Recording.objects.all().delete()

    assert run(talk).out.startswith("1 imported")


@pytest.mark.parametrize("name", ["2026-03-04_pump_review.mp3", "2026-03-04_pump_review.OPUS"])
def test_audio_of_the_same_name_is_imported(talk: Path, media: Path, name: str) -> None:
    (talk.parent / name).write_bytes(b"sound")

    run(talk)

    recording = Recording.objects.get()
    assert recording.audio.endswith(Path(name).suffix.lower())
    assert (media / recording.audio).read_bytes() == b"sound"


def test_audio_that_comes_later_or_gets_lost_is_added(talk: Path, media: Path) -> None:
    run(talk)
    audio = talk.with_suffix(".wav")
    audio.write_bytes(b"sound")
    run(talk)
    copy = media / Recording.objects.get().audio
    copy.unlink()

    run(audio)  # named instead of its transcript

    assert copy.read_bytes() == b"sound"
    assert [path.name for path in copy.parent.iterdir()] == [copy.name]


def test_audio_outside_the_folder_is_not_followed(talk: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    secret = tmp_path_factory.mktemp("elsewhere") / "secret.mp3"
    secret.write_bytes(b"secret")
    talk.with_suffix(".mp3").symlink_to(secret)

    run(talk)

    assert Recording.objects.get().audio == ""


def test_audio_that_cannot_be_copied_is_an_error_of_its_transcript(talk: Path, media: Path) -> None:
    talk.with_suffix(".mp3").write_bytes(b"sound")
    (media / "audio").touch()

    result = run(talk)

    assert "cannot store its audio 2026-03-04_pump_review.mp3: File exists" in result.err
    assert not Recording.objects.exists()


def test_a_crash_leaves_no_incomplete_recording(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = meetings(tmp_path / "many.jsonl", ["One", "Two", "Three"])

    def crash(recording: Recording, *_: object, **__: object) -> None:
        if recording.title.startswith("Two"):
            raise KeyboardInterrupt

    monkeypatch.setattr("chat.recordings.library.index_new", crash)
    with pytest.raises(KeyboardInterrupt):
        list(library.add(file))
    monkeypatch.undo()

    assert Recording.objects.count() == Segment.objects.count() == 1
    assert run(file).out.startswith("2 imported, 1 unchanged")


def test_two_imports_of_the_same_file_at_once_make_one_recording(talk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # The other import commits after this one has looked for existing recordings.
    monkeypatch.setattr("chat.recordings.library._existing", lambda *_: {})
    run(talk)

    result = run(talk)

    assert result.out.startswith("0 imported, 1 unchanged")
    assert Recording.objects.count() == 1
