from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.search.marks import LENGTH, Part, count, read_marked, snippet, spans
from chat.terms import words


def shown(parts: list[Part]) -> str:
    return "".join(f"[{part.text}]" if part.found else part.text for part in parts)


def test_marked_words_are_read_with_the_words_between_them() -> None:
    found = read_marked("the <silicone seal> is <late>")

    assert [(word.text, word.found) for word in found] == [
        ("the", False), ("silicone", True), ("seal", True), ("is", False), ("late", True),
    ]  # fmt: skip


def test_the_words_are_marked_where_they_stand_in_the_text() -> None:
    text = "(The Silicone-Seal, Zoë’s “naïve” PLAN_B!)"
    found = [word in {"seal", "naive", "bplan"} for word in words(text)]

    assert [text[start:end] for start, end in spans(text, found)] == ["Seal", "naïve", "PLAN_B"]


@pytest.mark.parametrize(
    ("text", "asked", "marked"),
    [
        ("a touch-screen phone", {"touchscreen"}, ["touch", "screen"]),
        ("Professor D said so", {"dprofessor"}, ["D"]),
        ("I don 't think the seal , per cent", {"seal"}, ["seal"]),
        ("the L_C_D_ of it", {"lcd"}, ["L_C_D"]),
    ],
)
def test_a_word_in_another_spelling_is_marked(text: str, asked: set[str], marked: list[str]) -> None:
    found = [word in asked for word in words(text)]

    assert [text[start:end] for start, end in spans(text, found)] == marked


def test_a_word_without_spaces_around_it_is_marked_in_japanese() -> None:
    text = "新しい会議室です"
    found = [word in {"会議", "議室"} for word in words(text)]

    assert [text[start:end] for start, end in spans(text, found)] == ["会議室"]


def test_a_snippet_shows_the_stretch_with_most_marks() -> None:
    text = "A price. " + "Much else was said here. " * 20 + "The price of the seal was the point." + " More." * 50
    found = [word in {"price", "seal"} for word in words(text)]

    parts = snippet(text, spans(text, found))

    assert "The [price] of the [seal] was" in shown(parts)
    assert shown(parts).startswith("… ")
    assert shown(parts).endswith(" …")


@given(st.text(max_size=600), st.lists(st.booleans(), max_size=60))
def test_no_text_breaks_the_marking(text: str, found: list[bool]) -> None:
    found = (found + [False] * count(text))[: count(text)]

    parts = snippet(text, spans(text, found))

    assert "".join(part.text for part in parts).removeprefix("… ").removesuffix(" …") in text + " …"
    assert sum(len(part.text) for part in parts) <= LENGTH + 4
