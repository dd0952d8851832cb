"""What every way to find passages has in common."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from ..passages import Passage


class Retriever(Protocol):
    """Finds passages.

    ``search`` and ``retrieve`` return at most ``limit`` passages, the best first, no two with a segment in common. Any
    string is a query. ``recordings`` is the filter, empty for all. When nothing matches, what comes nearest is returned
    with a low relevance. They raise ``RetrievalFailed``.
    """

    async def retrieve(self, query: str, *, recordings: Sequence[UUID] = (), limit: int) -> list[Passage]:
        """Search without holding up the event loop."""

    def search(self, query: str, *, recordings: Sequence[UUID] = (), limit: int) -> list[Passage]:
        """Search in this thread, for commands: reads the database and may ask the network."""
