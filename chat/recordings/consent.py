"""The page on which the consent note of a recording is written."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from ..accounts.login_sessions import SignedInRequest
from ..models import Collection, ConsentNote, Held, Recording
from .forms import ConsentForm


@require_http_methods(["GET", "HEAD", "POST"])
def consent_note(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Show the form of the note to those who may change the collection; a POST stores it, or removes it: ``remove``."""
    changeable = Collection.objects.changeable_by(request.user)
    heard = Recording.objects.heard_by(request.user.pk).filter(collection__in=changeable)
    recording = get_object_or_404(heard.select_related("collection", "consent_note__written_by"), uuid=uuid)
    if "remove" in request.POST:
        return _did(request, recording, "removed", partial(ConsentNote.remove, recording, actor=request.user))
    form = ConsentForm(request.POST if request.method == "POST" else None, initial=_said(recording.consent))
    if form.is_valid():
        write = partial(ConsentNote.write, recording, form.consent, actor=request.user)
        return _did(request, recording, "saved", write)
    author = recording.consent.written_by if recording.consent else None
    context = {"recording": recording, "form": form, "author": author}
    return render(request, "chat/consent_note.html", context, status=400 if form.is_bound else 200)


def _did(request: SignedInRequest, recording: Recording, what: str, change: Callable[[], None]) -> HttpResponse:
    """Change the note and lead to the recording, which says so, or which legal hold keeps it as it is."""
    try:
        change()
    except Held as held:
        messages.error(request, held.message)
    else:
        messages.success(request, f"The consent note was {what}.")
    return redirect(recording)


def _said(note: ConsentNote | None) -> dict[str, object] | None:
    return {"told": note.told, "told_on": note.told_on, "link": note.link} if note else None
