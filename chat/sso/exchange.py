"""The talk with the provider: its configuration, and the code of a sign-in in exchange for an identity."""

from __future__ import annotations

from functools import partial
from typing import Any

from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from typing_extensions import override

from ..database.threads import give_back_connection
from . import documents
from .id_token import StaleKeys, checked, nonce_of
from .refusals import UNREACHABLE, WRONG_ISSUER, WRONG_TOKEN, NotSignedIn

WELL_KNOWN = "/.well-known/openid-configuration"
NEEDED = ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri")


class Exchange(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]  # the package has no types
    """allauth's exchange, which checks everything: it would neither check a signature nor know a nonce."""

    def __init__(self, request: HttpRequest, provider_id: str) -> None:
        super().__init__(request, provider_id)
        self._nonce = ""
        self._configuration: dict[str, Any] = {}

    @property
    @override
    def openid_config(self) -> dict[str, Any]:
        """What the provider says of itself. Raise ``NotSignedIn`` if that is incomplete, or of another provider."""
        if not self._configuration:
            address = self.get_provider().server_url
            self._configuration = documents.read(address, checked_configuration, again_if=NotSignedIn)
        return self._configuration

    @override
    def get_callback_url(self, request: HttpRequest, app: Any) -> str:
        return str(request.build_absolute_uri(reverse("sso-callback")))

    @override
    def get_access_token_data(self, request: HttpRequest, app: Any, client: Any, pkce_code_verifier: str = "") -> Any:
        """Exchange the code, and remember which nonce its identity must have."""
        self._nonce = nonce_of(pkce_code_verifier)
        give_back_connection()  # others need it while the provider is asked
        return super().get_access_token_data(request, app, client, pkce_code_verifier=pkce_code_verifier)

    @override
    def complete_login(self, request: HttpRequest, app: Any, token: Any, **kwargs: Any) -> Any:
        """Return the identity in question, as the signed token and, if there is one, the page of its user say."""
        signed = str(kwargs["response"].get("id_token", ""))
        claims = documents.read(self.openid_config["jwks_uri"], partial(self._checked, signed), again_if=StaleKeys)
        login = self.get_provider().sociallogin_from_response(request, {**self._userinfo(token, claims), **claims})
        login.signed = signed
        login.end_session_url = self.openid_config.get("end_session_endpoint", "")
        return login

    def _checked(self, signed: str, keys: dict[str, Any]) -> dict[str, Any]:
        issuer, client_id = self.openid_config["issuer"], self.get_provider().app.client_id
        return checked(signed, keys=keys, issuer=issuer, client_id=client_id, nonce=self._nonce)

    def _userinfo(self, token: Any, claims: dict[str, Any]) -> dict[str, Any]:
        if not (url := self.openid_config.get("userinfo_endpoint")):
            return {}
        told, _ = documents.fetched(url, headers={"Authorization": f"Bearer {token.token}"})
        if told.get("sub") != claims["sub"]:  # Core 5.3.2: or somebody has exchanged the one for another
            raise NotSignedIn(WRONG_TOKEN)
        return told


def checked_configuration(found: dict[str, Any]) -> dict[str, Any]:
    """Return what a provider says of itself. Raise ``NotSignedIn`` unless it is all there, and of the trusted one."""
    if any(not isinstance(found.get(name), str) for name in NEEDED):
        raise NotSignedIn(UNREACHABLE, status=502)
    if found["issuer"].rstrip("/") != issuer_of(settings.SSO_OIDC_ISSUER):
        raise NotSignedIn(WRONG_ISSUER)
    return found


def issuer_of(address: str) -> str:
    """Return the issuer that ``SSO_OIDC_ISSUER`` names, be it by the address of its configuration."""
    return address.partition("/.well-known/")[0].rstrip("/")
