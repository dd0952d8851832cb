"""The account page: one page for everything that a user decides about their own account."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from ..accounts.devices import devices_of, sign_out, sign_out_others
from ..accounts.login_sessions import SignedInRequest
from ..accounts.second_factors import are_offered, has_factor
from ..display import zone_of
from ..models import AccessEvent, ApiToken, Conversation, DailyBudget, Preference
from ..pages import counted, in_words
from .forms import ProfileForm

ZONE_COOKIE = "zone"
"""The cookie in which a browser names its time zone: see ``chatsite.reader_zone``."""


@require_http_methods(["GET", "HEAD", "POST"])
def account(request: SignedInRequest) -> HttpResponse:
    """Show the account of the user. A POST stores the name, the time zone and the theme."""
    browser_zone = request.COOKIES.get(ZONE_COOKIE, "")
    browser_zone = browser_zone if zone_of(browser_zone) else ""
    preference = Preference.of(request.login_session.user)
    form = ProfileForm(request.user, preference, browser_zone, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        form.save()
        messages.success(request, "Saved.")
        return redirect("account")
    context = {"form": form, "browser_zone": browser_zone, "preference": preference} | _facts(request)
    return render(request, "people/account.html", context, status=400 if form.is_bound else 200)


@require_POST
def sign_out_other_devices(request: SignedInRequest) -> HttpResponse:
    """Sign the user out in all other browsers, whose open pages are closed at once."""
    count = sign_out_others(request.user.pk, request.login_session)
    words = {0: "No other browser was signed in.", 1: "You are signed out in the other browser."}
    messages.success(request, words.get(count, f"You are signed out in the {count} other browsers."))
    return redirect("account")


@require_POST
def sign_out_device(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Sign the user out in one browser."""
    device = sign_out(request.user.pk, uuid)
    if device is None:
        raise Http404
    messages.success(request, f"You are signed out in {device.name}.")
    return redirect("account")


def _facts(request: SignedInRequest) -> dict[str, Any]:
    user_id = request.user.pk
    devices = devices_of(user_id, request.login_session)
    reads = AccessEvent.objects.of_owner(user_id).exclude(actor_id=user_id)
    return {
        "devices": devices,
        "others": len(devices) - 1,
        "budget": DailyBudget.of(user_id),
        "tokens": ApiToken.objects.of(user_id).count(),
        "reads": in_words(counted(reads)),
        "conversations": in_words(counted(Conversation.objects.of(user_id))),
        "is_signed_in_by_proxy": bool(settings.TRUSTED_PROXY),
        "offers_second_factor": are_offered(),
        "has_second_factor": has_factor(request.user),
        "may_be_empty": not request.user.has_usable_password(),
        "provider": "" if settings.PASSWORD_SIGN_IN else settings.SSO_OIDC_NAME,
    }
