"""The reviewers whom a setting names."""

from __future__ import annotations

from collections.abc import Collection

from django.conf import settings
from django.contrib.auth.models import Group, User
from django.db import models, transaction

from .access.acting import acting
from .access.kinds import How
from .reviewer import REVIEWERS


class ListedReviewer(models.Model):
    """A member of the group whom ``REVIEWER_EMAILS`` has put there, and takes out again when it no longer names them.

    A member whom somebody has added has no such row, and stays.
    """

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.user_id)

    @classmethod
    def follow(cls, emails: Collection[str], users: models.QuerySet[User] | None = None) -> None:
        """Put those of these users into the group whose addresses are listed, and take out who was put there before.

        ``users`` are all users unless given. Addresses are in lower case, as those of users that a proxy names.
        """
        users = User.objects.all() if users is None else users
        listed = users.filter(email__in=emails).exclude(groups__name=REVIEWERS)
        unlisted = users.filter(pk__in=cls.objects.values("user")).exclude(email__in=emails)
        if not (listed.exists() or unlisted.exists()):
            return
        with transaction.atomic(), acting(None, How.SETTING):
            cls._put_in(list(listed))
            cls._take_out(list(unlisted))

    @classmethod
    def _put_in(cls, users: Collection[User]) -> None:
        group, _ = Group.objects.get_or_create(name=REVIEWERS)
        group.user_set.add(*users)
        ListedReviewer.objects.bulk_create([ListedReviewer(user=user) for user in users], ignore_conflicts=True)

    @classmethod
    def _take_out(cls, users: Collection[User]) -> None:
        for group in Group.objects.filter(name=REVIEWERS):
            group.user_set.remove(*users)
        cls.objects.filter(user__in=users).delete()
