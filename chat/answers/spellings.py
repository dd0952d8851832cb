"""The spellings in which models write citation markers, whole and half."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from itertools import groupby
from operator import itemgetter

LIMIT = 160
"""Maximum of characters in a marker; anything longer is none."""
WIDEST = 15
"""The widest range, such as 1-16, that stands for all numbers in it; of a wider one only both ends count."""

_WORDS = (
    "passage", "passages", "source", "sources", "doc", "docs", "document", "documents", "recording", "recordings",
    "citation", "citations", "cite", "cites", "ref", "refs", "reference", "references", "quelle", "quellen", "fuente",
    "fuentes", "fonte", "fontes", "fonti", "bron", "bronnen", "источник", "источники", "出典", "来源", "來源", "资料",
    "مصدر", "المصدر",
)  # fmt: skip
_JOINING = ("and", "und", "et", "y", "or", "oder", "to", "bis", "through")
_TAGS = ("sup", "cite", "ref", "citation", "source")
_OPENING, _CLOSING = r"\[【［〔〖", r"\]】］〕〗"


def _any(words: Iterable[str], *, begun: bool = False) -> str:
    """Return a pattern for these words, or the beginnings of them, which are never empty; it takes the longest.

    The pattern branches at each letter: as a list of words it would take six times as long to compile, at each start.
    """
    branches = []
    for letter, group in groupby(sorted(words), key=itemgetter(0)):
        endings = [word[1:] for word in group]
        longer = _any(filter(None, endings), begun=begun) if any(endings) else ""
        branches.append(re.escape(letter) + longer + ("?" if longer and (begun or "" in endings) else ""))
    return f"(?:{'|'.join(branches)})"


def _begun(words: Iterable[str]) -> str:
    return _any(words, begun=True)


_BLANK = r"[^\S\n]"
_DIGIT = "[\\d⁰¹²³⁴⁵⁶⁷⁸⁹]"
_RANGE = "[-–—‑−~～]"
_LABEL = "[ \u00a0_.:=#№-]{0,3}"
_PREFIX = rf"(?:{_any(_WORDS)}{_LABEL}|[\^#№]|n{_BLANK}?={_BLANK}?|[ps])"
_ITEM = rf"{_PREFIX}?{_DIGIT}{{1,3}}"
_MARK = rf"(?:[,;，、；،؛/&+]|{_RANGE})"
_BETWEEN = (
    rf"(?:{_BLANK}{{0,2}}{_MARK}{_BLANK}{{0,2}}(?:{_any(_JOINING)}{_BLANK}{{1,2}})?"
    rf"|{_BLANK}{{1,2}}{_any(_JOINING)}{_BLANK}{{1,2}})"
)
_ITEMS = rf"{_ITEM}(?:{_BETWEEN}{_ITEM}){{0,15}}"
_PLAIN = rf"{_DIGIT}{{1,3}}(?:{_BETWEEN}{_DIGIT}{{1,3}}){{0,15}}"
_NOTE = rf"†[^{_CLOSING}\n]{{0,60}}"

_HALF_ITEM = rf"(?:{_PREFIX}?{_DIGIT}{{0,3}}|{_begun(_WORDS)}|n{_BLANK}?)"
_HALF_JOINING = rf"(?:{_begun(_JOINING)}|{_any(_JOINING)}{_BLANK}{{1,2}})"
_HALF_BETWEEN = rf"{_BLANK}{{0,2}}(?:{_MARK}{_BLANK}{{0,2}}{_HALF_JOINING}?|{_HALF_JOINING})?"
_HALF_ITEMS = rf"(?:{_ITEM}{_BETWEEN}){{0,15}}(?:{_HALF_ITEM}|{_ITEM}{_HALF_BETWEEN})"

_OPEN, _CLOSE, _ESCAPE = f"[{_OPENING}]", f"[{_CLOSING}]", r"\\{0,4}"
_EDGE = rf"{_BLANK}{{0,4}}"
_ONE = rf"{_OPEN}{_EDGE}{_ITEMS}(?:(?::\d{{1,3}})?{_NOTE})?{_EDGE}{_ESCAPE}{_CLOSE}"
_HALF_ONE = rf"{_OPEN}{_EDGE}(?:{_HALF_ITEMS}|{_ITEMS}(?::\d{{0,3}}|(?::\d{{1,3}})?{_NOTE})?{_EDGE}{_ESCAPE})"
_BRACKET = rf"{_ESCAPE}(?:\[{_ONE}\]|{_ONE})"
_HALF_BRACKET = rf"{_ESCAPE}(?:\[(?:{_HALF_ONE}|{_ONE})|{_HALF_ONE})?"

_INSIDE = rf"(?:{_ONE}|{_PLAIN})(?:{_BLANK}{{0,2}},?{_BLANK}{{0,2}}(?:{_ONE}|{_PLAIN})){{0,7}}"
_FULL_TAG = rf"(?P<tag>{_any(_TAGS)})(?:{_BLANK}[^<>/\n]{{0,40}})?>{_BLANK}{{0,2}}{_INSIDE}{_BLANK}{{0,2}}</(?P=tag)>"
_EMPTY_TAG = rf"{_any(_TAGS)}{_BLANK}(?:id|n|ref|index|source)=[\"']?{_PLAIN}[\"']?{_BLANK}?/>"
_TAGGED = rf"<(?:{_FULL_TAG}|{_EMPTY_TAG})"
_HALF_TAGGED = rf"<(?:{_begun(_TAGS)}|{_any(_TAGS)}(?:{_BLANK}[^<>\n]{{0,44}})?(?:>[^<>\n]{{0,60}}(?:</?\w{{0,8}})?)?)?"

_KEY = rf"[\"']?{_any(_WORDS)}[\"']?"
_JSON = rf"\{{{_BLANK}?{_KEY}{_BLANK}?:{_BLANK}?\[?[\"']?{_PLAIN}[\"']?\]?{_BLANK}?\}}"
_HALF_JSON = rf"\{{{_BLANK}?(?:[\"']?{_begun(_WORDS)}?|{_KEY}{_BLANK}?(?::{_BLANK}?\[?[\"']?[^}}\n]{{0,40}})?)"

_SEE = ("see ", "siehe ", "vgl. ", "cf. ")
_NAMED = rf"{_any(_WORDS)}{_LABEL}{_DIGIT}{{1,3}}"
_PAREN = rf"[(（]{_any(_SEE)}?{_NAMED}(?:{_BETWEEN}{_ITEM}){{0,15}}{_BLANK}?[)）]"
_HALF_NAMED = rf"(?:{_begun(_WORDS)}|{_any(_WORDS)}{_LABEL}{_DIGIT}{{0,3}})"
_HALF_PAREN = (
    rf"[(（](?:{_begun(_SEE)}|{_any(_SEE)}?(?:{_HALF_NAMED}|{_NAMED}(?:{_BETWEEN}{_ITEM}){{0,14}}"
    rf"(?:{_HALF_BETWEEN}|{_BETWEEN}{_HALF_ITEM}|{_BLANK})))?"
)

_RAISED = r"⁽?[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,3}⁾?"
_HALF_RAISED = r"⁽?[⁰¹²³⁴⁵⁶⁷⁸⁹]{0,3}"

_SPELLINGS = ((_BRACKET, _HALF_BRACKET), (_TAGGED, _HALF_TAGGED), (_JSON, _HALF_JSON), (_PAREN, _HALF_PAREN),
              (_RAISED, _HALF_RAISED))  # fmt: skip
MARKER = "|".join(whole for whole, _ in _SPELLINGS)
"""A marker in any spelling but that of bare numbers in parentheses, which may be anything; without regard to case."""
PARENTHESES = re.compile(rf"[(（]{_PLAIN}[)）]", re.IGNORECASE)
"""Bare numbers in parentheses."""
DEFINITION = re.compile(rf"\[\^{_DIGIT}{{1,3}}\]:")
"""The beginning of a footnote's definition."""

_SURE = re.compile(rf"[^\w#№]*(?:{_any(_WORDS)}|\^|{_DIGIT})", re.IGNORECASE)
_UNSURE_TAG = re.compile(r"<sup\b", re.IGNORECASE)
_LONG = re.compile(r"\d{3}")
_OPENING_TAG = re.compile(r"<\w+[^<>]*(?<!/)>")
_NUMBERS = re.compile(
    rf"(?:{_BLANK}*(?P<to>{_RANGE}|\b(?:to|bis|through)\b))?[^\d⁰¹²³⁴⁵⁶⁷⁸⁹†]*(?P<number>{_DIGIT}{{1,3}})", re.IGNORECASE
)
_POSITION = re.compile(rf":\d{{1,3}}(?=†)|{_NOTE}")


@cache
def marker_pattern() -> re.Pattern[str]:
    """Return ``MARKER``, compiled when it is first used: that takes a tenth of a second, which no start waits for."""
    return re.compile(MARKER, re.IGNORECASE)


@cache
def _half_pattern() -> re.Pattern[str]:
    return re.compile("(?:" + "|".join(half for _, half in _SPELLINGS) + r")\Z", re.IGNORECASE)


def may_become_marker(text: str, at: int) -> bool:
    """Return whether the text from here on may be the beginning of a marker."""
    return len(text) - at <= LIMIT and _half_pattern().match(text, at) is not None


def compile_spellings() -> None:
    """Compile the patterns that are compiled when they are first used."""
    marker_pattern()
    _half_pattern()


def numbers_in(marker: str) -> list[int]:
    """Return the numbers that a marker names, in order, all of a range."""
    numbers: list[int] = []
    for match in _NUMBERS.finditer(_POSITION.sub("", _OPENING_TAG.sub("", marker))):
        number = int("".join(str(unicodedata.digit(digit)) for digit in match["number"]))
        if match["to"] and numbers and 0 < number - numbers[-1] <= WIDEST:
            numbers += range(numbers[-1] + 1, number)
        numbers.append(number)
    return numbers


def may_be_dropped(marker: str) -> bool:
    """Return whether a marker that points nowhere is surely one; otherwise it is text, such as ``[2026]`` or ``m²``."""
    if marker[0] in "(（⁽" or (not marker.isascii() and unicodedata.category(marker[0]) == "No"):
        return False
    if marker[0] in "<{":
        return _UNSURE_TAG.match(marker) is None
    return _SURE.match(marker) is not None and (_LONG.search(marker) is None or "†" in marker)
