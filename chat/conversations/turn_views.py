"""The views of one turn: show it, stop it, ask it again."""

from __future__ import annotations

from uuid import UUID, uuid4

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST, require_safe

from ..accounts.forwarded_user import forwarded
from ..accounts.login_sessions import SignedInRequest
from ..models import Refused, Submission, Turn
from ..turns import asking
from .rendering import render_turn


@require_safe
def detail(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Return the HTML of the turn as in the list of turns on a page."""
    turn = get_object_or_404(Turn.objects.of(request.user.pk).select_related("conversation"), uuid=uuid)
    return HttpResponse(render_turn(turn, csrf_token=get_token(request)))


@require_POST
def stop(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Stop a running turn, or remove a queued one from its queue; leave an ended one as it is."""
    turn = get_object_or_404(Turn.objects.of(request.user.pk).select_related("conversation"), uuid=uuid)
    asking.stop(turn)
    return _back_to(turn)


@require_POST
def retry(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Ask the same question again as a new turn: with the same filter or, with ``everywhere``, in all recordings."""
    turn = get_object_or_404(Turn.objects.of(request.user.pk).select_related("conversation"), uuid=uuid)
    try:
        request_id = _request_id(request.POST.get("request_id", ""))
        submission = _everywhere(turn, request_id) if "everywhere" in request.POST else _again(turn, request_id)
        return _back_to(asking.ask(request.login_session, submission, forwarded(request)))
    except Refused as refused:
        messages.error(request, refused.message)
        return _back_to(turn)


def _again(turn: Turn, request_id: UUID) -> Submission:
    return Submission(
        request_id=request_id,
        question=turn.question,
        conversation=turn.conversation.uuid,
        recordings=tuple(UUID(recording["id"]) for recording in turn.recordings),
        retry_of=turn.uuid,
    )


def _everywhere(turn: Turn, request_id: UUID) -> Submission:
    return Submission(request_id=request_id, question=turn.question, conversation=turn.conversation.uuid)


def _request_id(value: str) -> UUID:
    try:
        return forms.UUIDField().clean(value) or uuid4()
    except forms.ValidationError:
        return uuid4()


def _back_to(turn: Turn) -> HttpResponse:
    return redirect(f"{turn.conversation.get_absolute_url()}#turn-{turn.uuid}")
