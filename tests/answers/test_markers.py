from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chat.answers.markers import Markers


class Numbers:
    """A ``cite`` that numbers the passages 1..n by first use, and records the claim before each marker."""

    def __init__(self, passages: int) -> None:
        self.cited: list[int] = []
        self.claims: list[str] = []
        self._passages = passages

    def __call__(self, passage: int, claim: str) -> int | None:
        if not 1 <= passage <= self._passages:
            return None
        self.claims.append(claim)
        if passage not in self.cited:
            self.cited.append(passage)
        return self.cited.index(passage) + 1


def rewrite(text: str, passages: int = 5, size: int = 10_000) -> tuple[str, list[int]]:
    numbers = Numbers(passages)
    markers = Markers(numbers)
    shown = "".join(markers.feed(text[at : at + size]) for at in range(0, len(text), size)) + markers.flush()
    return shown, numbers.cited


@pytest.mark.parametrize(
    ("text", "shown", "cited"),
    [
        ("Monday [3]. Tuesday [1, 3].", "Monday [1]. Tuesday [2][1].", [3, 1]),
        ("Unicode 【2†source】 too", "Unicode [1] too", [2]),
        ("Nothing there [9] or [0].", "Nothing there or.", []),
        ("In code `x[1]` and\n```\ny[1]\n```\nout [2]", "In code `x[1]` and\n```\ny[1]\n```\nout [1]", [2]),
        ("A model's link [1](http://evil)", "A model's link [1] (http://evil)", [1]),
        ("[1]: http://evil", "[1] : http://evil", [1]),
        ("A real [link](http://x) stays", "A real [link](http://x) stays", []),
        ("Half a marker [1", "Half a marker", []),
        ("Not a marker [12abc]", "Not a marker [12abc]", []),
    ],
)
def test_markers_are_numbered_by_first_use_and_dropped_without_a_passage(
    text: str, shown: str, cited: list[int]
) -> None:
    assert rewrite(text) == (shown, cited)


@settings(max_examples=500)
@given(st.text("[]【】†0123456789,; `\n(:a", max_size=60), st.integers(1, 7))
def test_where_the_stream_is_cut_makes_no_difference(text: str, size: int) -> None:
    assert rewrite(text, size=size) == rewrite(text)


@settings(max_examples=500)
@given(st.text("[]0123456789, a.", max_size=60))
def test_a_reader_never_sees_half_a_marker_or_one_that_points_nowhere(text: str) -> None:
    numbers = Numbers(3)
    markers, shown, seen = Markers(numbers), "", set()
    for character in text:
        shown += markers.feed(character)
        seen.add(len(shown))
    shown += markers.flush()

    for marker in re.finditer(r"\[(\d{1,3})\]", shown):
        assert 1 <= int(marker[1]) <= len(numbers.cited)
        assert not seen & set(range(marker.start() + 1, marker.end()))


def test_the_claim_of_a_marker_is_the_sentence_before_it() -> None:
    numbers = Numbers(5)

    Markers(numbers).feed("It ships in May. The price is 480 euros [1][2]. Ana agreed [3].\n- And Tom [4]")

    assert numbers.claims == ["The price is 480 euros", "The price is 480 euros", "Ana agreed", "- And Tom"]
