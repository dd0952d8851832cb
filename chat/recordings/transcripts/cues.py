"""Who speaks in the cues of subtitles: voices, identifiers, or labels in the text name them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from .captions import Cue
from .draft import Draft
from .labels import Label, is_name, is_numbered, is_sound, label_alone, label_of, speakers

_LABELLED_SHARE = 1 / 3
"""If a smaller share of cues has a label, ``Word: …`` is part of the text, unless the names are beyond doubt."""
_FEWEST_UNNAMED = 0.2
_CHANGE = re.compile(r"(?:>>+|[-–—])\s*(?=\S)")
_QUOTED_IDENTIFIER = re.compile(r'(?:\d+\s+)?"(?P<name>[^"]{1,120})"(?:\s*\([^()]*\))?')
_IDENTIFIER = re.compile(r"(?:\d+[\s.:-]+)?(?P<name>[^\d\s].{0,119})")
_LINE_NAMES_SHARE = 0.9


@dataclass(slots=True)
class Part:
    """What one speaker says in a cue. None means that nothing names the speaker; nobody is an empty name."""

    speaker: str | None
    text: str
    start: float | None
    end: float | None


def add_labelled(draft: Draft, cues: Sequence[Cue]) -> None:
    """Add the text of the cues by speaker. A cue with several labels becomes one utterance per label."""
    add_parts(draft, list(_with_identifiers(cues) or _with_names_above(cues) or _with_labels(cues)))


def add_parts(draft: Draft, parts: Sequence[Part]) -> None:
    """Add what was said. If names stand only where the speaker changes, each goes on until the next."""
    speaker, carries = "", _names_only_changes(parts)
    for part in parts:
        if part.speaker is not None:
            speaker = part.speaker
        elif not carries or _CHANGE.match(part.text):
            speaker = ""
        sound = part.speaker is None and is_sound(part.text)
        draft.add(part.text, speaker="" if sound else speaker, start=part.start, end=part.end)


def _names_only_changes(parts: Sequence[Part]) -> bool:
    """Return whether no name stands twice in a row, and more than a few parts have none: those nobody could name."""
    unnamed = sum(part.speaker is None for part in parts)
    if unnamed < _FEWEST_UNNAMED * len(parts):
        return False
    return all(before.speaker != part.speaker for before, part in pairwise(parts) if part.speaker)


def _with_identifiers(cues: Sequence[Cue]) -> list[Part]:
    """Return the parts if the identifiers of cues are names: in quotes, or the same name above several cues."""
    quoted = [_QUOTED_IDENTIFIER.fullmatch(cue.identifier) for cue in cues]
    if any(quoted):
        names = [match["name"] if match else None for match in quoted]
    else:
        bare = [_IDENTIFIER.fullmatch(cue.identifier) for cue in cues]
        counts = Counter(match["name"] for match in bare if match and is_name(match["name"]))
        repeated = sum(count for count in counts.values() if count > 1)
        if not counts or (repeated * 2 < counts.total() and not all(map(is_numbered, counts))):
            return []
        names = [match["name"] if match and match["name"] in counts else None for match in bare]
    return [
        Part(name, "\n".join(cue.lines), cue.start, cue.end) for cue, name in zip(cues, names, strict=True) if cue.lines
    ]


def _with_names_above(cues: Sequence[Cue]) -> list[Part]:
    """Return the parts if the first line of nearly every cue is a name, with nothing else in it."""
    heads = [cue.lines[0] for cue in cues if len(cue.lines) > 1 and is_line_name(cue.lines[0])]
    if len(heads) < max(2, _LINE_NAMES_SHARE * len(cues)) or len(set(heads)) * 2 > len(heads) > 3:
        return []
    parts = []
    for cue in cues:
        named = len(cue.lines) > 1 and cue.lines[0] in heads
        name, lines = (cue.lines[0], cue.lines[1:]) if named else (None, cue.lines)
        parts.append(Part(name, "\n".join(lines), cue.start, cue.end))
    return parts


def is_line_name(line: str) -> bool:
    """Return whether a whole line may be a name, and not a sentence."""
    return is_name(line) and line[-1] not in ".?!…,;:" and len(line.split()) <= 6 and not is_sound(line)


def _with_labels(cues: Sequence[Cue]) -> Iterator[Part]:
    candidates = [_labels(cue) for cue in cues]
    spoken = [labels[:1] for cue, labels in zip(cues, candidates, strict=True) if not is_sound(" ".join(cue.lines))]
    beginnings = [first for labels in spoken for first in labels]
    every = [label for labels in candidates for label in labels]
    names = speakers(every, beginnings)
    if not are_labels([label.name for label in every if label and label.name in names], len(spoken)):
        names = ()
    for cue, labels in zip(cues, candidates, strict=True):
        yield from _parts(cue, [label if label and label.name in names else None for label in labels])


def are_labels(names: Sequence[str], cues: int) -> bool:
    """Return whether enough cues begin with a name, or fewer with names that are full and come back."""
    counts = Counter(names)
    full = [name for name, count in counts.items() if count > 1 and len(name.split()) > 1]
    return len(names) >= _LABELLED_SHARE * cues or len(full) > 1 or any(map(is_numbered, counts))


def _labels(cue: Cue) -> list[Label | None]:
    last = len(cue.lines) - 1
    return [label_of(line) or (label_alone(line) if n < last else None) for n, line in enumerate(cue.lines)]


def _parts(cue: Cue, labels: Sequence[Label | None]) -> Iterator[Part]:
    parts: list[tuple[str | None, list[str]]] = []
    for line, label in zip(cue.lines, labels, strict=True):
        if label:
            parts.append((label.name, [label.text]))
        elif parts:
            parts[-1][1].append(line)
        else:
            parts.append((None, [line]))
    for speaker, texts in parts or [(None, [])]:
        yield Part(speaker, "\n".join(texts), cue.start, cue.end)
