"""Turns whose model thinks before it answers, or does nothing else."""

from __future__ import annotations

import pytest
from pytest_django import Settings

from chat.conversations.rendering import render_turn
from chat.database import in_database
from chat.models import Phase, Turn, unretracted
from chat.turns import events
from chat.turns.runner import TurnRunner

from ..support.turns import read, stored, text_of
from ..support.upstream import Upstream
from .test_odd_streams import STREAMS, raw

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.any_database, pytest.mark.usefixtures("model")]


async def test_a_turn_that_thinks_says_so_and_keeps_the_thoughts_to_itself(
    runner: TurnRunner, turn: Turn, upstream: Upstream
) -> None:
    upstream.scripts = [raw((STREAMS / "think-inside-the-content.sse").read_text())]

    seen = await read(runner, turn)

    kept = await stored(turn)
    phases = [event.phase for event in seen if isinstance(event, events.Phase)]
    everything = "".join(map(events.encode, seen)) + await in_database(render_turn, kept)
    assert phases[-1] == "answering"
    assert phases == [phase for phase in Phase.values if phase in phases]  # those of one commit are one: its last
    assert (kept.state, kept.answer) == ("complete", "It launches in April. It costs 480 euros.")
    assert "thinking" in (kept.steps or {})
    assert not [word for word in ("secret thought", "think>", 'class="citation"') if word in everything]


@pytest.mark.parametrize(
    "script",
    [
        'say "<think>Hm."; finish; done',
        'say "<think>Hm.</think>"; say " "; finish length; done',
        'say "<|channel|>analysis<|message|>Hm.<|end|>"; finish; done',
        'say "Hm."; say "</think>"; finish; done',
        'say "Hm."; pause 0.1; say "</think>"; finish; done',
    ],
)
async def test_an_answer_of_thoughts_alone_fails_in_words(
    runner: TurnRunner, turn: Turn, upstream: Upstream, caplog: pytest.LogCaptureFixture, script: str
) -> None:
    upstream.scripts = [script]

    await read(runner, turn)

    kept = await stored(turn)
    assert (kept.state, kept.failure, kept.answer) == ("failed", "GENERATION_FAILED", "")
    assert "could not finish this answer" in await in_database(render_turn, kept)
    assert "the model only thought" in caplog.text


async def test_the_first_thought_ends_the_limit_of_the_first_word(
    runner: TurnRunner, turn: Turn, upstream: Upstream, settings: Settings
) -> None:
    upstream.scripts = ['say "<think>Hm"; pause 1.2; say "</think>Yes."; finish; done']
    await read(runner, turn, lambda event: isinstance(event, events.Phase) and event.phase == "thinking")
    settings.CHAT_FIRST_TOKEN_SECONDS = 0.0

    await read(runner, turn)

    assert ((await stored(turn)).state, (await stored(turn)).answer) == ("complete", "Yes.")


@pytest.mark.parametrize(("setting", "script"), [
    ("CHAT_IDLE_SECONDS", 'say "<think>Hm"; stall'),
    ("CHAT_TOTAL_SECONDS", 'say "<think>"; tokens 100000 50'),
])  # fmt: skip
async def test_a_model_that_thinks_in_silence_or_for_ever_times_out(
    runner: TurnRunner, turn: Turn, upstream: Upstream, settings: Settings, setting: str, script: str
) -> None:
    upstream.scripts = [script]
    await read(runner, turn, lambda event: isinstance(event, events.Phase) and event.phase == "thinking")
    setattr(settings, setting, 0.2)

    [*_, error] = await read(runner, turn)

    assert isinstance(error, events.Error)
    assert error.code == "TIMEOUT"


async def test_a_thought_that_was_shown_as_text_is_retracted(
    runner: TurnRunner, turn: Turn, upstream: Upstream
) -> None:
    upstream.scripts = ['say "Secret [2]."; pause 0.2; say "</think> "; say "On 28 April [1]."; finish; done']

    seen = await read(runner, turn)

    kept = await stored(turn)
    assert unretracted(text_of(seen)) == kept.answer == "On 28 April [1]."
    assert "Secret" in text_of(seen)
    assert (len(kept.chunk_lengths), sum(kept.chunk_lengths)) == (kept.seq, len(kept.answer))
    assert [len(event.citations) for event in seen if isinstance(event, events.Citations)] == [1]
    assert "Secret" not in await in_database(render_turn, kept)


async def test_a_stopped_answer_keeps_no_thought_that_was_retracted(
    runner: TurnRunner, turn: Turn, upstream: Upstream
) -> None:
    upstream.scripts = ['say "Secret [2]."; pause 0.1; say "</think>"; say "On 28 April [1]. "; tokens 3; stall']
    await read(runner, turn, lambda event: isinstance(event, events.Token) and "word3" in event.content)

    await in_database(Turn.objects.filter(pk=turn.pk).request_stop, None)
    runner.wake()
    await read(runner, turn)

    kept = await stored(turn)
    assert (kept.state, kept.answer.rstrip()) == ("stopped", "On 28 April [1]. word1 word2 word3")
