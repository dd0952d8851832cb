from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chat.answers.markers import Markers
from chat.answers.parentheses import edited


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
    shown = [markers.feed(text[at : at + size]) for at in range(0, len(text), size)]
    return "".join(edited([*shown, markers.flush()], markers.late())), numbers.cited


def claims_of(text: str, size: int) -> list[str]:
    numbers = Numbers(5)
    markers = Markers(numbers)
    for at in range(0, len(text), size):
        markers.feed(text[at : at + size])
    markers.flush()
    return numbers.claims


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


PARTS = [
    *(
        "[",
        "]",
        "[[",
        "]]",
        "【",
        "†",
        "】",
        "1",
        "2",
        "9",
        "0",
        ", ",
        "-",
        " and ",
        "passage ",
        "source",
        "(",
        ")",
        ":",
    ),
    *("^", "#", "<sup>", "</sup>", "<cite>", "</cite>", "<code>", "</code>", '{"citation": ', "}", "¹", "²", "\\", "$"),
    *("$$", "`", "```", "~~~", "\n", "\n\n", " ", "a", "m", ". ", "](", "https://x.org/"),
]


@settings(max_examples=1000)
@given(st.lists(st.sampled_from(PARTS), max_size=16).map("".join), st.integers(1, 7))
def test_where_the_stream_is_cut_makes_no_difference_to_any_spelling(text: str, size: int) -> None:
    assert rewrite(text, size=size) == rewrite(text)


@settings(max_examples=500)
@given(st.text("[]0123456789, .", max_size=60))
def test_a_reader_never_sees_half_a_marker_or_one_that_points_nowhere(text: str) -> None:
    numbers = Numbers(3)
    markers, shown, seen = Markers(numbers), "", set()
    for character in text:
        shown += markers.feed(character)
        seen.add(len(shown))
    shown += markers.flush()

    for marker in re.finditer(r"\[(\d{1,2})\]", shown):
        assert 1 <= int(marker[1]) <= len(numbers.cited)
        assert not seen & set(range(marker.start() + 1, marker.end()))


def test_the_claim_of_a_marker_is_the_sentence_before_it() -> None:
    numbers = Numbers(5)

    Markers(numbers).feed("It ships in May. The price is 480 euros [1][2]. Ana agreed [3].\n- And Tom [4]")

    assert numbers.claims == ["The price is 480 euros", "The price is 480 euros", "Ana agreed", "- And Tom"]


@pytest.mark.parametrize(
    ("text", "claims"),
    [
        ("[1] The pump is old. [2] The budget is short.", ["The pump is old.", "The budget is short."]),
        ("[1] The pump … [2] The budget …", ["The pump …", "The budget …"]),
        ("- [1] The pump is old\n- **[2]** The budget", ["The pump is old", "** The budget"]),
        ("[1][2] The pump is old. It leaks.", ["The pump is old.", "The pump is old."]),
        ("1. [3]: It leaks", [": It leaks"]),
        ("The pump is old. [1] The budget is short. [2]", ["The pump is old.", "The budget is short."]),
        ("The pump is old.\n[1]\nThe budget", ["The pump is old."]),
        ("[1] The pump is old.\nThe budget is short [2].", ["The pump is old.", "The budget is short"]),
        ("Ana: “It is old. It leaks.” [1] “Yes. No.” [2]", ["Ana: “It is old. It leaks.”", "“Yes. No.”"]),
        ("[1] “It is old. It leaks.” Ana said so.", ["“It is old. It leaks.”"]),
    ],
)
@pytest.mark.parametrize("size", [1, 3, 1000])
def test_a_marker_before_its_sentence_belongs_to_the_sentence_that_follows(
    text: str, claims: list[str], size: int
) -> None:
    assert claims_of(text, size) == claims


@settings(max_examples=500)
@given(st.text('[]【】†0129, \n(a.“”"*', max_size=80), st.integers(1, 7))
def test_where_the_stream_is_cut_makes_no_difference_for_the_claims(text: str, size: int) -> None:
    assert claims_of(text, size) == claims_of(text, 1000)


def test_a_sentence_after_its_marker_is_shown_once_it_is_complete() -> None:
    markers = Markers(Numbers(5))

    assert markers.feed("[2] The pump") == ""
    assert markers.feed(" is old. It") == "[1] The pump is old. It"
    assert markers.feed(" leaks") == " leaks"
