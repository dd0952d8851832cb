"""The page on which a recording is moved, which says who hears it then."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from ..accounts.login_sessions import SignedInRequest
from ..models import Collection, Recording, Refused, Retention, hearers, move
from .forms import MoveForm
from .shown import names_of, people


@dataclass(frozen=True)
class Target:
    """A collection to which a recording can be moved: who hears it there, who of them is new, and who loses it."""

    collection: Collection
    heard_by: str
    gained_by: str
    lost_by: str
    removal: str
    """That the next purge removes it there, or nothing."""


@require_http_methods(["GET", "HEAD", "POST"])
def move_recording(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Offer the collections that the user may change, with who hears the recording then; a POST moves it."""
    changeable = Collection.objects.changeable_by(request.user)
    heard = Recording.objects.heard_by(request.user.pk).filter(collection__in=changeable)
    recording = get_object_or_404(heard.select_related("collection"), uuid=uuid)
    form = MoveForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        to = get_object_or_404(changeable, uuid=form.cleaned_data["collection"])
        try:
            return _moved(request, recording, to)
        except Refused as refused:
            form.add_error("collection", refused.message)
    context = {"recording": recording, "targets": _targets(recording, changeable), "form": form}
    return render(request, "chat/collections/move.html", context, status=400 if form.is_bound else 200)


def _moved(request: SignedInRequest, recording: Recording, to: Collection) -> HttpResponse:
    move(recording, to, request.user)
    messages.success(request, f"The recording is in the collection “{to}” now.")
    is_heard = Recording.objects.heard_by(request.user.pk).filter(pk=recording.pk).exists()
    return redirect(recording if is_heard else "chat:recording-list")


def _targets(recording: Recording, changeable: object) -> list[Target]:
    now = recording.collection
    others = [each for each in changeable if each.pk != now.pk]  # type: ignore[attr-defined]
    heard = hearers([now, *others])
    due = Retention.too_short_for(recording, others)
    return [_target(each, heard[now.pk], heard[each.pk], due.get(each.pk)) for each in others]


def _target(collection: Collection, before: set[int], after: set[int], days: int | None) -> Target:
    who = "Everyone signed in hears" if collection.everyone else people(len(after))
    named = f": {names_of(after)}" if after and not collection.everyone else ""
    gained, lost = after - before, before - after
    return Target(
        collection,
        heard_by=f"{who} it there{named}.",
        gained_by=f"New: {names_of(gained)}." if gained else "",
        lost_by=f"No longer: {names_of(lost)}." if lost else "",
        removal=f"It keeps recordings for {days} days, so the next purge removes this one." if days else "",
    )
