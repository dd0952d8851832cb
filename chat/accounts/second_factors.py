"""Who has a second factor, and who must have one. The factors themselves are in ``chat.second_factor``.

With ``SECOND_FACTOR=off`` there are none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import User

from .provider_identities import is_known_to_provider

View = TypeVar("View", bound=Callable[..., Any])

_FACTOR = ("mfa", "Authenticator")
MISSING = "Your account needs a second factor. Sign in to the site in a browser and set one up."


def are_offered() -> bool:
    """Return whether users can have second factors."""
    return settings.SECOND_FACTOR != "off"


def has_factor(user: User) -> bool:
    """Return whether a user has an authenticator app or a passkey. Recovery codes alone are no factor."""
    if not are_offered():
        return False
    authenticators: Any = apps.get_model(*_FACTOR)
    return bool(authenticators.objects.filter(user_id=user.pk).exclude(type="recovery_codes").exists())


def stored_factors(user: User) -> list[dict[str, Any]]:
    """Return what is stored of the factors and recovery codes of a user, without their secrets."""
    if not apps.is_installed("allauth.mfa"):
        return []
    authenticators: Any = apps.get_model(*_FACTOR)
    return [
        {
            "kind": row.get_type_display(),
            "name": row.data.get("name", ""),
            "added_at": row.created_at,
            "last_used_at": row.last_used_at,
        }
        for row in authenticators.objects.filter(user_id=user.pk).order_by("pk")
    ]


def is_required_of(user: User) -> bool:
    """Return whether the site requires a second factor of a user; staff are administrators, too."""
    rule = settings.SECOND_FACTOR
    is_meant = rule == "everyone" or (rule == "administrators" and (user.is_superuser or user.is_staff))
    return is_meant and are_offered()


def lacks_factor(user: User, session: Mapping[str, Any]) -> bool:
    """Return whether a user must set up a factor before anything else in a Django session.

    Whoever came by the identity provider in this session has proven there what the organisation asks.
    """
    return is_required_of(user) and not came_by_provider(user, session) and not has_factor(user)


def lacks_factor_for_token(user: User) -> bool:
    """Return whether a user must set up a factor before their API tokens count.

    A token has no session: an account that the identity provider signs in counts as one that has a factor.
    """
    return is_required_of(user) and not has_factor(user) and not is_known_to_provider(user)


def came_by_provider(user: User, session: Mapping[str, Any]) -> bool:
    """Return whether a user came by single sign-on in this Django session, in which allauth notes that."""
    if session.get("account_authentication_methods_user") != str(user.pk):
        return False
    records = session.get("account_authentication_methods") or []
    return any(record.get("method") == "socialaccount" for record in records)


def open_without_factor(view: View) -> View:
    """Open a view to those who must set up a factor before anything else."""
    view.open_without_factor = True  # type: ignore[attr-defined]
    return view
