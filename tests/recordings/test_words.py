"""Words of a segment that a link marks."""

from __future__ import annotations

import pytest

from chat.recordings.words import MarkedWords, Span, marked, parse


def test_what_is_written_into_a_link_is_read_from_it() -> None:
    words = MarkedWords(7, [Span(12, 85), Span(90, 120)])

    assert str(words) == "7:12-85,90-120"
    assert parse(str(words)) == words


@pytest.mark.parametrize("text", ["", "7", "7:", "7:1", "x:1-2", "7:1-2,", "7:1-2;3-4", "7:-1-2", "٧:1-2", "7:1-2\n"])
def test_anything_else_marks_nothing(text: str) -> None:
    assert parse(text) is None


def test_spans_are_marked_and_the_rest_is_escaped() -> None:
    assert marked("a <b> c", [Span(2, 5)]) == "a <mark>&lt;b&gt;</mark> c"


@pytest.mark.parametrize(
    ("spans", "html"),
    [
        ([], "abcdef"),
        ([Span(4, 99)], "abcd<mark>ef</mark>"),
        ([Span(9, 12)], "abcdef"),
        ([Span(3, 3), Span(5, 2)], "abcdef"),
        ([Span(2, 4), Span(0, 3)], "<mark>abc</mark><mark>d</mark>ef"),
    ],
)
def test_spans_may_overlap_be_empty_or_lie_outside(spans: list[Span], html: str) -> None:
    assert marked("abcdef", spans) == html


def test_invisible_tag_characters_are_left_out_of_marked_text() -> None:
    assert marked("ab\U000e0041cd", [Span(0, 2)]) == "<mark>ab</mark>cd"
