"""The pages on which a speaker is erased, and which answers were changed for that."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ..accounts.login_sessions import SignedInRequest
from ..display import shown
from ..models import REMOVED_SPEAKER, Collection, ErasurePlan, InvalidRequest, Recording, Refused
from ..query import uuid_of
from .shown import erasures_of, found_words, shown_answers

PAGE = 50
NOT_SURE = "Please confirm that these words shall be erased for good."


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: SignedInRequest) -> HttpResponse:
    """Ask whom to erase, then say what there is of them; a POST erases.

    ``?recording=`` limits it to one recording, ``?collection=`` to a collection; else it is in all that the user may
    change.
    """
    plan = _plan(request)
    context: dict[str, Any] = {"plan": plan, "collection": _collection(request), "speakers": _speakers(plan)}
    if plan.name:
        context |= {"counts": plan.counts, "found": found_words(plan.counts)}
    if request.method != "POST":
        return render(request, "erasing/new.html", context)
    try:
        if "sure" not in request.POST:
            raise InvalidRequest(NOT_SURE)
        erasure = plan.begin(request.user, replaces_name="replace_name" in request.POST)
    except Refused as refused:
        return render(request, "erasing/new.html", context | {"error": refused.message}, status=400)
    messages.success(request, "The words of this speaker are being erased.")
    return redirect("chat:erasure-detail", erasure.uuid)


@require_safe
def listing(request: SignedInRequest) -> HttpResponse:
    """List the erasures of which the user may know."""
    _check(request)
    erasures = erasures_of(request.user).annotate(changed=Count("answers"))
    page = Paginator(erasures, PAGE).get_page(request.GET.get("page"))
    return render(request, "erasing/list.html", {"page": page})


@require_safe
def detail(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Show how far an erasure is, and the answers that were changed: without any of their content."""
    erasure = get_object_or_404(erasures_of(request.user), uuid=uuid)
    page = Paginator(erasure.answers.select_related("turn").order_by("pk"), PAGE).get_page(request.GET.get("page"))
    actor = shown(erasure.actor.get_username()) if erasure.actor else "the site"
    context = {"erasure": erasure, "page": page, "answers": shown_answers(list(page)), "actor": actor}
    return render(request, "erasing/detail.html", context)


@require_POST
def resume(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Continue an erasure that was stopped, without waiting for the next attempt of the site."""
    erasure = get_object_or_404(erasures_of(request.user), uuid=uuid)
    erasure.resume()
    return redirect("chat:erasure-detail", erasure.uuid)


def _check(request: SignedInRequest) -> None:
    if not Collection.objects.changeable_by(request.user).exists():
        raise PermissionDenied


def _plan(request: SignedInRequest) -> ErasurePlan:
    """Return what the request is about. Only what the user may change counts; the rest is as if it did not exist."""
    _check(request)
    collections = Collection.objects.changeable_by(request.user)
    if collection := _collection(request):
        collections = collections.filter(pk=collection.pk)
    recording = None
    if "recording" in request.GET:
        heard = Recording.objects.heard_by(request.user.pk).filter(collection__in=collections)
        recording = get_object_or_404(heard, uuid=uuid_of(request.GET["recording"]) or UUID(int=0))
    name = request.GET.get("speaker", "").replace("\0", "").strip()[:120]
    return ErasurePlan(name, collections, recording)


def _collection(request: SignedInRequest) -> Collection | None:
    if "collection" not in request.GET:
        return None
    changeable = Collection.objects.changeable_by(request.user)
    return get_object_or_404(changeable, uuid=uuid_of(request.GET["collection"]) or UUID(int=0))


def _speakers(plan: ErasurePlan) -> list[str]:
    """Return the names of the speakers of a recording, to choose one."""
    if plan.recording is None:
        return []
    spoken = plan.recording.segments.exclude(speaker__in=("", REMOVED_SPEAKER)).order_by("speaker")
    return list(spoken.values_list("speaker", flat=True).distinct())
