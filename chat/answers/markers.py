"""Rewriting of citation markers in a model's text while it streams."""

from __future__ import annotations

import re
from collections.abc import Callable

from .claims import CLAIM_LIMIT, MARKER, MARKER_LIMIT, MAYBE_MARKER, after, before, stands_first

_SPECIAL = re.compile(r" {0,2}[\[【]|[`\n]| {1,2}\Z")
_OPEN = re.compile(r"\[[\s\d]*\Z")
_TICKS = re.compile(r"`+")


class Markers:
    """A rewriter that replaces the numbers in ``[3]``, ``[1, 4]`` or ``【2】`` by those that ``cite`` returns.

    ``cite`` gets the number in the text and the claim: the sentence before the marker or, in a line that begins with a
    marker, the sentence after it. A marker for which it returns None is dropped. Markers in code stay as they are. Text
    that may be half a marker is held back until the rest arrives, so that readers never see half a marker, and so is a
    marker whose sentence is still to come.
    """

    def __init__(self, cite: Callable[[int, str], int | None]) -> None:
        self._cite = cite
        self._held = ""
        self._shown = ""  # the end of what was shown
        self._code = ""  # the run of backticks that opened the code we are in
        self._after_marker = False
        self._line_is_blank = True
        self._markers_lead = False  # the line we are in began with a marker

    def feed(self, piece: str) -> str:
        """Add a piece of the model's text; return the text that can be shown now."""
        return self._rewrite(self._held + piece, final=False)

    def flush(self) -> str:
        """Return the text that was held back when the text ended; drop half a marker."""
        return self._rewrite(self._held, final=True)

    def _rewrite(self, text: str, *, final: bool) -> str:
        shown: list[str] = []
        at = 0
        self._held = ""
        while at < len(text):
            special = _SPECIAL.search(text, at)
            shown.append(self._show(self._plain(text[at : special.start() if special else len(text)])))
            if special is None:
                break
            part, at = self._special(text, special, final=final)
            shown.append(self._show(part))
        return "".join(shown)

    def _show(self, text: str) -> str:
        self._shown = (self._shown + text)[-CLAIM_LIMIT:]
        return text

    def _plain(self, text: str) -> str:
        if not text:
            return ""
        self._line_is_blank = self._line_is_blank and text.isspace()
        return self._unlinked(text)

    def _special(self, text: str, special: re.Match[str], *, final: bool) -> tuple[str, int]:
        """Return the text to show for a line break, backticks, blanks or a bracket, and the position after them."""
        if special[0] == "\n":
            return self._line_break(), special.end()
        if special[0] == "`":
            return self._ticks(text, special.start(), final=final)
        if special[0].isspace():  # at the end of the text: if a dropped marker follows, these blanks go with it
            self._held = "" if final else special[0]
            return (special[0] if final else ""), special.end()
        if self._code:
            return special[0], special.end()
        return self._bracket(text, special, final=final)

    def _line_break(self) -> str:
        if self._line_is_blank and len(self._code) in (1, 2):
            self._code = ""  # a code span ends with its paragraph
        self._line_is_blank = True
        self._after_marker = False
        self._markers_lead = False
        return "\n"

    def _ticks(self, text: str, at: int, *, final: bool) -> tuple[str, int]:
        run = _TICKS.match(text, at)
        assert run  # noqa: S101  # the caller saw a backtick
        if run.end() == len(text) and not final:
            self._held = run[0]
            return "", len(text)
        self._line_is_blank = False
        self._after_marker = False
        if not self._code:
            self._code = run[0]
        elif len(run[0]) == len(self._code) or (len(self._code) >= 3 and len(run[0]) > len(self._code)):
            self._code = ""
        return run[0], run.end()

    def _bracket(self, text: str, special: re.Match[str], *, final: bool) -> tuple[str, int]:
        at = special.end() - 1
        marker = MARKER.match(text, at)
        if marker:
            claim = self._claim(text[marker.end() :], final=final)
            if claim is None:
                self._held = text[special.start() :]
                return "", len(text)
            numbers = self._marker(marker[1], claim)
            # Without a blank, dropping a marker could join the text around it to a new one: [1[9]].
            gap = " " if _OPEN.search(self._shown[-MARKER_LIMIT:]) else ""
            return (special[0][:-1] + numbers if numbers else gap), marker.end()
        if len(text) - at <= MARKER_LIMIT and MAYBE_MARKER.match(text, at):
            self._held = "" if final else text[special.start() :]
            return "", len(text)
        self._line_is_blank = False
        return self._unlinked(special[0]), special.end()

    def _claim(self, following: str, *, final: bool) -> str | None:
        """Return the claim of a marker before this text; None if that depends on text that is still to come."""
        if not (self._markers_lead or stands_first(self._shown.rpartition("\n")[2])):
            return before(self._shown)
        claim = after(following, is_whole=final)
        self._markers_lead = self._markers_lead or bool(claim)
        return before(self._shown) if claim == "" else claim

    def _marker(self, numbers: str, claim: str) -> str:
        shown = ""
        for number in re.findall(r"\d+", numbers):
            cited = self._cite(int(number), claim)
            if cited is not None and f"[{cited}]" not in shown:
                shown += f"[{cited}]"
        if shown:
            self._line_is_blank = False
            self._after_marker = True
        return shown

    def _unlinked(self, text: str) -> str:
        """Separate text from a marker before it, so that ``[1](…)``, ``[1]: …`` or ``[1][x]`` makes no link."""
        after, self._after_marker = self._after_marker, False
        return f" {text}" if after and text[0] in "(:[" else text
