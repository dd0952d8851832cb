"""What an answer says when nothing was found, or nothing could be searched."""

from __future__ import annotations

import asyncio
from uuid import uuid4

import pytest
from pytest_django import Settings

from chat.answers.evaluation import Asked
from chat.database import in_database
from chat.models import Recording, Turn

from ..support.answering import ScriptedModel, answer, is_verbatim
from ..support.library import record

pytestmark = pytest.mark.django_db(transaction=True)


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


async def test_a_filter_of_recordings_that_are_gone_is_a_refusal_of_its_own(recordings: dict[str, Recording]) -> None:
    text, _, _ = await answer("When is the launch?", recordings=[uuid4()])

    assert text == "What you chose is no longer there, so there is nothing to search."


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
