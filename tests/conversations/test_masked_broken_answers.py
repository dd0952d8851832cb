"""An answer that broke off may be from anything that its model got, and not only from what it cites."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db.models import F
from django.test import Client
from django.utils import timezone

from chat.conversations.rendering import render_ended, render_turn, turns_of
from chat.models import Citation, Collection, Conversation, LoginSession, Recording, Turn
from chat.search.conversations import details, in_conversations
from chat.search.query import parsed

from ..support.asked import asked, recorded
from ..support.withdrawing import KEPT, OPEN, SECRET, WITHDRAWN, Change, broken_off, move

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("static_files")]

WHOLE = "[An answer from a source that you may no longer hear.]"
NOTICE = "[A sentence from a source that you may no longer hear.]"
BROKEN = ["stopped", "failed", "interrupted"]


def text(turn: Turn, reader: int) -> str:
    [shown] = [shown for shown in turns_of(turn.conversation, reader).turns if shown.turn == turn]
    return shown.text


@pytest.mark.parametrize("state", BROKEN)
def test_an_answer_without_a_marker_is_masked_as_a_whole(client: Client, login: LoginSession, state: str) -> None:
    scene = broken_off(login, state=state)
    client.force_login(login.user)
    before = render_turn(scene.turn)
    move(scene)
    surfaces = [
        render_turn(scene.turn),
        render_ended(scene.turn.uuid),
        client.get(scene.conversation.get_absolute_url()).content.decode(),
        client.get(f"/turns/{scene.turn.uuid}/").content.decode(),
    ]

    assert SECRET in before
    assert all(WHOLE in html and SECRET not in html for html in surfaces)


@pytest.mark.parametrize("change", WITHDRAWN)
def test_it_is_masked_however_its_source_was_withdrawn(login: LoginSession, change: Change) -> None:
    scene = broken_off(login)
    change(scene)

    assert text(scene.turn, login.user_id) == WHOLE


@pytest.mark.parametrize("change", KEPT)
def test_it_is_shown_to_those_who_hear_all_that_its_model_got(login: LoginSession, change: Change) -> None:
    scene = broken_off(login)
    change(scene)

    assert text(scene.turn, login.user_id) == f"It is {SECRET}"


def test_an_answer_with_markers_is_masked_after_the_last_one(login: LoginSession) -> None:
    scene = broken_off(login, answer=f"The {OPEN} is here [1]. But the {SECRET}. It is")
    move(scene)

    assert text(scene.turn, login.user_id) == f"The {OPEN} is here [1]. {NOTICE}"


def test_nothing_is_shown_or_found_of_what_its_model_only_got(login: LoginSession) -> None:
    scene = broken_off(login, answer="It may be")

    assert "data-source" not in render_turn(scene.turn)
    assert scene.turn.pk not in found(login.user_id, SECRET)


def test_a_reviewer_reads_it_by_its_own_ears(carol: User, login: LoginSession) -> None:
    scene = broken_off(login)

    assert text(scene.turn, carol.pk) == WHOLE


@pytest.mark.django_db(transaction=True)
def test_its_words_are_no_longer_found(login: LoginSession) -> None:
    scene = broken_off(login)
    before = found(login.user_id, SECRET)
    move(scene)

    assert scene.turn.pk in before
    assert found(login.user_id, SECRET) == []
    assert scene.turn.pk in found(login.user_id, "broken")


def found(reader: int, words: str) -> list[int]:
    query = parsed(words)
    conversations = list(in_conversations(query, Conversation.objects.found_of(reader), reader_id=reader))
    return [each.turn.pk for each in details(query, conversations, reader) if each.turn]


# Answers of the release before, which stored no source without a marker


def of_the_release_before(login: LoginSession, *filtered: Recording) -> Turn:
    turn = asked(login, "Broken?", answer=f"It is {SECRET}", state="stopped", recordings=filtered)
    assert not Citation.objects.filter(turn=turn)
    return turn


def unheard_recording() -> Recording:
    return recorded("Board", "Something.", collection=Collection.objects.create(name="Board"))


def test_an_old_answer_is_masked_unless_its_reader_hears_all_that_it_may_be_from(login: LoginSession) -> None:
    recorded("Heard", "Something.")
    turn = of_the_release_before(login)
    assert text(turn, login.user_id) == f"It is {SECRET}"
    later = unheard_recording()
    Recording.objects.filter(pk=later.pk).update(created_at=timezone.now() + timedelta(days=1))
    assert text(turn, login.user_id) == f"It is {SECRET}"
    Recording.objects.filter(pk=later.pk).update(created_at=F("created_at") - timedelta(days=2))

    assert text(turn, login.user_id) == WHOLE
    assert WHOLE in render_ended(turn.uuid)


def test_an_old_answer_is_masked_if_one_was_deleted_that_its_reader_does_not_hear(login: LoginSession) -> None:
    turn = of_the_release_before(login)
    unheard_recording().delete()

    assert text(turn, login.user_id) == WHOLE


def test_an_old_answer_can_only_be_from_the_recordings_of_its_filter(login: LoginSession) -> None:
    heard = recorded("Heard", "Something.")
    turn = of_the_release_before(login, heard)
    unheard_recording()
    assert text(turn, login.user_id) == f"It is {SECRET}"
    heard.collection = Collection.objects.create(name="Elsewhere")
    heard.save()

    assert text(turn, login.user_id) == WHOLE
