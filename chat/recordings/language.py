"""The page on which those who may change a recording say in which language it is."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from ..accounts.login_sessions import SignedInRequest
from ..models import Collection, Recording
from ..retrieval import index
from .forms import LanguageForm


@require_http_methods(["GET", "HEAD", "POST"])
def language(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Show the form to those who may change the collection; a POST stores the language and indexes the recording."""
    changeable = Collection.objects.changeable_by(request.user)
    heard = Recording.objects.heard_by(request.user.pk).filter(collection__in=changeable)
    recording = get_object_or_404(heard, uuid=uuid)
    form = LanguageForm(request.POST if request.method == "POST" else None, initial={"language": recording.language})
    if form.is_valid():
        with transaction.atomic():  # an erasure of its words waits, or has ended
            recording = get_object_or_404(heard.select_for_update(of=["self"]), uuid=uuid)
            recording.language = form.cleaned_data["language"]
            recording.save(update_fields=["language"])
            index([recording])
        messages.success(request, f"The recording is searched as {recording.get_language_name()}.")
        return redirect(recording)
    context = {"recording": recording, "form": form}
    return render(request, "chat/recording_language.html", context, status=400 if form.is_bound else 200)
