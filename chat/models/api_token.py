"""Personal API tokens: a login of a program instead of a browser."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from .login_session import LoginSession
from .refusal import InvalidRequest

PREFIX = "chatsite_"
"""How every token begins, so that one that was left somewhere by mistake is recognised."""
TOKEN_LIMIT = 10
"""Tokens that a user may have at once."""
USE_NOTED_EVERY = timedelta(minutes=1)


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    """Tokens; each look-up of one starts from ``of(user)``, so ownership cannot be forgotten."""

    def live(self) -> ApiTokenQuerySet:
        """Those that were not revoked."""
        return self.filter(login_session__ended_at=None)

    def of(self, user_id: int) -> ApiTokenQuerySet:
        """What this user may use and revoke, the newest first."""
        return self.live().filter(login_session__user=user_id).select_related("login_session").order_by("-pk")


class ApiToken(models.Model):
    """A secret that lets a program in as its user.

    Each token has a login session of its own, so what is asked by it has a queue and one running answer of its own,
    and it ends as every login does: then the token is revoked. Only the SHA-256 of the secret is kept: it has 256
    random bits, so there is nothing to be guessed that a slow hash would protect.
    """

    NAME_LIMIT = 60

    login_session = models.OneToOneField(LoginSession, on_delete=models.CASCADE, related_name="api_token")
    name = models.CharField(max_length=NAME_LIMIT)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    last_used_at = models.DateTimeField(null=True, editable=False)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        verbose_name = "API token"

    def __str__(self) -> str:
        return self.name

    @classmethod
    @transaction.atomic
    def issue(cls, user: User, name: str) -> tuple[ApiToken, str]:
        """Make a token. Returns it with its secret, which is not kept and cannot be shown again.

        Raises ``InvalidRequest`` when the user has as many as they may have, or one of this name.
        """
        get_user_model().objects.select_for_update().get(pk=user.pk)  # one after the other, so that they are counted
        names = set(cls.objects.of(user.pk).values_list("name", flat=True))
        if name in names:
            raise InvalidRequest("You have a token of this name already.")
        if len(names) >= TOKEN_LIMIT:
            raise InvalidRequest(f"You have {TOKEN_LIMIT} tokens already. Revoke one that you do not need any more.")
        secret = PREFIX + secrets.token_urlsafe(32)
        login_session = LoginSession.objects.create(user=user)
        return cls.objects.create(login_session=login_session, name=name, digest=digest_of(secret)), secret

    @classmethod
    def login(cls, digest: str) -> LoginSession | None:
        """The login session of the token with this digest, with its user; None when it does not let anybody in."""
        tokens = cls.objects.live().filter(digest=digest, login_session__user__is_active=True)
        token = tokens.select_related("login_session__user").first()
        if token is None:
            return None
        token.note_use()
        return token.login_session

    def note_use(self) -> None:
        """It was used now; written down to the minute, so that reading does not mean writing."""
        if self.last_used_at is None or self.last_used_at < timezone.now() - USE_NOTED_EVERY:
            due = Q(last_used_at=None) | Q(last_used_at__lt=Now() - USE_NOTED_EVERY)
            type(self).objects.filter(due, pk=self.pk).update(last_used_at=Now())


def digest_of(secret: str) -> str:
    """What is kept of a secret: SHA-256 in hex."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
