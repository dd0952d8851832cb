"""The views of one turn: show it, open a source of it, stop it, ask it again."""

from __future__ import annotations

from uuid import UUID, uuid4

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from ..accounts.forwarded_user import forwarded
from ..accounts.login_sessions import SignedInRequest
from ..models import NO_LIMITS, InvalidRequest, Limits, Refused, Submission, Turn
from ..query import uuid_of
from ..turns import asking
from .opened_source import opened_source
from .rendering import render_turn


@require_safe
def detail(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Return the HTML of the turn as in the list of turns on a page."""
    turn = get_object_or_404(Turn.objects.of(request.user.pk).select_related("conversation"), uuid=uuid)
    return HttpResponse(render_turn(turn, csrf_token=get_token(request)))


@require_safe
def source(request: SignedInRequest, uuid: UUID, number: int) -> HttpResponse:
    """Return the HTML of a source of the turn with what was said around it, as the reader hears it now."""
    turn = get_object_or_404(Turn.objects.of(request.user.pk).select_related("conversation"), uuid=uuid)
    opened = opened_source(turn, number, request.user.pk)
    if opened is None:
        raise Http404
    return render(request, "chat/_opened_source.html", {"opened": opened, "citation": opened.source.citation})


@require_POST
def stop(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Stop a running turn, or remove a queued one from its queue; leave an ended one as it is."""
    turn = get_object_or_404(Turn.objects.of(request.user.pk).select_related("conversation"), uuid=uuid)
    asking.stop(turn)
    return _back_to(turn)


@require_POST
def retry(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Ask the same question again as a new turn.

    It has the same filter and limits, or only the recording that the form names, or with ``everywhere`` none.
    """
    turn = get_object_or_404(Turn.objects.of(request.user.pk).select_related("conversation"), uuid=uuid)
    try:
        submission = _submission(request, turn, _request_id(request.POST.get("request_id", "")))
        return _back_to(asking.ask(request.login_session, submission, forwarded(request)).turn)
    except Refused as refused:
        messages.error(request, refused.message)
        return _back_to(turn)


def _submission(request: SignedInRequest, turn: Turn, request_id: UUID) -> Submission:
    if "everywhere" in request.POST:
        return Submission(request_id=request_id, question=turn.question, conversation=turn.conversation.uuid)
    return Submission(
        request_id=request_id,
        question=turn.question,
        conversation=turn.conversation.uuid,
        recordings=_filter(request, turn),
        limits=NO_LIMITS if "recording" in request.POST else Limits.of(turn.limits),
        retry_of=turn.uuid,
    )


def _filter(request: SignedInRequest, turn: Turn) -> tuple[UUID, ...]:
    """Return the recordings to search. Raise ``InvalidRequest`` if the form names something else."""
    if "recording" not in request.POST:
        return tuple(UUID(recording["id"]) for recording in turn.recordings)
    only = uuid_of(request.POST["recording"])
    if only is None:
        raise InvalidRequest("This is not a recording. Please choose again.")
    return (only,)


def _request_id(value: str) -> UUID:
    try:
        return forms.UUIDField().clean(value) or uuid4()
    except forms.ValidationError:
        return uuid4()


def _back_to(turn: Turn) -> HttpResponse:
    return redirect(f"{turn.conversation.get_absolute_url()}#turn-{turn.uuid}")
