"""What became of the words that an answer quotes: whether they are in the transcript, and where."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q

from ..heard import is_heard

if TYPE_CHECKING:
    from .answer import Citation


class Fidelity(models.TextChoices):
    """How a quotation compares with what was said."""

    SAME = "same", "as in the transcript"
    DIFFERS = "differs", "differs from the transcript"
    NOT_FOUND = "not_found", "not found in the recording"


class QuotationQuerySet(models.QuerySet["Quotation"]):
    """Quotations; whoever shows them starts from ``for_reader``."""

    def for_reader(self, user_id: int) -> QuotationQuerySet:
        """Return quotations, and whether this user hears the recordings in which their words were found."""
        return self.annotate(is_heard=is_heard(user_id, '"chat_quotation"."recording_uuid"'))  # type: ignore[no-redef]

    def hidden_from(self, user_id: int) -> QuotationQuerySet:
        """Return those whose words were found in recordings that this user does not hear."""
        found = self.exclude(recording_uuid=None)
        return found.exclude(is_heard(user_id, '"chat_quotation"."recording_uuid"'))


class Quotation(models.Model):
    """Words that an answer quotes, from ``begin`` to ``end`` in its text, compared with the transcripts it is from.

    They stand between quotation marks (``is_marked``), or are a run of five words that a cited segment has, too. What
    is ``same`` or ``differs`` was found in a segment, from ``first`` to ``last`` in its text; ``number`` is that of the
    citation of this segment, if there is one. Of what ``differs`` the ``words`` of the transcript are a copy, as
    excerpts are. Whether words support what the answer says is for people to judge, and not stored here.
    """

    is_heard = False
    """Whether its reader hears the recording, as ``for_reader`` says. Without that, nobody does."""

    turn = models.ForeignKey("chat.Turn", on_delete=models.CASCADE, related_name="quotations", db_index=False)
    begin = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    is_marked = models.BooleanField()
    fidelity = models.CharField(max_length=12, choices=Fidelity)
    number = models.PositiveIntegerField(null=True)
    recording_uuid = models.UUIDField(null=True)
    segment = models.PositiveIntegerField(null=True)
    first = models.PositiveIntegerField(null=True)
    last = models.PositiveIntegerField(null=True)
    speaker = models.CharField(max_length=120, blank=True)
    words = models.TextField(blank=True)

    objects = QuotationQuerySet.as_manager()

    class Meta:
        ordering = ["turn_id", "begin"]
        indexes = [models.Index(fields=["recording_uuid", "speaker"], name="quotation_speaker")]
        constraints = [
            models.UniqueConstraint(fields=["turn", "begin"], name="quotation_begin"),
            models.CheckConstraint(condition=Q(begin__lt=F("end")), name="quotation_has_words"),
            models.CheckConstraint(
                condition=Q(
                    fidelity="not_found",
                    is_marked=True,
                    number=None,
                    recording_uuid=None,
                    segment=None,
                    first=None,
                    last=None,
                    speaker="",
                    words="",
                )
                | Q(
                    Q(fidelity="same", words="") | Q(Q(fidelity="differs", is_marked=True), ~Q(words="")),
                    recording_uuid__isnull=False,
                    segment__isnull=False,
                    first__isnull=False,
                    last__isnull=False,
                    first__lt=F("last"),
                ),
                name="quotation_is_found_somewhere",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.turn_id}@{self.begin}: {self.fidelity}"

    @property
    def may_be_shown(self) -> bool:
        """Whether its reader may know of it: what is found nowhere tells nothing of a recording."""
        return self.is_heard or self.fidelity == Fidelity.NOT_FOUND

    @property
    def place(self) -> tuple[int, int]:
        """The place of the words in the text of the segment; nowhere if they are not found."""
        return self.first or 0, self.last or 0

    def is_of(self, citation: Citation) -> bool:
        """Return whether it has the same words as the segment that this citation cites."""
        is_there = self.recording_uuid == citation.recording_uuid and self.segment == citation.segment
        return is_there and self.fidelity == Fidelity.SAME

    def moved(self, by: int) -> Quotation:
        """Return the same quotation so many characters further on."""
        moved = copy(self)
        moved.begin, moved.end = self.begin + by, self.end + by
        return moved
