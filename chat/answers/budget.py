"""Selection of the conversation and the passages that fit into a prompt of ``CHAT_PROMPT_TOKENS``, as estimated."""

from __future__ import annotations

import sys
from bisect import bisect_left
from collections.abc import Sequence
from copy import copy
from dataclasses import replace

from django.conf import settings

from ..models.daily_use import BYTES_PER_TOKEN, estimated_tokens
from ..passages import Passage
from ..prompts import INSTRUCTIONS, Exchange, passage_line

MESSAGE_TOKENS = 8
"""Tokens of a message besides its text: its role, and the tags and words around a fence."""
HISTORY_SHARE = 4
"""The conversation gets at most 1/``HISTORY_SHARE`` of the room; the passages get the rest."""
LEAST_ROOM = 1_000
"""Minimum of tokens for conversation and passages, however long the question: no answer without a passage."""


def tokens(text: str) -> int:
    """Return the estimated number of tokens in a text. A prompt may have twice as many: see docs/answers.md."""
    return estimated_tokens(text)


def room_beside(question: str) -> int:
    """Return how many tokens a prompt has for conversation and passages. The question itself is never cut."""
    if not settings.CHAT_PROMPT_TOKENS:
        return sys.maxsize
    budget = int(settings.CHAT_PROMPT_TOKENS)
    return max(LEAST_ROOM, budget - tokens(INSTRUCTIONS) - tokens(question) - 2 * MESSAGE_TOKENS)


def newest(history: Sequence[Exchange], room: int) -> list[Exchange]:
    """Return the newest exchanges that fit, oldest first; the answer of the oldest one may be cut at its end."""
    kept: list[Exchange] = []
    for exchange in reversed(history):
        cut = _cut_exchange(exchange, room)
        if cut:
            kept.insert(0, cut)
            room -= cost([cut])
        if cut is not exchange:
            break
    return kept


def best(passages: Sequence[Passage], room: int) -> list[Passage]:
    """Return the best passages that fit, the best first; the last one may be cut at its end."""
    kept: list[Passage] = []
    for number, passage in enumerate(passages, 1):
        whole = tokens(passage_line(number, passage))
        if whole > room:
            cut = _cut_passage(number, passage, room)
            return [*kept, cut] if cut else kept
        kept.append(passage)
        room -= whole
    return kept


def cost(history: Sequence[Exchange]) -> int:
    """Return the estimated tokens of these exchanges in a prompt."""
    return sum(tokens(e.question) + tokens(e.answer) + 2 * MESSAGE_TOKENS for e in history)


def of_prompt(question: str, history: Sequence[Exchange], passages: Sequence[Passage]) -> int:
    """Return the estimated tokens of the prompt for an answer, of which ``history`` is what may be cut."""
    kept = newest(history, room_beside(question) // HISTORY_SHARE)
    lines = sum(tokens(passage_line(number, passage)) for number, passage in enumerate(passages, 1))
    return tokens(INSTRUCTIONS) + tokens(question) + 2 * MESSAGE_TOKENS + cost(kept) + lines


def _cut_exchange(exchange: Exchange, room: int) -> Exchange | None:
    room -= tokens(exchange.question) + 2 * MESSAGE_TOKENS
    if tokens(exchange.answer) <= room:
        return exchange
    answer = _beginning(exchange.answer, room)
    return replace(exchange, answer=answer) if answer else None


def _cut_passage(number: int, passage: Passage, room: int) -> Passage | None:
    """Return a passage that is too long with the segments that fit, or else with the beginning of its first one."""

    def is_too_long(count: int) -> bool:
        return tokens(passage_line(number, replace(passage, segments=passage.segments[:count]))) > room

    count = bisect_left(range(1, len(passage.segments)), True, key=is_too_long)
    if count:
        return replace(passage, segments=passage.segments[:count])
    return _cut_segment(number, replace(passage, segments=passage.segments[:1]), room)


def _cut_segment(number: int, passage: Passage, room: int) -> Passage | None:
    """Return a passage whose only segment is too long with as much of its text as fits, or a little less."""
    segment = copy(passage.segments[0])  # never stored; the answer can cite only what was in the prompt
    cut = replace(passage, segments=(segment,))
    while segment.text and (length := tokens(passage_line(number, cut))) > room:
        segment.text = _beginning(segment.text, tokens(segment.text) * room // length)  # shorter each time
        cut = replace(cut)  # which knows no JSON of the longer text
    return cut if segment.text else None


def _beginning(text: str, room: int) -> str:
    """Return as much of the beginning of a text as fits."""
    return text.encode(errors="replace")[: max(0, room) * BYTES_PER_TOKEN].decode(errors="ignore")
