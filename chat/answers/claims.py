"""The claim that a citation marker stands for: the sentence before the marker, or the one after it."""

from __future__ import annotations

import re
from functools import cache

from .spellings import LIMIT, MARKER, compile_spellings, marker_pattern
from .verbatim import may_quote

CLAIM_LIMIT = 1_000
"""Maximum of characters before a marker that are searched for its claim."""
FOLLOWING_LIMIT = 400
"""Maximum of characters after a marker that are searched for its claim."""
LOOKAHEAD = 1_000
"""Characters after a marker that are enough to tell its claim."""

_NUMBER = re.compile(r"\[\d{1,3}\]")
_SENTENCE_END = re.compile(r"[.!?…\n](?:(?<=\n)\n*|[*_”“»\")]*(?P<gap>\s+))")  # a class first: it is found sooner
_QUOTED = re.compile(r"„[^“”\n]*(?:[“”]|$)|“[^”\n]*(?:”|$)|«[^»\n]*(?:»|$)|\"[^\"\n]*(?:\"|$)", re.MULTILINE)
_BULLETS = re.compile(r"(?:[\s>#*_+•|-]|\d{1,3}[.)](?=\s|$))*")


@cache
def _markers_pattern() -> re.Pattern[str]:
    return re.compile(rf"(?:[ \t*_]*(?:{MARKER}))*", re.IGNORECASE)


def warm() -> None:
    """Compile what the first answer with a marker needs. It takes a tenth of a second."""
    compile_spellings()
    _markers_pattern()


def before(shown: str) -> str:
    """Return the last sentence of the text before a marker, without other markers."""
    text = _NUMBER.sub("", shown).rstrip()
    ends = [end.end() for end in _SENTENCE_END.finditer(_masked(text))]
    return text[ends[-1] :] if ends else text


def stands_first(line: str) -> bool:
    """Return whether a marker after this beginning of a line is before all its words."""
    return _BULLETS.fullmatch(line) is not None


def after(text: str, *, is_whole: bool) -> str | None:
    """Return the sentence after a marker, as far as the next marker or the end of the line; empty if there is none.

    Return None if the text is too short to tell and more of it may come.
    """
    markers = _markers_pattern().match(text)
    line, is_ended, _ = text[markers.end() if markers else 0 :].partition("\n")
    next_marker = marker_pattern().search(line)
    line = (line[: next_marker.start()] if next_marker else line)[: FOLLOWING_LIMIT + LIMIT]
    end = _SENTENCE_END.search(_masked(line))
    is_long = len(line) == FOLLOWING_LIMIT + LIMIT or len(text) >= LOOKAHEAD
    is_known = is_whole or is_ended or next_marker or end or is_long
    if not is_known:
        return None
    sentence = line[: end.start("gap") if end else FOLLOWING_LIMIT]
    return sentence.strip() if any(character.isalnum() for character in sentence) else ""


def _masked(text: str) -> str:
    """Return the text with other characters for those in quotation marks, so that no sentence ends among them."""
    return _QUOTED.sub(_mask, text) if may_quote(text) else text


def _mask(quoted: re.Match[str]) -> str:
    is_closed = len(quoted[0]) > 1 and quoted[0][-1] in '“”»"'
    end = quoted[0][-2:] if is_closed else ""
    return "x" * (len(quoted[0]) - len(end)) + end
