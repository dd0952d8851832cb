"""Erasing a speaker, in small transactions: it may be killed at any moment, and continued by any process.

Their words leave the recordings first, so that no new answer gets them, and then the answers. An answer that is being
written meanwhile is cleaned when it has ended; until none is left that may have had them, the erasure is not finished.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from itertools import chain
from time import monotonic

from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from ..models import (
    REMOVED,
    REMOVED_SPEAKER,
    TERMINAL,
    Citation,
    DataExport,
    ErasedRuns,
    Held,
    Quotation,
    Recording,
    SpeakerErasure,
    Turn,
    refuse_if_held,
)
from ..retrieval import index
from ..upkeep.purge import empty_log, merge_full_text
from .answer import clean, theirs_in
from .filters import named_in_filters, replace_in_filter
from .runs import Runs, hashes_of

BATCH = 200
"""Answers whose keys are read at once; each that changes is a transaction of its own."""
NOTE_SECONDS = 0.25
QUIET = 2
FULL_TEXTS = ("chat_fulltext", "chat_turnfulltext")


class Superseded(Exception):
    """Another process erases now."""


def erase(
    erasure: SpeakerErasure, owner: str, rest: Callable[[], object], wait: Callable[[int], object] = lambda _: None
) -> bool:
    """Erase a speaker, or continue to; return whether that is finished now.

    Call ``rest`` between transactions: it may wait, or raise. So may ``wait``, which is called again and again while
    questions that may get their words have not ended, with how many these are.
    """
    if not erasure.claim(owner):
        return False
    work = _Work(erasure, owner, rest, wait)
    try:
        kept = work.do()
    except Superseded:
        return False
    if kept:  # by a legal hold that was placed meanwhile: it continues when that is released
        erasure.postpone(owner, refusal=kept)
        return False
    erasure.finish()
    return True


class _Work:
    def __init__(
        self, erasure: SpeakerErasure, owner: str, rest: Callable[[], object], wait: Callable[[int], object]
    ) -> None:
        self._erasure, self._owner, self._rest, self._wait = erasure, owner, rest, wait
        self._done, self._total = 0, len(erasure.recordings)
        self._kept: dict[tuple[str, int], str] = {}
        self._noted_at = float("-inf")

    def do(self) -> str:
        """Erase what may be erased; return what a legal hold keeps, in sentences."""
        self._remember_quotes()
        for key in self._erasure.recordings:
            try:
                self._clean_recording(key)
            except Held as held:
                self._kept["recordings", key] = held.message
            self._step()
        self._clean_answers()
        if self._erasure.replaces_name:
            self._clean_filters()
        if connection.vendor == "sqlite":
            for table in FULL_TEXTS:
                merge_full_text(table, self._keep)
        empty_log()
        counts = Counter((kind, why) for (kind, _), why in self._kept.items())
        return " ".join(f"{kind.capitalize()} kept: {count:,}. {why}" for (kind, why), count in sorted(counts.items()))

    def _remember_quotes(self) -> None:
        """Keep hashes of what is quoted, also of recordings that are deleted, now or before their turn comes."""
        if self._erasure.runs.filter(recording=0).exists():
            return
        cited = Citation.objects.filter(recording_uuid__in=self._erasure.uuids, speaker=self._erasure.name)
        compared = theirs_in(Quotation.objects.exclude(words=""), self._erasure)
        texts = chain(cited.values_list("excerpt", flat=True), compared.values_list("words", flat=True))
        hashes = hashes_of(texts, self._erasure.uuid.bytes)
        ErasedRuns.objects.get_or_create(erasure=self._erasure, recording=0, defaults={"hashes": hashes})

    @transaction.atomic
    def _clean_recording(self, key: int) -> None:
        recording = Recording.objects.select_for_update().filter(pk=key).first()
        refuse_if_held(Recording.objects.filter(pk=key))
        if recording is None or self._erasure.runs.filter(recording=key).exists():
            return
        said, name = recording.segments.filter(speaker=self._erasure.name), self._erasure.name
        hashes = hashes_of(said.values_list("text", flat=True), self._erasure.uuid.bytes)
        ErasedRuns.objects.create(erasure=self._erasure, recording=key, hashes=hashes)
        said.update(text=REMOVED, words=None, speaker=REMOVED_SPEAKER if self._erasure.replaces_name else name)
        Recording.objects.filter(pk=key).update(erased_at=Now())
        index([recording])  # its vectors go with its passages

    def _clean_answers(self) -> None:
        """Clean all answers that may have their words, until no answer is left that began before they were gone.

        An answer may also get them from an earlier one of its conversation. So it ends when none was active before a
        pass, or, on a busy site, when two passes in a row found nothing: what began in between read clean answers.
        """
        runs = Runs(self._erasure)
        self._total += self._answers().count()
        step, quiet = self._step, 0
        while True:
            before = list(Turn.objects.filter(ended_at=None).values_list("pk", flat=True))
            quiet = 0 if self._pass(runs, step) else quiet + 1
            if not before or quiet == QUIET:
                return
            self._wait_for(before)
            step = self._keep

    def _pass(self, runs: Runs, step: Callable[[], None]) -> int:
        changed = 0
        for pk in self._keys():
            try:
                changed += clean(pk, self._erasure, runs)
                self._kept.pop(("answers", pk), None)
            except Held as held:
                self._kept["answers", pk] = held.message
            step()
        self._withdraw_exports()
        return changed

    def _clean_filters(self) -> None:
        for pk in named_in_filters(self._erasure):
            try:
                replace_in_filter(pk, self._erasure.name)
            except Held as held:
                self._kept["answers", pk] = held.message
            self._keep()

    def _keys(self) -> Iterator[int]:
        last = 0
        while keys := list(self._answers().filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:BATCH]):
            yield from keys
            last = keys[-1]

    def _answers(self) -> QuerySet[Turn]:
        """Return the turns of the conversations in which an answer had anything from these recordings."""
        cited = Citation.objects.filter(recording_uuid__in=self._erasure.uuids).order_by().values("turn__conversation")
        compared = theirs_in(Quotation.objects.order_by(), self._erasure).values("turn__conversation")
        there = Q(conversation__in=cited) | Q(conversation__in=compared)
        return Turn.objects.filter(there, state__in=TERMINAL)

    def _wait_for(self, keys: list[int]) -> None:
        while left := Turn.objects.filter(pk__in=keys, ended_at=None).count():
            self._wait(left)
            self._keep()

    def _withdraw_exports(self) -> None:
        """Remove the files with data of users that have, or may have, words from these recordings."""
        uuids = set(self._erasure.uuids)
        for export in DataExport.objects.only("recordings", "finished_at", "failed_at"):
            if export.finished_at is None or uuids & set(export.recordings):
                export.delete()

    def _step(self) -> None:
        self._done += 1
        self._keep()

    def _keep(self) -> None:
        """Store how far it is, and let others write; end if another process has taken over."""
        self._rest()
        if monotonic() < self._noted_at + NOTE_SECONDS:
            return
        self._noted_at = monotonic()
        if not self._erasure.note(self._owner, self._done, max(self._total, self._done)):
            raise Superseded
