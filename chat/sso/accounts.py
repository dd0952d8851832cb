"""The accounts of this site as django-allauth signs them in: by our limits, and with our pages."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from typing_extensions import override

from ..accounts.attempts import try_again
from ..accounts.known_browsers import notice_sign_in
from ..accounts.provider_sign_out import PROVIDER_SIGN_OUT
from ..models import SignInAttempt
from .refusals import INACTIVE, refused


class Accounts(DefaultAccountAdapter):  # type: ignore[misc]  # the package has no types
    """Signs users in for allauth. It counts what fails as the sign-in page does, and says nothing on its own."""

    @override
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Return False: accounts are made by invitations, by administrators and by single sign-on alone."""
        return False

    @override
    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count a password as wrong until it proves right; refuse to check it after too many wrong ones."""
        if until := SignInAttempt.begin(credentials.get("username", ""), self.get_client_ip(request)):
            raise ValidationError(try_again(until), code="throttled")

    @override
    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """Return the user of a name and a password."""
        user: User | None = super().authenticate(request, **credentials)
        if user:
            SignInAttempt.record_success(credentials.get("username", ""), self.get_client_ip(request))
        return user

    @override
    def post_login(self, request: HttpRequest, user: User, **options: Any) -> HttpResponse:
        """Go on to the page that was asked for, and write to the user if this browser is new."""
        response: HttpResponse = super().post_login(request, user, **options)
        notice_sign_in(request, response, user)
        login = (options.get("signal_kwargs") or {}).get("sociallogin")
        request.session[PROVIDER_SIGN_OUT] = login.state.get(PROVIDER_SIGN_OUT, "") if login else ""
        return response

    @override
    def get_login_stages(self) -> list[str]:
        """Ask for nothing more, also no second factor: the provider asks for what the organisation wants."""
        return []

    @override
    def respond_user_inactive(self, request: HttpRequest, user: User) -> HttpResponse:
        return refused(request, INACTIVE, status=403)

    @override
    def add_message(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Say nothing: our pages have their own words."""

    @override
    def get_client_ip(self, request: HttpRequest) -> str:
        return str(request.META.get("REMOTE_ADDR", ""))
