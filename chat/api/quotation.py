"""A quotation of an answer as the API returns it."""

from __future__ import annotations

from uuid import UUID

from msgspec import Struct

from .. import models


class Quotation(Struct, frozen=True, kw_only=True):
    """Words that an answer quotes, from ``begin`` to ``end`` in it (in code points), compared with the transcripts.

    They are in quotation marks (``marked``) or a run of five words. ``fidelity`` is ``same``, ``differs`` or
    ``not_found``: a fact about words, not whether they support what the answer says. What was found is in a ``segment``
    of a recording by ``speaker``, which citation ``number`` cites, if one does; ``words`` are those of the transcript
    instead of ones that differ.
    """

    begin: int
    end: int
    marked: bool
    fidelity: str
    number: int | None
    recording_id: UUID | None
    segment: int | None
    speaker: str
    words: str

    @classmethod
    def of(cls, quotation: models.Quotation) -> Quotation:
        """Return a quotation that its reader may see."""
        return cls(
            begin=quotation.begin,
            end=quotation.end,
            marked=quotation.is_marked,
            fidelity=quotation.fidelity,
            number=quotation.number,
            recording_id=quotation.recording_uuid,
            segment=quotation.segment,
            speaker=quotation.speaker,
            words=quotation.words,
        )
