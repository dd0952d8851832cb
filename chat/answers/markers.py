"""Rewriting of citation markers in a model's text while it streams."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from . import literals
from .claims import CLAIM_LIMIT, LOOKAHEAD, after, before, stands_first
from .literals import Literal, closes_formula, opens_formula
from .parentheses import Edit, Parentheses
from .spellings import DEFINITION, LIMIT, marker_pattern, may_be_dropped, may_become_marker, numbers_in
from .unmarked import is_exponent, is_in_address, is_index

_SPECIAL = re.compile(
    r"(?P<marker> {0,2}(?:\\{0,4}[\[【［〔〖]|[<{])|[(（⁽⁰¹²³⁴⁵⁶⁷⁸⁹])"
    r"|(?P<end>(?=[ \\]) {0,2}\\{0,4}\Z)|(?P<escape>\\[^\n])|(?P<line>\n)|(?P<ticks>`+)|(?P<tildes>~+)"
    r"|(?P<dollars>\$+)"
)
# Each character with which one of those can begin.
_ANY_SPECIAL = re.compile(r"[\\\n`~$\[【［〔〖<{(（⁽⁰¹²³⁴⁵⁶⁷⁸⁹]")
_OPEN = re.compile(r"[\[【［〔〖][\s\d]*\Z")
_RAISED_DIGITS = "⁽⁰¹²³⁴⁵⁶⁷⁸⁹"
_RAISED = re.compile(r"<sup|[⁽⁰¹²³⁴⁵⁶⁷⁸⁹]", re.IGNORECASE)
_CODE_TAG = re.compile(r"<(code|pre)>", re.IGNORECASE)
_HALF_CODE_TAG = re.compile(r"<(?:c(?:o(?:d(?:e)?)?)?|p(?:r(?:e)?)?)?\Z", re.IGNORECASE)
_HALF_MARKER = re.compile(r"\\*[\[【［〔〖]|[<{].*\d", re.DOTALL)
"""What is dropped at the end of an answer if it may have become a marker; the rest may be text as well."""


class _Hold(Exception):
    """The text from here on waits for what follows."""

    def __init__(self, at: int) -> None:
        self.at = at


class Markers:
    """A rewriter that replaces markers in any spelling (``[3]``, ``[1, 4]``, ``【2】``) by the numbers of ``cite``.

    ``cite`` gets the number in the text and the claim: the sentence before the marker or, in a line that begins with a
    marker, the sentence after it. A marker for which it returns None is dropped with the blank before it, if it is sure
    to be one. In code, addresses and formulas nothing is a marker. Text that may be half a marker is held back until
    the rest arrives, so that readers never see half a marker, and so is a marker whose sentence is still to come.

    Bare numbers in parentheses are shown as they are. ``late`` makes markers of them if there was no other.
    """

    def __init__(self, cite: Callable[[int, str], int | None]) -> None:
        self._cite = cite
        self._held = ""
        self._context = ""  # the end of what was read, as shown
        self._breaks = ""  # line breaks before what comes next
        self._breaks_before_note = ""  # those before a dropped definition: shown only if text follows it
        self._literal: Literal | None = None
        self._is_in_note = False
        self._parentheses: Parentheses | None = Parentheses()
        self._after_marker = False
        self._after_index = False
        self._gap = ""  # the blanks before a dropped marker: shown if a marker follows directly
        self._last_claim: str | None = None  # of the marker directly before, which another one shares
        self._line_is_blank = True
        self._markers_lead = False  # the line we are in began with a marker

    def feed(self, piece: str) -> str:
        """Add a piece of the model's text; return the text that can be shown now."""
        text = self._held + piece
        if self._literal or self._is_in_note or _ANY_SPECIAL.search(text):
            return self._rewrite(text, final=False)
        end = max(len(text.rstrip(" ")), len(text) - 2)  # most text, by the same rules in less time
        self._held = text[end:]
        return self._plain(text[:end])

    def flush(self) -> str:
        """Return the text that was held back when the text ended; drop half a marker."""
        rest = self._rewrite(self._held, final=True)
        return rest if self._breaks_before_note else rest + self._breaks

    def late(self) -> Sequence[Edit]:
        """Return the edits that make markers of bare numbers in parentheses, after ``flush``; none beside others."""
        return self._parentheses.edits(self._cite) if self._parentheses else ()

    def _rewrite(self, text: str, *, final: bool) -> str:
        shown: list[str] = []
        at = 0
        self._held = ""
        try:
            while at < len(text):
                part, at = self._next(text, at, final=final)
                shown.append(part)
        except _Hold as hold:
            self._held = "" if final else text[hold.at :]
        return "".join(shown)

    def _next(self, text: str, at: int, *, final: bool) -> tuple[str, int]:
        """Return the next text to show, and the position after what it stands for."""
        if self._is_in_note:
            return self._note(text, at)
        special = (self._literal.stops if self._literal else _SPECIAL).search(text, at)
        end = special.start() if special else len(text)
        line_end = text.find("\n", at, end) if self._literal else -1
        if line_end >= 0:
            return self._plain(text[at:line_end]) + self._line_break(), line_end + 1
        if special is None or end > at:
            return self._plain(text[at:end]), end
        is_last = special.end() == len(text) and not final
        if self._literal:
            return self._stop(self._literal, special, is_last=is_last)
        if special.lastgroup == "marker":
            return self._opening(text, special, final=final)
        return self._special(special, is_last=is_last)

    # Text that is no marker

    def _special(self, special: re.Match[str], *, is_last: bool) -> tuple[str, int]:
        """Return the text to show for a line break, an escape, or what may open a literal."""
        kind, found = special.lastgroup, special[0]
        if kind == "line":
            return self._line_break(), special.end()
        if is_last and kind != "escape":
            raise _Hold(special.start())
        opened = self._opened(found, kind or "")
        shown = self._plain(found)
        self._literal = opened
        return shown, special.end()

    def _opened(self, found: str, kind: str) -> Literal | None:
        """Return the literal that these characters open."""
        if kind == "ticks":
            return literals.code(found)
        if kind == "tildes":
            return literals.tildes() if len(found) >= 3 and self._line_is_blank else None
        if kind == "dollars":
            return literals.formula("$$") if len(found) == 2 else None
        return literals.formula(found) if found == "\\(" else None

    def _stop(self, literal: Literal, stop: re.Match[str], *, is_last: bool) -> tuple[str, int]:
        """Return what may close a literal, and the position after it."""
        if is_last and not literal.is_in_line:
            raise _Hold(stop.start())
        if literals.closes(literal, stop[0]):
            self._literal = None
        return self._plain(stop[0]), stop.end()

    def _line_break(self) -> str:
        literal = self._literal
        if literal and (literal.is_in_line or (self._line_is_blank and literal.ends_with_paragraph)):
            self._literal = None
        self._line_is_blank = True
        self._after_marker = self._after_index = self._markers_lead = False
        self._gap, self._last_claim = "", None
        self._context = (self._context + "\n")[-CLAIM_LIMIT:]
        self._breaks += "\n"
        return ""

    def _plain(self, text: str) -> str:
        """Return text that is no marker, separated from a marker before it."""
        if not text:
            return ""
        self._line_is_blank = self._line_is_blank and text.isspace()
        self._after_index = False
        after_marker, self._after_marker = self._after_marker, False  # so that [1](…), [1]: … or [1][x] makes no link
        self._gap, self._last_claim = "", None
        return self._show(f" {text}" if after_marker and text[0] in "(:[" else text)

    def _show(self, text: str) -> str:
        self._context = (self._context + text)[-CLAIM_LIMIT:]
        shown = self._breaks_before_note + self._breaks + text
        self._breaks_before_note = self._breaks = ""
        if self._parentheses:
            self._parentheses.add(shown)
        return shown

    def _note(self, text: str, at: int) -> tuple[str, int]:
        """Pass over the definition of a footnote, to the end of its line."""
        end = text.find("\n", at)
        self._is_in_note = end < 0
        return "", end + 1 or len(text)

    # Markers

    def _opening(self, text: str, special: re.Match[str], *, final: bool) -> tuple[str, int]:
        """Return the text to show for a marker or what only begins like one, and the position after it."""
        start = special.start()
        at = start + len(special[0]) - len(special[0].lstrip(" "))
        marker = marker_pattern().match(text, at, at + LIMIT)
        is_open = may_become_marker(text, at) and not (marker and marker.end() < len(text))
        if not final and (
            _HALF_CODE_TAG.match(text, at) or (is_open and (marker is None or marker[0][0] in _RAISED_DIGITS))
        ):
            raise _Hold(start)
        if marker is None and is_open and _HALF_MARKER.match(text, at):
            raise _Hold(start)  # half a marker at the end of the answer
        if marker is None or self._is_destination(text[at]) or is_in_address(self._context + text[start:at]):
            return self._no_marker(text, special, at)
        if _RAISED.match(text, at) and is_exponent(self._context + text[start:at]):
            return self._plain(text[start : marker.end()]), marker.end()
        return self._marker(text, start, marker, final=final)

    def _is_destination(self, opening: str) -> bool:
        return opening == "(" and self._context.endswith("]") and not (self._after_marker or self._breaks)

    def _no_marker(self, text: str, special: re.Match[str], at: int) -> tuple[str, int]:
        """Return an opening character that begins no marker, and begin what it opens."""
        code = _CODE_TAG.match(text, at)
        if code:
            shown, self._literal = self._plain(text[special.start() : code.end()]), literals.tagged(code[1])
            return shown, code.end()
        is_destination = self._is_destination(text[at])
        shown = self._plain(special[0])
        if is_destination:
            self._literal = literals.destination()
        elif (len(special[0]) - (at - special.start())) % 2 == 0 and special[0][-1] == "[":
            self._literal = literals.formula("\\[")
        elif text[at] in "(（" and self._parentheses:
            self._parentheses.open()
        return shown, special.end()

    def _marker(self, text: str, start: int, marker: re.Match[str], *, final: bool) -> tuple[str, int]:
        """Return the text to show for a whole marker, and the position after it."""
        end, blanks = marker.end(), text[start : marker.start()]
        following = text[end : end + LOOKAHEAD]
        if self._is_in_formula(following, start, final=final):
            return self._plain(text[start:end]), end
        if self._line_is_blank and text.startswith("[^", marker.start()):
            if not (following or final):
                raise _Hold(start)
            if DEFINITION.match(text, marker.start()):
                self._breaks_before_note, self._breaks = self._breaks_before_note or self._breaks, ""
                self._is_in_note = True
                return "", end
        claim = self._claim(following, is_whole=final and end + LOOKAHEAD >= len(text))
        if claim is None:
            raise _Hold(start)
        numbers = self._numbers(marker[0], claim)
        shown = self._cited(blanks, numbers) if numbers else self._uncited(blanks, marker[0])
        self._last_claim = claim
        return shown, end

    def _is_in_formula(self, following: str, start: int, *, final: bool) -> bool:
        line = self._context.rpartition("\n")[2]
        if "$" not in line or not opens_formula(line):
            return False
        is_closed = closes_formula(following, is_whole=final)
        if is_closed is None:
            raise _Hold(start)
        return is_closed

    def _claim(self, following: str, *, is_whole: bool) -> str | None:
        """Return the claim of a marker before this text; None if that depends on text that is still to come."""
        if self._last_claim is not None:
            return self._last_claim
        leads = self._markers_lead or stands_first(self._context.rpartition("\n")[2])
        claim = after(following, is_whole=is_whole) if leads else ""
        self._markers_lead = self._markers_lead or bool(claim)
        return before(self._context) if claim == "" else claim

    def _numbers(self, marker: str, claim: str) -> str:
        """Return the markers to show for this one."""
        numbers = numbers_in(marker)
        cited = [self._cite(number, claim) for number in numbers]
        if cited == [None] and marker[0] in _RAISED_DIGITS:  # ¹² may be two
            cited = [self._cite(int(digit), claim) for digit in str(numbers[0])]
            cited = [] if None in cited else cited
        return "".join(f"[{number}]" for number in dict.fromkeys(cited) if number is not None)

    def _cited(self, blanks: str, numbers: str) -> str:
        self._line_is_blank = False
        self._parentheses = None
        shown = self._show((blanks or self._gap) + numbers)
        self._after_marker, self._after_index = True, False
        self._gap = ""
        return shown

    def _uncited(self, blanks: str, marker: str) -> str:
        """Return what to show of a marker that points nowhere: nothing if it is sure to be one."""
        may_be_index = not blanks and (self._after_index or is_index(self._context))
        if may_be_index or not may_be_dropped(marker):
            shown = self._plain(blanks + marker)
            self._after_index = may_be_index
            return shown
        self._gap = self._gap or blanks
        # Without a blank, dropping a marker could join the text around it to a new one: [1[9]].
        return self._show(" ") if _OPEN.search(self._context[-LIMIT:]) else ""
