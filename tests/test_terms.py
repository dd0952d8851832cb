from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.terms import WORD_LIMIT, normalizing, terms, words


def test_all_spellings_of_a_word_are_equal() -> None:
    assert words("Zoë’s NAÏVE new_roof ﬁne Straße") == ["zoe", "naive", "new", "roof", "fine", "strasse"]


@pytest.mark.parametrize(
    "spellings",
    ["LCD L_C_D_ L.C.D. l.c.d", "TVs T_V_s T.V.s", "MP3 M_P_3", "email e-mail E‑Mail", "percent per_cent",
     "Mara Mara's Mara’s", "colour color", "Behaviours behaviors", "organise organize", "analysing analyzing",
     "programmes programs", "centre center", "dialogue dialog", "travelled traveled", "licence license", "grey gray",
     "judgement judgment", "fulfil fulfill", "fulfilment fulfillment", "defence defense", "paediatric pediatric"],
)  # fmt: skip
def test_the_spellings_of_a_word_are_one_word(spellings: str) -> None:
    assert len({tuple(words(spelling)) for spelling in spellings.split()}) == 1


def test_words_that_only_look_like_a_spelling_stay_apart() -> None:
    assert words("size prize four hour metal 3.5 there exercise") == [
        *("size", "prize", "four", "hour", "metal", "3", "5", "there", "exercise")
    ]


def test_a_compound_is_found_by_its_parts_and_as_one_word() -> None:
    assert words("touch-screen") == ["touch", "screen", "touchscreen"]
    assert words("state-of-the-art") == ["state", "of", "the", "art"]


def test_a_letter_after_a_title_makes_a_name() -> None:
    assert words("Professor D, PhD S's grad A and Plan B") == [
        *("professor", "dprofessor", "phd", "sphd", "grad", "agrad", "and", "plan", "bplan")
    ]
    assert words("Can we plan a day? I think it’s Dr. O'Neil") == [
        *("can", "we", "plan", "a", "day", "i", "think", "it", "dr", "oneil")
    ]
    assert terms("What did PhD D say?") == ["phd", "dphd"]


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


@given(st.text(st.characters(max_codepoint=127)))
def test_the_words_of_a_text_in_ascii_are_the_same_beside_another_word(text: str) -> None:
    assert [*words(text), "会議"] == words(f"{text}\n会議")


def test_numbers_take_no_place_of_the_words_that_are_remembered() -> None:
    remembered = len(normalizing._forms)

    assert words(f"12 {'7' * 80}") == ["12", "7" * WORD_LIMIT]
    assert len(normalizing._forms) == remembered
