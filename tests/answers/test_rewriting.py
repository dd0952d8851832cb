"""Rewriting of follow-up questions for the search, by the model."""

from __future__ import annotations

import json
import logging
from time import monotonic

import pytest
from pytest_django import Settings

from chat.answers import rag
from chat.errors import GenerationFailed, ModelBusy
from chat.llm import chat_model
from chat.prompts import Exchange, read_fence
from chat.upstream.breaker import FAILURES, OPEN_SECONDS

from ..support.step_model import BROKEN, Script, StepModel, answer, model, recordings, reply

__all__ = ["model", "recordings"]

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.any_database]

HISTORY = [Exchange("Which product is this about?", "It is about the Heron [1].")]
FOLLOW_UP = "And when does it launch?"


async def test_the_search_uses_the_rewritten_follow_up(model: StepModel) -> None:
    parts = await answer(FOLLOW_UP, HISTORY)

    assert json.dumps(FOLLOW_UP) in model.last_message("rewrite")
    assert "It is about the Heron [1]." in model.last_message("rewrite")
    assert "28 April" in model.last_message("answer")
    assert parts.phases == ["rewriting", "retrieving", "grading", "waiting", "answering"]
    assert parts.text == "On 28 April [1]."


async def test_the_answer_prompt_has_the_users_own_words(model: StepModel) -> None:
    await answer(FOLLOW_UP, HISTORY)

    assert read_fence(model.last_message("answer"))[1] == FOLLOW_UP


async def test_without_history_nothing_is_rewritten(model: StepModel) -> None:
    parts = await answer("When does the Heron launch?")

    assert model.calls == {"grade": 1, "answer": 1}
    assert parts.phases == ["grading", "waiting", "answering"]


@pytest.mark.usefixtures("recordings")
async def test_the_embedded_model_neither_rewrites_nor_grades(settings: Settings) -> None:
    settings.CHAT_GRADE = True

    parts = await answer("When does the Heron launch?", HISTORY)

    assert set(parts.phases) == {"waiting", "answering"}  # "waiting" more than once if the model loads slowly
    assert not [part for part in parts if isinstance(part, rag.Used)]


async def test_both_steps_can_be_switched_off(model: StepModel, settings: Settings) -> None:
    settings.CHAT_REWRITE = settings.CHAT_GRADE = False

    await answer("When does the Heron launch?", HISTORY)

    assert model.calls == {"answer": 1}


@pytest.mark.parametrize("script", BROKEN)
async def test_a_failed_rewriting_leaves_the_question_unchanged(
    model: StepModel, settings: Settings, caplog: pytest.LogCaptureFixture, script: Script
) -> None:
    settings.CHAT_STEP_SECONDS = 0.05
    model.scripts["rewrite"] = script

    parts = await answer("When does the Heron launch?", HISTORY)

    warnings = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    assert (parts.text, parts.end.finish_reason) == ("On 28 April [1].", "stop")
    assert "28 April" in model.last_message("answer")
    assert (model.calls["rewrite"], model.closed["rewrite"], model.calls["answer"]) == (1, 1, 1)
    assert len(warnings) == 1
    assert warnings[0].startswith("Answering a question without rewriting it: ")
    assert "provider" not in caplog.text


async def test_when_the_rewritten_question_finds_nothing_the_original_is_searched(model: StepModel) -> None:
    model.scripts["rewrite"] = reply("What is the airspeed of an unladen swallow?")

    await answer("When does the Heron launch?", HISTORY)

    assert "28 April" in model.last_message("answer")
    assert "swallow" not in model.last_message("grade")


async def test_no_step_calls_the_model_while_the_breaker_is_open(model: StepModel) -> None:
    for _ in range(FAILURES):
        chat_model().breaker.failed()

    with pytest.raises(GenerationFailed):
        await answer("When does the Heron launch?", HISTORY)

    assert not model.calls


async def test_the_trial_call_is_the_one_for_the_answer(model: StepModel, monkeypatch: pytest.MonkeyPatch) -> None:
    breaker = chat_model().breaker
    for _ in range(FAILURES):
        breaker.failed()
    monkeypatch.setattr(breaker, "_clock", lambda: monotonic() + OPEN_SECONDS)

    parts = await answer("When does the Heron launch?", HISTORY)

    assert (parts.text, model.calls) == ("On 28 April [1].", {"answer": 1})
    assert not breaker.is_open


async def test_a_step_is_not_retried_and_its_failure_counts_once(model: StepModel) -> None:
    model.scripts["rewrite"] = model.scripts["grade"] = [ModelBusy("503", retry_after=0)]

    await answer(FOLLOW_UP, HISTORY)

    assert model.calls == {"rewrite": 1, "grade": 1, "answer": 1}
    assert not chat_model().breaker.is_open


async def test_every_call_reports_its_usage(model: StepModel) -> None:
    parts = await answer(FOLLOW_UP, HISTORY)

    usages = [part.usage for part in parts if isinstance(part, rag.Used | rag.Answered)]
    assert usages == [{"input_tokens": 10, "output_tokens": 1}] * 3
