"""The schema itself refuses raw SQL that breaks a rule of the turns."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from chat.models import Append, Claim, Conversation, Ending, LoginSession, Submission, Turn

pytestmark = pytest.mark.django_db(transaction=True)


def ask(login: LoginSession, conversation: Conversation | None = None) -> Turn:
    name = conversation.uuid if conversation else None
    return Turn.objects.submit(login, Submission(request_id=uuid4(), question="When?", conversation=name))


def started(turn: Turn) -> Turn:
    [claimed] = [claimed for claimed in Turn.objects.claim("me") if claimed.pk == turn.pk]
    return claimed


def ended(turn: Turn) -> Turn:
    assert Turn.objects.finish(Claim.of(started(turn)), Ending(state="complete", chunks=["Now."], finish_reason="stop"))
    return turn


def refused(sql: str, *values: str | int) -> None:
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)


def test_a_second_stream_in_a_login_session_is_refused(login: LoginSession) -> None:
    started(ask(login))

    refused(
        "UPDATE chat_turn SET state = 'streaming', owner = 'x', lease_expires_at = CURRENT_TIMESTAMP WHERE id = %s",
        ask(login).pk,
    )


def test_a_second_stream_in_a_conversation_is_refused_in_another_login_session_too(login: LoginSession) -> None:
    first = started(ask(login))
    elsewhere = LoginSession.objects.create(user=login.user)

    refused(
        "UPDATE chat_turn SET state = 'streaming', owner = 'x', lease_expires_at = CURRENT_TIMESTAMP WHERE id = %s",
        ask(elsewhere, first.conversation).pk,
    )


def test_a_user_cannot_use_a_request_id_twice(login: LoginSession) -> None:
    first, second = ask(login), ask(login)

    refused(
        "UPDATE chat_turn SET request_id = (SELECT request_id FROM chat_turn WHERE id = %s) WHERE id = %s",
        first.pk,
        second.pk,
    )


def test_a_seventh_active_question_is_refused(login: LoginSession) -> None:
    first, *_ = [ask(login) for _ in range(6)]

    with pytest.raises(IntegrityError), transaction.atomic():
        Turn.objects.create(
            user=first.user, login_session=login, conversation=first.conversation, request_id=uuid4(), question="Else?"
        )


@pytest.mark.parametrize(
    "change",
    [
        "state = 'paused'",
        "owner = NULL",
        "lease_expires_at = NULL",
        "ended_at = CURRENT_TIMESTAMP",
        "state = 'complete', owner = NULL, lease_expires_at = NULL, ended_at = CURRENT_TIMESTAMP, finish_reason = ''",
        "state = 'failed', owner = NULL, lease_expires_at = NULL, ended_at = CURRENT_TIMESTAMP, failure = ''",
        "state = 'stopped', owner = NULL, lease_expires_at = NULL",
        "state = 'queued', owner = NULL, lease_expires_at = NULL",
        "stop_seen = 3",
    ],
)
def test_an_invalid_change_of_a_streaming_turn_is_refused(login: LoginSession, change: str) -> None:
    refused(f"UPDATE chat_turn SET {change} WHERE id = %s", started(ask(login)).pk)  # noqa: S608


@pytest.mark.parametrize("state", ["queued", "streaming", "stopped", "failed", "interrupted", "cancelled"])
def test_a_turn_that_has_ended_changes_to_no_other_state(login: LoginSession, state: str) -> None:
    refused("UPDATE chat_turn SET state = %s WHERE id = %s", state, ended(ask(login)).pk)


@pytest.mark.parametrize("change", ["answer = 'Later.'", "seq = 7", "ended_at = NULL", "question = 'Else?'"])
def test_a_turn_that_has_ended_does_not_change(login: LoginSession, change: str) -> None:
    refused(f"UPDATE chat_turn SET {change} WHERE id = %s", ended(ask(login)).pk)  # noqa: S608


@pytest.mark.parametrize("state", ["complete", "stopped", "failed", "interrupted"])
def test_a_queued_turn_cannot_end_without_having_started(login: LoginSession, state: str) -> None:
    refused(
        "UPDATE chat_turn SET state = %s, ended_at = CURRENT_TIMESTAMP, finish_reason = 'stop' WHERE id = %s",
        state,
        ask(login).pk,
    )


@pytest.mark.parametrize("seq", [0, 1, 3])
def test_a_chunk_that_does_not_follow_the_last_one_is_refused(login: LoginSession, seq: int) -> None:
    turn = started(ask(login))
    assert Turn.objects.append([Append(Claim.of(turn), 1, "answering", ["One"])]) == set()

    refused("INSERT INTO chat_chunk (turn_id, seq, text) VALUES (%s, %s, 'x')", turn.pk, seq)


def test_only_a_streaming_turn_gets_chunks(login: LoginSession) -> None:
    refused("INSERT INTO chat_chunk (turn_id, seq, text) VALUES (%s, 1, 'x')", ask(login).pk)


@pytest.mark.parametrize(
    "values",
    [
        "3, 3, TRUE, 'not_found', NULL, NULL, NULL, NULL, ''",
        "1, 9, TRUE, 'supports', NULL, NULL, NULL, NULL, ''",
        "1, 9, TRUE, 'not_found', 1, NULL, NULL, NULL, ''",
        "1, 9, TRUE, 'not_found', NULL, NULL, NULL, NULL, 'words'",
        "1, 9, FALSE, 'not_found', NULL, NULL, NULL, NULL, ''",
        "1, 9, TRUE, 'same', NULL, NULL, NULL, NULL, ''",
        "1, 9, TRUE, 'same', 1, 5, 5, '{uuid}', ''",
        "1, 9, TRUE, 'same', 1, 0, 5, '{uuid}', 'words'",
        "1, 9, TRUE, 'differs', 1, 0, 5, '{uuid}', ''",
        "1, 9, FALSE, 'differs', 1, 0, 5, '{uuid}', 'words'",
    ],
)
def test_a_quotation_that_contradicts_itself_is_refused(login: LoginSession, values: str) -> None:
    turn = ended(ask(login))
    columns = 'turn_id, begin, "end", is_marked, fidelity, segment, first, last, recording_uuid, words, speaker'

    refused(
        f"INSERT INTO chat_quotation ({columns}) VALUES (%s, {values.format(uuid=uuid4().hex)}, '')",  # noqa: S608
        turn.pk,
    )
