"""When the group commit stores what it has: the pause between two commits is set to a minute here."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import Future
from contextlib import suppress
from time import monotonic
from uuid import uuid4

import pytest
import pytest_asyncio
from django.contrib.auth.models import User
from django.db import OperationalError

from chat.database import in_database, priority, text_first
from chat.models import Claim, LoginSession, Phase, Submission, Turn
from chat.models.turns.append import Append
from chat.turns import group_commit
from chat.turns.answer_log import AnswerLog
from chat.turns.endings import AT_ONCE
from chat.turns.group_commit import GroupCommit, interval
from chat.turns.nudges import Nudges

from ..support.asked import ending_as

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE = 20


@pytest_asyncio.fixture
async def commits(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[GroupCommit]:
    monkeypatch.setattr(group_commit, "INTERVAL", 60.0)
    monkeypatch.setattr(group_commit, "USUAL_INTERVAL", 60.0)
    monkeypatch.setattr(group_commit, "LONGEST_INTERVAL", 60.0)
    commits = GroupCommit(Nudges())
    running = asyncio.create_task(commits.run())
    yield commits
    running.cancel()


async def open_log(commits: GroupCommit, login: LoginSession) -> AnswerLog:
    def claimed() -> Turn:
        turn = Turn.objects.submit(login, Submission(request_id=uuid4(), question="When?"))
        return next(won for won in Turn.objects.claim("me") if won.pk == turn.pk)

    turn = await in_database(claimed)
    return commits.open(Claim.of(turn), phase=turn.phase, claimed_at=monotonic(), on_lost=lambda: None)


def new_login(number: int) -> LoginSession:
    return LoginSession.objects.create(user=User.objects.create(username=f"user-{number}"))


async def stored(log: AnswerLog, seq: int) -> None:
    async with asyncio.timeout(PATIENCE):
        while log.seq < seq:  # noqa: ASYNC110  # a log has no event of its own
            await asyncio.sleep(0.005)


@pytest.mark.parametrize(
    ("streams", "busy", "milliseconds"),
    [(0, 0.001, 20), (10, 0.001, 24), (23, 0.001, 29), (1_000, 0.02, 29), (1, 0.03, 40), (1_000, 0.2, 60)],
)
def test_commits_are_further_apart_with_many_streams_and_under_load(
    streams: int, busy: float, milliseconds: int
) -> None:
    assert interval(streams, busy) == pytest.approx(milliseconds / 1000)


def test_commits_of_many_streams_are_further_apart_where_other_processes_show_them() -> None:
    assert interval(1_000, 0.001, is_relayed=True) == pytest.approx(0.04)
    assert interval(1, 0.001, is_relayed=True) == interval(1, 0.001)


@pytest.mark.parametrize("is_relayed", [False, True])
async def test_the_pause_is_that_of_one_process_or_of_several(
    commits: GroupCommit, login: LoginSession, monkeypatch: pytest.MonkeyPatch, *, is_relayed: bool
) -> None:
    asked_for = list[bool]()

    def noted(_: int, __: float, *, is_relayed: bool) -> float:
        asked_for.append(is_relayed)
        return 0.0

    monkeypatch.setattr(group_commit, "interval", noted)
    monkeypatch.setattr(type(commits._nudges), "are_relayed", is_relayed)
    log = await open_log(commits, login)

    await commits.append(log, "It launches")
    await stored(log, 1)

    async with asyncio.timeout(PATIENCE):
        while not asked_for:  # noqa: ASYNC110  # the pause begins after the text is sent
            await asyncio.sleep(0.005)
    assert set(asked_for) == {is_relayed}


@pytest.mark.parametrize("turns", [0, 2])  # on asyncio's own loop, what has come is there in the third
async def test_a_model_is_read_on_before_the_next_commit(
    commits: GroupCommit, login: LoginSession, monkeypatch: pytest.MonkeyPatch, turns: int
) -> None:
    monkeypatch.setattr(group_commit, "INTERVAL", 0.2)
    log = await open_log(commits, login)
    await commits.append(log, "It launches")
    await stored(log, 1)

    beats: list[asyncio.Task[None]] = []

    async def receive() -> None:
        for _ in range(turns):  # of the loop, until its connection has what came meanwhile
            await asyncio.sleep(0)
        commits.add(log, " April")

    commits.at_next_read(lambda: beats.append(asyncio.create_task(receive())))
    await commits.append(log, " in")
    waits = not beats

    await stored(log, 2)
    assert (waits, log.chunks) == (True, ["It launches", " in April"])


async def test_the_first_text_does_not_wait_for_the_pause_after_its_phases(
    commits: GroupCommit, login: LoginSession
) -> None:
    log = await open_log(commits, login)
    commits.enter(log, Phase.WAITING)
    async with asyncio.timeout(PATIENCE):
        while not commits.commits:  # noqa: ASYNC110
            await asyncio.sleep(0.005)

    await commits.append(log, "It launches")

    await stored(log, 1)


async def test_later_text_waits_for_the_pause_though_the_first_text_of_another_turn_does_not(
    commits: GroupCommit, login: LoginSession, bob: User
) -> None:
    other = await in_database(LoginSession.objects.create, user=bob)
    first, second = await open_log(commits, login), await open_log(commits, other)
    await commits.append(first, "It launches")
    await stored(first, 1)
    await commits.append(first, " in April")

    await commits.append(second, "Nobody")

    await stored(second, 1)
    assert (first.chunks, first.everything()) == (["It launches"], ["It launches", " in April"])


async def test_the_first_text_of_a_turn_lets_the_next_commit_begin_where_that_is_near(
    commits: GroupCommit, login: LoginSession, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(group_commit, "NEAR", 120.0)
    other = await in_database(LoginSession.objects.create, user=bob)
    first, second = await open_log(commits, login), await open_log(commits, other)
    await commits.append(first, "It launches")
    await stored(first, 1)
    await commits.append(first, " in April")

    await commits.append(second, "Nobody")

    await stored(second, 1)
    assert first.chunks == ["It launches", " in April"]


async def test_other_work_of_database_threads_begins_after_a_commit_of_all_that_is_under_way(
    commits: GroupCommit, login: LoginSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    done, append = list[str](), Turn.objects.append
    monkeypatch.setattr(priority, "LIMIT_SECONDS", 60.0)
    log = await open_log(commits, login)

    def store(appends: list[Append]) -> set[int]:
        other.append(asyncio.run_coroutine_threadsafe(in_database(done.append, "other"), loop))
        with suppress(TimeoutError):
            other[0].result(0.05)
        done.append("text")
        return append(appends)

    loop, other = asyncio.get_running_loop(), list[Future[None]]()
    monkeypatch.setattr(type(Turn.objects), "append", staticmethod(store))
    await commits.append(log, "It launches")
    await stored(log, 1)

    await asyncio.wait_for(asyncio.wrap_future(other[0]), PATIENCE)
    assert done == ["text", "other"]


async def test_other_work_goes_on_when_the_process_stores_no_more(login: LoginSession) -> None:
    commits = GroupCommit(Nudges())
    commits.add(await open_log(commits, login), "It launches")
    running = asyncio.create_task(commits.run())
    await asyncio.sleep(0)

    running.cancel()

    await asyncio.wait([running])
    with pytest.raises(StopIteration):
        text_first.over().send(None)


async def test_an_error_outside_of_the_database_does_not_end_the_storing(
    login: LoginSession, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    commits, settle, failures = GroupCommit(Nudges()), AnswerLog.settle, [ValueError("a bug")]

    def fail_once(log: AnswerLog) -> None:
        if failures:
            raise failures.pop()
        settle(log)

    monkeypatch.setattr(AnswerLog, "settle", fail_once)
    log = await open_log(commits, login)
    running = asyncio.create_task(commits.run())

    await commits.append(log, "It launches")

    await stored(log, 1)
    assert (log.chunks, log.is_open, failures) == (["It launches"], True, [])
    assert "goes on after an error" in caplog.text
    running.cancel()


async def test_many_turns_end_in_one_pause(commits: GroupCommit) -> None:
    logs = [await open_log(commits, await in_database(new_login, number)) for number in range(2 * AT_ONCE + 1)]

    async with asyncio.timeout(PATIENCE):
        ends = [commits.finish(log, ending_as("complete", "In April.")) for log in logs]
        assert await asyncio.gather(*ends) == [True] * len(logs)


@pytest.mark.parametrize("waits", [True, False])
async def test_the_end_of_a_turn_tells_whether_others_wait(
    commits: GroupCommit, login: LoginSession, *, waits: bool
) -> None:
    log = await open_log(commits, login)
    if waits:
        await in_database(Turn.objects.submit, login, Submission(request_id=uuid4(), question="And then?"))

    await commits.finish(log, ending_as("complete", "In April."))

    assert commits.are_others_queued == waits


async def test_others_may_wait_if_the_database_cannot_tell(
    commits: GroupCommit, login: LoginSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> bool:
        raise OperationalError

    log = await open_log(commits, login)
    monkeypatch.setattr(type(Turn.objects), "is_any_queued", staticmethod(fail))

    assert await commits.finish(log, ending_as("complete", "In April."))
    assert commits.are_others_queued
