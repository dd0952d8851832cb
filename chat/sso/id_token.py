"""The proof of an identity, checked as OpenID Connect Core demands (3.1.3.7), signature and nonce included."""

from __future__ import annotations

from collections.abc import Mapping
from hmac import compare_digest
from typing import Any

import jwt
from django.utils.crypto import salted_hmac

from .refusals import WRONG_AUDIENCE, WRONG_ISSUER, WRONG_NONCE, WRONG_TIME, WRONG_TOKEN, NotSignedIn

ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
"""Those with a public key; with a secret one, or none, anybody might have signed."""
REQUIRED = ["iss", "sub", "aud", "exp", "iat"]
LEEWAY = 60
"""Seconds by which the clocks of the provider and of this site may differ."""


def nonce_of(code_verifier: str) -> str:
    """Return the nonce of a sign-in. It follows from the verifier, which the session keeps and nobody else knows."""
    return salted_hmac("chat.sso.nonce", code_verifier, algorithm="sha256").hexdigest()


class StaleKeys(NotSignedIn):
    """The token is signed with none of these keys of the provider: it may have newer ones."""

    def __init__(self) -> None:
        super().__init__(WRONG_TOKEN)


def checked(token: str, *, keys: Mapping[str, Any], issuer: str, client_id: str, nonce: str) -> dict[str, Any]:
    """Return what the provider says of an identity. Raise ``NotSignedIn`` with the first thing that is wrong.

    That is ``StaleKeys`` if other keys might be right.
    """
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            _key(token, keys),
            algorithms=ALGORITHMS,
            issuer=issuer,
            audience=client_id,
            leeway=LEEWAY,
            options={"require": REQUIRED},
        )
    except jwt.InvalidIssuerError as error:
        raise NotSignedIn(WRONG_ISSUER) from error
    except jwt.InvalidAudienceError as error:
        raise NotSignedIn(WRONG_AUDIENCE) from error
    except (jwt.ExpiredSignatureError, jwt.ImmatureSignatureError, jwt.InvalidIssuedAtError) as error:
        raise NotSignedIn(WRONG_TIME) from error
    except (jwt.InvalidKeyError, jwt.InvalidSignatureError, jwt.PyJWKSetError) as error:
        raise StaleKeys from error
    except (jwt.PyJWTError, ValueError, TypeError) as error:
        raise NotSignedIn(WRONG_TOKEN) from error
    if claims.get("azp", client_id) != client_id:
        raise NotSignedIn(WRONG_AUDIENCE)
    if not compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode()):
        raise NotSignedIn(WRONG_NONCE)
    return claims


def _key(token: str, keys: Mapping[str, Any]) -> jwt.PyJWK:
    """Return the key with which a token says that it was signed; without a name, the only one for signatures."""
    usable = [key for key in jwt.PyJWKSet.from_dict(dict(keys)).keys if key.public_key_use in ("sig", None)]
    name = jwt.get_unverified_header(token).get("kid")
    named = [key for key in usable if key.key_id == name] if name else usable
    if len(named) != 1:
        raise jwt.InvalidKeyError("The token was signed with none of the keys of the provider.")
    return named[0]
