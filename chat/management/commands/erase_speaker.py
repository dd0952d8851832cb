"""``manage.py erase_speaker NAME``."""

from __future__ import annotations

import os
import time
from argparse import ArgumentParser
from collections.abc import Callable
from typing import Any

from django.core.management.base import CommandError
from django.db.models.functions import Now
from tqdm import tqdm
from typing_extensions import override

from chat.erasing.erase import erase
from chat.erasing.shown import found_words
from chat.management.site_command import SiteCommand
from chat.models import Collection, ErasurePlan, How, Refused, SpeakerErasure, Turn

PAUSE_SECONDS = 0.02
PATIENCE_SECONDS = 30.0
"""How long the command waits for questions in the queue while no process answers any."""


class Command(SiteCommand):
    """The command line of ``chat.erasing``."""

    help = (
        "Erase what a speaker said: from transcripts, searches, sources and the answers that quote them. It cannot be"
        " undone. It may be killed at any time; run it again to continue."
    )

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="the speaker, exactly as the transcripts name them")
        parser.add_argument("--collection", default="", metavar="NAME", help="only in this collection")
        parser.add_argument(
            "--replace-name", action="store_true", help="also show “Removed speaker” instead of the name"
        )
        parser.add_argument("--yes", action="store_true", help="do it; without this, only say what would be erased")

    @override
    def handle(self, *args: Any, name: str, collection: str, replace_name: bool, yes: bool, **options: Any) -> None:
        plan = ErasurePlan(name, _collections(collection))
        erasure = plan.unfinished(replaces_name=replace_name) if yes else None
        self.stdout.write(f"“{name}”: {found_words(plan.counts)}")
        if not yes:
            self.stdout.write("Nothing was changed. To erase this for good, run it again with --yes.")
            return
        try:
            erasure = erasure or plan.begin(None, replaces_name=replace_name, how=How.PROGRAM)
        except Refused as refused:
            raise CommandError(refused.message) from None
        self._erase(erasure)

    def _erase(self, erasure: SpeakerErasure) -> None:
        erasure.resume()
        owner = f"command {os.getpid()}"
        with tqdm(total=erasure.total, disable=None, leave=False) as bar:

            def rest() -> None:
                time.sleep(PAUSE_SECONDS)
                bar.update(0)

            try:
                is_finished = erase(erasure, owner, rest, _Patience(self.stdout.write))
            except NobodyAnswers as nobody:
                erasure.release(owner)
                raise CommandError(str(nobody)) from None
        self._report(erasure, is_finished=is_finished)

    def _report(self, erasure: SpeakerErasure, *, is_finished: bool) -> None:
        erasure.refresh_from_db()
        if erasure.refusal:
            raise CommandError(f"{erasure.refusal} A serving site continues then; or run this again.")
        if not is_finished:
            raise CommandError("Another process erases this speaker now.")
        for answer in erasure.answers.select_related("turn").order_by("turn"):
            self.stdout.write(f"changed: answer {answer.turn.uuid}, places: {answer.places}")
        self.stdout.write("Erased. Backups, audio and traces that were sent before still have these words.")


class NobodyAnswers(Exception):
    """Questions wait that no process of the site answers."""


class _Patience:
    """Says once for how many questions the command waits, and gives up where no process answers any."""

    def __init__(self, say: Callable[[str], object]) -> None:
        self._say = say
        self._until: float | None = None

    def __call__(self, left: int) -> None:
        questions = f"{left:,} {'question' if left == 1 else 'questions'}"
        if self._until is None:
            self._say(f"{questions} may still get these words; their answers are cleaned when they have ended …")
        if self._until is None or Turn.objects.streaming().filter(lease_expires_at__gt=Now()).exists():
            self._until = time.monotonic() + PATIENCE_SECONDS
        elif time.monotonic() > self._until:
            raise NobodyAnswers(
                f"{questions} did not end, and no process of the site answers them. All else is erased. A serving site"
                " finishes this as soon as they have ended; or run this again."
            )


def _collections(name: str) -> Any:
    if not name:
        return Collection.objects.all()
    found = Collection.objects.filter(name=name)
    if not found:
        raise CommandError(f"There is no collection called {name}.")
    return found
