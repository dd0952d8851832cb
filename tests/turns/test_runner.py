"""Turns driven by a runner, with scripted answers."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.db.models.functions import Now
from pytest_django import Settings

from chat.database import in_database
from chat.errors import GenerationFailed
from chat.models import Conversation, LoginSession, Phase, Submission, Turn
from chat.turns import events
from chat.turns.owner import Owner
from chat.turns.runner import TurnRunner

from ..support.scripts import Scripts

pytestmark = pytest.mark.django_db(transaction=True)


async def ask(runner: TurnRunner, login: LoginSession, question: str, conversation: Conversation | None = None) -> Turn:
    name = conversation.uuid if conversation else None
    asked = Submission(request_id=uuid4(), question=question, conversation=name)
    turn = await in_database(Turn.objects.submit, login, asked)
    runner.wake()
    return turn


async def read(runner: TurnRunner, turn: Turn, until: type[events.Event], after: int = 0) -> list[events.Event]:
    """Return the events of a turn up to the first of a kind."""
    seen: list[events.Event] = []
    async with asyncio.timeout(20), aclosing(runner.follow(turn.uuid, after)) as log:
        async for event in log:
            seen.append(event)
            if isinstance(event, until):
                break
    return seen


def text_of(seen: list[events.Event]) -> str:
    return "".join(event.content for event in seen if isinstance(event, events.Token))


async def stored(turn: Turn) -> Turn:
    return await in_database(Turn.objects.get, pk=turn.pk)


async def test_an_answer_can_be_read_while_it_streams_and_again_afterwards(
    runner: TurnRunner, scripts: Scripts, login: LoginSession
) -> None:
    turn = await ask(runner, login, "When?")
    scripts["When?"].say("On ")
    assert text_of(await read(runner, turn, events.Token)) == "On "
    scripts["When?"].say("Monday.").end()

    assert text_of(await read(runner, turn, events.Done)) == "On Monday."
    assert text_of(await read(runner, turn, events.Done, after=1)) == "Monday."
    assert (await stored(turn)).state == "complete"


async def test_nothing_is_shown_that_is_not_stored(runner: TurnRunner, scripts: Scripts, login: LoginSession) -> None:
    turn = await ask(runner, login, "When?")
    for word in ("On ", "Monday", ", ", "or ", "Tuesday."):
        scripts["When?"].say(word)
        seen = text_of(await read(runner, turn, events.Token))
        chunks = await in_database(lambda: list(turn.chunks.values_list("text", flat=True)))
        assert "".join(chunks).startswith(seen)
    scripts["When?"].end()


async def test_the_next_question_of_a_login_session_waits_for_the_one_before_it(
    runner: TurnRunner, scripts: Scripts, login: LoginSession
) -> None:
    first = await ask(runner, login, "First?")
    await scripts["First?"].asked.wait()
    second = await ask(runner, login, "Second?")
    [place] = await read(runner, second, events.Queued)
    assert place == events.Queued(turn_uuid=second.uuid, position=1)

    scripts["First?"].say("1").end()
    scripts["Second?"].say("2").end()

    assert text_of(await read(runner, second, events.Done)) == "2"
    assert (await stored(first)).ended_at <= (await stored(second)).started_at  # type: ignore[operator]


async def test_stop_keeps_the_text_that_the_user_saw_and_stops_the_model(
    runner: TurnRunner, scripts: Scripts, login: LoginSession
) -> None:
    turn = await ask(runner, login, "When?")
    scripts["When?"].say("On ")
    await read(runner, turn, events.Token)
    scripts["When?"].say("Monday.")
    await read(runner, turn, events.Token, after=1)

    await in_database(Turn.objects.filter(pk=turn.pk).request_stop, 1)
    runner.wake()

    [*_, done] = await read(runner, turn, events.Done)
    assert done == events.Done(turn_uuid=turn.uuid, seq=1, state="stopped")
    assert (await stored(turn)).answer == "On "
    assert scripts["When?"].cancelled.is_set()


async def test_stop_before_the_first_token_ends_the_turn_without_text(
    runner: TurnRunner, scripts: Scripts, login: LoginSession
) -> None:
    turn = await ask(runner, login, "When?")
    await scripts["When?"].asked.wait()

    await in_database(Turn.objects.filter(pk=turn.pk).request_stop, 0)
    runner.wake()

    await read(runner, turn, events.Done)
    assert ((await stored(turn)).state, (await stored(turn)).answer) == ("stopped", "")


async def test_a_failure_keeps_the_partial_answer_and_the_queue_goes_on(
    runner: TurnRunner, scripts: Scripts, login: LoginSession
) -> None:
    first, second = await ask(runner, login, "First?"), await ask(runner, login, "Second?")
    scripts["First?"].say("Perhaps").fail(GenerationFailed("the provider's own words"))
    scripts["Second?"].say("2").end()

    [*_, error] = seen = await read(runner, first, events.Error)

    assert isinstance(error, events.Error)
    assert (error.code, text_of(seen)) == ("GENERATION_FAILED", "Perhaps")
    assert "provider" not in error.message
    assert text_of(await read(runner, second, events.Done)) == "2"


async def test_a_bug_fails_its_turn_and_no_other(
    runner: TurnRunner, scripts: Scripts, login: LoginSession, caplog: pytest.LogCaptureFixture
) -> None:
    turn = await ask(runner, login, "When?")
    scripts["When?"].fail(ZeroDivisionError("secret"))

    [*_, error] = await read(runner, turn, events.Error)

    assert isinstance(error, events.Error)
    assert error.code == "INTERNAL_ERROR"
    assert "secret" not in error.message
    assert "secret" in caplog.text


async def test_the_time_of_each_phase_is_stored_however_the_turn_ends(
    runner: TurnRunner, scripts: Scripts, login: LoginSession
) -> None:
    whole, broken = await ask(runner, login, "Whole?"), await ask(runner, login, "Broken?")
    scripts["Whole?"].say(Phase.WAITING, Phase.ANSWERING, "Yes.").end()
    scripts["Broken?"].say(Phase.WAITING).fail(GenerationFailed("cut"))

    await read(runner, whole, events.Done)
    await read(runner, broken, events.Error)

    times = [(await stored(turn)).step_times for turn in (whole, broken)]
    assert [[phase for phase, _ in turn_times] for turn_times in times] == [
        ["retrieving", "waiting", "answering"],
        ["retrieving", "waiting"],
    ]
    assert all(0 <= milliseconds < 20_000 for turn_times in times for _, milliseconds in turn_times)


async def test_an_answer_that_breaks_off_is_not_complete(
    runner: TurnRunner, scripts: Scripts, login: LoginSession
) -> None:
    turn = await ask(runner, login, "When?")
    scripts["When?"].say("On").break_off()

    await read(runner, turn, events.Error)

    assert (await stored(turn)).state == "failed"


async def test_a_silent_model_times_out(
    runner: TurnRunner, scripts: Scripts, login: LoginSession, settings: Settings
) -> None:
    turn = await ask(runner, login, "When?")
    await scripts["When?"].asked.wait()
    settings.CHAT_FIRST_TOKEN_SECONDS = 0.0

    [*_, error] = await read(runner, turn, events.Error)

    assert isinstance(error, events.Error)
    assert error.code == "TIMEOUT"
    assert scripts["When?"].cancelled.is_set()


async def test_the_history_has_only_exchanges_that_ended_as_intended(
    runner: TurnRunner, scripts: Scripts, login: LoginSession
) -> None:
    first = await ask(runner, login, "First?")
    scripts["First?"].say("One.").end()
    await read(runner, first, events.Done)
    conversation = await in_database(lambda: Turn.objects.select_related("conversation").get(pk=first.pk).conversation)
    broken = await ask(runner, login, "Broken?", conversation)
    scripts["Broken?"].say("Half an ans").fail(GenerationFailed("cut"))
    await read(runner, broken, events.Error)
    empty = await ask(runner, login, "Empty?", conversation)
    scripts["Empty?"].end()
    await read(runner, empty, events.Done)

    await ask(runner, login, "Third?", conversation)
    await scripts["Third?"].asked.wait()

    assert [(e.question, e.answer) for e in scripts["Third?"].history] == [("First?", "One.")]


async def test_a_drain_stores_partial_answers_and_claims_nothing_more(
    runner: TurnRunner, scripts: Scripts, login: LoginSession
) -> None:
    turn, waiting = await ask(runner, login, "When?"), await ask(runner, login, "Next?")
    scripts["When?"].say("On ")
    await read(runner, turn, events.Token)

    await runner.drain(0)

    saved = await stored(turn)
    assert (saved.state, saved.answer, saved.failure) == ("interrupted", "On ", "INTERRUPTED")
    assert (await stored(waiting)).state == "queued"


async def test_a_drain_waits_for_a_turn_that_ends_in_time(
    runner: TurnRunner, scripts: Scripts, login: LoginSession
) -> None:
    turn = await ask(runner, login, "When?")
    await scripts["When?"].asked.wait()

    draining = asyncio.create_task(runner.drain(20))
    scripts["When?"].say("Now.").end()
    await draining

    assert (await stored(turn)).state == "complete"


async def test_the_turn_of_a_dead_owner_on_this_host_is_closed_at_once(
    scripts: Scripts, tmp_path: Path, login: LoginSession
) -> None:
    turn = await in_database(Turn.objects.submit, login, Submission(request_id=uuid4(), question="When?"))
    (tmp_path / "dead").touch()  # unlocked: its process is gone
    await in_database(Turn.objects.claim, "dead")

    async with running(scripts, tmp_path) as runner:
        [*_, error] = await read(runner, turn, events.Error)

    assert isinstance(error, events.Error)
    assert error.code == "INTERRUPTED"
    assert not (tmp_path / "dead").exists()


async def test_a_writer_whose_claim_was_taken_stores_nothing_more(
    runner: TurnRunner, scripts: Scripts, login: LoginSession, tmp_path: Path
) -> None:
    turn = await ask(runner, login, "When?")
    scripts["When?"].say("On ")
    await read(runner, turn, events.Token)
    lapsed = Turn.objects.filter(pk=turn.pk)
    await in_database(lapsed.update, lease_expires_at=Now() - timedelta(seconds=1))
    taken = await in_database(lambda: Turn.objects.interrupt(Turn.objects.get(pk=turn.pk)))
    assert taken

    scripts["When?"].say("Monday.")
    await scripts["When?"].cancelled.wait()

    assert (await stored(turn)).answer == "On "


def running(scripts: Scripts, folder: Path) -> _Running:
    return _Running(TurnRunner(answer=scripts, owner=Owner(folder)))


class _Running:
    """A context manager that starts a runner and drains it."""

    def __init__(self, runner: TurnRunner) -> None:
        self._runner = runner

    async def __aenter__(self) -> TurnRunner:
        await self._runner.start()
        return self._runner

    async def __aexit__(self, *error: object) -> None:
        await self._runner.drain(0)
