"""Turns whose model also rewrites and grades: the phases shown, the facts stored, and the possible ends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
from django.test import Client
from pytest_django import Settings

from chat.answers import rag
from chat.database import in_database
from chat.errors import GenerationFailed
from chat.llm import Delta
from chat.models import LoginSession, Submission, Turn
from chat.turns import events
from chat.turns.owner import Owner
from chat.turns.runner import TurnRunner
from chat.upkeep import demo

from ..support.asked import asked
from ..support.hostile import squeezed
from ..support.reviewing import opened
from ..support.step_model import StepModel, reply, step_model

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.any_database]

STEPS = {"rewrite": "rewriting", "grade": "grading", "reword": "rewriting", "answer": "waiting"}


@pytest_asyncio.fixture
async def model(settings: Settings) -> AsyncIterator[StepModel]:
    """The site's model, which every step calls."""
    settings.CHAT_PASSAGES = 1
    with step_model(settings) as model:
        model.scripts["grade"] = reply("[1]")
        yield model


@pytest_asyncio.fixture
async def runner(model: StepModel, tmp_path: Path) -> AsyncIterator[TurnRunner]:
    runner = TurnRunner(answer=rag.answer, owner=Owner(tmp_path))
    await in_database(demo.load)
    await runner.start()
    yield runner
    await runner.drain(0)


@pytest_asyncio.fixture
async def turn(runner: TurnRunner, login: LoginSession) -> Turn:
    """A follow-up question, which is not claimed until the runner is woken."""
    first = await in_database(asked, login, "Which product is this about?", answer="The Heron.")
    submission = Submission(request_id=uuid4(), question="When does the Heron launch?", conversation=await talk(first))
    return await in_database(Turn.objects.submit, login, submission)


async def talk(turn: Turn) -> UUID:
    return await in_database(lambda: Turn.objects.select_related("conversation").get(pk=turn.pk).conversation.uuid)


async def read(runner: TurnRunner, turn: Turn, until: str = "") -> list[events.Event]:
    """Return the events of a turn, up to its end or to this phase."""
    runner.wake()
    seen: list[events.Event] = []
    async with asyncio.timeout(20), aclosing(runner.follow(turn.uuid, 0)) as log:
        async for event in log:
            seen.append(event)
            if until and isinstance(event, events.Phase) and event.phase == until:
                break
    return seen


async def stored(turn: Turn) -> Turn:
    return await in_database(Turn.objects.get, pk=turn.pk)


async def test_the_time_and_tokens_of_every_step_are_stored(runner: TurnRunner, turn: Turn, model: StepModel) -> None:
    await read(runner, turn)

    kept = await stored(turn)
    assert kept.steps
    assert [phase for phase, _ in kept.step_times] == ["rewriting", "retrieving", "grading", "waiting", "answering"]
    assert all(milliseconds >= 0 for milliseconds in kept.steps.values())
    assert (kept.model_name, kept.usage) == ("steps", {"input_tokens": 40, "output_tokens": 4})
    assert dict(model.calls) == {"rewrite": 1, "grade": 1, "reword": 1, "answer": 1}


@pytest.mark.parametrize("step", STEPS)
async def test_each_step_is_shown_while_it_lasts_and_ends_with_stop(
    runner: TurnRunner, turn: Turn, model: StepModel, step: str
) -> None:
    model.scripts[step] = [None]
    runner.wake()
    async with asyncio.timeout(20):
        await model.silent.wait()
        await read(runner, turn, until=STEPS[step])

    await in_database(Turn.objects.filter(pk=turn.pk).request_stop, 0)
    runner.wake()
    await read(runner, turn)

    kept = await stored(turn)
    assert (kept.state, kept.answer, model.closed[step]) == ("stopped", "", 1)
    assert kept.steps
    assert STEPS[step] in kept.steps
    assert (kept.usage or {}).get("output_tokens", 0) == sum(model.calls.values()) - 1


@pytest.mark.parametrize("step", ["rewrite", "grade", "reword"])
async def test_a_long_step_before_the_answer_does_not_count_as_silence(
    runner: TurnRunner, turn: Turn, model: StepModel, settings: Settings, step: str
) -> None:
    model.scripts[step] = [None]
    await _until_silent(runner, model)
    run = runner.runs[turn.uuid]

    settings.CHAT_FIRST_TOKEN_SECONDS = 0.0
    run.end_if_overdue()
    assert run._cause is None

    settings.CHAT_TOTAL_SECONDS = 0.0
    run.end_if_overdue()
    [*_, error] = await read(runner, turn)
    assert isinstance(error, events.Error)
    assert (error.code, model.closed[step]) == ("TIMEOUT", 1)


async def test_the_time_out_of_the_first_word_starts_with_the_call_for_the_answer(
    runner: TurnRunner, turn: Turn, model: StepModel, settings: Settings
) -> None:
    model.scripts["answer"] = [None]
    await _until_silent(runner, model)
    run = runner.runs[turn.uuid]

    settings.CHAT_FIRST_TOKEN_SECONDS = 15.0
    run._started_at -= 100
    run.end_if_overdue()
    assert run._cause is None

    run._progress_at -= 20
    run.end_if_overdue()
    [*_, error] = await read(runner, turn)
    assert isinstance(error, events.Error)
    assert error.code == "TIMEOUT"


async def test_a_failed_turn_keeps_the_times_of_its_steps(runner: TurnRunner, turn: Turn, model: StepModel) -> None:
    model.scripts["answer"] = [Delta("Per"), GenerationFailed("cut")]

    await read(runner, turn)

    kept = await stored(turn)
    assert (kept.state, kept.answer, kept.usage) == ("failed", "Per", {"input_tokens": 30, "output_tokens": 3})
    assert set(kept.steps or {}) == {"rewriting", "retrieving", "grading", "waiting", "answering"}


@pytest.mark.usefixtures("static_files")
async def test_only_reviewers_see_the_times(
    runner: TurnRunner, turn: Turn, login: LoginSession, carol: object, client: Client
) -> None:
    seen = await read(runner, turn)
    kept = await stored(turn)

    def page(user: object, path: str) -> str:
        client.force_login(user)  # type: ignore[arg-type]  # a user
        return str(opened(client, path).content.decode())

    review = await in_database(page, carol, f"/admin/chat/conversation/{kept.conversation_id}/change/")
    own = await in_database(page, login.user, f"/c/{await talk(turn)}/")
    facts = ", ".join(f"{phase} {milliseconds} ms" for phase, milliseconds in kept.step_times)
    assert f"<dt>Steps</dt><dd>{facts}</dd>" in squeezed(review)
    assert kept.answer.removesuffix(" [1].") in own
    assert " ms" not in own + "".join(map(events.encode, seen))


async def _until_silent(runner: TurnRunner, model: StepModel) -> None:
    runner.wake()
    async with asyncio.timeout(20):
        await model.silent.wait()
