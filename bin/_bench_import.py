"""Time the reading and the import of transcripts, and indexing them again as the first start after an upgrade does.

The transcripts are files of your own, and generated cues in each usual form.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import django

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chatsite.settings")
django.setup()

from chat.models import IndexedPassage, Recording  # noqa: E402  # Django must be set up first
from chat.recordings import library  # noqa: E402
from chat.recordings.transcripts import open_sources, read  # noqa: E402
from chat.retrieval import index_again  # noqa: E402
from chat.retrieval.scratch import scratch_database  # noqa: E402

NAMES = ("Ana Lima", "Bob Ray", "Cleo Nyberg", "Dr. Eva van den Berg")
SYLLABLES = [consonant + vowel for consonant in "bdfgklmnprstvz" for vowel in "aeiou"]


def clock(seconds: int, point: str = ".") -> str:
    """Return ``01:02:03.000``."""
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}{point}000"


FORMS: dict[str, Callable[[int, str, str], str]] = {
    "teams.vtt": lambda n, name, text: f"{n}\n{clock(n)} --> {clock(n + 1)}\n<v {name}>{text}</v>\n",
    "zoom.vtt": lambda n, name, text: f"{n}\n{clock(n)} --> {clock(n + 1)}\n{name}: {text}\n",
    "names.srt": lambda n, name, text: f"{n}\n{clock(n, ',')} --> {clock(n + 1, ',')}\n{name}: {text}\n",
    "otter.txt": lambda n, name, text: f"{name}  {clock(n)[:8]}\n{text}\n",
    "plain.txt": lambda n, name, text: f"[{clock(n)[:8]}] {name}: {text}",
}


def generated(folder: Path, count: int) -> Iterator[Path]:
    """Yield a file of each form, with the same words in so many cues; none without cues."""
    chosen = random.Random(1)  # noqa: S311  # the same cues in every run
    words = ["".join(chosen.choices(SYLLABLES, k=chosen.randint(1, 4))) for _ in range(5000)]
    cues = [(chosen.choice(NAMES), " ".join(chosen.choices(words, k=chosen.randint(3, 14)))) for _ in range(count)]
    for name, form in FORMS.items() if count else ():
        head = ["WEBVTT\n"] if name.endswith(".vtt") else []
        file = folder / name
        file.write_text("\n".join(head + [form(number, *cue) for number, cue in enumerate(cues, 1)]))
        yield file


def timed(work: Callable[[], object]) -> float:
    """Return the seconds of the processor that a piece of work takes."""
    began = time.process_time()
    work()
    return time.process_time() - began


def measured(file: Path, *, read_only: bool) -> tuple[int, list[float]]:
    """Return how many segments a file has, and the seconds to read it, to import it, and to index it again."""
    segments: list[int] = []
    seconds = [timed(lambda: segments.extend(len(read(each).utterances) for each in open_sources(file)))]
    if not read_only:
        before = set(Recording.objects.values_list("pk", flat=True))
        seconds += [timed(lambda: list(library.add(file)))]
        IndexedPassage.objects.exclude(recording__in=before).update(terms_version=None)
        seconds += [timed(index_again)]
    return sum(segments), seconds


def main() -> None:
    """Print seconds per file: to read it, to import it with its index, and to index it again."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE", help="a transcript of your own")
    parser.add_argument("--cues", type=int, default=100_000, help="of each generated file (default: 100,000)")
    parser.add_argument("--read-only", action="store_true", help="do not import, only read")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, scratch_database():
        print(f"{'file':32}{'segments':>10}{'read (s)':>10}{'import (s)':>12}{'again (s)':>11}")
        for file in [*arguments.files, *generated(Path(folder), arguments.cues)]:
            segments, seconds = measured(file, read_only=arguments.read_only)
            figures = "".join(f"{each:{width}.2f}" for each, width in zip(seconds, (10, 12, 11), strict=False))
            print(f"{file.name:32}{segments:10,}{figures}", flush=True)


if __name__ == "__main__":
    main()
