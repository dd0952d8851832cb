"""A chat model without credentials or network: it answers by quoting the passages that it gets."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from math import log
from typing import Any

from django.conf import settings
from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.messages.ai import UsageMetadata
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from typing_extensions import override

from ..prompts import read_fence
from ..terms import terms
from .langchain import LangChainModel

QUOTES = 4
"""Maximum of sentences in an answer."""
SENTENCE_LIMIT = 400
"""Maximum of characters quoted from one sentence."""

_OPENING_WORDS = 6
"""Minimum of words in a sentence that can open a passage."""
_SENTENCE = re.compile(r"[^.!?…\n]+(?:[.!?…]+[\"”’)]*|\n|$)")
_TOKEN = re.compile(r"\S+\s*|\s+")
_MARKDOWN = re.compile(r"([\\`*_\[\]<>#|~])")


@dataclass(frozen=True)
class Sentence:
    """A sentence with its position: the passage (from 1), the segment in it, and the place in that."""

    passage: int
    segment: int
    place: int
    speaker: str
    text: str


class QuotingModel(BaseChatModel):
    """A model that quotes the sentences which answer the question best, each with the marker of its passage.

    It reads nothing but the messages of ``prompts.answer_prompt``. ``words_per_second`` slows its stream to the pace of
    a reader; 0 streams at full speed.
    """

    words_per_second: float = 0.0

    @property
    @override
    def _llm_type(self) -> str:
        return "chatsite-embedded"

    @override
    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,  # LangChain's interface allows any
    ) -> ChatResult:
        *words, last = [chunk.message for chunk in self._chunks(messages)]
        usage = last.usage_metadata if isinstance(last, AIMessageChunk) else None
        message = AIMessage("".join(str(word.content) for word in words), usage_metadata=usage)
        return ChatResult(generations=[ChatGeneration(message=message)])

    @override
    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        yield from self._chunks(messages)

    @override
    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        pause = 1 / self.words_per_second if self.words_per_second > 0 else 0
        for chunk in await asyncio.to_thread(lambda: list(self._chunks(messages))):
            yield chunk
            await asyncio.sleep(pause)

    def _chunks(self, messages: list[BaseMessage]) -> Iterator[ChatGenerationChunk]:
        tokens = _TOKEN.findall(quote(messages))
        read = sum(len(_TOKEN.findall(str(message.content))) for message in messages)
        usage = UsageMetadata(input_tokens=read, output_tokens=len(tokens), total_tokens=read + len(tokens))
        for token in tokens:
            yield ChatGenerationChunk(message=AIMessageChunk(content=token))
        yield ChatGenerationChunk(
            message=AIMessageChunk(content="", usage_metadata=usage, response_metadata={"finish_reason": "stop"})
        )


def provide(_name: str) -> LangChainModel:
    """Return the embedded model, which streams at ``CHAT_EMBEDDED_WORDS_PER_SECOND``."""
    return LangChainModel(QuotingModel(words_per_second=settings.CHAT_EMBEDDED_WORDS_PER_SECOND), name="embedded")


def quote(messages: list[BaseMessage]) -> str:
    """Return the answer: the best sentences in the order of the passages, as a Markdown list with markers."""
    passages, question = read_fence(str(messages[-1].content))
    earlier = [str(message.content) for message in messages[:-1] if message.type == "human"]
    best = _best(_sentences(passages), question, earlier[-1] if earlier else "")
    if not best:
        return "The recordings do not say."
    return "The recordings say:\n\n" + "\n".join(map(_line, best))


def _line(sentence: Sentence) -> str:
    speaker = f"**{_literal(sentence.speaker)}:** " if sentence.speaker else ""
    return f"- {speaker}“{_literal(sentence.text)}” [{sentence.passage}]"


def _sentences(passages: list[dict[str, Any]]) -> list[Sentence]:
    sentences = []
    for passage in passages:
        for number, segment in enumerate(passage["said"]):
            for place, text in enumerate(_split(segment["text"])):
                sentences.append(Sentence(passage["n"], number, place, segment["speaker"], text[:SENTENCE_LIMIT]))
    return sentences


def _split(text: str) -> list[str]:
    """Split a text into sentences; join one of one or two words to the next: “Decided. We ship in May.”"""
    sentences: list[str] = []
    short = ""
    for match in _SENTENCE.finditer(text):
        sentence = short + match[0]
        short = sentence if len(sentence.split()) <= 2 else ""
        if not short:
            sentences.append(sentence.strip())
    return [*sentences, short.strip()] if short.strip() else sentences


def _best(sentences: list[Sentence], question: str, earlier: str) -> list[Sentence]:
    """Return up to ``QUOTES`` sentences that answer the question best, in the order of the passages.

    The score of a sentence is the weight of the terms that it shares with the question: rarer terms weigh more, terms
    of the ``earlier`` question less. Part of it goes to the next sentence as well, because answers follow questions.
    """
    term_counts = [Counter(terms(f"{sentence.speaker} {sentence.text}")) for sentence in sentences]
    frequency = Counter(term for counts in term_counts for term in counts)
    asked = dict.fromkeys(terms(earlier), 0.4) | dict.fromkeys(terms(question), 1.0)
    weights = {
        term: share * log(1 + len(sentences) / frequency[term]) for term, share in asked.items() if term in frequency
    }
    scores = [_score(sentence, counts, weights) for sentence, counts in zip(sentences, term_counts, strict=True)]
    for index in range(len(scores) - 1, 0, -1):
        if sentences[index - 1].passage == sentences[index].passage:
            scores[index] += scores[index - 1] * (0.6 if sentences[index - 1].text.endswith("?") else 0.2)
    if not weights:
        return _pick(_openings(sentences))
    ranked = sorted(range(len(scores)), key=lambda index: (-scores[index], index))
    return _pick([sentences[index] for index in ranked if scores[index] >= 0.5 * scores[ranked[0]] > 0])


def _openings(sentences: list[Sentence]) -> list[Sentence]:
    """Return the first sentence of some length in each passage, for a question without a term to look for.

    An example is "What was this about?".
    """
    openings: dict[int, Sentence] = {}
    for sentence in sentences:
        if len(sentence.text.split()) >= _OPENING_WORDS:
            openings.setdefault(sentence.passage, sentence)
    return list(openings.values())


def _score(sentence: Sentence, counts: Counter[str], weights: dict[str, float]) -> float:
    shared = sum(weights[term] for term in counts if term in weights)
    brevity = 1 / (1 + abs(len(counts) - 12) / 40)  # neither a "yes" nor a speech
    return shared * brevity * (1 - 0.03 * (sentence.passage - 1))


def _pick(ranked: list[Sentence]) -> list[Sentence]:
    """Return the best ``QUOTES`` sentences, without duplicates from overlapping passages, in the order of speaking."""
    texts: dict[str, Sentence] = {}
    for sentence in ranked:
        texts.setdefault(sentence.text, sentence)
    return sorted(list(texts.values())[:QUOTES], key=lambda s: (s.passage, s.segment, s.place))


def _literal(text: str) -> str:
    return _MARKDOWN.sub(r"\\\1", text)
