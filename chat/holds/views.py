"""The pages of legal holds: the list, a new one, and the release of one."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from ..accounts.login_sessions import SignedInRequest
from ..models import Hold, Refused, holding
from ..pages import page_of
from ..query import search_text
from .forms import HoldForm

P = ParamSpec("P")
View = Callable[Concatenate[SignedInRequest, P], HttpResponse]
MAY_HOLD = "chat.change_hold"
"""The permission of administrators to place and to release holds; superusers have it."""


def _for_administrators(view: View[P]) -> View[P]:
    """Refuse a view to all who may not place holds."""

    @wraps(view)
    def checked(request: SignedInRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not request.user.has_perm(MAY_HOLD):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return checked


@require_safe
@_for_administrators
def listing(request: SignedInRequest) -> HttpResponse:
    """List the holds, also those that were released, the latest first; those with the words in ``?q=``."""
    text = search_text(request)
    holds = Hold.objects.order_by("-pk")
    for word in text.split():
        holds = holds.filter(Q(name__icontains=word) | Q(subject__icontains=word) | Q(reason__icontains=word))
    context = {"page": page_of(holds, request.GET, _named), "query": text}
    return render(request, "holds/holds.html", context | {"standing": Hold.objects.standing().count()})


@require_http_methods(["GET", "HEAD", "POST"])
@_for_administrators
def new(request: SignedInRequest) -> HttpResponse:
    """Place a hold. ``?collection=`` and ``?user=`` fill the form."""
    initial = {name: request.GET.get(name, "") for name in ("collection", "user")}
    form = HoldForm(request.user, request.POST if request.method == "POST" else None, initial)
    if form.is_valid():
        try:
            hold = holding.place(
                form.subject(),
                name=form.cleaned_data["name"],
                reason=form.cleaned_data["reason"],
                actor=request.user,
            )
        except Refused as refused:
            form.add_error("name", refused.message)
        else:
            messages.success(request, f"“{hold.name}” keeps {hold.subject} from now on.")
            return redirect("holds")
    return render(request, "holds/new.html", {"form": form}, status=400 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@_for_administrators
def release(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Say what may be deleted then. A POST releases the hold."""
    hold = get_object_or_404(Hold, uuid=uuid)
    if request.method != "POST" and hold.released_at is None:
        return render(request, "holds/release.html", {"hold": hold})
    try:
        holding.release(hold, actor=request.user)
    except Refused as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, f"“{hold.name}” on {hold.subject} was released.")
    return redirect("holds")


def _named(name: str) -> QuerySet[Any]:
    is_key = name.isascii() and name.isdigit() and len(name) < 19
    return Hold.objects.filter(pk=name) if is_key else Hold.objects.none()
