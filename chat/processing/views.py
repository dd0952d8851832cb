"""The jobs that somebody sees, as JSON and as a part of pages, and what can be done with each."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import msgspec
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from ..accounts.login_sessions import SignedInRequest
from ..models import Collection, InvalidRequest, Job, Refused
from ..problems import refusal
from .attaching import attached
from .changing import again, attach_transcript, cancel
from .shown import as_json, shown_jobs

BACK = ("recording-list", "recording-upload")
"""The pages that have the list; a form names one of them in ``back``."""


@require_safe
def listing(request: SignedInRequest) -> HttpResponse:
    """Return the jobs that the user sees, as JSON."""
    return _json({"jobs": shown_jobs(request.user.pk)})


@require_safe
def shown(request: SignedInRequest) -> HttpResponse:
    """Render them as the list of pages, which replaces its own with it."""
    context = {"jobs": shown_jobs(request.user.pk), "back": _back(request.GET.get("back", ""))}
    return render(request, "processing/_list.html", context)


@require_POST
def begin_again(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Do the step that failed again, or with ``step`` an earlier one."""

    def change(job: Job) -> None:
        _refuse_who_left(request, job)
        again(job, request.POST.get("step", ""))

    return _changed(request, uuid, change, "It is tried again.")


@require_POST
def give_up(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Cancel a job, and delete its files."""
    return _changed(request, uuid, cancel, "It was cancelled, and its files are deleted.")


@require_POST
def attach(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Attach the file in ``transcript``, and go on with it."""

    def change(job: Job) -> None:
        _refuse_who_left(request, job)
        file = request.FILES.get("transcript")
        if not isinstance(file, UploadedFile):
            raise InvalidRequest("Please choose a file with the transcript.")
        with attached(job, file) as name:
            attach_transcript(job, name, file.name or "")

    return _changed(request, uuid, change, "The transcript was attached.")


def _changed(request: SignedInRequest, uuid: UUID, change: Callable[[Job], None], done: str) -> HttpResponse:
    """Make a change that the user may make, and say so: to programs as JSON, to browsers on the page of the list."""
    job = get_object_or_404(Job.objects.seen_by(request.user.pk), uuid=uuid)
    wants_json = request.accepts("application/json") and not request.accepts("text/html")
    try:
        change(job)
    except Refused as refused:
        if wants_json:
            return refusal(refused)
        messages.error(request, refused.message)
    else:
        if wants_json:
            left = Job.objects.seen_by(request.user.pk).filter(uuid=uuid).first()
            return _json(as_json(left, request.user.pk)) if left else HttpResponse(status=204)
        messages.success(request, done)
    return redirect(f"chat:{_back(request.POST.get('back', ''))}")


def _refuse_who_left(request: SignedInRequest, job: Job) -> None:
    """Raise ``InvalidRequest`` if the user may not add to the collection any more; cancelling is left to them."""
    if not Collection.objects.changeable_by(request.user).filter(pk=job.collection_id).exists():
        raise InvalidRequest("You may not add recordings to this collection any more.")


def _back(name: str) -> str:
    return name if name in BACK else BACK[0]


def _json(content: object) -> HttpResponse:
    return HttpResponse(msgspec.json.encode(content), content_type="application/json")
