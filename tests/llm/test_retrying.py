"""Retries, the pauses between them, and the circuit breaker."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from chat.errors import GenerationFailed, ModelBusy, ModelUnreachable
from chat.llm import Delta
from chat.llm.retrying import FIRST_PAUSE, LONGEST_PAUSE, RETRIES, RetryingModel, pause_before
from chat.models import Failure
from chat.prompts import Message
from chat.upstream.breaker import FAILURES, OPEN_SECONDS, WITHIN_SECONDS, Breaker

WORD, END = Delta("word "), Delta("", "stop")
Part = Delta | Exception | None


class Model:
    """A model that plays one list of parts for each call; None falls silent."""

    name = "model"

    def __init__(self, *calls: Sequence[Part]) -> None:
        self.calls = list(calls)
        self.closed = 0

    async def stream(self, messages: Sequence[Message]) -> AsyncIterator[Delta]:
        try:
            for part in self.calls.pop(0):
                if part is None:
                    await asyncio.Event().wait()
                elif isinstance(part, Exception):
                    raise part
                else:
                    yield part
        finally:
            self.closed += 1


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


class Pauses(list[float]):
    async def __call__(self, seconds: float) -> None:
        self.append(seconds)


async def deltas_of(model: RetryingModel) -> list[Delta]:
    return [delta async for delta in model.stream([])]


async def test_a_busy_model_is_called_again_until_it_answers() -> None:
    model, pauses = Model([ModelBusy("429")], [ModelBusy("503", retry_after=3)], [WORD, END]), Pauses()

    assert await deltas_of(RetryingModel(model, sleep=pauses)) == [WORD, END]
    assert 0 <= pauses[0] <= FIRST_PAUSE
    assert pauses[1] == 3


async def test_a_call_is_retried_at_most_twice() -> None:
    model = Model(*[[ModelBusy("503")]] * 9)

    with pytest.raises(ModelBusy):
        await deltas_of(RetryingModel(model, sleep=Pauses()))

    assert len(model.calls) == 9 - 1 - RETRIES


@pytest.mark.parametrize("error", [GenerationFailed("refused"), ModelBusy("429", retry_after=LONGEST_PAUSE + 1)])
async def test_a_failure_that_no_retry_can_mend_is_final(error: Exception) -> None:
    model, pauses = Model([error], [WORD, END]), Pauses()

    with pytest.raises(type(error)):
        await deltas_of(RetryingModel(model, sleep=pauses))

    assert (len(model.calls), pauses) == (1, [])


async def test_a_call_is_never_retried_after_the_first_token() -> None:
    model = Model([WORD, ModelBusy("connection lost")], [WORD, END])
    stream = RetryingModel(model, sleep=Pauses()).stream([])

    assert await anext(stream) == WORD
    with pytest.raises(ModelBusy):
        await anext(stream)
    assert len(model.calls) == 1


async def test_a_model_that_breaks_off_after_its_first_token_was_reached() -> None:
    stream = RetryingModel(Model([WORD, ModelUnreachable("connection lost")]), sleep=Pauses()).stream([])
    await anext(stream)

    with pytest.raises(ModelBusy) as broken:
        await anext(stream)

    assert broken.value.failure == Failure.GENERATION_FAILED


async def test_an_abandoned_stream_is_closed() -> None:
    model = Model([WORD, WORD, END])
    stream = RetryingModel(model).stream([])
    await anext(stream)

    await stream.aclose()  # type: ignore[attr-defined]

    assert model.closed == 1


@given(st.integers(1, 5), st.none() | st.floats(0, 1e9))
def test_no_pause_exceeds_the_maximum(retry: int, retry_after: float | None) -> None:
    pause = pause_before(retry, retry_after)

    assert pause is None or 0 <= pause <= LONGEST_PAUSE
    assert (pause is None) == (retry > RETRIES or (retry_after or 0) > LONGEST_PAUSE)


async def test_the_breaker_opens_after_too_many_failures_and_allows_trial_calls() -> None:
    clock, model = Clock(), Model(*[[ModelBusy("503")]] * FAILURES, [ModelBusy("503")], [WORD, END], [WORD, END])
    retrying = RetryingModel(model, breaker=Breaker(clock=clock), sleep=Pauses())
    for _ in range(2):
        with pytest.raises(GenerationFailed):
            await deltas_of(retrying)
    assert (len(model.calls), retrying.breaker.is_open) == (3, True)

    clock.now += OPEN_SECONDS
    with pytest.raises(GenerationFailed):
        await deltas_of(retrying)
    assert (len(model.calls), retrying.breaker.is_open) == (2, True)

    clock.now += OPEN_SECONDS
    assert await deltas_of(retrying) == [WORD, END]
    assert not retrying.breaker.is_open


def test_during_a_trial_call_the_other_calls_fail_at_once() -> None:
    clock = Clock()
    breaker = Breaker(clock=clock)
    for _ in range(FAILURES):
        breaker.failed()
    clock.now += OPEN_SECONDS

    breaker.enter()

    with pytest.raises(GenerationFailed):
        breaker.enter()


def test_failures_far_apart_or_followed_by_a_success_do_not_open_the_breaker() -> None:
    clock = Clock()
    breaker = Breaker(clock=clock)
    for _ in range(3 * FAILURES):
        breaker.failed()
        clock.now += WITHIN_SECONDS / (FAILURES - 1) + 0.1
    for number in range(3 * FAILURES):
        breaker.failed()
        if number % 2:
            breaker.succeeded()

    assert not breaker.is_open


@pytest.mark.parametrize(("patience", "opens"), [(0.0, True), (3600.0, False)])
async def test_silence_until_the_time_out_counts_as_a_failure_but_a_stop_does_not(
    settings: Settings, patience: float, opens: bool
) -> None:
    settings.CHAT_FIRST_TOKEN_SECONDS = patience
    retrying = RetryingModel(Model(*[[None]] * FAILURES))
    for _ in range(FAILURES):
        task = asyncio.create_task(deltas_of(retrying))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])

    assert retrying.breaker.is_open == opens
