"""A chat model whose script stands in the question (``questions.py``), and that keeps a log of its calls.

The log outlives the process that it is about, so it tells what a killed one had begun.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import time
from collections.abc import AsyncIterator, Sequence
from functools import cache

from chat.errors import GenerationFailed
from chat.llm import ChatModel, Delta
from chat.prompts import GRADING, INSTRUCTIONS, Message, read_fence

from . import failpoints
from .questions import ABOUT, SCRIPT, for_upstream, place_of, upstream_script

LOG_VARIABLE = "FAULTS_CALLS"


class Scripted:
    """Says what the question's script tells it to."""

    name = "scripted"

    async def stream(self, messages: Sequence[Message]) -> AsyncIterator[Delta]:
        """Yield the words at their pace. Every call for an answer is logged with its begin and its end.

        One that is made before it, to rewrite a question or to grade passages, plays no script and is no answer.
        """
        if messages[0].content != INSTRUCTIONS:
            yield Delta("[]" if messages[0].content == GRADING else ABOUT, "stop")
            return
        asked = read_fence(messages[-1].content)[1]
        if told := upstream_script(asked):
            if preface := _preface(asked):
                yield Delta(preface)
            provider = await asyncio.to_thread(_provider)
            async for delta in provider.stream([Message("user", for_upstream(asked, told))]):
                yield delta
            return
        script = SCRIPT.search(asked)
        if script is None:
            raise GenerationFailed("the question has no script")
        note(asked, "begun", tasks=len(asyncio.all_tasks()))
        how = "cancelled"
        try:
            async for delta in _say(*_numbers(script)):
                if delta.finish_reason:
                    how = "finished"
                    note(asked, how)  # before the turn can end: what comes next may begin at once
                yield delta
            how = how if how == "finished" else "broken off"
        except GenerationFailed:
            how = "failed"
            raise
        finally:
            if how != "finished":
                note(asked, how)


def _numbers(script: re.Match[str]) -> list[int | None]:
    """What ``_say`` takes."""
    return [int(part) if part else None for part in script.groups()[:7]]


def _preface(asked: str) -> str:
    """What is said before the upstream says a word; to load its client takes seconds, which is not its silence."""
    if re.search(r"k\d+v", asked):
        return "So: "
    return "" if _provider.cache_info().currsize else "Loading. "


@cache
def _provider() -> ChatModel:
    """The OpenAI-compatible model that the settings of the site name; imported when it is first asked."""
    from chat.llm.openai import provide

    return provide("fake")


async def _say(
    number: int | None,
    pace: int | None,
    words: int | None,
    letters: int | None,
    halt_at: int | None,
    error_at: int | None,
    cut_at: int | None,
) -> AsyncIterator[Delta]:
    for said in range(words or 0):
        if said == halt_at:
            await asyncio.sleep(3600)
        if said == error_at:
            raise GenerationFailed("as the script says: the secret of the provider")
        if said == cut_at:
            return
        yield Delta(f"k{number}n{said + 1}{'x' * (letters or 0)}" + ("\n\n" if said % 25 == 24 else " "))
        await asyncio.sleep(1 / pace if pace else 0)
    yield Delta("[1]", "stop")


def note(asked: str, what: str, *, tasks: int = 0) -> None:
    """One line of the log; short enough to be written in one piece by several processes."""
    line = {"at": time.monotonic(), "pid": os.getpid(), "question": asked, "what": what, "tasks": tasks}
    log = os.open(os.environ[LOG_VARIABLE], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    try:
        os.write(log, json.dumps(line).encode() + b"\n")
    finally:
        os.close(log)


def scripted() -> ChatModel:
    """For ``CHAT_MODEL=python:tests.faults.paced:scripted``."""
    failpoints.install(place_of)
    return Scripted()
