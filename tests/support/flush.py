"""Cleans the database after a test that commits."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.apps import apps
from django.db import connection, transaction
from django.test import TransactionTestCase

from chat.models import Collection, hold_triggers
from chat.models.access import append_only

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
    """Let the block change what triggers keep, as who owns the database can; do nothing while the log is empty."""
    with connection.cursor() as cursor:
        kept = ("chat_accessevent", "chat_accessseal", "chat_hold")
        cursor.execute(f"SELECT {' OR '.join(f'EXISTS (SELECT 1 FROM {table})' for table in kept)}")  # noqa: S608
        triggers = [*append_only.TRIGGERS, *hold_triggers.TRIGGERS] if cursor.fetchone()[0] else []
        for trigger in triggers:
            if getattr(trigger, connection.vendor)():
                on_table = f" ON {trigger.table}" if connection.vendor == "postgresql" else ""
                cursor.execute(f"DROP TRIGGER {trigger.name}{on_table}")
        yield
        for trigger in triggers:
            for statement in getattr(trigger, connection.vendor)():
                cursor.execute(statement)
