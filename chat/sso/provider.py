"""Our provider of single sign-on, in the module where django-allauth looks for it."""

from __future__ import annotations

import hashlib
from typing import Any

from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from django.http import HttpRequest
from django.urls import reverse
from typing_extensions import override

from .exchange import Exchange
from .id_token import nonce_of

LONGEST = 191
KEPT = ("email",)
"""What is stored of an identity besides its name at the provider."""


class SingleSignOn(OpenIDConnectProvider):  # type: ignore[misc]  # the package has no types
    """An OpenID Connect provider that the settings name; each sign-in has PKCE and a nonce."""

    id = "sso"
    oauth2_adapter_class = Exchange
    pkce_enabled_default = True

    @override
    def get_login_url(self, request: HttpRequest, **kwargs: Any) -> str:
        return reverse("sso-begin")

    @override
    def get_callback_url(self) -> str:
        return reverse("sso-callback")

    @override
    def get_pkce_params(self) -> dict[str, Any]:
        """Return what goes into the address of a sign-in, with its verifier, which allauth takes out again."""
        parameters: dict[str, Any] = super().get_pkce_params()
        return {**parameters, "nonce": nonce_of(parameters["code_verifier"])}

    @override
    def extract_uid(self, data: dict[str, Any]) -> str:
        """Return the name of an identity at the provider, or its digest where that is longer than its column."""
        name = str(data["sub"])
        return name if len(name) <= LONGEST else hashlib.sha256(name.encode()).hexdigest()

    @override
    def extract_extra_data(self, data: dict[str, Any]) -> dict[str, Any]:
        return {name: data[name] for name in KEPT if name in data}

    @override
    def sociallogin_from_response(self, request: HttpRequest, response: dict[str, Any]) -> Any:
        """Return the identity with all that the provider says of it, which is not stored."""
        login = super().sociallogin_from_response(request, response)
        login.claims = response
        return login


provider_classes = [SingleSignOn]
