"""The title that the model gives a new conversation."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
from pytest_django import Settings

from chat.answers import rag
from chat.database import in_database
from chat.llm import chat_model
from chat.llm.short_call import Reply
from chat.models import Conversation, LoginSession, Submission, Turn
from chat.turns import titles
from chat.turns.owner import Owner
from chat.turns.runner import TurnRunner
from chat.upkeep import demo

from ..support.asked import asked
from ..support.step_model import BROKEN, Script, StepModel, step_model

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.any_database]

QUESTION = "Can you tell me when the Heron launches?"
MADE, GIVEN = "When the Heron launches?", "Launch of the Heron"


@pytest_asyncio.fixture
async def model(settings: Settings) -> AsyncIterator[StepModel]:
    """The site's model, which every step calls."""
    settings.CHAT_TITLES, settings.CHAT_STEP_SECONDS = True, 0.5
    with step_model(settings) as model:
        settings.CHAT_GRADE = False
        yield model


@pytest_asyncio.fixture
async def runner(model: StepModel, tmp_path: Path) -> AsyncIterator[TurnRunner]:
    runner = TurnRunner(answer=rag.answer, owner=Owner(tmp_path))
    await in_database(demo.load)
    await runner.start()
    yield runner
    await runner.drain(0)


async def ask(runner: TurnRunner, login: LoginSession, conversation: UUID | None = None) -> Turn:
    """Ask, and return the turn when its answer is complete."""
    submission = Submission(request_id=uuid4(), question=QUESTION, conversation=conversation)
    turn = await in_database(Turn.objects.submit, login, submission)
    runner.wake()
    async with asyncio.timeout(20), aclosing(runner.follow(turn.uuid, 0)) as log:
        async for _ in log:
            pass
    return turn


async def title() -> str:
    return (await in_database(Conversation.objects.get)).title


async def title_becomes(expected: str) -> None:
    async with asyncio.timeout(20):
        while await title() != expected:  # noqa: ASYNC110  # the row changes without a signal
            await asyncio.sleep(0.01)


async def test_the_model_names_a_conversation_after_its_first_answer(
    runner: TurnRunner, login: LoginSession, model: StepModel
) -> None:
    await ask(runner, login)

    await title_becomes(GIVEN)
    assert QUESTION in model.last_message("title")
    assert "On 28 April" not in model.last_message("title")  # which its owner may no longer hear one day


async def test_an_answer_never_waits_for_the_title(runner: TurnRunner, login: LoginSession, model: StepModel) -> None:
    model.scripts["title"] = [None]

    turn = await ask(runner, login)

    assert (await in_database(Turn.objects.get, pk=turn.pk)).state == "complete"
    assert await title() == MADE


async def test_only_the_first_answer_gives_the_title(runner: TurnRunner, login: LoginSession, model: StepModel) -> None:
    turn = await ask(runner, login)
    await title_becomes(GIVEN)
    await in_database(lambda: Conversation.objects.update(title=MADE))

    second = await ask(runner, login, await in_database(lambda: Conversation.objects.get(pk=turn.conversation_id).uuid))
    await titles.entitle(second)

    assert (model.calls["title"], await title()) == (1, MADE)


async def test_a_title_that_the_owner_gives_meanwhile_stays(
    login: LoginSession, model: StepModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    turn = await in_database(asked, login, QUESTION)

    async def renamed_meanwhile(*_: object, **__: object) -> Reply[str]:
        await in_database(lambda: Conversation.objects.update(title="Mine"))
        return Reply(GIVEN)

    monkeypatch.setattr(titles, "short_call", renamed_meanwhile)

    await titles.entitle(turn)

    assert await title() == "Mine"


async def test_a_renamed_conversation_is_not_named_again(login: LoginSession, model: StepModel) -> None:
    turn = await in_database(asked, login, QUESTION)
    await in_database(lambda: Conversation.objects.update(title="Mine"))

    await titles.entitle(turn)

    assert (model.calls["title"], await title()) == (0, "Mine")


@pytest.mark.parametrize("script", BROKEN, ids=str)
async def test_a_failure_leaves_the_old_title(login: LoginSession, model: StepModel, script: Script) -> None:
    turn = await in_database(asked, login, QUESTION)
    model.scripts["title"] = script

    await titles.entitle(turn)

    assert await title() == MADE


async def test_no_title_is_asked_for_while_the_breaker_is_open(login: LoginSession, model: StepModel) -> None:
    turn = await in_database(asked, login, QUESTION)
    breaker = chat_model().breaker
    while not breaker.is_open:
        breaker.failed()

    await titles.entitle(turn)

    assert (model.calls["title"], await title()) == (0, MADE)


@pytest.mark.parametrize("quotes", [True, False])
async def test_a_model_that_only_quotes_gives_no_title(
    login: LoginSession, model: StepModel, settings: Settings, quotes: bool
) -> None:
    turn = await in_database(asked, login, QUESTION)
    settings.CHAT_TITLES = quotes
    settings.CHAT_MODEL = "embedded" if quotes else settings.CHAT_MODEL

    await titles.entitle(turn)

    assert (model.calls["title"], await title()) == (0, MADE)
