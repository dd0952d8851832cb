"""Personal API tokens: logins of programs instead of browsers."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from .login_session import LoginSession
from .refusal import InvalidRequest
from .secret import digest_of, new_secret

PREFIX = "chatsite_"
"""The beginning of every token, by which a leaked one is recognised."""
TOKEN_LIMIT = 10
"""How many tokens a user may have at once."""
USE_NOTED_EVERY = timedelta(minutes=1)


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    """Tokens; every look-up for a user starts from ``of(user)``, so no query can forget the ownership."""

    def live(self) -> ApiTokenQuerySet:
        """Return the tokens that were not revoked."""
        return self.filter(login_session__ended_at=None)

    def of(self, user_id: int) -> ApiTokenQuerySet:
        """Return the tokens that this user may use and revoke, the newest first."""
        return self.live().filter(login_session__user=user_id).select_related("login_session").order_by("-pk")


class ApiToken(models.Model):
    """A secret with which a program signs in as its user.

    Each token has a login session of its own, and with it a queue and one running answer; ending the login session
    revokes the token. Only the SHA-256 of the secret is stored: it has 256 random bits, so nobody can guess it and a
    slow hash would add nothing.
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
        """Create a token. Return it with its secret, which is not stored and cannot be shown again.

        Raise ``InvalidRequest`` if the user has ``TOKEN_LIMIT`` tokens, or one with this name.
        """
        get_user_model().objects.select_for_update().get(pk=user.pk)  # or two requests could exceed the limit
        names = set(cls.objects.of(user.pk).values_list("name", flat=True))
        if name in names:
            raise InvalidRequest("You already have a token with this name.")
        if len(names) >= TOKEN_LIMIT:
            raise InvalidRequest(f"You already have {TOKEN_LIMIT} tokens. Revoke one that you no longer need.")
        secret = PREFIX + new_secret()
        login_session = LoginSession.objects.create(user=user)
        return cls.objects.create(login_session=login_session, name=name, digest=digest_of(secret)), secret

    @classmethod
    def login(cls, digest: str) -> LoginSession | None:
        """Return the login session, with its user, of the token with this digest; None unless both count."""
        tokens = cls.objects.live().filter(digest=digest, login_session__user__is_active=True)
        token = tokens.select_related("login_session__user").first()
        if token is None or not token.login_session.is_good(token.login_session.user):
            return None
        token.note_use()
        return token.login_session

    def note_use(self) -> None:
        """Store the time of use, at most once a minute, so that not every request writes."""
        if self.last_used_at is None or self.last_used_at < timezone.now() - USE_NOTED_EVERY:
            due = Q(last_used_at=None) | Q(last_used_at__lt=Now() - USE_NOTED_EVERY)
            type(self).objects.filter(due, pk=self.pk).update(last_used_at=Now())
