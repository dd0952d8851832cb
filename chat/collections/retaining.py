"""The page on which administrators decide how long a collection keeps things, which shows first what that removes."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from ..accounts.login_sessions import SignedInRequest
from ..models import Collection, Removal, Retention, next_purge
from ..models.collection import ADMINISTRATE
from .forms import RetentionForm


@require_http_methods(["GET", "HEAD", "POST"])
def retention(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Show the retention of a collection. A POST shows what another one removes, and stores it once ``confirmed``."""
    if not request.user.has_perm(ADMINISTRATE):
        raise PermissionDenied
    collection = get_object_or_404(Collection.objects.changeable_by(request.user), uuid=uuid)
    current = Retention.of(collection)
    form = RetentionForm(request.POST if request.method == "POST" else None, instance=current)
    context = {"collection": collection, "form": form, "next_purge": next_purge()}
    if not form.is_valid():
        return render(request, "chat/collections/retention.html", context, status=400 if form.is_bound else 200)
    wanted = form.save(commit=False)
    if "confirmed" in request.POST or wanted.is_unlimited:
        wanted.confirm(request.user)
        messages.success(request, "How long the collection keeps things was changed.")
        return redirect(collection)
    return render(request, "chat/collections/retention.html", context | {"removal": Removal.by(wanted, next_purge())})
