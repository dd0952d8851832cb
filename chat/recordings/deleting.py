"""The page on which a recording is deleted."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from ..accounts.login_sessions import SignedInRequest
from ..models import Collection, Recording, Refused
from .removal import remove_for


@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Ask those who may change the collection whether they mean it; a POST deletes the recording."""
    changeable = Collection.objects.changeable_by(request.user)
    heard = Recording.objects.heard_by(request.user.pk).filter(collection__in=changeable)
    recording = get_object_or_404(heard.select_related("collection"), uuid=uuid)
    refusal = ""
    if request.method == "POST":
        try:
            remove_for(request.user, recording)
        except Refused as refused:
            refusal = refused.message
        else:
            messages.success(request, f"The recording “{recording}” was deleted.")
            return redirect(recording.collection)
    context = {"recording": recording, "refusal": refusal}
    return render(request, "chat/delete_recording.html", context, status=400 if refusal else 200)
