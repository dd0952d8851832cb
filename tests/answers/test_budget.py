"""Selection of the conversation and the passages that fit into a prompt."""

from __future__ import annotations

from math import ceil

from django.test import override_settings
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from chat.answers.budget import HISTORY_SHARE, LEAST_ROOM, best, cost, newest, room_beside, tokens
from chat.models import Recording, Segment
from chat.passages import Passage
from chat.prompts import Exchange, Message, answer_prompt, passage_line

words = st.text(st.sampled_from("ab<é猫🐦 "), max_size=300)


def passage(*texts: str) -> Passage:
    recording = Recording(pk=1, title="Launch")
    segments = [Segment(pk=n, recording=recording, number=n, speaker="Ana", text=text) for n, text in enumerate(texts)]
    return Passage(recording=recording, segments=tuple(segments), score=1, relevance=1)


def estimate(messages: list[Message]) -> int:
    return sum(tokens(message.content) for message in messages)


def texts(passages: list[Passage]) -> list[list[str]]:
    return [[segment.text for segment in passage.segments] for passage in passages]


def test_a_token_is_estimated_as_four_bytes() -> None:
    assert [tokens(text) for text in ("", "a", "abcd", "abcde", "猫", "🐦🐦")] == [0, 1, 1, 2, 1, 2]


@given(
    st.lists(st.tuples(words, words), max_size=6),
    st.lists(st.lists(words, min_size=1, max_size=4), max_size=6),
    st.text(max_size=100),
    st.integers(LEAST_ROOM + 400, 3000),
)
def test_no_prompt_is_longer_than_the_budget(
    exchanges: list[tuple[str, str]], found: list[list[str]], question: str, budget: int
) -> None:
    with override_settings(CHAT_PROMPT_TOKENS=budget):
        room = room_beside(question)
    history = newest([Exchange(*exchange) for exchange in exchanges], room // HISTORY_SHARE)
    passages = best([passage(*segments) for segments in found], room - cost(history))

    messages = answer_prompt(question, passages, history)

    assert estimate(messages) <= budget
    assert messages[-1].content.endswith(question)
    assert [(e.question, e.answer) for e in history[1:]] == exchanges[len(exchanges) - len(history) + 1 :]
    assert texts(passages[:-1]) == found[: max(0, len(passages) - 1)]


def test_the_newest_exchanges_are_kept_in_their_order() -> None:
    history = [Exchange(f"Question {number}?", "x" * 400) for number in range(5)]

    kept = newest(history, cost(history[3:]) + 10)

    assert kept == history[3:]


def test_the_answer_of_an_exchange_that_is_too_long_is_cut() -> None:
    [kept] = newest([Exchange("Long ago?", "-"), Exchange("And then?", "word " * 1000)], 100)

    assert (kept.question, kept.answer.startswith("word word")) == ("And then?", True)
    assert 80 < cost([kept]) <= 100


def test_an_exchange_whose_question_does_not_fit_is_left_out() -> None:
    assert newest([Exchange("x" * 1000, "Yes.")], 100) == []


def test_the_best_passages_are_kept_and_the_last_one_is_cut_to_fit() -> None:
    first, second, third = passage("a" * 400, "b" * 400), passage("c" * 400, "d" * 400), passage("e")
    room = tokens(passage_line(1, first)) + tokens(passage_line(2, second)) - 50

    kept = best([first, second, third], room)

    assert kept[0] is first
    assert texts(kept[1:]) == [["c" * 400]]


def test_a_segment_that_is_too_long_is_cut_in_the_prompt_only() -> None:
    monologue = passage("word " * 5000)

    [kept] = best([monologue], 500)

    assert 300 < tokens(kept.segments[0].text) <= 500
    assert monologue.segments[0].text.startswith(kept.segments[0].text)
    assert len(monologue.segments[0].text) == 25_000
    assert kept.segments[0].number == monologue.segments[0].number


def test_text_that_a_fence_escapes_is_cut_by_its_escaped_length() -> None:
    [kept] = best([passage("<" * 200_000)], 3000)

    assert 2500 < tokens(passage_line(1, kept)) <= 3000


def test_a_question_is_never_cut_and_leaves_room_for_a_passage(settings: Settings) -> None:
    settings.CHAT_PROMPT_TOKENS = 2000

    assert room_beside("🐦" * 8000) == LEAST_ROOM
    assert best([passage("We ship in March. " * 20)], LEAST_ROOM - LEAST_ROOM // HISTORY_SHARE)


def test_without_a_budget_nothing_is_cut(settings: Settings) -> None:
    settings.CHAT_PROMPT_TOKENS = 0
    history, found = [Exchange("Why?", "x" * 200_000)], [passage("y" * 200_000)]

    assert newest(history, room_beside("When?") // HISTORY_SHARE) == history
    assert best(found, room_beside("When?")) == found


def test_a_cut_never_splits_a_character() -> None:
    for room in range(40, 60):
        [kept] = newest([Exchange("?", "🐦猫é" * 100)], room)
        assert ("🐦猫é" * 100).startswith(kept.answer)
        assert tokens(kept.answer) >= ceil(room - 20)
