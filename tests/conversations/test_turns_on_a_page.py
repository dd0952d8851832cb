"""Which turns a page shows, in how many queries, and what it shows of a turn that goes on while the page is read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User

from chat.conversations.rendering import PAGE, render_turn, turns_after, turns_of
from chat.conversations.running import texts_of
from chat.conversations.shown_turn import ShownTurn
from chat.models import Append, Claim, Conversation, Ending, LoginSession, Turn

from ..support.asked import asked, chunks_of, citing, recorded
from .test_rendering import attributes

pytestmark = pytest.mark.django_db


# What happens while a page is read


def while_reading(monkeypatch: pytest.MonkeyPatch, action: Callable[[], object]) -> None:
    """Run ``action`` between the reading of the chunks and the reading of the rows."""

    def texts(*arguments: Any) -> Any:
        chunks = texts_of(*arguments)
        action()
        return chunks

    monkeypatch.setattr("chat.conversations.rendering.texts_of", texts)


def test_a_turn_that_ends_while_the_page_is_read_is_shown_whole(
    login: LoginSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    turn = asked(login, state="streaming", answer="It was decided.")
    ending = Ending(state="complete", chunks=chunks_of("It was decided. Yes."), finish_reason="stop")
    while_reading(monkeypatch, lambda: Turn.objects.finish(Claim.of(turn), ending))

    html = render_turn(turn)

    assert attributes(html, "data-turn")["data-state"] == "complete"
    assert "<p>It was decided. Yes.</p>" in html


def test_text_and_seq_agree_while_the_writer_continues(login: LoginSession, monkeypatch: pytest.MonkeyPatch) -> None:
    turn = asked(login, state="streaming", answer="It was decided.")
    more = Append(claim=Claim.of(turn), seq=4, phase="answering", texts=[" More."])
    while_reading(monkeypatch, lambda: Turn.objects.append([more]))

    html = render_turn(turn)

    assert attributes(html, "data-seq")["data-seq"] == "3"
    assert ">It was decided.</div>" in html


# How many


@pytest.fixture
def long_conversation(login: LoginSession) -> Conversation:
    """A conversation with three turns more than fit on a page."""
    conversation = asked(login, "Question 0", state="cancelled").conversation
    for number in range(1, PAGE + 3):
        asked(login, f"Question {number}", conversation=conversation, state="cancelled")
    return conversation


def questions(shown: list[ShownTurn]) -> list[str]:
    return [turn.turn.question for turn in shown]


def test_a_page_shows_the_last_turns_in_order(long_conversation: Conversation) -> None:
    page = turns_of(long_conversation, long_conversation.user_id)

    assert questions(page.turns) == [f"Question {number}" for number in range(3, PAGE + 3)]
    assert page.earlier


def test_earlier_turns_are_a_page_away(long_conversation: Conversation) -> None:
    reader = long_conversation.user_id
    page = turns_of(long_conversation, reader, before=turns_of(long_conversation, reader).turns[0].turn)

    assert questions(page.turns) == ["Question 0", "Question 1", "Question 2"]
    assert not page.earlier


def test_newer_turns_are_those_after_the_given_one(long_conversation: Conversation) -> None:
    last_shown = long_conversation.turns.get(question=f"Question {PAGE}")

    newer = turns_after(long_conversation, long_conversation.user_id, last_shown)

    assert questions(newer) == [f"Question {PAGE + 1}", f"Question {PAGE + 2}"]


def test_the_number_of_queries_does_not_grow_with_the_page(
    login: LoginSession, alice: User, long_conversation: Conversation, django_assert_max_num_queries: Any
) -> None:
    recording = recorded("Planning", "We ship in March.")
    for _ in range(5):
        asked(
            login,
            conversation=long_conversation,
            answer="So [1].",
            citations=[citing(recording)],
            recordings=[recording],
        )

    with django_assert_max_num_queries(5):
        assert all(shown.html() for shown in turns_of(long_conversation, long_conversation.user_id).turns)
