"""Segments gathered under the names of their speakers."""

from __future__ import annotations

import pytest
from django.utils.safestring import SafeString

from chat.recordings.runs import Run, ShownSegment, by_speaker, is_brief, with_asides
from chat.recordings.speakers import TINTS, initials, tint

LONG = "We have to talk about the seal before we order."


def said(*lines: str) -> list[ShownSegment]:
    """Return the segments of lines like ``A: text``."""
    parted = [line.split(": ") for line in lines]
    return [
        ShownSegment(number=number, speaker=name, start=None, end=None, text=SafeString(text), is_brief=is_brief(text))
        for number, (name, text) in enumerate(parted, 1)
    ]


def outline(runs: list[Run]) -> list[tuple[str, str]]:
    return [(run.speaker, "".join(segment.speaker for segment in run.segments)) for run in runs]


def test_brief_words_between_two_segments_of_a_speaker_do_not_break_the_run() -> None:
    runs = with_asides(
        said(f"A: {LONG}", "B: Mm.", f"A: {LONG}", "B: Yeah.", "C: Right, okay.", "A: And then.", "B: Mm.")
    )

    assert outline(runs) == [("A", "ABABCA"), ("B", "B")]


def test_what_takes_the_floor_has_a_heading() -> None:
    assert outline(with_asides(said(f"A: {LONG}", f"B: {LONG}", f"A: {LONG}"))) == [("A", "A"), ("B", "B"), ("A", "A")]
    assert outline(with_asides(said(f"A: {LONG}", "B: Why?", f"A: {LONG}"))) == [("A", "A"), ("B", "B"), ("A", "A")]


def test_speakers_who_exchange_brief_words_take_turns() -> None:
    runs = with_asides(said("A: Yes.", "B: No.", "A: Fine.", f"B: {LONG}", "A: Mm.", "B: So."))

    assert outline(runs) == [("A", "A"), ("B", "B"), ("A", "A"), ("B", "BAB")]


def test_places_that_were_found_have_a_run_for_each_speaker() -> None:
    assert outline(by_speaker(said(f"A: {LONG}", "B: Mm.", f"A: {LONG}"))) == [("A", "A"), ("B", "B"), ("A", "A")]


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Mara Quist", "MQ"), ("PhD D", "PD"), ("Speaker 12", "S12"), ("omar", "O"), ("Ana-Maria de la Cruz", "AC"),
     ("李 雷", "李雷"), ("", "?"), ("…", "?")],
)  # fmt: skip
def test_a_speaker_has_initials(name: str, letters: str) -> None:
    assert initials(name) == letters


def test_a_name_always_has_the_same_tint_and_names_have_different_ones() -> None:
    assert tint("Mara Quist") == tint(" mara  QUIST")
    assert {tint(f"Speaker {number}") for number in range(60)} == set(range(TINTS))
