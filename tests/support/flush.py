"""Cleans the database after a test that commits."""

from __future__ import annotations

from django.apps import apps
from django.db import connection, transaction
from django.test import TransactionTestCase

from chat.models import Collection

KEPT = {"auth_permission", "django_content_type", "chat_collection"}
"""Tables that the migrations have filled."""


def delete_rows(_: TransactionTestCase) -> None:
    """Delete all rows but the default collection, which gets its first values back.

    Django's own ``flush`` also creates permissions and content types again, and on PostgreSQL rewrites the files of all
    tables, which takes longer than most tests.
    """
    with transaction.atomic(), connection.cursor() as cursor:  # foreign keys are checked at its end
        for model in apps.get_models(include_auto_created=True):
            if model._meta.managed and model._meta.db_table not in KEPT:
                cursor.execute(f"DELETE FROM {connection.ops.quote_name(model._meta.db_table)}")  # noqa: S608
        Collection.objects.filter(is_default=False).delete()
        Collection.objects.update(name="Team", description="", everyone=True)
