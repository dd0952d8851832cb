"""The longest run of words that two texts share, compared with a search that tries every one."""

from __future__ import annotations

from itertools import product, takewhile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.answers.verbatim import RUN, Spoken, words

TEXTS = st.lists(st.sampled_from(["So", "it", "launches,", "Ärger!", "42"]), max_size=14).map(" ".join)


def length_of_longest_run(first: list[str], second: list[str]) -> int:
    """Return its length in words; 0 if that is less than ``RUN``."""
    places = product(range(len(first)), range(len(second)))
    lengths = [len(list(takewhile(same, zip(first[start:], second[place:], strict=False)))) for start, place in places]
    longest = max(lengths, default=0)
    return longest if longest >= RUN else 0


def same(pair: tuple[str, str]) -> bool:
    return pair[0] == pair[1]


@given(TEXTS, TEXTS)
def test_it_is_found_where_it_stands(text: str, claim: str) -> None:
    wanted = Spoken(claim)

    run = Spoken(text).longest_run(wanted)

    length = length_of_longest_run(words(text), words(claim))
    assert (run[0] if run else 0) == length
    assert wanted.may_share_run(f"Well. {text} Yes.") == bool(length)
    if run:
        start, end = run[1]
        assert " ".join(words(text[start:end])) in " ".join(words(claim))


@pytest.mark.parametrize(
    ("text", "found"),
    [("Zoë’s NAÏVE L_C_D 12,5", ["zoë", "s", "naïve", "l", "c", "d", "12", "5"]), ("İT is", ["i̇t", "is"])],
)
def test_words_have_no_case_and_no_punctuation(text: str, found: list[str]) -> None:
    assert words(text) == found


@given(st.text(st.characters(max_codepoint=127)))
def test_the_words_of_a_text_in_ascii_are_the_same_beside_another_word(text: str) -> None:
    assert [*words(text), "é"] == words(f"{text} É")
