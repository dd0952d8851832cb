"""What every way to find passages has in common."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from ..passages import Passage


class Retriever(Protocol):
    """Finds passages."""

    async def retrieve(self, query: str, *, recordings: Sequence[UUID] = (), limit: int) -> list[Passage]:
        """Return at most ``limit`` passages, the best first, no two with a segment in common.

        Any string is a query. ``recordings`` is the filter, empty for all. If nothing matches, the nearest passages are
        returned with a low relevance. Raise ``RetrievalFailed``.
        """
