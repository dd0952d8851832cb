from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.models.conversation import TITLE_LIMIT, title_from


@pytest.mark.parametrize(
    ("question", "title"),
    [
        ("Can you tell me what was decided?", "What was decided?"),
        ("could you please tell us about the Heron launch", "The Heron launch"),
        ("Hi, I’d like to know why the crews miss Bluetooth.", "Why the crews miss Bluetooth."),
        ("Please, what does it cost?", "What does it cost?"),
        ("Do you know who said that?", "Who said that?"),
        ("I was wondering when it ships, thanks!", "When it ships"),
        ("What was decided, please?", "What was decided?"),
        ("Hello!", "Hello!"),
        ("Can you tell me", "Can you tell me"),
        ("Can you hear the seal in the recording?", "Can you hear the seal in the recording?"),
        ("Socrates was mentioned where?", "Socrates was mentioned where?"),
        ("Wellington's price\n\n of  it", "Wellington's price of it"),
        ("iPhone sales?", "iPhone sales?"),
    ],
)
def test_a_title_drops_the_words_that_every_question_may_have(question: str, title: str) -> None:
    assert title_from(question) == title


def test_a_long_title_is_cut_between_words() -> None:
    title = title_from("Tell me why " + "word " * 40)

    assert title.startswith("Why word word")
    assert title.endswith("word…")
    assert len(title) <= TITLE_LIMIT


@given(st.text(min_size=1).filter(str.strip))
def test_every_question_has_a_title(question: str) -> None:
    assert 1 <= len(title_from(question)) <= TITLE_LIMIT
