"""Planted misquotations of real transcripts are flagged, and planted true quotations are not."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from chat.answers.planted import Planter
from chat.models import Recording, Segment
from chat.recordings.transcripts.file import open_sources, read
from chat.upkeep import demo

MEETINGS = sorted(Path(demo.__file__).parent.glob("*.txt"))


def library() -> list[tuple[Recording, list[Segment]]]:
    """Return the recordings of the demo, not stored."""
    found = []
    for key, file in enumerate(MEETINGS, 1):
        recording = Recording(pk=key, title=file.stem)
        said = enumerate(read(open_sources(file)[0]).utterances, 1)
        found.append(
            (recording, [Segment(recording=recording, number=n, speaker=u.speaker, text=u.text) for n, u in said])
        )
    return found


def test_a_hundred_misquotations_of_five_kinds_are_flagged() -> None:
    planted = Planter(library(), seed=1).false(100)

    assert {kind: len(each) for kind, each in planted.items()} == dict.fromkeys(planted, 20)
    assert len(planted) == 5
    assert [each.answer for of_kind in planted.values() for each in of_kind if not each.is_flagged] == []


def test_a_hundred_true_quotations_are_not() -> None:
    planted = [each for of_way in Planter(library(), seed=1).true(100).values() for each in of_way]

    assert len(planted) == 100
    assert [each.answer for each in planted if each.is_flagged or not each.is_quoted] == []


def test_no_true_quotation_leaves_out_a_word_that_turns_its_sense() -> None:
    recording = Recording(pk=1, title="Review")
    said = [Segment(recording=recording, number=1, speaker="Ana", text="Yes we have nothing to do now.")]

    left_out = Planter([(recording, said)], seed=1).true(50)["words left out"]

    assert all("nothing" in planted.answer for planted in left_out)


@pytest.mark.django_db
def test_the_command_counts_them_in_the_imported_library() -> None:
    with pytest.raises(CommandError, match="There are no recordings"):
        call_command("evaluate_quotations")
    for recording, segments in library():
        recording.digest = recording.title
        recording.save()
        Segment.objects.bulk_create(segments)
    printed, table = StringIO(), StringIO()

    call_command("evaluate_quotations", count=10, json=True, stdout=printed)
    call_command("evaluate_quotations", count=10, stdout=table)

    rows = {row["planted"]: (row["count"], row["flagged"]) for row in json.loads(printed.getvalue())}
    assert rows["true: verbatim"] == (2, 0)
    assert rows["false: a negation dropped"] == (2, 2)
    assert "false: invented" in table.getvalue()
