"""Cleans the database after a test that commits."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.apps import apps
from django.db import connection, transaction
from django.test import TransactionTestCase

from chat.models import Collection
from chat.models.access.append_only import TRIGGERS

KEPT = {"auth_permission", "django_content_type", "chat_collection"}
"""Tables that the migrations have filled."""


def delete_rows(_: TransactionTestCase) -> None:
    """Delete all rows but the default collection, which gets its first values back.

    Django's own ``flush`` also creates permissions and content types again, and on PostgreSQL rewrites the files of all
    tables, which takes longer than most tests.
    """
    with transaction.atomic(), without_triggers(), connection.cursor() as cursor:  # foreign keys are checked at its end
        for model in apps.get_models(include_auto_created=True):
            if model._meta.managed and model._meta.db_table not in KEPT:
                cursor.execute(f"DELETE FROM {connection.ops.quote_name(model._meta.db_table)}")  # noqa: S608
        cursor.execute("DELETE FROM chat_deletedrecording")  # which the trigger on recordings may have filled just now
        Collection.objects.filter(is_default=False).delete()
        Collection.objects.update(name="Team", description="", everyone=True)


@contextmanager
def without_triggers() -> Iterator[None]:
    """Let the block change the log of accesses, as who owns the database can; do nothing while the log is empty."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT 1 FROM chat_accessevent) OR EXISTS (SELECT 1 FROM chat_accessseal)")
        triggers = TRIGGERS if cursor.fetchone()[0] else []
        for trigger in triggers:
            if getattr(trigger, connection.vendor)():
                on_table = f" ON {trigger.table}" if connection.vendor == "postgresql" else ""
                cursor.execute(f"DROP TRIGGER {trigger.name}{on_table}")
        yield
        for trigger in triggers:
            for statement in getattr(trigger, connection.vendor)():
                cursor.execute(statement)
