"""The list of conversations as CSV: states, failures and labels under pseudonyms, but nothing that was said."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

from django.db.models import QuerySet

from ..database import in_database
from ..models import AccessEvent, Conversation, Failure, How, Kind, Pseudonym, Read, ReviewLabel, State
from .summary import summaries

BATCH = 500
"""Conversations read at once. Many batches make a file of any length, with the memory of one."""
BYTE_ORDER_MARK = "\ufeff"
"""By it, spreadsheets recognise UTF-8."""
HEAD = ["conversation", "address", "owner", "created", "last asked", "turns", *State.values, *Failure.values]
HEAD += [f"label {verdict}" for verdict in ReviewLabel.Verdict.values]

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # spreadsheets take the wide ones, too


def recorded(listed: QuerySet[Conversation], reviewer: Any, reason: str) -> list[int]:
    """Record that each conversation of a list is exported, and return their ids. Raise ``NotRecorded``."""
    keys = list(listed.values_list("pk", flat=True))
    for start in range(0, len(keys), BATCH):
        rows = Conversation.objects.filter(pk__in=keys[start : start + BATCH]).order_by()
        reads = [Read(owner, uuid) for owner, uuid in rows.values_list("user", "uuid")]
        AccessEvent.objects.record_reads(Kind.EXPORTED, reads, actor=reviewer, how=How.CSV, reason=reason)
    return keys


async def lines(keys: Sequence[int], address_of: Callable[[int], str]) -> AsyncIterator[str]:
    """Yield the file in parts; ``address_of`` returns the address of a conversation's page."""
    yield BYTE_ORDER_MARK + _csv([HEAD])
    for start in range(0, len(keys), BATCH):
        yield _csv(await in_database(_rows, keys[start : start + BATCH], address_of))


def harmless(cell: object) -> str:
    """Return the text of a cell; a quote before what a spreadsheet would calculate makes it text."""
    text = str(cell)
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text


def _rows(keys: Sequence[int], address_of: Callable[[int], str]) -> list[list[object]]:
    found = Conversation.objects.kept().in_bulk(keys)
    owners = dict(
        Pseudonym.objects.filter(user__in={each.user_id for each in found.values()}).values_list("pk", "name")
    )
    summary = summaries(keys)
    rows: list[list[object]] = []
    for conversation in (found[pk] for pk in keys if pk in found):  # the others were deleted a moment ago
        counts = summary[conversation.pk]
        times = [time.isoformat(timespec="seconds") for time in (conversation.created_at, conversation.asked_at)]
        row = [conversation.uuid, address_of(conversation.pk), owners.get(conversation.user_id, ""), *times]
        row += [counts.states.total(), *(counts.states[state] for state in State.values)]
        row += [counts.failures[failure] for failure in Failure.values]
        rows.append([*row, *(counts.labels[verdict] for verdict in ReviewLabel.Verdict.values)])
    return rows


def _csv(rows: Sequence[Sequence[object]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows([harmless(cell) for cell in row] for row in rows)
    return text.getvalue()
