"""The quotations in an answer: what it puts between quotation marks, outside of code and of addresses."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.functional import cached_property

MOST = 100
"""Quotations of an answer that are judged; what follows them is not."""
LONGEST = 2_000
"""Characters of a quotation that is judged."""
TERM = 2
"""Words up to which a quotation is a term, a name or a title, and not what somebody is said to have said."""

# Each alternative stops at the next mark, and gives nothing back: the time grows with the length of the answer alone.
_QUOTATION = re.compile(
    r"“(?P<a>[^“”\n]*+)”|(?<!\w)”(?P<b>[^“”\n]*+)”|„(?P<c>[^„“”\n]*+)[“”]|«(?P<d>[^«»\n]*+)»|(?<!\w)»(?P<e>[^«»\n]*+)«"
    r"|‹(?P<f>[^‹›\n]*+)›|「(?P<g>[^「」\n]*+)」|『(?P<h>[^『』\n]*+)』"
    r"|(?<!\d)\"(?=\S)(?P<i>[^\"\n]*+)\""
    r"|[‘‚](?=\S)(?P<j>[^‘‚’\n]*+(?:’(?=\w)[^‘‚’\n]*+|(?<=s)’(?=\s[^‘‚’\n]*+’(?!\w))[^‘‚’\n]*+)*+)’(?!\w)"
    r"|‚(?=\S)(?P<k>[^‘‚\n]*+)‘"
    r"|(?<![\w'])'(?=\w)(?P<l>[^'\n]*+(?:(?<=\w)'(?=\w)[^'\n]*+)*+)'(?!\w)"
)
_MARKS = re.compile("[“”„«»‹›「」『』\"‘’‚']")
_FENCE = re.compile(r"[ \t>]*(`{3,}+|~{3,}+)")
_PARAGRAPH = re.compile(r"(?:[^\n]++\n?)+")
_BACKTICKS = re.compile(r"`+")
_LINK = re.compile(r"\[(?P<label>[^\[\]\n]*+)(?P<address>\]\([^()\n]*+\))")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_SOURCE = re.compile(r"\[\d{1,4}\]")
_CAPITAL = re.compile(r"\[(\w)\](?=\w)")
_GAP = re.compile(r"([\[(]?(?:…|\.{3,}|\. \. \.)[\])]?|\[[^\[\]\n]*+\])")
_SIGNS = re.compile(r"[\W_]+")
_ASCII_SIGNS = {code: None for code in range(128) if not chr(code).isalnum()}
_TYPOGRAPHIC = "’‘“”–—…"
_WORD = re.compile(r"[^\W_]+")
_DIGIT = re.compile(r"\d")
_NUMBER = re.compile(r"(?:(?<![\w.,])[-−])?\d+(?:(?:[.,:’'^\u00a0\u202f]|\s?[–/-]\s?)\d+)*")
_THOUSANDS = re.compile(r"(?<=\d)[.,’'\u00a0\u202f](?=\d{3}(?!\d))")
_SEPARATOR = re.compile(r"\s?[,:−–/-]\s?")
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_FRACTION_SLASH = "\u2044"
_FRACTION = re.compile("[¼-¾⅐-⅞]")
_RAISED = re.compile(r"(?<=\d)[²³¹⁰⁴-⁹₀-₉]+")
_SMALL_DIGITS = {ord(sign): str(unicodedata.digit(sign)) for sign in "²³¹⁰⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉"}


@dataclass(frozen=True)
class Part:
    """What a quotation has between two omissions: its letters and digits, and what stands before it.

    ``gap`` is empty for the first, ``[`` after words that the writer has put in brackets, else ``…``.
    """

    letters: str
    gap: str


@dataclass(frozen=True)
class Quote:
    """What stands between quotation marks, which are at ``start`` and before ``end`` in the answer."""

    start: int
    end: int
    text: str

    @cached_property
    def parts(self) -> Sequence[Part]:
        """What has to occur in this order; empty if there is no word."""
        return list(_parts(self.text))

    @cached_property
    def words(self) -> list[str]:
        """The words in order, without case, and without what the writer has put in brackets."""
        return [word.casefold() for word in _WORD.findall(_GAP.sub(" ", _plain(self.text)))]

    @property
    def is_term(self) -> bool:
        """Whether it is too short to be what somebody has said. Two letters without cases count as a word."""
        if len(self.words) > TERM:
            return False
        caseless = sum(unicodedata.category(letter) == "Lo" for letter in self.text)
        return len(self.words) + caseless // 2 <= TERM


def quotes_in(answer: str) -> list[Quote]:
    """Return the quotations of an answer in Markdown, in order: the first ``MOST``, without those that are too long."""
    found: list[Quote] = []
    for match in _quotations(_without_code(answer)):
        start, end = match.span(match.lastgroup or 0)
        if end - start <= LONGEST:
            found.append(Quote(match.start(), match.end(), match[match.lastgroup or 0]))
        if len(found) == MOST:
            break
    return found


def _quotations(text: str) -> Iterator[re.Match[str]]:
    """Yield what ``_QUOTATION`` finds. It is tried at quotation marks alone, where it can only begin."""
    at = 0
    while mark := _MARKS.search(text, at):
        match = _QUOTATION.match(text, mark.start())
        if match:
            yield match
        at = match.end() if match else mark.end()


def letters_of(text: str) -> str:
    """Return the letters and digits of a text without case: what has to be the same in a quotation.

    Full-width, half-width, raised and lowered ones are the usual ones.
    """
    if not text.isascii():
        for sign in _TYPOGRAPHIC:
            text = text.replace(sign, "")
    if text.isascii():
        return text.lower().translate(_ASCII_SIGNS)  # in a thirtieth of the time
    folded = unicodedata.normalize("NFC", text).casefold()
    letters = _SIGNS.sub("", folded)
    if unicodedata.is_normalized("NFKC", letters):
        return letters
    apart = unicodedata.normalize("NFKC", _SIGNS.sub(" ", folded))  # of each word by itself, as for its place
    return _SIGNS.sub("", apart.casefold())


def digits_of(text: str) -> str:
    """Return the digits of a text and the signs within its numbers, alike for all kinds of separators.

    They are the same for 1,480 and 1 480, but not for 2,50 and 250, or 3-4 and 34, whose letters and digits are. Nor
    are they for 10² and 102.
    """
    if not text.isascii():
        text = _FRACTION.sub(_with_slash, _RAISED.sub(r"^\g<0>", text.translate(_FULL_WIDTH))).translate(_SMALL_DIGITS)
    if not _DIGIT.search(text):
        return ""
    return "".join(_SEPARATOR.sub(_separator, _THOUSANDS.sub("", number)) for number in _NUMBER.findall(_plain(text)))


def _with_slash(fraction: re.Match[str]) -> str:
    return f" {unicodedata.normalize('NFKC', fraction[0]).replace(_FRACTION_SLASH, '/')}"


def _separator(sign: re.Match[str]) -> str:
    return "/" if "/" in sign[0] else "."


def _parts(text: str) -> Iterator[Part]:
    gap = ""
    is_first = True
    for piece in _GAP.split(_plain(text)):
        if _GAP.fullmatch(piece):
            is_insertion = piece[0] == "[" and any(map(str.isalnum, piece))
            gap = "[" if is_insertion and gap != "…" else "…"
        elif letters := letters_of(piece):
            yield Part(letters, "" if is_first else gap or "…")
            gap, is_first = "", False


def _plain(text: str) -> str:
    """Return a quotation without the numbers of sources, and without Markdown."""
    return _CAPITAL.sub(r"\1", _SOURCE.sub("", _ESCAPED.sub(r"\1", text)))


def _without_code(answer: str) -> str:
    """Return an answer of the same length, with blanks for the quotation marks in code, and for what makes a link."""
    text = _LINK.sub(lambda link: f" {link['label']}{' ' * len(link['address'])}", answer) if "](" in answer else answer
    if "`" not in text and "~~~" not in text:
        return text
    text = "".join(_without_blocks(text))
    return _PARAGRAPH.sub(lambda paragraph: _without_spans(paragraph[0]), text)


def _without_blocks(text: str) -> Iterator[str]:
    """Yield the lines of a text, those of blocks of code with blanks for the quotation marks."""
    opened = ""
    for line in text.splitlines(keepends=True):
        fence = _FENCE.match(line)
        yield _MARKS.sub(" ", line) if opened or fence else line
        if fence and not opened:
            opened = fence[1]
        elif fence and fence[1].startswith(opened):
            opened = ""


def _without_spans(paragraph: str) -> str:
    """Return a paragraph with blanks for the quotation marks between runs of backticks of the same length."""
    runs = list(_BACKTICKS.finditer(paragraph))
    closing: dict[int, int] = {}
    nearest: dict[int, int] = {}
    for at in range(len(runs) - 1, -1, -1):
        length = len(runs[at][0])
        if length in nearest:
            closing[at] = nearest[length]
        nearest[length] = at
    pieces, done, at = [], 0, 0
    while at < len(runs):
        if at in closing:
            start, end = runs[at].start(), runs[closing[at]].end()
            pieces += [paragraph[done:start], _MARKS.sub(" ", paragraph[start:end])]
            done, at = end, closing[at]
        at += 1
    return "".join([*pieces, paragraph[done:]])
