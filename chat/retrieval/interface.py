"""The interface of every retriever."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from ..passages import Passage


class Retriever(Protocol):
    """A way to find passages."""

    async def retrieve(self, query: str, *, recordings: Sequence[UUID] = (), limit: int) -> list[Passage]:
        """Return at most ``limit`` passages, the best first, no two with a segment in common.

        Any string is a query. ``recordings`` is the filter, empty for all. If nothing matches, return the nearest
        passages with a low relevance. Raise ``RetrievalFailed``.
        """
