"""The citations of an answer: which passages it has, and when they come."""

from __future__ import annotations

import pytest

from chat.answers import rag
from chat.database import in_database
from chat.llm import Delta
from chat.models import Citation, Phase

from ..support.answering import ScriptedModel, answer
from ..support.hearing import scope_of

pytestmark = pytest.mark.django_db(transaction=True)


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
async def test_a_citation_comes_directly_before_the_text_that_shows_its_marker(model: ScriptedModel) -> None:
    model._deltas = (Delta("On 28 April [2"), Delta("], they say."), Delta(" Not in May [1].", "stop"))

    scope = await in_database(scope_of)
    parts = [part async for part in rag.answer("When does the Heron launch?", history=[], scope=scope)]

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
