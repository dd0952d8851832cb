from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from chat.models import IndexedPassage

from ..support.library import filler, record

pytestmark = pytest.mark.django_db(transaction=True)


def test_every_passage_is_a_line_with_its_recording_and_segments(tmp_path: Path) -> None:
    launch, _ = record("Zoë’s launch", "Ana: It moves\nto October."), record("Long", *filler(40))
    path = tmp_path / "passages.jsonl"

    call_command("export_passages", path)

    rows = [json.loads(line) for line in path.read_text().splitlines()]
    assert rows[0] == {
        "id": f"{launch.uuid}:1-1",
        "recording_id": str(launch.uuid),
        "first_segment": 1,
        "last_segment": 1,
        "text": "Zoë’s launch\nAna: It moves\nto October.",
    }
    assert len({row["id"] for row in rows}) == len(rows) == IndexedPassage.objects.count()


def test_a_file_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="Cannot write"):
        call_command("export_passages", tmp_path / "missing" / "passages.jsonl")
