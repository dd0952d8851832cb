"""The page on which administrators remove the second factors of somebody who has lost them."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from ..accounts.login_sessions import SignedInRequest
from ..accounts.second_factors import has_factor, is_required_of
from ..display import shown
from ..models import How, acting
from ..models.administrators import is_below
from .factors import remove_all_factors
from .fresh import freshly_proven
from .notices import Notice


@require_http_methods(["GET", "HEAD", "POST"])
def remove_of_person(request: SignedInRequest, pk: int) -> HttpResponse:
    """Ask whether to remove all second factors of a user; a POST removes them."""
    if not request.user.has_perm("auth.change_user"):
        raise PermissionDenied
    user = get_object_or_404(User, pk=pk)
    if not is_below(user, request.user):
        raise PermissionDenied
    return _remove(request, user)


@freshly_proven
def _remove(request: SignedInRequest, user: User) -> HttpResponse:
    name = shown(user.get_full_name() or user.get_username())
    if user == request.user:
        return redirect("second-factor")
    if not has_factor(user):
        return redirect("person", user.pk)
    if request.method == "POST":
        with acting(request.user, How.PAGE):
            remove_all_factors(user, Notice())
        messages.success(request, f"{name} signs in without a second factor now.")
        return redirect("person", user.pk)
    context = {"person": user, "name": name, "is_required": is_required_of(user)}
    return render(request, "second_factor/remove_of_person.html", context)
