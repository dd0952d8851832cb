"""Who was asked to set a password."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.models import User
from django.db import models
from django.db.models.functions import Now


class PasswordOffer(models.Model):
    """That a user who came by a sign-in link was asked to set a password: once, whatever they answered."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="+")
    made_at = models.DateTimeField(db_default=Now(), editable=False)

    def __str__(self) -> str:
        return f"user {self.user_id}"

    @classmethod
    def make(cls, user: User) -> bool:
        """Store that the user is asked now; return False if they were asked before."""
        _, is_first = cls.objects.get_or_create(user=user)
        return is_first
