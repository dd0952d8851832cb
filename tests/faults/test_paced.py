"""The scripted model of the fault suite, and the logs of its calls and of the upstream's."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from chat.prompts import Exchange, answer_prompt, rewrite_prompt

from ..support.test_upstream import asked
from ..support.upstream import Upstream
from . import paced, questions
from .history import read_calls
from .passed_on import calls_of

FIRST, SECOND = questions.question(1, words=3), questions.question(2, words=3)
ANSWER = "k1n1 k1n2 k1n3 [1]"


def test_the_log_of_calls_is_read_as_it_was_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(paced.LOG_VARIABLE, str(tmp_path / "calls"))

    paced.log_call(FIRST, "begun")
    paced.log_call(SECOND, "begun")
    paced.log_call(FIRST, "cancelled")

    assert [(call.question, call.how) for call in read_calls(tmp_path / "calls")] == [
        (FIRST, "cancelled"),
        (SECOND, ""),
    ]


async def test_the_script_of_a_question_is_played() -> None:
    script = questions.SCRIPT.search(questions.question(7, words=5, pace=0, letters=2, cut_at=2))
    assert script

    deltas = [delta async for delta in paced._play(*paced._numbers(script))]

    assert [delta.text for delta in deltas] == ["k7n1xx ", "k7n2xx "]


async def test_a_call_before_an_answer_plays_no_script_and_is_not_logged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(paced.LOG_VARIABLE, str(tmp_path / "calls"))
    question, history = questions.question(7, words=2, pace=0), [Exchange(FIRST, ANSWER)]

    rewritten = [delta async for delta in paced.Scripted().stream(rewrite_prompt(question, history))]
    answered = [delta async for delta in paced.Scripted().stream(answer_prompt(question, [], history))]

    assert [(delta.text, delta.finish_reason) for delta in rewritten] == [("When does the Heron launch?", "stop")]
    assert [delta.text for delta in answered] == ["k7n1 ", "k7n2 ", "[1]"]
    assert [(call.question, call.how) for call in read_calls(tmp_path / "calls")] == [(question, "finished")]


@pytest.mark.parametrize(
    ("script", "how"),
    [
        ("tokens 2; finish; usage; done", "finished"),
        ("tokens 2; finish; cut", "finished"),
        ("tokens 2; done", "broken off"),
        ("tokens 2; reset", "broken off"),
        ("cut_after 300; tokens 1; finish", "broken off"),
        ("status 503", "refused"),
        ("tokens 2; stall", "cancelled"),
    ],
)
async def test_a_call_of_the_upstream_is_converted_for_the_checker(script: str, how: str) -> None:
    question = questions.upstream_question(4, script)
    async with Upstream() as upstream, asked(upstream, f"{question} {{{{ {script} }}}}") as (reader, writer):
        await reader.read(1)
        if how == "cancelled":
            writer.close()
        await asyncio.wait_for(upstream.calls[0].over.wait(), 5)

        assert [(call.question, call.how) for call in calls_of(upstream)] == [(question, how)]
