"""What a site needs before it can serve: its tables, its static files and, on an empty database, the demo.

Each step looks first and does nothing where nothing is to be done, so that this can run at every start.
"""

from __future__ import annotations

import fcntl
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from ..models import Recording, State, Turn

DEMO_USER = "demo"
_ADVISORY_LOCK = 0x63686174  # "chat": the same number in every process, otherwise without meaning


def prepare() -> list[str]:
    """Bring database and static files up to date; returns the lines that the person who starts the site should read.

    Processes that start at once prepare one after the other, on one host by a file, on several by the database.
    """
    with _alone():
        return [*_migrate(), *_collect_static(), *_load_demo(), *_tell_of_vectors(), *_invite()]


def close_abandoned() -> int:
    """Close what streams, where no other process serves this database: nobody drives it. Returns how many turns.

    For an owner that left no trace on this host, because it ran on another or its disk is gone: no lease is waited for.
    """
    streaming = list(Turn.objects.filter(state=State.STREAMING))
    return sum(Turn.objects.interrupt(turn, {turn.owner or ""}) for turn in streaming)


def open_migrations() -> int:
    """How many migrations the database lacks. Raises ``OperationalError`` when it does not answer."""
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


@contextmanager
def _alone() -> Iterator[None]:
    with (settings.DATA_DIR / "prepare.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        if connection.vendor != "postgresql":
            yield
            return
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [_ADVISORY_LOCK])
        try:
            yield
        finally:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_ADVISORY_LOCK])


def _migrate() -> list[str]:
    if settings.LAKEBASE_ENDPOINT:
        _make_schema()
    if not (missing := open_migrations()):
        return []
    call_command("migrate", interactive=False, verbosity=0)
    return [f"Database brought up to date: {missing} migrations."]


def _make_schema() -> None:
    """A schema of our own, found by the name of its role: an app may create schemas, but nothing in ``public``."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA IF NOT EXISTS AUTHORIZATION CURRENT_USER")


def _collect_static() -> list[str]:
    stamp = Path(settings.STATIC_ROOT) / ".sources"
    sources = _sources()
    if stamp.exists() and stamp.read_text() == sources:
        return []
    stamp.unlink(missing_ok=True)
    call_command("collectstatic", interactive=False, verbosity=0)
    stamp.write_text(sources)
    return ["Static files collected."]


def _sources() -> str:
    """A digest that changes with the names, sizes and times of the static files that the apps bring."""
    digest = hashlib.sha256(settings.STORAGES["staticfiles"]["BACKEND"].encode())
    for finder in finders.get_finders():
        for name, storage in finder.list([]):
            file = Path(storage.path(name)).stat()
            digest.update(f"{name}\0{file.st_size}\0{file.st_mtime_ns}\0".encode())
    return digest.hexdigest()


def _load_demo() -> list[str]:
    if not settings.DEMO or get_user_model().objects.exists() or Recording.objects.exists():
        return []
    from .demo import load

    load()
    return ["Demo loaded: three short recordings, and the user demo."]


def _tell_of_vectors() -> list[str]:
    """What is missing for a search by meaning; it is not made here, because it takes minutes and costs money."""
    if not settings.EMBEDDINGS:
        return []
    from ..retrieval.passage_vectors import without_vector

    count = without_vector(settings.EMBEDDINGS).count()
    return (
        [f"{count} passages have no vector of {settings.EMBEDDINGS} yet. Run: manage.py index_recordings"]
        if count
        else []
    )


def _invite() -> list[str]:
    """A sign-in link for the demo user, until they set a password of their own."""
    user = get_user_model().objects.filter(username=DEMO_USER, is_active=True).first()
    if not settings.DEMO or settings.TRUSTED_PROXY or user is None or user.has_usable_password():
        return []
    from ..accounts.sign_in_links import sign_in_link

    return [f"Sign in as {DEMO_USER} (works once, within an hour): {sign_in_link(user, settings.ORIGINS[0])}"]
