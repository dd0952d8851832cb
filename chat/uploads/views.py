"""The page on which files are sent, and the addresses to which its script sends them.

The script speaks JSON, as programs do: see ``wire``. Whoever has no script sends a form, with smaller files.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec
from uuid import UUID

import msgspec
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods
from msgspec import Struct

from ..accounts.login_sessions import SignedInRequest
from ..body import body_in, reads_body
from ..models import Collection, Refused
from ..problems import refusal
from ..query import uuid_of
from ..recordings.transcripts import SUFFIXES
from .beginning import begin_batch
from .forms import FORM_LIMIT, UploadForm
from .kinds import MEDIA
from .own import end, open_files, own, received, shown
from .whole import take_whole
from .wire import SAID_LIMIT, SaidBatch

P = ParamSpec("P")
View = Callable[Concatenate[SignedInRequest, P], HttpResponse]


def _refusing(view: View[P]) -> View[P]:
    """Let a view answer a refused request as the API does."""

    @wraps(view)
    def answer(request: SignedInRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except Refused as error:
            return refusal(error)

    return answer


@require_http_methods(["GET", "HEAD", "POST"])
@_refusing
def upload(request: SignedInRequest) -> HttpResponse:
    """Show the page, or as JSON the files that are not complete; a POST begins a batch, or is the form with it.

    ``?collection=`` names the collection that the page proposes.
    """
    if request.method == "POST" and request.content_type == "application/json":
        said = body_in(request, SaidBatch, what="batch of files", limit=SAID_LIMIT)
        return as_json(begin_batch(request.user, said), status=201)
    if request.method != "POST" and request.accepts("application/json") and not request.accepts("text/html"):
        return as_json(open_files(request.user.pk))
    proposed = uuid_of(request.GET.get("collection", ""))
    form = UploadForm(request.POST or None, request.FILES or None, user=request.user, collection=proposed)
    if request.method == "POST" and form.is_valid() and _is_taken(request, form):
        return redirect("chat:recording-upload")
    context = {
        "form": form,
        "collections": Collection.objects.changeable_by(request.user),
        "transcript_endings": sorted(SUFFIXES),
        "media_endings": sorted(MEDIA),
        "max_bytes": settings.UPLOAD_MAX_BYTES,
        "transcribes": bool(settings.TRANSCRIBER),
        "form_limit": FORM_LIMIT,
    }
    return render(request, "uploads/upload.html", context, status=400 if form.is_bound else 200)


def _is_taken(request: SignedInRequest, form: UploadForm) -> bool:
    """Take the files of a form, and say what became of each; False if the form has to say why not."""
    try:
        for level, sentence in take_whole(request.user, form.said, form.files_of()):
            messages.add_message(request, level, sentence)
    except Refused as error:
        form.add_error(None, error.message)
        return False
    return True


@require_http_methods(["GET", "HEAD", "DELETE"])
@_refusing
def detail(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Say how far a file is; DELETE gives it up."""
    found = own(request.user.pk, uuid)
    if request.method == "DELETE":
        end(found)
        return HttpResponse(status=204)
    return as_json(shown(found))


@reads_body
@require_http_methods(["PUT"])
@_refusing
def piece(request: SignedInRequest, uuid: UUID, offset: int) -> HttpResponse:
    """Store a piece of a file: 200 if the file has it now, 409 if the file goes on elsewhere."""
    file, status = received(request, request.user.pk, uuid, offset)
    return as_json(file, status=status)


def as_json(content: Struct, *, status: int = 200) -> HttpResponse:
    """Return what is said on the wire."""
    return HttpResponse(msgspec.json.encode(content), status=status, content_type="application/json")
