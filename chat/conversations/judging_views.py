"""The views with which owners judge an answer: a thumb, and the request that a reviewer checks it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from ..accounts.login_sessions import SignedInRequest
from ..models import NOTE_LIMIT, CheckRequest, Feedback, Refused, Turn, review_policy
from ..models.reviewer import reviewers
from ..problems import STATUS
from .forms import CheckForm, FeedbackForm
from .judged import NOT_JUDGED, Judged, judged

NAMED = 20
"""Most reviewers that are named before a check is asked for; another page has them all."""


@require_POST
def feedback(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Store a thumb for an answer, or withdraw it; with ``fragment`` return the HTML that shows it."""
    turn = _turn(request, uuid)
    try:
        given = FeedbackForm(request.POST).give(turn)
    except Refused as refused:
        if "fragment" in request.POST:
            return HttpResponse(refused.message, status=STATUS.get(refused.code, 400), content_type="text/plain")
        messages.error(request, refused.message)
        return _back_to(turn)
    if "fragment" not in request.POST:
        return _back_to(turn)
    values = Judged(feedback=given).values(turn, get_token(request), asks_why=_asks_why(given))
    return render(request, "chat/_feedback.html", values)


@require_http_methods(["GET", "HEAD", "POST"])
def check(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Show who would see what in a check; a POST asks for it, or with ``withdraw`` takes the request back."""
    turn = _turn(request, uuid)
    if request.method != "POST":
        return _check_page(request, turn)
    form = CheckForm(request.POST)
    try:
        if "withdraw" in request.POST:
            CheckRequest.objects.withdraw(turn)
            messages.success(request, "Your request for a check was taken back.")
        else:
            form.ask(turn)
            messages.success(request, "A reviewer will check this answer. You will find the result below it.")
    except Refused as refused:
        return _check_page(request, turn, refusal=refused.message, note=form.data.get("note", ""))
    return _back_to(turn)


def _check_page(request: SignedInRequest, turn: Turn, *, refusal: str = "", note: str = "") -> HttpResponse:
    context: dict[str, Any] = {
        "turn": turn,
        "judged": judged([turn]).get(turn.pk, NOT_JUDGED),
        "reviewers": [each.get_username() for each in reviewers().order_by("username")[:NAMED]],
        "are_more": reviewers().count() > NAMED,
        "is_on": review_policy.is_on(),
        "reads_all": review_policy.policy() == review_policy.Policy.ALL,
        "refusal": refusal,
        "note": note,
        "note_limit": NOTE_LIMIT,
        "back": _address(turn),
    }
    return render(request, "chat/check.html", context, status=400 if refusal else 200)


def _asks_why(given: Feedback | None) -> bool:
    """Return whether the form opens by itself: after a thumbs down that does not say why yet."""
    return given is not None and given.thumb == Feedback.Thumb.DOWN and not (given.reason or given.text)


def _turn(request: SignedInRequest, uuid: UUID) -> Turn:
    turns = Turn.objects.of(request.user.pk).select_related("conversation")
    return get_object_or_404(turns, uuid=uuid)


def _back_to(turn: Turn) -> HttpResponse:
    return redirect(_address(turn))


def _address(turn: Turn) -> str:
    """Return the address that leads to the turn, wherever in its conversation it is."""
    return f"{turn.conversation.get_absolute_url()}?turn={turn.uuid}"
