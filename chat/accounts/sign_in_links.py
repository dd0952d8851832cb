"""Links that sign a user in without a password, once and within an hour."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode
from typing_extensions import override

from ..models import How, Kind, acting
from .account_events import record_account


class SignInTokens(PasswordResetTokenGenerator):
    """Tokens that a password reset does not accept, and that the next sign-in of any kind invalidates."""

    key_salt = "chat.sign_in"

    @override
    def _make_hash_value(self, user: User, timestamp: int) -> str:
        # To the microsecond: with Django's own value a token stays valid for the rest of the second of its use.
        last_login = user.last_login.isoformat() if user.last_login else ""
        return f"{user.pk}\0{user.password}\0{last_login}\0{timestamp}"


_tokens = SignInTokens()


def sign_in_link(user: User, base_url: str, tokens: SignInTokens = _tokens) -> str:
    """Return a link below ``base_url`` (``http://host:port``) that signs ``user`` in."""
    uid = urlsafe_base64_encode(force_bytes(user.pk))
    return base_url.rstrip("/") + reverse("sign-in-link", args=[uid, tokens.make_token(user)])


def may_make_link(maker: User, account: User) -> bool:
    """Return whether a user may make a link for this account, and it would work.

    A link gives all rights of its account, so only superusers may make any: nobody gains a right by it.
    """
    makes_links = bool(maker.is_active and maker.is_superuser and not settings.TRUSTED_PROXY)
    return makes_links and account.is_active


def give_link(user: User, base_url: str) -> str:
    """Return a link for somebody who asks for one, which is an event: whoever has it acts as this user."""
    record_account(Kind.SIGN_IN_LINK_MADE, user)
    return sign_in_link(user, base_url)


def expiry() -> datetime:
    """Return until when a link that is made now works."""
    return timezone.now() + timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT)


def user_of(uid: str, token: str) -> User | None:
    """Return the user of a link without using it up; None if it is wrong, used or too old."""
    user = _user(uid)
    return user if user and user.is_active and _tokens.check_token(user, token) else None


@transaction.atomic
def redeem(uid: str, token: str) -> User | None:
    """Use up a link, which is an event, and return its user; return None if it is wrong, used or too old."""
    user = user_of(uid, token)
    if user is None:
        return None
    unused = User.objects.filter(pk=user.pk, last_login=user.last_login)
    if not unused.update(last_login=timezone.now()):
        return None
    with acting(user, How.LINK):
        record_account(Kind.SIGN_IN_LINK_USED, user)
    return user


def _user(uid: str) -> User | None:
    try:
        return User.objects.filter(pk=int(urlsafe_base64_decode(uid))).first()
    except (ValueError, OverflowError):
        return None
