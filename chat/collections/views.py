"""The pages of collections, and the changes that they offer to those who manage one."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ..accounts.login_sessions import SignedInRequest
from ..models import (
    Collection,
    Members,
    Membership,
    Refused,
    Retention,
    Role,
    dissolve,
    holds_over,
    make_collection,
    next_purge,
)
from ..models.collection import ADMINISTRATE
from .forms import CollectionForm, MemberForm
from .shown import changes_of, members_of, shown_collections, suggestions


@require_safe
def listing(request: SignedInRequest) -> HttpResponse:
    """Show the collections that the user hears; an administrator sees all of them."""
    collections = shown_collections(Collection.objects.visible_to(request.user).order_by("name"), request.user)
    context = {"collections": collections, "may_make": request.user.has_perm(ADMINISTRATE)}
    return render(request, "chat/collections/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: SignedInRequest) -> HttpResponse:
    """Make a collection, which its maker manages; only administrators may."""
    if not request.user.has_perm(ADMINISTRATE):
        raise PermissionDenied
    form = CollectionForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        collection = make_collection(request.user, **form.cleaned_data)
        messages.success(request, "The collection was made. You manage it, and nobody else hears it yet.")
        return redirect(collection)
    return render(request, "chat/collections/new.html", {"form": form}, status=400 if form.is_bound else 200)


@require_safe
def detail(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Show who hears a collection and who changed that, and the forms to change it to those who may."""
    return _page(request, get_object_or_404(Collection.objects.visible_to(request.user), uuid=uuid))


@require_POST
def edit(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Change the name and the description, and whether everyone hears it."""
    collection = _changeable(request, uuid)
    form = CollectionForm(request.POST, instance=collection)
    if not form.is_valid():
        return _page(request, Collection.objects.get(pk=collection.pk), form=form, status=400)
    members = Members(collection, request.user)
    with transaction.atomic():
        form.save()
        if "name" in form.changed_data:
            members.record_change({"did": "renamed", "name": collection.name})
        members.open_to_everyone("everyone" in request.POST)
    messages.success(request, "The collection was changed.")
    return redirect(collection)


@require_POST
def delete(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Delete a collection that has no recordings."""
    collection = _changeable(request, uuid)
    try:
        dissolve(collection, request.user)
    except Refused as refused:
        messages.error(request, refused.message)
        return redirect(collection)
    messages.success(request, f"The collection “{collection}” was deleted.")
    return redirect("chat:collection-list")


@require_POST
def add_member(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Add a user or a group."""
    collection, form = _changeable(request, uuid), MemberForm(request.POST)
    if not form.is_valid():
        return _page(request, collection, member_form=form, status=400)
    try:
        added = Members(collection, request.user).add(form.cleaned_data["member"], form.cleaned_data["role"])
    except Refused as refused:
        form.add_error("member", refused.message)
        return _page(request, collection, member_form=form, status=400)
    messages.success(request, f"{added.user or added.group} is a member now.")
    return redirect(collection)


@require_POST
def change_member(request: SignedInRequest, uuid: UUID, pk: int) -> HttpResponse:
    """Give a member the role of the form, or with ``remove`` remove the member."""
    collection = _changeable(request, uuid)
    members = Members(collection, request.user)
    try:
        changed = members.remove(pk) if "remove" in request.POST else members.change(pk, request.POST.get("role", ""))
    except Refused as refused:
        messages.error(request, refused.message)
    else:
        done = "is no longer a member" if "remove" in request.POST else changed.get_role_display()
        messages.success(request, f"{changed.user or changed.group} {done}.")
    return _back(request, collection)


@require_POST
def leave(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Remove the user's own membership; nobody can leave a group here."""
    collection = get_object_or_404(Collection.objects.visible_to(request.user), uuid=uuid)
    own = get_object_or_404(Membership, collection=collection, user=request.user)
    try:
        Members(collection, request.user).remove(own.pk)
    except Refused as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, f"You are no longer a member of “{collection}”.")
    return _back(request, collection)


def _changeable(request: SignedInRequest, uuid: UUID) -> Collection:
    return get_object_or_404(Collection.objects.changeable_by(request.user), uuid=uuid)


def _back(request: SignedInRequest, collection: Collection) -> HttpResponse:
    """Redirect to the collection, or to the list if the user may no longer open it."""
    is_visible = Collection.objects.visible_to(request.user).filter(pk=collection.pk).exists()
    return redirect(collection if is_visible else "chat:collection-list")


def _page(
    request: SignedInRequest,
    collection: Collection,
    *,
    form: CollectionForm | None = None,
    member_form: MemberForm | None = None,
    status: int = 200,
) -> HttpResponse:
    [shown] = shown_collections([collection], request.user)
    may_change = Collection.objects.changeable_by(request.user).filter(pk=collection.pk).exists()
    members = members_of(collection)
    retention, purge = Retention.of(collection), next_purge()
    context: dict[str, Any] = {
        "collection": collection,
        "shown": shown,
        "members": members,
        "changes": changes_of(collection),
        "roles": Role.choices,
        "may_change": may_change,
        "retention": retention,
        "next_purge": purge,
        "too_old": retention.recordings_due(purge).count(),
        "is_held": bool(holds_over(Collection.objects.filter(pk=collection.pk))),
        "is_member": any(each.user_id == request.user.pk for each in members),
    }
    if may_change:
        context |= suggestions() | {
            "form": form or CollectionForm(instance=collection),
            "member_form": member_form or MemberForm(),
        }
    return render(request, "chat/collections/detail.html", context, status=status)
