"""The pages on which users delete their conversations, and their account."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from ..accounts.leaving import delete_account
from ..accounts.login_sessions import SignedInRequest
from ..conversations.deletion import erasure
from ..models import Conversation, Refused, holds_over, kept_under
from ..models.administrators import LAST, nobody_administrates_without
from ..turns.nudges import STOP_TOPIC
from ..turns.runner import runner
from .belongings import belongings_of, kept
from .forms import LeavingForm


@require_http_methods(["GET", "HEAD", "POST"])
def delete_conversations(request: SignedInRequest) -> HttpResponse:
    """Say what is deleted. A POST deletes all conversations of the user, and stops what runs in them.

    Those that a legal hold keeps stay, and the page names the hold.
    """
    own = Conversation.objects.of(request.user.pk)
    held = own.held()
    kept = kept_under(holds_over(held)) if held.exists() else ""
    if request.method != "POST":
        context = {"count": own.free().count(), "held": held.count(), "kept": kept, "erasure": erasure("Their")}
        return render(request, "people/delete_conversations.html", context)
    if kept:
        messages.error(request, kept)
    count = own.free().discard()
    if kept and not count:
        return redirect("account")
    runner.wake(STOP_TOPIC)
    words = "One conversation was" if count == 1 else f"{count:,} conversations were"
    messages.success(request, f"{words} deleted: nobody can open them any more. {erasure('Their')}")
    return redirect("account")


@require_http_methods(["GET", "HEAD", "POST"])
def delete_own_account(request: SignedInRequest) -> HttpResponse:
    """Say what goes and what stays. A POST with the password, or else the user name, deletes the account."""
    user = request.user
    address = request.META.get("REMOTE_ADDR", "")
    form = LeavingForm(user, address, request.POST if request.method == "POST" else None)
    refusal = LAST if nobody_administrates_without([user]) else ""
    if form.is_bound and form.is_valid():
        try:
            delete_account(user, user)
        except Refused as refused:
            refusal = refused.message
        else:
            return _left(request)
    context = {"form": form, "belongings": belongings_of(user), "refusal": refusal}
    context["kept"] = kept(user)
    context["is_signed_in_by_proxy"] = bool(settings.TRUSTED_PROXY)
    return render(request, "people/delete_account.html", context, status=400 if form.is_bound else 200)


def _left(request: SignedInRequest) -> HttpResponse:
    """Sign out, and make the browser delete what it has stored of this site.

    The next request would make a new account behind a proxy, so this one has the last page.
    """
    logout(request)
    response = render(request, "people/account_deleted.html")
    response["Clear-Site-Data"] = '"cache", "storage"'
    return response
