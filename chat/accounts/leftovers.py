"""Rows of django-allauth that name a user whom the site deletes after its settings have turned the package off.

Their tables stay, and the database refuses to delete a user whom one of their rows names.
"""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.contrib.auth.models import User
from django.db import connection
from django.db.models.signals import pre_delete
from django.dispatch import receiver

TABLES = {
    "allauth.mfa": "mfa_authenticator",
    "allauth.socialaccount": "socialaccount_socialaccount",
    "allauth.account": "account_emailaddress",
}


@receiver(pre_delete, sender=User)
def delete_leftovers(instance: User, **_: Any) -> None:
    """Delete what the models of the package would delete with the user, if they were loaded."""
    absent = {table for app, table in TABLES.items() if not apps.is_installed(app)}
    if not absent:
        return
    with connection.cursor() as cursor:
        for table in sorted(absent & set(connection.introspection.table_names(cursor))):
            cursor.execute(f"DELETE FROM {table} WHERE user_id = %s", [instance.pk])  # noqa: S608  # our own names
