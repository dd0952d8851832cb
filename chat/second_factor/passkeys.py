"""Passkeys (WebAuthn): the browser signs a challenge with a key that is bound to the name of the site."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from ipaddress import ip_address
from typing import Any, cast
from urllib.parse import SplitResult, urlsplit

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from fido2.server import Fido2Server
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    RegistrationResponse,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from ..models import InvalidRequest

CHALLENGE = "passkey_challenge"
"""The key of a Django session with the challenge that the browser signs; it works once."""
COUNTER = "counter"
MOST = 20
NAME_LIMIT = 60
REFUSED = "The passkey was not accepted. Please try again."
TOO_MANY = f"You already have {MOST} passkeys. Remove one that you no longer need."
_MALFORMED = (ValueError, TypeError, KeyError, AttributeError)


def home() -> str | None:
    """Return the origin to whose host name passkeys are bound: the first one at which browsers allow them."""
    return next((origin for origin in settings.ORIGINS if _is_possible(urlsplit(origin))), None)


def work_here(request: HttpRequest) -> bool:
    """Return whether this page is open under the name to which passkeys are bound."""
    origin = home()
    return origin is not None and urlsplit(f"//{request.get_host()}").hostname == _host(origin)


def passkeys_of(user: User) -> Any:
    """Return the rows of the passkeys of a user, the oldest first."""
    return Authenticator.objects.filter(user=user, type=Authenticator.Type.WEBAUTHN).order_by("pk")


def begin_adding(request: HttpRequest, user: User) -> dict[str, Any]:
    """Return what the browser needs to make a passkey, with a challenge for this session."""
    entity = PublicKeyCredentialUserEntity(
        id=str(user.pk).encode(), name=user.get_username(), display_name=user.get_full_name() or user.get_username()
    )
    options, request.session[CHALLENGE] = _server().register_begin(
        entity,
        _credentials(passkeys_of(user)),
        resident_key_requirement=ResidentKeyRequirement.DISCOURAGED,
        user_verification=UserVerificationRequirement.PREFERRED,
    )
    return dict(options)


def add_passkey(request: HttpRequest, user: User, name: str, response: Mapping[str, Any]) -> Any:
    """Store the passkey that the browser has made. Raise ``InvalidRequest`` unless it signed our challenge."""
    challenge = request.session.pop(CHALLENGE, None)
    try:
        made = _server().register_complete(challenge, response)
    except _MALFORMED:
        raise InvalidRequest(REFUSED) from None
    data = {"name": name[:NAME_LIMIT], "credential": dict(response), COUNTER: made.counter}
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)  # or two requests could exceed the limit
        if passkeys_of(user).count() >= MOST:
            raise InvalidRequest(TOO_MANY)
        return Authenticator.objects.create(user=user, type=Authenticator.Type.WEBAUTHN, data=data)


def begin_use(request: HttpRequest, user: User) -> dict[str, Any]:
    """Return what the browser needs to use one of the passkeys of a user, with a challenge for this session."""
    options, request.session[CHALLENGE] = _server().authenticate_begin(
        _credentials(passkeys_of(user)), user_verification=UserVerificationRequirement.PREFERRED
    )
    return dict(options)


@transaction.atomic
def use_passkey(request: HttpRequest, user: User, response: Mapping[str, Any]) -> bool:
    """Return whether one of the passkeys of a user has signed the challenge of this session, which counts once.

    A key that counts its uses must have counted on: otherwise there is a copy of it.
    """
    challenge = request.session.pop(CHALLENGE, None)
    rows = list(passkeys_of(user).select_for_update())
    try:
        used = _server().authenticate_complete(challenge, _credentials(rows), response)
        counter = AuthenticationResponse.from_dict(response).response.authenticator_data.counter
    except _MALFORMED:
        return False
    row = next(row for row in rows if _credential(row).credential_id == used.credential_id)
    if counter and counter <= row.data.get(COUNTER, 0):
        return False
    row.data[COUNTER], row.last_used_at = counter, timezone.now()
    row.save(update_fields=["data", "last_used_at"])
    return True


def _server() -> Fido2Server:
    """Return the other side of the browser. Its name is in the settings: no header of a request decides it."""
    origin = home()
    if origin is None:
        raise InvalidRequest("Passkeys need the site to have a name and HTTPS.")
    host = _host(origin)
    return Fido2Server(
        PublicKeyCredentialRpEntity(id=host, name="chatsite"),
        verify_origin=lambda said: said in settings.ORIGINS and _host(said) == host,
    )


def _credentials(rows: Sequence[Any]) -> list[AttestedCredentialData]:
    return [_credential(row) for row in rows]


def _credential(row: Any) -> AttestedCredentialData:
    stored = RegistrationResponse.from_dict(row.data["credential"])
    return cast(AttestedCredentialData, stored.response.attestation_object.auth_data.credential_data)


def _host(origin: str) -> str:
    return urlsplit(origin).hostname or ""


def _is_possible(origin: SplitResult) -> bool:
    """Return whether browsers allow passkeys there: a name, no address, and HTTPS, except for this machine."""
    host = origin.hostname or ""
    try:
        ip_address(host)
    except ValueError:
        return origin.scheme == "https" or host == "localhost"
    return False
