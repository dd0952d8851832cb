"""One answer, without the words of a speaker who is erased."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from ..answers.masking import Hidden, Mask, place_beside, removed
from ..models import (
    REMOVED,
    REMOVED_SPEAKER,
    TERMINAL,
    ChangedAnswer,
    CheckRequest,
    Citation,
    Conversation,
    Feedback,
    IndexedTurn,
    Quotation,
    ReviewLabel,
    SpeakerErasure,
    Turn,
    refuse_if_held,
)
from ..models.conversation import title_from
from ..models.turns.indexed_turn import searched
from .runs import Runs

_WRITTEN = ((Feedback, "text"), (CheckRequest, "note"), (ReviewLabel, "comment"))
"""What people have written about an answer, in which they may quote it."""


@transaction.atomic
def clean(pk: int, erasure: SpeakerErasure, runs: Runs) -> bool:
    """Remove the words of the speaker from a turn that has ended; return whether there were any."""
    turn = Turn.objects.select_for_update().filter(pk=pk, state__in=TERMINAL).first()
    if turn is None:
        return False
    asked = turn.question
    citations = list(Citation.objects.filter(turn=turn).order_by("number"))
    theirs = [each for each in citations if _is_theirs(each, erasure)]
    quoted = theirs_in(Quotation.objects.filter(turn=turn), erasure)
    places = _clean_text(turn, citations, theirs, erasure, runs) + _clean_written(turn, runs) + quoted.delete()[0]
    if not places and not theirs:
        return False
    refuse_if_held(Conversation.objects.filter(pk=turn.conversation_id))
    _clean_citations(theirs, erasure)
    index = IndexedTurn.of(turn, turn.answer, searched(citations, is_complete=turn.is_complete))
    IndexedTurn.objects.filter(turn=turn).update(text=index.text)
    _clean_title(turn, asked, runs)
    _note(turn, erasure, places + len(theirs))
    return True


def theirs_in(quotations: QuerySet[Quotation], erasure: SpeakerErasure) -> QuerySet[Quotation]:
    """Return those of some quotations that were found in what they say."""
    return quotations.filter(recording_uuid__in=erasure.uuids, speaker=erasure.name)


def _is_theirs(citation: Citation, erasure: SpeakerErasure) -> bool:
    is_left = citation.excerpt != REMOVED or (erasure.replaces_name and citation.speaker != REMOVED_SPEAKER)
    return _is_there(citation, erasure) and citation.speaker == erasure.name and is_left


def _is_there(citation: Citation, erasure: SpeakerErasure) -> bool:
    return str(citation.recording_uuid) in erasure.uuids


def _is_theirs_cleaned(citation: Citation, erasure: SpeakerErasure) -> bool:
    """Return whether it was made from what is left of their segment, by an answer that may have got it whole."""
    is_cleaned = citation.excerpt == REMOVED and citation.speaker in (erasure.name, REMOVED_SPEAKER)
    return is_cleaned and _is_there(citation, erasure)


def _clean_text(
    turn: Turn, citations: Sequence[Citation], theirs: Sequence[Citation], erasure: SpeakerErasure, runs: Runs
) -> int:
    """Remove the sentences that cite or repeat them; return how many places had to change.

    As with what a reader may no longer hear: of an answer that names no source, each sentence may be from them. So it
    may if its source is what somebody else said there: the model got the whole passage, of which one segment is kept.
    """
    is_new = not erasure.answers.filter(turn=turn).exists()
    left = [each for each in theirs if each.excerpt != REMOVED]
    if is_new and turn.ended_at and turn.ended_at >= erasure.asked_at:
        left += [each for each in citations if _is_theirs_cleaned(each, erasure)]
    given = [each for each in citations if not each.cited and _is_there(each, erasure)]
    hidden = Hidden(
        numbers=frozenset(each.number for each in left),
        excerpts=[each.excerpt for each in left if each.excerpt != REMOVED],
        stretches=runs.stretches(turn.answer),
        is_whole=is_new and not any(each.cited for each in citations) and bool(left or given),
    )
    chunks, masks = removed(turn.answer_after(0), hidden, REMOVED, is_broken=not turn.is_complete)
    places, question = len(masks), runs.without(turn.question)
    if not places and question == turn.question and not any(each.excerpt != REMOVED for each in left):
        return 0
    if (answer := "".join(chunks)) != turn.answer:
        turn.answer, turn.chunk_lengths = answer, [len(chunk) for chunk in chunks]
        _move_quotations(turn, masks)
    places += question != turn.question
    turn.question, turn.erased_at = question, timezone.now()
    turn.save(update_fields=["question", "answer", "chunk_lengths", "erased_at"])
    return places


def _move_quotations(turn: Turn, masks: Sequence[Mask]) -> None:
    """Store the quotations where they are in the answer with these masks, without those that are behind one."""
    quotations = list(Quotation.objects.filter(turn=turn))
    places = [place_beside(masks, each.begin, each.end) for each in quotations]
    moved = [each.moved(place[0] - each.begin) for each, place in zip(quotations, places, strict=True) if place]
    Quotation.objects.filter(turn=turn).delete()
    Quotation.objects.bulk_create(moved)


def _clean_written(turn: Turn, runs: Runs) -> int:
    places = 0
    for model, name in _WRITTEN:
        for row in model._default_manager.filter(turn=turn).exclude(**{name: ""}):  # noqa: SLF001  # documented
            text = getattr(row, name)
            if (kept := runs.without(text)) != text:
                places += model._default_manager.filter(pk=row.pk).update(**{name: kept})  # noqa: SLF001  # documented
    return places


def _clean_citations(theirs: Sequence[Citation], erasure: SpeakerErasure) -> None:
    for each in theirs:
        each.excerpt = REMOVED
        each.speaker = REMOVED_SPEAKER if erasure.replaces_name else each.speaker
    Citation.objects.bulk_update(theirs, ["excerpt", "speaker"])


def _clean_title(turn: Turn, asked: str, runs: Runs) -> None:
    """Forget the title that a model may have made of the answer, and remove their words from the other.

    One that was made of the question as it was ``asked`` is made of what is left of it.
    """
    conversation = Conversation.objects.filter(pk=turn.conversation_id)
    title = conversation.values_list("title", flat=True).first() or ""
    kept = title_from(turn.question) if title == title_from(asked) else runs.without(title)
    if kept != title:
        conversation.rename(kept[:80])
    conversation.exclude(earlier_title=None).update(earlier_title=None)


def _note(turn: Turn, erasure: SpeakerErasure, places: int) -> None:
    changed, is_new = ChangedAnswer.objects.get_or_create(erasure=erasure, turn=turn, defaults={"places": places})
    if not is_new:
        ChangedAnswer.objects.filter(pk=changed.pk).update(places=changed.places + places, changed_at=Now())
