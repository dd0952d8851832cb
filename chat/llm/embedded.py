"""The chat model that needs no credentials and no network: it answers by quoting the passages it is given."""

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

from ..prompts import read_fence
from ..terms import terms
from .langchain import LangChainModel

QUOTES = 4
"""Sentences that an answer quotes at the most."""
SENTENCE_LIMIT = 400
"""Characters that are quoted of one sentence."""

_FEW_WORDS = 6
_SENTENCE = re.compile(r"[^.!?…\n]+(?:[.!?…]+[\"”’)]*|\n|$)")
_TOKEN = re.compile(r"\S+\s*|\s+")
_MARKDOWN = re.compile(r"([\\`*_\[\]<>#|~])")


@dataclass(frozen=True)
class Sentence:
    """A sentence of a passage, and where it stands: passage (from 1), its segment in it, its place in that."""

    passage: int
    segment: int
    place: int
    speaker: str
    text: str


class QuotingModel(BaseChatModel):
    """Quotes, sentence by sentence, what answers the question best; each quote has the marker of its passage.

    It reads the messages of ``prompts.answer_prompt`` and knows nothing else. ``words_per_second`` paces its stream so
    that it can be read along; 0 does not pace it.
    """

    words_per_second: float = 0.0

    @property
    def _llm_type(self) -> str:
        return "chatsite-embedded"

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,  # what LangChain's interface allows
    ) -> ChatResult:
        *said, last = [chunk.message for chunk in self._chunks(messages)]
        usage = last.usage_metadata if isinstance(last, AIMessageChunk) else None
        message = AIMessage("".join(str(chunk.content) for chunk in said), usage_metadata=usage)
        return ChatResult(generations=[ChatGeneration(message=message)])

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        yield from self._chunks(messages)

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
        used = sum(len(_TOKEN.findall(str(message.content))) for message in messages)
        usage = UsageMetadata(input_tokens=used, output_tokens=len(tokens), total_tokens=used + len(tokens))
        for token in tokens:
            yield ChatGenerationChunk(message=AIMessageChunk(content=token))
        yield ChatGenerationChunk(
            message=AIMessageChunk(content="", usage_metadata=usage, response_metadata={"finish_reason": "stop"})
        )


def provide(_name: str) -> LangChainModel:
    """``embedded``, at the pace of ``CHAT_EMBEDDED_WORDS_PER_SECOND``."""
    return LangChainModel(QuotingModel(words_per_second=settings.CHAT_EMBEDDED_WORDS_PER_SECOND), name="embedded")


def quote(messages: list[BaseMessage]) -> str:
    """The answer: the best sentences in the order of the passages, as a Markdown list with markers."""
    passages, question = read_fence(str(messages[-1].content))
    earlier = [str(message.content) for message in messages[:-1] if message.type == "human"]
    best = _best(_sentences(passages), question, earlier[-1] if earlier else "")
    if not best:
        return "The recordings do not tell."
    return "The recordings say:\n\n" + "\n".join(map(_line, best))


def _line(sentence: Sentence) -> str:
    speaker = f"**{_literal(sentence.speaker)}:** " if sentence.speaker else ""
    return f"- {speaker}“{_literal(sentence.text)}” [{sentence.passage}]"


def _sentences(passages: list[dict[str, Any]]) -> list[Sentence]:
    found = []
    for passage in passages:
        for segment, said in enumerate(passage["said"]):
            for place, text in enumerate(_split(said["text"])):
                found.append(Sentence(passage["n"], segment, place, said["speaker"], text[:SENTENCE_LIMIT]))
    return found


def _split(text: str) -> list[str]:
    """The sentences of a text; one of a word or two stays with the next: “Decided. We ship in May.”"""
    sentences: list[str] = []
    short = ""
    for match in _SENTENCE.finditer(text):
        sentence = short + match[0]
        short = sentence if len(sentence.split()) <= 2 else ""
        if not short:
            sentences.append(sentence.strip())
    return [*sentences, short.strip()] if short.strip() else sentences


def _best(sentences: list[Sentence], question: str, earlier: str) -> list[Sentence]:
    """Up to ``QUOTES`` sentences that say most of what is asked, in the order of the passages.

    A sentence counts what it shares with the question, rarer words more, the words of the question before it less; a
    little of that goes to the sentence after it, because people ask and then answer.
    """
    said = [Counter(terms(f"{sentence.speaker} {sentence.text}")) for sentence in sentences]
    spread = Counter(term for counted in said for term in counted)
    asked = dict.fromkeys(terms(earlier), 0.4) | dict.fromkeys(terms(question), 1.0)
    weights = {term: share * log(1 + len(said) / spread[term]) for term, share in asked.items() if term in spread}
    scores = [_score(sentence, counted, weights) for sentence, counted in zip(sentences, said, strict=True)]
    for index in range(len(scores) - 1, 0, -1):
        if sentences[index - 1].passage == sentences[index].passage:
            scores[index] += scores[index - 1] * (0.6 if sentences[index - 1].text.endswith("?") else 0.2)
    if not weights:
        return _pick(_openings(sentences))
    ranked = sorted(range(len(scores)), key=lambda index: (-scores[index], index))
    return _pick([sentences[index] for index in ranked if scores[index] >= 0.5 * scores[ranked[0]] > 0])


def _openings(sentences: list[Sentence]) -> list[Sentence]:
    """For a question that names nothing ("What was this about?"): how each passage begins."""
    openings: dict[int, Sentence] = {}
    for sentence in sentences:
        if len(sentence.text.split()) >= _FEW_WORDS:
            openings.setdefault(sentence.passage, sentence)
    return list(openings.values())


def _score(sentence: Sentence, said: Counter[str], weights: dict[str, float]) -> float:
    shared = sum(weights[term] for term in said if term in weights)
    brevity = 1 / (1 + abs(len(said) - 12) / 40)  # neither a "yes" nor a speech
    return shared * brevity * (1 - 0.03 * (sentence.passage - 1))


def _pick(ranked: list[Sentence]) -> list[Sentence]:
    """The first of each text (overlapping passages share sentences), in the order in which they were said."""
    texts: dict[str, Sentence] = {}
    for sentence in ranked:
        texts.setdefault(sentence.text, sentence)
    return sorted(list(texts.values())[:QUOTES], key=lambda s: (s.passage, s.segment, s.place))


def _literal(text: str) -> str:
    return _MARKDOWN.sub(r"\\\1", text)
