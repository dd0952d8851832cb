"""The times of words beside the text of a segment."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.models import Segment
from chat.models.word_times import WordTime, pack, times_of, unpack

TEXT = "In 2024, the pump arrived."
WORDS = (WordTime(0, 2, 1.0, 1.2), WordTime(9, 3, 2.5, 2.7), WordTime(13, 4, 2.8, 3.1), WordTime(18, 8, 3.2, 3.9))
"""All words of the text but the number have times."""


@st.composite
def words(draw: st.DrawFn) -> list[WordTime]:
    """Return words in the order of a text, whose times may run backwards."""
    made, at = [], 0
    for gap, length, start, duration in draw(
        st.lists(
            st.tuples(st.integers(0, 300), st.integers(1, 200), st.integers(0, 604_800_000), st.integers(0, 3_600_000))
        )
    ):
        made.append(WordTime(at + gap, length, start / 1000, (start + duration) / 1000))
        at += gap + length
    return made


@given(words())
def test_words_come_back_as_they_were_packed(made: list[WordTime]) -> None:
    assert unpack(pack(made)) == made


def test_a_word_takes_about_six_bytes() -> None:
    spoken = [WordTime(n * 6, 5, n * 0.4 + 0.07, n * 0.4 + 0.38) for n in range(9000)]

    assert len(pack(spoken)) <= 6 * len(spoken)


@pytest.mark.parametrize("odd", [(WordTime(0, 5, 0, 1), WordTime(3, 2, 1, 2)), (WordTime(0, 5, 2.0, 1.0),)])
def test_words_that_overlap_or_end_before_they_start_are_refused(odd: tuple[WordTime, ...]) -> None:
    with pytest.raises(ValueError, match="overlap"):
        pack(odd)


@pytest.mark.parametrize(
    ("stretch", "times"),
    [
        ("the pump", (2.5, 3.1)),
        ("pump arrived.", (2.8, 3.9)),
        ("ump arr", (2.8, 3.9)),  # a part of a word is said within the word
        ("In 2024, the", (1.0, 2.7)),
        ("2024", (1.2, 2.5)),  # between its neighbours
        ("2024, the pump", (1.2, 3.1)),
        ("In 2024,", (1.0, 2.5)),
        (TEXT, (1.0, 3.9)),
    ],
)
def test_a_stretch_of_the_text_has_the_times_of_its_words(stretch: str, times: tuple[float, float]) -> None:
    begin = TEXT.index(stretch)

    assert times_of(TEXT, WORDS, begin, begin + len(stretch)) == times


def test_a_segment_gives_the_times_of_a_stretch_and_its_own_where_words_have_none() -> None:
    segment = Segment(text=TEXT, start=0.5, end=4.5, words=pack(WORDS[1:3]))

    assert segment.times_of(9, 17) == (2.5, 3.1)
    assert segment.times_of(0, 12) == (0.5, 2.7)
    assert segment.times_of(13, len(TEXT)) == (2.8, 4.5)


def test_a_segment_without_times_of_words_gives_none() -> None:
    assert Segment(text=TEXT, start=0.5, end=4.5).times_of(0, 4) is None
    assert Segment(text=TEXT, start=0.5, end=4.5, words=pack(WORDS)).times_of(4, 4) is None
