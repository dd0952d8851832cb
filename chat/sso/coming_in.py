"""Which account an identity of the provider has: its own, or one with the same verified address."""

from __future__ import annotations

from typing import Any

from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.models import User
from django.db import transaction

from ..models import AccessEvent, How, Kind
from .refusals import INACTIVE, NO_ADDRESS, NOT_INVITED, OTHER_IDENTITY, SEVERAL_ACCOUNTS, NotSignedIn


def user_of(login: Any) -> User:
    """Return the user whom an identity signs in; an account with its verified address becomes its own.

    Raise ``NotSignedIn`` if there is none, or if it is not active.
    """
    user = login.user if login.account.pk else _linked(login)
    if not user.is_active:
        raise NotSignedIn(INACTIVE)
    return user


def _linked(login: Any) -> User:
    email = verified_address(login)
    users = list(User.objects.filter(email__iexact=email)[:2])
    if not users:
        raise NotSignedIn(NOT_INVITED)
    if len(users) > 1:
        raise NotSignedIn(SEVERAL_ACCOUNTS)
    link(login, users[0])
    return users[0]


def verified_address(login: Any) -> str:
    """Return the address of an identity. Raise ``NotSignedIn`` unless the provider says that it was verified."""
    address = next((each.email for each in login.email_addresses if each.verified), "")
    if not address:
        raise NotSignedIn(NO_ADDRESS)
    return str(address)


@transaction.atomic
def link(login: Any, user: User) -> None:
    """Let an identity sign in a user from now on. An account has one: an address may have got another owner."""
    User.objects.select_for_update().get(pk=user.pk)
    if not user.is_active:
        raise NotSignedIn(INACTIVE)
    if SocialAccount.objects.filter(user=user, provider=login.account.provider).exists():
        raise NotSignedIn(OTHER_IDENTITY)
    login.account.user = user
    login.account.save()
    AccessEvent.objects.record_member(
        Kind.SIGN_IN_LINKED,
        actor=user,
        how=How.SSO,
        member_id=user.pk,
        member_name=user.get_username(),
        details={"provider": login.account.provider},
    )
