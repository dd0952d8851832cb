"""``manage.py export_passages``: what a vector index elsewhere is made of."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from tqdm import tqdm

from chat.management.site_command import SiteCommand
from chat.models import IndexedPassage
from chat.retrieval import passage_vectors
from chat.retrieval.vector_search import FIRST, LAST, RECORDING

_ROWS_AT_ONCE = 200


class Command(SiteCommand):
    """Writes the columns that docs/retrieval.md asks of an index."""

    help = "Write all passages as JSON lines, for the source table of a Databricks Vector Search index."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where to."""
        parser.add_argument("path", type=Path, help="the file to write")

    def handle(self, *args: Any, path: Path, **options: Any) -> None:
        """Write the file whole or not at all."""
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
            raise CommandError(f"{path} cannot be written: {error.strerror}") from None
        self.stdout.write(f"{count} passages written to {path}.")


def _rows() -> Iterator[dict[str, object]]:
    after = 0
    passages = IndexedPassage.objects.select_related("recording").defer("text").order_by("pk")
    while batch := list(passages.filter(pk__gt=after)[:_ROWS_AT_ONCE]):
        after = batch[-1].pk
        for passage, text in zip(batch, passage_vectors.texts_of(batch), strict=True):
            uuid = str(passage.recording.uuid)
            place = {RECORDING: uuid, FIRST: passage.first, LAST: passage.last}
            yield {"id": f"{uuid}:{passage.first}-{passage.last}", **place, "text": text}
