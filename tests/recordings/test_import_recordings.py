"""``manage.py import_recordings``, and the library behind it."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from io import StringIO
from pathlib import Path
from typing import NamedTuple

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from chat.models import Recording, Segment
from chat.recordings import library

from ..support.library import search

pytestmark = pytest.mark.django_db(transaction=True)

VTT = """WEBVTT

00:01.000 --> 00:02.500
<v Ana>The pump arrived.</v>

00:03.000 --> 00:04.000
<v Bob>Who signed?</v>
"""


class Run(NamedTuple):
    out: str
    err: str
    status: int


@pytest.fixture(autouse=True)
def media(tmp_path_factory: pytest.TempPathFactory, settings: LazySettings) -> Path:
    """An empty ``MEDIA_ROOT``."""
    folder = tmp_path_factory.mktemp("media")
    settings.MEDIA_ROOT = folder
    return folder


def test_with_embeddings_it_says_what_to_do_next(talk: Path, settings: LazySettings) -> None:
    settings.EMBEDDINGS = "openai:model"

    assert "bin/manage index_recordings" in run(talk).out
    assert "bin/manage index_recordings" not in run(talk).out  # nothing new


def test_the_times_of_words_are_stored_beside_the_text(tmp_path: Path) -> None:
    file = tmp_path / "talk.json"
    words = [{"word": "The", "start": 0.5, "end": 0.7}, {"word": "pump.", "start": 0.8, "end": 1.1}]
    file.write_text(json.dumps({"segments": [{"start": 0.4, "end": 1.2, "text": "The pump.", "words": words}]}))

    run(file)

    segment = Segment.objects.get()
    assert segment.times_of(4, 8) == (0.8, 1.1)
    assert len(bytes(segment.words or b"")) in range(1, 13)


@pytest.fixture
def talk(tmp_path: Path) -> Path:
    file = tmp_path / "2026-03-04_pump_review.vtt"
    file.write_text(VTT)
    return file


def run(*paths: Path, title: str = "") -> Run:
    out, err = StringIO(), StringIO()
    try:
        call_command("import_recordings", *map(str, paths), title=title, stdout=out, stderr=err)
    except SystemExit as error:
        return Run(out.getvalue(), err.getvalue(), int(error.code or 0))
    return Run(out.getvalue(), err.getvalue(), 0)


def meetings(file: Path, texts: Sequence[str]) -> Path:
    lines = (json.dumps({"topic": text, "turns": [{"speaker": "Ana", "content": text}]}) for text in texts)
    file.write_text("\n".join(lines))
    return file


def test_a_transcript_becomes_a_recording_with_its_segments(talk: Path) -> None:
    result = run(talk)

    recording = Recording.objects.get()
    assert (recording.title, str(recording.recorded_on), recording.duration) == ("Pump review", "2026-03-04", 4.0)
    assert list(recording.segments.values_list("number", "speaker", "text", "start", "end")) == [
        (1, "Ana", "The pump arrived.", 1.0, 2.5),
        (2, "Bob", "Who signed?", 3.0, 4.0),
    ]
    assert result == Run("1 imported, 0 unchanged, 0 failed, 0 ignored.\n", "", 0)


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


def test_a_bad_file_does_not_stop_the_others(talk: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.json"
    bad.write_text('{"turns":\n oops}')

    result = run(bad, talk)

    assert result.err == f"{bad}:2: not JSON: Expecting value\n"
    assert result.out.startswith("1 imported, 0 unchanged, 1 failed")
    assert result.status == 1


def test_of_a_file_with_one_bad_meeting_nothing_is_imported(tmp_path: Path) -> None:
    file = meetings(tmp_path / "many.jsonl", ["One", "Two"])
    file.write_text(file.read_text() + "\n{broken")

    result = run(file)

    assert result.err.startswith(f"{file}:3: not JSON")
    assert not Recording.objects.exists()


def test_unknown_files_of_a_folder_are_ignored_and_counted(talk: Path, tmp_path: Path) -> None:
    (tmp_path / "minutes.pdf").touch()

    assert run(tmp_path) == Run("1 imported, 0 unchanged, 0 failed, 1 ignored.\n", "", 0)


def test_a_folder_of_nothing_but_unknown_files_says_which_and_why(tmp_path: Path) -> None:
    for name in ("minutes.pdf", "deeper/talk.mov"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()

    result = run(tmp_path)

    assert (result.out, result.status) == ("0 imported, 0 unchanged, 2 failed, 0 ignored.\n", 1)
    assert [line.split(": ")[0] for line in result.err.splitlines()] == [
        str(tmp_path / "minutes.pdf"), str(tmp_path / "deeper/talk.mov"),
    ]  # fmt: skip
    assert "not a transcript; its name must end in .ass, " in result.err


def test_an_empty_folder_is_an_error_and_many_unknown_files_are_summed_up(tmp_path: Path) -> None:
    empty, full = tmp_path / "empty", tmp_path / "full"
    empty.mkdir()
    full.mkdir()
    for number in range(25):
        (full / f"{number:02}.pdf").touch()

    assert run(empty).err == f"{empty}: contains no transcripts\n"
    assert run(full).err.splitlines()[-1] == f"{full}: 5 more files that are no transcripts"
    assert (run(empty).status, run(full).status) == (1, 1)


def test_the_encoding_that_was_taken_is_named(tmp_path: Path) -> None:
    for name, codec in [("a.txt", "cp1251"), ("b.txt", "koi8-r"), ("c.txt", "utf-8")]:
        (tmp_path / name).write_bytes(f"Анна: Насос привезли в понедельник, {name}.".encode(codec))

    assert run(tmp_path).out.endswith("Not Unicode, read as: 1 × KOI8-R, 1 × Windows-1251.\n")
    assert "Unicode" not in run(tmp_path).out  # nothing new


def test_a_named_file_that_is_unknown_or_missing_is_an_error(tmp_path: Path) -> None:
    unknown, missing = tmp_path / "minutes.pdf", tmp_path / "missing.vtt"
    unknown.touch()

    result = run(unknown, missing)

    assert result.status == 1
    assert [line.split(": ")[0] for line in result.err.splitlines()] == [str(unknown), str(missing)]


def test_skipped_parts_are_counted_by_reason(talk: Path) -> None:
    talk.write_text(VTT + "\n00:xx,000 --> 00:06,000\n<v Bob>When?</v>\n\n00:07.000 --> 00:08.000\n\n")

    assert run(talk).out.endswith("Skipped: 1 × cue with an unreadable time (text kept), 1 × no text.\n")


def test_a_file_name_cannot_break_the_line_of_its_error(tmp_path: Path) -> None:
    bad = tmp_path / os.fsdecode(b"two\nlines \xff.vtt")
    bad.touch()

    result = run(bad)

    assert result.err.count("\n") == 1
    assert "two\\nlines \\udcff.vtt:1: the file is empty" in result.err


def test_a_title_can_be_given_to_one_recording(talk: Path) -> None:
    run(talk, title="About pumps")

    assert Recording.objects.get().title == "About pumps"


def test_one_title_for_several_recordings_is_refused(talk: Path, tmp_path: Path) -> None:
    many = meetings(tmp_path / "many.jsonl", ["One", "Two"])

    assert "one title cannot name them all" in run(many, title="About pumps").err
    with pytest.raises(CommandError, match="there are 2 files"):
        run(talk, many, title="About pumps")
    assert not Recording.objects.exists()


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

    assert "cannot copy its audio 2026-03-04_pump_review.mp3" in result.err
    assert not Recording.objects.exists()


def test_a_crash_leaves_no_incomplete_recording(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = meetings(tmp_path / "many.jsonl", ["One", "Two", "Three"])

    def crash(recordings: Sequence[Recording]) -> None:
        if recordings[0].title.startswith("Two"):
            raise KeyboardInterrupt

    monkeypatch.setattr("chat.recordings.library.index", crash)
    with pytest.raises(KeyboardInterrupt):
        list(library.add(file))
    monkeypatch.undo()

    assert Recording.objects.count() == Segment.objects.count() == 1
    assert run(file).out.startswith("2 imported, 1 unchanged")


def test_two_imports_of_the_same_file_at_once_make_one_recording(talk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # The other import commits after this one has looked for existing recordings.
    monkeypatch.setattr("chat.recordings.library._existing", lambda digests: {})
    run(talk)

    result = run(talk)

    assert result.out.startswith("0 imported, 1 unchanged")
    assert Recording.objects.count() == 1
