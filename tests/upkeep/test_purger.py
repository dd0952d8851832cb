"""The daily purge of serving processes, and the lease that lets one of them purge."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.db.models.functions import Now
from django.utils import timezone
from pytest_django import Settings

from chat.models import Conversation, LoginSession, PurgeLease, Turn
from chat.models.purge_lease import LEASE
from chat.upkeep import purge, purger
from chat.upkeep.purger import Purger, last_due

from ..support.asked import asked
from ..support.processes import wait_until
from ..support.site_process import SiteProcess

pytestmark = pytest.mark.django_db(transaction=True)

DUE = datetime(2026, 3, 1, 3, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def daily(settings: Settings) -> None:
    settings.PURGE_AT, settings.TIME_ZONE = time(3, 0), "UTC"


@pytest.fixture
def deleted(login: LoginSession) -> Conversation:
    """A deleted conversation with one turn."""
    conversation = asked(login).conversation
    conversation.discard()
    return conversation


def let_lease_lapse() -> None:
    PurgeLease.objects.update(expires_at=Now() - timedelta(seconds=1))


def fail_once(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    real, failures = purge.purge, iter([error])

    def fail(**arguments: Any) -> purge.Tally:
        for failure in failures:
            raise failure
        return real(**arguments)

    monkeypatch.setattr(purge, "purge", fail)


# The schedule


@pytest.mark.parametrize(
    ("zone", "now", "due"),
    [
        ("UTC", "2026-03-01T03:00:00+00:00", "2026-03-01T03:00:00+00:00"),
        ("UTC", "2026-03-01T02:59:59+00:00", "2026-02-28T03:00:00+00:00"),
        ("Asia/Kolkata", "2026-03-01T21:29:00+00:00", "2026-02-28T21:30:00+00:00"),
        ("Asia/Kolkata", "2026-03-01T21:31:00+00:00", "2026-03-01T21:30:00+00:00"),
        (
            "Europe/Berlin",
            "2026-03-29T12:00:00+00:00",
            "2026-03-29T01:00:00+00:00",
        ),  # on this day the clock skips 02:xx
    ],
)
def test_the_purge_is_due_at_this_time_in_the_zone_of_the_site(
    settings: Settings, zone: str, now: str, due: str
) -> None:
    settings.TIME_ZONE = zone

    assert last_due(time(3, 0), datetime.fromisoformat(now)) == datetime.fromisoformat(due)


def test_a_time_that_the_clock_skips_is_due_once_that_day(settings: Settings) -> None:
    settings.TIME_ZONE = "Europe/Berlin"
    noons = [datetime(2026, 3, day, 12, 0, tzinfo=UTC) for day in (28, 29, 30)]

    assert len({last_due(time(2, 30), noon) for noon in noons}) == 3


# Purging


def test_a_due_purge_removes_what_was_deleted_once_a_day(deleted: Conversation, login: LoginSession) -> None:
    first, second = Purger("one"), Purger("two")

    assert first.purge_if_due()
    assert not Conversation.objects.exists()

    asked(login).conversation.discard()
    assert not any([first.purge_if_due(), second.purge_if_due(), Purger("restarted").purge_if_due()])
    assert Conversation.objects.count() == 1


def test_a_purge_that_was_missed_is_made_up(deleted: Conversation) -> None:
    PurgeLease.take("yesterday", DUE)
    PurgeLease.finish("yesterday", timezone.now() - timedelta(days=3))

    assert Purger("restarted").purge_if_due()
    assert not Conversation.objects.exists()


def test_never_starts_nothing(settings: Settings) -> None:
    settings.PURGE_AT = None

    Purger("one").start()

    assert "purge" not in {thread.name for thread in threading.enumerate()}


def test_a_failure_is_one_line_and_is_tried_again_later(
    deleted: Conversation, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    fail_once(monkeypatch, OperationalError("database is locked"))
    one = Purger("one")

    assert not any([one.purge_if_due(), one.purge_if_due(), Purger("two").purge_if_due()])

    [record] = caplog.records
    assert (
        "the site will try again in 15 minutes: django.db.utils.OperationalError: database is locked" in record.message
    )
    assert not record.exc_info
    let_lease_lapse()
    assert Purger("two").purge_if_due()
    assert not Conversation.objects.exists()


def test_a_log_in_use_is_emptied_later(
    deleted: Conversation, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(purge, "empty_log", lambda: False)
    assert not Purger("one").purge_if_due()
    monkeypatch.undo()

    assert "may still contain removed data" in caplog.text
    let_lease_lapse()
    assert Purger("one").purge_if_due()


def test_a_process_that_ends_leaves_the_rest_to_the_next(
    login: LoginSession, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(3):
        asked(login).conversation.discard()
    ending, remove = Purger("ending"), purge._remove

    def end_after_one(conversation: Conversation) -> int:
        ending.end()
        return remove(conversation)

    monkeypatch.setattr(purge, "_remove", end_after_one)
    assert not ending.purge_if_due()
    assert Conversation.objects.count() == 2
    monkeypatch.undo()

    assert Purger("next").purge_if_due()
    assert not Conversation.objects.exists()
    assert caplog.records == []


def test_a_process_that_has_lost_its_lease_stops(login: LoginSession, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(purger, "RENEW_SECONDS", -1)
    for _ in range(3):
        asked(login).conversation.discard()
    remove = purge._remove

    def lose_after_one(conversation: Conversation) -> int:
        PurgeLease.objects.update(owner="another")
        return remove(conversation)

    monkeypatch.setattr(purge, "_remove", lose_after_one)

    assert not Purger("suspended").purge_if_due()
    assert Conversation.objects.count() == 2
    assert PurgeLease.objects.get().owner == "another"


# The lease


def test_of_many_processes_one_gets_the_lease() -> None:
    PurgeLease.objects.all().delete()
    start, taken = threading.Barrier(8), []

    def take(name: str) -> None:
        with closing(connection):
            start.wait()
            taken.append(PurgeLease.take(name, DUE))

    threads = [threading.Thread(target=take, args=[f"process {number}"]) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(taken) == [False] * 7 + [True]
    assert PurgeLease.objects.count() == 1


def test_the_lease_of_a_killed_process_lapses() -> None:
    assert PurgeLease.take("killed", DUE)
    assert not PurgeLease.take("other", DUE)
    assert PurgeLease.objects.filter(expires_at__gt=Now(), expires_at__lte=Now() + LEASE).exists()

    let_lease_lapse()

    assert PurgeLease.take("other", DUE)
    assert not PurgeLease.renew("killed")
    assert PurgeLease.renew("other")


def test_a_clock_that_is_ahead_does_not_purge_twice() -> None:
    """What counts is the scheduled time, although the database says that it has not come yet."""
    future = timezone.now() + timedelta(minutes=5)
    assert PurgeLease.take("ahead", future)
    PurgeLease.finish("ahead", future)

    assert not PurgeLease.take("behind", future)
    assert PurgeLease.has_run(future)
    assert PurgeLease.take("behind", future + timedelta(days=1))


# Answers beside it


def test_readers_of_the_log_do_not_make_writers_wait(monkeypatch: pytest.MonkeyPatch, login: LoginSession) -> None:
    if connection.vendor != "sqlite":
        return  # other databases have no such log
    monkeypatch.setattr(purge, "CHECKPOINT_SECONDS", 0.5)
    asked(login)
    name = connection.settings_dict["NAME"]
    reader, writer = (sqlite3.connect(name, timeout=2, isolation_level=None) for _ in range(2))
    with closing(reader), closing(writer):
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM chat_turn").fetchall()
        Turn.objects.update(model_name="newer than what the reader sees")
        emptying = threading.Thread(target=empty_log_in_thread)
        emptying.start()
        while emptying.is_alive():
            writer.execute("UPDATE chat_turn SET model_name = 'changed'")  # raises an error after two seconds

    assert Turn.objects.get().model_name == "changed"


def empty_log_in_thread() -> None:
    with closing(connection):
        purge.empty_log()


@pytest.mark.process
@pytest.mark.parametrize("server", ["daphne", "uvicorn"])
def test_a_serving_site_purges_soon_after_its_start(start_site: Callable[..., SiteProcess], server: str) -> None:
    site = start_site(SERVER=server)
    site.manage("shell", "-c", DELETED)
    site.stop()
    assert site.rows("SELECT count(*) FROM chat_conversation") == [(1,)]

    site.environ |= {"PURGE_AT": "00:00", "LOG_LEVEL": "INFO"}
    site.start()

    assert site.process
    wait_until(lambda: "Purged: removed 1 conversations" in site.output, site.process, site.folder / "log")
    assert site.rows("SELECT count(*) FROM chat_conversation") == [(0,)]
    assert site.stop() == 0


DELETED = """
from django.contrib.auth.models import User
from chat.models import Conversation
Conversation.objects.create(user=User.objects.get(), title="To be deleted").discard()
"""
