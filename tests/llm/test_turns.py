"""Turns whose model answers, fails, falls silent, or is stopped."""

from __future__ import annotations

import asyncio
import logging
from time import monotonic

import pytest
from pytest_django import Settings

from chat.answers import rag
from chat.conversations.rendering import render_turn
from chat.database import in_database
from chat.llm.retrying import RetryingModel
from chat.models import Turn
from chat.turns import events
from chat.turns.runner import TurnRunner

from ..support.clients import KEY
from ..support.turns import PATIENCE, read, stored, text_of, time_out
from ..support.upstream import Upstream
from ..support.upstream_script import PROVIDER_TEXT
from .test_odd_streams import STREAMS, raw

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.any_database, pytest.mark.usefixtures("model")]


async def test_an_answer_is_stored_with_citations_and_usage(runner: TurnRunner, turn: Turn, upstream: Upstream) -> None:
    upstream.scripts = ['say "On 28 April [1]."; tokens 1; finish; usage; done']

    seen = await read(runner, turn)

    kept = await stored(turn)
    assert (kept.state, kept.finish_reason, kept.answer) == ("complete", "stop", "On 28 April [1].word1 ")
    assert (kept.model_name, kept.usage) == ("fake", {"input_tokens": 11, "output_tokens": 1})
    assert [event.citations[0].number for event in seen if isinstance(event, events.Citations)] == [1]


@pytest.mark.parametrize(
    ("stream", "answer", "count"),
    [
        ("index-in-running-text", "Set limits[0] to 5 and read arr[12] after.", 0),
        ("footnotes", "The Heron launches on 28 April[1].", 1),
    ],
)
async def test_markers_of_a_stream_become_ours_and_nothing_else_does(
    runner: TurnRunner, turn: Turn, upstream: Upstream, stream: str, answer: str, count: int
) -> None:
    upstream.scripts = [raw((STREAMS / f"{stream}.sse").read_text())]

    seen = await read(runner, turn)

    kept = await stored(turn)
    html = await in_database(render_turn, kept)
    assert (kept.state, kept.answer, text_of(seen)) == ("complete", answer, answer)
    assert html.count('class="citation"') == count
    assert "[^1]" not in html


async def test_numbers_in_parentheses_are_markers_in_the_stored_answer_if_there_are_no_others(
    runner: TurnRunner, turn: Turn, upstream: Upstream
) -> None:
    upstream.scripts = ['say "On 28 April (2"; pause 0.1; say "), at 480 euros"; pause 0.1; say " (1)."; finish; done']

    seen = await read(runner, turn)

    kept = await stored(turn)
    assert text_of(seen) == "On 28 April (2), at 480 euros (1)."
    assert kept.answer == "On 28 April [1], at 480 euros [2]."
    assert "".join(kept.answer_after(0)) == kept.answer
    assert len(kept.chunk_lengths) == kept.seq
    assert [event.citations[1].number for event in seen if isinstance(event, events.Citations)] == [2]


@pytest.mark.parametrize(
    ("script", "code", "text"),
    [
        ("tokens 3; cut", "GENERATION_FAILED", "word1 word2 word3"),
        ("tokens 3; reset", "GENERATION_FAILED", "word1 word2 word3"),
        ("unframed; tokens 3; cut", "GENERATION_FAILED", "word1 word2 word3"),
        ("tokens 3; error 503", "GENERATION_FAILED", "word1 word2 word3"),
        ("tokens 3; garbage html", "GENERATION_FAILED", "word1 word2 word3"),
        ("big 5000000; finish; done", "GENERATION_FAILED", ""),
        ("status 401", "MODEL_DENIED", ""),
        ("status 403", "MODEL_DENIED", ""),
        ("status 404", "MODEL_UNKNOWN", ""),
        ("status 429 3600", "GENERATION_FAILED", ""),
        ("stall", "TIMEOUT", ""),
        ("head; stall", "TIMEOUT", ""),
        ("comments", "TIMEOUT", ""),
        ("tokens 3; stall", "TIMEOUT", "word1 word2 word3"),
        ("tokens 3; comments", "TIMEOUT", "word1 word2 word3"),
    ],
)
async def test_a_failed_turn_keeps_its_text_and_shows_nothing_of_the_provider(
    runner: TurnRunner,
    turn: Turn,
    upstream: Upstream,
    settings: Settings,
    caplog: pytest.LogCaptureFixture,
    script: str,
    code: str,
    text: str,
) -> None:
    caplog.set_level(logging.DEBUG)
    upstream.scripts = [script]
    if code == "TIMEOUT":
        await time_out(runner, turn, upstream, settings, text)

    [*_, error] = seen = await read(runner, turn)

    kept = await stored(turn)
    assert isinstance(error, events.Error)
    assert (error.code, text_of(seen).rstrip(), kept.state) == (code, text, "failed")
    assert kept.answer == text_of(seen)
    html = await in_database(render_turn, kept)
    assert PROVIDER_TEXT not in html + "".join(map(events.encode, seen))
    assert KEY not in html + "".join(map(events.encode, seen)) + caplog.text
    assert len(upstream.calls) == 1


async def test_an_endless_answer_times_out_and_its_connection_is_closed(
    runner: TurnRunner, turn: Turn, upstream: Upstream, settings: Settings
) -> None:
    upstream.scripts = ["tokens 100000 50"]
    await read(runner, turn, lambda event: isinstance(event, events.Token))
    settings.CHAT_TOTAL_SECONDS = 0.5

    [*_, error] = await read(runner, turn)

    ended_at = monotonic()
    async with asyncio.timeout(PATIENCE):
        await upstream.calls[0].over.wait()
    assert isinstance(error, events.Error)
    assert error.code == "TIMEOUT"
    assert (upstream.calls[0].closed_at or PATIENCE) < ended_at + 1


@pytest.mark.parametrize("script", ["tokens 3; stall", "tokens 100000 50"])
async def test_stop_closes_the_connection_within_a_second(
    runner: TurnRunner, turn: Turn, upstream: Upstream, script: str
) -> None:
    upstream.scripts = [script]
    await read(runner, turn, lambda event: isinstance(event, events.Token))
    stopped_at = monotonic()

    await in_database(Turn.objects.filter(pk=turn.pk).request_stop, 1)
    runner.wake()
    await read(runner, turn)

    async with asyncio.timeout(PATIENCE):
        await upstream.calls[0].over.wait()
    assert (await stored(turn)).state == "stopped"
    assert (upstream.calls[0].closed_at or 0) - stopped_at < 1


async def test_a_busy_model_is_called_again_while_the_reader_sees_waiting(
    runner: TurnRunner, turn: Turn, upstream: Upstream
) -> None:
    upstream.scripts = ["status 503 0", "status 429 1", "tokens 2; finish; done"]

    seen = await read(runner, turn)

    phases = [event.phase for event in seen if isinstance(event, events.Phase)]
    assert phases[-2:] == ["waiting", "answering"]
    assert (text_of(seen), (await stored(turn)).state, len(upstream.calls)) == ("word1 word2 ", "complete", 3)


@pytest.mark.parametrize(
    ("reason", "notice"), [("length", "maximum length"), ("content_filter", "content filter"), ("stop", "")]
)
async def test_the_page_says_why_an_answer_ended_early(
    runner: TurnRunner, turn: Turn, upstream: Upstream, reason: str, notice: str
) -> None:
    upstream.scripts = [f"tokens 2; finish {reason}; done"]

    await read(runner, turn)

    kept = await stored(turn)
    html = await in_database(render_turn, kept)
    assert (kept.state, kept.finish_reason) == ("complete", reason)
    assert notice in html
    assert ("cut off" in html or "content filter" in html) == bool(notice)


async def test_an_answer_is_cut_at_the_maximum_length_and_the_model_stopped(
    runner: TurnRunner, turn: Turn, upstream: Upstream
) -> None:
    upstream.scripts = ["big 150000; big 150000; tokens 100000 50"]

    await read(runner, turn)

    kept = await stored(turn)
    async with asyncio.timeout(PATIENCE):
        await upstream.calls[0].over.wait()
    assert (kept.finish_reason, len(kept.answer)) == ("length", rag.ANSWER_LIMIT)


async def test_silence_until_the_time_out_counts_as_a_failure_for_the_breaker(
    runner: TurnRunner, turn: Turn, upstream: Upstream, model: RetryingModel, settings: Settings
) -> None:
    upstream.scripts = ["stall"]
    await time_out(runner, turn, upstream, settings)

    await read(runner, turn)

    assert len(model.breaker._failures) == 1
