"""Pages of a long list, found by the row beside them, so that a page costs the same wherever it is.

``?after=`` a row shows those that follow it in the order of the list, ``?before=`` those that precede it, and
``?end=1`` the last ones. Numbered pages would make the database read all rows before a page, and all rows to count
them. Without an index for the order of a list, it sorts the list for every page.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.db.models import Model, Q, QuerySet, Subquery

Row = TypeVar("Row", bound=Model)

SIZE = 50
COUNTED = 1_000
"""Rows that are counted; of a longer list the page says that there are more."""
AFTER, BEFORE, END = PARAMETERS = ("after", "before", "end")


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Some rows of a list. ``count`` is its length, at most ``COUNTED`` + 1, and ``start`` how many precede them.

    Both are None where that is not known.
    """

    rows: Sequence[Row]
    has_previous: bool
    has_next: bool
    count: int
    start: int | None

    @property
    def has_other_pages(self) -> bool:
        """Whether the list has other rows."""
        return self.has_previous or self.has_next

    @property
    def total(self) -> str:
        """The length of the list in words: ``120``, ``more than 1,000``."""
        return in_words(self.count)

    @property
    def shown(self) -> str:
        """Which rows these are, in words: ``12``, ``51–100 of 120``, ``the last 50 of more than 1,000``."""
        if not self.has_other_pages:
            return self.total
        if self.start is not None:
            return f"{self.start + 1:,}–{self.start + len(self.rows):,} of {self.total}"
        return f"{'' if self.has_next else 'the last '}{len(self.rows):,} of {self.total}"


def page_of(
    rows: QuerySet[Row], parameters: Mapping[str, str], named: Callable[[str], QuerySet[Row]], *, size: int = SIZE
) -> Page[Row]:
    """Return the page of a list that the parameters ask for, the first one if they name a row that is gone.

    The order of the rows must be total. ``named`` returns the row of a name, also if it has left the list meanwhile,
    with the annotations by which the list is ordered.
    """
    if BEFORE in parameters:
        found = list(preceding(rows, named(parameters[BEFORE]))[: size + 1])
        if len(found) > size:  # else it is the first page, which is shown in full
            return _page(rows, found[:size][::-1], has_previous=True, has_next=True)
    elif AFTER in parameters:
        found = list(following(rows, named(parameters[AFTER]))[: size + 1])
        if found:
            return _page(rows, found[:size], has_previous=True, has_next=len(found) > size)
    elif END in parameters:
        found = list(_backwards(rows)[: size + 1])
        return _page(rows, found[:size][::-1], has_previous=len(found) > size, has_next=False)
    found = list(rows[: size + 1])
    return _page(rows, found[:size], has_previous=False, has_next=len(found) > size)


def following(rows: QuerySet[Row], one: QuerySet[Row]) -> QuerySet[Row]:
    """Return the rows that follow ``one``, a query for it that has the annotations by which they are ordered."""
    ordering = [str(name) for name in rows.query.order_by]
    beyond, equal = Q(), Q()
    for name in ordering:
        column, value = _value(name, one)
        beyond |= equal & Q(**{f"{column}__{_step(name)}": value})
        equal &= Q(**{column: value})
    # Implied, but from this alone the database finds the place in an index.
    column, value = _value(ordering[0], one)
    return rows.filter(Q(**{f"{column}__{_step(ordering[0])}e": value}), beyond)


def preceding(rows: QuerySet[Row], one: QuerySet[Row]) -> QuerySet[Row]:
    """Return the rows that precede ``one``, the nearest first: see ``following``."""
    return following(_backwards(rows), one)


def counted(rows: QuerySet[Row], most: int = COUNTED + 1) -> int:
    """Return the number of rows, at most ``most``."""
    return rows.order_by().values("pk")[:most].count()


def in_words(count: int) -> str:
    """Return what ``counted`` returned in words: ``120``, ``more than 1,000``."""
    return f"{count:,}" if count <= COUNTED else f"more than {COUNTED:,}"


def _page(rows: QuerySet[Row], found: Sequence[Row], *, has_previous: bool, has_next: bool) -> Page[Row]:
    count = counted(rows) if has_previous or has_next else len(found)
    start: int | None = 0
    if has_previous:
        is_end = not has_next and count <= COUNTED
        start = count - len(found) if is_end else _place(rows, found[0])
    return Page(found, has_previous, has_next, count, start)


def _place(rows: QuerySet[Row], first: Row) -> int | None:
    """Return how many rows precede one; None if they are more than are counted."""
    before = counted(preceding(rows, rows.filter(pk=first.pk)))
    return before if before <= COUNTED else None


def _backwards(rows: QuerySet[Row]) -> QuerySet[Row]:
    names = [str(name) for name in rows.query.order_by]
    return rows.order_by(*(name[1:] if name.startswith("-") else f"-{name}" for name in names))


def _value(name: str, one: QuerySet[Row]) -> tuple[str, Subquery]:
    # Compared by the database with itself: SQLite stores times with fewer digits than Python passes on.
    column = name.removeprefix("-")
    return column, Subquery(one.order_by().values(column)[:1])


def _step(name: str) -> str:
    return "lt" if name.startswith("-") else "gt"
