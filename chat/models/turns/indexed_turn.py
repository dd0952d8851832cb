"""The words of an ended turn, in which its owner searches."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import TYPE_CHECKING

from django.db import models

from ...terms import words

if TYPE_CHECKING:
    from .answer import Citation
    from .turn import Turn

TEXT_LIMIT = 256 * 1024
"""Bytes of a turn that are indexed; PostgreSQL refuses a text whose index entry exceeds 1 MB."""

# With a class of characters first, a pattern is found in a fifth of the time.
_MARKER = re.compile(r"[\[*`~](?:(?<=\[)\d{1,4}\]|(?<!\[)[*`~]*)")
_ITEM = re.compile(r"^\s*[-+]\s+", re.MULTILINE)
_BLOCK = re.compile(r"[#|>][#|>]*")


class IndexedTurn(models.Model):
    """The words of a turn that the full text index holds as one document: of its question, answer and sources."""

    turn = models.OneToOneField("chat.Turn", on_delete=models.CASCADE, primary_key=True, related_name="indexed")
    text = models.TextField()

    def __str__(self) -> str:
        return f"{self.turn_id}"

    @classmethod
    def of(cls, turn: Turn, answer: str, citations: Iterable[Citation]) -> IndexedTurn:
        """Return the words of a turn, not stored yet."""
        return cls(turn_id=turn.pk, text=indexed_text(searched_texts(turn.question, answer, citations)))


def searched_texts(question: str, answer: str, citations: Iterable[Citation]) -> list[str]:
    """Return the texts of a turn in the order of its index entry: question, answer, and each source."""
    return [question, plain(answer), *map(source_text, citations)]


def searched(citations: Iterable[Citation], *, is_complete: bool) -> list[Citation]:
    """Return those citations that are searched: those that the page of the turn shows."""
    return [citation for citation in citations if citation.cited or is_complete]


def source_text(citation: Citation) -> str:
    """Return a source as it is searched: its recording, speaker and excerpt."""
    return " · ".join(filter(None, [citation.recording_title, citation.speaker, citation.excerpt]))


def plain(answer: str) -> str:
    """Return an answer without the numbers of its sources and the signs of Markdown."""
    text = _MARKER.sub("", answer)
    if "-" in text or "+" in text:
        text = _ITEM.sub(" ", text)
    return _BLOCK.sub(" ", text)


def indexed_text(texts: Sequence[str]) -> str:
    """Return the words of these texts, as many of the first ones as fit into ``TEXT_LIMIT`` bytes."""
    encoded = " ".join(chain.from_iterable(map(words, texts))).encode()
    if len(encoded) <= TEXT_LIMIT:
        return encoded.decode()
    return encoded[:TEXT_LIMIT].decode(errors="ignore").rpartition(" ")[0]
