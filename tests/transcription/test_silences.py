"""Where recordings are cut, and how what was heard in their parts is put together."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.transcription.heard import Heard, Said, Word
from chat.transcription.joining import joined
from chat.transcription.silences import MARGIN, Part, Silence, parts_of, silences_in

SPANS = st.lists(st.tuples(st.floats(0, 7000), st.floats(0.3, 20)), max_size=60)


@given(st.floats(1, 7200), SPANS, st.sampled_from([60.0, 600.0, 1200.0]))
def test_parts_are_short_enough_and_leave_nothing_out(
    duration: float, spans: list[tuple[float, float]], longest: float
) -> None:
    silences = sorted(Silence(start, start + length) for start, length in spans)

    parts = parts_of(duration, silences, longest)

    assert (parts[0].start, parts[-1].end) == (0, duration)
    assert all(0 < part.length < longest + 1e-6 for part in parts)
    for one, two in pairwise(parts):
        shared = one.end - two.start
        assert shared == pytest.approx(2 * MARGIN) or one.end in [silence.middle for silence in silences]


def test_a_recording_is_cut_at_the_longest_silence_near_the_best_place() -> None:
    silences = [Silence(10, 19), Silence(48, 49), Silence(52, 54)]

    assert parts_of(100, silences, 60) == [Part(0, 53), Part(53, 100)]


def test_silences_are_read_of_what_ffmpeg_prints() -> None:
    printed = "[silencedetect @ 0x5] silence_start: -0.001\nx\n[s] silence_end: 0.5 | silence_duration: 0.5\n"
    printed += "[silencedetect @ 0x5] silence_start: 9.25\n"

    assert silences_in(printed, 10) == (Silence(0, 0.5), Silence(9.25, 10))


def heard(*words: tuple[str, float]) -> Heard:
    timed = [Word(text, start, start + 0.4) for text, start in words]
    text = " ".join(f"{word.text}." for word in timed)
    return Heard((Said(text, timed[0].start, timed[-1].end, "", timed),))


def test_where_parts_share_some_time_each_word_of_it_comes_once() -> None:
    one = heard(("a", 1), ("b", 46), ("c", 50), ("d", 51), ("e", 54))
    two = heard(("b", 1), ("c", 5.05), ("d", 5.95), ("e", 9.02), ("f", 20))

    said = joined([(Part(0, 55), one), (Part(45, 100), two)])

    assert " ".join(each.text for each in said) == "a. b. c. d. e. f."
    assert [word.text for each in said for word in each.words] == list("abcdef")


def test_what_is_heard_beyond_the_end_of_a_part_ends_with_it() -> None:
    one = Heard((Said("one", 8, 30), Said("made up", 28, 30)))
    said = joined([(Part(0, 10), one), (Part(10, 20), Heard((Said("two", 0, 1),)))])

    assert [(each.text, each.start, each.end) for each in said] == [("one", 8, 10), ("two", 10, 11)]
