"""The turns that stream, by an index that serves every query for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models

from .state import State

if TYPE_CHECKING:
    from .turn import Turn  # noqa: F401  # for mypy


class StreamingQuerySet(models.QuerySet["Turn"]):
    """Turns."""

    def streaming(self) -> Self:
        """Return those that stream, by the index of the ends: without it, SQLite would read all turns.

        An index of the streaming ones serves no query that has the state as a parameter, as those of the ORM have.
        """
        return self.filter(state=State.STREAMING, ended_at=None)
