"""``manage.py import_recordings PATH…``."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import accumulate
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from tqdm import tqdm
from typing_extensions import override

from chat.management.site_command import SiteCommand
from chat.models import Collection, Consent, InvalidRequest
from chat.recordings import library
from chat.recordings.transcripts import AUDIO_SUFFIXES, UNKNOWN_KIND, Unreadable, find_transcripts, transcript_beside

_REPORTED = 20
INDEX_THEM = "Searches now find them by their words. To find them by meaning too, run: bin/manage index_recordings"


@dataclass
class Tally:
    """How many recordings were imported or unchanged, and how many files failed or were ignored.

    ``elsewhere`` counts the unchanged ones that are in another collection than the import names.
    """

    imported: int = 0
    unchanged: int = 0
    failed: int = 0
    ignored: int = 0
    elsewhere: int = 0
    erased: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    encodings: Counter[str] = field(default_factory=Counter)

    def count(self, addition: library.Addition, into: library.Into) -> None:
        self.imported += addition.new
        self.unchanged += not addition.new
        self.elsewhere += bool(into.collection and addition.recording.collection_id != into.collection.pk)
        self.erased += addition.erased
        self.skipped.update(addition.skipped)
        if addition.new and addition.encoding:
            self.encodings[addition.encoding] += 1

    def __str__(self) -> str:
        line = f"{self.imported} imported, {self.unchanged} unchanged, {self.failed} failed, {self.ignored} ignored."
        for title, counts in (("Skipped", self.skipped), ("Not Unicode, read as", self.encodings)):
            if counts:
                line += f" {title}: {', '.join(f'{count} × {name}' for name, count in sorted(counts.items()))}."
        if self.elsewhere:
            line += f" Not moved: {self.elsewhere} of the unchanged, which are in another collection."
        if self.erased:
            line += f" Left out: the words of {self.erased} segments, whose speakers were erased before."
        return line


class Command(SiteCommand):
    """The command line of ``chat.recordings.library``; it finds the transcripts in the paths."""

    prepares = True
    help = (
        "Import transcripts (.vtt, .srt, .sbv, .ass, .ttml, .json, .jsonl, .txt, .tsv, .md, .docx) and the audio beside"
        " them. The same content is imported only once."
    )

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="a transcript, or a folder of them")
        parser.add_argument("--title", default="", help="the title of the recording, if there is only one file")
        parser.add_argument("--collection", default="", metavar="NAME", help="where new recordings go")
        parser.add_argument("--told", default="", metavar="WHO", help="the consent note: who was told of the recording")
        parser.add_argument("--told-on", default="", metavar="DAY", help="the consent note: when, such as 2026-03-04")
        parser.add_argument("--told-link", default="", metavar="URL", help="the consent note: the form or the policy")

    @override
    def handle(self, *args: Any, paths: Sequence[Path], title: str, collection: str, **options: Any) -> None:
        """Import the files; exit with 1 if one cannot be read."""
        into = library.Into(_collection(collection) if collection else None, _consent(options))
        tally = Tally()
        files = self._files(paths, tally)
        if title and len(files) != 1:
            raise CommandError(f"--title can name only one recording, but there are {len(files)} files.")
        sizes = [_size(file) for file in files]
        with tqdm(total=sum(sizes), unit="B", unit_scale=True, disable=None, leave=False) as bar:
            for file, end in zip(files, accumulate(sizes), strict=True):
                self._add(file, title, into, tally, bar)
                bar.update(end - bar.n)
        self.stdout.write(str(tally))
        if tally.imported and settings.EMBEDDINGS:
            self.stdout.write(INDEX_THEM)
        if tally.failed:
            sys.exit(1)

    def _files(self, paths: Sequence[Path], tally: Tally) -> list[Path]:
        files: list[Path] = []
        for path in paths:
            if path.is_dir():
                files += self._found(path, tally)
            elif path.suffix.lower() in AUDIO_SUFFIXES:
                files.append(transcript_beside(path) or path)
            else:
                files.append(path)
        return list(dict.fromkeys(files))

    def _found(self, folder: Path, tally: Tally) -> list[Path]:
        """Return the transcripts of a folder; report a folder of nothing but other files, file by file."""
        contents = find_transcripts(folder)
        if contents.transcripts:
            tally.ignored += contents.ignored
            return contents.transcripts
        tally.failed += max(1, len(contents.others))
        tally.ignored += contents.ignored - len(contents.others)
        for file in contents.others[:_REPORTED]:
            self.stderr.write(f"{_printable(file)}: {UNKNOWN_KIND}")
        more = len(contents.others) - _REPORTED
        if more > 0 or not contents.others:
            reason = f"{more} more files that are no transcripts" if contents.others else "contains no transcripts"
            self.stderr.write(f"{_printable(folder)}: {reason}")
        return []

    def _add(self, file: Path, title: str, into: library.Into, tally: Tally, bar: tqdm[Any]) -> None:
        bar.set_description(_printable(file.name))
        try:
            for addition in library.add(file, title=title, into=into):
                tally.count(addition, into)
                bar.update(addition.characters)
        except Unreadable as error:
            tally.failed += 1
            bar.clear()
            place = f":{error.line}" if error.line else ""
            self.stderr.write(f"{_printable(file)}{place}: {_printable(error.reason)}")


def _collection(name: str) -> Collection:
    """Return the collection of this name. Raise ``CommandError``, which lists those that there are."""
    if found := Collection.objects.filter(name=name).first():
        return found
    names = ", ".join(_printable(collection.name) for collection in Collection.objects.all())
    raise CommandError(f"There is no collection called {_printable(name)}. The collections are: {names}.")


def _consent(options: Mapping[str, str]) -> Consent | None:
    """Return the consent note that the options describe, if any. Raise ``CommandError`` if it is not whole."""
    told, told_on, link = (options.get(name, "") for name in ("told", "told_on", "told_link"))
    if not (told or told_on or link):
        return None
    try:
        return Consent.checked(told, date.fromisoformat(told_on) if told_on else None, link)
    except InvalidRequest as refused:
        raise CommandError(f"--told, --told-on, --told-link: {refused.message}") from None
    except ValueError:
        raise CommandError(f"--told-on {_printable(told_on)}: write the day like 2026-03-04.") from None


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return 0


def _printable(value: object) -> str:
    """Return the value on one line and in printable characters, whatever the name of the file is."""
    text = str(value).encode("utf-8", "backslashreplace").decode()
    return "".join(character if character.isprintable() else repr(character)[1:-1] for character in text)
