"""How well the right passages are found: questions of which it is known where their answers stand."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from ..models import Recording, Segment
from ..passages import Passage
from . import FOUND, Retriever, index

_ROWS_AT_ONCE = 1000
_SPEAKER_LIMIT = 120


Places = Sequence[tuple[int, int]]


@dataclass(frozen=True)
class Meeting:
    """Who said what, and questions with the places of their answers: first and last segment number of each."""

    said: Sequence[tuple[str, str]]
    asked: Sequence[tuple[str, Places]]


@dataclass(frozen=True)
class Question:
    """A question about a recording, with the places of its answer there."""

    text: str
    recording: Recording
    places: Places

    def is_answered_by(self, passage: Passage) -> bool:
        """Whether the passage overlaps one of the places."""
        first, last = passage.segments[0].number, passage.segments[-1].number
        return passage.recording == self.recording and any(a <= last and first <= b for a, b in self.places)

    def rank(self, passages: Iterable[Passage]) -> int | None:
        """The rank, from 1, of the first passage that answers."""
        return next((rank for rank, passage in enumerate(passages, 1) if self.is_answered_by(passage)), None)


def read_meetings(path: Path) -> list[Meeting]:
    """The meetings of a QMSum file (one JSON object a line).

    Raises ``OSError``, or ``ValueError`` that names the line when one is not of that form.
    """
    meetings = []
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            try:
                if line.strip():
                    meetings.append(_meeting(json.loads(line)))
            except (KeyError, TypeError, ValueError) as error:
                raise ValueError(f"{path}, line {number}: not a meeting in the format of QMSum ({error!r})") from None
    return meetings


def store(meetings: Sequence[Meeting]) -> list[Question]:
    """Make recordings of the meetings, index them, and return the questions about them."""
    questions: list[Question] = []
    for number, meeting in enumerate(meetings, 1):
        recording = Recording.objects.create(title=f"Meeting {number}", digest=uuid4().hex)
        Segment.objects.bulk_create(
            (
                Segment(recording=recording, number=place, speaker=speaker, text=text)
                for place, (speaker, text) in enumerate(meeting.said, 1)
            ),
            batch_size=_ROWS_AT_ONCE,
        )
        index([recording])
        questions += [Question(text, recording, places) for text, places in meeting.asked]
    return questions


def success(ranks: Sequence[int | None], within: int) -> float:
    """The share of questions whose answer is among the first ``within`` passages."""
    return sum(rank is not None and rank <= within for rank in ranks) / max(len(ranks), 1)


def mean_reciprocal_rank(ranks: Sequence[int | None]) -> float:
    """The mean of 1/rank, where nothing found counts 0."""
    return sum(1 / rank for rank in ranks if rank) / max(len(ranks), 1)


async def evaluate(retriever: Retriever, questions: Sequence[Question], *, limit: int) -> dict[str, float]:
    """Return success and mean reciprocal rank of the first ``limit`` passages, and the share of questions with a find.

    "With filter" is within the recording that answers, "elsewhere" within another one, where little should be found.
    """
    other = _others(list(dict.fromkeys(question.recording for question in questions)))
    everywhere, filtered, elsewhere = [], [], []
    for question in questions:
        right, wrong = question.recording.uuid, other[question.recording].uuid
        everywhere.append(await retriever.retrieve(question.text, limit=limit))
        filtered.append(await retriever.retrieve(question.text, recordings=[right], limit=limit))
        elsewhere.append(await retriever.retrieve(question.text, recordings=[wrong], limit=limit))
    ranks = [q.rank(passages) for q, passages in zip(questions, everywhere, strict=True)]
    filtered_ranks = [q.rank(passages) for q, passages in zip(questions, filtered, strict=True)]
    return {
        **{f"success@{within}": success(ranks, within) for within in sorted({1, 5, 10, limit}) if within <= limit},
        f"mrr@{limit}": mean_reciprocal_rank(ranks),
        "success@5 with filter": success(filtered_ranks, 5),
        "found": share_found(everywhere),
        "found with filter": share_found(filtered),
        "found elsewhere": share_found(elsewhere),
    }


def share_found(answers: Sequence[Sequence[Passage]]) -> float:
    """The share of searches of which one passage at least is as relevant as ``FOUND``."""
    return sum(any(passage.relevance >= FOUND for passage in passages) for passages in answers) / max(len(answers), 1)


def _others(recordings: list[Recording]) -> dict[Recording, Recording]:
    """Pair each recording with another one: the second half of the list with the first, and the other way round."""
    half = len(recordings) // 2
    return dict(zip(recordings, recordings[-half:] + recordings[:-half], strict=False))


def _meeting(record: dict[str, Any]) -> Meeting:
    turns, queries = record["meeting_transcripts"], record["specific_query_list"]
    return Meeting(
        said=[(str(turn["speaker"])[:_SPEAKER_LIMIT], str(turn["content"])) for turn in turns],
        asked=[(str(query["query"]), _places(query)) for query in queries],
    )


def _places(query: dict[str, Any]) -> Places:
    return [(int(first) + 1, int(last) + 1) for first, last in query["relevant_text_span"]]
