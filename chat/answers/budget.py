"""How much of a conversation and of what was found goes into a prompt: ``CHAT_PROMPT_TOKENS``, estimated."""

from __future__ import annotations

import sys
from bisect import bisect_left
from collections.abc import Sequence
from copy import copy
from dataclasses import replace

from django.conf import settings

from ..passages import Passage
from ..prompts import INSTRUCTIONS, Exchange, passage_line

BYTES_PER_TOKEN = 4
"""Of UTF-8. English has 4 to 5, so the estimate is a little high there; text of digits, names or Chinese has down to 2,
so a prompt may be twice as long as estimated: docs/answers.md says what follows."""
MESSAGE_TOKENS = 8
"""What a message costs beside its text: its role, and the tags and words around a fence."""
HISTORY_SHARE = 4
"""The conversation gets one part in so many; what it leaves goes to the passages."""
LEAST_ROOM = 1_000
"""Tokens for conversation and passages beside a question that leaves less: without a passage there is no answer."""


def tokens(text: str) -> int:
    """About how many tokens a text has."""
    return -(-len(text.encode(errors="replace")) // BYTES_PER_TOKEN)


def room_beside(question: str) -> int:
    """Tokens that a prompt has for conversation and passages. The question itself is never cut."""
    if not settings.CHAT_PROMPT_TOKENS:
        return sys.maxsize
    budget = int(settings.CHAT_PROMPT_TOKENS)
    return max(LEAST_ROOM, budget - tokens(INSTRUCTIONS) - tokens(question) - 2 * MESSAGE_TOKENS)


def newest(history: Sequence[Exchange], room: int) -> list[Exchange]:
    """The newest exchanges that have room, oldest first; of the last of them perhaps only how its answer begins."""
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
    """The best passages that have room, the best first; of the last of them perhaps only how it begins."""
    kept: list[Passage] = []
    for number, passage in enumerate(passages, 1):
        cut = _cut_passage(number, passage, room)
        if cut:
            kept.append(cut)
            room -= tokens(passage_line(number, cut))
        if cut is not passage:
            break
    return kept


def cost(history: Sequence[Exchange]) -> int:
    """Tokens of these exchanges in a prompt."""
    return sum(tokens(e.question) + tokens(e.answer) + 2 * MESSAGE_TOKENS for e in history)


def _cut_exchange(exchange: Exchange, room: int) -> Exchange | None:
    room -= tokens(exchange.question) + 2 * MESSAGE_TOKENS
    if tokens(exchange.answer) <= room:
        return exchange
    answer = _beginning(exchange.answer, room)
    return replace(exchange, answer=answer) if answer else None


def _cut_passage(number: int, passage: Passage, room: int) -> Passage | None:
    """As many of its segments as have room; of the first one, where it is too long by itself, the beginning."""

    def is_too_long(count: int) -> bool:
        return tokens(passage_line(number, replace(passage, segments=passage.segments[:count]))) > room

    count = bisect_left(range(1, len(passage.segments) + 1), True, key=is_too_long)
    if count == len(passage.segments):
        return passage
    if count:
        return replace(passage, segments=passage.segments[:count])
    return _cut_segment(number, replace(passage, segments=passage.segments[:1]), room)


def _cut_segment(number: int, passage: Passage, room: int) -> Passage | None:
    """A passage of one segment that is too long, with as much of its text as has room, or a little less."""
    segment = copy(passage.segments[0])  # never stored; what is cited of it was in the prompt
    cut = replace(passage, segments=(segment,))
    while segment.text and (length := tokens(passage_line(number, cut))) > room:
        segment.text = _beginning(segment.text, tokens(segment.text) * room // length)  # shorter each time
    return cut if segment.text else None


def _beginning(text: str, room: int) -> str:
    """As much of a text as has room."""
    return text.encode(errors="replace")[: max(0, room) * BYTES_PER_TOKEN].decode(errors="ignore")
