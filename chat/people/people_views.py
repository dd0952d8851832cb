"""The pages on which administrators see, deactivate and delete people."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ..accounts.devices import devices_of
from ..accounts.leaving import delete_account, set_active
from ..accounts.login_sessions import SignedInRequest
from ..accounts.second_factors import are_offered, has_factor
from ..accounts.sign_in_links import may_make_link
from ..models import Refused
from ..models.administrators import is_below
from ..pages import page_of
from ..query import search_text
from .belongings import belongings_of, kept
from .people import events_of, found, people, tokens_of

P = ParamSpec("P")
View = Callable[Concatenate[SignedInRequest, P], HttpResponse]


def _for(permission: str) -> Callable[[View[P]], View[P]]:
    """Refuse a view to users without this permission for accounts; superusers have all."""

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def checked(request: SignedInRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if not request.user.has_perm(f"auth.{permission}_user"):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return checked

    return decorate


@require_safe
@_for("view")
def listing(request: SignedInRequest) -> HttpResponse:
    """List the users, 50 on a page; those with the words in ``?q=``."""
    text = search_text(request)
    users = found(text)
    page = page_of(users, request.GET, lambda name: users.filter(pk=int(name) if _is_number(name) else 0))
    return render(request, "people/people.html", {"page": page, "people": people(page.rows), "query": text})


@require_safe
@_for("view")
def detail(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show one user: roles, devices, and what happened to the account."""
    return _detail(request, get_object_or_404(User, pk=pk))


@require_POST
@_for("change")
def activity(request: SignedInRequest, pk: int) -> HttpResponse:
    """Deactivate a user, who is locked out at once, or activate them again, as ``active`` says."""
    user = _changeable(request, pk)
    active = request.POST.get("active") == "yes"
    if user == request.user and not active:
        return _detail(request, user, refusal="This is your own account. You can delete it on your account page.")
    try:
        set_active(user, request.user, active=active)
    except Refused as refused:
        return _detail(request, user, refusal=refused.message)
    said = "may sign in again" if active else "was deactivated and is signed out everywhere"
    messages.success(request, f"{people([user])[0].name} {said}.")
    return redirect("person", user.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@_for("delete")
def delete(request: SignedInRequest, pk: int) -> HttpResponse:
    """Say what goes and what stays. A POST with the user name deletes the account."""
    user = _changeable(request, pk)
    refusal = ""
    if user == request.user:
        return redirect("account-delete")
    if request.method == "POST":
        refusal = _deleted(request, user)
        if not refusal:
            messages.success(request, f"{people([user])[0].name} was deleted.")
            return redirect("people")
    context = {"person": people([user])[0], "belongings": belongings_of(user), "refusal": refusal}
    context["kept"] = kept(user)
    return render(request, "people/delete_person.html", context, status=400 if refusal else 200)


def _deleted(request: SignedInRequest, user: User) -> str:
    """Delete an account whose name was typed; return why that was refused, or an empty text."""
    if request.POST.get("name", "").strip() != user.get_username():
        return "This is not the user name. Type it to delete the account."
    try:
        delete_account(user, request.user)
    except Refused as refused:
        return refused.message
    return ""


def _detail(request: SignedInRequest, user: User, *, refusal: str = "") -> HttpResponse:
    context: dict[str, Any] = {
        "person": people([user])[0],
        "devices": devices_of(user.pk),
        "tokens": tokens_of(user),
        "events": events_of(user),
        "refusal": refusal,
        "may_change": request.user.has_perm("auth.change_user") and is_below(user, request.user),
        "may_make_link": request.user.is_staff and may_make_link(request.user, user),
        "may_delete": request.user.has_perm("auth.delete_user") and is_below(user, request.user),
        "offers_second_factor": are_offered(),
        "has_second_factor": has_factor(user),
        "is_own": user == request.user,
    }
    return render(request, "people/person.html", context, status=400 if refusal else 200)


def _changeable(request: SignedInRequest, pk: int) -> User:
    """Return a user whom the user of a request may lock out: administrators only by administrators."""
    user = get_object_or_404(User, pk=pk)
    if not is_below(user, request.user):
        raise PermissionDenied
    return user


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19
