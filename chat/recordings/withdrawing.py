"""The page on which the audio of a recording is withdrawn."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from ..accounts.login_sessions import SignedInRequest
from ..models import Collection, Recording, Refused
from .stored_audio import withdraw_audio


@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Ask those who may change the collection whether they mean it; a POST withdraws the audio."""
    changeable = Collection.objects.changeable_by(request.user)
    heard = Recording.objects.heard_by(request.user.pk).filter(collection__in=changeable).exclude(audio="")
    recording = get_object_or_404(heard.select_related("collection"), uuid=uuid)
    refusal = ""
    if request.method == "POST":
        try:
            withdraw_audio(recording, actor=request.user)
        except Refused as refused:
            refusal = refused.message
        else:
            messages.success(request, "The audio was withdrawn.")
            return redirect(recording)
    context = {"recording": recording, "refusal": refusal}
    return render(request, "chat/withdraw_audio.html", context, status=400 if refusal else 200)
