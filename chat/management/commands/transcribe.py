"""``manage.py transcribe FILE…``."""

from __future__ import annotations

import os
import sys
import tempfile
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.core.management.base import CommandError
from tqdm import tqdm
from typing_extensions import override

from chat.management.site_command import SiteCommand
from chat.recordings.transcripts import AUDIO_SUFFIXES, transcript_beside
from chat.transcription import Spoken, Transcriber, TranscriptionFailed, media, transcriber
from chat.transcription.media import Unplayable

NOT_SET = "Nothing transcribes recordings here. Set TRANSCRIBER; docs/transcription.md lists what can."


class Command(SiteCommand):
    """The command line of ``chat.transcription``: a transcript beside each file of audio or video, and its import."""

    prepares = True
    help = (
        "Transcribe audio or video with TRANSCRIBER, store the transcript beside each file, and import it with its"
        " sound. A file that has a transcript already is imported only."
    )

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("paths", nargs="+", type=Path, metavar="FILE", help="audio or video")
        parser.add_argument("--collection", default="", metavar="NAME", help="where new recordings go")

    @override
    def handle(self, *args: Any, paths: Sequence[Path], collection: str, **options: Any) -> None:
        """Transcribe and import the files; exit with 1 if one cannot be."""
        try:
            made = transcriber()
        except ImproperlyConfigured as error:
            raise CommandError(str(error)) from None
        if not made:
            raise CommandError(NOT_SET)
        documents = [self._document(path, made) for path in paths]
        found = [str(document) for document in documents if document]
        if found:
            call_command("import_recordings", *found, collection=collection, stdout=self.stdout, stderr=self.stderr)
        if len(found) < len(paths):
            sys.exit(1)

    def _document(self, path: Path, made: Transcriber) -> Path | None:
        """Return the transcript beside a file, which is made if there is none; None if it cannot be."""
        try:
            return transcript_beside(path) or self._made(_existing(path), made)
        except (TranscriptionFailed, Unplayable) as failed:
            self.stderr.write(f"{path}: {failed}")
        except OSError as error:
            self.stderr.write(f"{path}: cannot write beside it: {error.strerror}")
        return None

    def _made(self, path: Path, made: Transcriber) -> Path:
        with tqdm(total=100, unit="%", disable=None, leave=False, desc=path.name) as bar:
            spoken = made.transcribe(path, lambda done: _show(bar, done))
        if path.suffix.lower() not in AUDIO_SUFFIXES and media.is_installed():
            media.convert(path, path.with_suffix(".m4a"))
        for note in spoken.notes:
            self.stdout.write(f"{path}: {note}")
        return _stored(spoken, path)


def _existing(path: Path) -> Path:
    if not path.is_file():
        raise Unplayable("There is no such file.")
    return path


def _show(bar: tqdm[Any], done: float) -> None:
    bar.update(max(0, round(done * 100) - bar.n))


def _stored(spoken: Spoken, audio: Path) -> Path:
    """Write the document beside the audio, whole or not at all."""
    target = audio.with_suffix(spoken.suffix)
    with tempfile.NamedTemporaryFile("w", dir=audio.parent, delete=False, encoding="utf-8") as draft:
        draft.write(spoken.document)
    os.chmod(draft.name, 0o666 & ~_umask())  # noqa: PTH101  # as any other new file
    Path(draft.name).replace(target)
    return target


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
