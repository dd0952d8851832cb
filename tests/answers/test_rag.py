"""The steps from a question to its answer, with the demo recordings and the database's full-text search."""

from __future__ import annotations

import asyncio

import pytest
from pytest_django import Settings

from chat.answers import rag
from chat.answers.budget import tokens
from chat.database import in_database
from chat.errors import GenerationFailed, RetrievalFailed
from chat.llm import Delta, loaded_model
from chat.models import Phase, Recording
from chat.prompts import Exchange

from ..support.answering import ScriptedModel, answer, is_verbatim
from ..support.hearing import scope_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.usefixtures("recordings")
async def test_the_embedded_model_answers_with_quotes_that_are_in_the_recordings() -> None:
    await loaded_model()  # a busy machine needs seconds for it, and then the answer has phases more

    text, phases, answered = await answer("How much does the Heron cost?")

    assert "480 euros" in text
    assert "[1]" in text
    assert [citation.number for citation in answered.citations] == list(range(1, len(answered.citations) + 1))
    assert all(await asyncio.gather(*(in_database(is_verbatim, citation) for citation in answered.citations)))
    assert phases == ["waiting", "answering"]
    assert answered.finish_reason == "stop"


@pytest.mark.usefixtures("recordings")
async def test_a_follow_up_uses_the_conversation() -> None:
    question = "When does the Heron launch?"
    first_answer, _, _ = await answer(question)

    text, _, _ = await answer("And why not earlier than that?", [Exchange(question, first_answer)])

    assert "28 April" in text or "certificate" in text


async def test_only_the_recordings_of_the_filter_are_searched(recordings: dict[str, Recording]) -> None:
    only = recordings["Call with Brightmoor Water"]

    _, _, answered = await answer("Which Bluetooth and Heron plans are there for September?", recordings=[only.uuid])

    assert {citation.recording_title for citation in answered.citations} == {only.title}


@pytest.mark.usefixtures("recordings")
async def test_the_model_gets_the_history_and_the_passages(model: ScriptedModel) -> None:
    await answer("When does the Heron launch?", [Exchange("Hello?", "Hello.")])

    assert [message.role for message in model.messages] == ["system", "user", "assistant", "user"]
    assert "28 April" in model.messages[-1].content


@pytest.mark.usefixtures("recordings")
async def test_with_a_small_budget_the_model_gets_the_best_passage_and_the_newest_exchange(
    model: ScriptedModel, settings: Settings
) -> None:
    settings.CHAT_PROMPT_TOKENS = 1_000
    history = [Exchange("Hello?", "Hello."), Exchange("Who is here?", "Mara. " * 2_000)]

    await answer("When does the Heron launch?", history)

    assert [message.role for message in model.messages] == ["system", "user", "assistant", "user"]
    assert model.messages[2].content.startswith("Mara. Mara.")
    assert "28 April" in model.messages[-1].content
    assert sum(tokens(message.content) for message in model.messages) < 1_300


@pytest.mark.usefixtures("recordings")
async def test_a_stream_without_a_finish_reason_is_a_failure(model: ScriptedModel) -> None:
    model._deltas = (Delta("It launches"),)

    with pytest.raises(GenerationFailed):
        await answer("When does the Heron launch?")


@pytest.mark.usefixtures("recordings")
async def test_a_turn_reports_waiting_while_the_model_loads(
    model: ScriptedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_loaded = asyncio.Event()

    async def loaded_model() -> ScriptedModel:
        await is_loaded.wait()
        return model

    monkeypatch.setattr(rag, "loaded_model", loaded_model)
    monkeypatch.setattr(rag, "LOADING_SECONDS", 0.01)
    phases: list[Phase] = []
    scope = await in_database(scope_of)
    async for part in rag.answer("When does the Heron launch?", history=[], scope=scope):
        phases += [part] if isinstance(part, Phase) else []
        if phases == ["waiting"] * 3:
            is_loaded.set()

    assert phases[:3] == ["waiting"] * 3
    assert phases[-1] == "answering"


@pytest.mark.usefixtures("recordings")
@pytest.mark.parametrize(("reason", "fails"), [("stop", True), ("tool_calls", True), ("content_filter", False)])
async def test_an_empty_answer_is_a_failure_unless_the_page_shows_why(
    model: ScriptedModel, reason: str, fails: bool
) -> None:
    model._deltas = (Delta("", reason),)

    try:
        _, _, answered = await answer("When does the Heron launch?")
    except GenerationFailed:
        assert fails
    else:
        assert (answered.finish_reason, fails) == (reason, False)


@pytest.mark.usefixtures("recordings")
async def test_a_finish_reason_is_cleaned_and_cut_to_what_can_be_stored(model: ScriptedModel) -> None:
    model._deltas = (Delta("On 28 April.", "\x00stop" + "x" * 1000),)

    _, _, answered = await answer("When does the Heron launch?")

    assert answered.finish_reason == "stop" + "x" * 36


@pytest.mark.usefixtures("recordings")
async def test_an_endless_answer_is_cut(model: ScriptedModel) -> None:
    model._deltas = (Delta("x" * 150_000), Delta("x" * 150_000), Delta("never"))

    text, _, answered = await answer("When does the Heron launch?")

    assert len(text) == rag.ANSWER_LIMIT
    assert answered.finish_reason == "length"


@pytest.mark.usefixtures("recordings")
async def test_invisible_characters_never_reach_an_answer(model: ScriptedModel) -> None:
    model._deltas = (Delta("On\x00 \x1b[31m28\ud800 April\U000e0041."), Delta("", "stop"))

    text, _, _ = await answer("When does the Heron launch?")

    assert text == "On [31m28 April."


@pytest.mark.usefixtures("recordings")
async def test_any_exception_of_the_search_is_a_retrieval_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(rag, "retriever", broken)

    with pytest.raises(RetrievalFailed):
        await answer("When?")


@pytest.mark.parametrize(
    ("question", "searched"),
    [
        ("Who will pay for the recalibration of the probes?", "Who will pay for the recalibration of the probes?"),
        ("Why?", "Why?\nWhen is the launch?"),
        (
            "What does it mean for the warehouse in Rotterdam?",
            "What does it mean for the warehouse in Rotterdam?\nWhen is the launch?",
        ),
    ],
)
def test_a_follow_up_is_searched_with_the_question_before_it(question: str, searched: str) -> None:
    assert rag.search_text(question, [Exchange("When is the launch?", "In May.")]) == searched
