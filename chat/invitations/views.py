"""The page on which administrators invite people, and see who came."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from ..accounts import mail
from ..accounts.local_address import is_local
from ..accounts.login_sessions import SignedInRequest
from ..models import Invitation, Refused, inviting, may_invite
from .forms import InvitationForm
from .sending import link_of, send_link
from .shown import ended_invitations, open_invitations

P = ParamSpec("P")


def _for_administrators(
    view: Callable[Concatenate[SignedInRequest, P], HttpResponse],
) -> Callable[Concatenate[SignedInRequest, P], HttpResponse]:
    """Refuse all who may not invite. Where a trusted proxy lets people in, show instead how that works."""

    @wraps(view)
    def view_or_refusal(request: SignedInRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not may_invite(request.user):
            raise PermissionDenied
        if settings.TRUSTED_PROXY:
            status = 200 if request.method in {"GET", "HEAD"} else 403
            return render(request, "invitations/by_proxy.html", status=status)
        return view(request, *args, **kwargs)

    return view_or_refusal


@require_http_methods(["GET", "HEAD", "POST"])
@_for_administrators
def invitations(request: SignedInRequest) -> HttpResponse:
    """Show who is invited and who came. A POST invites somebody, and sends the link or shows it to copy."""
    form = InvitationForm(request.user, request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return _page(request, form, status=400 if form.is_bound else 200)
    try:
        invited, secret = inviting.invite(request.user, **form.cleaned_data)
    except Refused as refused:
        form.add_error("email", refused.message)
        return _page(request, form, status=400)
    return _deliver(request, invited, secret, by_mail=mail.is_on())


@require_POST
@_for_administrators
def renew(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Give an invitation a new link. It is sent, or with ``copy`` shown, and the one before works no longer."""
    invited = get_object_or_404(Invitation, uuid=uuid)
    try:
        secret = inviting.renew(invited, request.user)
    except Refused as refused:
        messages.error(request, refused.message)
        return redirect("invitations")
    return _deliver(request, invited, secret, by_mail=mail.is_on() and "copy" not in request.POST)


@require_POST
@_for_administrators
def revoke(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """End an invitation: its link works no longer."""
    invited = get_object_or_404(Invitation, uuid=uuid)
    try:
        inviting.revoke(invited, request.user)
    except Refused as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, f"The invitation of {invited.name} was revoked.")
    return redirect("invitations")


def _deliver(request: SignedInRequest, invited: Invitation, secret: str, *, by_mail: bool) -> HttpResponse:
    if by_mail:
        send_link(invited, secret)
        messages.success(request, f"The invitation is being sent to {invited.email}.")
        return redirect("invitations")
    link = link_of(secret, request.build_absolute_uri("/"))
    return _page(request, InvitationForm(request.user), made=invited, link=link, is_local=is_local(request))


def _page(request: SignedInRequest, form: InvitationForm, *, status: int = 200, **made: Any) -> HttpResponse:
    context = {
        "form": form,
        "open": open_invitations(),
        "ended": ended_invitations(),
        "sends_mail": mail.is_on(),
        **made,
    }
    return render(request, "invitations/invitations.html", context, status=status)
