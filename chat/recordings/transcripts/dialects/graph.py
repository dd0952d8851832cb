"""Microsoft Graph's metadata of a Teams transcript: WebVTT in which the text of each cue is a JSON object."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any  # any JSON that a file contains

from ..captions import Cue
from ..clock import moment
from ..draft import NO_TEXT, Draft
from .names import speaker_name

_TEXT, _SPEAKER, _START = "spokenText", "speakerName", "startDateTime"


def recognises(cues: Sequence[Cue]) -> bool:
    """Return whether a cue is an object with a spoken text."""
    return any(_spoken(cue) is not None for cue in cues)


def add(draft: Draft, cues: Sequence[Cue]) -> None:
    """Add what each cue says. The date is that of the first cue; its times are those of WebVTT."""
    for cue in cues:
        spoken = _spoken(cue)
        if spoken is None:
            draft.add("\n".join(cue.lines), start=cue.start, end=cue.end)
            continue
        began = moment(spoken.get(_START))
        draft.recorded_on = draft.recorded_on or (began.date() if began else None)
        if isinstance(spoken[_TEXT], str):
            draft.add(spoken[_TEXT], speaker=speaker_name(spoken.get(_SPEAKER)), start=cue.start, end=cue.end)
        else:
            draft.skip(NO_TEXT)


def _spoken(cue: Cue) -> dict[str, Any] | None:
    text = "\n".join(cue.lines).strip()
    if not text.startswith("{") or _TEXT not in text:
        return None
    try:
        spoken = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return spoken if isinstance(spoken, dict) and _TEXT in spoken else None
