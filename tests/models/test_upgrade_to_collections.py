"""A database of the release before gets the default collection, and its recordings are in it."""

from __future__ import annotations

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from chat.models import Collection, Recording

from ..support.asked import recorded

pytestmark = pytest.mark.django_db(transaction=True)


def migrate(name: str | None) -> None:
    """Migrate to this migration, or to the newest one."""
    executor = MigrationExecutor(connection)
    targets = [("chat", name)] if name else executor.loader.graph.leaf_nodes()
    executor.migrate(targets)


def test_what_a_database_had_is_in_the_team_and_heard_by_everyone() -> None:
    recorded("Launch", "We ship in March.")
    recorded("Planning", "In June.")
    try:
        migrate("0021_found_by_index")
    finally:
        migrate(None)

    team = Collection.objects.get()
    assert (team.name, team.everyone, team.is_default) == ("Team", True, True)
    assert {recording.title: recording.collection for recording in Recording.objects.all()} == {
        "Launch": team,
        "Planning": team,
    }
    assert [segment.text for recording in Recording.objects.all() for segment in recording.segments.all()] == [
        "We ship in March.",
        "In June.",
    ]
