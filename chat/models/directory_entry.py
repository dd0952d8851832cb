"""What the directory of an organisation knows of a user or a group, besides what the site has anyway."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import models
from django.db.models import Q


class DirectoryEntry(models.Model):
    """The id that the directory has for a user or a group, and when the directory has deleted the user.

    A deleted user is only deactivated here: the conversations stay until an administrator deletes the account. For the
    directory there is no such user any more, and if it makes one of this name again, it is this one.
    """

    EXTERNAL_ID_LIMIT = 255

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="directory_entry"
    )
    group = models.OneToOneField(Group, on_delete=models.CASCADE, null=True, related_name="directory_entry")
    external_id = models.CharField(max_length=EXTERNAL_ID_LIMIT, blank=True, db_index=True)
    removed_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(user=None, group__isnull=False) | Q(user__isnull=False, group=None),
                name="directory_entry_of_one",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user or self.group}: {self.external_id}"
