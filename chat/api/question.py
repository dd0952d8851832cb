"""The contents of a request: a question, and the point from which to resume."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import msgspec
from django.http import HttpRequest
from msgspec import Meta, Struct

from ..body import body_in
from ..live.protocol import Seq
from ..models import NO_LIMITS, InvalidRequest, Limits, Submission

QUERY_LIMIT = 4096


class Question(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A question. ``session_id`` is its conversation, null starts a new one; no ``recording_filter`` means all.

    ``limits`` are collections, speakers and days that are searched only; without any, all are.
    """

    query: Annotated[str, Meta(min_length=1, extra_json_schema={"maxLength": QUERY_LIMIT, "pattern": "[0-9A-Za-z]"})]
    session_id: UUID | None
    recording_filter: Annotated[tuple[UUID, ...], Meta(max_length=500)] = ()
    limits: Limits = NO_LIMITS

    def submission(self, request_id: UUID) -> Submission:
        return Submission(
            request_id=request_id,
            question=self.query,
            conversation=self.session_id,
            recordings=self.recording_filter,
            limits=self.limits,
        )


def question_in(request: HttpRequest) -> Question:
    """Return the question in the body. Raise ``InvalidRequest``, which says what is wrong and where."""
    question = body_in(request, Question, what="question")
    if len(question.query) > QUERY_LIMIT:
        raise InvalidRequest(f"The question is too long: {len(question.query):,} characters, at most {QUERY_LIMIT:,}.")
    return question


def request_id_in(request: HttpRequest) -> UUID | None:
    """Return the header ``Idempotency-Key``, which identifies a repeated question. Raise ``InvalidRequest``."""
    key = request.headers.get("Idempotency-Key")
    try:
        return UUID(key) if key is not None else None
    except ValueError:
        raise InvalidRequest("Idempotency-Key must be a UUID.") from None


def last_event_id_in(request: HttpRequest) -> int | None:
    """Return the header ``Last-Event-ID``, the last chunk that the client has read. Raise ``InvalidRequest``."""
    text = request.headers.get("Last-Event-ID")
    try:
        return msgspec.convert(int(text), Seq) if text is not None else None
    except (ValueError, msgspec.ValidationError):
        raise InvalidRequest("Last-Event-ID must be the id of an event.") from None
