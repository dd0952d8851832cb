"""The addresses of an answer: ``[text](address "title")``, ``<address>`` and those that stand in the text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

_LETTERS = "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u0370-\u052f\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7a3"
_OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_HOST = rf"(?:[{_LETTERS}0-9._-]*[{_LETTERS}][{_LETTERS}0-9_-]*|(?:{_OCTET}\.){{3}}{_OCTET})"
_SAFE = re.compile(
    rf"(?P<web>https?)://(?P<host>{_HOST}(?::[0-9]{{1,4}})?)(?P<rest>(?:[/?#].*)?)|mailto:(?P<mail>.+)", re.IGNORECASE
)
_BLANKS = "\x00-\x20\x7f-\xa0\u1680\u2000-\u200f\u2028-\u202f\u205f\u3000\ufeff"
_BLANK = re.compile(f"[{_BLANKS}]")
BARE = re.compile(rf"https?://[^{_BLANKS}\u3001-\u303f\uff00-\uffef<>\"`*\[\]{{}}|\\^]*")
POINTED = re.compile(rf"<((?:https?://|mailto:)[^{_BLANKS}<>]{{1,2000}})>", re.IGNORECASE)
POINTED_MAIL = re.compile(r"<([A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]{1,255})>")
_TRAILING = ".,:;!?'_~"
_CLOSING = {'"': '"', "'": "'", "(": ")"}
_ASCII_PUNCTUATION = re.compile(r"[!-/:-@\[-`{-~]")
_PLAIN = re.compile(r"[^\x00-\x20()\\]*")
_DEEPEST = 4


class Reading(Enum):
    """Whether a destination is complete, goes on after the end of the text, or is none."""

    DONE = "done"
    MORE = "more"
    BAD = "bad"


@dataclass(slots=True)
class Destination:
    """What stands in the parentheses of a link, and where it ends."""

    reading: Reading
    address: str = ""
    end: int = 0


_BAD = Destination(Reading.BAD)
_MORE = Destination(Reading.MORE)


def safe(address: str) -> str | None:
    """Return an address to link to; None for all but http, https and mailto, and for what browsers read differently."""
    match = None if _BLANK.search(address) else _SAFE.fullmatch(address)
    if match is None:
        return None
    if match["mail"]:
        return f"mailto:{match['mail']}"
    return f"{match['web'].lower()}://{match['host']}{match['rest']}"


def bare_end(found: str) -> int:
    """Return where the address in a text that begins with it ends: without the punctuation of the sentence."""
    end, surplus = len(found), found.count(")") - found.count("(")
    while end and (found[end - 1] in _TRAILING or (found[end - 1] == ")" and surplus > 0)):
        surplus -= found[end - 1] == ")"
        end -= 1
    return end


def destination(text: str, at: int) -> Destination:
    """Read the part of a link after its text, from the parenthesis at ``at`` on."""
    at = _skip_spaces(text, at + 1)
    if text[at : at + 1] == "<":
        address, end = _pointed(text, at + 1)
    else:
        address, end = _plain(text, at)
    if end < 0:
        return _MORE if end == _ENDS else _BAD
    return _title(text, end, address)


_ENDS, _WRONG = -1, -2


def _skip_spaces(text: str, at: int) -> int:
    while text[at : at + 1] in (" ", "\t"):
        at += 1
    return at


def _skip_plain(text: str, at: int) -> int:
    plain = _PLAIN.match(text, at)
    return plain.end() if plain else at


def _pointed(text: str, at: int) -> tuple[str, int]:
    begin = at
    while at < len(text):
        if text[at] == ">":
            return _unescaped(text[begin:at]), at + 1
        if text[at] in "<\n":
            return "", _WRONG
        at += 2 if text[at] == "\\" else 1
    return "", _ENDS


def _plain(text: str, at: int) -> tuple[str, int]:
    begin, depth = at, 0
    while (at := _skip_plain(text, at)) < len(text):
        character = text[at]
        if character == ")" and depth == 0:
            return _unescaped(text[begin:at]), at
        if character <= " ":
            return (_unescaped(text[begin:at]), at) if depth == 0 and character in " \t" else ("", _WRONG)
        depth += (character == "(") - (character == ")")
        if depth > _DEEPEST:
            return "", _WRONG
        at += 2 if character == "\\" and text[at + 1 : at + 2] > " " else 1
    return "", _ENDS


def _title(text: str, at: int, address: str) -> Destination:
    begin, at = at, _skip_spaces(text, at)
    if at >= len(text):
        return _MORE
    closing = _CLOSING.get(text[at], "")
    if closing and at > begin:
        opening, at = text[at], at + 1
        while at < len(text) and text[at] != closing:
            if text[at] == "\n" or (closing == ")" and text[at] == opening):
                return _BAD
            at += 2 if text[at] == "\\" else 1
        at = _skip_spaces(text, at + 1)
    if at >= len(text):
        return _MORE
    return Destination(Reading.DONE, address, at + 1) if text[at] == ")" else _BAD


def _unescaped(address: str) -> str:
    return re.sub(rf"\\({_ASCII_PUNCTUATION.pattern})", r"\1", address)
