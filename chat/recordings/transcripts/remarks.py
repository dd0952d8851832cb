"""Remarks that programs write into transcripts: nobody has said them."""

from __future__ import annotations

import re

_WHOLE_LINES = re.compile(
    r"transcription ended after [\d:]+"
    r"|this editable transcript was computer[ -]generated and might contain errors\b.*"
    r"|.{1,120} (?:started|stopped) (?:transcription|recording|the transcription|the recording)\.?"
    r"|(?:transcription|recording) (?:started|stopped|in progress)\.?"
    r"|(?:transcribed|transcript (?:created|generated|provided)|generated|created|exported|recorded)"
    r" (?:by|with|from|using) (?:https?://)?(?:www\.)?(?:otter|fathom|tl;?dv|tldv|granola|tactiq|sonix|descript|trint|rev|notta|fireflies"
    r"|happy ?scribe|read\.?ai|zoom|teams|microsoft teams|google meet|gemini|webex|supernormal|meetgeek)\b\S*.{0,60}"
    r"|view recording - .*"
    r"|(?:action item|screen sharing|highlight|bookmark): .* - watch: ?https?://.*"
    r"|\[?screen share (?:started|ended)\]?"
    r"|(?:📖|✍️)? ?transcript:?|full transcript:?|meeting transcript:?"
    r"|[-_*=–—]{2,}|-|```\w*",
    re.IGNORECASE,
)
_LONGEST = 400


def is_remark(line: str) -> bool:
    """Return whether a whole line is a remark of a program, or a rule between parts."""
    return len(line) <= _LONGEST and _WHOLE_LINES.fullmatch(line) is not None
