"""A migrated database, whose triggers come from frozen migrations, has the triggers of the code."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from chat.models import deleted_recording, hold_triggers, invitation, password_reset
from chat.models.access import append_only
from chat.models.turns import triggers

pytestmark = pytest.mark.django_db

MODULES: list[Any] = [
    triggers,
    append_only,
    deleted_recording,
    hold_triggers,
    invitation,
    password_reset,
]  # Any: of two classes
ALL = [trigger for module in MODULES for trigger in module.TRIGGERS]
TRIGGERS = [trigger for trigger in ALL if trigger.event != "TRUNCATE" or connection.vendor == "postgresql"]
BY_A_MIGRATION_ALONE = {"collection_default_stays"}
TABLES = ", ".join(sorted({f"'{trigger.table}'" for trigger in TRIGGERS}))

_OF_SQLITE = f"SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN ({TABLES})"  # noqa: S608
_OF_POSTGRESQL = f"""
    SELECT tgname, pg_get_triggerdef(pg_trigger.oid), prosrc
    FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid
    WHERE NOT tgisinternal AND tgrelid::regclass::text IN ({TABLES})"""  # noqa: S608


def migrated() -> dict[str, tuple[str, ...]]:
    """Return the triggers of the database by name, each with its statements as the database stores them."""
    with connection.cursor() as cursor:
        cursor.execute(_OF_SQLITE if connection.vendor == "sqlite" else _OF_POSTGRESQL)
        found = {name: tuple(statements) for name, *statements in cursor.fetchall()}
        return {name: found[name] for name in found.keys() - BY_A_MIGRATION_ALONE}


def test_a_migrated_database_has_the_current_triggers() -> None:
    before = migrated()

    with connection.cursor() as cursor:
        for trigger in TRIGGERS:
            on_table = f" ON {trigger.table}" if connection.vendor == "postgresql" else ""
            cursor.execute(f"DROP TRIGGER {trigger.name}{on_table}")
            for statement in getattr(trigger, connection.vendor)():
                cursor.execute(statement)

    assert len(before) == len(TRIGGERS)
    assert migrated() == before
