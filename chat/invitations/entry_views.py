"""The pages on which people come in: the first administrator, and who is invited."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import User
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from ..accounts.by_proxy import unless_by_proxy
from ..accounts.known_browsers import remember
from ..accounts.passwords import only_with_passwords
from ..models import FirstRunLink, Invitation, NotFound, has_administrator
from ..models.inviting import accept, works
from .forms import FirstAdministratorForm, NewAccountForm
from .names import suggested_name

ADMINISTRATOR = (
    "You are the administrator of this site. Invite colleagues at People, and add recordings at Recordings, in the"
    " menu."
)
NAME_TAKEN = "Somebody has just taken this name. Please choose another one."


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
@unless_by_proxy
def first_run(request: HttpRequest, secret: str) -> HttpResponse:
    """Make the first administrator, by the link that the start has printed; return 410 if it does not work.

    Only the POST uses up the link: programs that look at the links in messages send no forms.
    """
    if not FirstRunLink.works(secret):
        return _no_first_run(request)
    form = FirstAdministratorForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        user = form.save(commit=False)
        try:
            FirstRunLink.use(secret, user)
        except NotFound:
            return _no_first_run(request)
        except IntegrityError:
            form.add_error("username", NAME_TAKEN)
        else:
            return _enter(request, user, ADMINISTRATOR)
    return render(request, "invitations/first_run.html", {"form": form}, status=400 if form.is_bound else 200)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
@unless_by_proxy
@only_with_passwords
def invitation(request: HttpRequest, secret: str) -> HttpResponse:
    """Let an invited person make an account; return 410 if the link does not work. Only the POST uses it up."""
    found = Invitation.objects.with_secret(secret).select_related("invited_by").first()
    if found is None or not works(found):
        return _no_invitation(request, found)
    account = User(email=found.email, first_name=found.name)  # which the password must not resemble
    if request.method == "POST":
        form = NewAccountForm(request.POST, instance=account)
    else:
        form = NewAccountForm(instance=account, initial={"username": suggested_name(found.email)})
    if form.is_valid():
        user = form.save(commit=False)
        try:
            accept(secret, user)
        except NotFound:
            return _no_invitation(request, Invitation.objects.with_secret(secret).first())
        except IntegrityError:
            form.add_error("username", NAME_TAKEN)
        else:
            return _enter(request, user, f"Welcome, {found.name}.")
    context = {"invitation": found, "form": form}
    return render(request, "invitations/invitation.html", context, status=400 if form.is_bound else 200)


def _no_first_run(request: HttpRequest) -> HttpResponse:
    context = {"has_administrator": has_administrator()}
    return render(request, "invitations/no_first_run.html", context, status=410)


def _no_invitation(request: HttpRequest, found: Invitation | None) -> HttpResponse:
    return render(request, "invitations/no_invitation.html", {"invitation": found}, status=410)


def _enter(request: HttpRequest, user: User, welcome: str) -> HttpResponse:
    """Sign in who has just got an account, instead of whoever else is signed in here, and open the home page."""
    if request.user.is_authenticated:
        logout(request)
    login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
    messages.success(request, welcome)
    response = redirect("chat:home")
    remember(request, response, user)
    return response
