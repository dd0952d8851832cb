"""Patterns that begin with a class of characters, so that they are found sooner, find what plainer ones say."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from chat.answers import claims
from chat.answers.excerpts import sentences
from chat.conversations.markup import inline
from chat.models.turns.indexed_turn import plain

SIGNS = [*"\\`*_~[]()$!<&#|>-+/:;%0ah \n", "http://", "https://", "![", "[1]", "[12345]", "- ", "\n- "]
MARKDOWN = st.lists(st.sampled_from(SIGNS), max_size=14).map("".join)
PROSE = st.text(st.sampled_from('.!?…”“»")*_a \n\n\t'), max_size=14)


@given(PROSE)
def test_a_sentence_ends_with_the_blanks_after_its_stop_or_with_its_line(text: str) -> None:
    ends = [end.end() for end in re.finditer(r"(?<=[.!?…])\s+|\n+", text)]

    assert sentences(text) == list(zip([0, *ends], [*ends, len(text)], strict=True))


@given(PROSE)
def test_a_claim_ends_behind_what_closes_its_sentence(text: str) -> None:
    ends = re.finditer(r"(?<=[.!?…])[*_”“»\")]*(?P<gap>\s+)|\n+", text)

    assert [(end.end(), end.start("gap")) for end in claims._SENTENCE_END.finditer(text)] == [
        (end.end(), end.start("gap")) for end in ends
    ]


@given(MARKDOWN)
def test_an_answer_is_indexed_without_the_signs_of_markdown(text: str) -> None:
    without_markers = re.sub(r"\[\d{1,4}\]|[*`~]+", "", text)

    assert plain(text) == re.sub(r"[#|>]+|^\s*[-+]\s+", " ", without_markers, flags=re.MULTILINE)


@given(MARKDOWN)
def test_what_may_begin_an_element_is_found_in_a_line(text: str) -> None:
    special = re.finditer(r"[\\`*_~\[\]$\n]|!(?=\[)|<(?=[A-Za-z0-9.%+-])|&(?=[#A-Za-z])|https?://", text)

    assert [found.span() for found in inline._SPECIAL.finditer(text)] == [found.span() for found in special]
