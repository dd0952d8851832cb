"""Thumbs: one for each answer, changed and withdrawn by its owner."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from chat.models import FEEDBACK_LIMIT, Feedback, InvalidRequest, LoginSession, Turn

from ..support.asked import asked

pytestmark = pytest.mark.django_db


@pytest.fixture
def turn(login: LoginSession) -> Turn:
    return asked(login, "When do we ship?", answer="In March.")


def given(turn: Turn) -> tuple[str, str, str] | None:
    return Feedback.objects.filter(turn=turn).values_list("thumb", "reason", "text").first()


@pytest.mark.parametrize("reason", ["", *Feedback.Reason.values])
def test_a_thumbs_down_may_say_why(turn: Turn, reason: str) -> None:
    Feedback.give(turn, "down", reason, "It was May.")

    assert given(turn) == ("down", reason, "It was May.")


def test_a_thumb_is_changed_and_withdrawn(turn: Turn) -> None:
    Feedback.give(turn, "down", "wrong", "It was May.")
    Feedback.give(turn, "up", "wrong", "Now I see.")

    assert given(turn) == ("up", "", "Now I see.")
    Feedback.withdraw(turn)
    assert given(turn) is None
    Feedback.withdraw(turn)


def test_a_thumb_is_deleted_with_its_turn(turn: Turn) -> None:
    Feedback.give(turn, "up")

    turn.delete()

    assert not Feedback.objects.exists()


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (("sideways",), "incomplete"),
        (("",), "incomplete"),
        (("down", "boring"), "incomplete"),
        (("down", "", "x" * (FEEDBACK_LIMIT + 1)), "At most 1000 characters fit here; these are 1001."),
    ],
)
def test_a_thumb_that_is_not_valid_is_refused(turn: Turn, values: tuple[str, ...], message: str) -> None:
    with pytest.raises(InvalidRequest, match=message):
        Feedback.give(turn, *values)
    assert given(turn) is None


@pytest.mark.parametrize("state", ["queued", "streaming", "cancelled"])
def test_only_a_finished_answer_gets_a_thumb(login: LoginSession, state: str) -> None:
    with pytest.raises(InvalidRequest, match="no finished answer"):
        Feedback.give(asked(login, state=state), "up")


@pytest.mark.parametrize(
    "values",
    [
        {"thumb": "bad"},
        {"thumb": "up", "reason": "wrong"},
        {"thumb": "down", "reason": "boring"},
        {"thumb": "", "text": "words"},
    ],
)
def test_the_schema_refuses_what_no_form_sends(turn: Turn, values: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Feedback.objects.create(turn=turn, **values)


def test_the_schema_allows_one_thumb_for_an_answer(turn: Turn) -> None:
    Feedback.objects.create(turn=turn, thumb="up")

    with pytest.raises(IntegrityError), transaction.atomic():
        Feedback.objects.create(turn=turn, thumb="down")
