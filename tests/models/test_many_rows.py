"""Many rows in few statements: the database keeps of them what the ORM would have stored."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from chat.models import Recording, Segment
from chat.models.many_rows import insert_rows, update_rows

from ..support.library import record

pytestmark = pytest.mark.django_db

COLUMNS = ("recording", "number", "speaker", "text", "start", "end", "words")


def rows(recording: Recording, count: int) -> list[tuple[object, ...]]:
    """Return segments: every third has times and words, and each text has what SQL gives a meaning."""
    return [
        (
            recording.pk,
            n,
            f"Zoë {n}",
            "100 % 'so' {it} %s goes 我们",
            *((0.1 * n, n, b"\0\xff%") if n % 3 else (None,) * 3),
        )
        for n in range(2, count + 2)
    ]


def test_they_are_stored_as_they_are_given() -> None:
    recording = record("Launch", "Ana: We ship.")
    given = rows(recording, 1_203)

    with CaptureQueriesContext(connection) as queries:
        insert_rows(Segment, COLUMNS, given)

    stored = Segment.objects.filter(recording=recording, number__gt=1).order_by("number").values_list(*COLUMNS)
    assert [(*row[:-1], row[-1] and bytes(row[-1])) for row in stored] == given
    assert len(queries) == 3


def test_only_the_rows_and_columns_that_are_named_change() -> None:
    recording = record("Launch", "Ana: We ship.", "Ben: In March.", "Ana: No.")
    first, second, third = recording.segments.all()

    update_rows(Segment, ("id", "text", "start"), [(first.pk, "We do not.", 1.5), (third.pk, "Yes.", None)])

    said = recording.segments.values_list("speaker", "text", "start")
    assert list(said) == [("Ana", "We do not.", 1.5), ("Ben", second.text, second.start), ("Ana", "Yes.", None)]


def test_the_database_still_refuses_what_it_refuses() -> None:
    recording = record("Launch", "Ana: We ship.")

    with pytest.raises(IntegrityError):
        insert_rows(Segment, COLUMNS, [(recording.pk, 1, "Ana", "We ship.", None, None, None)])


def test_no_rows_are_no_statement() -> None:
    with CaptureQueriesContext(connection) as queries:
        insert_rows(Segment, COLUMNS, [])

    assert len(queries) == 0
