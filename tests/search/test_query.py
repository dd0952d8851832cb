from __future__ import annotations

import pytest

from chat.search.query import NO_WORDS, TERM_LIMIT, TOO_COMMON, TOO_SHORT, parsed


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("price seal", (("price",), ("seal",))),
        ('price "silicone seal"', (("price",), ("silicone", "seal"))),
        ("„silicone seal“ price", (("silicone", "seal"), ("price",))),
        ('"silicone seal', (("silicone",), ("seal",))),
        ("well-known", (("well", "known"),)),
        ("Ben’s seal", (("ben",), ("seal",))),
        ("what did Zoë say", (("zoe",), ("say",))),
        ("seal Seal SEAL", (("seal",),)),
        ("seal AND -price* NEAR(", (("seal",), ("price",), ("near",))),
        ("会議室", (("会議", "議室"),)),
        ('"" seal ""', (("seal",),)),
    ],
)
def test_words_and_quoted_phrases_are_told_apart(text: str, terms: tuple[tuple[str, ...], ...]) -> None:
    assert parsed(text).terms == terms


@pytest.mark.parametrize(
    ("text", "refusal"),
    [("", ""), ("   ", ""), ("x", TOO_SHORT), ("?!…", NO_WORDS), ("what was it", TOO_COMMON), ('"it was"', TOO_COMMON)],
)
def test_a_text_without_a_word_to_search_for_says_what_is_missing(text: str, refusal: str) -> None:
    assert (parsed(text).terms, parsed(text).refusal) == ((), refusal)


def test_a_long_text_is_searched_for_its_first_words() -> None:
    assert len(parsed(" ".join(f"word{number}" for number in range(50))).terms) == TERM_LIMIT
