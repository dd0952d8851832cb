"""The embedded chat model, through LangChain's interface."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage

from chat.llm.embedded import QUOTES, QuotingModel, quote
from chat.models import Recording, Segment
from chat.passages import Passage
from chat.prompts import answer_prompt


def passage(*lines: tuple[str, str]) -> Passage:
    recording = Recording(pk=1, title="Launch")
    segments = [
        Segment(recording=recording, number=n, speaker=who, text=text) for n, (who, text) in enumerate(lines, 1)
    ]
    return Passage(recording=recording, segments=tuple(segments), score=1, relevance=1)


def prompt(question: str, *passages: Passage) -> list[BaseMessage]:
    return [HumanMessage(answer_prompt(question, passages, [])[-1].content)]


MEETING = passage(
    ("Mara", "Good morning. Today we settle the launch."),
    ("Tom", "When do we launch the Heron?"),
    ("Mara", "On 28 April."),
    ("Tom", "The warehouse has a new roof."),
)


def test_it_quotes_the_sentences_that_answer_with_their_speakers_and_markers() -> None:
    text = quote(prompt("When does the Heron launch?", MEETING))

    assert "- **Tom:** “When do we launch the Heron?” [1]" in text
    assert "roof" not in text


def test_the_reply_to_a_quoted_question_is_quoted_too() -> None:
    assert "- **Mara:** “On 28 April.” [1]" in quote(prompt("When does the Heron launch?", MEETING))


def test_a_sentence_that_two_passages_share_is_quoted_once() -> None:
    assert quote(prompt("When does the Heron launch?", MEETING, MEETING)).count("When do we launch") == 1


def test_markdown_in_a_transcript_is_escaped() -> None:
    markup = passage(("*Eve*", "Launch [now](http://evil) with <b>bold</b> `code` [1]."))

    text = quote(prompt("Launch now", markup))

    assert "\\[now\\](http://evil)" in text
    assert "\\<b\\>" in text
    assert "**\\*Eve\\*:**" in text


def test_without_anything_to_quote_it_says_so() -> None:
    assert quote([HumanMessage("When?")]) == "The recordings do not say."


async def test_it_streams_what_it_generates_with_finish_reason_and_usage() -> None:
    model = QuotingModel()
    messages = [SystemMessage("Answer."), AIMessage("Hello."), *prompt("When does the Heron launch?", MEETING)]

    chunks = [chunk async for chunk in model.astream(messages)]

    assert "".join(str(chunk.content) for chunk in chunks) == str(model.invoke(messages).content)
    assert len(chunks) > 5
    assert [chunk.response_metadata["finish_reason"] for chunk in chunks if chunk.response_metadata] == ["stop"]
    assert any(chunk.usage_metadata for chunk in chunks)


@settings(max_examples=50)
@given(st.text(max_size=40), st.lists(st.tuples(st.text(max_size=10), st.text(max_size=80)), min_size=1, max_size=5))
def test_any_question_and_any_transcript_give_an_answer_of_few_quotes(
    question: str, lines: list[tuple[str, str]]
) -> None:
    text = quote(prompt(question, passage(*lines)))

    assert text == "The recordings do not say." or 1 <= text.count("” [1]") <= QUOTES


@pytest.mark.process
def test_nothing_heavy_is_imported_before_the_first_question() -> None:
    heavy = ("langchain_core", "pydantic", "numpy", "openai")
    code = f"import sys, chatsite.asgi; print([name for name in {heavy} if name in sys.modules])"
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "chatsite.settings"}

    printed = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)

    assert printed.stdout.strip() == "[]"
