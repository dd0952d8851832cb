"""What goes around the code meets the triggers of a legal hold."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction

from chat.models import (
    Conversation,
    holding,
)

from .scene import COLLECTION, EMPTY, NAME, USER, Scene

pytestmark = pytest.mark.django_db

RAW: dict[str, tuple[str, str]] = {
    "a recording": (COLLECTION, "DELETE FROM chat_recording"),
    "the place of a recording": (COLLECTION, "UPDATE chat_recording SET collection_id = {empty}"),
    "a collection": (EMPTY, "DELETE FROM chat_collection WHERE id = {empty}"),
    "a turn": (USER, "DELETE FROM chat_turn"),
    "a conversation": (USER, "DELETE FROM chat_conversation"),
    "a conversation in sight": (USER, "UPDATE chat_conversation SET deleted_at = CURRENT_TIMESTAMP"),
    "a user": (USER, "DELETE FROM auth_user WHERE id = {alice}"),
    "the hold": (USER, "DELETE FROM chat_hold"),
    "its reason": (USER, "UPDATE chat_hold SET reason = 'none'"),
}


@pytest.mark.parametrize("what", RAW)
def test_the_database_refuses_what_goes_around_the_code(scene: Scene, what: str) -> None:
    subject, statement = RAW[what]
    holding.place(getattr(scene, subject), name=NAME, reason="A claim", actor=None)

    with pytest.raises(IntegrityError, match="legal hold"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(empty=scene.empty.pk, alice=scene.alice.pk))


def test_without_a_hold_the_triggers_let_everything_go(scene: Scene) -> None:
    hold = holding.place(scene.alice, name=NAME, reason="A claim", actor=None)
    holding.release(hold, actor=None)

    scene.alice.delete()
    scene.recording.delete()
    scene.empty.delete()

    assert scene.rows() == [0, 1, 2, 0, 0, 0, 0, 0]
    assert not Conversation.objects.exists()


def test_a_hold_that_was_released_does_not_change(scene: Scene) -> None:
    hold = holding.place(scene.alice, name=NAME, reason="A claim", actor=scene.boss)
    holding.release(hold, actor=scene.boss)

    with pytest.raises(IntegrityError), transaction.atomic():
        type(hold).objects.update(released_at=None, released_by="")
