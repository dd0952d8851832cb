"""The identities at the provider that single sign-on has linked to users. How they are linked is in ``chat.sso``."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.contrib.auth.models import User

_MODEL = ("socialaccount", "SocialAccount")


def stored_identities(user: User) -> list[dict[str, Any]]:
    """Return what is stored of the identities that sign a user in."""
    return [
        {
            "provider": account.provider,
            "subject": account.uid,
            "email": account.extra_data.get("email", ""),
            "linked_at": account.date_joined,
            "last_used_at": account.last_login,
        }
        for account in _identities(user)
    ]


def is_known_to_provider(user: User) -> bool:
    """Return whether an identity of the provider signs a user in."""
    return bool(_identities(user))


def _identities(user: User) -> list[Any]:
    if not apps.is_installed("allauth.socialaccount"):
        return []
    accounts: Any = apps.get_model(*_MODEL)
    return list(accounts.objects.filter(user_id=user.pk).order_by("pk"))
