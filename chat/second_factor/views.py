"""The pages on which users set up and remove their second factors."""

from __future__ import annotations

import json
import time
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import decrypt, encrypt
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from ..accounts.login_sessions import PROVEN_AT, SignedInRequest
from ..accounts.second_factors import has_factor, is_required_of, lacks_factor, open_without_factor
from ..models import How, InvalidRequest, acting
from .adapter import Unreadable
from .app import address_of, app_of, new_secret
from .factors import described, make_recovery_codes, remove_factor, set_up_app, set_up_passkey
from .forms import CodeForm, ConfirmForm, PasskeyForm
from .fresh import freshly_proven
from .notices import Notice
from .passkeys import begin_adding, home, passkeys_of, work_here
from .qr import Qr
from .recovery import count_unused

SECRET = "app_secret"  # noqa: S105  # the key of a Django session, whose value is encrypted


@open_without_factor
@require_safe
def overview(request: SignedInRequest) -> HttpResponse:
    """List the second factors of the user."""
    is_locked = lacks_factor(request.user, request.session)
    context = {
        "layout": "plain.html" if is_locked else "app.html",  # whose menu lists conversations
        "app": app_of(request.user),
        "passkeys": list(passkeys_of(request.user)),
        "codes": count_unused(request.user),
        "has_factor": has_factor(request.user),
        "is_locked": is_locked,
        "is_required": is_required_of(request.user),
        "passkey_home": home(),
    }
    return render(request, "second_factor/overview.html", context)


@open_without_factor
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
def confirm(request: SignedInRequest) -> HttpResponse:
    """Ask for the password again. Who has none signs in anew."""
    then = request.POST.get("next", request.GET.get("next", ""))
    if not url_has_allowed_host_and_scheme(then, {request.get_host()}, request.is_secure()):
        then = resolve_url("second-factor")
    has_password = settings.PASSWORD_SIGN_IN and request.user.has_usable_password()
    data = request.POST if request.method == "POST" and has_password else None
    form = ConfirmForm(request.user, request.META.get("REMOTE_ADDR", ""), data)
    if form.is_valid():
        request.session[PROVEN_AT] = time.time()
        return redirect(then)
    status = 429 if form.has_error(NON_FIELD_ERRORS, "throttled") else 400 if form.is_bound else 200
    context = {"form": form, "next": then, "has_password": has_password}
    return render(request, "second_factor/confirm.html", context, status=status)


@open_without_factor
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@freshly_proven
def add_app(request: SignedInRequest) -> HttpResponse:
    """Show the secret of a new authenticator app, and store it when the app shows the right code."""
    if app_of(request.user):
        return redirect("second-factor")
    secret = _secret(request)
    form = CodeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            with acting(request.user, How.PAGE):
                set_up_app(request.user, secret, form.cleaned_data["code"].replace(" ", ""), Notice.of(request))
        except InvalidRequest as refused:
            form.add_error("code", refused.message)
        else:
            del request.session[SECRET]
            return _added(request, "Your authenticator app is set up.")
    groups = [secret[start : start + 4] for start in range(0, len(secret), 4)]
    context = {"form": form, "secret": " ".join(groups), "qr": Qr.of(address_of(request.user, secret))}
    return render(request, "second_factor/app.html", context, status=400 if form.is_bound else 200)


@open_without_factor
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@freshly_proven
def add_passkey(request: SignedInRequest) -> HttpResponse:
    """Let the browser make a passkey, and store it under the name that the user gives it."""
    if not work_here(request):
        return render(request, "second_factor/no_passkey.html", {"passkey_home": home()})
    form = PasskeyForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        name, response = form.cleaned_data["name"], form.cleaned_data["credential"]
        try:
            with acting(request.user, How.PAGE):
                set_up_passkey(request, request.user, name, response, Notice.of(request))
        except InvalidRequest as refused:
            form.add_error(None, refused.message)
        else:
            return _added(request, "Your passkey was added.")
    context = {"form": form, "options": json.dumps(begin_adding(request, request.user))}
    return render(request, "second_factor/passkey.html", context, status=400 if form.is_bound else 200)


@open_without_factor
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@freshly_proven
def recovery_codes(request: SignedInRequest) -> HttpResponse:
    """Make new recovery codes, which are shown once. Who has no factor needs none."""
    if not has_factor(request.user):
        return redirect("second-factor")
    if request.method == "POST":
        return _codes(request)
    return render(request, "second_factor/new_codes.html", {"codes": count_unused(request.user)})


@require_http_methods(["GET", "HEAD", "POST"])
@freshly_proven
def remove(request: SignedInRequest, pk: int) -> HttpResponse:
    """Ask whether to remove a factor; a POST removes it."""
    factors = Authenticator.objects.exclude(type=Authenticator.Type.RECOVERY_CODES)
    row = get_object_or_404(factors, pk=pk, user=request.user)
    if request.method == "POST":
        with acting(request.user, How.PAGE):
            remove_factor(row, Notice.of(request))
        messages.success(request, f"{described(row)} was removed.")
        return redirect("second-factor")
    others = factors.filter(user=request.user).exclude(pk=pk).exists()
    context = {"what": described(row), "is_last": not others, "is_required": is_required_of(request.user)}
    return render(request, "second_factor/remove.html", context)


def _secret(request: SignedInRequest) -> str:
    """Return the secret of the app that is being set up: the same one after a wrong code or a reload."""
    try:
        return str(decrypt(request.session[SECRET]))
    except (KeyError, Unreadable):
        secret: str = new_secret()
        request.session[SECRET] = encrypt(secret)
        return secret


def _added(request: SignedInRequest, said: str) -> HttpResponse:
    """Show the recovery codes that come with the first factor."""
    messages.success(request, said)
    return redirect("second-factor") if count_unused(request.user) else _codes(request)


def _codes(request: SignedInRequest) -> HttpResponse:
    with acting(request.user, How.PAGE):
        codes = make_recovery_codes(request.user, Notice.of(request))
    groups = [f"{code[:4]} {code[4:]}" for code in codes]
    context: dict[str, Any] = {"codes": groups, "text": "\n".join([request.get_host(), *groups, ""])}
    return render(request, "second_factor/codes.html", context)
