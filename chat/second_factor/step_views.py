"""The page between the password and the site, for those who have a second factor."""

from __future__ import annotations

import json

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from ..accounts.coming_in import Arrival
from ..models import InvalidRequest, RateLimited
from .app import app_of
from .passkeys import begin_use, home, passkeys_of, work_here
from .proof import prove


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@sensitive_post_parameters()
def second_step(request: HttpRequest) -> HttpResponse:
    """Ask who has proven the first factor for the second, and sign them in."""
    arrival = Arrival.of(request)
    if arrival is None:
        messages.error(request, "That took too long, or your account has changed. Please sign in again.")
        return redirect("login")
    if request.method != "POST":
        return _page(request, arrival)
    try:
        prove(request, arrival.user)
    except RateLimited as refused:
        return _page(request, arrival, refusal=refused.message, status=429)
    except InvalidRequest as refused:
        return _page(request, arrival, refusal=refused.message, status=400)
    return arrival.finish(request)


def _page(request: HttpRequest, arrival: Arrival, *, refusal: str = "", status: int = 200) -> HttpResponse:
    has_passkeys = passkeys_of(arrival.user).exists()
    options = json.dumps(begin_use(request, arrival.user)) if has_passkeys and work_here(request) else ""
    context = {
        "arriving": arrival.user,
        "has_app": app_of(arrival.user) is not None,
        "has_passkeys": has_passkeys,
        "options": options,
        "passkey_home": home(),
        "refusal": refusal,
    }
    return render(request, "second_factor/step.html", context, status=status)
