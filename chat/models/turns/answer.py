"""The answer of a turn: chunks while it streams, one text with citations once it has ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import models, transaction
from django.db.models.functions import Now

from ..heard import is_heard
from ..recording import Recording, Segment
from . import ended
from .append import Append, Claim, write
from .indexed_turn import IndexedTurn
from .quotation import Quotation
from .state import State
from .streaming import StreamingQuerySet

if TYPE_CHECKING:
    from .turn import Turn

RETRACTION = "\x1c"
"""The character in a log that retracts all text before it, a thought of the model. No answer has it as text."""

UNHEARD_SOURCE = "A source that you may no longer hear"
"""What stands for a source, to a reader who does not hear its recording."""

SHORT = 4_000
"""Characters of a short answer."""
EXCERPT_LIMIT = 480
"""Characters of an excerpt."""


class Chunk(models.Model):
    """A piece of a streaming turn's answer; numbered from 1 without gaps (a trigger refuses any other number)."""

    turn = models.ForeignKey("chat.Turn", on_delete=models.CASCADE, related_name="chunks", db_index=False)
    seq = models.PositiveIntegerField()
    text = models.TextField()

    class Meta:
        ordering = ["turn_id", "seq"]
        constraints = [models.UniqueConstraint(fields=["turn", "seq"], name="chunk_seq")]

    def __str__(self) -> str:
        return f"{self.turn_id}#{self.seq}"


class CitationQuerySet(models.QuerySet["Citation"]):
    """Citations; whoever shows them starts from ``for_reader``."""

    def for_reader(self, user_id: int) -> CitationQuerySet:
        """Return citations with their recordings, and whether this user hears them: only then may they be shown."""
        heard = is_heard(user_id, '"chat_citation"."recording_uuid"')
        return self.select_related("recording").annotate(is_heard=heard)  # type: ignore[no-redef]


class Citation(models.Model):
    """A passage that a turn cites, numbered as the marker in its text.

    ``excerpt`` is verbatim from one segment. Title, speaker and excerpt are copies: they remain when the recording is
    renamed or deleted. Before it is stored, ``shown_at`` is the length of the answer up to the end of its first marker:
    an answer that ends before does not show the marker, and does not cite. An answer that cites nothing has the
    passages that its model got, with ``cited`` False; so has each answer that breaks off, beside those that it cites.
    """

    shown_at = 0
    is_heard = False
    """Whether its reader hears the recording, as ``for_reader`` says. Without that, nobody does."""

    turn = models.ForeignKey("chat.Turn", on_delete=models.CASCADE, related_name="citations", db_index=False)
    number = models.PositiveIntegerField()
    recording = models.ForeignKey(Recording, null=True, on_delete=models.SET_NULL, related_name="+")
    recording_uuid = models.UUIDField()
    recording_title = models.CharField(max_length=200)
    segment = models.PositiveIntegerField()
    speaker = models.CharField(max_length=120, blank=True)
    excerpt = models.TextField()
    start = models.FloatField(null=True)
    end = models.FloatField(null=True)
    cited = models.BooleanField(default=True, db_default=True)

    objects = CitationQuerySet.as_manager()

    class Meta:
        ordering = ["turn_id", "number"]
        constraints = [
            models.UniqueConstraint(fields=["turn", "number"], name="citation_number"),
            models.CheckConstraint(condition=models.Q(number__gte=1), name="citation_number_from_1"),
        ]

    def __str__(self) -> str:
        return f"[{self.number}] {self.recording_title}"

    def as_heard(self) -> Citation:
        """Return what its reader may see: all of it, or only that there is a source with this number."""
        if self.is_heard:
            return self
        return Citation(
            number=self.number, cited=self.cited, recording_uuid=UUID(int=0), recording_title=UNHEARD_SOURCE, segment=1
        )

    @classmethod
    def quoting(cls, recording: Recording, segment: Segment, number: int, excerpt: str) -> Citation:
        """Return the citation of words in a segment of a recording, not stored yet, and ``said``, the whole segment."""
        citation = cls(
            number=number,
            recording=recording,
            recording_uuid=recording.uuid,
            recording_title=recording.title,
            segment=segment.number,
            speaker=segment.speaker,
            excerpt=excerpt,
            start=segment.start,
            end=segment.end,
        )
        citation.said = segment.text  # type: ignore[attr-defined]  # as the pages annotate those of the database
        return citation

    @classmethod
    def given(cls, recording: Recording, segment: Segment, number: int) -> Citation:
        """Return a passage that begins with this segment and that the model got, as a source that is not cited."""
        citation = cls.quoting(recording, segment, number, segment.text[:EXCERPT_LIMIT])
        citation.cited = False
        return citation


@dataclass(frozen=True, kw_only=True)
class Ending:
    """The end of a streaming turn: its state, all chunks of its answer, and the facts that are stored with them.

    Of the citations those count whose markers are in the chunks, whatever the state, and of the quotations those that
    are. Their places are those in the text of all chunks. ``unreported`` are the estimated tokens of calls of which the
    model has reported none.
    """

    state: str
    chunks: Sequence[str]
    finish_reason: str = ""
    failure: str = ""
    citations: Sequence[Citation] = ()
    quotations: Sequence[Quotation] = ()
    model_name: str = ""
    usage: dict[str, Any] | None = field(default=None)
    steps: dict[str, int] | None = field(default=None)
    searched: int | None = None
    unreported: int = 0

    @property
    def tokens(self) -> int:
        """The tokens that count: those that the model read and wrote, estimated where it did not report them."""
        usage = self.usage or {}
        return int(usage.get("input_tokens", 0)) + int(usage.get("output_tokens", 0)) + self.unreported

    @property
    def is_short(self) -> bool:
        """Whether the answer has a few pages at most."""
        return sum(map(len, self.chunks)) <= SHORT

    def stopped_at(self, seen: int | None) -> Ending:
        """Return the end by Stop instead: the text is cut after the last chunk that the user saw."""
        chunks = self.chunks if seen is None else self.chunks[:seen]
        return replace(self, state=State.STOPPED, chunks=chunks, finish_reason="", failure="")

    def without_retracted(self) -> Ending:
        """Return the same end without the text that was retracted. Its chunks become empty, and keep their numbers."""
        last = max((n for n, chunk in enumerate(self.chunks) if RETRACTION in chunk), default=None)
        if last is None:
            return self
        kept = [*[""] * last, unretracted(self.chunks[last]), *self.chunks[last + 1 :]]
        retracted = sum(map(len, self.chunks)) - sum(map(len, kept))
        quotations = [each.moved(-retracted) for each in self.quotations if each.begin >= retracted]
        return replace(self, chunks=kept, quotations=quotations)

    def citing_what_is_shown(self) -> Ending:
        """Return the same end without the citations whose markers, and the quotations that, the text does not show.

        What the model got and the answer does not cite stays, as long as there is any text that may be from it.
        """
        length = sum(map(len, self.chunks))
        shown = [each for each in self.citations if each.shown_at <= length and (each.cited or length)]
        return replace(self, citations=shown, quotations=[each for each in self.quotations if each.end <= length])


def unretracted(text: str) -> str:
    """Return the part of a text from a log that was not retracted."""
    return text.rpartition(RETRACTION)[2]


class AnswerQuerySet(StreamingQuerySet):
    """``streaming → complete | stopped | failed``, its chunks before that, and ``queued → cancelled``."""

    def append(self, appends: Sequence[Append]) -> set[int]:
        """Store chunks of many turns in one transaction; return the ids of the turns whose claim is lost.

        Nothing is stored for those. Chunks that are stored already are skipped, so a call can be repeated after a
        broken connection has left its outcome unknown.
        """
        remaining, lost = list(appends), set[int]()
        while remaining and not write(remaining):
            seqs = self._stored_seqs(remaining)
            lost |= {append.claim.turn_id for append in remaining} - seqs.keys()
            remaining = [append for append in remaining if seqs.get(append.claim.turn_id) == append.before]
        return lost

    def finish(self, claim: Claim, ending: Ending) -> bool:
        """End one turn: see ``finish_all``. Return False if the claim no longer holds."""
        return self.finish_all([(claim, ending)]) != [None]

    @transaction.atomic
    def finish_all(self, endings: Sequence[tuple[Claim, Ending]]) -> list[Ending | None]:
        """End turns in one transaction: store and index state, answer and citations, and delete the chunks.

        A turn that was asked to stop ends as ``stopped``, whatever its ending says. Return how each turn has ended;
        None for a turn whose claim no longer holds, of which nothing was changed.
        """
        turns = {Claim.of(turn): turn for turn in ended.locked(claim.turn_id for claim, _ in endings)}
        stored = self._finish([(turns[claim], ending) for claim, ending in endings if claim in turns])
        return [stored.get(claim.turn_id) for claim, _ in endings]

    def end(self, seen: int | None) -> None:
        """Cancel the queued turns of this set, then ask the streaming ones to stop at chunk ``seen``.

        In this order, a turn that is claimed in between is asked to stop, too.
        """
        self._cancel_queued()
        self.request_stop(seen)

    def request_stop(self, seen: int | None) -> int:
        """Ask the owners of these streaming turns to stop at chunk ``seen`` (None: wherever they are).

        The first request counts. Return how many turns were asked.
        """
        streaming = self.streaming().filter(stop_requested_at=None)
        return streaming.update(stop_requested_at=Now(), stop_seen=seen)

    @transaction.atomic
    def _cancel_queued(self) -> None:
        self.filter(state=State.QUEUED).update(state=State.CANCELLED, ended_at=Now())
        cancelled = self.filter(state=State.CANCELLED, indexed=None).only("question")
        IndexedTurn.objects.bulk_create([IndexedTurn.of(turn, "", ()) for turn in cancelled], ignore_conflicts=True)

    def _finish(self, turns: Sequence[tuple[Turn, Ending]]) -> dict[int, Ending]:
        """End these turns, whose rows are locked; return how each of them has ended, by its id."""
        stopped = [
            (turn, ending.stopped_at(turn.stop_seen) if turn.stop_requested_at else ending) for turn, ending in turns
        ]
        endings = [(turn, ending.citing_what_is_shown().without_retracted()) for turn, ending in stopped]
        if endings:
            ended.store(endings)
        return {turn.pk: ending for turn, ending in endings}

    def _stored_seqs(self, appends: Sequence[Append]) -> dict[int, int]:
        """Return the last stored seq of each turn whose claim holds, by the id of the turn."""
        claims = [append.claim for append in appends]
        streaming = self.filter(pk__in=[claim.turn_id for claim in claims], state=State.STREAMING)
        turns = {turn.pk: turn for turn in streaming.only("uuid", "owner", "fence")}
        stored = Chunk.objects.filter(turn__in=turns).order_by().values_list("turn_id").annotate(models.Max("seq"))
        seqs = dict(stored)
        return {
            claim.turn_id: seqs.get(claim.turn_id, 0)
            for claim in claims
            if claim.turn_id in turns and claim == Claim.of(turns[claim.turn_id])
        }
