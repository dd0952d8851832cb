"""Reading and storing what was asked, with statements that are compiled once: every question needs all of them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID, uuid4

from django.apps import apps
from django.db import connection
from django.db.models import BigIntegerField, CharField, Count, QuerySet, UUIDField

from .. import review_policy
from ..conversation import Conversation, title_from
from ..heard import has_unheard
from ..login_session import LoginSession
from ..prepared import Prepared
from ..prepared_cursor import prepared_cursor
from ..title_word import TitleWord
from .answer import Citation
from .lease import LEASE
from .quotation import Quotation
from .rows import NOW, insert, moment
from .starting import LEASED
from .state import Phase, State

if TYPE_CHECKING:
    from .queue import Submission
    from .turn import Turn

_INSERT_CONVERSATION = "INSERT INTO chat_conversation (uuid, user_id, title) VALUES (%s, %s, %s) RETURNING id"
_ASK_IN = """
    UPDATE chat_conversation SET asked_at = {now} WHERE uuid = %s AND user_id = %s AND deleted_at IS NULL
    RETURNING id, title
"""
_INSERT_TURN = """
    INSERT INTO chat_turn (uuid, user_id, login_session_id, conversation_id, request_id, ask_digest, question,
        recordings, limits, retry_of_id, owner, state, phase, fence, lease_expires_at, started_at,
        seq, answer, chunk_lengths, finish_reason, failure, model_name, is_drawn)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, {start}, 0, '', '[]', '', '', '', %s) RETURNING id, created_at
"""
_WAITS = f"'{State.QUEUED}', '', 0, NULL, NULL"
_STARTS = f"'{State.STREAMING}', '{Phase.RETRIEVING}', 1, {{lease}}, {{now}}"


def _turns() -> QuerySet[Turn]:
    model: type[Turn] = apps.get_model("chat", "Turn")
    return model.objects.select_related("conversation")


def _counted(turns: QuerySet[Turn]) -> QuerySet[Turn, int]:
    """Return a query for the number of turns of one user: a row, or none."""
    return turns.order_by().values("user_id").annotate(n=Count("pk")).values_list("n", flat=True)


_of_request = Prepared(
    lambda user, request: _turns().filter(user_id=user, request_id=request), user=BigIntegerField(), request=UUIDField()
)
_of_pk = Prepared(lambda pk: _turns().filter(pk=pk), pk=BigIntegerField())
_streaming = Prepared(
    lambda pk, owner: _turns().select_related("login_session").filter(pk=pk, owner=owner, state=State.STREAMING),
    pk=BigIntegerField(),
    owner=CharField(),
)
_waiting = Prepared(
    lambda login, pk: _counted(_turns().filter(state=State.QUEUED, login_session_id=login, pk__lte=pk)),
    login=BigIntegerField(),
    pk=BigIntegerField(),
)


def turn_of_request(user_id: int, request_id: UUID) -> Turn | None:
    """Return the turn of a request, if there is one."""
    return _of_request.first(user=user_id, request=request_id)


def position(turn: Turn) -> int:
    """Return the place of a queued turn in the queue of its login session, from 1."""
    return _waiting.first(login=turn.login_session_id, pk=turn.pk) or 0


@dataclass(frozen=True)
class Exchange:
    """An earlier question of a conversation and its answer, with its citations if the user does not hear all sources.

    The ``quotations`` are those that are hidden from the user, and ``recordings`` is the filter of the question. The
    answer ``is_broken`` if it was stopped, and ``is_unheard`` if nobody knows from what it is, and the user does not
    hear everything that it may be from.
    """

    question: str
    answer: str
    is_broken: bool
    recordings: Sequence[Mapping[str, Any]]
    citations: Sequence[Citation] = ()
    quotations: Sequence[Quotation] = ()
    is_unheard: bool = False
    is_withdrawn: ClassVar[bool] = False  # such an answer has failed, and is no part of the history


@cache
def _earlier(most: int) -> Prepared[tuple[int, str, str, str, Sequence[Mapping[str, Any]], bool]]:
    return Prepared(
        lambda conversation, pk, reader: (
            _turns()
            .filter(state__in=[State.COMPLETE, State.STOPPED], conversation_id=conversation, pk__lt=pk)
            .exclude(answer="")
            .order_by("-pk")
            .annotate(has_unheard=has_unheard(reader))
            .values_list("pk", "question", "answer", "state", "recordings", "has_unheard")[:most]
        ),
        conversation=BigIntegerField(),
        pk=BigIntegerField(),
        reader=BigIntegerField(),
    )


def streaming(pk: int, owner: str) -> Turn | None:
    """Return a turn that ``owner`` has started, with its conversation and its login session."""
    return _streaming.first(pk=pk, owner=owner)


def exchanges_before(turn: Turn, most: int) -> list[Exchange]:
    """Return the last questions and answers before a turn, oldest first, that are complete or were stopped.

    Those without an answer (stopped before the first word) are left out: some models refuse an empty message.
    """
    rows = _earlier(most).fetch(conversation=turn.conversation_id, pk=turn.pk, reader=turn.user_id)[::-1]
    partly_unheard = [pk for pk, *_, has_unheard in rows if has_unheard]
    citations: dict[int, list[Citation]] = {}
    quotations: dict[int, list[Quotation]] = {}
    if partly_unheard:  # which is rare, and takes long to find out by queries that find nothing
        for citation in Citation.objects.for_reader(turn.user_id).filter(turn__in=partly_unheard):
            citations.setdefault(citation.turn_id, []).append(citation)
        for quotation in Quotation.objects.hidden_from(turn.user_id).filter(turn__in=partly_unheard):
            quotations.setdefault(quotation.turn_id, []).append(quotation)
    return [
        Exchange(
            question,
            answer,
            is_broken=state != State.COMPLETE,
            recordings=recordings,
            citations=citations.get(pk, ()),
            quotations=quotations.get(pk, ()),
            is_unheard=has_unheard and pk not in citations,
        )
        for pk, question, answer, state, recordings, has_unheard in rows
    ]


def turn(pk: int) -> Turn:
    """Return a turn with its conversation."""
    return _of_pk.fetch(pk=pk)[0]


def new_conversation(user_id: int, question: str) -> Conversation:
    """Store and return a conversation that is named after its first question."""
    uuid = uuid4()
    title = title_from(question)
    [pk] = insert(_INSERT_CONVERSATION, [_uuid(uuid), user_id, title])
    TitleWord.store([(pk, title)])
    return Conversation(pk=pk, uuid=uuid, user_id=user_id, title=title)


def conversation_of(user_id: int, uuid: UUID) -> Conversation | None:
    """Return a conversation of a user in which a question is asked now, so that nobody deletes it until it is stored.

    None if the user has none with this UUID.
    """
    with prepared_cursor() as cursor:
        cursor.execute(_ASK_IN.format(now=NOW[connection.vendor]), [_uuid(uuid), user_id])
        row = cursor.fetchone()
    return Conversation(pk=row[0], uuid=uuid, user_id=user_id, title=row[1]) if row else None


def new_turn(
    login_session: LoginSession,
    conversation: Conversation,
    submission: Submission,
    question: str,
    recordings: Sequence[Mapping[str, Any]],
    limits: Mapping[str, Any] | None,
    retry_of: Turn | None,
    owner: str,
) -> Turn:
    """Store and return a turn: queued, or started for ``owner`` if that is not empty."""
    uuid, digest = uuid4(), submission.digest()
    is_drawn = review_policy.rule().draws(uuid)
    places = [login_session.user_id, login_session.pk, conversation.pk]
    chosen = [json.dumps(recordings), json.dumps(limits) if limits else None]
    asked = [_uuid(submission.request_id), digest, question, *chosen, retry_of.pk if retry_of else None]
    statement = _insert_turn(connection.vendor, starts=bool(owner))
    pk, created_at = insert(statement, [_uuid(uuid), *places, *asked, owner or None, is_drawn])
    new: Turn = apps.get_model("chat", "Turn")(
        pk=pk,
        uuid=uuid,
        user_id=login_session.user_id,
        login_session=login_session,
        conversation=conversation,
        request_id=submission.request_id,
        ask_digest=digest,
        question=question,
        recordings=recordings,
        limits=limits,
        retry_of=retry_of,
        is_drawn=is_drawn,
        created_at=moment(created_at),
        **_started(owner, moment(created_at)) if owner else {},
    )
    new._state.adding = False  # noqa: SLF001  # Django documents it
    return new


def _started(owner: str, at: datetime) -> dict[str, Any]:
    leased = {"owner": owner, "fence": 1, "lease_expires_at": at + LEASE, "started_at": at}
    return {"state": State.STREAMING, "phase": Phase.RETRIEVING, **leased}


@cache
def _insert_turn(kind: str, *, starts: bool) -> str:
    start = _STARTS.format(lease=LEASED[kind], now=NOW[kind]) if starts else _WAITS
    return _INSERT_TURN.format(start=start)


def _uuid(value: UUID) -> UUID | str:
    return value.hex if connection.vendor == "sqlite" else value
