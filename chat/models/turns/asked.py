"""Reading and storing what was asked, with statements that are compiled once: every question needs all of them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from django.apps import apps
from django.db.models import BigIntegerField, CharField, Count, QuerySet, UUIDField
from django.db.models.functions import Now

from ..conversation import Conversation, title_from
from ..login_session import LoginSession
from ..prepared import Prepared
from ..title_word import TitleWord
from .rows import insert
from .state import ACTIVE, State

if TYPE_CHECKING:
    from .queue import Submission
    from .turn import Turn

_INSERT_CONVERSATION = "INSERT INTO chat_conversation (uuid, user_id, title) SELECT uuid, user_id, title FROM {new}"
_CONVERSATION = {"uuid": "uuid", "user_id": "bigint", "title": "text"}
_INSERT_TURN = f"""
    INSERT INTO chat_turn (uuid, user_id, login_session_id, conversation_id, request_id, ask_digest, question,
        recordings, retry_of_id, state, phase, seq, answer, chunk_lengths, finish_reason, failure, model_name, fence)
    SELECT uuid, user_id, login_session_id, conversation_id, request_id, ask_digest, question,
        recordings, retry_of_id, '{State.QUEUED}', '', 0, '', '[]', '', '', '', 0 FROM {{new}}
"""  # noqa: S608  # our own constant
_TURN = {
    "uuid": "uuid",
    "user_id": "bigint",
    "login_session_id": "bigint",
    "conversation_id": "bigint",
    "request_id": "uuid",
    "ask_digest": "text",
    "question": "text",
    "recordings": "jsonb",
    "retry_of_id": "bigint",
}


def _turns() -> QuerySet[Turn]:
    model: type[Turn] = apps.get_model("chat", "Turn")
    return model.objects.select_related("conversation")


def _counted(turns: QuerySet[Turn]) -> QuerySet[Turn, int]:
    """Return a query for the number of turns of one user: a row, or none."""
    return turns.order_by().values("user_id").annotate(n=Count("pk")).values_list("n", flat=True)


_live_login = Prepared(
    lambda pk: LoginSession.objects.select_for_update().filter(pk=pk, ended_at=None).values_list("pk", flat=True),
    pk=BigIntegerField(),
)
_of_request = Prepared(
    lambda user, request: _turns().filter(user_id=user, request_id=request), user=BigIntegerField(), request=UUIDField()
)
_of_pk = Prepared(lambda pk: _turns().filter(pk=pk), pk=BigIntegerField())
_streaming = Prepared(
    lambda pk, owner: _turns().select_related("login_session").filter(pk=pk, owner=owner, state=State.STREAMING),
    pk=BigIntegerField(),
    owner=CharField(),
)
_active = Prepared(
    lambda login: _turns().filter(state__in=ACTIVE, login_session_id=login).order_by().values_list("pk", flat=True),
    login=BigIntegerField(),
)
_waiting = Prepared(
    lambda login, pk: _counted(_turns().filter(state=State.QUEUED, login_session_id=login, pk__lte=pk)),
    login=BigIntegerField(),
    pk=BigIntegerField(),
)
_recent = Prepared(
    lambda user: _counted(_turns().filter(user_id=user, created_at__gt=Now() - timedelta(minutes=1))),
    user=BigIntegerField(),
)


def lock(login_session: LoginSession) -> bool:
    """Lock a login session until the transaction ends; return whether it is still signed in."""
    return bool(_live_login.fetch(pk=login_session.pk))


def turn_of_request(user_id: int, request_id: UUID) -> Turn | None:
    """Return the turn of a request, if there is one."""
    return _of_request.first(user=user_id, request=request_id)


def active(login_session: LoginSession) -> int:
    """Return how many turns of a login session wait or stream."""
    return len(_active.fetch(login=login_session.pk))


def in_last_minute(user_id: int) -> int:
    """Return how many questions a user has asked within a minute."""
    return _recent.first(user=user_id) or 0


def position(turn: Turn) -> int:
    """Return the place of a queued turn in the queue of its login session, from 1."""
    return _waiting.first(login=turn.login_session_id, pk=turn.pk) or 0


@cache
def _earlier(most: int) -> Prepared[tuple[str, str]]:
    return Prepared(
        lambda conversation, pk: (
            _turns()
            .filter(state__in=[State.COMPLETE, State.STOPPED], conversation_id=conversation, pk__lt=pk)
            .exclude(answer="")
            .order_by("-pk")
            .values_list("question", "answer")[:most]
        ),
        conversation=BigIntegerField(),
        pk=BigIntegerField(),
    )


def streaming(pk: int, owner: str) -> Turn | None:
    """Return a turn that ``owner`` has started, with its conversation and its login session."""
    return _streaming.first(pk=pk, owner=owner)


def exchanges_before(turn: Turn, most: int) -> list[tuple[str, str]]:
    """Return the last questions and answers before a turn, oldest first, that are complete or were stopped.

    Those without an answer (stopped before the first word) are left out: some models refuse an empty message.
    """
    return _earlier(most).fetch(conversation=turn.conversation_id, pk=turn.pk)[::-1]


def new_conversation(user_id: int, question: str) -> Conversation:
    """Store and return a conversation that is named after its first question."""
    uuid = uuid4()
    title = title_from(question)
    pk = insert(_INSERT_CONVERSATION, _CONVERSATION, {"uuid": uuid.hex, "user_id": user_id, "title": title})
    TitleWord.store([(pk, title)])
    return Conversation(pk=pk, uuid=uuid, user_id=user_id, title=title)


def new_turn(
    login_session: LoginSession,
    conversation: Conversation,
    submission: Submission,
    question: str,
    recordings: Sequence[Mapping[str, Any]],
    retry_of: Turn | None,
) -> Turn:
    """Store and return a queued turn."""
    row = {
        "uuid": uuid4().hex,
        "user_id": login_session.user_id,
        "login_session_id": login_session.pk,
        "conversation_id": conversation.pk,
        "request_id": submission.request_id.hex,
        "ask_digest": submission.digest(),
        "question": question,
        "recordings": json.dumps(recordings),
        "retry_of_id": retry_of.pk if retry_of else None,
    }
    turn = _of_pk.fetch(pk=insert(_INSERT_TURN, _TURN, row))[0]
    turn.login_session = login_session
    return turn
