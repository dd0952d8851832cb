"""A chat model whose script stands in the question, and that keeps a log of its calls: ``question`` writes both sides.

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

LOG_VARIABLE = "FAULTS_CALLS"
_SCRIPT = re.compile(r"k(\d+)p(\d+)w(\d+)z(\d+)(?:h(\d+))?(?:e(\d+))?(?:c(\d+))?(?:_(\w+))?\b")
_UPSTREAM = re.compile(r"k\d+[uv]([0-9a-f]+)\b")
_ABOUT = "When does the Heron launch?"
_BEFORE_SCRIPT = " {{ "


def question(
    number: int,
    *,
    words: int = 40,
    pace: int = 20,
    letters: int = 0,
    halt_at: int | None = None,
    error_at: int | None = None,
    cut_at: int | None = None,
    dies_when: str = "",
) -> str:
    """A question that is answered with ``words`` words, ``pace`` a second (0: at once), each marked with ``number``.

    The model falls silent (``halt_at``), fails (``error_at``) or ends without a finish reason (``cut_at``) after that
    many words. ``letters`` are added to every word. ``dies_when`` names a place (``failpoints``) at which the process
    ends. The script is one word, which hardly disturbs the search.
    """
    breaks = {"h": halt_at, "e": error_at, "c": cut_at}
    tail = "".join(f"{letter}{at}" for letter, at in breaks.items() if at is not None)
    return f"{_ABOUT} k{number}p{pace}w{words}z{letters}{tail}{dies_when and '_' + dies_when}"


def upstream_question(number: int, script: str, *, begun: bool = False) -> str:
    """A question that is passed on to the scripted upstream (``upstream_script.py``), with a script for it.

    Where the answer has ``begun`` before the upstream says a word, its failures do not make the site leave it alone.
    """
    return f"{_ABOUT} k{number}{'v' if begun else 'u'}{script.encode().hex()}"


def upstream_script(text: str) -> str:
    """The script for the upstream in a question; empty when it has none."""
    found = _UPSTREAM.search(text)
    return bytes.fromhex(found[1]).decode() if found else ""


def passed_on(message: str) -> str:
    """The question in the message that the upstream is sent."""
    return message.partition(_BEFORE_SCRIPT)[0]


def mark(text: str) -> str:
    """The mark of a question, which every word of its answer bears: ``k<number>``."""
    found = _SCRIPT.search(text)
    return f"k{found[1]}" if found else ""


def place_of(text: str) -> str:
    """The place at which the process of a question ends; empty when it need not."""
    found = _SCRIPT.search(text)
    return (found and found[8]) or ""


class Scripted:
    """Says what the question's script tells it to."""

    name = "scripted"

    async def stream(self, messages: Sequence[Message]) -> AsyncIterator[Delta]:
        """Yield the words at their pace. Every call for an answer is logged with its begin and its end.

        One that is made before it, to rewrite a question or to grade passages, plays no script and is no answer.
        """
        if messages[0].content != INSTRUCTIONS:
            yield Delta("[]" if messages[0].content == GRADING else _ABOUT, "stop")
            return
        asked = read_fence(messages[-1].content)[1]
        if told := upstream_script(asked):
            if preface := _preface(asked):
                yield Delta(preface)
            provider = await asyncio.to_thread(_provider)
            async for delta in provider.stream([Message("user", f"{asked}{_BEFORE_SCRIPT}{told} }}}}")]):
                yield delta
            return
        script = _SCRIPT.search(asked)
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
