"""The one way in which an ended turn changes: while a speaker is erased it loses words, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from chat.models import LoginSession, SpeakerErasure, Turn

from ..support.asked import asked

pytestmark = pytest.mark.django_db
WITHOUT: dict[str, Any] = {"answer": "It was [removed].", "erased_at": Now()}


def change(turn: Turn, **values: Any) -> None:
    with transaction.atomic():
        Turn.objects.filter(pk=turn.pk).update(**values)


def test_an_answer_loses_words_only_while_a_speaker_is_erased(login: LoginSession) -> None:
    turn = asked(login)
    with pytest.raises(IntegrityError, match="does not change"):
        change(turn, **WITHOUT)

    erasure = SpeakerErasure.objects.create(name="Ana")
    with pytest.raises(IntegrityError, match="does not change"):
        change(turn, **WITHOUT)
    assert erasure.claim("a test")
    change(turn, **WITHOUT)

    erasure.finish()
    with pytest.raises(IntegrityError, match="does not change"):
        change(turn, answer="It was [removed] again.", erased_at=Now())
    with pytest.raises(IntegrityError, match="does not change"):
        change(turn, erased_at=None)


@pytest.mark.parametrize(
    "wrong",
    [
        {"answer": "Something else."},
        {"answer": "It was decided, and more. [removed]"},
        {"question": "Something else?"},
        {"erased_at": None},
        {"seq": 99},
        {"recordings": [{"id": "x", "title": "y"}]},
        {"finish_reason": "length"},
        {"fence": 99},
        {"ended_at": Now()},
    ],
)
def test_nothing_else_changes_meanwhile(login: LoginSession, wrong: dict[str, Any]) -> None:
    turn = asked(login)
    SpeakerErasure.objects.create(name="Ana").claim("a test")

    with pytest.raises(IntegrityError, match="does not change"):
        change(turn, **(WITHOUT | wrong))


def test_an_answer_that_is_written_cannot_be_marked(login: LoginSession) -> None:
    turn = asked(login, state="streaming")
    SpeakerErasure.objects.create(name="Ana").claim("a test")

    with pytest.raises(IntegrityError, match="does not change"):
        change(turn, erased_at=Now())
