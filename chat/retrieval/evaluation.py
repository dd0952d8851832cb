"""Evaluation of retrieval on questions about meetings, whose answers are marked as spans of segments."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

from django.contrib.auth import get_user_model

from ..database import in_database
from ..models import Filter, Recording, Scope, Segment
from ..passages import Passage
from . import MIN_RELEVANCE, Retriever, index

T = TypeVar("T")

_ROWS_AT_ONCE = 1000
_SPEAKER_LIMIT = 120
Spans = Sequence[tuple[int, int]]
"""First and last segment number of each span that answers a question."""


@dataclass(frozen=True)
class Meeting:
    """What each speaker said, as ``(speaker, text)``, and questions with the spans that answer them."""

    utterances: Sequence[tuple[str, str]]
    questions: Sequence[tuple[str, Spans]]


@dataclass(frozen=True)
class Question:
    """A question about a recording, with the spans of the recording that answer it."""

    text: str
    recording: Recording
    spans: Spans

    def is_answered_by(self, passage: Passage) -> bool:
        """Return whether the passage overlaps one of the spans."""
        first, last = passage.segments[0].number, passage.segments[-1].number
        return passage.recording == self.recording and any(a <= last and first <= b for a, b in self.spans)

    def rank(self, passages: Iterable[Passage]) -> int | None:
        """Return the rank, from 1, of the first passage that answers; None if none does."""
        return next((rank for rank, passage in enumerate(passages, 1) if self.is_answered_by(passage)), None)


@dataclass(frozen=True)
class Unanswerable:
    """A question that no meeting answers; ``about`` names its kind."""

    text: str
    about: str


def read_meetings(path: Path) -> list[Meeting]:
    """Read the meetings of a QMSum file, one JSON object per line.

    Raise ``OSError``, or ``ValueError`` with the line number if a line is not a QMSum meeting.
    """
    return _read_lines(path, _meeting, "a QMSum meeting")


def store(meetings: Sequence[Meeting]) -> list[Question]:
    """Store and index each meeting as a recording, and return the questions about them."""
    questions: list[Question] = []
    for meeting_number, meeting in enumerate(meetings, 1):
        recording = Recording.objects.create(title=f"Meeting {meeting_number}", digest=uuid4().hex)
        Segment.objects.bulk_create(
            (
                Segment(recording=recording, number=number, speaker=speaker, text=text)
                for number, (speaker, text) in enumerate(meeting.utterances, 1)
            ),
            batch_size=_ROWS_AT_ONCE,
        )
        index([recording])
        questions += [Question(text, recording, spans) for text, spans in meeting.questions]
    return questions


def listener() -> int:
    """Return the key of a user of this scratch database, who hears all meetings."""
    return get_user_model().objects.get_or_create(username="listener")[0].pk


def scope_within(recording: Recording, user_id: int) -> Scope:
    """Return the scope of a question about one meeting. Read the database."""
    return Scope.begin(user_id, Filter(recordings=(recording.uuid,)))


def read_unanswerable(path: Path) -> list[Unanswerable]:
    """Read questions that no meeting answers, one JSON object per line: ``{"question": …, "about": …}``.

    Raise ``OSError``, or ``ValueError`` with the line number.
    """
    return _read_lines(path, lambda record: Unanswerable(str(record["question"]), str(record["about"])), "a question")


def success(ranks: Sequence[int | None], within: int) -> float:
    """Return the share of questions that one of the first ``within`` passages answers."""
    return sum(rank is not None and rank <= within for rank in ranks) / max(len(ranks), 1)


def mean_reciprocal_rank(ranks: Sequence[int | None]) -> float:
    """Return the mean of 1/rank, which is 0 where no passage answers."""
    return sum(1 / rank for rank in ranks if rank) / max(len(ranks), 1)


async def evaluate(retriever: Retriever, questions: Sequence[Question], *, limit: int) -> dict[str, float]:
    """Return success and mean reciprocal rank of the first ``limit`` passages, and ``share_found`` of the questions.

    "With filter" searches only the recording that answers, "elsewhere" only another one, which should find little.
    """
    recordings = list(dict.fromkeys(question.recording for question in questions))
    other_recordings = _paired(recordings)
    user_id = await in_database(listener)
    everything = await in_database(Scope.begin, user_id)
    within = {recording: await in_database(scope_within, recording, user_id) for recording in recordings}
    everywhere, filtered, elsewhere = [], [], []
    for question in questions:
        right, wrong = within[question.recording], within[other_recordings[question.recording]]
        everywhere.append(await retriever.retrieve(question.text, scope=everything, limit=limit))
        filtered.append(await retriever.retrieve(question.text, scope=right, limit=limit))
        elsewhere.append(await retriever.retrieve(question.text, scope=wrong, limit=limit))
    ranks = [q.rank(passages) for q, passages in zip(questions, everywhere, strict=True)]
    filtered_ranks = [q.rank(passages) for q, passages in zip(questions, filtered, strict=True)]
    return {
        **{f"success@{best}": success(ranks, best) for best in sorted({1, 5, 10, limit}) if best <= limit},
        f"mrr@{limit}": mean_reciprocal_rank(ranks),
        "success@5 with filter": success(filtered_ranks, 5),
        "found": share_found(everywhere),
        "found with filter": share_found(filtered),
        "found elsewhere": share_found(elsewhere),
    }


async def evaluate_refusals(
    retriever: Retriever, questions: Sequence[Question], unanswerable: Sequence[Unanswerable], *, limit: int
) -> dict[str, int]:
    """Return how many questions are refused though a meeting answers them, and how many answered though none does.

    ``limit`` is the number of passages that an answer gets. The quote-only model is meant; others see what is found.
    """
    scope = await in_database(lambda: Scope.begin(listener()))
    refused = [q for q in questions if not is_found(await retriever.retrieve(q.text, scope=scope, limit=limit))]
    answered = [q for q in unanswerable if is_found(await retriever.retrieve(q.text, scope=scope, limit=limit))]
    kinds = Counter(question.about for question in answered)
    return {
        "refused": len(refused),
        "unanswerable": len(unanswerable),
        "answered": len(answered),
        **{f"answered: {kind}": kinds[kind] for kind in dict.fromkeys(question.about for question in unanswerable)},
    }


def is_found(passages: Sequence[Passage]) -> bool:
    """Return whether one of these passages has at least ``MIN_RELEVANCE``."""
    return any(passage.relevance >= MIN_RELEVANCE for passage in passages)


def share_found(answers: Sequence[Sequence[Passage]]) -> float:
    """Return the share of searches that found a passage with a relevance of at least ``MIN_RELEVANCE``."""
    return sum(map(is_found, answers)) / max(len(answers), 1)


def _paired(recordings: list[Recording]) -> dict[Recording, Recording]:
    """Map each recording to another one: the first half of the list to the second half, and vice versa."""
    half = len(recordings) // 2
    return dict(zip(recordings, recordings[-half:] + recordings[:-half], strict=False))


def _read_lines(path: Path, read: Callable[[dict[str, Any]], T], kind: str) -> list[T]:
    """Read a file of JSON Lines; ``kind`` says in an error what a line should have been."""
    read_lines = []
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            try:
                if line.strip():
                    read_lines.append(read(json.loads(line)))
            except (KeyError, TypeError, ValueError) as error:
                raise ValueError(f"{path}, line {number}: not {kind} ({error!r})") from None
    return read_lines


def _meeting(record: dict[str, Any]) -> Meeting:
    turns, queries = record["meeting_transcripts"], record["specific_query_list"]
    return Meeting(
        utterances=[(str(turn["speaker"])[:_SPEAKER_LIMIT], str(turn["content"])) for turn in turns],
        questions=[(str(query["query"]), _spans(query)) for query in queries],
    )


def _spans(query: dict[str, Any]) -> Spans:
    return [(int(first) + 1, int(last) + 1) for first, last in query["relevant_text_span"]]
