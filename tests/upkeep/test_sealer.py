"""Sealing the log of accesses while it grows, by one process after the other."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.db.models.functions import Now

from chat.database import looker
from chat.models import AccessEvent, AccessSeal, How, Kind, SealLease
from chat.models.access.sealing import SETTLED, seal_new, unsealed
from chat.models.access.verification import Verification
from chat.upkeep import sealer
from chat.upkeep.sealer import Sealer

from ..support.processes import wait_until
from ..support.site_process import SiteProcess

pytestmark = pytest.mark.django_db(transaction=True)

PATIENCE = 30
RECORD = (
    "from chat.models import AccessEvent, How, Kind;"
    "AccessEvent.objects.record(Kind.READ, actor=None, owner_id=1, how=How.PAGE)"
)
NOT_SEALED = "SELECT (SELECT count(*) FROM chat_accessevent) - (SELECT count(*) FROM chat_accessseal)"


def record(count: int = 1) -> None:
    for _ in range(count):
        AccessEvent.objects.record(Kind.READ, actor=None, owner_id=7, conversation=uuid4(), how=How.PAGE)


def in_thread(work: Callable[[], object]) -> threading.Thread:
    def run() -> None:
        with closing(connection):
            work()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def test_each_event_is_sealed_once_while_many_are_recorded_and_two_processes_seal() -> None:
    is_over = threading.Event()

    def seal(name: str) -> None:
        one = Sealer(name)
        while not is_over.is_set():
            one.look()

    sealing = [in_thread(lambda name=name: seal(name)) for name in ("one", "two")]  # type: ignore[misc]
    recording = [in_thread(lambda: record(20)) for _ in range(4)]
    for thread in recording:
        thread.join(PATIENCE)
    is_over.set()
    for thread in sealing:
        thread.join(PATIENCE)
    while seal_new(SealLease.objects.get().owner):
        pass

    result = Verification().run()
    assert (result.breaks, result.sealed, result.not_sealed) == ([], 80, 0)


@pytest.mark.only_on("postgresql")  # SQLite lets one transaction write at a time
def test_an_event_whose_transaction_ends_late_is_sealed_and_nobody_waits_for_it() -> None:
    is_recorded, may_end = threading.Event(), threading.Event()

    def record_late() -> None:
        with transaction.atomic():
            record()
            is_recorded.set()
            may_end.wait(PATIENCE)

    late = in_thread(record_late)
    assert is_recorded.wait(PATIENCE)
    record(2)  # would wait for ever if an insert waited for another
    one = Sealer("one")
    assert one.look() == 2
    may_end.set()
    late.join(PATIENCE)

    assert one.look() == 1
    seals = AccessSeal.objects.order_by("number")
    first = AccessEvent.objects.order_by("pk").values_list("pk", flat=True)[0]
    assert [seal.event_id - first for seal in seals] == [1, 2, 0]
    assert Verification().run().breaks == []


def test_old_events_are_left_out_of_the_looks_but_not_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    one = Sealer("one")
    add(1_001, age=2 * SETTLED)
    assert one.look() == 1
    assert one.look() == 0  # the next looks begin after that event

    add(1_000, age=2 * SETTLED)
    assert one.look() == 0
    monkeypatch.setattr(sealer, "SETTLE_SECONDS", -1)
    monkeypatch.setattr(sealer, "FULL_LOOK_SECONDS", -1)
    one.look()

    assert one.look() == 1
    assert not unsealed().exists()


def add(pk: int, age: timedelta) -> None:
    AccessEvent.objects.create(pk=pk, kind="read", how="page", owner_id=7, at=Now() - age)


def test_a_failure_is_logged_and_does_not_end_the_thread(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    is_tried_again = threading.Event()
    failures = iter([ValueError("unexpected")])

    def seal(*_: object) -> int:
        for failure in failures:
            raise failure
        is_tried_again.set()
        return 0

    monkeypatch.setattr(sealer, "seal_new", seal)
    monkeypatch.setattr(sealer.Sealer, "seconds", 0)
    monkeypatch.setattr(looker, "FAILED_SECONDS", 0)
    one = Sealer("one")

    one.start()

    assert is_tried_again.wait(PATIENCE)
    one.end()
    assert "could not seal the log of accesses" in caplog.text


@pytest.mark.process
def test_a_serving_site_seals_and_another_takes_over_when_it_is_killed(start_site: Callable[..., SiteProcess]) -> None:
    site = start_site()
    log = site.folder / "log"
    site.manage("shell", "-c", RECORD)
    assert site.process
    wait_until(lambda: site.rows(NOT_SEALED) == [(0,)], site.process, log)

    site.kill()
    site.manage("shell", "-c", RECORD)
    assert site.rows(NOT_SEALED) == [(1,)]
    site.start()
    wait_until(lambda: site.rows(NOT_SEALED) == [(0,)], site.process, log)

    assert "events are sealed, 0 are not yet." in site.manage("verify_access_log")
