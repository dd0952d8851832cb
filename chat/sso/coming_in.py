"""Which account an identity of the provider has: its own, or one with the same verified address."""

from __future__ import annotations

from typing import Any

from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from ..accounts.account_events import record_account
from ..invitations.names import suggested_name
from ..models import AccessEvent, How, Invitation, Kind, NotFound, acting
from ..models.inviting import accept_by_address
from ..models.mail_address import is_same_address
from .refusals import INACTIVE, NO_ADDRESS, NOT_ACCEPTED, NOT_INVITED, OTHER_IDENTITY, SEVERAL_ACCOUNTS, NotSignedIn


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
    users = [user for user in User.objects.filter(email__iexact=email) if is_same_address(user.email, email)]
    if len(users) > 1:
        raise NotSignedIn(SEVERAL_ACCOUNTS)
    try:
        with transaction.atomic():
            user = users[0] if users else _made(login, email)
            link(login, user)
    except IntegrityError as error:  # another sign-in has just taken the name or the identity
        raise NotSignedIn(NOT_ACCEPTED) from error
    return user


def _made(login: Any, email: str) -> User:
    """Return a new account without a password: of whoever was invited, or of everybody if the settings say so."""
    user = User(username=suggested_name(str(login.claims.get("preferred_username") or email)))
    user.set_unusable_password()
    try:
        accept_by_address(email, user)
    except NotFound:
        if not settings.SSO_OIDC_CREATE:
            raise NotSignedIn(NOT_INVITED) from None
        user.email = email
        user.first_name = str(login.claims.get("name", "")).replace("\0", "")[: Invitation.NAME_LIMIT]
        user.save()
        with acting(None, How.SSO):
            record_account(Kind.ACCOUNT_MADE, user)
    return user


def verified_address(login: Any) -> str:
    """Return the address of an identity. Raise ``NotSignedIn`` unless the provider says that it was verified."""
    address = next((str(each.email) for each in login.email_addresses), "")
    says = login.claims.get("email_verified")
    is_ours = says is None and address.rpartition("@")[2].lower() in settings.SSO_OIDC_VERIFIED_DOMAINS
    if not address or not (is_ours or str(says).lower() == "true"):
        raise NotSignedIn(NO_ADDRESS)
    return address


@transaction.atomic
def forget(users: QuerySet[User]) -> int:
    """Forget the identities of users, and return how many. The next one with their address becomes theirs."""
    accounts = list(SocialAccount.objects.filter(user__in=users).select_related("user").order_by("pk"))
    for account in accounts:
        _record(Kind.SIGN_IN_UNLINKED, account, actor=None, how=How.PROGRAM)
        account.delete()
    return len(accounts)


def link(login: Any, user: User) -> None:
    """Let an identity sign in a user from now on. An account has one: an address may have got another owner."""
    User.objects.select_for_update().get(pk=user.pk)
    if not user.is_active:
        raise NotSignedIn(INACTIVE)
    if SocialAccount.objects.filter(user=user, provider=login.account.provider).exists():
        raise NotSignedIn(OTHER_IDENTITY)
    login.account.user = user
    login.account.save()
    _record(Kind.SIGN_IN_LINKED, login.account, actor=user, how=How.SSO)


def _record(kind: Kind, account: Any, *, actor: User | None, how: How) -> None:
    AccessEvent.objects.record_member(
        kind,
        actor=actor,
        how=how,
        member_id=account.user.pk,
        member_name=account.user.get_username(),
        details={"provider": account.provider},
    )
