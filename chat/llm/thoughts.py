"""The thoughts of a model, which are no part of its answer, in every way in which models mark them in their text.

A thought begins where the answer would begin, or directly after another thought. A tag in the middle of an answer, or
in code, is text. A closing tag without an opening one means that all text before it was thought: some templates put the
opening tag into the prompt.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_NAMES = ("think", "thinking", "thought", "thoughts", "reasoning", "seed:think", "antthinking")
_PAIRS = {
    "[THINK]": "[/THINK]",
    "◁think▷": "◁/think▷",
    "<|begin_of_thought|>": "<|end_of_thought|>",
    "<|START_THINKING|>": "<|END_THINKING|>",
    "<|channel>thought": "<channel|>",
}
"""Mistral's, Kimi's, OpenThinker's, Cohere's and Gemma's."""
_ANSWER_TOKENS = ("begin_of_solution", "end_of_solution", "START_RESPONSE", "END_RESPONSE", "end", "return", "call")


def _any(words: Iterable[str]) -> str:
    return "(?:" + "|".join(sorted(map(re.escape, words), key=len, reverse=True)) + ")"


def _begun(words: Iterable[str]) -> str:
    return _any({word[:length] for word in words for length in range(1, len(word) + 1)})


_NAME = _any(_NAMES)
_CLOSING_TAG = rf"</{_NAME}\s{{0,4}}>"
_CLOSE = re.compile(rf"{_CLOSING_TAG}|{_any(_PAIRS.values())}", re.IGNORECASE)
_HALF_CLOSE = re.compile(
    rf"(?:<(?:/(?:{_begun(_NAMES)}|{_NAME}\s{{0,4}})?)?|{_begun(_PAIRS.values())})\Z", re.IGNORECASE
)
_OPEN = re.compile(rf"<{_NAME}(?:\s[^<>]{{0,80}})?>|{_any(_PAIRS)}", re.IGNORECASE)
_HALF_OPEN = re.compile(
    rf"(?:<(?:{_begun(_NAMES)}|{_NAME}\s[^<>]{{0,80}})?|{_begun(_PAIRS)}"
    rf"|<\|(?:start|channel)\|>(?:[^<]|<\|(?:channel|constrain)\|>){{0,160}}(?:<\|?\w{{0,9}}\|?)?|<\|\w{{0,20}}\|?)\Z",
    re.IGNORECASE,
)
_CHANNEL = re.compile(
    r"(?:<\|start\|>[\w ]{0,20})?<\|channel\|>\s{0,2}(\w{1,12})[^<]{0,120}(?:<\|constrain\|>[^<]{0,20})?<\|message\|>"
)
"""The beginning of a message in the format of gpt-oss; all channels but ``final`` are thoughts."""
_TOKEN = re.compile(rf"<\|(?:{_any(_ANSWER_TOKENS)}|start\|>assistant<\|message)\|>")
_CHANNEL_END = re.compile(r"<\|(?:end|return|call)\|>|(?=<\|(?:start|channel)\|>)")
_HALF_TOKEN = re.compile(r"<(?:\|(?:\w{0,20}\|?)?)?\Z")
_LOOSE = re.compile(r"<\|(?:start|channel)\|>\w{0,12}")
_CODE = re.compile(r"`+|~{3,}|\n")
_HALF_RUN = re.compile(r"[`~]+\Z")
_MAY_MATTER = re.compile(r"[<\[◁`~\n]")
"""What any tag or code has, or begins with."""
_TAIL = 40
"""Characters at the end of a text that are enough to recognise any closing tag in it."""


@dataclass(frozen=True)
class Told:
    """What a piece of text adds to the answer, whether it has thoughts, and whether it retracts all before."""

    text: str = ""
    thinks: bool = False
    retracts: bool = False


class Thoughts:
    """A filter that leaves the thoughts out of a text that comes in pieces of any size.

    With ``begins_inside`` the text is taken to begin within a thought, as that of a model which has sent a closing tag
    alone before. If none comes, all of it was the answer, and ``end`` returns it.
    """

    def __init__(self, *, begins_inside: bool = False) -> None:
        self.closes_alone = False
        """Whether a closing tag came without an opening one."""
        self._is_assumed = begins_inside
        self._assumed: list[str] = []
        self._end: re.Pattern[str] | None = None  # of the thought that we are in
        self._held = ""
        self._has_thought = False
        self._has_begun = False  # the answer
        self._has_tokens = False
        self._code = ""
        self._shown = False

    def take_plain(self, piece: str) -> bool:
        """Take a piece that is text of the answer whatever follows, as most are, and return whether it is one.

        Any other is left for ``feed``.
        """
        is_in_answer = self._has_begun and not (self._end or self._held or self._is_assumed)
        is_plain = is_in_answer and not _MAY_MATTER.search(piece)
        self._shown = self._shown or (is_plain and bool(piece))
        return is_plain

    def feed(self, piece: str) -> Told:
        """Add a piece of the text; return what it tells now."""
        text, self._held = self._held + piece, ""
        if self._is_assumed:
            self._assumed.append(piece)
        shown, thinks, retracts = "", False, False
        while text:
            if self._end:
                thinks, text = True, self._think(text, self._end)
            elif not self._has_begun:
                text = self._begin(text)
            else:
                part, text, is_retracted = self._answer(text)
                shown, retracts = (part, True) if is_retracted else (shown + part, retracts)
        thinks = thinks or (retracts and not self._shown)  # a thought that came as a whole
        retracts = retracts and self._shown
        self._shown = (self._shown and not retracts) or bool(shown)
        return Told(shown, thinks, retracts)

    def end(self) -> str:
        """Return what was held back and is text after all."""
        if self._is_assumed:
            return "".join(self._assumed)
        held = "" if self._end else self._held
        return held.lstrip() if self._has_thought and not self._has_begun else held

    def _think(self, text: str, end: re.Pattern[str]) -> str:
        """Pass over a thought; return the text after it."""
        closing = end.search(text)
        if closing is None:
            self._held = text[-_TAIL:]
            return ""
        self.closes_alone = self.closes_alone or self._is_assumed
        self._end, self._is_assumed, self._has_thought = None, False, True
        return text[closing.end() :]

    def _begin(self, text: str) -> str:
        """Read the beginning of the answer, where a thought may begin; return the text after what was read."""
        stripped = text.lstrip()
        channel = _CHANNEL.match(stripped)
        opening = channel or _OPEN.match(stripped)
        is_half = not stripped or bool(_HALF_OPEN.match(stripped) or _HALF_CLOSE.match(stripped))
        dropped = opening or _TOKEN.match(stripped) or _CLOSE.match(stripped)
        dropped = dropped or (None if is_half else _LOOSE.match(stripped))
        if dropped:
            self._has_tokens = self._has_tokens or dropped[0].startswith("<|")
            self._has_thought, self._is_assumed = True, False
            if opening and not (channel and channel[1] == "final"):
                self._end = _CHANNEL_END if channel else _CLOSE
            return stripped[dropped.end() :]
        if is_half:
            self._held = text
            return ""
        if self._is_assumed:
            self._end = _CLOSE
            return text
        self._has_begun = True
        return stripped if self._has_thought else text

    def _answer(self, text: str) -> tuple[str, str, bool]:
        """Return the next text of the answer, the text after it, and whether all before it was a thought."""
        if self._has_tokens:
            return (*self._up_to_token(text), False)
        return (text, "", False) if self._has_thought else self._up_to_closing_tag(text)

    def _up_to_token(self, text: str) -> tuple[str, str]:
        token = _TOKEN.search(text)
        channel = re.search(r"<\|(?:start|channel)\|>", text)
        first = min((found for found in (token, channel) if found), key=lambda found: found.start(), default=None)
        if first is None:
            half = _HALF_TOKEN.search(text)
            self._held = text[half.start() :] if half else ""
            return text[: half.start()] if half else text, ""
        self._has_begun = False
        return text[: first.start()], text[first.end() if first is token else first.start() :]

    def _up_to_closing_tag(self, text: str) -> tuple[str, str, bool]:
        closing = _CLOSE.search(text)
        if closing is None:
            limit = _end_of_known(text)
            self._read_code(text[:limit])
            self._held = text[limit:]
            return text[:limit], "", False
        self._read_code(text[: closing.start()])
        if self._code:
            return text[: closing.end()], text[closing.end() :], False
        self._has_begun, self._has_thought, self.closes_alone = False, True, True
        return "", text[closing.end() :], True

    def _read_code(self, text: str) -> None:
        """Keep account of the code that is open after this text: a span ends with its line, a block where it closes."""
        for mark in _CODE.finditer(text):
            if mark[0] == "\n":
                self._code = self._code if len(self._code) >= 3 else ""
            elif not self._code:
                self._code = mark[0]
            elif mark[0][0] == self._code[0] and (
                len(mark[0]) == len(self._code) or len(mark[0]) > len(self._code) > 2
            ):
                self._code = ""


def _end_of_known(text: str) -> int:
    """Return where the end of a text begins that may be half a closing tag or half a run of backticks."""
    tail = text[-_TAIL:]
    half = _HALF_CLOSE.search(tail) or _HALF_RUN.search(tail)
    return len(text) - len(tail) + half.start() if half else len(text)
