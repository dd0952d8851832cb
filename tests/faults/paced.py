"""A chat model that plays the script in the question (``questions.py``), and logs its calls.

The log survives its process, so it shows which calls a killed process had begun.
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
CITED_EVERY = 5
"""Words after which an answer cites one of the first three passages, so that a broken one shows markers, too."""


class Scripted:
    """Plays the question's script."""

    name = "scripted"

    async def stream(self, messages: Sequence[Message]) -> AsyncIterator[Delta]:
        """Yield the words at their pace, and log the start and the end of every call for an answer.

        Calls before it, to rewrite a question or to grade passages, play no script and are not logged.
        """
        if messages[0].content != INSTRUCTIONS:
            yield Delta("[]" if messages[0].content == GRADING else ABOUT, "stop")
            return
        question = read_fence(messages[-1].content)[1]
        if script_for_upstream := upstream_script(question):
            if preface := _preface(question):
                yield Delta(preface)
            provider = await asyncio.to_thread(_provider)
            async for delta in provider.stream([Message("user", for_upstream(question, script_for_upstream))]):
                yield delta
            return
        script = SCRIPT.search(question)
        if script is None:
            raise GenerationFailed("the question has no script")
        log_call(question, "begun", tasks=len(asyncio.all_tasks()))
        how = "cancelled"
        try:
            async for delta in _play(*_numbers(script)):
                if delta.finish_reason:
                    how = "finished"
                    log_call(question, how)  # before the turn can end, because the next call may begin at once
                yield delta
            how = how if how == "finished" else "broken off"
        except GenerationFailed:
            how = "failed"
            raise
        finally:
            if how != "finished":
                log_call(question, how)


def _numbers(script: re.Match[str]) -> list[int | None]:
    """Return the arguments of ``_play``."""
    return [int(part) if part else None for part in script.groups()[:7]]


def _preface(question: str) -> str:
    """Return text to yield before the upstream is called: loading its client takes seconds, which are no silence."""
    if re.search(r"k\d+v", question):
        return "So: "
    return "" if _provider.cache_info().currsize else "Loading. "


@cache
def _provider() -> ChatModel:
    """Return the OpenAI-compatible model of the site's settings; import it on first use."""
    from chat.llm.openai import provide

    return provide("fake")


async def _play(
    number: int | None,
    pace: int | None,
    words: int | None,
    letters: int | None,
    halt_at: int | None,
    error_at: int | None,
    cut_at: int | None,
) -> AsyncIterator[Delta]:
    for place in range(words or 0):
        if place == halt_at:
            await asyncio.sleep(3600)
        if place == error_at:
            raise GenerationFailed("as the script says: the secret of the provider")
        if place == cut_at:
            return
        marker = f" [{place // CITED_EVERY % 3 + 1}]" if place % CITED_EVERY == CITED_EVERY - 1 else ""
        word = f"k{number}n{place + 1}{'x' * (letters or 0)}"
        yield Delta(word + marker + ("\n\n" if place % 25 == 24 else " "))
        await asyncio.sleep(1 / pace if pace else 0)
    yield Delta("[1]", "stop")


def log_call(question: str, what: str, *, tasks: int = 0) -> None:
    """Append a line to the log; it is short enough for an atomic write by one of several processes."""
    line = {"at": time.monotonic(), "pid": os.getpid(), "question": question, "what": what, "tasks": tasks}
    log = os.open(os.environ[LOG_VARIABLE], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    try:
        os.write(log, json.dumps(line).encode() + b"\n")
    finally:
        os.close(log)


def scripted() -> ChatModel:
    """Return the model for ``CHAT_MODEL=python:tests.faults.paced:scripted``, and install the failpoints."""
    failpoints.install(place_of)
    return Scripted()
