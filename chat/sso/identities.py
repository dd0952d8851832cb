"""Whom an identity of the provider signs in, as django-allauth asks for it."""

from __future__ import annotations

import logging
import re
from typing import Any

from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.base import AuthError
from django.conf import settings
from django.http import HttpRequest
from requests import RequestException
from typing_extensions import override

from ..accounts.provider_sign_out import PROVIDER_SIGN_OUT
from .coming_in import user_of
from .exchange import WELL_KNOWN, issuer_of
from .leaving import sign_out_address
from .refusals import CANCELLED, NOT_ACCEPTED, UNKNOWN_STATE, UNREACHABLE, NotSignedIn, refuse
from .rights import follow_claims

logger = logging.getLogger(__name__)

_ERROR_CODE = re.compile(r'"error"\s*:\s*"([\w.-]{1,60})"')


class Identities(DefaultSocialAccountAdapter):  # type: ignore[misc]  # the package has no types
    """Finds or makes the account of an identity. The settings name the one provider; none is in the database."""

    @override
    def list_apps(self, request: HttpRequest, provider: Any = None, client_id: Any = None) -> list[Any]:
        issuer = settings.SSO_OIDC_ISSUER
        if not issuer:
            return []
        return [
            SocialApp(
                provider="sso",
                provider_id=issuer_of(issuer),
                name=settings.SSO_OIDC_NAME,
                client_id=settings.SSO_OIDC_CLIENT_ID,
                secret=settings.SSO_OIDC_CLIENT_SECRET,
                settings={
                    "server_url": issuer if "/.well-known/" in issuer else f"{issuer.rstrip('/')}{WELL_KNOWN}",
                    "scope": settings.SSO_OIDC_SCOPES,
                },
            )
        ]

    @override
    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Decide who is signed in. Afterwards the identity has an account, or the sign-in has ended."""
        try:
            sociallogin.user = user_of(sociallogin)
            follow_claims(sociallogin.user, sociallogin.claims)
            sociallogin.state[PROVIDER_SIGN_OUT] = sign_out_address(request, sociallogin)
        except NotSignedIn as refusal:
            logger.warning("A single sign-on was refused: %s", refusal.message)
            raise refuse(request, refusal.message, status=refusal.status) from refusal

    @override
    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: Any,
        error: Any = None,
        exception: Exception | None = None,
        extra_context: dict[str, Any] | None = None,
    ) -> None:
        """End the sign-in with a page in our words."""
        refusal = _refusal(error, exception, bool((extra_context or {}).get("state")))
        logger.warning("A single sign-on was refused: %s (%s)", refusal.message, _cause(exception) or error)
        raise refuse(request, refusal.message, status=refusal.status)


def _cause(exception: Exception | None) -> str:
    """Return what the log may say: an answer of the provider may hold a token, so nothing of it but its error code."""
    cause = exception.__cause__ or exception if exception else None
    code = _ERROR_CODE.search(str(cause))
    return " ".join(filter(None, [type(cause).__name__ if cause else "", code[1] if code else ""]))


def _refusal(error: Any, exception: Exception | None, has_state: bool) -> NotSignedIn:
    if isinstance(exception, NotSignedIn):
        return exception
    if isinstance(exception, RequestException):
        return NotSignedIn(UNREACHABLE, status=502)
    if not has_state:
        return NotSignedIn(UNKNOWN_STATE, status=400)
    if error == AuthError.CANCELLED:
        return NotSignedIn(CANCELLED)
    return NotSignedIn(NOT_ACCEPTED)
