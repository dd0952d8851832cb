"""By what a user signs in, as the export has it: devices, tokens, second factors and identities, and no secret."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User

from ..accounts.agents import described
from ..accounts.provider_identities import stored_identities
from ..accounts.second_factors import stored_factors
from ..models import ApiToken, LoginSession

Document = dict[str, Any]


def sign_ins(user: User) -> Document:
    """Return the lists of the export that say how a user comes in."""
    logins = LoginSession.objects.filter(user=user, api_token=None).order_by("pk")
    tokens = ApiToken.objects.filter(login_session__user=user).select_related("login_session").order_by("pk")
    return {
        "sign_ins": [_sign_in(login) for login in logins],
        "api_tokens": [_token(token) for token in tokens],
        "second_factors": stored_factors(user),
        "linked_identities": stored_identities(user),
    }


def _sign_in(login: LoginSession) -> Document:
    return {
        "device": described(login.agent),
        "browser_says": login.agent,
        "began_at": login.created_at,
        "last_used_at": login.seen_at,
        "ended_at": login.ended_at,
    }


def _token(token: ApiToken) -> Document:
    return {
        "name": token.name,
        "created_at": token.login_session.created_at,
        "last_used_at": token.last_used_at,
        "revoked_at": token.login_session.ended_at,
    }
