"""The short calls of the model before an answer, as the endpoint sees them."""

from __future__ import annotations

import asyncio
import logging
from time import monotonic
from uuid import uuid4

import pytest
import pytest_asyncio
from pytest_django import Settings

from chat.database import in_database
from chat.models import LoginSession, Submission, Turn
from chat.prompts import GRADING, INSTRUCTIONS, REWORDING, REWRITING
from chat.turns.runner import TurnRunner

from ..support.asked import asked
from ..support.clients import KEY
from ..support.turns import PATIENCE, read, stored
from ..support.upstream import Upstream
from ..support.upstream_script import PROVIDER_TEXT

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.any_database, pytest.mark.usefixtures("model")]

REWRITTEN = 'say "When does the Heron launch?"; finish; usage; done'
ALL_RELEVANT, NONE_RELEVANT = 'say "[]"; finish; usage; done', 'say "[1]"; finish; usage; done'
ANSWERED = 'say "On 28 April [1]."; tokens 1; finish; usage; done'


@pytest_asyncio.fixture
async def turn(runner: TurnRunner, login: LoginSession, settings: Settings) -> Turn:
    """A follow-up question on a site that grades."""
    settings.CHAT_GRADE, settings.CHAT_PASSAGES = True, 1
    first = await in_database(asked, login, "Which product is this about?", answer="The Heron.")
    return await in_database(_follow_up, login, first)


def _follow_up(login: LoginSession, first: Turn) -> Turn:
    question, conversation = "And when does it launch?", first.conversation.uuid
    return Turn.objects.submit(login, Submission(request_id=uuid4(), question=question, conversation=conversation))


def steps(upstream: Upstream) -> list[str]:
    """Return the first message of each call."""
    return [call.body["messages"][0]["content"] for call in upstream.calls]


async def test_each_step_is_one_call_and_the_usage_counts_them_all(
    runner: TurnRunner, turn: Turn, upstream: Upstream
) -> None:
    upstream.scripts = [REWRITTEN, NONE_RELEVANT, REWRITTEN, ANSWERED]

    await read(runner, turn)

    kept = await stored(turn)
    assert steps(upstream) == [REWRITING, GRADING, REWORDING, INSTRUCTIONS]
    assert (kept.state, kept.answer, kept.model_name) == ("complete", "On 28 April [1].word1 ", "fake")
    assert kept.usage == {"input_tokens": 44, "output_tokens": 1}


@pytest.mark.parametrize("before", range(4))
async def test_stop_closes_the_connection_of_each_step_within_a_second(
    runner: TurnRunner, turn: Turn, upstream: Upstream, settings: Settings, before: int
) -> None:
    settings.CHAT_STEP_SECONDS = 60.0
    upstream.scripts = [*[REWRITTEN, NONE_RELEVANT, REWRITTEN][:before], "head; stall"]
    runner.wake()
    async with asyncio.timeout(PATIENCE):
        while len(upstream.calls) <= before:
            upstream.called.clear()
            await upstream.called.wait()
    stopped_at = monotonic()

    await in_database(Turn.objects.filter(pk=turn.pk).request_stop, 0)
    runner.wake()
    await read(runner, turn)

    async with asyncio.timeout(PATIENCE):
        await upstream.calls[-1].over.wait()
    assert ((await stored(turn)).state, len(upstream.calls)) == ("stopped", before + 1)
    assert (upstream.calls[-1].closed_at or 0) - stopped_at < 1


@pytest.mark.parametrize("step", [0, 1])
@pytest.mark.parametrize(
    "script", ["status 401", "status 429 1", "status 503", "tokens 2; cut", "error", "garbage html", "big 9000; stall"]
)
async def test_a_failed_step_is_skipped_without_logging_the_providers_text(
    runner: TurnRunner, turn: Turn, upstream: Upstream, caplog: pytest.LogCaptureFixture, step: int, script: str
) -> None:
    caplog.set_level(logging.DEBUG, "chat")
    upstream.scripts = [*[REWRITTEN, ALL_RELEVANT][:step], script, *[REWRITTEN, ALL_RELEVANT][step + 1 :], ANSWERED]

    await read(runner, turn)

    assert ((await stored(turn)).state, steps(upstream)) == ("complete", [REWRITING, GRADING, INSTRUCTIONS])
    assert caplog.text.count("Answering a question without") == 1
    assert PROVIDER_TEXT not in caplog.text
    assert KEY not in caplog.text


async def test_a_step_that_times_out_is_skipped_and_its_connection_closed(
    runner: TurnRunner, turn: Turn, upstream: Upstream, settings: Settings
) -> None:
    settings.CHAT_STEP_SECONDS = 0.5
    upstream.scripts = ["comments", ALL_RELEVANT, ANSWERED]

    await read(runner, turn)

    assert (await stored(turn)).state == "complete"
    assert upstream.calls[0].closed_at is not None
    assert upstream.calls[0].closed_at - upstream.calls[0].opened_at < 2
