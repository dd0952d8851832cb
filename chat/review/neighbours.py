"""The conversations before and after one in a list, also if that one has left the list, as by getting a label."""

from __future__ import annotations

from django.db.models import QuerySet

from ..models import Conversation
from ..pages import following, preceding


def neighbours(
    listed: QuerySet[Conversation], everything: QuerySet[Conversation], pk: int
) -> tuple[int | None, int | None]:
    """Return the ids of the conversations before and after ``pk`` in the order of ``listed``, where it need not be.

    ``everything`` has it, with the same annotations.
    """
    one = everything.filter(pk=pk)
    return _first(preceding(listed, one)), _first(following(listed, one))


def _first(rows: QuerySet[Conversation]) -> int | None:
    return rows.values_list("pk", flat=True).first()
