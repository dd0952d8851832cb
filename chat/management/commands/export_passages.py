"""``manage.py export_passages PATH``."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from tqdm import tqdm
from typing_extensions import override

from chat.management.site_command import SiteCommand
from chat.models import IndexedPassage
from chat.retrieval import passage_vectors
from chat.retrieval.vector_search import FIRST, LAST, RECORDING

_ROWS_AT_ONCE = 200


class Command(SiteCommand):
    """The export of the columns that an index needs according to docs/retrieval.md."""

    help = "Write all passages as JSON Lines, for the source table of a Databricks Vector Search index."

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path, help="the file to write")

    @override
    def handle(self, *args: Any, path: Path, **options: Any) -> None:
        """Write the whole file, or none if writing fails."""
        draft = path.with_name(f".{path.name}.draft")
        count = IndexedPassage.objects.count()
        try:
            with draft.open("w", encoding="utf-8") as file, tqdm(total=count, disable=None, leave=False) as bar:
                for row in _rows():
                    file.write(json.dumps(row, ensure_ascii=False) + "\n")
                    bar.update()
            draft.replace(path)
        except OSError as error:
            draft.unlink(missing_ok=True)
            raise CommandError(f"Cannot write {path}: {error.strerror}") from None
        self.stdout.write(f"{count} passages written to {path}.")


def _rows() -> Iterator[dict[str, object]]:
    last_pk = 0
    passages = IndexedPassage.objects.select_related("recording").defer("text").order_by("pk")
    while batch := list(passages.filter(pk__gt=last_pk)[:_ROWS_AT_ONCE]):
        last_pk = batch[-1].pk
        for passage, text in zip(batch, passage_vectors.texts_of(batch), strict=True):
            uuid = str(passage.recording.uuid)
            place = {RECORDING: uuid, FIRST: passage.first, LAST: passage.last}
            yield {"id": f"{uuid}:{passage.first}-{passage.last}", **place, "text": text}
