"""The list of conversations as CSV: who asked when, states, failures and labels, but nothing that was said."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Callable, Sequence

from django.db.models import QuerySet

from ..database import in_database
from ..models import Conversation, Failure, ReviewLabel, State
from .summary import summaries

BATCH = 500
"""Conversations read at once. Many batches make a file of any length, with the memory of one."""
BYTE_ORDER_MARK = "\ufeff"
"""By it, spreadsheets recognise UTF-8."""
HEAD = ["conversation", "address", "user", "created", "last asked", "turns", *State.values, *Failure.values]
HEAD += [f"label {verdict}" for verdict in ReviewLabel.Verdict.values]

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # spreadsheets take the wide ones, too


async def lines(listed: QuerySet[Conversation], address_of: Callable[[int], str]) -> AsyncIterator[str]:
    """Yield the file in parts; ``address_of`` returns the address of a conversation's page."""
    keys = await in_database(lambda: list(listed.values_list("pk", flat=True)))
    yield BYTE_ORDER_MARK + _csv([HEAD])
    for start in range(0, len(keys), BATCH):
        yield _csv(await in_database(_rows, keys[start : start + BATCH], address_of))


def harmless(cell: object) -> str:
    """Return the text of a cell; a quote before what a spreadsheet would calculate makes it text."""
    text = str(cell)
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text


def _rows(keys: Sequence[int], address_of: Callable[[int], str]) -> list[list[object]]:
    found = Conversation.objects.kept().select_related("user").in_bulk(keys)
    summary = summaries(keys)
    rows: list[list[object]] = []
    for conversation in (found[pk] for pk in keys if pk in found):  # the others were deleted a moment ago
        counts = summary[conversation.pk]
        times = [time.isoformat(timespec="seconds") for time in (conversation.created_at, conversation.asked_at)]
        row = [conversation.uuid, address_of(conversation.pk), conversation.user.get_username(), *times]
        row += [counts.states.total(), *(counts.states[state] for state in State.values)]
        row += [counts.failures[failure] for failure in Failure.values]
        rows.append([*row, *(counts.labels[verdict] for verdict in ReviewLabel.Verdict.values)])
    return rows


def _csv(rows: Sequence[Sequence[object]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows([harmless(cell) for cell in row] for row in rows)
    return text.getvalue()
