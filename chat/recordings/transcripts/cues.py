"""Cues: the timed lines of subtitles, and who speaks in them when only the text tells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .draft import NO_TEXT, Draft
from .labels import Label, label_of, speakers

_LABELLED_SHARE = 1 / 3
"""Below this share of cues, ``Word: …`` is how someone talks, not who does."""


@dataclass(frozen=True, slots=True)
class Cue:
    """The lines that are shown between two times (seconds)."""

    lines: Sequence[str]
    start: float
    end: float


def add_labelled(draft: Draft, cues: Sequence[Cue]) -> None:
    """Add the cues' text by speaker; a cue in which several have a label becomes one utterance for each."""
    labels = [[label_of(line.strip()) for line in cue.lines] for cue in cues]
    names = speakers(label for lines in labels for label in lines)
    named = [[label if label and label.name in names else None for label in lines] for lines in labels]
    if sum(any(lines) for lines in named) < _LABELLED_SHARE * len(cues):
        named = [[None] * len(cue.lines) for cue in cues]
    for cue, lines in zip(cues, named, strict=True):
        _add(draft, cue, lines)


def _add(draft: Draft, cue: Cue, labels: Sequence[Label | None]) -> None:
    stretches: list[tuple[str, list[str]]] = []
    for line, label in zip(cue.lines, labels, strict=True):
        if label:
            stretches.append((label.name, [label.text]))
        elif stretches:
            stretches[-1][1].append(line)
        else:
            stretches.append(("", [line]))
    if not stretches:
        draft.skip(NO_TEXT)
    for speaker, texts in stretches:
        draft.add("\n".join(texts), speaker=speaker, start=cue.start, end=cue.end)
