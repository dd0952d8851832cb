"""The interface of every retriever."""

from __future__ import annotations

from typing import Protocol

from ..models import Scope
from ..passages import Passage


class Retriever(Protocol):
    """A way to find passages."""

    async def retrieve(self, query: str, *, scope: Scope, limit: int) -> list[Passage]:
        """Return at most ``limit`` passages, the best first, no two with a segment in common.

        Any string is a query. If nothing in scope matches, return the nearest passages of it with a low relevance.
        Raise ``RetrievalFailed``.
        """
