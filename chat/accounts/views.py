"""Signing in and out."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import PasswordChangeForm, SetPasswordForm
from django.contrib.auth.views import LoginView, LogoutView, PasswordChangeView, redirect_to_login
from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse, reverse_lazy
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_GET

from .forms import SignInForm
from .login_sessions import SignedInRequest, end_login_sessions
from .sign_in_links import redeem

View = Callable[..., HttpResponseBase]


def _unless_by_proxy(view: View) -> View:
    """Where a proxy says who comes in, a page in place of this view says so; nobody can come in another way."""

    @wraps(view)
    def instead(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not settings.TRUSTED_PROXY:
            return view(request, *args, **kwargs)
        is_shown = request.user.is_authenticated and request.method in {"GET", "HEAD"}
        return render(request, "accounts/by_proxy.html", status=200 if is_shown else 403)

    return instead


@method_decorator(_unless_by_proxy, name="dispatch")
class SignIn(LoginView):
    """The sign-in page; 429 after too many failures, for known and unknown names alike."""

    form_class = SignInForm
    template_name = "accounts/sign_in.html"
    redirect_authenticated_user = True

    def form_invalid(self, form: Any) -> HttpResponse:
        """Show the form again, with what was wrong."""
        status = 429 if form.has_error(NON_FIELD_ERRORS, "throttled") else 200
        return self.render_to_response(self.get_context_data(form=form), status=status)


class SignOut(LogoutView):
    """Sign out, and have the browser forget what it kept for this site: unsent text, and pages it went through."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Back to the sign-in page."""
        response = super().post(request, *args, **kwargs)
        messages.success(request, "You are signed out. Unsent text was removed from this browser.")
        response["Clear-Site-Data"] = '"cache", "storage"'
        return response


@method_decorator(_unless_by_proxy, name="dispatch")
class ChangePassword(PasswordChangeView):
    """A new password, or the first one of somebody who came by a link; nothing else is let in any more."""

    request: SignedInRequest
    template_name = "accounts/password.html"
    success_url = reverse_lazy("chat:home")

    def get_form_class(self) -> Any:
        """The old password is asked for where there is one."""
        return PasswordChangeForm if self.request.user.has_usable_password() else SetPasswordForm

    def form_valid(self, form: Any) -> HttpResponse:
        """Keep this browser signed in, alone."""
        response = super().form_valid(form)
        end_login_sessions(self.request.user, but=self.request.login_session)
        messages.success(
            self.request, "Your password is changed. Other browsers are signed out, and API tokens revoked."
        )
        return response


@login_not_required
@require_GET
@_unless_by_proxy
def sign_in_by_link(request: HttpRequest, uid: str, token: str) -> HttpResponse:
    """Sign in whoever the link was made for; 410 for a link that is used, too old or wrong."""
    user = redeem(uid, token)
    if user is None:
        return render(request, "accounts/link_expired.html", status=410)
    if request.user.is_authenticated and request.user != user:
        logout(request)
    login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
    return redirect("chat:home")


@login_not_required
def sign_in_for_admin(request: HttpRequest) -> HttpResponse:
    """The admin has no sign-in page of its own: it leads to the one there is, and refuses who is not staff."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.GET.get("next", reverse("admin:index")))
    if not request.user.is_staff:
        raise PermissionDenied
    return redirect("admin:index")
