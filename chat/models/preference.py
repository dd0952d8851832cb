"""How a user wants the site to look, and in which time zone it shows them times."""

from __future__ import annotations

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q


class Preference(models.Model):
    """The choices of one user. Without a row, or where one is empty, the browser decides.

    ``zone`` is the name of a time zone, such as ``Europe/Berlin``.
    """

    ZONE_LIMIT = 64

    class Theme(models.TextChoices):
        """The colours of the pages."""

        LIGHT = "light", "Light"
        DARK = "dark", "Dark"

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="preference"
    )
    zone = models.CharField(max_length=ZONE_LIMIT, blank=True)
    theme = models.CharField(max_length=5, choices=Theme.choices, blank=True)

    class Meta:
        default_permissions = ()
        constraints = [models.CheckConstraint(condition=Q(theme__in=["", "light", "dark"]), name="theme_is_known")]

    def __str__(self) -> str:
        return f"user {self.user_id}"

    @classmethod
    def of(cls, user: Any) -> Self:
        """Return the choices of a user, not stored yet if there are none."""
        try:
            found: Self = user.preference
        except cls.DoesNotExist:
            return cls(user=user)
        return found
