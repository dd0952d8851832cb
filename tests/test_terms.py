from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.terms import WORD_LIMIT, terms, words


def test_all_spellings_of_a_word_are_equal() -> None:
    assert words("Zoë’s NAÏVE plan_b ﬁne Straße") == ["zoe", "s", "naive", "plan", "b", "fine", "strasse"]


def test_scripts_without_spaces_are_cut_into_pairs() -> None:
    assert words("予算会議 ok 金") == ["予算", "算会", "会議", "ok", "金"]


def test_words_of_indian_scripts_keep_their_vowel_signs() -> None:
    assert words("हिन्दी में") == ["हिन्दी", "में"]


@given(st.text(st.characters()))
def test_normalized_words_stay_the_same_and_can_be_stored(text: str) -> None:
    normalized = words(text)

    assert all(0 < len(word) <= WORD_LIMIT and word.encode() for word in normalized)
    assert words(" ".join(normalized)) == normalized


def test_terms_say_what_a_question_is_about() -> None:
    assert terms("What did they say about the prices of batteries?") == ["pric", "battery"]
    assert terms("What was the meeting about?") == []


@pytest.mark.parametrize(
    "forms",
    ["plan plans planned planning", "move moves moved moving", "company companies", "price prices pricing", "bus buses",
     "class classes", "miss misses missed missing", "status", "analysis", "red", "thing things"],
)  # fmt: skip
def test_the_forms_of_a_word_are_one_term(forms: str) -> None:
    assert len(set(terms(forms))) == 1


def test_short_words_stay_apart() -> None:
    assert len(set(terms("ted tee tes bed being bees"))) == 5
