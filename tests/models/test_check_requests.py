"""Requests for a check: asked for, taken back until a reviewer opens them, then final."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils import timezone

from chat.models import NOTE_LIMIT, CheckRequest, Conflict, InvalidRequest, LoginSession, Turn

from ..support.asked import asked

pytestmark = pytest.mark.django_db


@pytest.fixture
def turn(login: LoginSession, carol: User) -> Turn:
    """A turn of alice, on a site where carol reviews."""
    return asked(login, "When do we ship?", answer="In March.")


def test_asking_twice_makes_one_request(turn: Turn) -> None:
    first = CheckRequest.objects.ask(turn, "Was it May?")

    assert CheckRequest.objects.ask(turn, "Or June?") == first
    assert [(each.turn, each.note) for each in CheckRequest.objects.waiting()] == [(turn, "Was it May?")]


def test_a_request_is_taken_back_until_a_reviewer_opens_it(turn: Turn, carol: User) -> None:
    CheckRequest.objects.ask(turn)
    CheckRequest.objects.withdraw(turn)
    assert not CheckRequest.objects.exists()
    CheckRequest.objects.withdraw(turn)  # twice is no error

    CheckRequest.objects.ask(turn)
    assert CheckRequest.objects.mark_opened([turn.pk], carol) == 1

    with pytest.raises(Conflict, match="opened this question already"):
        CheckRequest.objects.withdraw(turn)
    request = CheckRequest.objects.get()
    assert request.opened_by == carol
    assert request.opened_at is not None
    assert not CheckRequest.objects.waiting().exists()


def test_the_first_reviewer_who_opens_a_request_is_kept(turn: Turn, carol: User, bob: User) -> None:
    CheckRequest.objects.ask(turn)
    CheckRequest.objects.mark_opened([turn.pk], carol)

    assert CheckRequest.objects.mark_opened([turn.pk], bob) == 0
    assert CheckRequest.objects.get().opened_by == carol


def test_a_request_of_a_deleted_conversation_does_not_wait(turn: Turn) -> None:
    CheckRequest.objects.ask(turn)

    turn.conversation.discard()

    assert not CheckRequest.objects.waiting().exists()


def test_five_requests_of_a_user_may_wait(turn: Turn, login: LoginSession, carol: User) -> None:
    turns = [turn, *(asked(login, f"And {number}?") for number in range(5))]
    for each in turns[:5]:
        CheckRequest.objects.ask(each)

    with pytest.raises(InvalidRequest, match="5 of your questions wait for a check already"):
        CheckRequest.objects.ask(turns[5])
    assert CheckRequest.objects.count() == 5

    CheckRequest.objects.mark_opened([turn.pk], carol)
    CheckRequest.objects.ask(turns[5])


@pytest.mark.parametrize("state", ["queued", "streaming", "cancelled"])
def test_only_a_finished_answer_can_be_checked(login: LoginSession, carol: User, state: str) -> None:
    with pytest.raises(InvalidRequest, match="no finished answer"):
        CheckRequest.objects.ask(asked(login, state=state))


def test_a_note_has_a_limit(turn: Turn) -> None:
    with pytest.raises(InvalidRequest, match="this one has 1001"):
        CheckRequest.objects.ask(turn, "x" * (NOTE_LIMIT + 1))


def test_nobody_asks_for_a_check_where_nobody_reviews(turn: Turn, carol: User, settings: Any) -> None:
    settings.REVIEW = "off"
    with pytest.raises(InvalidRequest, match="Nobody reviews"):
        CheckRequest.objects.ask(turn)

    settings.REVIEW = "asked"
    carol.is_active = False
    carol.save()
    with pytest.raises(InvalidRequest, match="Nobody on this site is a reviewer yet"):
        CheckRequest.objects.ask(turn)


def test_the_schema_allows_one_request_for_a_turn_and_no_reviewer_who_has_not_opened_it(
    turn: Turn, carol: User
) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        CheckRequest.objects.create(turn=turn, opened_by=carol)
    CheckRequest.objects.create(turn=turn, opened_by=carol, opened_at=timezone.now())
    with pytest.raises(IntegrityError), transaction.atomic():
        CheckRequest.objects.create(turn=turn)
