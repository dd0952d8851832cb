"""Signing in and out."""

from __future__ import annotations

import time
from typing import Any, cast

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LoginView, LogoutView, PasswordChangeView, redirect_to_login
from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods
from typing_extensions import override

from ..models import How, acting
from . import mail
from .admin_site import Administration
from .by_proxy import unless_by_proxy
from .coming_in import CAME_BY_LINK, come_in
from .forms import NewPasswordForm, OtherPasswordForm, SignInForm
from .login_sessions import SignedInRequest, end_login_sessions, is_fresh, staying_signed_in
from .passwords import only_with_passwords, without_passwords
from .provider_sign_out import PROVIDER_SIGN_OUT
from .second_factors import has_factor, open_without_factor
from .sign_in_links import redeem, user_of


@method_decorator(unless_by_proxy, name="dispatch")
class SignIn(LoginView):
    """The sign-in page. After too many failures it returns 429, for existing and unknown names alike."""

    form_class = SignInForm
    template_name = "accounts/sign_in.html"
    redirect_authenticated_user = True

    @override
    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Check a name and a password, unless passwords are turned off."""
        return super().post(request, *args, **kwargs) if settings.PASSWORD_SIGN_IN else without_passwords(request)

    @override
    def get_form(self, form_class: Any = None) -> Any:
        """Return the form, on which the page begins unless the button of a provider comes first."""
        form = super().get_form(form_class)
        if settings.SSO_OIDC_ISSUER:
            form.fields["username"].widget.attrs.pop("autofocus", None)
        return form

    @override
    def form_valid(self, form: Any) -> HttpResponse:
        """Sign in, after the second factor of who has one."""
        return come_in(self.request, form.get_user(), self.get_success_url())

    @override
    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        is_locked_out = "locked-out" in self.request.GET
        ways: dict[str, Any] = {"by_password": settings.PASSWORD_SIGN_IN}
        if settings.SSO_OIDC_ISSUER:
            ways |= {"provider": settings.SSO_OIDC_NAME, "provider_url": self._provider_url()}
        return super().get_context_data(is_locked_out=is_locked_out, sends_mail=mail.is_on(), **ways, **kwargs)

    def _provider_url(self) -> str:
        target = self.get_redirect_url()
        return reverse("sso-begin") + (f"?{urlencode({'next': target})}" if target else "")

    @override
    def form_invalid(self, form: Any) -> HttpResponse:
        status = 429 if form.has_error(NON_FIELD_ERRORS, "throttled") else 200
        return self.render_to_response(self.get_context_data(form=form), status=status)


@method_decorator(open_without_factor, name="dispatch")
class SignOut(LogoutView):
    """Signs out, and makes the browser delete what it has stored of this site: unsent text and visited pages."""

    @override
    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        at_provider = request.session.get(PROVIDER_SIGN_OUT, "")
        response = super().post(request, *args, **kwargs)
        if at_provider and settings.SSO_OIDC_ISSUER:
            request.session[PROVIDER_SIGN_OUT] = at_provider
            response = redirect("sso-sign-out")
        messages.success(request, "You are signed out. Unsent text was removed from this browser.")
        response["Clear-Site-Data"] = '"cache", "storage"'
        return response


@method_decorator([unless_by_proxy, only_with_passwords], name="dispatch")
class ChangePassword(PasswordChangeView):
    """Changes the password, or sets the first one of a user who came by a link; only this browser stays signed in."""

    request: SignedInRequest
    template_name = "accounts/password.html"

    @override
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Set no password for whoever finds an open browser: without the old one, the sign-in must be fresh."""
        if self.get_form_class() is NewPasswordForm and not self._is_proven():
            messages.error(request, "To set a password, sign out and in again first: your sign-in is too long ago.")
            return redirect("account")
        return super().dispatch(request, *args, **kwargs)  # type: ignore[return-value]  # a view's response

    def _is_proven(self) -> bool:
        is_by_link = _came_by_link(self.request) and not has_factor(self.request.user)
        return is_by_link or is_fresh(self.request)

    @override
    def get_form_class(self) -> Any:
        """Ask for the old password if there is one, unless the user has just come by a link."""
        is_known = self.request.user.has_usable_password() and not _came_by_link(self.request)
        return OtherPasswordForm if is_known else NewPasswordForm

    @override
    def get_success_url(self) -> str:
        return reverse("chat:home" if _came_by_link(self.request) else "account")

    @override
    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(came_by_link=_came_by_link(self.request), **kwargs)

    @override
    def form_valid(self, form: Any) -> HttpResponse:
        """Sign out all other browsers, and revoke the API tokens."""
        with staying_signed_in(self.request.login_session), acting(self.request.user, How.PAGE):
            response = super().form_valid(form)
        self.request.session.pop(CAME_BY_LINK, None)
        end_login_sessions(self.request.user, but=self.request.login_session)
        messages.success(
            self.request, "Your password was changed. Other browsers were signed out, and your API tokens revoked."
        )
        return response


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
@unless_by_proxy
def sign_in_by_link(request: HttpRequest, uid: str, token: str) -> HttpResponse:
    """Show a page with one button, whose POST signs in the user of the link; return 410 if the link does not work.

    Only the POST uses up the link: programs that look at the links in messages send no forms.
    """
    is_post = request.method == "POST"
    user = redeem(uid, token) if is_post else user_of(uid, token)
    if user is None:
        return render(request, "accounts/link_expired.html", status=410)
    if not is_post:
        return render(request, "accounts/link.html", {"invited": user})
    return come_in(request, user)


def _came_by_link(request: HttpRequest) -> bool:
    """Return whether the user came by a link, within the time for which it worked: they may not know a password."""
    return bool(time.time() - request.session.get(CAME_BY_LINK, 0) < settings.PASSWORD_RESET_TIMEOUT)


@login_not_required
def sign_in_for_admin(request: HttpRequest) -> HttpResponse:
    """Redirect to the site's sign-in page, for the admin has none of its own; refuse users who may not see a page."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.GET.get("next", reverse("admin:index")))
    if "next" in request.GET or not cast(Administration, admin.site).may_enter(request):
        raise PermissionDenied
    return redirect("admin:index")
