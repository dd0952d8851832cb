"""Turns in every state, created in the same way as by the site."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import uuid4

from django.db import transaction

from chat.answers.comparing import compared
from chat.models import (
    Append,
    Citation,
    Claim,
    Collection,
    Conversation,
    Ending,
    LoginSession,
    Quotation,
    Recording,
    Segment,
    State,
    Submission,
    Turn,
)
from chat.passages import Passage

STATES = tuple(State.values)


def asked(
    login: LoginSession,
    question: str = "What was decided?",
    *,
    conversation: Conversation | None = None,
    recordings: Sequence[Recording] = (),
    state: str = "complete",
    answer: str = "It was decided.",
    citations: Sequence[Citation] = (),
    quotations: Sequence[Quotation] = (),
    finish_reason: str = "stop",
) -> Turn:
    """Create a turn of ``login`` and bring it to ``state``; its answer is stored in chunks of 5 characters."""
    submission = Submission(
        request_id=uuid4(),
        question=question,
        conversation=conversation.uuid if conversation else None,
        recordings=tuple(recording.uuid for recording in recordings),
    )
    with transaction.atomic():  # so that no runner of the test claims it before
        turn = Turn.objects.submit(login, submission)
        if state == "cancelled":
            Turn.objects.filter(pk=turn.pk).end(None)
        elif state != "queued":
            _streamed(state, answer, ending_as(state, answer, citations, finish_reason, quotations))
    return Turn.objects.select_related("conversation", "login_session").get(pk=turn.pk)


def chunks_of(text: str) -> list[str]:
    """Return the text in pieces of 5 characters."""
    return [text[start : start + 5] for start in range(0, len(text), 5)]


def _streamed(state: str, answer: str, ending: Ending) -> None:
    [turn] = Turn.objects.claim("a test")
    claim, chunks = Claim.of(turn), chunks_of(answer)
    Turn.objects.append([Append(claim=claim, seq=len(chunks), phase="answering", texts=chunks)])
    if state != "streaming":
        Turn.objects.finish(claim, ending)


def ending_as(
    state: str,
    answer: str,
    citations: Sequence[Citation] = (),
    finish_reason: str = "stop",
    quotations: Sequence[Quotation] = (),
) -> Ending:
    """Return the end of a turn as ``state``."""
    return Ending(
        state=state,
        chunks=chunks_of(answer),
        finish_reason=finish_reason if state == "complete" else "",
        failure={"failed": "GENERATION_FAILED", "interrupted": "INTERRUPTED"}.get(state, ""),
        citations=citations,
        quotations=quotations,
        model_name="scripted",
        usage={"input_tokens": 7, "output_tokens": 11},
        steps={"answering": 34, "retrieving": 12},
    )


def quoting(answer: str, recording: Recording, *citations: Citation) -> list[Quotation]:
    """Return the quotations of an answer whose model was given a whole recording, not stored yet."""
    return compared(answer, [Passage(recording, tuple(recording.segments.all()), 1.0, 1.0)], citations)


def recorded(
    title: str = "Launch planning",
    *said: str,
    speaker: str = "Ana",
    audio: str = "",
    collection: Collection | None = None,
) -> Recording:
    """Create a recording of ``speaker`` with one segment for each text, 10 seconds long."""
    recording = Recording.objects.create(
        title=title,
        digest=uuid4().hex,
        audio=audio,
        duration=10.0 * len(said),
        collection=collection or Collection.objects.default(),
    )
    Segment.objects.bulk_create(
        Segment(
            recording=recording, number=number, speaker=speaker, text=text, start=10.0 * (number - 1), end=10.0 * number
        )
        for number, text in enumerate(said, 1)
    )
    return recording


def citing(recording: Recording, number: int = 1, *, segment: int = 1, excerpt: str = "We ship in March.") -> Citation:
    """Return a citation of a segment of a recording, not stored yet."""
    return Citation(
        number=number,
        recording=recording,
        recording_uuid=recording.uuid,
        recording_title=recording.title,
        segment=segment,
        speaker="Ana",
        excerpt=excerpt,
        start=10.0 * (segment - 1),
        end=10.0 * segment,
    )
