"""Cues, the timed lines of subtitles, and their speakers where only labels in the text name them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .draft import NO_TEXT, Draft
from .labels import Label, label_of, speakers

_LABELLED_SHARE = 1 / 3
"""If a smaller share of cues has a label, ``Word: …`` is part of the text, not a speaker."""


@dataclass(frozen=True, slots=True)
class Cue:
    """The lines that are shown between two times (seconds)."""

    lines: Sequence[str]
    start: float
    end: float


def add_labelled(draft: Draft, cues: Sequence[Cue]) -> None:
    """Add the text of the cues by speaker. A cue with several labels becomes one utterance per label."""
    candidates = [[label_of(line.strip()) for line in cue.lines] for cue in cues]
    names = speakers(label for labels in candidates for label in labels)
    labels_by_cue = [[label if label and label.name in names else None for label in labels] for labels in candidates]
    if sum(any(labels) for labels in labels_by_cue) < _LABELLED_SHARE * len(cues):
        labels_by_cue = [[None] * len(cue.lines) for cue in cues]
    for cue, labels in zip(cues, labels_by_cue, strict=True):
        _add(draft, cue, labels)


def _add(draft: Draft, cue: Cue, labels: Sequence[Label | None]) -> None:
    parts: list[tuple[str, list[str]]] = []
    for line, label in zip(cue.lines, labels, strict=True):
        if label:
            parts.append((label.name, [label.text]))
        elif parts:
            parts[-1][1].append(line)
        else:
            parts.append(("", [line]))
    if not parts:
        draft.skip(NO_TEXT)
    for speaker, texts in parts:
        draft.add("\n".join(texts), speaker=speaker, start=cue.start, end=cue.end)
