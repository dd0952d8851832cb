"""The behaviour of a process while its database is unavailable."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.exceptions import SessionInterrupted
from django.db import IntegrityError, OperationalError, connection
from django.test import Client, RequestFactory

from chat import error_views as errors
from chat.database import in_database, outage
from chat.database import threads as database
from chat.models import Append, Claim, LoginSession, Submission, Turn
from chat.turns.runner import TurnRunner

from ..support.scripts import Scripts

pytestmark = pytest.mark.django_db(transaction=True)

LOCKED = OperationalError("database is locked")
READ_ONLY = {
    "sqlite": ("PRAGMA query_only = ON", "PRAGMA query_only = OFF"),
    "postgresql": ("SET default_transaction_read_only = on", "SET default_transaction_read_only = off"),
}
"""Statements that make the database read-only, as after a failover to a standby, and writable again."""


class Faulty:
    """A stand-in for a function: it fails ``times`` times, before or ``after`` the call, and then works."""

    def __init__(self, function: Callable[..., object], *, times: int = 0, after: bool = False) -> None:
        self._function = function
        self._after = after
        self.times = times
        self.failed = asyncio.Event()

    def __call__(self, *args: object, **kwargs: object) -> object:
        if not self.times:
            return self._function(*args, **kwargs)
        self.times -= 1
        if self._after:
            self._function(*args, **kwargs)
        raise LOCKED


@pytest.fixture(autouse=True)
def no_outage_so_far(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outage, "AWAY_SECONDS", 0)  # the connection works; only statements fail
    for moment in ("_logged_at", "_away_at"):
        monkeypatch.setattr(outage.outage, moment, float("-inf"))


async def ask(runner: TurnRunner, login: LoginSession) -> Turn:
    turn = await in_database(Turn.objects.submit, login, Submission(request_id=uuid4(), question="When?"))
    runner.wake()
    return turn


async def ended(runner: TurnRunner, turn: Turn) -> Turn:
    async with asyncio.timeout(20):
        async for _ in runner.follow(turn.uuid, 0):
            pass
    return await in_database(Turn.objects.get, pk=turn.pk)


def streaming(login: LoginSession) -> Claim:
    Turn.objects.submit(login, Submission(request_id=uuid4(), question="When?"))
    [turn] = Turn.objects.claim("me")
    return Claim.of(turn)


def test_chunks_that_may_have_been_stored_are_not_stored_twice(login: LoginSession) -> None:
    claim = streaming(login)
    append = Append(claim=claim, seq=2, phase="answering", texts=["On ", "Monday"])

    assert Turn.objects.append([append]) == Turn.objects.append([append]) == set()
    assert list(Turn.objects.get().chunks.values_list("seq", "text")) == [(1, "On "), (2, "Monday")]


@pytest.mark.parametrize("after", [False, True])
async def test_text_waits_for_the_database_and_is_stored_once(
    runner: TurnRunner, scripts: Scripts, login: LoginSession, monkeypatch: pytest.MonkeyPatch, after: bool
) -> None:
    turn = await ask(runner, login)
    await scripts["When?"].asked.wait()
    monkeypatch.setattr(type(Turn.objects), "append", Faulty(Turn.objects.append, times=2, after=after))

    scripts["When?"].say("On Monday.").end()

    assert ((await ended(runner, turn)).state, (await ended(runner, turn)).answer) == ("complete", "On Monday.")


async def test_a_turn_whose_text_cannot_be_stored_fails_when_the_retries_end(
    runner: TurnRunner, scripts: Scripts, login: LoginSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    turn = await ask(runner, login)
    await scripts["When?"].asked.wait()
    monkeypatch.setattr(database, "STORAGE_SECONDS", 0)
    monkeypatch.setattr(type(Turn.objects), "append", Faulty(Turn.objects.append, times=9))

    scripts["When?"].say("On Monday.")

    failed = await ended(runner, turn)
    assert (failed.state, failed.failure, failed.answer) == ("failed", "INTERNAL_ERROR", "On Monday.")
    assert scripts["When?"].cancelled.is_set()


async def test_a_turn_is_answered_though_its_claim_failed_after_it_was_stored(
    runner: TurnRunner, scripts: Scripts, login: LoginSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(Turn.objects), "claim", Faulty(Turn.objects.claim, times=1, after=True))
    scripts["When?"].say("On Monday.").end()

    turn = await ask(runner, login)

    assert (await ended(runner, turn)).state == "complete"


async def test_a_turn_of_this_process_is_not_abandoned_when_its_lease_has_lapsed(
    runner: TurnRunner, scripts: Scripts, login: LoginSession
) -> None:
    turn = await ask(runner, login)
    await scripts["When?"].asked.wait()
    await in_database(Turn.objects.filter(pk=turn.pk).update, lease_expires_at="2000-01-01T00:00Z")

    assert await in_database(runner._interrupt_abandoned) == []


async def test_an_outage_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    def fail() -> None:
        raise LOCKED

    for _ in range(5):
        with pytest.raises(OperationalError):
            await in_database(fail)

    assert [record.levelno for record in caplog.records] == [logging.WARNING]


async def test_work_fails_at_once_after_an_attempt_to_connect_has_failed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(outage, "AWAY_SECONDS", 60)
    outage.outage.record(LOCKED, is_away=True)
    called: list[int] = []

    with pytest.raises(OperationalError, match="a moment ago"):
        await in_database(called.append, 1)

    assert called == []


def test_an_error_that_an_outage_has_caused_is_an_outage() -> None:
    indirect = ValueError("the session could not be saved")
    indirect.__context__ = LOCKED

    assert outage.cause_of(indirect) is LOCKED
    assert outage.cause_of(IntegrityError()) is None


def test_a_read_only_database_is_an_outage(alice: User) -> None:
    begin, end = READ_ONLY[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(begin)
        with pytest.raises(outage.UNAVAILABLE):
            LoginSession.objects.create(user=alice)
        cursor.execute(end)


@pytest.mark.usefixtures("static_files")
@pytest.mark.parametrize("path", ["/accounts/login/", "/admin/"])
def test_a_page_says_that_the_site_is_not_ready(
    client: Client, login: LoginSession, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, path: str
) -> None:
    client.raise_request_exception = False
    client.force_login(login.user)
    monkeypatch.setattr("django.contrib.sessions.backends.db.SessionStore.load", Faulty(len, times=9))

    for _ in range(3):
        answer = client.get(path)

    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert "Nothing is lost" in answer.content.decode()
    assert len(caplog.records) == 1


@pytest.mark.usefixtures("static_files")
def test_a_session_that_cannot_be_saved_is_not_a_bad_request(rf: RequestFactory) -> None:
    interrupted = SessionInterrupted()
    interrupted.__context__ = LOCKED

    answer = errors.bad_request(rf.post("/"), interrupted)

    assert answer.status_code == 503
    assert "send it again" in answer.content.decode()
    assert errors.bad_request(rf.post("/"), SessionInterrupted()).status_code == 400
