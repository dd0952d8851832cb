"""An endpoint that makes vectors of texts: the OpenAI SDK signs and sends requests, this module checks responses."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from math import isfinite, sqrt
from typing import TYPE_CHECKING, Any

import msgspec

from .failures import EmbeddingFailed, embedding_failure

if TYPE_CHECKING:
    from openai import OpenAI

TEXT_LIMIT = 8000
"""Characters of a text that are sent, about the 2,000 tokens that most models read; the rest is left out."""


class _Item(msgspec.Struct):
    embedding: list[float]
    index: int | None = None


class _Answer(msgspec.Struct):
    data: list[_Item]


class Endpoint:
    """An embedding endpoint, which takes at most ``batch`` texts per request. Thread-safe."""

    def __init__(self, client: OpenAI, *, name: str, path: str, body: Mapping[str, Any], batch: int) -> None:
        self.name = name
        """As in ``EMBEDDINGS``; stored with each vector, since those of different models cannot be compared."""
        self.batch = batch
        self._client = client
        self._path = path
        self._body = body

    def vectors(self, texts: Sequence[str], *, seconds: float) -> list[bytes]:
        """Return a vector for each text: of length 1, as float32 in the byte order of Intel and ARM.

        ``seconds`` limits each step of the exchange. Block; send one request, without retries. Raise
        ``EmbeddingFailed``.
        """
        body = {**self._body, "input": [text[:TEXT_LIMIT] for text in texts]}
        try:
            answer = self._client.post(self._path, cast_to=object, body=body, options={"timeout": seconds})
        except Exception as error:  # the library may raise anything
            raise embedding_failure(error) from None
        return _vectors(answer, len(texts))

    def close(self) -> None:
        self._client.close()


def _vectors(answer: object, count: int) -> list[bytes]:
    try:
        items = msgspec.convert(answer, _Answer).data
    except msgspec.ValidationError:
        raise EmbeddingFailed("the response contains no vectors") from None
    items = sorted(items, key=lambda item: item.index or 0)  # all None: in the order of the response
    if len(items) != count or len({len(item.embedding) for item in items}) > 1:
        raise EmbeddingFailed(f"the response contains {len(items)} vectors for {count} texts, or of several lengths")
    return [_unit(item.embedding) for item in items]


def _unit(values: Sequence[float]) -> bytes:
    """Return the vector scaled to length 1, so that the product of two of them is the cosine of their angle."""
    length = sqrt(sum(value * value for value in values)) if values else 0.0
    if not (isfinite(length) and length > 0):
        raise EmbeddingFailed("the response contains a vector without a direction")
    return array("f", [value / length for value in values]).tobytes()
