"""Preparation of a site before it serves: its tables, its static files and, on an empty database, the demo.

Each step first checks whether it is needed, so that all of them can run at every start.
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
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from ..accounts.reviewers import follow_setting
from ..models import Recording, State, Turn
from .clock import clock_warnings

DEMO_USER = "demo"
_ADVISORY_LOCK = 0x63686174  # "chat": the same number in every process, otherwise without meaning


class NewerDatabase(Exception):
    """A newer version of the site has changed the database. The message says what to do."""


def prepare() -> list[str]:
    """Bring database and static files up to date; return the lines that the person who starts the site should read.

    Raise ``NewerDatabase`` rather than touch a database that this version does not know.

    Processes that start at once prepare one after the other: a file locks on one host, the database on several.
    """
    with _preparation_lock():
        lines = [*_migrate(), *_renew_full_text(), *_collect_static(), *_load_demo()]
        follow_setting()
        return [*lines, *_missing_vectors(), *clock_warnings(), *_demo_sign_in_link()]


def collect_static_files() -> None:
    """Bring the static files alone up to date: pages that say that there is no database need them."""
    with _lock_of_this_host():
        _collect_static()


def close_abandoned() -> int:
    """Close the turns that stream in a database that no other process serves: nobody drives them. Return how many.

    An owner that ran on another host, or whose disk is gone, left no trace here; do not wait for its lease to end.
    """
    streaming = list(Turn.objects.filter(state=State.STREAMING))
    return sum(Turn.objects.interrupt(turn, {turn.owner or ""}) for turn in streaming)


def count_unapplied_migrations() -> int:
    """Return how many migrations the database lacks.

    Raise ``NewerDatabase`` if it has some that this version lacks, and ``OperationalError`` if it does not answer.
    """
    executor = MigrationExecutor(connection)
    known = {*executor.loader.disk_migrations, *executor.loader.replacements}
    newer = sorted(name for app, name in set(executor.loader.applied_migrations) - known if app == "chat")
    if newer:
        raise NewerDatabase(
            f"The database (DATABASE_URL, DATA_DIR) was changed by a newer version of the site ({newer[-1]});"
            " start that version, or restore a backup from before."
        )
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def is_new_database() -> bool:
    """Return whether the database has no migration at all. Raise ``OperationalError`` if it does not answer."""
    return not MigrationExecutor(connection).loader.applied_migrations


@contextmanager
def _lock_of_this_host() -> Iterator[None]:
    with (settings.DATA_DIR / "prepare.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def _preparation_lock() -> Iterator[None]:
    with _lock_of_this_host():
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
    if not (unapplied := count_unapplied_migrations()):
        return []
    call_command("migrate", interactive=False, verbosity=0)
    return [f"Database migrated: {unapplied} migrations applied."]


def _renew_full_text() -> list[str]:
    """Index what an older version of the site has indexed in other words."""
    from ..retrieval import index_again

    count = index_again()
    return [f"Full text renewed: {count} passages."] if count else []


def _make_schema() -> None:
    """Create a schema named after our role, where PostgreSQL looks first.

    A Databricks App may create schemas, but nothing in ``public``.
    """
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
    """Return a digest of the names, sizes and times of the apps' static files, and of what the storage adds."""
    maker = getattr(staticfiles_storage, "maker", "")
    digest = hashlib.sha256(f"{settings.STORAGES['staticfiles']['BACKEND']} {maker}".encode())
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
    return ["Demo loaded: three short recordings and the user demo."]


def _missing_vectors() -> list[str]:
    """Report passages without a vector, but do not embed them here, because that takes minutes and costs money."""
    if not settings.EMBEDDINGS:
        return []
    from ..retrieval.passage_vectors import without_vector

    count = without_vector(settings.EMBEDDINGS).count()
    return (
        [f"{count} passages have no vector of {settings.EMBEDDINGS} yet. Run: bin/manage index_recordings"]
        if count
        else []
    )


def _demo_sign_in_link() -> list[str]:
    """Return a sign-in link for the demo user, until they set a password of their own."""
    user = get_user_model().objects.filter(username=DEMO_USER, is_active=True).first()
    if not settings.DEMO or settings.TRUSTED_PROXY or user is None or user.has_usable_password():
        return []
    from ..accounts.sign_in_links import sign_in_link

    return [f"Sign in as {DEMO_USER} (works once, within an hour): {sign_in_link(user, settings.ORIGINS[0])}"]
