"""What a program says of an answer for its owner: a thumb, and the request that a reviewer checks it."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from django.http import HttpResponse
from msgspec import Meta, Struct

from .. import models
from ..body import body_in, typed
from ..database import in_database
from ..models import NOTE_LIMIT, NotFound
from ..models.feedback import FEEDBACK_LIMIT
from . import resources
from .access import ApiRequest, api
from .listing import json_response


class Thumb(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A thumb for an answer, in place of an earlier one. A reason is dropped with a thumbs up."""

    thumb: Literal["up", "down"]
    reason: Literal["", "wrong", "invented", "sources", "incomplete", "unclear", "other"] = ""
    text: Annotated[str, Meta(max_length=FEEDBACK_LIMIT)] = ""


class AskForCheck(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A request that a reviewer checks an answer, with a note for the reviewer."""

    note: Annotated[str, Meta(max_length=NOTE_LIMIT)] = ""


@api("PUT", "DELETE")
async def feedback(request: ApiRequest, uuid: UUID) -> HttpResponse:
    """Store the user's thumb for an answer, or withdraw it."""
    thumb = body_in(request, Thumb, what="thumb") if request.method == "PUT" else None
    stored = await in_database(_give, request.login_session.user_id, uuid, thumb)
    return json_response(stored) if stored else HttpResponse(status=204)


@api("PUT", "DELETE")
async def check(request: ApiRequest, uuid: UUID) -> HttpResponse:
    """Ask for a check of an answer, or take the request back."""
    asked = body_in(request, AskForCheck, what="request for a check") if request.method == "PUT" else None
    stored = await in_database(_ask, request.login_session.user_id, uuid, asked)
    return json_response(stored) if stored else HttpResponse(status=204)


def _give(user_id: int, uuid: UUID, thumb: Thumb | None) -> resources.Feedback | None:
    turn = _turn(user_id, uuid)
    if thumb:
        return resources.Feedback.of(models.Feedback.give(turn, thumb.thumb, thumb.reason, typed(thumb.text)))
    models.Feedback.withdraw(turn)
    return None


def _ask(user_id: int, uuid: UUID, asked: AskForCheck | None) -> resources.Check | None:
    turn = _turn(user_id, uuid)
    if asked:
        return resources.Check.of(models.CheckRequest.objects.ask(turn, typed(asked.note)))
    models.CheckRequest.objects.withdraw(turn)
    return None


def _turn(user_id: int, uuid: UUID) -> models.Turn:
    turn = models.Turn.objects.of(user_id).filter(uuid=uuid).first()
    if turn is None:
        raise NotFound("This question no longer exists.")
    return turn
