"""The pages for those who have forgotten their password."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from ..models import NotFound, PasswordReset
from . import mail
from .attempts import try_again
from .by_proxy import unless_by_proxy
from .forgotten import limited_until, send_links
from .forms import ForgottenForm, NewPasswordForm
from .passwords import only_with_passwords


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
@unless_by_proxy
@only_with_passwords
def forgotten(request: HttpRequest) -> HttpResponse:
    """Offer to send a link for a new password. The answer is the same whether the address has an account."""
    if not mail.is_on():
        return render(request, "accounts/forgotten_without_mail.html")
    form = ForgottenForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return render(request, "accounts/forgotten.html", {"form": form}, status=400 if form.is_bound else 200)
    email = form.cleaned_data["email"]
    if until := limited_until(email, request.META.get("REMOTE_ADDR", "")):
        form.add_error(None, try_again(until))
        return render(request, "accounts/forgotten.html", {"form": form}, status=429)
    send_links(email)
    return render(request, "accounts/forgotten_sent.html", {"email": email})


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
@unless_by_proxy
@only_with_passwords
def new_password(request: HttpRequest, secret: str) -> HttpResponse:
    """Set a new password by a link, and sign its user out everywhere; return 410 if the link does not work."""
    found = PasswordReset.of(secret)
    if found is None or not found.works():
        return _no_link(request, found)
    form = NewPasswordForm(found.user, request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            found.use(form.cleaned_data["new_password1"])
        except NotFound:
            return _no_link(request, PasswordReset.of(secret))
        messages.success(request, "Your password was changed, and you are signed out everywhere. Sign in with it.")
        return redirect("login")
    context = {"form": form, "account": found.user}
    return render(request, "accounts/new_password.html", context, status=400 if form.is_bound else 200)


def _no_link(request: HttpRequest, found: PasswordReset | None) -> HttpResponse:
    return render(request, "accounts/no_new_password.html", {"found": found}, status=410)
