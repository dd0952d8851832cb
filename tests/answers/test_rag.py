"""The steps from a question to its answer, with the demo recordings and the database's full-text search."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from uuid import UUID, uuid4

import pytest
from pytest_django import Settings

from chat.answers import rag
from chat.answers.budget import tokens
from chat.answers.evaluation import Asked
from chat.database import in_database
from chat.errors import GenerationFailed, RetrievalFailed
from chat.llm import Delta, loaded_model
from chat.models import Citation, Phase, Recording, Segment, Turn
from chat.prompts import Exchange, Message
from chat.upkeep import demo

from ..support.library import record

pytestmark = pytest.mark.django_db(transaction=True)


class ScriptedModel:
    """A chat model that yields the given deltas, and records the messages that it got."""

    name = "scripted"

    def __init__(self, *deltas: Delta | Exception) -> None:
        self.messages: Sequence[Message] = ()
        self._deltas = deltas

    async def stream(self, messages: Sequence[Message]) -> AsyncIterator[Delta]:
        self.messages = messages
        for delta in self._deltas:
            if isinstance(delta, Exception):
                raise delta
            yield delta


@pytest.fixture
def recordings(db: None) -> dict[str, Recording]:
    demo.load()
    return {recording.title: recording for recording in Recording.objects.all()}


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> ScriptedModel:
    """A model whose deltas a test replaces."""
    model = ScriptedModel(Delta("On 28 April [1]."), Delta("", "stop", {"output_tokens": 4}))

    async def loaded_model() -> ScriptedModel:
        return model

    monkeypatch.setattr(rag, "loaded_model", loaded_model)
    return model


async def answer(
    question: str, history: Sequence[Exchange] = (), recordings: Sequence[UUID] = ()
) -> tuple[str, list[Phase], rag.Answered]:
    parts = [part async for part in rag.answer(question, history=history, recordings=recordings)]
    text = "".join(part for part in parts if isinstance(part, str) and not isinstance(part, Phase))
    assert isinstance(parts[-1], rag.Answered)
    return text, [part for part in parts if isinstance(part, Phase)], parts[-1]


def is_verbatim(citation: Citation) -> bool:
    segment = Segment.objects.get(recording=citation.recording, number=citation.segment)
    return citation.excerpt in segment.text and citation.speaker == segment.speaker


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


async def test_a_refusal_says_first_what_was_searched_and_cites_the_nearest_passages(
    recordings: dict[str, Recording], model: ScriptedModel
) -> None:
    text, _, answered = await answer("What is the airspeed of an unladen swallow?")

    assert text.splitlines()[0] == "I searched all 3 recordings and found nothing that answers this."
    assert "nearest passages" in text
    assert answered.finish_reason == Turn.NOTHING_FOUND
    assert [f"[{citation.number}]" in text for citation in answered.citations] == [True] * len(answered.citations)
    assert answered.citations
    assert all(await asyncio.gather(*(in_database(is_verbatim, citation) for citation in answered.citations)))
    assert not model.messages


async def test_a_refusal_quotes_nothing_but_what_was_said(db: None) -> None:
    await in_database(record, "Harbour council", f"Ana: The swallow {'came back to the harbour ' * 20}in May.")

    text, _, answered = await answer("What is the airspeed of an unladen swallow?")

    asked = Asked(text, answered.citations, "", 1.0)
    assert answered.finish_reason == Turn.NOTHING_FOUND
    assert (len(asked.quotes()), asked.lost_quotes()) == (1, 0)
    assert text.endswith("back to the” … [1]")


@pytest.mark.parametrize(
    ("count", "named"),
    [
        (1, "I searched **Call with Brightmoor Water** and found"),
        (2, "I searched **Call with Brightmoor Water** and **Heron launch planning** and found"),
        (3, "I searched **Call with Brightmoor Water**, **Heron launch planning** and one more recording and found"),
    ],
)
async def test_a_refusal_with_a_filter_names_the_recordings(
    recordings: dict[str, Recording], count: int, named: str
) -> None:
    chosen = [recordings[title].uuid for title in sorted(recordings)[:count]]

    text, _, _ = await answer("What is the airspeed of an unladen swallow?", recordings=chosen)

    assert text.splitlines()[0] == f"{named} nothing that answers this."


async def test_a_filter_of_deleted_recordings_is_a_refusal_of_its_own(recordings: dict[str, Recording]) -> None:
    text, _, _ = await answer("When is the launch?", recordings=[uuid4()])

    assert text == "The recordings that you chose have been deleted, so there is nothing to search."


@pytest.mark.usefixtures("recordings")
async def test_a_model_that_thinks_sees_whatever_was_found(model: ScriptedModel, settings: Settings) -> None:
    settings.CHAT_MODEL = "openai:scripted"

    text, _, answered = await answer("What is the airspeed of an unladen swallow?")

    assert text == "On 28 April [1]."
    assert model.messages
    assert answered.finish_reason == "stop"


@pytest.mark.usefixtures("recordings")
async def test_without_any_passage_no_model_is_asked(model: ScriptedModel, settings: Settings) -> None:
    settings.CHAT_MODEL = "openai:scripted"

    _, _, answered = await answer("Xylophone?")

    assert (answered.finish_reason, answered.citations, model.messages) == (Turn.NOTHING_FOUND, [], ())


async def test_without_recordings_the_answer_says_so() -> None:
    text, _, _ = await answer("When is the launch?")

    assert text == "There are no recordings to search yet."


@pytest.mark.usefixtures("recordings")
async def test_only_cited_passages_become_citations(model: ScriptedModel) -> None:
    model._deltas = (Delta("It launches on 28 April [2"), Delta("] and not [77]."), Delta("", "stop"))

    text, _, answered = await answer("When does the Heron launch?")

    assert text == "It launches on 28 April [1] and not."
    assert len(answered.citations) == 1


@pytest.mark.usefixtures("recordings")
@pytest.mark.parametrize("said", ["[12, 13]", "[9]", "[0][77]", " 【9†source】", "[source 12]"])
async def test_an_answer_of_nothing_but_wrong_markers_is_shown_as_it_came(model: ScriptedModel, said: str) -> None:
    model._deltas = (*map(Delta, said), Delta("", "stop"))

    text, _, answered = await answer("When does the Heron launch?")

    assert text == said.strip()
    assert answered.citations
    assert not any(citation.cited for citation in answered.citations)


@pytest.mark.usefixtures("recordings")
async def test_numbers_in_parentheses_are_edited_only_if_there_is_no_other_marker(model: ScriptedModel) -> None:
    model._deltas = (Delta("On 28 April (2), at 480 (1)."), Delta("", "stop"))
    _, _, alone = await answer("When does the Heron launch?")
    model._deltas = (Delta("On 28 April (2), at 480 [1]."), Delta("", "stop"))
    _, _, beside = await answer("When does the Heron launch?")

    assert [(edit.start, edit.text) for edit in alone.edits] == [(12, "[1]"), (24, "[2]")]
    assert ([citation.cited for citation in alone.citations], list(beside.edits)) == ([True, True], [])


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
    async for part in rag.answer("When does the Heron launch?", history=[], recordings=[]):
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
async def test_a_citation_comes_directly_before_the_text_that_shows_its_marker(model: ScriptedModel) -> None:
    model._deltas = (Delta("On 28 April [2"), Delta("], they say."), Delta(" Not in May [1].", "stop"))

    parts = [part async for part in rag.answer("When does the Heron launch?", history=[], recordings=[])]

    kinds = [type(part).__name__ for part in parts if not isinstance(part, Phase)]
    assert kinds == ["Found", "str", "Citation", "str", "Citation", "str", "Answered"]
    text = "".join(part for part in parts if isinstance(part, str) and not isinstance(part, Phase))
    cited = [part for part in parts if isinstance(part, Citation)]
    assert [text[: citation.shown_at] for citation in cited] == [
        "On 28 April [1]",
        "On 28 April [1], they say. Not in May [2]",
    ]


@pytest.mark.usefixtures("recordings")
async def test_a_marker_beyond_the_length_limit_is_not_shown(model: ScriptedModel) -> None:
    model._deltas = (Delta("x" * (rag.ANSWER_LIMIT - 2) + " [1]"), Delta("", "stop"))

    text, _, answered = await answer("When does the Heron launch?")

    assert len(text) == rag.ANSWER_LIMIT
    assert all(citation.shown_at > len(text) for citation in answered.citations)


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


@pytest.mark.usefixtures("recordings")
async def test_an_answer_that_cites_nothing_has_the_passages_that_the_model_got(model: ScriptedModel) -> None:
    model._deltas = (Delta("On 28 April, according to passage 1."), Delta("", "stop"))

    text, _, answered = await answer("When does the Heron launch?")

    assert text == "On 28 April, according to passage 1."
    assert answered.citations
    assert not any(citation.cited for citation in answered.citations)
    assert [citation.number for citation in answered.citations] == list(range(1, len(answered.citations) + 1))


@pytest.mark.usefixtures("recordings")
async def test_an_answer_that_cites_has_no_other_passages(model: ScriptedModel) -> None:
    assert [citation.cited for citation in (await answer("When does the Heron launch?"))[2].citations] == [True]
