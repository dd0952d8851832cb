"""The conversations before and after one in a list, also if that one has left the list, as by getting a label."""

from __future__ import annotations

from django.db.models import Q, QuerySet, Subquery

from ..models import Conversation


def neighbours(
    listed: QuerySet[Conversation], everything: QuerySet[Conversation], pk: int
) -> tuple[int | None, int | None]:
    """Return the ids of the conversations before and after ``pk`` in the order of ``listed``, where it need not be.

    ``everything`` has it, with the same annotations.
    """
    ordering = [str(name) for name in listed.query.order_by]
    backwards = [name[1:] if name.startswith("-") else f"-{name}" for name in ordering]
    return _first_after(listed, everything, pk, backwards), _first_after(listed, everything, pk, ordering)


def _first_after(
    listed: QuerySet[Conversation], everything: QuerySet[Conversation], pk: int, ordering: list[str]
) -> int | None:
    beyond, equal = Q(), Q()
    for name in ordering:
        column = name.removeprefix("-")
        # Compared by the database with itself: SQLite stores times with fewer digits than Python passes on.
        value = Subquery(everything.filter(pk=pk).order_by().values(column)[:1])
        beyond |= equal & Q(**{f"{column}__{'lt' if name.startswith('-') else 'gt'}": value})
        equal &= Q(**{column: value})
    return listed.filter(beyond).order_by(*ordering).values_list("pk", flat=True).first()
