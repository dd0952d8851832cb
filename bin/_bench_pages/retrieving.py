"""Fill the database of the settings with generated meetings unless it is, and time the retrieval in it.

``python -m bin._bench_pages.retrieving PASSAGES`` prints milliseconds by kind of question as JSON, by the clock and of
the processor, and leaves words to search for in ``searches.json`` in the data folder.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from _bench_retrieval import Language, Questions, measure  # sets Django up
from django.conf import settings
from django.db import connection

from chat.models import IndexedPassage, Recording, Segment

from .library import fill

ROUNDS, WARM = 60, 3
TEXTS = 6_000
"""Segments of which questions are made."""


def filled(language: Language, passages: int) -> list[str]:
    """Store meetings with so many passages, if the database has fewer; return texts of some segments."""
    if IndexedPassage.objects.count() < passages:
        fill(language, passages)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    else:
        for _ in range(TEXTS // 300):
            language.meeting()
    own = Segment.objects.filter(recording__title__startswith="Meeting ").order_by("-pk")
    return list(own.values_list("text", flat=True)[:TEXTS])


def main(passages: int) -> dict[str, list[tuple[float, float]]]:
    """Return the times of each realistic kind of question, and of all of them: by the clock, and of the processor."""
    language = Language(1)
    texts = filled(language, passages)
    recordings = list(Recording.objects.filter(title__startswith="Meeting ").values_list("uuid", flat=True))
    times: dict[str, list[tuple[float, float]]] = {}
    for name, ask in Questions(language, texts, recordings).realistic.items():
        measure(ask, WARM)
        times[name] = measure(ask, ROUNDS)
    searches = [" ".join(language.question(language.random.choice(texts), 2)) for _ in range(30)]
    (settings.DATA_DIR / "searches.json").write_text(json.dumps(searches))
    return times | {"all of these": [each for values in times.values() for each in values]}


if __name__ == "__main__":
    json.dump(main(int(sys.argv[1])), sys.stdout)
