"""The answer of a turn: chunks while it streams, one text with its citations when it has ended."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import connection, models, transaction
from django.db.models.functions import Now

from .recording import Recording

if TYPE_CHECKING:
    from .turn import Turn


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


class Citation(models.Model):
    """A passage kept with a finished turn, numbered as in its text.

    ``excerpt`` is verbatim from one segment. Title, speaker and excerpt are copies: they stay when the recording is
    renamed or deleted.
    """

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

    class Meta:
        ordering = ["turn_id", "number"]
        constraints = [
            models.UniqueConstraint(fields=["turn", "number"], name="citation_number"),
            models.CheckConstraint(condition=models.Q(number__gte=1), name="citation_number_from_1"),
        ]

    def __str__(self) -> str:
        return f"[{self.number}] {self.recording_title}"


@dataclass(frozen=True)
class Claim:
    """Who may write a turn: it holds as long as the row still names this owner and this fence."""

    turn_id: int
    turn: UUID
    owner: str
    fence: int

    @classmethod
    def of(cls, turn: Turn) -> Claim:
        """The claim that the row of a streaming turn names."""
        return cls(turn_id=turn.pk, turn=turn.uuid, owner=turn.owner or "", fence=turn.fence)


@dataclass(frozen=True)
class Append:
    """Chunks ``seq - len(texts) + 1 .. seq`` of one turn, and the phase it is in."""

    claim: Claim
    seq: int
    phase: str
    texts: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class Ending:
    """How a streaming turn ends: its state, all chunks of its answer, and what goes with them."""

    state: str
    chunks: Sequence[str]
    finish_reason: str = ""
    failure: str = ""
    citations: Sequence[Citation] = ()
    model_name: str = ""
    usage: dict[str, Any] | None = field(default=None)

    def stopped_at(self, seen: int | None) -> Ending:
        """The same turn ended by Stop: the text is cut at the chunk the stopper had seen, and cites nothing."""
        chunks = self.chunks if seen is None else self.chunks[:seen]
        return replace(self, state="stopped", chunks=chunks, finish_reason="", failure="", citations=())


class AnswerQuerySet(models.QuerySet["Turn"]):
    """``streaming → complete | stopped | failed | interrupted``, and the chunks on the way there."""

    def append(self, appends: Sequence[Append]) -> set[int]:
        """Store chunks of many turns in one transaction; returns the ids of turns whose claim is lost.

        Of those nothing is stored. This runs for every group commit, so it is two ``executemany`` instead of the
        ORM's per-object work.
        """
        remaining = list(appends)
        while remaining and not _write(remaining):
            held = self._held(remaining)
            remaining = [append for append in remaining if append.claim.turn_id in held]
        return {append.claim.turn_id for append in appends} - {append.claim.turn_id for append in remaining}

    def finish(self, claim: Claim, ending: Ending) -> Turn | None:
        """End a turn: state, answer and citations in one transaction, and its chunks are compacted.

        A turn that was asked to stop ends as ``stopped``, whatever else was about to happen to it. Returns the ended
        turn, or None when the claim no longer holds; then nothing was changed.
        """
        return self._finish(self.filter(owner=claim.owner, fence=claim.fence), claim.turn_id, ending)

    @transaction.atomic
    def interrupt(self, turn: Turn, dead: Collection[str] = ()) -> Turn | None:
        """Close an abandoned turn with what its chunks hold; None when its owner, or another reaper, was faster."""
        abandoned = self.model.objects.filter(owner=turn.owner, fence=turn.fence, pk=turn.pk).abandoned(dead)
        if not abandoned.select_for_update().exists():
            return None
        chunks = list(Chunk.objects.filter(turn=turn).order_by("seq").values_list("text", flat=True))
        return self._finish(abandoned, turn.pk, Ending(state="interrupted", failure="INTERRUPTED", chunks=chunks))

    def request_stop(self, seen: int | None) -> int:
        """Ask the owners of these streaming turns to stop at chunk ``seen`` (None: wherever they are).

        The first request counts. Returns how many turns were asked.
        """
        asked = self.filter(state="streaming", stop_requested_at=None)
        return asked.update(stop_requested_at=Now(), stop_seen=seen)

    @transaction.atomic
    def _finish(self, claimed: models.QuerySet[Turn], pk: int, ending: Ending) -> Turn | None:
        held = claimed.filter(pk=pk, state="streaming")
        turn = held.select_for_update().first()
        if turn is None:
            return None
        if turn.stop_requested_at:
            ending = ending.stopped_at(turn.stop_seen)
        ended = held.update(
            state=ending.state,
            phase="",
            seq=len(ending.chunks),
            answer="".join(ending.chunks),
            chunk_lengths=[len(chunk) for chunk in ending.chunks],
            finish_reason=ending.finish_reason,
            failure=ending.failure,
            model_name=ending.model_name,
            usage=ending.usage,
            owner=None,
            lease_expires_at=None,
            ended_at=Now(),
        )
        if ended != 1:
            return None
        for citation in ending.citations:
            citation.turn = turn
        Citation.objects.bulk_create(ending.citations)
        Chunk.objects.filter(turn=turn).delete()
        turn.refresh_from_db()
        return turn

    def _held(self, appends: Sequence[Append]) -> set[int]:
        rows = self.filter(pk__in=[append.claim.turn_id for append in appends], state="streaming")
        now = {pk: (owner, fence) for pk, owner, fence in rows.values_list("pk", "owner", "fence")}
        claims = [append.claim for append in appends]
        return {claim.turn_id for claim in claims if now.get(claim.turn_id) == (claim.owner, claim.fence)}


def _write(appends: Sequence[Append]) -> bool:
    """Store all of them, or store nothing and return False when any of the claims is lost."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE chat_turn SET seq = %s, phase = %s WHERE id = %s AND owner = %s AND fence = %s"
            " AND state = 'streaming'",
            [(a.seq, a.phase, a.claim.turn_id, a.claim.owner, a.claim.fence) for a in appends],
        )
        if cursor.rowcount != len(appends):
            transaction.set_rollback(True)
            return False
        chunks = [(a.claim.turn_id, seq, text) for a in appends for seq, text in _numbered(a)]
        if chunks:
            cursor.executemany("INSERT INTO chat_chunk (turn_id, seq, text) VALUES (%s, %s, %s)", chunks)
    return True


def _numbered(append: Append) -> list[tuple[int, str]]:
    return list(enumerate(append.texts, append.seq - len(append.texts) + 1))
