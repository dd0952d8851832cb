"""The clock of this machine, compared with the database: times of turns and of sign-in links depend on it."""

from __future__ import annotations

import time

from django.db import connection

from ..models import Turn

DIFFERENCE_SECONDS = 60.0
"""How far the clock may be from PostgreSQL's: by more, dates on the pages and the ages of links are visibly wrong."""
BEHIND_SECONDS = 2.0
"""How far it may be behind the newest question, whose time the database's own clock gave."""


def clock_warnings() -> list[str]:
    """Return a line for each way in which the clock of this machine is wrong."""
    return [*_of_server(), *_of_newest_question()]


def _of_server() -> list[str]:
    if connection.vendor != "postgresql":
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT extract(epoch FROM clock_timestamp())")
        difference = time.time() - float(cursor.fetchone()[0])
    if abs(difference) <= DIFFERENCE_SECONDS:
        return []
    way = "ahead of" if difference > 0 else "behind"
    return [
        f"Warning: the clock of this machine is {abs(difference):.0f} s {way} that of PostgreSQL (DATABASE_URL);"
        " set both by NTP."
    ]


def _of_newest_question() -> list[str]:
    newest = Turn.objects.order_by("-pk").values_list("created_at", flat=True).first()
    behind = newest.timestamp() - time.time() if newest else 0.0
    if behind <= BEHIND_SECONDS:
        return []
    return [
        f"Warning: the clock of this machine is {behind:.0f} s behind the newest question in the database;"
        " set it by NTP, or new questions will seem older than that one."
    ]
