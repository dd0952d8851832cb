"""``manage.py import_recordings``: what it says, and what it imports of files and folders."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.management import CommandError

from chat.models import Collection, Recording

from ..support.importing import VTT, Run, meetings, run

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("media")]


def test_with_embeddings_it_says_what_to_do_next(talk: Path, settings: LazySettings) -> None:
    settings.EMBEDDINGS = "openai:model"

    assert "bin/manage index_recordings" in run(talk).out
    assert "bin/manage index_recordings" not in run(talk).out  # nothing new


def test_a_transcript_becomes_a_recording_with_its_segments(talk: Path) -> None:
    result = run(talk)

    recording = Recording.objects.get()
    assert (recording.title, str(recording.recorded_on), recording.duration) == ("Pump review", "2026-03-04", 4.0)
    assert list(recording.segments.values_list("number", "speaker", "text", "start", "end")) == [
        (1, "Ana", "The pump arrived.", 1.0, 2.5),
        (2, "Bob", "Who signed?", 3.0, 4.0),
    ]
    assert result == Run("1 imported, 0 unchanged, 0 failed, 0 ignored.\n", "", 0)


def test_a_bad_file_does_not_stop_the_others(talk: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.json"
    bad.write_text('{"turns":\n oops}')

    result = run(bad, talk)

    assert result.err == f"{bad}:2: not JSON, or only a part of it\n"
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


def test_new_recordings_go_into_the_default_collection_or_into_the_named_one(talk: Path, tmp_path: Path) -> None:
    sales = Collection.objects.create(name="Sales")
    run(talk)
    run(meetings(tmp_path / "one.jsonl", ["One"]), collection="Sales")

    assert {recording.title: recording.collection.name for recording in Recording.objects.all()} == {
        "Pump review": "Team",
        "One": sales.name,
    }


def test_an_unknown_collection_is_an_error_that_lists_the_others(talk: Path) -> None:
    Collection.objects.create(name="Sales")

    with pytest.raises(CommandError, match=r"no collection called Sails\. The collections are: Sales, Team\."):
        run(talk, collection="Sails")
    assert not Recording.objects.exists()


def test_a_recording_of_another_collection_is_not_moved_and_the_import_says_so(talk: Path) -> None:
    Collection.objects.create(name="Sales")
    run(talk)

    again = run(talk, collection="Sales")

    assert again.out == (
        "0 imported, 1 unchanged, 0 failed, 0 ignored."
        " Not moved: 1 of the unchanged, which are in another collection.\n"
    )
    assert Recording.objects.get().collection == Collection.objects.default()
