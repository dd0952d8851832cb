"""The two addresses of single sign-on: where it begins, and to which the provider sends the browser back."""

from __future__ import annotations

import logging
from functools import wraps
from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.providers.base.constants import AuthProcess
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_safe

from ..accounts.attempts import try_again
from ..accounts.provider_sign_out import PROVIDER_SIGN_OUT
from ..database.threads import give_back_connection
from ..models import SignInAttempt
from .refusals import ELSEWHERE, WRONG_ISSUER, NotSignedIn, refused

logger = logging.getLogger(__name__)


def _or_refusal(view: Any) -> Any:
    """Return 404 where there is no single sign-on, and turn what stops one into a page."""

    @wraps(view)
    def view_or_refusal(request: HttpRequest) -> HttpResponse:
        if not settings.SSO_OIDC_ISSUER:
            raise Http404
        try:
            return view(request)  # type: ignore[no-any-return]  # the package has no types
        except NotSignedIn as refusal:
            logger.warning("A single sign-on was refused: %s", refusal.message)
            return refused(request, refusal.message, status=refusal.status)
        except ImmediateHttpResponse as ending:
            return ending.response  # type: ignore[no-any-return]  # the same

    return view_or_refusal


@login_not_required
@require_safe
@_or_refusal
def begin(request: HttpRequest) -> HttpResponse:
    """Send the browser to the provider. It is a GET, which no policy for forms keeps from leading to another site."""
    target = request.GET.get("next", "")
    if target and not url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        return refused(request, ELSEWHERE, status=400)
    if request.user.is_authenticated:
        return redirect(target or "chat:home")
    give_back_connection()  # others need it while the provider is asked
    provider = get_adapter().get_provider(request, provider="sso")
    return provider.redirect(request, process=AuthProcess.LOGIN, next_url=target)  # type: ignore[no-any-return]


@login_not_required
@require_safe
@_or_refusal
def callback(request: HttpRequest) -> HttpResponse:
    """Sign in whom the provider names. What fails counts for the address of the client, as a wrong password does."""
    provider = get_adapter().get_provider(request, provider="sso")
    attempt, address = f"sso {request.GET.get('state', '')[:100]}", request.META.get("REMOTE_ADDR", "")
    if until := SignInAttempt.begin(attempt, address):
        return refused(request, try_again(until), status=429)
    exchange = provider.get_oauth2_adapter(request)
    if request.GET.get("iss", "").rstrip("/") not in ("", provider.sub_id):  # RFC 9207
        raise NotSignedIn(WRONG_ISSUER)
    response: HttpResponse = OAuth2CallbackView.adapter_view(exchange)(request)
    if request.user.is_authenticated:
        SignInAttempt.record_success(attempt, address)
    return response


@login_not_required
@require_safe
@_or_refusal
def sign_out(request: HttpRequest) -> HttpResponse:
    """Lead whoever has just signed out here to the provider. No form may lead to another site, so this page does."""
    address = request.session.pop(PROVIDER_SIGN_OUT, "")
    if request.user.is_authenticated or not address:
        return redirect("login")
    return render(request, "sso/sign_out.html", {"address": address, "provider": settings.SSO_OIDC_NAME})
